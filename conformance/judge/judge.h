/* The judge: what in recorded traffic breaks the manual.
 *
 * A transcript is cut into exchanges: a command and all that the module said
 * until the next one. The parser decodes; the judge looks at its events and,
 * apart from the parser's own view of the exchange, lays the records that came
 * against each response variant of the manual. What does not agree is a
 * finding: a rule, the clause that it breaks, what the clause awaits and what
 * came instead.
 *
 * What came before the first command, or what no command's exchange can be
 * blamed for, stands in an exchange without a command, the first one. */
#ifndef CONFORMANCE_JUDGE_H
#define CONFORMANCE_JUDGE_H

#include "catalog/compile/compile.h"
#include "script/transcript.h"

#include <atproof/atproof.h>
#include <atproof/results.h>

/* ---- rules ------------------------------------------------------------ */

/* What can be wrong. Levels: must is the manual's syntax, order, arity, range;
 * should what it states less firmly, V.250's framing of a line, a misprint of the
 * manual; quirk a habit of the field, which cases state and no rule has; info
 * changes no verdict. */
enum judge_rule {
    /* Of fields: the clause is the record's. */
    JUDGE_OUT_OF_RANGE,
    JUDGE_EMPTY_FIELD,
    JUDGE_EXTRA_FIELD,
    JUDGE_MISSING_FIELD,
    JUDGE_MALFORMED_FIELD,
    JUDGE_STRAY_QUOTE,
    JUDGE_QUOTED,
    JUDGE_UNQUOTED,
    JUDGE_UNLISTED_CODE,
    JUDGE_OTHER_VALUE,
    JUDGE_UNKNOWN_RECORD,
    JUDGE_BAD_LENGTH,
    JUDGE_SHORT_PAYLOAD,
    JUDGE_TOO_MUCH,
    JUDGE_STRAY_TEXT,
    /* Of exchanges: the clause is the form's. */
    JUDGE_MISSING_LINE,
    JUDGE_MISSING_FINAL,
    JUDGE_WRONG_ORDER,
    JUDGE_DOUBLED,
    JUDGE_UNEXPECTED,
    JUDGE_LATE,
    JUDGE_ACCEPTED_ILLEGAL,
    JUDGE_ERRATUM,
    JUDGE_NOT_ASKED,
    /* Of how a line is framed. */
    JUDGE_BARE_LF,
    JUDGE_GLUED,
    JUDGE_NO_COLON,
    JUDGE_NO_SPACE,
    JUDGE_EXTRA_SPACE,
    JUDGE_EXTRA_CR,
    JUDGE_ECHO_DIFFERS,
    JUDGE_STALE,
    JUDGE_UNKNOWN_LINE,
    JUDGE_LONG_LINE,
    JUDGE_CUT,
    /* Of the host, and of the transcript itself. */
    JUDGE_ARGUMENT,
    JUDGE_DECLARED_ABSENT,
    JUDGE_RULE_COUNT
};

struct judge_rule_facts {
    const char *name; /* `missing-line`; of a line: as the parser's deviation */
    enum reports_level level;
    const char *clause; /* of rules that are not of one record: `core/V.250 5.7.1` */
    const char *text;   /* what the rule asks for, one sentence             */
};

/* By enum judge_rule: the one table of their words. */
extern const struct judge_rule_facts judge_rules[JUDGE_RULE_COUNT];

/* The rule of that name, as users write it. Writes: *out. Returns: false if there
 * is none. */
bool judge_find_rule(const char *name, enum judge_rule *out);

/* The rule that a deviation of the parser breaks, by its bit (ATP_DEV_...). */
enum judge_rule judge_rule_of_deviation(unsigned bit);

/* ---- texts ------------------------------------------------------------ */

/* Bytes as C escapes, cut after `limit` of them. Owns: the caller. */
char *judge_escape(const uint8_t *bytes, size_t size, size_t limit);

/* `set/clause`, or `set-edition/clause`. Owns: the caller. */
char *judge_clause(const struct compiled_source *source);

