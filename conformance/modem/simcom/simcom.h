/* SIMCom's SSL contexts and the sessions of its CCH commands. */
#ifndef ATPROOF_MODEM_SIMCOM_H
#define ATPROOF_MODEM_SIMCOM_H

#include "base/buffer.h"
#include "modem/net/link.h"

#define SSL_CONTEXT_COUNT 10
#define SESSION_COUNT     2

/* F1012. */
struct modem_ssl_context {
    int version, authentication, negotiate_s, cipher;
    bool ignores_time, sends_name;
    char *files[3]; /* names, by enum ssl_file; NULL: not set               */
    char *password;
};

enum ssl_file { SSL_CA, SSL_CERTIFICATE, SSL_KEY };

enum session_state {
    SESSION_FREE,    /* nothing, or a configuration for CCHOPEN             */
    SESSION_OPENING, /* the result of CCHOPEN is to come                    */
    SESSION_OPEN,
    SESSION_ENDED /* by the peer; what it sent is kept until CCHOPEN        */
};

struct modem_session {
    enum session_state state;
    struct link *link;
    char *host;
    int port, client_type, own_port; /* own_port 0: any                     */
    int send_limit_s, context;       /* context -1: not chosen              */
    bool result_first;               /* OPENING: the command is pending     */
    uint64_t taken, announced;       /* bytes received: read; told by CCHEVENT */
    bool tells;                      /* CCHEVENT is due with the next of them */
    size_t due;                      /* bytes that CCHRECV promised         */
    uint64_t queued;                 /* bytes given to the link             */
    struct buffer sends;             /* struct pending_send, not yet sent   */
};

struct modem_cch {
    bool on, activated; /* activated: the context, by CCHSTART              */
    bool transparent;   /* CCHMODE                                          */
    bool reports_sends; /* CCHSET                                           */
    bool manual;
    size_t uploads; /* session of the CCHSEND under way                     */
    struct modem_session sessions[SESSION_COUNT];
};

struct modem;

/* The state of a module that was just switched on. */
void modem_ssl_reset(struct modem *modem);
void modem_ssl_release(struct modem *modem);

/* What SSL context `index` says, for `host`. Writes: *tls, and *cipher, to which
 * it points. Borrows from files and contexts.
 * Returns: false if a certificate that it needs is not set, or not there. */
bool modem_ssl_settings(struct modem *modem, int index, const char *host, struct link_tls *tls,
                        uint16_t *cipher);

/* The state of a module that was just switched on. */
void modem_cch_reset(struct modem *modem);

/* Ends sessions and service; only a stream gets a word of it. */
void modem_cch_stop(struct modem *modem);

/* Tells what happened on the sessions. */
void modem_cch_tick(struct modem *modem);
int64_t modem_cch_due(const struct modem *modem);
bool modem_cch_is_opening(const struct modem *modem);

/* Results of operations (A7600-SSL 4.1.1). */
enum cch_error {
    CCH_SUCCEEDED,
    CCH_UNKNOWN = 2,
    CCH_PEER_CLOSED = 4,
    CCH_TIMED_OUT,
    CCH_TRANSFER,
    CCH_NOT_OPEN = 10,
    CCH_WRONG_STATE,
    CCH_NO_SOCKET,
    CCH_NO_DNS,
    CCH_NOT_CONNECTED,
    CCH_HANDSHAKE,
    CCH_SEND_TIMED_OUT = 18,
    CCH_NO_CERTIFICATE
};

/* CCHOPEN came to nothing: forgets the session, and says so. */
void modem_session_failed(struct modem *modem, int id, int error);
void modem_session_end(struct modem *modem, int id);

/* The bytes that were just queued are to be reported when sent. */
void modem_session_sends(struct modem *modem, struct modem_session *session);
size_t modem_session_unsent(const struct modem_session *session);

/* Bytes that CCHRECV could read. */
size_t modem_session_stored(const struct modem *modem, const struct modem_session *session);

/* Says what CCHRECV promised, behind its OK. */
void modem_cch_after_final(struct modem *modem);

#endif
