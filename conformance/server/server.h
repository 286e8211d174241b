/* The network peer that modules talk to: HTTP, HTTPS, raw TCP, raw TLS.
 *
 * A server runs in threads of its own, in this process: start it, read its
 * ports, stop it. It needs no network: by default it listens on loopback alone.
 *
 * What HTTP and HTTPS answer is chosen by path and query; server_describe_paths
 * lists all of it, and the table in server_route.c is the one source. The
 * methods GET, HEAD, POST, PUT and DELETE are answered alike, on every path:
 *
 *   /bytes?length=N&seed=S       server_fill_bytes, the same for the same S
 *   /text?length=N               server_fill_text, lines of printable ASCII
 *   /echo                        the request's body, with its Content-Type
 *   /headers                     the request's line and headers, as text
 *   /status/CODE                 that status, 200 to 599
 *   /redirect?to=URL&code=30x    a Location
 *   /slow?length=N&chunk=C&delay=MS   C bytes of /bytes after each MS
 *   /truncated?length=N&send=M   declares N bytes, closes after M
 *   /chunked?length=N&chunk=C    /bytes in chunks, without Content-Length
 *   /close                       closes without an answer
 *   /hang                        never answers, until the client leaves
 *   /hostile, /hostile/NAME?length=N  bytes that forge responses of a module
 *
 * An unknown path is 404, a wrong parameter 400, an unknown method 405; the
 * text that comes with it says what was wrong and what there is.
 *
 * The raw peers, TCP and TLS, send the greeting, then each byte back as it
 * comes. A received line (its end is LF or CR LF) may be a command; it is echoed
 * like all else, and then does its work:
 *
 *   send N [SEED]   N bytes of server_fill_bytes follow (SEED: 0)
 *   close           the peer closes (TLS: after its close_notify)
 */
#ifndef ATPROOF_SERVER_H
#define ATPROOF_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- limits ----------------------------------------------------------- */

/* Bytes of a body; only those of /echo are ever held in memory. */
#define SERVER_LENGTH_MAX UINT64_C(1000000000000)
#define SERVER_ECHO_MAX   ((size_t)64 << 20)

/* Connections at a time: of each HTTP or HTTPS port; of all raw peers together.
 * A further one takes the place of that which has been silent for longest. */
#define SERVER_CONNECTION_MAX 256

/* How long a connection may stay without a byte, and a TLS handshake of the raw peers
 * may take, before it is closed. Units: seconds. More than /slow may pause. */
#define SERVER_IDLE_DEFAULT_S 120
#define SERVER_IDLE_MAX_S     86400

/* ---- options ---------------------------------------------------------- */

/* What a port talks. The expired and the self-signed certificate have ports of
 * their own, so that a test chooses between them without a restart. */
enum server_port {
    SERVER_HTTP,
    SERVER_HTTPS,
    SERVER_HTTPS_EXPIRED,
    SERVER_HTTPS_SELF_SIGNED,
    SERVER_TCP,
    SERVER_TLS,
    SERVER_TLS_EXPIRED,
    SERVER_TLS_SELF_SIGNED,
    SERVER_PORT_COUNT
};

/* In ascending order; 0 is the default of its place. */
enum server_tls_version {
    SERVER_TLS_DEFAULT, /* minimum: 1.2, or a lower maximum; maximum: 1.3 */
    SERVER_TLS_1_0,
    SERVER_TLS_1_1,
    SERVER_TLS_1_2,
    SERVER_TLS_1_3
};

/* Whether the raw TLS peers ask for the client's certificate. One that is there
 * must be of this server's CA, else the handshake fails. */
enum server_client_check {
    SERVER_CLIENT_IGNORED,
    SERVER_CLIENT_REQUESTED, /* a client without one is served */
    SERVER_CLIENT_REQUIRED
};

enum server_key_type { SERVER_KEY_EC /* P-256 */, SERVER_KEY_RSA /* 2048 bits */ };

/* Zeroed, it is a server on loopback with free ports. Borrows: all texts, until
 * server_start returns. */
struct server_options {
    const char *address;               /* numeric, IPv4 or IPv6; NULL: 127.0.0.1 */
    uint16_t ports[SERVER_PORT_COUNT]; /* 0: any free one */
    const char *const *names;          /* host names and addresses of the server's */
    size_t name_count;                 /* certificate, besides localhost and 127.0.0.1 */
    enum server_key_type key_type;     /* of all certificates */
    enum server_tls_version tls_min;   /* of HTTPS and TLS */
    enum server_tls_version tls_max;
    const char *ciphers;      /* of the TLS peers up to 1.2, in OpenSSL's words; NULL: default */
    const char *ciphersuites; /* the same of TLS 1.3 */
    enum server_client_check client_check;
    const uint8_t *greeting; /* what the raw peers send first */
    size_t greeting_size;    /* 0: nothing */
    unsigned idle_s;         /* a silent connection is closed after it; 0: SERVER_IDLE_DEFAULT_S */
    bool is_silent;          /* the raw peers echo nothing; commands still work */
};

/* ---- lifecycle -------------------------------------------------------- */

struct server;

/* Makes the certificates, listens on all ports, and serves until server_stop.
 * Its threads take no signals.
 * Writes: *error, only if it fails: what was wrong, in one line; from malloc.
 * Returns: the server, ready for connections; NULL if it failed. */
struct server *server_start(const struct server_options *options, char **error);

/* Closes all connections, also those in /hang and /slow, waits for the threads,
 * frees. NULL is nothing. */
void server_stop(struct server *server);

/* ---- readers ---------------------------------------------------------- */

/* The address as clients write it before ":PORT" (IPv6 in brackets). */
const char *server_address(const struct server *server);

/* The port that is bound; never 0. */
uint16_t server_port(const struct server *server, enum server_port port);

/* What is written by server_write_certificates, as PEM. NULL after the last.
 * Writes: *pem. Borrows: the server's. Returns: the file's name. */
const char *server_certificate(const struct server *server, size_t index, const char **pem);

/* All of it as files of `directory`, which is made if it is not there; keys are
 * readable to their owner only. Errors as for server_start. */
bool server_write_certificates(const struct server *server, const char *directory, char **error);

/* ---- bodies ----------------------------------------------------------- */

/* `size` bytes from `offset` of the body that `seed` names. Any 256 bytes from
 * a multiple of 256 on hold each value once, in an order of their own:
 *   h = mix((seed * 2^32 + offset / 256 + 1) * 0x9E3779B97F4A7C15 mod 2^64),
 *   mix being the finisher of SplitMix64,
 *   byte = ((offset * (h | 1) + (h >> 8)) ^ (h >> 16)) mod 256 */
void server_fill_bytes(uint32_t seed, uint64_t offset, uint8_t *out, size_t size);

/* The same of the text: lines of 64 bytes, each the line's offset as 12 digits,
 * a space, 49 characters from '!' to '~' and CR LF. */
void server_fill_text(uint64_t offset, uint8_t *out, size_t size);

/* A body that looks like a module's own output to a host that does not count. */
struct server_hostile {
    const char *name;
    const char *bytes;
    size_t size;
    const char *what;
};

/* NULL after the last; NULL if there is none of that name. */
const struct server_hostile *server_hostile(size_t index);
const struct server_hostile *server_find_hostile(const char *name);

/* ---- names ------------------------------------------------------------ */

/* "http", "https", "https-expired", ..., as --port and the command print them. */
const char *server_port_name(enum server_port port);

/* The paths, a line each. Owns: the caller, from malloc. */
char *server_describe_paths(void);

#endif
