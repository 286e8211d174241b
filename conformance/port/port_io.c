/* The bytes of a port: gensio's callbacks queue what arrives, each piece with
 * its time; port_read and port_write run gensio until they have what they
 * want.
 *
 * I1: queued == the sum of (size - taken) of all chunks; no chunk is used up.
 * I2: reading is enabled iff queued < PORT_QUEUE_SIZE_MAX and not gone. */
#include "port/port_internal.h"

#include "base/memory.h"

#include <gensio/sergensio.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_POLL_MS 20 /* how soon its deadline is seen     */

/* ---- the queue -------------------------------------------------------- */

static void push(struct port *port, const unsigned char *bytes, size_t size)
{
    struct port_chunk *chunk = memory_new(1, sizeof *chunk + size);
    chunk->time_us = port_now_us();
    chunk->size = size;
    memcpy(chunk->bytes, bytes, size);
    if (port->first == NULL) port->first = chunk;
    else port->last->next = chunk;
    port->last = chunk;
    port->queued += size;
}

static size_t take(struct port *port, void *buffer, size_t capacity, int64_t *time_us)
{
    struct port_chunk *chunk = port->first;
    size_t size = chunk->size - chunk->taken;
    if (size > capacity) size = capacity;
    memcpy(buffer, chunk->bytes + chunk->taken, size);
    if (time_us != NULL) *time_us = chunk->time_us;
    chunk->taken += size;
    if (chunk->taken == chunk->size) {
        port->first = chunk->next;
        free(chunk);
    }
    bool was_full = port->queued >= PORT_QUEUE_SIZE_MAX;
    port->queued -= size;
    if (was_full && port->queued < PORT_QUEUE_SIZE_MAX && port->io != NULL && port->gone == 0)
        gensio_set_read_callback_enable(port->io, true);
    return size;
}

void port_forget(struct port *port)
{
    while (port->first != NULL) {
        struct port_chunk *chunk = port->first;
        port->first = chunk->next;
        free(chunk);
    }
    port->queued = 0;
}

void port_dismiss(struct port *port)
{
    port_forget(port);
    port_next_host(port);
}

/* A file, or a device such as /dev/null, always has something or its end. */
void port_read_stream(struct port *port)
{
    unsigned char bytes[4096];
    if (port->streams[0] < 0 || port->first != NULL || port->input_over != 0) return;
    ssize_t size = read(port->streams[0], bytes, sizeof bytes);
    if (size > 0) push(port, bytes, (size_t)size);
    else if (size == 0 || errno != EINTR) port->input_over = GE_REMCLOSE;
}

/* ---- callbacks -------------------------------------------------------- */

static void on_read(struct port *port, struct gensio *io, int err, const unsigned char *bytes,
                    const gensiods *size)
{
    port->first_port->news = true;
    if (err != 0 && port->is_own_stdio) {
        port->input_over = err;
        gensio_set_read_callback_enable(io, false);
        return;
    }
    if (err != 0) {
        port->gone = err;
        gensio_set_read_callback_enable(io, false);
        gensio_set_write_callback_enable(io, false);
        return;
    }
    if (*size > 0) push(port, bytes, *size);
    if (port->queued >= PORT_QUEUE_SIZE_MAX) gensio_set_read_callback_enable(io, false);
}

int port_on_event(struct gensio *io, void *user_data, int event, int err, unsigned char *bytes,
                  gensiods *size, const char *const *auxdata)
{
    (void)auxdata;
    struct port *port = user_data;
    if (io != port->io) return GE_NOTSUP;
    switch (event) {
    case GENSIO_EVENT_READ: on_read(port, io, err, bytes, size); return 0;
    case GENSIO_EVENT_WRITE_READY:
        port->writable = true;
        port->first_port->news = true;
        gensio_set_write_callback_enable(io, false);
        return 0;
    default: port->first_port->news = true; return port_on_line_event(port, io, event, bytes);
    }
}

void port_start(struct port *port)
{
    char on[] = "1";
    gensiods size = sizeof on - 1;
    /* Only TCP has it; without it a command waits for the last answer's ACK. */
    gensio_control(port->io, GENSIO_CONTROL_DEPTH_FIRST, GENSIO_CONTROL_SET, GENSIO_CONTROL_NODELAY,
                   on, &size);
    if (port->queued < PORT_QUEUE_SIZE_MAX) gensio_set_read_callback_enable(port->io, true);
}

