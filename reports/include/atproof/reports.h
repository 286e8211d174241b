/* The result store and its projections.
 *
 * A store is a file of JSON objects, one a line (`results.jsonl`, schema in
 * reports/results.schema.json): a line `run` that says who judged what and
 * when, then one line `case` for each case, or one line `fuzz` for each fuzzer
 * that ran, and one line `clause` for each clause that was judged by. Stores may
 * be joined end to end.
 * All reports are made from stores, and from gcovr's files. */
#ifndef ATPROOF_REPORTS_H
#define ATPROOF_REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Version of the schema; a reader refuses a greater one. */
#define REPORTS_VERSION 1

#define REPORTS_NO_TIME INT64_MIN

/* All texts are bytes of any value, NUL-terminated; those of a module come as
 * C escapes already. In JSON a byte below 0x20 or above 0x7E is `\u00XX`.
 * NULL: not known, the key is left out; so is a line, way or time limit of 0. */

/* ---- writing ---------------------------------------------------------- */

/* What a run line says. */
struct reports_run {
    const char *tool;         /* "atproof check"                            */
    const char *tool_version; /* "0.1.0"                                    */
    const char *started;      /* RFC 3339, UTC                              */
    const char *command;      /* the command line, to run it again          */
    const char *dialect;      /* NULL: each case its own                    */
    bool strict;
};

/* A clause of a manual, as the catalogue has it. */
struct reports_clause {
    const char *id;      /* set, edition, clause: `quectel-ssl-ugxx/2.3.4`  */
    const char *command; /* of the clause: `+QSSLOPEN`; NULL: a URC or none */
    const char *title;
    const char *document; /* the manual                                     */
    const char *source;   /* file of the catalogue                          */
    size_t line;          /* in it                                          */
};

/* The first line of a baseline: a run that is kept to compare others with. The
 * identity is that of all its cases which have none. */
struct reports_baseline {
    const char *created; /* the day, in UTC: 2026-01-31                     */
    const char *manufacturer;
    const char *model;
    const char *firmware;
};

/* How long a command of a baseline took. */
struct reports_duration {
    uint64_t us;
};
struct reports_latency {
    const char *command; /* `+CSQ`                                          */
    const char *form;
    uint32_t time_limit_ms; /* 0: none                                      */
    const struct reports_duration *samples;
    size_t sample_count;
};

/* Who was judged: of each case its own. */
struct reports_identity {
    const char *source; /* file of the traffic                              */
    const char *sha256; /* of that file, hexadecimal                        */
    const char *manufacturer;
    const char *model;
    const char *firmware;
};

struct reports_finding {
    const char *rule;
    const char *level;     /* must, should, quirk, info                        */
    const char *clause;    /* `simcom-http/2.2.4`                              */
    uint64_t offset, size; /* bytes of the module                           */
    size_t line;           /* 0: none                                          */
    const char *expected;
    const char *seen;
    bool declared;
    const char *reason;
    const char *help; /* what the rule asks for, a sentence                  */
};

/* What was said during an exchange, in the order of the line: a command, data of
 * the host, or an event of the module. The items of a case, joined, are all that
 * was said, but for what `text` cuts off. */
struct reports_wire {
    const char *direction;  /* sent, received                               */
    const char *kind;       /* sent: command, data; received: echo, info,
                             * result, urc, prompt, data, stream, text, blank,
                             * truncated                                    */
    const char *name;       /* of the record: `+CSQ`                        */
    uint64_t offset;        /* received: of its first byte, as below; sent: 0 */
    uint64_t size;          /* bytes                                        */
    size_t line;            /* 0: none                                      */
    int64_t time_us;        /* when it began; REPORTS_NO_TIME               */
    const char *text;       /* its first bytes (256 of `check` and `run`), as C
                             * escapes: \r \n \t \0 \e \\ \xHH             */
    const char *sha256;     /* of all its bytes, if the text has not all    */
    const char *deviations; /* names of the parser, with commas             */
};

