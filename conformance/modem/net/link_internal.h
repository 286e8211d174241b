/* What the parts of a link share. */
#ifndef ATPROOF_MODEM_LINK_INTERNAL_H
#define ATPROOF_MODEM_LINK_INTERNAL_H

#include "modem/net/link.h"

#include <openssl/ssl.h>
#include <pthread.h>

#define LINK_ID_SIZE 32 /* a SHA-256                                        */

/* Bytes in order, never more than `capacity`. */
struct link_ring {
    uint8_t *bytes;
    size_t capacity, first, size;
};

struct link {
    pthread_mutex_t lock; /* of what follows                                */
    unsigned owners;      /* the caller, the thread                         */
    int event;            /* -1: nobody looks any more                      */
    enum link_state state;
    enum link_reason reason;
    struct link_ring in, out;
    uint16_t own_port; /* once it is connected, else 0                      */
    bool left;         /* link_close was called                             */
    bool resumed;
    /* of the thread alone, once it runs */
    int wake; /* eventfd: the caller did something                          */
    int fd;
    char *host;
    uint16_t port, local_port;
    int64_t connect_limit_us, handshake_limit_us;
    char *server_name;
    bool ignores_trust, ignores_chain;
    SSL_CTX *context; /* NULL: TCP                                          */
    SSL *ssl;
    struct link_cache *cache;
    uint8_t id[LINK_ID_SIZE]; /* of peer and settings, in the cache         */
};

#define LINK_FOREVER INT64_MAX

/* ---- waiting (link_wait.c) ------------------------------------------------- */

int64_t link_now_us(void);

/* Waits until `fd` has one of `events` (0: none), the caller did something, or
 * `until`. Returns: the events. */
short link_wait(const struct link *link, int fd, short events, int64_t until);

/* The same, but for that event alone. Returns: LINK_NO_REASON; LINK_TIMED_OUT;
 * LINK_RESET if the caller left. */
enum link_reason link_await(struct link *link, int fd, short events, int64_t until);

/* ---- connection (link_connect.c) -------------------------------------- */

/* Looks up the name and connects. Writes: link->fd. */
enum link_reason link_connect(struct link *link);

/* ---- TLS (link_tls.c) ------------------------------------------------- */

/* Puts all but server name and session into a context.
 * Returns: LINK_NO_REASON, LINK_OWN_FILES, or LINK_HANDSHAKE if no server could
 * ever agree. */
enum link_reason link_set_up_tls(SSL_CTX *context, const struct link_tls *tls);

/* The shaking of hands over link->fd. Writes: link->ssl. */
enum link_reason link_shake_hands(struct link *link);

/* Bytes of the connection, TCP or TLS. Returns: how many; 0: none now, *events
 * states for what to wait; -1: it is over, *reason states why. */
ssize_t link_read(struct link *link, void *bytes, size_t size, short *events,
                  enum link_reason *reason);
ssize_t link_write(struct link *link, const void *bytes, size_t size, short *events,
                   enum link_reason *reason);

/* ---- kept sessions (link_cache.c) ------------------------------------- */

/* A further owner. NULL is fine. */
struct link_cache *link_cache_use(struct link_cache *cache);

/* Takes the session, replacing one of that id. */
void link_cache_put(struct link_cache *cache, const uint8_t *id, SSL_SESSION *session);

/* Owns: the caller. NULL: there is none. */
SSL_SESSION *link_cache_find(struct link_cache *cache, const uint8_t *id);

/* What distinguishes peers and settings, so that no session gets round a check
 * that it was not made with. */
void link_cache_id(const struct link_options *options, uint8_t *id);

#endif
