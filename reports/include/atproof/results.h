/* Results of judging and of fuzzing: the types that the result store keeps.
 *
 * Types only, but for the words of each enum. What judges fills these structs,
 * `reports.h` writes and reads them. All texts are bytes of any value,
 * NUL-terminated; those of a module are C escapes already. NULL: not known; so is
 * a line, way or time limit of 0. All is borrowed.
 *
 * The value 0 of each enum means that nothing was decided. It has no word, and the
 * writer refuses it: a member that was forgotten never reads as a pass. */
#ifndef ATPROOF_RESULTS_H
#define ATPROOF_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A time that is not known. */
#define REPORTS_NO_TIME INT64_MIN

/* ---- words ------------------------------------------------------------ */

/* How much a finding or a case weighs, the heaviest first. */
enum reports_level {
    REPORTS_LEVEL_NONE,
    REPORTS_MUST,   /* syntax, order, arity, range                          */
    REPORTS_SHOULD, /* stated less firmly                                   */
    REPORTS_QUIRK,  /* a habit known from the field                         */
    REPORTS_INFO,   /* weighs nothing                                       */
    REPORTS_LEVEL_COUNT
};

/* What the judge found. */
enum reports_verdict {
    REPORTS_VERDICT_NONE,
    REPORTS_PASS,
    REPORTS_DEVIATION, /* findings, none of them an undeclared must          */
    REPORTS_FAIL,
    REPORTS_UNJUDGED,
    REPORTS_VERDICT_COUNT
};

/* The verdict on a case against what was expected of it. */
enum reports_outcome {
    REPORTS_OUTCOME_NONE,
    REPORTS_PASSED,
    REPORTS_FAILED,
    REPORTS_SKIPPED,
    REPORTS_EXPECTED_FAILURE,
    REPORTS_UNEXPECTED_PASS,
    REPORTS_OUTCOME_COUNT
};

/* Who sent an item of the wire: the host, or the module. */
enum reports_direction {
    REPORTS_DIRECTION_NONE,
    REPORTS_SENT,
    REPORTS_RECEIVED,
    REPORTS_DIRECTION_COUNT
};

/* What an item of the wire is. The host sends commands and data; the module sends
 * all but commands. */
enum reports_wire_kind {
    REPORTS_WIRE_NONE,
    REPORTS_WIRE_COMMAND,
    REPORTS_WIRE_DATA,
    REPORTS_WIRE_ECHO,
    REPORTS_WIRE_INFO,
    REPORTS_WIRE_RESULT,
    REPORTS_WIRE_URC,
    REPORTS_WIRE_PROMPT,
    REPORTS_WIRE_STREAM,
    REPORTS_WIRE_TEXT,
    REPORTS_WIRE_BLANK,
    REPORTS_WIRE_TRUNCATED,
    REPORTS_WIRE_COUNT
};

enum reports_engine {
    REPORTS_ENGINE_NONE,
    REPORTS_LIBFUZZER,
    REPORTS_AFL,
    REPORTS_PLAIN, /* no engine: inputs at random                           */
    REPORTS_LIVE,  /* a module at a port                                */
    REPORTS_ENGINE_COUNT
};

enum reports_fuzz_kind {
    REPORTS_FUZZ_NONE,
    REPORTS_CRASH,
    REPORTS_INVARIANT,
    REPORTS_TIMEOUT,
    REPORTS_OUT_OF_MEMORY,
    REPORTS_LEAK,
    REPORTS_FUZZ_COUNT
};

/* The word of the value, as the store has it: `must`, `expected-failure`.
 * Returns: NULL for 0 and for what is no value of the enum. Static. */
const char *reports_level_name(enum reports_level level);
const char *reports_verdict_name(enum reports_verdict verdict);
const char *reports_outcome_name(enum reports_outcome outcome);
const char *reports_direction_name(enum reports_direction direction);
const char *reports_wire_name(enum reports_wire_kind kind);
const char *reports_engine_name(enum reports_engine engine);
const char *reports_fuzz_kind_name(enum reports_fuzz_kind kind);

/* ---- a case ----------------------------------------------------------- */

/* Who was judged: each case has its own. */
struct reports_identity {
    const char *source; /* file of the traffic                              */
    const char *sha256; /* of that file, hexadecimal                        */
    const char *manufacturer;
    const char *model;
    const char *firmware;
};

