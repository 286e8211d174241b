/* Ports: opening as the host, trying again, closing. The bytes are in port_io.c,
 * the end of a connection in port_drop.c, the module's end in port_listen.c, the
 * serial line in port_line.c. */
#include "port/port_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <gensio/gensio_unix.h>

/* What gensio logs (a program that cannot be run, an option it does not know)
 * says more than its codes. */
static void on_log(struct gensio_os_funcs *os, enum gensio_log_levels level, const char *format,
                   va_list args)
{
    (void)level;
    struct port *port = gensio_os_funcs_get_data(os);
    if (port != NULL) vsnprintf(port->log, sizeof port->log, format, args);
}

/* ---- opening ---------------------------------------------------------- */

static bool is_operation_done(const struct port *port)
{
    return port->operation_done;
}

static void on_open(struct gensio *io, int err, void *data)
{
    struct port *port = data;
    if (io != port->io) return;
    port->operation_done = true;
    port->operation_error = err;
}

static enum port_status open_once(struct port *port, int64_t deadline_us)
{
    int64_t limit_us = port_now_us() + port->open_us;
    if (limit_us > deadline_us) limit_us = deadline_us;
    port->log[0] = '\0';
    enum port_status status = port_find_program(port);
    if (status != PORT_OK) return status;
    int err = str_to_gensio(port->address, port->os, port_on_event, port, &port->io);
    if (err != 0) {
        port->io = NULL;
        return port_fail_open(port, err == GE_NOTFOUND ? GE_INVAL : err);
    }
    port->gone = 0;
    port->operation_done = false;
    port->operation_error = GE_TIMEDOUT;
    err = gensio_open(port->io, on_open, port);
    if (err == 0 && !port_wait(port, is_operation_done, limit_us)) {
        port_drop(port);
        return port_fail_open(port, GE_TIMEDOUT);
    }
    if (err == 0) err = port->operation_error;
    if (err != 0) {
        gensio_free(port->io);
        port->io = NULL;
        return port_fail_open(port, err);
    }
    status = port->device == NULL ? PORT_OK : port_claim(port);
    if (status != PORT_OK) port_drop(port);
    else port_start(port);
    return status;
}

/* gensio takes the host of `tcp,HOST` for a service's name. */
static bool lacks_port(const char *address)
{
    const char *at = strstr(address, "tcp");
    if (at == NULL || (at != address && at[-1] != ',')) return false;
    at += 3;
    if (*at == '(') at += strcspn(at, ")");
    at = strchr(at, ',');
    return at == NULL || strchr(at + 1, ',') == NULL;
}

static const struct port_options no_options;

struct port *port_new(const char *address, const struct port_options *options,
                      struct port_error *error)
{
    if (options == NULL) options = &no_options;
    struct port *port = memory_new(1, sizeof *port);
    port->slave = -1;
    port->timer_fd = -1;
    for (int i = 0; i < 2; i++) port->streams[i] = port->hold[i] = -1;
    port->first_port = options->beside == NULL ? port : options->beside->first_port;
    port->address = memory_text(address);
    port->name = memory_text(address);
    port->device = port_device(address);
    port->open_us = options->open_us == 0 ? PORT_OPEN_US : options->open_us;
    port->share = options->share;
    port->stop = options->stop;
    port->host_count = 1;
    port_line_init(&port->line);
    if (options->beside != NULL) {
        port->os = options->beside->os->get_funcs(options->beside->os);
        return port;
    }
    /* A wake signal is for threads that share it; each port has its own. */
    if (gensio_unix_funcs_alloc(NULL, 0, &port->os) != 0) {
        port_fail(port, PORT_FAILED, "%s: no event loop: %s", address, strerror(errno));
        *error = port->error;
        port_close(port);
        return NULL;
    }
    gensio_os_funcs_set_data(port->os, port);
    gensio_os_funcs_set_vlog(port->os, on_log);
    return port;
}

