/* What the parts of the report's page share. */
#ifndef REPORTS_HTML_PARTS_H
#define REPORTS_HTML_PARTS_H

#include "page/page.h"
#include "store/store.h"

/* Bounds, so that a page stays quick whatever a store holds. */
#define HTML_LOG_BUDGET      ((size_t)6 << 20)  /* bytes of all logs of the line    */
#define HTML_EXCHANGE_BUDGET ((size_t)24 << 20) /* bytes of all exchanges           */
#define HTML_CASE_SHARE      8    /* a case takes no more than this part of what is left */
#define HTML_MODULES_MAX     24   /* columns of the matrix                          */
#define HTML_ROWS_MAX        2000 /* of a table, and choices of a filter            */
#define HTML_CHUNK           100  /* cases that the browser lays out at once        */

/* How the page shows outcomes, the worst first. */
#define HTML_OUTCOME_COUNT 5
extern const struct html_outcome {
    enum reports_outcome is; /* its word is the class                       */
    const char *shown;       /* in words                                    */
    const char *symbol;      /* where words have no room                    */
} html_outcomes[HTML_OUTCOME_COUNT];

/* Texts in order, none twice. */
struct html_list {
    const char **items;
    size_t count;
};

struct html_case {
    const struct store_case *store;
    size_t outcome;                     /* where it stands in html_outcomes                  */
    size_t number;                      /* on the page, 1 the first: `id=c1`                      */
    size_t level, dialect, set, module; /* where they stand in their lists   */
    size_t *clauses;
    size_t clause_count;
    size_t fault_count;
};

struct html_totals {
    size_t outcomes[REPORTS_OUTCOME_COUNT];
    size_t exchanges, verdicts[REPORTS_VERDICT_COUNT];
    size_t findings, levels[REPORTS_LEVEL_COUNT]; /* without the declared    */
    size_t declared, flaky;
    size_t fuzz_findings;
    uint64_t fuzz_executions;
};

struct html {
    FILE *errors;
    const struct store *store;
    const struct reports_input *input;
    struct arena arena;                      /* all that is below, and the page's values     */
    struct arena case_arena, exchange_arena; /* values of those under way    */
    struct html_case *cases;                 /* as the page shows them                       */
    struct html_list dialects, sets, modules;
    struct html_list clauses; /* `-` for a space, as cases write them        */
    struct html_totals totals;
    size_t log_left, exchange_left; /* bytes of the budgets                  */
    size_t logs_left_out;
};

/* model.c: all but `errors`, `store` and `input`, which are set. */
void html_prepare(struct html *html);

/* The clause of the id, written either way; NULL: no store has it. */
const struct reports_clause *html_find_clause(const struct html *html, const char *id);

/* ---- sections --------------------------------------------------------- */

/* The values of the page's sections, in its order; NULL: the section has nothing
 * to show. What they point to lives as long as `html`. */
const void *html_verdict(struct html *html);
const void *html_matrix(struct html *html);
const void *html_cases(struct html *html);
const void *html_latency(struct html *html);
const void *html_fuzz(struct html *html);
const void *html_coverage(struct html *html);
const void *html_skipped(struct html *html);
extern const struct template_shape html_verdict_shape, html_matrix_shape, html_cases_shape;
extern const struct template_shape html_latency_shape, html_fuzz_shape, html_coverage_shape;
extern const struct template_shape html_skipped_shape;

/* The verdict in words: `Failed`. Static. */
const char *html_answer(const struct html_totals *totals);

/* A count with its word; those of 0 are left out of lists. */
struct html_part {
    size_t count;
    const char *word;
};
extern const struct template_shape html_part_shape;

/* A clause (clause.html); title NULL: not known. */
struct html_clause {
    const char *id, *title, *command;
};
extern const struct template_shape html_clause_shape;

/* An exchange of a case, and what was sent in it: their values, in the arena.
 * `start_us` is when the case began. */
const void *html_exchange(struct html *html, struct arena *arena, const struct html_case *case_,
                          const struct reports_exchange *exchange, int64_t start_us);
const void *html_log(struct arena *arena, const struct reports_exchange *exchange,
                     int64_t start_us);
extern const struct template_shape html_exchange_shape, html_log_shape;

/* About so many bytes of the page. */
size_t html_log_size(const struct reports_exchange *exchange);

#endif
