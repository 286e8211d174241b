/* Two runs compared: what diff.c finds and what the writers show.
 *
 * The sides are [0] old and [1] new. Swapping them swaps the results. */
#ifndef REPORTS_DIFF_H
#define REPORTS_DIFF_H

#include "atproof/reports_diff.h"
#include "store/store.h"

/* ---- cases ------------------------------------------------------------ */

/* The state of a case on one side, from all its repetitions. */
enum diff_state {
    DIFF_ABSENT,
    DIFF_SKIPPED,
    DIFF_PASSED,
    DIFF_FLAKY, /* passed, but not each time: tries, or other repetitions    */
    DIFF_FAILED,
    DIFF_EXCUSED,    /* failed as the run's own list expects                 */
    DIFF_UNEXPECTED, /* passed though that list expects a failure           */
    DIFF_STATE_COUNT
};

/* What became of a case, the worst first. */
enum diff_class {
    DIFF_NEWLY_FAILING,
    DIFF_FAILING_OTHERWISE, /* failed before, but for another reason         */
    DIFF_EXPIRED,           /* accepted by the baseline, but no longer       */
    DIFF_UNKNOWN_FAILURE,   /* fails, and old did not play it                */
    DIFF_VANISHED,
    DIFF_NEWLY_SKIPPED,
    DIFF_NEWLY_FLAKY,
    DIFF_STILL_FLAKY,
    DIFF_UNEXPECTED_PASS,
    DIFF_STILL_FAILING,
    DIFF_NEWLY_EXCUSED,
    DIFF_NEWLY_PASSING,
    DIFF_APPEARED,
    DIFF_NOT_PLAYED, /* absent from a new that is a part, or skipped by both */
    DIFF_SAME,       /* passes on both sides                                */
    DIFF_CLASS_COUNT
};

struct diff_side {
    const struct store_case **runs; /* the repetitions, in the store's order */
    size_t count;
    enum diff_state state;
    size_t passed, played;         /* repetitions                            */
    const struct store_case *told; /* the one that is compared; NULL: absent  */
};

struct diff_case {
    struct diff_side sides[2];
    enum diff_class class;
    bool regression;
    struct diff_change *changes;
    size_t change_count;
};

/* ---- behaviour -------------------------------------------------------- */

/* Kinds of differences, the heaviest first. */
enum diff_kind {
    DIFF_FINDING,   /* `RULE CLAUSE`                                         */
    DIFF_DEVIATION, /* the parser's names                                    */
    DIFF_VARIANT,   /* another response variant of the catalogue             */
    DIFF_ORDER,     /* the same lines in another order                       */
    DIFF_URC,       /* one side has it                                       */
    DIFF_LINE,      /* another line that one side has                        */
    DIFF_TEXT,      /* a line with another text                              */
    DIFF_PAYLOAD,   /* data that differ                                      */
    DIFF_FRAMING,   /* echo, empty lines, line ends                          */
    DIFF_COMMAND,   /* a command that one side was sent                      */
    DIFF_VALUE,     /* the same text but for numbers and dates               */
    DIFF_SENT,      /* the host sent other values: ports of a lab            */
    DIFF_KIND_COUNT
};

/* From here on a difference is weak: it can come without a change of the module. */
#define DIFF_WEAK DIFF_VALUE

/* An item of the wire in the order of both sides. */
enum diff_step_kind { DIFF_BOTH, DIFF_REMOVED, DIFF_ADDED };
struct diff_step {
    enum diff_step_kind kind;
    const struct reports_wire *items[2]; /* NULL: not on that side           */
    const struct reports_wire *mate;     /* what it became, or where it went  */
    bool dressed; /* on both, but with another line end or other deviations  */
};

struct diff_script {
    struct diff_step *steps;
    size_t count;
};

struct diff_change {
    enum diff_kind kind;
    const char *command;  /* `+CSQ execute`, or the command as sent           */
    const char *texts[2]; /* "": that side has nothing                        */
    const char *key;      /* what makes it the same as another: without numbers */
    bool natural;         /* varies between the repetitions of one side, too   */
    const struct reports_exchange *exchanges[2]; /* NULL: none               */
    const struct diff_script *script;            /* NULL: none               */
    const struct diff_case *of;
};

/* The same change in several places. */
struct diff_group {
    struct diff_change **changes;
    size_t count, capacity;
    size_t case_count;
    bool passing; /* of cases that pass on both sides                        */
};

/* Cases that became the same, by the same rule. */
struct diff_set {
    enum diff_class class;
    bool regression;
    const struct reports_finding *fault; /* of the first; NULL: none         */
    const struct diff_case **cases;
    size_t count, capacity;
};

/* ---- latency ---------------------------------------------------------- */

enum diff_limit { DIFF_LIMIT_KEPT, DIFF_LIMIT_NEAR, DIFF_LIMIT_CROSSED };

struct diff_latency {
    const char *command, *form;
    uint32_t limit_ms;  /* 0: none                                           */
    double *samples[2]; /* microseconds, sorted                              */
    size_t counts[2];
    double medians[2], p95s[2];
    bool enough;      /* samples to show anything                            */
    double p;         /* of Mann and Whitney                                 */
    double corrected; /* of Holm                                             */
    double effect;    /* Cliff's delta                                       */
    bool exact;
    bool evident; /* corrected < REPORTS_DIFF_ALPHA                          */
    enum diff_limit limit;
};

/* ---- all -------------------------------------------------------------- */

