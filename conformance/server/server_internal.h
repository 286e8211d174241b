/* What the parts of the server share. */
#ifndef ATPROOF_SERVER_INTERNAL_H
#define ATPROOF_SERVER_INTERNAL_H

#include "server/server.h"

#include <openssl/ssl.h>
#include <pthread.h>

/* ---- certificates (server_cert.c) -------------------------------------- */

enum { IDENTITY_CA, IDENTITY_SERVER, IDENTITY_EXPIRED, IDENTITY_SELF_SIGNED, IDENTITY_CLIENT };
#define IDENTITY_COUNT 5

struct identity {
    X509 *certificate;
    EVP_PKEY *key;
    char *certificate_pem; /* NUL-terminated */
    char *key_pem;
};

/* Returns: NULL, or what failed. Owns: the caller, also if it failed; free with
 * identities_release. */
const char *identities_make(struct identity *identities, const struct server_options *options);
void identities_release(struct identity *identities);

/* ---- threads ------------------------------------------------------------ */

/* Waits until `fd` has one of `events`, `stop_fd` is readable, or `wait_ms` (-1:
 * no limit) are over; `fd` may be -1. Returns: the events seen of fd, 0 for
 * time, -1 for the stop. */
int64_t server_now_ms(void); /* of a clock that never goes back */
int server_wait(int fd, short events, int stop_fd, int wait_ms);

/* ---- HTTP (server_http.c, server_route.c) ------------------------------- */

struct MHD_Daemon;
struct MHD_Connection;

/* ---- connections (server_crowd.c) -------------------------------------- */

/* Beyond SERVER_CONNECTION_MAX each that comes dismisses one; so many may be leaving. */
#define CROWD_MAX ((size_t)SERVER_CONNECTION_MAX + 64)

struct crowd {
    pthread_mutex_t lock;
    struct crowd_member {
        int fd;           /* borrowed, from crowd_enter to crowd_leave        */
        int64_t heard_ns; /* CLOCK_MONOTONIC; INT64_MAX: it is dismissed      */
    } members[CROWD_MAX];
    size_t count;
};

void crowd_begin(struct crowd *crowd);
void crowd_end(struct crowd *crowd);

/* A connection begins. Returns: false if there is no room; it has to be closed then. */
bool crowd_enter(struct crowd *crowd, int fd);

/* It sent something. */
void crowd_hear(struct crowd *crowd, int fd);

/* It ends. To be called before the descriptor is closed. */
void crowd_leave(struct crowd *crowd, int fd);

/* ---- HTTP ---------------------------------------------------------------- */

struct http_options {
    int listen_fd; /* Owns: the daemon */
    int stop_fd;
    unsigned idle_s;
    const char *certificate_pem; /* NULL: no TLS */
    const char *key_pem;
    enum server_tls_version tls_min, tls_max; /* SERVER_TLS_DEFAULT is resolved by now */
    struct crowd crowd;
};

/* Returns: NULL if it cannot start; libmicrohttpd then has closed listen_fd or
 * not, depending on what failed, so it is left alone: a leak at worst, while a
 * second close might hit another thread's descriptor.
 * Borrows: `options`, while the daemon runs. */
struct MHD_Daemon *http_start(struct http_options *options);
void http_stop(struct MHD_Daemon *daemon);

/* A request that is complete, on its way to its handler. */
struct request {
    struct MHD_Connection *connection;
    const char *method, *path, *version;
    int stop_fd;
    uint8_t *body; /* of /echo */
    size_t body_size, body_cap;
    bool is_kept;    /* whether the body is collected */
    bool is_too_big; /* more than SERVER_ECHO_MAX */
};

/* Answers; the results are MHD's: false closes the connection. */
bool route_answer(struct request *request);
bool route_keeps_body(const char *path);

/* ---- raw peers (server_tls.c, server_peer.c) ----------------------------- */

/* Owns: the caller. Writes: *error as server_start does. */
SSL_CTX *tls_context(const struct server_options *options, const struct identity *identity,
                     const struct identity *ca, char **error);

/* A connection, plain or TLS, its socket not blocking. */
struct wire {
    int fd;
    int stop_fd;
    int idle_ms; /* a wait for the client ends after it */
    SSL *ssl;    /* NULL: plain */
};

/* False: the handshake failed or took longer than a client may be idle, the client
 * left, or the server stops. */
bool wire_open(struct wire *wire, SSL_CTX *context);
/* Returns: bytes, at least 1; 0: the end, the stop, or an idle client. */
size_t wire_read(struct wire *wire, uint8_t *out, size_t size);
bool wire_write(struct wire *wire, const uint8_t *bytes, size_t size);
/* An orderly end: what was sent arrives. */
void wire_close(struct wire *wire);

struct peers;

/* What all raw peers do. Borrows: the greeting, while they run. */
struct peer_options {
    int stop_fd;
    unsigned idle_s;
    const uint8_t *greeting;
    size_t greeting_size;
    bool is_silent;
};

struct peers *peers_new(const struct peer_options *options);
/* Serves `listen_fd`, which it then owns. Borrows: `context` (NULL: plain TCP). */
bool peers_listen(struct peers *peers, int listen_fd, SSL_CTX *context);
/* To be called when stop_fd is readable; waits for all threads, and frees. */
void peers_stop(struct peers *peers);

#endif
