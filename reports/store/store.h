/* A store as it is read back, and what its projections share. */
#ifndef REPORTS_STORE_H
#define REPORTS_STORE_H

#include "atproof/reports.h"
#include "base/arena.h"

struct store_case {
    struct reports_case is;        /* texts that are absent: NULL             */
    const struct reports_run *run; /* the one above it                        */
    const char *name;              /* id and way, as shown text (text.h); no
                                    * other case of the store bears it        */
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

/* Reads and checks stores, as if they were joined; `-` is the standard input.
 * Complaints go to `errors` as `PATH:LINE: text`.
 * Owns: the caller releases *out with store_release, also if false. */
bool store_read(const char *const *paths, size_t count, struct store *out, FILE *errors);

/* The same of a file that is open; `name` stands in the complaints. */
bool store_read_file(FILE *file, const char *name, struct store *out, FILE *errors);

void store_release(struct store *store);

/* Writes the runs, cases and fuzzers again, each below its run. Returns: false as
 * reports_write_case does. */
bool store_write(const struct store *store, FILE *out);

/* The clause of the id; NULL: no store said of it. Borrows. */
const struct reports_clause *store_find_clause(const struct store *store, const char *id);

/* Fills in the names of all cases and fuzzers. */
void store_name_all(struct store *store);

/* ---- how a case and its exchanges came out ---------------------------- */

/* A point is what JUnit calls a test case and TAP a test point: each exchange
 * is one. The points of a case agree with its outcome: none fails in a case
 * that passed, and one fails in a case that failed. */
enum store_point { STORE_OK, STORE_FAILED, STORE_SKIPPED, STORE_EXPECTED };

enum store_point store_case_point(const struct reports_case *case_);
enum store_point store_exchange_point(const struct reports_case *case_,
                                      const struct reports_exchange *exchange);

/* Whether the case needs a point of its own, behind those of its exchanges:
 * none of them shows its outcome. */
bool store_has_own_point(const struct reports_case *case_);

/* Why the point is skipped or expected to fail; exchange NULL: that of the
 * case. Borrows. */
const char *store_why(const struct reports_case *case_, const struct reports_exchange *exchange);

/* What failed, of a point that no exchange's finding explains. Borrows. */
const char *store_own_fault(const struct reports_case *case_);

/* Whether the finding makes its exchange fail. */
bool store_is_fault(const struct reports_finding *finding, bool strict);

/* The first of the findings that does, else the first, else NULL; and how many
 * do. */
const struct reports_finding *store_first_fault(const struct reports_exchange *exchange,
                                                bool strict);
size_t store_fault_count(const struct reports_exchange *exchange, bool strict);

/* `expected …, seen …`, as far as they are known. Owns: the caller frees it. */
char *store_disagreement(const struct reports_finding *finding);

/* How long the exchange took, in seconds; false if that is not known. */
bool store_seconds(const struct reports_exchange *exchange, double *seconds);

/* ---- how a fuzzer came out --------------------------------------------- */

/* Failed if it found anything; skipped if it ran nothing, for STORE_FUZZ_IDLE. */
#define STORE_FUZZ_IDLE "no input was run"
enum store_point store_fuzz_point(const struct reports_fuzz *fuzz);

/* What it did, in words: executions, how many a second, edges if known,
 * findings. Returns how many texts. Owns: the caller frees each. */
#define STORE_FUZZ_FACTS_MAX 4
size_t store_fuzz_facts(const struct reports_fuzz *fuzz, char *facts[STORE_FUZZ_FACTS_MAX]);

/* `invariant I2`, `crash`. Owns: the caller frees it. */
char *store_fuzz_label(const struct reports_fuzz_finding *finding);

/* ---- what judges a case again -------------------------------------------- */

/* Words of a shell, to be joined by a blank: what to do, and the file of the
 * traffic. A recording without an id bears its file's name. */
struct store_command {
    char *head, *source; /* owned: the caller frees each */
};
struct store_command store_command_again(const struct store_case *case_);

/* What plays a case of `atproof run` on the module again, into a folder of its
 * own; NULL: it is none of those. Owns: the caller. */
char *store_command_live(const struct store_case *case_);

/* ---- texts ------------------------------------------------------------ */

/* `text`, or "" for NULL. */
const char *store_text(const char *text);

#endif