struct diff_identity {
    const char *manufacturer, *model, *firmware; /* NULL: not known          */
    bool several;                                /* others stand in the run   */
};

struct reports_diff {
    struct reports_diff_input input;
    struct arena arena;
    struct store stores[2];
    const struct store_case **sorted[2];
    struct diff_identity identities[2];
    struct diff_case *cases; /* by key                                       */
    size_t case_count;
    size_t classes[DIFF_CLASS_COUNT], regression_count;
    size_t common_count, compared_count; /* on both sides; played there       */
    struct diff_group *groups;           /* the weightiest first                       */
    size_t group_count;
    size_t *by_count;      /* groups of cases that do not pass on both sides  */
    size_t by_count_count; /* the one of most cases first; up to DIFF_FRAMING */
    struct diff_set *sets; /* regressions first; nothing of DIFF_SAME          */
    size_t set_count;
    struct diff_latency *latencies; /* the clearest first                    */
    size_t latency_count, tested_count, evident_count, needed;
};

/* `newly failing`; `newly-failing`. */
const char *diff_class_name(enum diff_class class);
const char *diff_class_word(enum diff_class class);
const char *diff_state_name(enum diff_state state);
const char *diff_kind_word(enum diff_kind kind); /* `order`                  */

/* The repetition that stands for the case: of new, if there is one. */
const struct store_case *diff_any(const struct diff_case *case_);

/* Whether it passes on both sides, each time or not. */
bool diff_is_passing(const struct diff_case *case_);

/* case.c: fills in class, regression. */
void diff_judge_case(const struct reports_diff *diff, struct diff_case *case_);
void diff_fold_side(struct diff_side *side);

/* changes.c: adds a change to the list. */
struct diff_changes {
    struct diff_change *items;
    size_t count, capacity;
};
void diff_add(struct arena *arena, struct diff_changes *out, enum diff_kind kind,
              const char *command, const char *old, const char *new, const char *key);

/* behaviour.c: what differs between two repetitions. */
void diff_compare(struct arena *arena, const struct reports_case *old,
                  const struct reports_case *new, struct diff_changes *out);

/* wire.c: what differs between the wires of two exchanges. `map`: what the
 * host sent otherwise. */
struct diff_map;
void diff_compare_wire(struct arena *arena, const struct diff_map *map,
                       const struct reports_exchange *old, const struct reports_exchange *new,
                       const char *command, struct diff_changes *out);

/* token.c: texts without what varies by itself. */
/* The text with `0` for each number, day of the week and month. */
const char *diff_shape(struct arena *arena, const char *text);
/* Learns from a pair of texts that were sent what stands for what. Returns false
 * if they differ in more than words and numbers. */
struct diff_map *diff_map_new(struct arena *arena);
bool diff_map_learn(struct diff_map *map, const char *old, const char *new);
/* Whether old equals new when the words of the map are exchanged. */
bool diff_map_fits(const struct diff_map *map, const char *old, const char *new);
size_t diff_map_count(const struct diff_map *map);
void diff_map_pair(const struct diff_map *map, size_t index, const char *texts[2]);

/* group.c, latency.c */
void diff_group_all(struct reports_diff *diff);
void diff_set_all(struct reports_diff *diff);
void diff_measure(struct reports_diff *diff);
/* The durations of new as lines of a baseline, by command and form, with at most
 * `most` samples each, chosen evenly. Writes: *count. */
struct reports_latency *diff_durations(struct reports_diff *diff, size_t most, size_t *count);

/* ---- shown ------------------------------------------------------------ */

/* show.c. Owns: the caller frees the texts. */
char *diff_identity_text(const struct reports_diff *diff, size_t side); /* bytes */
char *diff_when_text(const struct reports_diff *diff, size_t side);     /* `2026-01-31 23:59 UTC` */
char *diff_time_text(double us);                                        /* `12.3 ms` */
char *diff_change_of_median(const struct diff_latency *latency);        /* ` (+23 %)`, ` ~` */
char *diff_p_text(double p);                                            /* `p 0.0312`   */
char *diff_percent_text(double from, double to);          /* `+23 %`, `×12`, or nothing */
char *diff_change_text(const struct diff_change *change); /* `variant a -> b`  */
char *diff_clauses_text(const struct diff_set *set);      /* `core/1 12, core/2 3`  */
char *diff_set_text(const struct diff_set *set);          /* `vanished, 2 cases`    */
char *diff_case_text(const struct diff_case *case_);      /* why: `passed 3 of 5`   */
const struct reports_finding *diff_fault(const struct diff_case *case_);
/* The command that plays the case again; NULL: not known. */
char *diff_again_text(const struct diff_case *case_);

/* lines.c: an exchange on both sides as lines of a diff. */
struct diff_line {
    char sign;       /* '-', '+', ' '                                       */
    char *text;      /* shown text (text.h)                                 */
    size_t from, to; /* bytes that differ from the line's mate               */
};
struct diff_lines {
    struct diff_line *items;
    size_t count;
    size_t more; /* differing lines that are left out                        */
};
struct diff_lines diff_lines_of(const struct diff_change *change, size_t most);
void diff_lines_release(struct diff_lines *lines);

void diff_write_text(const struct reports_diff *diff, FILE *out);
void diff_write_html(const struct reports_diff *diff, FILE *out);
void diff_write_markdown(const struct reports_diff *diff, FILE *out);
void diff_write_json(const struct reports_diff *diff, FILE *out);

#endif
