/* Waiting for whatever comes first: bytes, a host, the line, a descriptor of
 * the caller's. Ports that stand beside each other run in one loop of gensio's,
 * that of the first; `news` is kept there.
 *
 * gensio's own timeouts are whole milliseconds. A deadline is kept by a timer
 * descriptor instead, so that a byte of a line at 115200 baud (87 us) can go
 * when it is due. */
#include "port/port_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* ---- descriptors ------------------------------------------------------ */

static void on_readable(struct gensio_iod *iod, void *data)
{
    struct port_watch *watch = data;
    watch->armed = false;
    watch->port->os->set_read_handler(iod, false);
    watch->port->news = true;
}

static void on_cleared(struct gensio_iod *iod, void *data)
{
    (void)iod;
    struct port_watch *watch = data;
    watch->cleared = true;
}

static bool watch_descriptor(struct port *port, struct port_watch *watch, int fd)
{
    struct gensio_os_funcs *os = port->os;
    *watch = (struct port_watch){.port = port};
    if (os->add_iod(os, GENSIO_IOD_SOCKET, fd, &watch->iod) != 0) return false;
    if (os->set_fd_handlers(watch->iod, watch, on_readable, NULL, NULL, on_cleared) == 0)
        return true;
    os->release_iod(watch->iod);
    watch->iod = NULL;
    return false;
}

enum port_status port_watch(struct port *port, int fd)
{
    struct port *first = port->first_port;
    if (first->watch_count < PORT_WATCH_COUNT_MAX
        && watch_descriptor(first, &first->watches[first->watch_count], fd)) {
        first->watch_count++;
        return PORT_OK;
    }
    return port_fail(port, PORT_FAILED, "%s: descriptor %d cannot be waited for", port->address,
                     fd);
}

static bool are_watches_cleared(const struct port *port)
{
    for (size_t i = 0; i < port->watch_count; i++)
        if (!port->watches[i].cleared) return false;
    return port->timer.iod == NULL || port->timer.cleared;
}

static void release_watch(struct port *port, struct port_watch *watch)
{
    if (watch->iod != NULL) port->os->release_iod(watch->iod);
    watch->iod = NULL;
}

void port_unwatch(struct port *port)
{
    port->stop = NULL;
    for (size_t i = 0; i < port->watch_count; i++)
        port->os->clear_fd_handlers(port->watches[i].iod);
    if (port->timer.iod != NULL) port->os->clear_fd_handlers(port->timer.iod);
    if (port->watch_count > 0 || port->timer.iod != NULL)
        port_wait(port, are_watches_cleared, port_now_us() + PORT_CLOSE_US);
    for (size_t i = 0; i < port->watch_count; i++) release_watch(port, &port->watches[i]);
    release_watch(port, &port->timer);
    if (port->timer_fd >= 0) close(port->timer_fd);
    port->watch_count = 0;
    port->timer_fd = -1;
}

/* ---- waiting ---------------------------------------------------------- */

static void arm(struct port *port, struct port_watch *watch)
{
    if (watch->armed) return;
    watch->armed = true;
    port->os->set_read_handler(watch->iod, true);
}

/* Without a timer gensio's milliseconds have to do. */
static void arm_timer(struct port *port, int64_t deadline_us)
{
    if (port->timer_fd < 0) {
        port->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        if (port->timer_fd < 0) return;
        watch_descriptor(port, &port->timer, port->timer_fd);
    }
    if (port->timer.iod == NULL) return;
    struct itimerspec due = {.it_value = {.tv_sec = (time_t)(deadline_us / 1000000),
                                          .tv_nsec = (long)(deadline_us % 1000000 * 1000)}};
    timerfd_settime(port->timer_fd, TFD_TIMER_ABSTIME, &due, NULL);
    arm(port, &port->timer);
}

static bool has_news(const struct port *port)
{
    return port->first_port->news;
}

bool port_has_bytes(const struct port *port)
{
    return port->first != NULL || port->gone != 0 || port->input_over != 0 || port->streams[0] >= 0;
}

void port_await(struct port *port, int64_t deadline_us)
{
    struct port *first = port->first_port;
    for (size_t i = 0; i < first->watch_count; i++) arm(first, &first->watches[i]);
    if (deadline_us != PORT_NO_DEADLINE && !has_news(port) && deadline_us > port_now_us())
        arm_timer(first, deadline_us);
    port_wait(port, has_news, deadline_us);
    first->news = false;
}

void port_await_room(struct port *port)
{
    if (port->io == NULL || port->gone != 0) return;
    port->writable = false;
    gensio_set_write_callback_enable(port->io, true);
}
