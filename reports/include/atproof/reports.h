/* The result store and its projections.
 *
 * A store is a file of JSON objects, one a line (`results.jsonl`, schema in
 * reports/results.schema.json): a line `run` with who judged and when, then a line
 * `case` for each case, a line `fuzz` for each fuzzer that ran, and a line `clause`
 * for each clause of the catalogue. Stores can be joined end to end.
 * All reports are made from stores, and from gcovr's files. */
#ifndef ATPROOF_REPORTS_H
#define ATPROOF_REPORTS_H

#include <atproof/results.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Version of the schema; README.md states what it promises. A reader refuses any
 * other. */
#define REPORTS_VERSION 1

/* Texts are as in results.h. In JSON a byte below 0x20 or above 0x7E is `\u00XX`;
 * the key of what is not known is left out. */

/* ---- writing ---------------------------------------------------------- */

/* A line `run`. */
struct reports_run {
    const char *tool;         /* "atproof check"                            */
    const char *tool_version; /* "0.1.0"                                    */
    const char *started;      /* RFC 3339, UTC                              */
    const char *command;      /* the command line, to run it again          */
    const char *dialect;      /* NULL: each case its own                    */
    bool strict;
    const char *cases; /* SHA-256 of what is played, for `run --resume`; NULL: not known */
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

/* The first line of a baseline: a run that is kept to compare others with. Its
 * identity is that of all cases without their own. */
struct reports_baseline {
    const char *created; /* the day, in UTC: 2026-01-31                     */
    const char *manufacturer;
    const char *model;
    const char *firmware;
};

/* Durations of a command, in a baseline. */
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

/* Appends one line to the file. Returns: false if it could not be written, or
 * with errno EINVAL, and nothing written, if it would break the schema: a text
 * that the schema requires is NULL, an enum has no word (0), a number is
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

/* The input of reports. All is borrowed. */
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

/* ---- a store that was read -------------------------------------------- */

struct reports_store;

/* Reads one store from a file; complaints, as above, name it `name`.
 * Returns: NULL with a complaint made. Owns: the caller closes it. */
struct reports_store *reports_read(FILE *file, const char *name, FILE *errors);
void reports_close(struct reports_store *store);

/* Its last line `run`, NULL: there is none; its cases, in order. Borrows: until
 * reports_close. */
const struct reports_run *reports_run_of(const struct reports_store *store);
size_t reports_case_count(const struct reports_store *store);
const struct reports_case *reports_case_at(const struct reports_store *store, size_t index);

/* Writes a projection. The input gives the coverage and the names of the stores;
 * complaints about the coverage go to `errors`. The caller checks ferror(out). */
void reports_show(const struct reports_store *store, const struct reports_input *input,
                  enum reports_format format, FILE *out, FILE *errors);

/* Writes the runs, cases and fuzzers of the store as a store again.
 * Returns: false as reports_write_case does. */
bool reports_write_store(FILE *file, const struct reports_store *store);

#endif
