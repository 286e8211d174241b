/* Plays a case against a module: sends what the host says in it, and awaits
 * what the module may say. */
#ifndef CONFORMANCE_PLAY_H
#define CONFORMANCE_PLAY_H

#include "match/match.h"
#include "run/pace.h"
#include "run/session.h"

struct play_options {
    struct script_settings settings;
    const struct match_urc *urcs; /* of the dialect: they may come anywhere   */
    size_t urc_count;
    int64_t limit_us;  /* for an answer of which nothing states a limit       */
    int64_t settle_us; /* silence after which no more of what is optional comes */
    struct pace *pace; /* the runner's own delays are added; NULL: none are    */
};

enum play_outcome {
    PLAY_AGREES,
    PLAY_DIFFERS,   /* the module said something else                       */
    PLAY_SILENT,    /* it said no more                                      */
    PLAY_LATE,      /* it said it later than the case allows                */
    PLAY_AMBIGUOUS, /* too many ways: match.h                               */
    PLAY_VANISHED,  /* the port                                             */
    PLAY_FLOODS,    /* it sends more than a case keeps: session.h           */
    PLAY_STOPPED    /* by *stop                                             */
};

struct play_result {
    enum play_outcome outcome;
    struct match_result match;
    size_t first;      /* item of the session's record that is the case's first */
    int64_t limit_us;  /* of what was awaited, when it was silent or late       */
    size_t sent_count; /* by the host                                           */
};

/* Owns: the caller releases result->match. */
void play_case(struct session *session, const struct script_case *case_,
               const struct play_options *options, const volatile sig_atomic_t *stop,
               struct play_result *result);

#endif
