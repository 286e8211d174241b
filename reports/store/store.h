/* A store in memory, and what its projections share. */
#ifndef REPORTS_STORE_H
#define REPORTS_STORE_H

#include "atproof/reports.h"
#include "base/arena.h"

struct store_case {
    struct reports_case is;        /* texts that are absent: NULL             */
    const struct reports_run *run; /* the one above it                        */
    const char *name;              /* id and way, as shown text (text.h),
                                    * unique in the store                     */
};

struct store_fuzz {
    struct reports_fuzz is;        /* as above                                */
    const struct reports_run *run; /* the one above it                        */
    const char *name;              /* `fuzz.TARGET.ENGINE.INSTANCE`, as above */
};

struct store {
    struct arena arena;             /* all that is below                                 */
    struct reports_clause *clauses; /* sorted by id                          */
    size_t clause_count;
    struct store_case *cases;
    size_t case_count;
    struct store_fuzz *fuzzers;
    size_t fuzz_count;
    struct reports_latency *latencies; /* of baselines                       */
    size_t latency_count;
    const struct reports_baseline *baseline; /* the last; NULL: there is none */
    const struct reports_run *run;           /* the last                      */
    const struct reports_run **runs;         /* all, in order                 */
    size_t run_count;
};

/* Reads and checks stores, as if joined; `-` is the standard input. Complaints go to
 * `errors` as `PATH:LINE: text`.
 * Owns: the caller releases *out with store_release, even if this returns false. */
bool store_read(const char *const *paths, size_t count, struct store *out, FILE *errors);

/* The same for an open file; `name` is its name in complaints. */
bool store_read_file(FILE *file, const char *name, struct store *out, FILE *errors);

void store_release(struct store *store);

/* Writes the runs, cases and fuzzers again, each below its run. Returns: false as
 * reports_write_case does. */
bool store_write(const struct store *store, FILE *out);

/* Finds the clause of the id. Borrows. Returns: NULL if the store lacks it. */
const struct reports_clause *store_find_clause(const struct store *store, const char *id);

/* Fills in the names of all cases and fuzzers. */
void store_name_all(struct store *store);

/* ---- how a case and its exchanges came out ---------------------------- */

/* A point is a test case of JUnit and a test point of TAP: one for each exchange.
 * The points of a case agree with its outcome: none fails in a case that passed, at
 * least one fails in a case that failed. */
enum store_point { STORE_OK, STORE_FAILED, STORE_SKIPPED, STORE_EXPECTED };

enum store_point store_case_point(const struct reports_case *case_);
enum store_point store_exchange_point(const struct reports_case *case_,
                                      const struct reports_exchange *exchange);

/* Whether the case needs its own point after those of its exchanges, because none of
 * them shows its outcome. */
bool store_has_own_point(const struct reports_case *case_);

/* Why the point is skipped or expected to fail. `exchange` NULL: the case's own point.
 * Borrows. */
const char *store_why(const struct reports_case *case_, const struct reports_exchange *exchange);

/* The failure of a point that no finding explains. Static. */
const char *store_own_fault(const struct reports_case *case_);

/* Whether the finding makes its exchange fail. */
bool store_is_fault(const struct reports_finding *finding, bool strict);

/* The first finding that makes the exchange fail, else the first finding, else NULL;
 * and the number of those that do. */
const struct reports_finding *store_first_fault(const struct reports_exchange *exchange,
                                                bool strict);
size_t store_fault_count(const struct reports_exchange *exchange, bool strict);

/* `expected …, seen …`, as far as known. Owns: the caller frees it. */
char *store_disagreement(const struct reports_finding *finding);

/* Writes: *seconds, how long the exchange took. Returns: false if not known. */
bool store_seconds(const struct reports_exchange *exchange, double *seconds);

/* ---- how a fuzzer came out --------------------------------------------- */

/* Failed with findings; skipped, because of STORE_FUZZ_IDLE, if it ran no input. */
#define STORE_FUZZ_IDLE "no input was run"
enum store_point store_fuzz_point(const struct reports_fuzz *fuzz);

/* Its work in words: executions, executions a second, edges if known, findings.
 * Returns: the number of texts. Owns: the caller frees each. */
#define STORE_FUZZ_FACTS_MAX 4
size_t store_fuzz_facts(const struct reports_fuzz *fuzz, char *facts[STORE_FUZZ_FACTS_MAX]);

/* `invariant I2`, `crash`. Owns: the caller frees it. */
char *store_fuzz_label(const struct reports_fuzz_finding *finding);

/* ---- commands that judge a case again -------------------------------------------- */

/* Two parts of a shell's command line, to be joined by a space: the command, and the
 * file of the traffic. A recording without an id has its file's name as id. */
struct store_command {
    char *head, *source; /* owned: the caller frees each */
};
struct store_command store_command_again(const struct store_case *case_);

/* The command that plays a case of `atproof run` on the module again, into its own
 * folder. Owns: the caller frees it. Returns: NULL for any other case. */
char *store_command_live(const struct store_case *case_);

/* ---- texts ------------------------------------------------------------ */

/* `text`, or "" for NULL. */
const char *store_text(const char *text);

#endif