/* ---- what is found ----------------------------------------------------- */

/* Bytes of an item of the wire that its text keeps. */
#define JUDGE_WIRE_TEXT 256

/* Where an exchange stands in the catalogue. */
struct judge_place {
    size_t form_index;    /* SIZE_MAX: none                                 */
    size_t variant_index; /* in the form, SIZE_MAX: none                    */
};

struct judgement {
    struct reports_exchange *exchanges; /* texts and arrays owned; `name`, `form`,
                                         * `variant` and what rules say borrowed */
    struct judge_place *places;         /* of each exchange                  */
    size_t exchange_count;
    struct reports_identity identity; /* as far as the transcript has it: texts owned,
                                       * `source` and `sha256` NULL         */
    enum reports_verdict verdict;     /* the worst: fail, deviation, pass, and unjudged
                                       * if there is nothing else           */
    uint64_t *record_counts;          /* by record of the catalogue: how often it came */
};

/* ---- judging ---------------------------------------------------------- */

/* A finding that the transcript declares: it must come, and is then no fault. */
struct judge_declared {
    enum judge_rule rule;
    const char *clause;
    const char *reason;
    size_t line; /* where it is declared: it belongs to the exchange whose
                  * command stands last above it                           */
};

/* A time limit that the transcript states in the catalogue's place. */
struct judge_limit {
    uint64_t within_us;
    size_t line; /* as above */
};

struct judge_options {
    bool strict;      /* should counts as must                               */
    bool only_sent;   /* the host's direction alone is there: commands are
                       * judged, responses are not awaited                    */
    size_t line_size; /* bytes of the parser's line buffer, 0: 4096         */
    const struct judge_declared *declared;
    size_t declared_count;
    const struct judge_limit *limits;
    size_t limit_count;
};

/* Which directions of the line are known. */
enum judge_direction {
    JUDGE_BOTH,
    JUDGE_MODULE_ALONE /* a command is known by its echo                     */
};

/* Traffic that is judged as it comes: each item is decoded once.
 *
 *     course = judge_course_new(compiled, 0, JUDGE_BOTH, NULL, NULL);
 *     judge_course_take(course, item, bytes);             as often as one comes
 *     judge_course_end(course, options, &judgement);
 *
 * Borrows: `compiled`, until the judgement is released; of items and bytes nothing. */
struct judge_course;

/* `line_size`: bytes of the parser's line buffer, 0: 4096. `watch`: called with each
 * event after the judge has seen it; NULL: none.
 * Owns: the caller ends it with judge_course_end or judge_course_free. */
struct judge_course *judge_course_new(const struct compiled_catalog *compiled, size_t line_size,
                                      enum judge_direction directions, atp_event_fn *watch,
                                      void *user);

/* The next item of the line. Its `line` is what exchanges and findings name. */
void judge_course_take(struct judge_course *course, const struct transcript_item *item,
                       const uint8_t *bytes);

/* The parser that decodes it, to ask for its state. */
const struct atp_parser *judge_course_parser(const struct judge_course *course);

/* The traffic is over. Releases the course.
 * Owns: the caller releases *out with judgement_release. */
void judge_course_end(struct judge_course *course, const struct judge_options *options,
                      struct judgement *out);
void judge_course_free(struct judge_course *course); /* NULL is fine */

/* Puts `lines[n - 1]` in the place of line n of each exchange, finding and item of the
 * wire: traffic that was judged before its lines were known. Line 0 stays. */
void judgement_set_lines(struct judgement *judgement, const size_t *lines, size_t line_count);

/* Judges a transcript from its beginning to its end.
 * Owns: the caller releases *out with judgement_release. It borrows from
 * `compiled`, not from the transcript. Memory that cannot be had ends the
 * program (memory.h). */
void judge_transcript(const struct transcript *transcript, const struct compiled_catalog *compiled,
                      const struct judge_options *options, struct judgement *out);

void judgement_release(struct judgement *judgement);

#endif
