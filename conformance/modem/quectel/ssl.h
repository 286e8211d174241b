/* Quectel's SSL contexts and clients. */
#ifndef ATPROOF_MODEM_QUECTEL_SSL_H
#define ATPROOF_MODEM_QUECTEL_SSL_H

#include "modem/net/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;
struct modem_call;

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

struct modem_qssl {
    struct qssl_context contexts[QSSL_CONTEXT_COUNT];
    struct qssl_client clients[QSSL_CLIENT_COUNT];
    struct qssl_client *used;   /* by the command under way                  */
    struct qssl_client *stream; /* on the line, or what ATO returns to       */
    int64_t close_by;           /* QSSLCLOSE's limit                         */
    enum qssl_waits waits;
};

/* Result codes of EC200x, chapter 5, that a module like this one can meet. */
enum qssl_error {
    QSSL_UNKNOWN = 550,
    QSSL_BLOCKED = 551,
    QSSL_BAD_PARAMETER = 552,
    QSSL_NOT_SUPPORTED = 555,
    QSSL_NO_CONTEXT = 561,
    QSSL_IN_USE = 563,
    QSSL_NO_NAME = 565,
    QSSL_NO_CONNECTION = 566,
    QSSL_CLOSED = 567,
    QSSL_TIMED_OUT = 569,
    QSSL_CONTEXT_BROKE = 570,
    QSSL_CANCELLED = 571
};

/* ERROR, and `code` for QIGETERROR. */
int modem_qssl_fail(struct modem *modem, int code);

/* The client whose number is the argument `name`. */
struct qssl_client *modem_qssl_client(struct modem *modem, const struct modem_call *call,
                                      const char *name);

/* What QSSLCFG has set, or the default. */
const char *modem_qssl_text(const struct modem *modem, int context, enum qssl_setting setting);
int modem_qssl_number(const struct modem *modem, int context, enum qssl_setting setting);

/* The suites to offer. Returns: how many. */
size_t modem_qssl_ciphers(const struct modem *modem, int context,
                          uint16_t ciphers[QSSL_CIPHER_MAX]);

void modem_qssl_forget_contexts(struct modem *modem);
void modem_qssl_stop(struct modem *modem);

/* What happened on the connections, and when to look again without that. */
void modem_qssl_tick(struct modem *modem);
int64_t modem_qssl_due(const struct modem *modem);
bool modem_qssl_is_opening(const struct modem *modem);

/* Closes, whatever the state; nothing is said but of a stream. */
void modem_qssl_release(struct modem *modem, struct qssl_client *client);

/* The client's stream takes the line from the next CONNECT on; is over, if it
 * was this client's; may have been left, or returned to. */
void modem_qssl_begin_stream(struct modem *modem, struct qssl_client *client);
void modem_qssl_end_stream(struct modem *modem, const struct qssl_client *client);
void modem_qssl_note_stream(struct modem *modem);

/* QIGETERROR is about the last SSL command. */
void modem_qssl_note(struct modem *modem, const struct modem_call *call, int result);

#endif