struct port *port_open(const char *address, const struct port_options *options,
                       struct port_error *error)
{
    struct port *port = port_new(address, options, error);
    if (port == NULL) return NULL;
    static const char *const types[] = {"serialdev", "tcp",  "telnet", "pty",  "stdio",
                                        "ssl",       "unix", "sctp",   "echo", NULL};
    bool is_address = port_is_type(address, types) && !lacks_port(address);
    enum port_status status =
        is_address ? open_once(port, PORT_NO_DEADLINE) : port_fail_open(port, GE_INVAL);
    if (status == PORT_OK && port_is_pty_alone(address))
        status = port_hold_slave(port, options == NULL ? NULL : options->link);
    if (status == PORT_OK) return port;
    *error = port->error;
    port_close(port);
    return NULL;
}

struct port *port_open_streams(const struct port_options *options, struct port_error *error)
{
    struct port *port = port_new("stdio(self)", options, error);
    if (port == NULL) return NULL;
    port->is_own_stdio = true;
    bool good = port_replace_streams(port);
    if (!good)
        port_fail(port, PORT_FAILED, "stdio: cannot use the standard streams: %s", strerror(errno));
    if (good && open_once(port, PORT_NO_DEADLINE) == PORT_OK) return port;
    *error = port->error;
    port_close(port);
    return NULL;
}

enum port_status port_try(struct port *port, int64_t deadline_us)
{
    port_drop(port);
    return open_once(port, deadline_us);
}

enum port_status port_reopen(struct port *port, int64_t deadline_us)
{
    if (port->accepter != NULL) {
        port_next_host(port);
        return PORT_OK;
    }
    if (port->slave >= 0) return PORT_OK;
    port_drop(port);
    for (;;) {
        enum port_status status = open_once(port, deadline_us);
        int64_t left = deadline_us - port_now_us();
        if (status == PORT_OK || status == PORT_BAD_ADDRESS || left <= 0
            || (port->stop != NULL && *port->stop != 0))
            return status;
        int64_t pause = left < PORT_RETRY_US ? left : PORT_RETRY_US;
        nanosleep(&(struct timespec){.tv_nsec = (long)pause * 1000}, NULL);
    }
}

/* ---- the end ---------------------------------------------------------- */

static void on_shutdown(struct gensio_accepter *accepter, void *data)
{
    (void)accepter;
    struct port *port = data;
    port->closed = true;
}

static bool is_closed(const struct port *port)
{
    return port->closed;
}

static void end_accepter(struct port *port)
{
    port->closed = false;
    port->stop = NULL;
    if (gensio_acc_shutdown(port->accepter, on_shutdown, port) == 0)
        port_wait(port, is_closed, port_now_us() + PORT_CLOSE_US);
    gensio_acc_free(port->accepter);
    port->accepter = NULL;
}

/* Only ours: another program may have put its own there meanwhile. */
static void remove_link(const struct port *port)
{
    char target[128];
    ssize_t size = readlink(port->link, target, sizeof target - 1);
    if (size < 0) return;
    target[size] = '\0';
    if (strcmp(target, port->name) == 0) unlink(port->link);
}

void port_close(struct port *port)
{
    if (port == NULL) return;
    if (port->accepter != NULL) end_accepter(port);
    port_drop(port);
    if (port->os != NULL) port_unwatch(port);
    if (port->link != NULL) remove_link(port);
    if (port->slave >= 0) close(port->slave);
    port_forget(port);
    port_return_streams(port);
    if (port->os != NULL) gensio_os_funcs_free(port->os);
    free(port->address);
    free(port->name);
    free(port->link);
    free(port->device);
    free(port);
}

/* ---- what it is ------------------------------------------------------- */

const char *port_describe(const struct port *port)
{
    return port->name;
}

const struct port_error *port_error(const struct port *port)
{
    return &port->error;
}

bool port_is_connected(const struct port *port)
{
    return port->io != NULL && port->gone == 0;
}

bool port_has_left(const struct port *port)
{
    return port->accepter != NULL && port->gone != 0;
}

unsigned port_host_count(const struct port *port)
{
    return port->host_count;
}
