/* Ending a connection. */
#include "port/port_internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_closed(const struct port *port)
{
    return port->closed;
}

static bool is_never(const struct port *port)
{
    (void)port;
    return false;
}

static void on_close(struct gensio *io, void *data)
{
    (void)io;
    struct port *port = data;
    port->closed = true;
}

/* A child whose standard input was closed may go on. */
static void end_child(struct port *port, pid_t pid)
{
    for (int signal = 0; signal < 2 && !port->closed; signal++) {
        kill(pid, signal == 0 ? SIGTERM : SIGKILL);
        port_wait(port, is_closed, port_now_us() + PORT_CLOSE_US);
    }
}

/* Returns: 0 if the connection is not to a child. */
static pid_t child_of(struct port *port)
{
    const char *type = gensio_get_type(port->io, 0);
    bool has_child = strcmp(type, "stdio") == 0 || strcmp(type, "pty") == 0;
    char text[32] = "0";
    gensiods size = sizeof text;
    if (!has_child || port->slave >= 0
        || gensio_control(port->io, 0, GENSIO_CONTROL_GET, GENSIO_CONTROL_REMOTE_ID, text, &size)
               != 0)
        return 0;
    long pid = strtol(text, NULL, 10);
    return pid > 1 ? (pid_t)pid : 0;
}

void port_drop(struct port *port)
{
    if (port->io == NULL) return;
    if (port->device != NULL) port_unclaim(port);
    const volatile sig_atomic_t *stop = port->stop;
    port->stop = NULL; /* what is to be closed is closed */
    pid_t child = child_of(port);
    port->closed = false;
    gensio_set_read_callback_enable(port->io, false);
    gensio_set_write_callback_enable(port->io, false);
    if (gensio_close(port->io, on_close, port) != 0) port->closed = true;
    port_wait(port, is_closed, port_now_us() + PORT_CLOSE_US);
    if (!port->closed && child != 0) end_child(port, child);
    bool is_forced = !port->closed;
    if (is_forced) gensio_disable(port->io);
    gensio_free(port->io);
    port->io = NULL;
    if (is_forced) /* what it had under way is released by gensio's loop */
        port_wait(port, is_never, port_now_us());
    port->stop = stop;
}

void port_next_host(struct port *port)
{
    port_drop(port);
    port->gone = 0;
    gensio_acc_set_accept_callback_enable(port->accepter, true);
}
