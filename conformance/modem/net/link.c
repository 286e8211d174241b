/* A link: a thread of its own that looks up, connects, shakes hands, and then
 * carries bytes between the connection and two rings until one side has had
 * enough. The caller sees the rings and the state alone. */
#include "modem/net/link.h"

#include "base/memory.h"
#include "modem/net/link_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PART_SIZE    4096    /* bytes that are carried at once              */
#define FAREWELL_US  1000000 /* of a link_close                             */
#define EXIT_WAIT_MS 2000    /* of a program that ends, for its threads        */

/* ---- rings ------------------------------------------------------------ */

static struct link_ring new_ring(size_t capacity)
{
    return (struct link_ring){.bytes = memory_new(capacity, 1), .capacity = capacity};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t put(struct link_ring *ring, const uint8_t *bytes, size_t size)
{
    size_t taken = least(size, ring->capacity - ring->size);
    if (taken == 0) return 0;
    size_t at = (ring->first + ring->size) % ring->capacity;
    size_t before_end = least(taken, ring->capacity - at);
    memcpy(ring->bytes + at, bytes, before_end);
    memcpy(ring->bytes, bytes + before_end, taken - before_end);
    ring->size += taken;
    return taken;
}

static size_t peek(const struct link_ring *ring, uint8_t *bytes, size_t size)
{
    size_t given = least(size, ring->size);
    size_t before_end = least(given, ring->capacity - ring->first);
    if (given == 0) return 0;
    memcpy(bytes, ring->bytes + ring->first, before_end);
    memcpy(bytes + before_end, ring->bytes, given - before_end);
    return given;
}

static void drop(struct link_ring *ring, size_t size)
{
    ring->first = ring->capacity == 0 ? 0 : (ring->first + size) % ring->capacity;
    ring->size -= size;
}

/* ---- threads of a program that ends ----------------------------------- */

static pthread_mutex_t running_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t none_runs = PTHREAD_COND_INITIALIZER;
static unsigned running;

static void count_running(int change)
{
    pthread_mutex_lock(&running_lock);
    running += (unsigned)change;
    if (running == 0) pthread_cond_broadcast(&none_runs);
    pthread_mutex_unlock(&running_lock);
}

/* OpenSSL takes its tables down when the program ends: none may be in it. */
static void wait_for_threads(void)
{
    struct timespec until;
    int result = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += EXIT_WAIT_MS / 1000;
    pthread_mutex_lock(&running_lock);
    while (running > 0 && result == 0)
        result = pthread_cond_timedwait(&none_runs, &running_lock, &until);
    pthread_mutex_unlock(&running_lock);
}

static void initialize(void)
{
    if (OPENSSL_init_ssl(0, NULL) != 1) abort();
    atexit(wait_for_threads); /* before OpenSSL's own */
}

/* ---- telling the caller ----------------------------------------------- */

/* With the lock. */
static void tell(const struct link *link)
{
    const uint64_t one = 1;
    if (link->event >= 0 && write(link->event, &one, sizeof one) < 0 && errno != EAGAIN) abort();
}

static void set_state(struct link *link, enum link_state state, enum link_reason reason)
{
    pthread_mutex_lock(&link->lock);
    link->state = state;
    link->reason = reason;
    link->resumed = link->ssl != NULL && SSL_session_reused(link->ssl) == 1;
    tell(link);
    pthread_mutex_unlock(&link->lock);
}

/* ---- carrying --------------------------------------------------------- */

/* What one turn of the thread finds. */
struct turn {
    short events; /* to wait for                                            */
    bool moved;   /* bytes: there may be more                               */
    enum link_reason reason;
};

/* Room for bytes of the peer; who has left does not want them, yet they are
 * taken, lest the peer's own sending blocks it. */
static size_t room(struct link *link)
{
    pthread_mutex_lock(&link->lock);
    size_t size = link->left ? PART_SIZE : link->in.capacity - link->in.size;
    pthread_mutex_unlock(&link->lock);
    return least(size, PART_SIZE);
}

static void carry_in(struct link *link, struct turn *turn)
{
    uint8_t part[PART_SIZE];
    short events = 0;
    size_t size = room(link);
    if (size == 0) return;
    ssize_t count = link_read(link, part, size, &events, &turn->reason);
    turn->events = (short)(turn->events | events);
    if (count <= 0) return;
    turn->moved = true;
    pthread_mutex_lock(&link->lock);
    if (!link->left) put(&link->in, part, (size_t)count);
    tell(link);
    pthread_mutex_unlock(&link->lock);
}

static void carry_out(struct link *link, struct turn *turn)
{
    uint8_t part[PART_SIZE];
    short events = 0;
    pthread_mutex_lock(&link->lock);
    size_t size = peek(&link->out, part, sizeof part);
    pthread_mutex_unlock(&link->lock);
    if (size == 0) return;
    ssize_t count = link_write(link, part, size, &events, &turn->reason);
    turn->events = (short)(turn->events | events);
    if (count <= 0) return;
    turn->moved = true;
    pthread_mutex_lock(&link->lock);
    drop(&link->out, (size_t)count);
    tell(link);
    pthread_mutex_unlock(&link->lock);
}

/* Whether the caller left, and all that it had sent is on its way. */
static bool is_done(struct link *link, int64_t *until)
{
    pthread_mutex_lock(&link->lock);
    bool left = link->left;
    bool done = left && link->out.size == 0;
    pthread_mutex_unlock(&link->lock);
    if (left && *until == LINK_FOREVER) *until = link_now_us() + FAREWELL_US;
    return done || (left && link_now_us() >= *until);
}

/* Writes: *until, of the farewell. Returns: why it is over; LINK_NO_REASON: the
 * caller left. */
static enum link_reason carry(struct link *link, int64_t *until)
{
    while (!is_done(link, until)) {
        struct turn turn = {.reason = LINK_NO_REASON};
        carry_in(link, &turn);
        if (turn.reason == LINK_NO_REASON) carry_out(link, &turn);
        if (turn.reason != LINK_NO_REASON) return turn.reason;
        if (!turn.moved) link_wait(link, link->fd, turn.events, *until);
    }
    return LINK_NO_REASON;
}

/* Bytes that nobody reads would make the system reset the connection, and the
 * peer might lose the last of ours. */
static void say_farewell(struct link *link, int64_t until)
{
    uint8_t part[PART_SIZE];
    ERR_clear_error();
    if (link->ssl != NULL) SSL_shutdown(link->ssl);
    shutdown(link->fd, SHUT_WR);
    for (;;) {
        ssize_t count = recv(link->fd, part, sizeof part, 0);
        bool waits = count < 0 && errno == EAGAIN;
        if ((count <= 0 && !waits) || link_now_us() >= until) return;
        if (waits) link_wait(link, link->fd, POLLIN, until);
    }
}

/* ---- the thread ------------------------------------------------------- */

static void release(struct link *link)
{
    pthread_mutex_lock(&link->lock);
    unsigned left = --link->owners;
    pthread_mutex_unlock(&link->lock);
    if (left > 0) return;
    SSL_CTX_free(link->context);
    link_cache_free(link->cache);
    pthread_mutex_destroy(&link->lock);
    close(link->wake);
    free(link->in.bytes);
    free(link->out.bytes);
    free(link->host);
    free(link->server_name);
    free(link);
}

/* The port stands at one place in the addresses of both families. */
static void note_connected(struct link *link)
{
    struct sockaddr_in6 own = {.sin6_port = 0};
    socklen_t size = sizeof own;
    getsockname(link->fd, (struct sockaddr *)&own, &size);
    pthread_mutex_lock(&link->lock);
    link->own_port = ntohs(own.sin6_port);
    pthread_mutex_unlock(&link->lock);
}

static enum link_reason begin(struct link *link)
{
    enum link_reason reason = link_connect(link);
    if (reason == LINK_NO_REASON) note_connected(link);
    if (reason == LINK_NO_REASON && link->context != NULL)
        reason = link->reason != LINK_NO_REASON ? link->reason : link_shake_hands(link);
    return reason;
}

static void end(struct link *link)
{
    SSL_free(link->ssl);
    link->ssl = NULL;
    if (link->fd >= 0) close(link->fd);
}

static void *run(void *user)
{
    struct link *link = user;
    int64_t until = LINK_FOREVER;
    enum link_reason reason = begin(link);
    if (reason == LINK_NO_REASON) {
        set_state(link, LINK_OPEN, LINK_NO_REASON);
        reason = carry(link, &until);
        if (reason == LINK_NO_REASON) say_farewell(link, until);
        if (reason == LINK_PEER_CLOSED && link->ssl != NULL) SSL_shutdown(link->ssl);
    }
    set_state(link, LINK_CLOSED, reason);
    end(link);
    release(link);
    OPENSSL_thread_stop();
    count_running(-1);
    return NULL;
}

/* Signals are the program's other threads'. */
static bool start(struct link *link)
{
    pthread_t thread;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = pthread_create(&thread, NULL, run, link) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (good) pthread_detach(thread);
    return good;
}

/* ---- the caller's side ------------------------------------------------ */

static enum link_reason set_up(struct link *link, const struct link_options *options)
{
    if (options->tls == NULL) return LINK_NO_REASON;
    link->context = SSL_CTX_new(TLS_client_method());
    if (link->context == NULL) abort();
    if (options->tls->server_name != NULL)
        link->server_name = memory_text(options->tls->server_name);
    link->ignores_trust = options->tls->ignores_trust;
    link->ignores_chain = options->tls->ignores_chain;
    link->cache = link_cache_use(options->tls->cache);
    link_cache_id(options, link->id);
    return link_set_up_tls(link->context, options->tls);
}

/* Without a thread: it failed before. */
static void fail(struct link *link, enum link_reason reason)
{
    link->owners = 1;
    set_state(link, LINK_CLOSED, reason);
}

struct link *link_open(const struct link_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, initialize);
    struct link *link = memory_new(1, sizeof *link);
    pthread_mutex_init(&link->lock, NULL);
    link->event = options->event;
    link->in = new_ring(options->receive_room);
    link->out = new_ring(options->send_room);
    link->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    link->fd = -1;
    link->host = memory_text(options->host);
    link->port = options->port;
    link->local_port = options->local_port;
    link->connect_limit_us = options->connect_limit_us;
    link->handshake_limit_us = options->handshake_limit_us;
    link->owners = 2;
    if (link->wake < 0) abort();
    if (options->offline) {
        fail(link, LINK_NO_HOST);
        return link;
    }
    link->reason = set_up(link, options);
    if (link->reason == LINK_OWN_FILES) {
        fail(link, LINK_OWN_FILES);
        return link;
    }
    count_running(1);
    if (start(link)) return link;
    count_running(-1);
    fail(link, LINK_RESET);
    return link;
}

