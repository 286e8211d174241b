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
    FILE *out, *errors;
    const struct store *store;
    const struct reports_input *input;
    struct arena arena;      /* all that is below                            */
    struct html_case *cases; /* as the page shows them                       */
    struct html_list dialects, sets, modules;
    struct html_list clauses; /* `-` for a blank, as cases write them        */
    struct html_totals totals;
    size_t log_left, exchange_left; /* bytes of the budgets                  */
    size_t logs_left_out;
};

/* model.c: all but `out`, `errors`, `store` and `input`, which are set. */
void html_prepare(struct html *html);

/* The clause of the id, written either way; NULL: no store says of it. */
const struct reports_clause *html_find_clause(const struct html *html, const char *id);

/* Parts of the page, in its order. */
void html_put_verdict(struct html *html);
void html_put_matrix(struct html *html);
void html_put_cases(struct html *html);
void html_put_latency(struct html *html);
void html_put_fuzz(struct html *html);
void html_put_coverage(struct html *html);
void html_put_skipped(struct html *html);

/* A case's exchanges, and what was said in one. `start_us` is when the case
 * began. `budget` is what the case may take, in bytes. */
void html_put_exchange(struct html *html, const struct html_case *case_,
                       const struct reports_exchange *exchange, int64_t start_us);
void html_put_log(FILE *out, const struct reports_exchange *exchange, int64_t start_us);
size_t html_log_size(const struct reports_exchange *exchange);

#endif
