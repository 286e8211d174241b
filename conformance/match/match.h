/* Compares a recording with a case: whether it is one of the ways in which the
 * case can go. Works on bytes, without parser and catalogue, so
 * that it is a second opinion.
 *
 * Line ends: a `<` line matches its text with any run of CR and LF (also none)
 * before it and at least one CR or LF after it; `<<` and `<=` match exactly.
 * The echo of the command just sent is skipped wherever a line may begin, and
 * so is a line that `@ urc: PATTERN` in force allows (`@ urc:` alone: any line
 * that begins with `+`, `*` or `^`). Times and deviations are the judge's.
 *
 * Budget: a recording may take 4,194,304 steps and 8 more for each of its bytes, of a
 * case under way 64 more; a step is a node tried, a placeholder read, or 256 bytes
 * looked at. What would take more is given up, which is never an agreement. Memory is
 * bounded as well: at most 262,144 choices, and 64 MiB of undecided ways. */
#ifndef CONFORMANCE_MATCH_H
#define CONFORMANCE_MATCH_H

#include "script/script.h"

enum match_outcome {
    MATCH_WHOLE,   /* the recording is the case, to its end                 */
    MATCH_PARTIAL, /* so far it agrees; more is awaited                     */
    MATCH_NONE,    /* it goes another way                                   */
    MATCH_UNKNOWN  /* given up: more steps than its budget, or more held    */
};

/* How far it agreed, at best. */
struct match_result {
    enum match_outcome outcome;
    size_t recording_line; /* of the recording, where it agreed no longer   */
    size_t case_line;      /* of the case: what was awaited there; 0: nothing more */
    char *expected;        /* the same as text                              */
    char *seen;            /* what stands there, as C escapes, at most 64   */
    uint64_t offset;       /* of it, in all bytes of the module             */
    size_t steps;          /* taken                                         */
};

/* Owns: the caller releases *out with match_release. */
void match_case(const struct script_case *case_, const struct transcript *recording,
                const struct script_settings *settings, struct match_result *out);
void match_release(struct match_result *result);

/* What may come after a recording of the case's beginning. */
struct match_next {
    bool may_end;                      /* here the case may be over         */
    const struct script_node *send;    /* what the host may send; NULL: nothing */
    struct buffer bytes;               /* of it: as they are to be sent     */
    const struct script_node *receive; /* what the module may send; NULL: nothing */
    uint64_t within_us;                /* of it: what the case allows, 0: not stated */
    uint64_t stream_end;               /* with may_end or send, of the first way: bytes of the
                                        * module before the last stream ended; UINT64_MAX:
                                        * none did                                        */
    bool is_ambiguous;                 /* given up: the rest is not valid, and no verdict   */
    size_t steps;                      /* taken since the case began                        */
};

/* A URC that may come anywhere. */
struct match_urc {
    const char *beginning; /* `+CREG`, `+QSSLURC: "recv"`                    */
    size_t field_count;    /* of the line that announces payload by its last
                            * field; 0: none does                           */
};

/* A case under way, matched as its recording grows: of what was matched before,
 * only what the new bytes may decide is looked at again.
 *
 *     course = match_course_new(case_, settings, urcs, urc_count);
 *     next = match_course_advance(course, &recording);    as often as it grew
 *     match_course_free(course);
 *
 * Borrows: what it is given to begin with, until match_course_free; of a
 * recording nothing, its bytes may move as it grows. */
struct match_course;

/* Owns: the caller. */
struct match_course *match_course_new(const struct script_case *case_,
                                      const struct script_settings *settings,
                                      const struct match_urc *urcs, size_t urc_count);
void match_course_free(struct match_course *course); /* NULL is fine */

/* The recording is what it was, and perhaps more items after it.
 * Returns: what may come next; valid until the next call. */
const struct match_next *match_course_advance(struct match_course *course,
                                              const struct transcript *recording);

/* The next recording is another one: what was matched is forgotten. */
void match_course_restart(struct match_course *course);

/* How far the recording of a case under way agreed, matched from its beginning.
 * Owns: the caller releases *out with match_release. */
void match_explain(const struct script_case *case_, const struct transcript *recording,
                   const struct script_settings *settings, const struct match_urc *urcs,
                   size_t urc_count, struct match_result *out);

/* Appends: to *out, a line that the host sends (kind SCRIPT_LINE) with its CR, the
 * variables of the case set. */
void match_render_line(const struct script_case *case_, const struct script_settings *settings,
                       const struct script_node *node, struct buffer *out);

#endif
