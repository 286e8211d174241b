/* How the thread of a link waits: for its descriptor, for the caller, or for a
 * time limit. */
#include "modem/net/link_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define US_A_S  1000000
#define NS_A_US 1000

int64_t link_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * US_A_S + now.tv_nsec / NS_A_US;
}

short link_wait(const struct link *link, int fd, short events, int64_t until)
{
    uint64_t count;
    struct pollfd polled[2] = {{.fd = events == 0 ? -1 : fd, .events = events},
                               {.fd = link->wake, .events = POLLIN}};
    int64_t left = until == LINK_FOREVER ? 0 : until - link_now_us();
    if (left < 0) left = 0;
    struct timespec limit = {.tv_sec = left / US_A_S, .tv_nsec = left % US_A_S * NS_A_US};
    if (ppoll(polled, 2, until == LINK_FOREVER ? NULL : &limit, NULL) < 0) return 0;
    if (polled[1].revents != 0 && read(link->wake, &count, sizeof count) < 0 && errno != EAGAIN)
        abort();
    return polled[0].revents;
}

static bool has_left(struct link *link)
{
    pthread_mutex_lock(&link->lock);
    bool left = link->left;
    pthread_mutex_unlock(&link->lock);
    return left;
}

enum link_reason link_await(struct link *link, int fd, short events, int64_t until)
{
    for (;;) {
        if (link_wait(link, fd, events, until) != 0) return LINK_NO_REASON;
        if (has_left(link)) return LINK_RESET;
        if (until != LINK_FOREVER && link_now_us() >= until) return LINK_TIMED_OUT;
    }
}
