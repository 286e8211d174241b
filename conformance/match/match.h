/* Lays a recording against a case: whether what was said is one of the ways
 * in which the case can go. Works on bytes, without parser and catalogue, so
 * that it is a second opinion.
 *
 * Line ends: a `<` line matches its text with any run of CR and LF (also none)
 * before it and at least one CR or LF behind it; `<<` and `<=` match exactly.
 * The echo of the command just sent is skipped wherever a line may begin, and
 * so is a line that `@ urc: PATTERN` in force allows (`@ urc:` alone: any line
 * that begins with `+`, `*` or `^`). Times and deviations are the judge's. */
#ifndef CONFORMANCE_MATCH_H
#define CONFORMANCE_MATCH_H

#include "script/script.h"

enum match_outcome {
    MATCH_WHOLE,   /* the recording is the case, to its end                 */
    MATCH_PARTIAL, /* so far it agrees; more is awaited                     */
    MATCH_NONE,    /* it goes another way                                   */
    MATCH_UNKNOWN  /* too ambiguous: given up after 1,000,000 steps         */
};

/* How far it agreed, at best. */
struct match_result {
    enum match_outcome outcome;
    size_t recording_line; /* of the recording, where it agreed no longer   */
    size_t case_line;      /* of the case: what was awaited there; 0: nothing more */
    char *expected;        /* the same as text                              */
    char *seen;            /* what stands there, as C escapes, at most 64   */
    uint64_t offset;       /* of it, in all that the module said            */
};

/* Owns: the caller releases *out with match_release. */
void match_case(const struct script_case *case_, const struct transcript *recording,
                const struct script_settings *settings, struct match_result *out);
void match_release(struct match_result *result);

/* What may come behind a recording of the case's beginning. */
struct match_next {
    bool may_end;                      /* here the case may be over         */
    const struct script_node *send;    /* what the host may say; NULL: nothing */
    struct buffer bytes;               /* of it: as they are to be sent     */
    const struct script_node *receive; /* what the module may say; NULL: nothing */
    uint64_t within_us;                /* of it: what the case allows, 0: nothing said */
    uint64_t stream_end;               /* with may_end: bytes of the module before the stream ended;
                                        * UINT64_MAX: no stream did                       */
};

/* A URC that may come anywhere. */
struct match_urc {
    const char *beginning; /* `+CREG`, `+QSSLURC: "recv"`                    */
    size_t field_count;    /* of the line that announces payload by its last
                            * field; 0: none does                           */
};

/* The same for a case under way.
 * Owns: the caller releases *next with match_next_release, *out with
 * match_release. */
void match_live(const struct script_case *case_, const struct transcript *recording,
                const struct script_settings *settings, const struct match_urc *urcs,
                size_t urc_count, struct match_next *next, struct match_result *out);
void match_next_release(struct match_next *next);

#endif
