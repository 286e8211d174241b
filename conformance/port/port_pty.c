/* A pty whose slave hosts open and close as they like.
 *
 * A pty's master reads EIO once its slave was closed by all, which would end
 * the connection. So we keep the slave open ourselves. */
#include "port/port_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* Whether a link was left by one who was killed: what it names is gone, or is now our own. */
static bool is_stale(const char *slave, const char *link)
{
    struct stat status, own;
    if (lstat(link, &status) != 0 || !S_ISLNK(status.st_mode)) return false;
    if (stat(link, &status) != 0) return errno == ENOENT;
    return stat(slave, &own) == 0 && status.st_rdev == own.st_rdev && status.st_dev == own.st_dev
           && status.st_ino == own.st_ino;
}

/* A stale link is replaced; a file, or the link of one who is there, is not ours to take. */
static bool make_link(const char *slave, const char *link)
{
    if (symlink(slave, link) == 0) return true;
    if (errno != EEXIST) return false;
    bool replaced = is_stale(slave, link) && unlink(link) == 0 && symlink(slave, link) == 0;
    if (!replaced) errno = EEXIST;
    return replaced;
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
                         "%s: cannot link it to %s: %s%s: name a path that is free", link, slave,
                         strerror(errno), errno == EEXIST ? ", and what it names is there" : "");
    port->link = memory_text(link);
    return PORT_OK;
}
