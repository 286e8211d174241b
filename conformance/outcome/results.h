/* How judged cases are counted and kept: what `check` and `run` share. */
#ifndef CONFORMANCE_RESULTS_H
#define CONFORMANCE_RESULTS_H

#include "judge/judge.h"
#include "outcome/excuse.h"
#include "script/script.h"

#include <atproof/reports.h>

/* How cases came out. */
struct results_tally {
    size_t judged, passed, failed, skipped, excused, unexpected_passes;
    bool broken; /* an input could not be read, a result not kept: complained of */
};

/* What was judged. All is borrowed; NULL: not known. */
struct results_subject {
    const char *path; /* of the file it stands in                           */
    const char *sha256;
    const struct script_case *case_; /* NULL: a recording of no case        */
    const char *id;
    const char *dialect;
    size_t way;     /* of several, 1 the first; 0: there is one                */
    size_t line;    /* of its first line                                       */
    unsigned tries; /* how often it was played; 0: once                     */
    const struct reports_identity *identity;
};

/* What is wrong beside the judge's findings: a case went otherwise than it says, or
 * the module went wrong as a whole. */
enum results_rule {
    RESULTS_NO_RULE,
    RESULTS_DIFFERS,
    RESULTS_LATE,
    RESULTS_NO_ANSWER,
    RESULTS_SETUP,
    RESULTS_HANG,
    RESULTS_REBOOT,
    RESULTS_VANISHED,
    RESULTS_ECHO_DIFFERS,
    RESULTS_ACCEPTED_UNKNOWN,
    RESULTS_FLOODS,
    RESULTS_RULE_COUNT
};
const char *results_rule_name(enum results_rule rule); /* "differs", ...    */

/* A finding of such a rule. Owns: *fault takes `clause`, `expected` and `seen`
 * over (NULL: not known); results_fault_release frees them. */
struct reports_finding results_fault(enum results_rule rule, enum reports_level level, char *clause,
                                     uint64_t offset, char *expected, char *seen);
void results_fault_release(struct reports_finding *fault);

/* The store's level of a case's. */
enum reports_level results_level(enum script_level level);

/* Rejects unknown names of rules: a misspelt one could never match. Returns: false
 * with a complaint made. */
bool results_check_rules(const char *path, const struct script_branch *body);

/* Decides what a verdict is against what was expected of the case, and counts
 * it. `why`: of an unjudged one.
 * Writes: *reason, of what is neither passed nor failed, else NULL. Owns: the
 * caller frees it. */
enum reports_outcome results_decide(struct results_tally *tally, struct excuses *excuses,
                                    const char *today, const struct results_subject *subject,
                                    enum reports_verdict verdict, const char *why, char **reason);

/* Counts a case that was decided before. */
void results_count(struct results_tally *tally, enum reports_outcome outcome);

/* Appends the case to the store. `faults` go to the exchange that they stand
 * in, and make the case's verdict `verdict`.
 * Returns: false with a complaint made. */
bool results_keep(FILE *store, const struct results_subject *subject,
                  const struct judgement *judgement, enum reports_verdict verdict,
                  const struct reports_finding *faults, size_t fault_count,
                  enum reports_outcome outcome, const char *reason);

/* Appends the run's line: results_begin completes *run with the version and the time.
 * Each line leaves with one write, so that an ended program leaves whole lines: the
 * store's buffer is switched off. */
bool results_begin(FILE *store, const struct reports_run *run);
const char *results_version(void);

/* Appends a line for each clause of the catalogue. Returns: false with a
 * complaint made. */
bool results_keep_clauses(FILE *store, const struct compiled_catalog *compiled);

/* The exit code that the counts stand for. */
int results_exit_code(const struct results_tally *tally);

/* Now, or what SOURCE_DATE_EPOCH says: a run that can be had again byte for byte. */
int64_t results_now_s(void);
void results_today(char out[11]); /* 2026-11-21 */

/* The arguments with spaces between them. Owns: the caller. */
char *results_command(int argc, char **argv);

/* Writes a projection of the store to a file, `-` the standard output. NULL: none is wanted. */
bool results_project(const char *store, enum reports_format format, const char *path);

/* The clause within an id: all but its last part, or NULL. Owns: the caller. */
char *results_clause_of(const char *id);

/* An exchange that says nothing: no command, no byte. */
bool results_is_empty(const struct reports_exchange *exchange);

#endif
