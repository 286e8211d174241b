/* The cases that failed, the worst first. */
#define _GNU_SOURCE
#include "store/worst.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- the order -------------------------------------------------------- */

static struct worst_case examine(const struct store_case *case_, size_t index)
{
    struct worst_case worst = {.case_ = case_, .index = index};
    for (size_t i = 0; i < case_->is.exchange_count; i++) {
        const struct reports_exchange *exchange = &case_->is.exchanges[i];
        size_t count = store_fault_count(exchange, case_->run->strict);
        if (count > 0 && worst.exchange == NULL) {
            worst.exchange = exchange;
            worst.fault = store_first_fault(exchange, case_->run->strict);
        }
        worst.fault_count += count;
    }
    return worst;
}

static int compare(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int by_weight(const void *a, const void *b)
{
    const struct worst_case *one = a;
    const struct worst_case *two = b;
    const struct reports_case *left = &one->case_->is;
    const struct reports_case *right = &two->case_->is;
    int order = compare(left->outcome, right->outcome);
    if (order == 0) order = compare(left->level, right->level);
    if (order == 0) order = compare(two->fault_count, one->fault_count);
    return order == 0 ? compare(one->index, two->index) : order;
}

struct worst_case *worst_list(const struct store *store, size_t *count)
{
    struct worst_case *list = arena_must(calloc(store->case_count + 1, sizeof *list));
    *count = 0;
    for (size_t i = 0; i < store->case_count; i++)
        if (store_case_point(&store->cases[i].is) == STORE_FAILED)
            list[(*count)++] = examine(&store->cases[i], i);
    qsort(list, *count, sizeof *list, by_weight);
    return list;
}

/* ---- texts ------------------------------------------------------------ */

char *worst_location(const struct worst_case *worst)
{
    const struct reports_case *is = &worst->case_->is;
    size_t line = is->line;
    if (worst->exchange != NULL && worst->exchange->line > 0) line = worst->exchange->line;
    if (worst->fault != NULL && worst->fault->line > 0) line = worst->fault->line;
    const char *file = is->identity.source == NULL ? is->id : is->identity.source;
    return line > 0 ? text_format("%s:%zu", file, line) : text_format("%s", file);
}

char *worst_problem(const struct worst_case *worst)
{
    const struct reports_case *is = &worst->case_->is;
    if (worst->fault != NULL) return text_format("%s %s", worst->fault->rule, worst->fault->clause);
    return text_format("%s: %s", reports_outcome_name(is->outcome), store_own_fault(is));
}

char *worst_details(const struct worst_case *worst)
{
    if (worst->fault == NULL) return text_format("%s", store_why(&worst->case_->is, NULL));
    return store_disagreement(worst->fault);
}
