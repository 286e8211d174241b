/* Lays a recording against a case: whether what was said is one of the ways
 * in which the case can go. Works on bytes, without parser and catalogue, so
 * that it is a second opinion.
 *
 * Line ends: a `<` line matches its text with any run of CR and LF (also none)
 * before it and at least one CR or LF behind it; `<<` and `<=` match exactly.
 * An echo of the command line just sent is skipped wherever a line may begin.
 * So is a line that `@ urc: PATTERN` in force allows. For `@ urc:` alone the
 * caller says what is a URC. */
#ifndef CONFORMANCE_MATCH_H
#define CONFORMANCE_MATCH_H

#include "script.h"

enum match_outcome {
    MATCH_WHOLE,   /* the recording is the case, to its end                 */
    MATCH_PARTIAL, /* so far it agrees; more is awaited                     */
    MATCH_NONE     /* it goes another way                                   */
};

/* Size of the URC (with its payload, its line ends) that stands at the start
 * of the bytes, 0 if there is none. */
typedef size_t match_urc_fn(void *user, const uint8_t *bytes, size_t size);

struct match_options {
    const struct script_settings *settings;
    match_urc_fn *is_urc; /* NULL: none is                                  */
    void *user;
};

struct match_value {
    char *name; /* owned */
    uint8_t *bytes;
    size_t size;
};

/* How far it agreed, at best. */
struct match_result {
    enum match_outcome outcome;
    size_t item;            /* of the recording, where it agreed no longer  */
    uint64_t offset;        /* in all bytes of the module, likewise         */
    const struct script_node *node; /* what was awaited there, NULL: nothing more */
    char *expected;         /* the same as text, as the script has it; several
                             * by ` or `                                    */
    char *seen;             /* what stands there, as C escapes, at most 64  */
    struct match_value *values; /* captures, of MATCH_WHOLE and MATCH_PARTIAL */
    size_t value_count;
    bool too_ambiguous;     /* given up after 1,000,000 steps; outcome none  */
};

/* Owns: the caller releases *out with match_release. */
void match_case(const struct script_case *case_, const struct transcript *recording,
                const struct match_options *options, struct match_result *out);
void match_release(struct match_result *result);

#endif
