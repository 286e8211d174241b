/* A connection of TCP or TLS that the module opened. Name, connection and
 * handshake are done beside the caller; nothing here waits. Whatever happens on
 * a connection writes to the event descriptor, then the caller looks. */
#ifndef ATPROOF_MODEM_LINK_H
#define ATPROOF_MODEM_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;
struct link_cache; /* TLS sessions that were kept, by peer and settings     */

enum link_state { LINK_OPENING, LINK_OPEN, LINK_CLOSED };

/* Why it is closed. */
enum link_reason {
    LINK_NO_REASON,   /* it is not                                          */
    LINK_NO_HOST,     /* the name has no address                            */
    LINK_REFUSED,     /* nobody listens, or no way there                    */
    LINK_TIMED_OUT,   /* name, connection or handshake took longer than their limit */
    LINK_HANDSHAKE,   /* no version or cipher suite in common, or broken off */
    LINK_UNTRUSTED,   /* the server's certificate is not of the CA          */
    LINK_OUT_OF_DATE, /* the server's certificate is not valid at `clock_s` */
    LINK_OWN_FILES,   /* CA, certificate or key given are none, or misfit   */
    LINK_OWN_PORT,    /* local_port is taken, or may not be had             */
    LINK_PEER_CLOSED, /* the peer closed in order; what it sent is kept     */
    LINK_RESET,       /* it broke; of TLS also the end without close_notify */
    LINK_GARBLED      /* what came was no record of this TLS connection     */
};

/* Texts and bytes: borrowed during link_open. */
struct link_tls {
    int version_min, version_max; /* as on the wire, 0x0300 … 0x0304; 0: no limit. OpenSSL
                                   * has no 0x0300: the handshake fails         */
    const uint16_t *ciphers;      /* IANA's numbers; none: all               */
    size_t cipher_count;
    bool verifies;  /* the server, by `ca`; its name is not compared        */
    const void *ca; /* PEM, one or more, or DER                             */
    size_t ca_size;
    const void *certificate; /* of the module; NULL: none. PEM may go on with its chain */
    size_t certificate_size;
    const void *key;
    size_t key_size;
    const char *key_password; /* NULL: none                                 */
    const char *server_name;  /* SNI; NULL: none                            */
    bool checks_time;         /* if it verifies: against `clock_s`          */
    bool ignores_trust;       /* verifies nothing but that                  */
    bool ignores_chain;       /* the same of a server that sends its CA along */
    int64_t clock_s;          /* what the module takes for now, since 1970 UTC */
    struct link_cache *cache; /* NULL: sessions are not kept                */
};

struct link_options {
    const char *host;
    uint16_t port;
    uint16_t local_port;                          /* 0: any                                   */
    const struct link_tls *tls;                   /* NULL: TCP                                */
    int64_t connect_limit_us, handshake_limit_us; /* 0: none                */
    size_t send_room;    /* bytes that link_send takes before the peer does */
    size_t receive_room; /* bytes that are held; then the peer has to wait  */
    int event;           /* eventfd; not written to after link_close       */
    bool offline;        /* it is closed at once: LINK_NO_HOST, without a thread */
};

/* Never NULL; what fails shows in its state. */
struct link *link_open(const struct link_options *options);

enum link_state link_state(const struct link *link);
enum link_reason link_reason(const struct link *link);

/* Whether it was connected: while it opens, the handshake is under way. */
bool link_is_connected(const struct link *link);
uint16_t link_local_port(const struct link *link); /* 0: not connected yet  */

/* Takes bytes for the peer as far as there is room; none while it is not open.
 * Returns: how many. */
size_t link_send(struct link *link, const void *bytes, size_t size);
size_t link_unsent(const struct link *link); /* taken, not yet the system's */

/* Hands out bytes of the peer; those that came before it closed stay. A close
 * after more bytes than receive_room shows only when these were taken.
 * Returns: how many. */
size_t link_receive(struct link *link, void *bytes, size_t capacity);
size_t link_waiting(const struct link *link); /* that link_receive would give */

/* Whether this TLS connection resumed a kept session. */
bool link_resumed(const struct link *link);

/* Closes, what is unsent included in at most 1 s beside the caller, and
 * releases. NULL is fine. */
void link_close(struct link *link);

struct link_cache *link_cache_new(void);
void link_cache_free(struct link_cache *cache); /* NULL is fine; links may still use it */

#endif
