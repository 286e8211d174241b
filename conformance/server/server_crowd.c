/* The connections of a port, or of several: when there are too many, the one that has been
 * silent for longest makes room. */
#include "server/server_internal.h"

#include <sys/socket.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void crowd_begin(struct crowd *crowd)
{
    pthread_mutex_init(&crowd->lock, NULL);
    crowd->count = 0;
}

void crowd_end(struct crowd *crowd)
{
    pthread_mutex_destroy(&crowd->lock);
}

/* Its thread finds the end of the connection, and leaves. */
static void dismiss_oldest(struct crowd *crowd)
{
    size_t oldest = 0;
    for (size_t i = 1; i < crowd->count; i++)
        if (crowd->members[i].heard_ns < crowd->members[oldest].heard_ns) oldest = i;
    shutdown(crowd->members[oldest].fd, SHUT_RDWR);
    crowd->members[oldest].heard_ns = INT64_MAX; /* once is enough */
}

bool crowd_enter(struct crowd *crowd, int fd)
{
    pthread_mutex_lock(&crowd->lock);
    bool has_room = crowd->count < CROWD_MAX;
    if (crowd->count >= SERVER_CONNECTION_MAX) dismiss_oldest(crowd);
    if (has_room) crowd->members[crowd->count++] = (struct crowd_member){fd, now_ns()};
    pthread_mutex_unlock(&crowd->lock);
    return has_room;
}

static struct crowd_member *find(struct crowd *crowd, int fd)
{
    for (size_t i = 0; i < crowd->count; i++)
        if (crowd->members[i].fd == fd) return &crowd->members[i];
    return NULL;
}

void crowd_hear(struct crowd *crowd, int fd)
{
    pthread_mutex_lock(&crowd->lock);
    struct crowd_member *member = find(crowd, fd);
    if (member != NULL && member->heard_ns != INT64_MAX) member->heard_ns = now_ns();
    pthread_mutex_unlock(&crowd->lock);
}

void crowd_leave(struct crowd *crowd, int fd)
{
    pthread_mutex_lock(&crowd->lock);
    struct crowd_member *member = find(crowd, fd);
    if (member != NULL) *member = crowd->members[--crowd->count];
    pthread_mutex_unlock(&crowd->lock);
}