/* The lock is the link's; what is looked at stays as it is. */
static pthread_mutex_t *lock_of(const struct link *link)
{
    return (pthread_mutex_t *)(uintptr_t)&link->lock;
}

static void lock(const struct link *link)
{
    pthread_mutex_lock(lock_of(link));
}

static void unlock(const struct link *link)
{
    pthread_mutex_unlock(lock_of(link));
}

static void wake(const struct link *link)
{
    const uint64_t one = 1;
    if (write(link->wake, &one, sizeof one) < 0 && errno != EAGAIN) abort();
}

enum link_state link_state(const struct link *link)
{
    lock(link);
    enum link_state state = link->state;
    unlock(link);
    return state;
}

enum link_reason link_reason(const struct link *link)
{
    lock(link);
    enum link_reason reason = link->state == LINK_CLOSED ? link->reason : LINK_NO_REASON;
    unlock(link);
    return reason;
}

uint16_t link_local_port(const struct link *link)
{
    lock(link);
    uint16_t port = link->own_port;
    unlock(link);
    return port;
}

bool link_is_connected(const struct link *link)
{
    return link_local_port(link) != 0;
}

size_t link_send(struct link *link, const void *bytes, size_t size)
{
    lock(link);
    size_t taken = link->state == LINK_OPEN ? put(&link->out, bytes, size) : 0;
    unlock(link);
    if (taken > 0) wake(link);
    return taken;
}

size_t link_unsent(const struct link *link)
{
    lock(link);
    size_t size = link->out.size;
    unlock(link);
    return size;
}

size_t link_receive(struct link *link, void *bytes, size_t capacity)
{
    lock(link);
    size_t given = peek(&link->in, bytes, capacity);
    drop(&link->in, given);
    unlock(link);
    if (given > 0) wake(link);
    return given;
}

size_t link_waiting(const struct link *link)
{
    lock(link);
    size_t size = link->in.size;
    unlock(link);
    return size;
}

bool link_resumed(const struct link *link)
{
    lock(link);
    bool resumed = link->resumed;
    unlock(link);
    return resumed;
}

void link_close(struct link *link)
{
    if (link == NULL) return;
    lock(link);
    link->left = true;
    link->event = -1;
    unlock(link);
    wake(link);
    release(link);
}
