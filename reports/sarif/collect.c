/* Chooses the results of a SARIF log, and their levels.
 *
 * A log is red if it has a result of level `error` that is not suppressed. So each
 * red case and each red fuzzer has one, and no other has. */
#define _GNU_SOURCE
#include "sarif/log.h"

#include <stdlib.h>
#include <string.h>

struct list {
    struct sarif_item *items;
    size_t count, capacity;
    struct arena *arena;
};

static void add(struct list *list, struct sarif_item item)
{
    list->items =
        arena_room(list->arena, list->items, list->count, &list->capacity, sizeof *list->items);
    item.index = list->count;
    list->items[list->count++] = item;
}

/* ---- cases ------------------------------------------------------------ */

/* The level of the finding. Only a finding that makes its case fail is an error. */
static enum sarif_level level_of(const struct store_case *case_,
                                 const struct reports_finding *finding)
{
    bool fails = case_->is.outcome == REPORTS_FAILED;
    if (finding->declared) return SARIF_NOTE;
    if (fails && store_is_fault(finding, case_->run->strict)) return SARIF_ERROR;
    bool heavy = finding->level == REPORTS_MUST || finding->level == REPORTS_SHOULD;
    return heavy ? SARIF_WARNING : SARIF_NOTE;
}

static void excuse(struct sarif_item *item, const char *kind, const char *reason)
{
    item->level = SARIF_NOTE;
    item->suppressed = kind;
    item->justification = reason;
}

/* Returns: whether the finding explains the outcome of the case. */
static bool add_finding(struct list *list, const struct store_case *case_,
                        const struct reports_exchange *exchange,
                        const struct reports_finding *finding)
{
    struct sarif_item item = {.level = level_of(case_, finding),
                              .case_ = case_,
                              .exchange = exchange,
                              .finding = finding};
    bool fault = store_is_fault(finding, case_->run->strict);
    bool expected = store_case_point(&case_->is) == STORE_EXPECTED;
    if (finding->declared) excuse(&item, "inSource", finding->reason);
    else if (expected && fault) excuse(&item, "external", case_->is.reason);
    add(list, item);
    return item.level == SARIF_ERROR || (expected && fault);
}

/* A case whose outcome no finding explains is a result itself. A skipped case has no
 * result: it was not judged. */
static void add_case(struct list *list, const struct store_case *case_)
{
    enum store_point point = store_case_point(&case_->is);
    bool told = point == STORE_OK;
    if (point == STORE_SKIPPED) return;
    for (size_t i = 0; i < case_->is.exchange_count; i++) {
        const struct reports_exchange *exchange = &case_->is.exchanges[i];
        for (size_t j = 0; j < exchange->finding_count; j++)
            if (add_finding(list, case_, exchange, &exchange->findings[j])) told = true;
    }
    if (told) return;
    struct sarif_item item = {.level = SARIF_ERROR, .case_ = case_};
    if (point == STORE_EXPECTED) excuse(&item, "external", case_->is.reason);
    add(list, item);
}

static void add_fuzzer(struct list *list, const struct store_fuzz *fuzzer)
{
    for (size_t i = 0; i < fuzzer->is.finding_count; i++)
        add(list, (struct sarif_item){
                      .level = SARIF_ERROR, .fuzzer = fuzzer, .found = &fuzzer->is.findings[i]});
}

/* ---- the order -------------------------------------------------------- */

static int by_weight(const void *a, const void *b)
{
    const struct sarif_item *one = a;
    const struct sarif_item *two = b;
    int order = (one->suppressed != NULL) - (two->suppressed != NULL);
    if (order == 0) order = (one->level > two->level) - (one->level < two->level);
    return order == 0 ? (one->index > two->index) - (one->index < two->index) : order;
}

struct sarif_item *sarif_collect(const struct store *store, struct arena *arena, size_t *count)
{
    struct list list = {.arena = arena};
    for (size_t i = 0; i < store->case_count; i++) add_case(&list, &store->cases[i]);
    for (size_t i = 0; i < store->fuzz_count; i++) add_fuzzer(&list, &store->fuzzers[i]);
    sarif_fingerprint(list.items, list.count);
    if (list.count > 0) qsort(list.items, list.count, sizeof *list.items, by_weight);
    *count = list.count;
    return list.items;
}
