/* The module's end of a port: accepting hosts one at a time, and a pty whose
 * slave hosts open and close as they like.
 *
 * A pty's master reads EIO once its slave was closed by all, which would end
 * the connection. So we keep the slave open ourselves. */
#include "port/port_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* ---- pty -------------------------------------------------------------- */

/* A link left by one who was killed is replaced; a file is nobody's to lose. */
static bool make_link(const char *slave, const char *link)
{
    struct stat status;
    if (symlink(slave, link) == 0) return true;
    if (errno != EEXIST) return false;
    bool is_link = lstat(link, &status) == 0 && S_ISLNK(status.st_mode);
    errno = EEXIST;
    return is_link && unlink(link) == 0 && symlink(slave, link) == 0;
}

static bool make_raw(int fd)
{
    struct termios settings;
    if (tcgetattr(fd, &settings) != 0) return false;
    cfmakeraw(&settings);
    return tcsetattr(fd, TCSANOW, &settings) == 0;
}

enum port_status port_hold_slave(struct port *port, const char *link)
{
    char slave[128] = "0"; /* in: which address */
    gensiods size = sizeof slave;
    int err = gensio_control(port->io, GENSIO_CONTROL_DEPTH_FIRST, GENSIO_CONTROL_GET,
                             GENSIO_CONTROL_LADDR, slave, &size);
    if (err != 0)
        return port_fail(port, PORT_FAILED, "%s: the slave has no name: %s", port->address,
                         gensio_err_to_str(err));
    port->slave = open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (port->slave < 0 || !make_raw(port->slave))
        return port_fail(port, PORT_FAILED, "%s: cannot hold %s open: %s", port->address, slave,
                         strerror(errno));
    free(port->name);
    port->name = memory_text(slave);
    if (link == NULL) return PORT_OK;
    if (!make_link(slave, link))
        return port_fail(port, errno == EEXIST ? PORT_BUSY : PORT_FAILED,
                         "%s: cannot link it to %s: %s: name a path that is free", link, slave,
                         strerror(errno));
    port->link = memory_text(link);
    return PORT_OK;
}

/* ---- accepting -------------------------------------------------------- */

static int on_accept(struct gensio_accepter *accepter, void *user_data, int event, void *data)
{
    struct port *port = user_data;
    if (event != GENSIO_ACC_EVENT_NEW_CONNECTION) return GE_NOTSUP;
    struct gensio *io = data;
    if (port->io != NULL) { /* two came at once: the later one goes */
        gensio_free(io);
        return 0;
    }
    gensio_acc_set_accept_callback_enable(accepter, false);
    port->io = io;
    port->gone = 0;
    port->host_count++;
    port->first_port->news = true;
    gensio_set_callback(io, port_on_event, port);
    port_start(port);
    return 0;
}

void port_next_host(struct port *port)
{
    port_drop(port);
    port->gone = 0;
    gensio_acc_set_accept_callback_enable(port->accepter, true);
}

/* `telnet(rfc2217),tcp,127.0.0.1,0` with what it really listens on. */
static void name_listener(struct port *port)
{
    char address[128] = "0";
    gensiods size = sizeof address;
    const char *tcp = strstr(port->address, "tcp");
    if (tcp == NULL
        || gensio_acc_control(port->accepter, GENSIO_CONTROL_DEPTH_FIRST, GENSIO_CONTROL_GET,
                              GENSIO_ACC_CONTROL_LADDR, address, &size)
               != 0)
        return;
    free(port->name);
    port->name = memory_format("%.*stcp,%s", (int)(tcp - port->address), port->address, address);
}

static enum port_status listen_for_hosts(struct port *port)
{
    static const char *const types[] = {"tcp", "telnet", "ssl", "unix", "sctp", NULL};
    if (!port_is_type(port->address, types))
        return port_fail(port, PORT_BAD_ADDRESS,
                         "%s: nothing to listen on: expected pty, stdio, tcp,ADDRESS,PORT or "
                         "telnet(rfc2217),tcp,ADDRESS,PORT",
                         port->address);
    int err = str_to_gensio_accepter(port->address, port->os, on_accept, port, &port->accepter);
    if (err != 0) {
        port->accepter = NULL;
        return port_fail_open(port, err == GE_NOTFOUND ? GE_INVAL : err);
    }
    port->host_count = 0;
    err = gensio_acc_startup(port->accepter);
    if (err != 0) {
        gensio_acc_free(port->accepter);
        port->accepter = NULL;
        return port_fail_open(port, err);
    }
    gensio_acc_set_accept_callback_enable(port->accepter, true);
    name_listener(port);
    return PORT_OK;
}

struct port *port_listen(const char *address, const struct port_options *options,
                         struct port_error *error)
{
    if (strcmp(address, "stdio") == 0) {
        struct port *own = port_open("stdio(self)", options, error);
        if (own != NULL) own->is_own_stdio = true;
        return own;
    }
    if (port_is_pty_alone(address)) return port_open(address, options, error);
    struct port *port = port_new(address, options, error);
    if (port == NULL) return NULL;
    if (listen_for_hosts(port) == PORT_OK) return port;
    *error = port->error;
    port_close(port);
    return NULL;
}
