/* Our own standard streams as a port.
 *
 * gensio waits for descriptors by epoll, which takes neither files nor devices such as
 * /dev/null. Such a stream never makes anybody wait, so it is read and written directly,
 * and gensio gets the end of a silent pipe in its place. */
#include "port/port_internal.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Returns: false also for a descriptor that is closed. */
static bool can_wait_for(int fd)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    bool can = epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
    if (epoll >= 0) close(epoll);
    return can;
}

/* `fd` is 0 or 1, and so is the end of the pipe that stands in for it. */
static bool replace(struct port *port, int fd)
{
    int ends[2];
    if (can_wait_for(fd)) return true;
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    port->streams[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    bool good = port->streams[fd] >= 0 && dup2(ends[fd], fd) >= 0;
    close(ends[fd]);
    port->hold[fd] = ends[1 - fd];
    return good;
}

bool port_replace_streams(struct port *port)
{
    return replace(port, STDIN_FILENO) && replace(port, STDOUT_FILENO);
}

void port_return_streams(struct port *port)
{
    for (int fd = 0; fd < 2; fd++) {
        if (port->streams[fd] >= 0) {
            dup2(port->streams[fd], fd);
            close(port->streams[fd]);
        }
        if (port->hold[fd] >= 0) close(port->hold[fd]);
        port->streams[fd] = port->hold[fd] = -1;
    }
}
