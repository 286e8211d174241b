/* The response variants of the manual, slowly: what came since a command was
 * sent is kept, and tried against each variant of its form, element by
 * element, in all ways. The parser's verdict must agree. */
#ifndef FUZZ_VARIANT_H
#define FUZZ_VARIANT_H

#include "watch.h"

#define VARIANT_TRAIL_MAX 64 /* records; of a longer response nothing is said */
#define VARIANT_START_MAX 4  /* likewise of more commands and echoes in a row */

/* The records that counted since the response may have begun. */
struct variant_trail {
    unsigned count;
    uint16_t records[VARIANT_TRAIL_MAX];
};

/* Where the response began is not always known: at the command that was sent,
 * or at its echo. All are followed, and the verdict must fit one. */
struct variant_watch {
    const struct watch *watch;
    const struct atp_form *form; /* of the command that is pending           */
    unsigned sent;               /* calls of watch_sent so far               */
    unsigned start_count;        /* more than VARIANT_START_MAX: given up    */
    struct variant_trail starts[VARIANT_START_MAX];
    unsigned calls; /* of the host's that may change the exchange, so far    */
    bool final;     /* the result code has come since                        */
    bool unsure;    /* or of the same command before it was sent again       */
    bool stream;    /* one is under way                                      */
    uint8_t state;  /* enum atp_exchange_state, as it was told last          */
};

/* Runs the session in one piece, judged so (failures are I4 and I8), and then
 * what watch_recovers feeds. Returns: how many events the session has. */
size_t variant_run(struct variant_watch *variants, struct watch *watch,
                   const struct session *session, const uint8_t *input);

#endif
