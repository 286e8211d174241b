/* Quectel's SSL contexts and clients. */
#ifndef ATPROOF_MODEM_QUECTEL_SSL_H
#define ATPROOF_MODEM_QUECTEL_SSL_H

#include "modem/net/link.h"
#include "modem/quectel/quectel.h"

#define QSSL_CONTEXT_COUNT 6
#define QSSL_CLIENT_COUNT  12
#define QSSL_SEND_MAX      1460  /* bytes of an upload, 2.2.3               */
#define QSSL_RECEIVE_MAX   1500  /* of QSSLRECV, 2.2.4, and of a push       */
#define QSSL_SEND_ROOM     11680 /* of a client's send buffer: eight uploads */
#define QSSL_RECEIVE_ROOM  32768 /* and of what it has received             */
#define QSSL_CIPHER_MAX    64    /* of QSSLCFG's list                       */

/* What QSSLCFG sets, of all editions. */
enum qssl_setting {
    QSSL_VERSION,
    QSSL_CIPHERSUITE,
    QSSL_CACERT,
    QSSL_CACERTEX,
    QSSL_CLIENTCERT,
    QSSL_CLIENTKEY,
    QSSL_SECLEVEL,
    QSSL_IGNORELOCALTIME,
    QSSL_NEGOTIATETIME,
    QSSL_SNI,
    QSSL_CLOSETIMEMODE,
    QSSL_IGNOREMULTICERTCHAINVERIFY,
    QSSL_IGNOREINVALIDCERTSIGN,
    QSSL_SESSION_CACHE,
    QSSL_SETTING_COUNT
};

struct qssl_context {
    char *values[QSSL_SETTING_COUNT]; /* NULL: the default                   */
    struct link_cache *cache;         /* of session_cache; NULL: none yet    */
};

enum qssl_state {
    QSSL_INITIAL,
    QSSL_OPENING,
    QSSL_CONNECTED,
    QSSL_CLOSING /* broken; what came before is kept until QSSLCLOSE         */
};

enum qssl_mode { QSSL_BUFFER, QSSL_PUSH, QSSL_TRANSPARENT };

struct qssl_client {
    struct link *link;
    char *host;
    enum qssl_state state;
    enum qssl_mode mode;
    int pdp;     /* PDP context, 1 the first                                */
    int context; /* SSL context                                             */
    uint16_t port;
    bool told; /* that data wait, and they were not read to the end since   */
};

/* What the command under way waits for. */
enum qssl_waits { QSSL_WAITS_NOT, QSSL_WAITS_TO_OPEN, QSSL_WAITS_TO_CLOSE };

struct qssl {
    struct qssl_context contexts[QSSL_CONTEXT_COUNT];
    struct qssl_client clients[QSSL_CLIENT_COUNT];
    struct qssl_client *used;   /* by the command under way                  */
    struct qssl_client *stream; /* on the line, or what ATO returns to       */
    int64_t close_by;           /* QSSLCLOSE's limit                         */
    enum qssl_waits waits;
};

/* ---- clients (client.c) ----------------------------------------------- */

/* Owned by the module. */
struct qssl *qssl_of(const struct modem *modem);

/* The client whose number is the argument `name`. */
struct qssl_client *qssl_client(struct modem *modem, const struct modem_call *call,
                                const char *name);
int qssl_number_of(const struct modem *modem, const struct qssl_client *client);

/* Closes, whatever the state; nothing is printed but of a stream. */
void qssl_release(struct modem *modem, struct qssl_client *client);

/* The client's stream takes the line from the next CONNECT on; is over, if it
 * was this client's; may have been left, or returned to. */
void qssl_begin_stream(struct modem *modem, struct qssl_client *client);
void qssl_end_stream(struct modem *modem, const struct qssl_client *client);
void qssl_note_stream(struct modem *modem);

/* Whether QSSLCLOSE has waited enough: all is sent, nobody takes it, or the
 * time is over. */
bool qssl_is_sent(const struct modem *modem, const struct qssl_client *client);

/* The key of the part that has them. */
extern const struct modem_memory qssl_memory;

/* ---- settings (ssl_config.c) ------------------------------------------ */

/* What QSSLCFG has set, or the default. */
const char *qssl_text(const struct modem *modem, int context, enum qssl_setting setting);
int qssl_number(const struct modem *modem, int context, enum qssl_setting setting);

/* The suites to offer. Returns: how many. */
size_t qssl_ciphers(const struct modem *modem, int context, uint16_t ciphers[QSSL_CIPHER_MAX]);

void qssl_forget_contexts(struct modem *modem);

/* ---- connections (ssl_open.c, ssl_poll.c) ----------------------------- */

/* AT+QSSLOPEN. */
int qssl_open(struct modem *modem, const struct modem_call *call);

#endif