struct reports_finding {
    const char *rule; /* the judge's name of it                             */
    enum reports_level level;
    const char *clause;    /* `simcom-http/2.2.4`                           */
    uint64_t offset, size; /* bytes of the module                           */
    size_t line;
    const char *expected;
    const char *seen;
    bool declared; /* the transcript marks it as known                      */
    const char *reason;
    const char *help; /* what the rule asks for, a sentence                  */
};

/* One thing sent or received during an exchange, in the order of the line: a
 * command, data of the host, or an event of the module. The items of a case,
 * joined, are the whole traffic, but for what `text` cuts off. */
struct reports_wire {
    enum reports_direction direction;
    enum reports_wire_kind kind;
    const char *name;       /* of the record: `+CSQ`                        */
    uint64_t offset;        /* received: of its first byte, as above; sent: 0 */
    uint64_t size;          /* bytes                                        */
    size_t line;            /* of the transcript                            */
    int64_t time_us;        /* when it began; REPORTS_NO_TIME               */
    const char *text;       /* its first bytes (256 of `check` and `run`), as C
                             * escapes: \r \n \t \0 \e \\ \xHH             */
    const char *sha256;     /* of all its bytes, if the text has not all    */
    const char *deviations; /* names of the parser, with commas             */
};

struct reports_exchange {
    const char *command; /* as sent; "": none                               */
    const char *name;    /* `+CSQ`; "": none is known                       */
    const char *form;    /* the manual's word: `execute`; "": none is known  */
    const char *variant;
    const char *clause;
    enum reports_verdict verdict;
    const char *why; /* it is unjudged                                      */
    uint64_t offset, size;
    size_t line;
    int64_t sent_us, over_us;
    uint32_t time_limit_ms; /* 0: none                                      */
    const struct reports_finding *findings;
    size_t finding_count;
    const struct reports_wire *wire;
    size_t wire_count;
};

/* How a case came out against what was expected of it. */
struct reports_case {
    const char *id; /* of the case, else the file's path; unique in a run */
    const char *title;
    const char *dialect;
    enum reports_level level;
    const char *clause;           /* set and clause, from the id              */
    enum reports_verdict verdict; /* of the traffic                         */
    enum reports_outcome outcome;
    const char *reason; /* of skipped, expected-failure, unexpected-pass    */
    size_t line;
    uint64_t way;         /* of several, 1 the first; 0: there is one        */
    uint64_t tries;       /* how often it was played, the last decides; 0: once */
    const char *accepted; /* in a baseline: why its failure is accepted      */
    const char *expires;  /* and the last day on which it is: 2026-01-31     */
    struct reports_identity identity;
    const struct reports_exchange *exchanges;
    size_t exchange_count;
};

/* ---- a fuzzer --------------------------------------------------------- */

/* What a fuzzer had reached some time after its start. */
struct reports_sample {
    uint64_t time_ms; /* since the start                                    */
    uint64_t executions;
    uint64_t edges; /* 0: not known                                         */
};

struct reports_fuzz_finding {
    enum reports_fuzz_kind kind;
    const char *invariant; /* `I2`; NULL: none is named                     */
    const char *text;      /* what the program printed                      */
    const char *stack;     /* where; may have line ends                     */
    const char *source;    /* file of the minimised input                   */
    const char *sha256;    /* of that file, hexadecimal                     */
    const char *reproduce; /* the command line that shows it again          */
};

/* A fuzzer that ran: one process, or one instance of several that share a
 * corpus. */
struct reports_fuzz {
    const char *target; /* `stream`                                         */
    enum reports_engine engine;
    const char *sanitizers; /* `address,undefined`; NULL: none              */
    bool mutator;           /* whether it mutated by what it knows of AT    */
    const char *instance;   /* `main`                                       */
    uint64_t duration_ms;
    uint64_t executions;
    uint64_t executions_per_second;
    uint64_t edges;       /* reached; 0: not known                          */
    uint64_t edges_total; /* of the program; 0: not known                   */
    uint64_t corpus_count;
    uint64_t corpus_size;                 /* bytes                          */
    const struct reports_sample *samples; /* in order of time               */
    size_t sample_count;
    const struct reports_fuzz_finding *findings;
    size_t finding_count;
};

#endif
