/* Name resolution and connection of a link. A look-up cannot be broken off: it
 * runs in a thread of its own, which frees what nobody waits for any more. */
#include "base/memory.h"
#include "modem/net/link_internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* A module has little memory: so much of what is under way lies in the system,
 * in segments of a size that the loopback interface would not choose. */
#define SYSTEM_ROOM  32768
#define SEGMENT_SIZE 1400

/* ---- names ------------------------------------------------------------ */

struct lookup {
    pthread_mutex_t lock;
    unsigned owners;
    int over; /* eventfd                                                    */
    char *host;
    char port[8];
    struct addrinfo *found; /* NULL: nothing                                */
};

static const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};

static void release(struct lookup *lookup)
{
    pthread_mutex_lock(&lookup->lock);
    unsigned left = --lookup->owners;
    pthread_mutex_unlock(&lookup->lock);
    if (left > 0) return;
    if (lookup->found != NULL) freeaddrinfo(lookup->found);
    pthread_mutex_destroy(&lookup->lock);
    close(lookup->over);
    free(lookup->host);
    free(lookup);
}

static void *look_up(void *user)
{
    const uint64_t one = 1;
    struct lookup *lookup = user;
    struct addrinfo *found = NULL;
    if (getaddrinfo(lookup->host, lookup->port, &hints, &found) != 0) found = NULL;
    pthread_mutex_lock(&lookup->lock);
    lookup->found = found;
    pthread_mutex_unlock(&lookup->lock);
    if (write(lookup->over, &one, sizeof one) != sizeof one) abort();
    release(lookup);
    return NULL;
}

static struct lookup *begin_lookup(const struct link *link)
{
    pthread_t thread;
    struct lookup *lookup = memory_new(1, sizeof *lookup);
    pthread_mutex_init(&lookup->lock, NULL);
    lookup->owners = 2;
    lookup->host = memory_text(link->host);
    snprintf(lookup->port, sizeof lookup->port, "%u", (unsigned)link->port);
    lookup->over = eventfd(0, EFD_CLOEXEC);
    if (lookup->over >= 0 && pthread_create(&thread, NULL, look_up, lookup) == 0) {
        pthread_detach(thread);
        return lookup;
    }
    lookup->owners = 1;
    release(lookup);
    return NULL;
}

/* Writes: *found, to be freed with freeaddrinfo. */
static enum link_reason resolve(struct link *link, int64_t until, struct addrinfo **found)
{
    struct lookup *lookup = begin_lookup(link);
    if (lookup == NULL) return LINK_NO_HOST;
    enum link_reason reason = link_await(link, lookup->over, POLLIN, until);
    pthread_mutex_lock(&lookup->lock);
    *found = lookup->found;
    lookup->found = NULL;
    pthread_mutex_unlock(&lookup->lock);
    release(lookup);
    return reason == LINK_NO_REASON && *found == NULL ? LINK_NO_HOST : reason;
}

/* ---- connection ------------------------------------------------------- */

static void set_options(int fd)
{
    const int on = 1;
    const int room = SYSTEM_ROOM;
    const int segment = SEGMENT_SIZE;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

static bool bind_port(int fd, int family, uint16_t port)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (port == 0) return true;
    if (family == AF_INET6) return bind(fd, (struct sockaddr *)&six, sizeof six) == 0;
    return bind(fd, (struct sockaddr *)&four, sizeof four) == 0;
}

static enum link_reason reason_of(int error)
{
    switch (error) {
    case 0: return LINK_NO_REASON;
    case ETIMEDOUT: return LINK_TIMED_OUT;
    case EADDRNOTAVAIL:
    case EADDRINUSE: return LINK_OWN_PORT;
    default: return LINK_REFUSED;
    }
}

static enum link_reason connect_to(struct link *link, const struct addrinfo *address, int64_t until)
{
    int error = 0;
    socklen_t size = sizeof error;
    link->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (link->fd < 0) return LINK_REFUSED;
    set_options(link->fd);
    if (!bind_port(link->fd, address->ai_family, link->local_port)) return LINK_OWN_PORT;
    if (connect(link->fd, address->ai_addr, address->ai_addrlen) == 0) return LINK_NO_REASON;
    if (errno != EINPROGRESS) return reason_of(errno);
    enum link_reason reason = link_await(link, link->fd, POLLOUT, until);
    if (reason != LINK_NO_REASON) return reason;
    if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    return reason_of(error);
}

enum link_reason link_connect(struct link *link)
{
    struct addrinfo *found = NULL;
    int64_t until =
        link->connect_limit_us == 0 ? LINK_FOREVER : link_now_us() + link->connect_limit_us;
    enum link_reason reason = resolve(link, until, &found);
    const struct addrinfo *address = found;
    while (address != NULL && reason == LINK_NO_REASON) {
        reason = connect_to(link, address, until);
        address = address->ai_next;
        if (reason == LINK_NO_REASON) break;
        close(link->fd);
        link->fd = -1;
        bool goes_on = address != NULL && (reason == LINK_REFUSED || reason == LINK_OWN_PORT);
        if (goes_on) reason = LINK_NO_REASON; /* of the last address it counts */
    }
    if (found != NULL) freeaddrinfo(found);
    return reason;
}
