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

#include "base/digest.h"
#include "catalog/compile/compile.h"
#include "script/transcript.h"

#include <atproof/atproof.h>

/* ---- rules ------------------------------------------------------------ */

/* How much a finding weighs. must: the manual's syntax, order, arity, range.
 * should: what it states less firmly, V.250's form of a line, a misprint of the
 * manual. quirk: a habit known of the field, which cases state and no rule does.
 * info: told, weighs nothing. */
enum judge_level { JUDGE_MUST, JUDGE_SHOULD, JUDGE_QUIRK, JUDGE_INFO };

/* A rule: `missing-line`, `range`, … Those of a line bear the names of the
 * parser's deviations. */
struct judge_rule {
    const char *name;
    enum judge_level level;
    const char *clause; /* of rules that are not of one record: `core/V.250 5.7.1` */
    const char *text;   /* what the rule asks for, one sentence             */
};

/* All rules; the last has the name NULL. */
extern const struct judge_rule judge_rules[];
const struct judge_rule *judge_find_rule(const char *name);

const char *judge_level_name(enum judge_level level); /* "must", …        */

/* ---- findings --------------------------------------------------------- */

struct judge_finding {
    const struct judge_rule *rule;
    char *clause;    /* `simcom-http/2.2.4`: set and clause                 */
    uint64_t offset; /* in all bytes of the module                          */
    uint64_t size;   /* bytes of the module's, 0: it did not come, or is the host's */
    size_t line;     /* of the transcript's item, 0: none                   */
    char *expected;  /* in the manual's notation                            */
    char *seen;      /* as it came, bytes below 0x20 or above 0x7E as C escapes */
    bool declared;   /* the transcript says that it is known                */
    char *reason;    /* why, of a declared one; else NULL                   */
};

enum judge_verdict {
    JUDGE_PASS,
    JUDGE_DEVIATION, /* findings, none of them an undeclared must           */
    JUDGE_FAIL,
    JUDGE_UNJUDGED
};
const char *judge_verdict_name(enum judge_verdict verdict); /* "pass", …  */

/* What was said during an exchange, in the order of the line: a command, data of
 * the host, or an event of the module. A payload in spans is one. */
struct judge_wire {
    bool is_sent;
    const char *kind;              /* sent: "command", "data"; received: of the event. Static */
    const char *name;              /* of the record; NULL: none is known. Borrowed       */
    uint64_t offset;               /* received: in all bytes of the module; sent: 0      */
    uint64_t size;                 /* bytes                                              */
    size_t line;                   /* of the transcript's item, 0: none                  */
    int64_t time_us;               /* TRANSCRIPT_NO_TIME: not known                      */
    char *text;                    /* the first JUDGE_WIRE_TEXT bytes, as C escapes      */
    char *deviations;              /* names, with commas; NULL: none                     */
    char sha256[DIGEST_TEXT_SIZE]; /* of all bytes, if the text has not all of them; else "" */
};
#define JUDGE_WIRE_TEXT 256

struct judge_exchange {
    char *command;        /* as sent, escaped, without its CR; "" of the first */
    const char *name;     /* `+CSQ`; "" if none or unknown. Borrowed         */
    const char *form;     /* "execute", …; "" likewise. Static               */
    const char *variant;  /* label of the one that came; "" if none. Borrowed */
    char *clause;         /* of the form, else of the command; "" if unknown */
    size_t form_index;    /* in the catalogue, SIZE_MAX: none               */
    size_t variant_index; /* in the form, SIZE_MAX: none                    */
    enum judge_verdict verdict;
    char *why;              /* of unjudged: why; else NULL                         */
    uint64_t offset;        /* of its first byte from the module                   */
    uint64_t size;          /* bytes from the module                               */
    size_t line;            /* of the command in the transcript's file, 0: none    */
    int64_t sent_us;        /* times, TRANSCRIPT_NO_TIME: not known                */
    int64_t over_us;        /* of the line that made it complete                   */
    uint32_t time_limit_ms; /* of the form, 0: none stated                  */
    struct judge_finding *findings;
    size_t finding_count;
    struct judge_wire *wire;
    size_t wire_count;
};

/* What the module said of itself, as far as the transcript has it. */
struct judge_identity {
    char *manufacturer; /* NULL: not said                                   */
    char *model;
    char *firmware;
};

struct judgement {
    struct judge_exchange *exchanges;
    size_t exchange_count;
    struct judge_identity identity;
    enum judge_verdict verdict; /* the worst: fail, deviation, pass, and unjudged
                                 * if there is nothing else                 */
    uint64_t *record_counts;    /* by record of the catalogue: how often it came */
};

/* ---- judging ---------------------------------------------------------- */

/* A finding that the transcript declares: it must come, and is then no fault. */
struct judge_declared {
    const char *rule;
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

/* Judges a transcript.
 * Owns: the caller releases *out with judgement_release. It borrows from
 * `compiled`, not from the transcript. Memory that cannot be had ends the
 * program (memory.h). */
void judge_transcript(const struct transcript *transcript, const struct compiled_catalog *compiled,
                      const struct judge_options *options, struct judgement *out);

void judgement_release(struct judgement *judgement);

#endif
