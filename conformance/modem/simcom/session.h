/* The sessions of SIMCom's CCH commands. */
#ifndef ATPROOF_MODEM_SESSION_H
#define ATPROOF_MODEM_SESSION_H

#include "base/memory.h"
#include "modem/core/part.h"
#include "modem/net/link.h"

#define SESSION_COUNT 2

enum session_state {
    SESSION_FREE,    /* nothing, or a configuration for CCHOPEN             */
    SESSION_OPENING, /* the result of CCHOPEN is to come                    */
    SESSION_OPEN,
    SESSION_ENDED /* by the peer; what it sent is kept until CCHOPEN        */
};

struct session {
    enum session_state state;
    struct link *link;
    char *host;
    int port, client_type, own_port; /* own_port 0: any                     */
    int send_limit_s, context;       /* context -1: not chosen              */
    bool result_first;               /* OPENING: the command is pending     */
    uint64_t taken, announced;       /* bytes received: read; sent by CCHEVENT */
    bool tells;                      /* CCHEVENT is due with the next of them */
    size_t due;                      /* bytes that CCHRECV promised         */
    uint64_t queued;                 /* bytes given to the link             */
    LIST(struct pending_send) sends; /* not yet sent                        */
};

struct cch {
    bool on, activated; /* activated: the context, by CCHSTART              */
    bool transparent;   /* CCHMODE                                          */
    bool reports_sends; /* CCHSET                                           */
    bool manual;
    size_t uploads; /* session of the CCHSEND under way                     */
    struct session sessions[SESSION_COUNT];
};

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

/* Owned by the module. */
struct cch *cch_of(const struct modem *modem);

/* The key of the part that has them. */
extern const struct modem_memory cch_memory;

/* Ends it and forgets its configuration, or only the former. */
void session_end(struct modem *modem, int id);
void session_forget_connection(struct session *session);

/* CCHOPEN failed: forgets the session, and prints the URC. */
void session_failed(struct modem *modem, int id, int error);

/* Ends sessions and service; prints nothing but a stream's end. */
void cch_stop(struct modem *modem);

/* A CCHSEND that was taken: sent when so many bytes are. */
struct pending_send {
    uint64_t end;
    int64_t until;
};

/* The bytes that were just queued are to be reported when sent. */
void session_sends(struct modem *modem, struct session *session);
size_t session_unsent(const struct session *session);

/* Bytes that CCHRECV could read. */
size_t session_stored(const struct modem *modem, const struct session *session);

#endif
