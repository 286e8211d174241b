/* Running gensio until something is ready. */
#include "port/port_internal.h"

#include <time.h>

#define STOP_POLL_US     INT64_C(100000) /* how soon *stop is seen            */
#define LATE_ROUND_COUNT 64              /* events handled after the deadline */

int64_t port_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct port_pipe_guard port_guard_pipe(void)
{
    struct port_pipe_guard guard;
    sigset_t set;
    sigpending(&set);
    guard.was_pending = sigismember(&set, SIGPIPE) == 1;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &guard.before);
    return guard;
}

void port_unguard_pipe(const struct port_pipe_guard *guard)
{
    static const struct timespec now = {0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    if (!guard->was_pending) sigtimedwait(&set, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

bool port_is_over(const struct port *port, int64_t deadline_us)
{
    return port_now_us() >= deadline_us || (port->stop != NULL && *port->stop != 0);
}

/* Handles what is there, or waits for it. Returns: false, nothing came. */
static bool service(struct port *port, int64_t deadline_us)
{
    int64_t left = deadline_us - port_now_us();
    if (left < 0) left = 0;
    if (port->stop != NULL && left > STOP_POLL_US) left = *port->stop != 0 ? 0 : STOP_POLL_US;
    gensio_time time = {.secs = left / 1000000, .nsecs = (int32_t)(left % 1000000 * 1000)};
    gensio_time *timeout = deadline_us == PORT_NO_DEADLINE && port->stop == NULL ? NULL : &time;
    return gensio_os_funcs_service(port->os, timeout) == 0;
}

bool port_wait(struct port *port, bool (*ready)(const struct port *port), int64_t deadline_us)
{
    struct port_pipe_guard guard = port_guard_pipe();
    unsigned late_count = 0;
    while (!ready(port) && late_count < LATE_ROUND_COUNT) {
        bool came = service(port, deadline_us);
        if (!port_is_over(port, deadline_us)) continue;
        late_count++;
        if (!came) break;
    }
    port_unguard_pipe(&guard);
    return ready(port);
}