struct reports_exchange {
    const char *command;
    const char *name; /* "" : none                                       */
    const char *form;
    const char *variant;
    const char *clause;
    const char *verdict; /* pass, deviation, fail, unjudged                 */
    const char *why;
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
    const char *level;   /* must, should, info, quirk                       */
    const char *clause;  /* set and clause, from the id                     */
    const char *verdict; /* of the traffic                                  */
    const char *outcome; /* passed, failed, skipped, expected-failure,
                          * unexpected-pass                                 */
    const char *reason;  /* of skipped, expected-failure, unexpected-pass   */
    size_t line;
    uint64_t way;         /* of several, 1 the first; 0: there is one             */
    uint64_t tries;       /* how often it was played, the last decides; 0: once   */
    const char *accepted; /* of a baseline: why its failure is, and the last
                           * day on which it is                             */
    const char *expires;
    struct reports_identity identity;
    const struct reports_exchange *exchanges;
    size_t exchange_count;
};

/* What a fuzzer had reached some time after its start. */
struct reports_sample {
    uint64_t time_ms; /* since the start                                    */
    uint64_t executions;
    uint64_t edges; /* 0: not known                                         */
};

struct reports_fuzz_finding {
    const char *kind;      /* crash, invariant, timeout, out-of-memory, leak */
    const char *invariant; /* `I2`; NULL: none is named                     */
    const char *text;      /* what the program said                         */
    const char *stack;     /* where; may have line ends                     */
    const char *source;    /* file of the minimised input                   */
    const char *sha256;    /* of that file, hexadecimal                     */
    const char *reproduce; /* the command line that shows it again          */
};

/* A fuzzer that ran: one process, or one instance of several that share a
 * corpus. */
struct reports_fuzz {
    const char *target;     /* `stream`                                     */
    const char *engine;     /* libfuzzer, afl, plain, live                  */
    const char *sanitizers; /* `address,undefined`; NULL: none              */
    bool mutator;           /* whether it mutated by what it knows of AT    */
    const char *instance;   /* `main`                                       */
    uint64_t duration_ms;
    uint64_t executions;
    uint64_t executions_per_second;
    uint64_t edges;       /* reached; 0: not known                          */
    uint64_t edges_total; /* of the program; 0: not known                   */
    uint64_t corpus_count;
    uint64_t corpus_size;                 /* bytes                                          */
    const struct reports_sample *samples; /* in order of time               */
    size_t sample_count;
    const struct reports_fuzz_finding *findings;
    size_t finding_count;
};

/* Appends one line to the file. Returns: false if it could not be written, or
 * with errno EINVAL, and nothing written, if it would break the schema: a text
 * that the schema requires is NULL, a word is none of its list, a number is
 * beyond 2^63 - 1. */
bool reports_write_run(FILE *file, const struct reports_run *run);
bool reports_write_clause(FILE *file, const struct reports_clause *clause);
bool reports_write_case(FILE *file, const struct reports_case *case_);
bool reports_write_fuzz(FILE *file, const struct reports_fuzz *fuzz);
bool reports_write_baseline(FILE *file, const struct reports_baseline *baseline);
bool reports_write_latency(FILE *file, const struct reports_latency *latency);

/* ---- projections ------------------------------------------------------ */

enum reports_format {
    REPORTS_JUNIT,
    REPORTS_TAP,
    REPORTS_SUMMARY,
    REPORTS_HTML,
    REPORTS_SARIF,
    REPORTS_MARKDOWN,
    REPORTS_BADGE,
    REPORTS_FORMAT_COUNT
};

/* What reports are made of. All is borrowed. */
struct reports_input {
    const char *const *stores; /* paths; `-` is the standard input          */
    size_t store_count;
    const char *coverage;      /* folder of gcovr's files: coverage.json,
                                * summary.json, and its pages, index.html
                                * first; NULL: none                          */
    const char *coverage_link; /* how the report's pages name that folder    */
};

/* Reads stores and writes a projection of them. Complaints go to `errors` as
 * `PATH:LINE: text`, one a line.
 * Returns: false if a store cannot be read, a line breaks the schema, or
 * anything written was lost. */
bool reports_project(const struct reports_input *input, enum reports_format format, FILE *out,
                     FILE *errors);

#endif
