/* Quectel's SSL contexts and clients. */
#ifndef ATPROOF_MODEM_QUECTEL_SSL_H
#define ATPROOF_MODEM_QUECTEL_SSL_H

#include "link.h"

#include <stdbool.h>
#include <stdint.h>

#define SSL_CONTEXT_COUNT 6
#define SSL_CLIENT_COUNT  12
#define SSL_SEND_MAX      1460  /* bytes of an upload, 2.2.3                 */
#define SSL_RECEIVE_MAX   1500  /* of QSSLRECV, 2.2.4, and of a push           */
#define SSL_SEND_ROOM     11680 /* of a client's send buffer: eight uploads   */
#define SSL_RECEIVE_ROOM  32768 /* and of what it has received                */
#define SSL_CIPHER_MAX    64    /* of QSSLCFG's list                          */

/* What QSSLCFG sets, of all editions. */
enum ssl_setting {
    SSL_VERSION,
    SSL_CIPHERSUITE,
    SSL_CACERT,
    SSL_CACERTEX,
    SSL_CLIENTCERT,
    SSL_CLIENTKEY,
    SSL_SECLEVEL,
    SSL_IGNORELOCALTIME,
    SSL_NEGOTIATETIME,
    SSL_SNI,
    SSL_CLOSETIMEMODE,
    SSL_IGNOREMULTICERTCHAINVERIFY,
    SSL_IGNOREINVALIDCERTSIGN,
    SSL_SESSION_CACHE,
    SSL_SETTING_COUNT
};

struct ssl_context {
    char *values[SSL_SETTING_COUNT]; /* NULL: the default                   */
    struct link_cache *cache;        /* of session_cache; NULL: none yet    */
};

enum ssl_state {
    SSL_INITIAL,
    SSL_OPENING,
    SSL_CONNECTED,
    SSL_CLOSING /* broken; what came before is kept until QSSLCLOSE         */
};

enum ssl_mode { SSL_BUFFER, SSL_PUSH, SSL_TRANSPARENT };

struct ssl_client {
    struct link *link;
    char *host;
    enum ssl_state state;
    enum ssl_mode mode;
    int pdp;     /* PDP context, 1 the first                                */
    int context; /* SSL context                                             */
    uint16_t port;
    bool told; /* that data wait, and they were not read to the end since   */
};

/* What the command under way waits for. */
enum ssl_waits { SSL_WAITS_NOT, SSL_WAITS_TO_OPEN, SSL_WAITS_TO_CLOSE };

struct modem_ssl {
    struct ssl_context contexts[SSL_CONTEXT_COUNT];
    struct ssl_client clients[SSL_CLIENT_COUNT];
    struct ssl_client *used;   /* by the command under way                  */
    struct ssl_client *stream; /* on the line, or what ATO returns to       */
    int64_t close_by;          /* QSSLCLOSE's limit                         */
    enum ssl_waits waits;
};

#endif
