/* Waiting for a descriptor, and for the end of the server. */
#include "server/server_internal.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

int64_t server_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int server_wait(int fd, short events, int stop_fd, int wait_ms)
{
    struct pollfd polled[] = {{.fd = stop_fd, .events = POLLIN}, {.fd = fd, .events = events}};
    int count;
    do count = poll(polled, 2, wait_ms);
    while (count < 0 && errno == EINTR);
    if (count < 0 || polled[0].revents) return -1;
    return polled[1].revents;
}