/* ---- reading and writing ---------------------------------------------- */

static enum port_status vanished(struct port *port, int err)
{
    return port_fail(port, PORT_VANISHED,
                     "%s: vanished while open (%s): see whether the other side still runs, or the "
                     "device lost its power or its cable",
                     port->address, gensio_err_to_str(err));
}

static bool has_news(const struct port *port)
{
    return port->first != NULL || port->gone != 0 || port->input_over != 0;
}

static bool has_host_or_end(const struct port *port)
{
    return port->io != NULL || port->gone != 0;
}

ssize_t port_read(struct port *port, void *buffer, size_t capacity, int64_t deadline_us,
                  int64_t *time_us)
{
    if (capacity == 0) return 0;
    port_read_stream(port);
    while (port_wait(port, has_news, deadline_us)) {
        if (port->first != NULL) return (ssize_t)take(port, buffer, capacity, time_us);
        if (port->accepter == NULL) {
            vanished(port, port->gone != 0 ? port->gone : port->input_over);
            return -1;
        }
        port_next_host(port);
    }
    return 0;
}

static bool is_writable(const struct port *port)
{
    return port->writable || port->gone != 0;
}

static bool wait_writable(struct port *port, int64_t deadline_us)
{
    port->writable = false;
    gensio_set_write_callback_enable(port->io, true);
    bool ready = port_wait(port, is_writable, deadline_us);
    if (!ready && port->io != NULL) gensio_set_write_callback_enable(port->io, false);
    return ready;
}

/* gensio takes nothing for a standard output once the standard input is over, nor for a file. */
static enum port_status write_output(struct port *port, const uint8_t *bytes, size_t size,
                                     int64_t deadline_us, size_t *done)
{
    int fd = port->streams[1] >= 0 ? port->streams[1] : STDOUT_FILENO;
    while (*done < size) {
        struct port_pipe_guard guard = port_guard_pipe();
        ssize_t count = write(fd, bytes + *done, size - *done);
        int err = errno;
        port_unguard_pipe(&guard);
        if (count >= 0) {
            *done += (size_t)count;
            continue;
        }
        if (err != EAGAIN && err != EINTR) {
            port->gone = GE_REMCLOSE;
            return PORT_VANISHED;
        }
        if (port_is_over(port, deadline_us)) return PORT_TIMED_OUT;
        poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, OUTPUT_POLL_MS);
    }
    return PORT_OK;
}

static enum port_status write_all(struct port *port, const uint8_t *bytes, size_t size,
                                  int64_t deadline_us, size_t *done)
{
    while (*done < size && port->gone == 0) {
        gensiods count = 0;
        struct port_pipe_guard guard = port_guard_pipe();
        int err = gensio_write(port->io, &count, bytes + *done, size - *done, NULL);
        port_unguard_pipe(&guard);
        if (err != 0) port->gone = err;
        *done += count;
        if (err == 0 && *done < size && !wait_writable(port, deadline_us)) return PORT_TIMED_OUT;
    }
    /* A filter (telnet) took the bytes into a buffer of its own. */
    bool is_filtered = gensio_get_type(port->io, 1) != NULL;
    if (is_filtered && port->gone == 0 && !wait_writable(port, deadline_us)) return PORT_TIMED_OUT;
    return port->gone == 0 ? PORT_OK : PORT_VANISHED;
}

enum port_status port_write(struct port *port, const void *bytes, size_t size, int64_t deadline_us,
                            size_t *written_size)
{
    size_t done = 0;
    enum port_status status = PORT_TIMED_OUT;
    if (port->gone != 0 && port->accepter != NULL) port_next_host(port);
    if ((port->input_over != 0 || port->streams[1] >= 0) && port->gone == 0)
        status = write_output(port, bytes, size, deadline_us, &done);
    else if (port_wait(port, has_host_or_end, deadline_us))
        status = port->gone != 0 ? PORT_VANISHED : write_all(port, bytes, size, deadline_us, &done);
    if (written_size != NULL) *written_size = done;
    if (status == PORT_VANISHED) return vanished(port, port->gone);
    if (status == PORT_TIMED_OUT)
        return port_fail(
            port, PORT_TIMED_OUT, "%s: %s: %zu of %zu bytes written in time", port->address,
            port->io == NULL ? "no host has come" : "the other side does not read", done, size);
    return PORT_OK;
}
