/* The cases of a page in order, and the lists that its filters choose from. */
#include "base/text.h"
#include "html/parts.h"

#include <stdlib.h>
#include <string.h>

#define SPACES_MAX 4 /* so many `-` of an id may have been a space */

const struct html_outcome html_outcomes[HTML_OUTCOME_COUNT] = {
    {REPORTS_FAILED, "failed", "✕"},
    {REPORTS_UNEXPECTED_PASS, "unexpected pass", "!"},
    {REPORTS_EXPECTED_FAILURE, "expected failure", "△"},
    {REPORTS_PASSED, "passed", "✓"},
    {REPORTS_SKIPPED, "skipped", "–"},
};

static const struct template_field part_fields[] = {
    TEMPLATE_VALUE(struct html_part, count),
    TEMPLATE_VALUE(struct html_part, word),
};
const struct template_shape html_part_shape = TEMPLATE_SHAPE(struct html_part, part_fields);

static const struct template_field clause_fields[] = {
    TEMPLATE_VALUE(struct html_clause, id),
    TEMPLATE_VALUE(struct html_clause, title),
    TEMPLATE_VALUE(struct html_clause, command),
};
const struct template_shape html_clause_shape = TEMPLATE_SHAPE(struct html_clause, clause_fields);

/* ---- lists ------------------------------------------------------------ */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts the items and drops those that come again. */
static void settle(struct html_list *list)
{
    size_t kept = 0;
    if (list->count > 0) qsort(list->items, list->count, sizeof *list->items, by_text);
    for (size_t i = 0; i < list->count; i++)
        if (kept == 0 || strcmp(list->items[kept - 1], list->items[i]) != 0)
            list->items[kept++] = list->items[i];
    list->count = kept;
}

static size_t find(const struct html_list *list, const char *item)
{
    const char **found = bsearch(&item, list->items, list->count, sizeof *list->items, by_text);
    return found == NULL ? list->count : (size_t)(found - list->items);
}

static const char *keep(struct arena *arena, const char *text, size_t size)
{
    return memcpy(arena_new(arena, size + 1, 1), text, size);
}

/* ---- what a case concerns --------------------------------------------- */

/* As cases write a clause, which is part of their id: `core/27.007-9.1`. */
static const char *key_of(struct arena *arena, const char *clause)
{
    size_t size = strlen(clause);
    char *key = memcpy(arena_new(arena, size + 1, 1), clause, size);
    for (char *at = key; *at != '\0'; at++)
        if (*at == ' ') *at = '-';
    return key;
}

static const char *set_of(struct arena *arena, const struct reports_case *case_)
{
    const char *clause = store_text(case_->clause);
    return keep(arena, clause, strcspn(clause, "/"));
}

static const char *module_of(struct arena *arena, const struct reports_case *case_)
{
    const struct reports_identity *who = &case_->identity;
    const char *words[] = {store_text(who->manufacturer), store_text(who->model),
                           store_text(who->firmware)};
    char *name = text_format("%s", "");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char *longer =
            text_format("%s%s%s", name, *name == '\0' || *words[i] == '\0' ? "" : " ", words[i]);
        free(name);
        name = longer;
    }
    const char *kept = *name == '\0' ? case_->dialect : keep(arena, name, strlen(name));
    free(name);
    return kept;
}

static size_t note(const char **out, size_t count, const char *clause)
{
    if (clause == NULL || *clause == '\0') return count;
    if (out != NULL) out[count] = clause;
    return count + 1;
}

/* The clauses that a case concerns: its own and those that are broken in it; of
 * a recording without one, those of its exchanges. Some come again. Returns how
 * many; `out` NULL: only that. */
static size_t clauses_of(const struct store_case *case_, const char **out)
{
    const struct reports_case *is = &case_->is;
    size_t count = note(out, 0, is->clause);
    bool has_own = count > 0;
    for (size_t i = 0; i < is->exchange_count; i++) {
        const struct reports_exchange *exchange = &is->exchanges[i];
        if (!has_own) count = note(out, count, exchange->clause);
        for (size_t j = 0; j < exchange->finding_count; j++)
            if (store_is_fault(&exchange->findings[j], case_->run->strict))
                count = note(out, count, exchange->findings[j].clause);
    }
    return count;
}

static struct html_list own_clauses(struct html *html, const struct store_case *case_)
{
    struct html_list list = {.count = clauses_of(case_, NULL)};
    list.items = arena_new(&html->arena, list.count, sizeof *list.items);
    clauses_of(case_, list.items);
    settle(&list);
    for (size_t i = 0; i < list.count; i++) list.items[i] = key_of(&html->arena, list.items[i]);
    settle(&list);
    return list;
}

/* ---- all lists -------------------------------------------------------- */

static void list_clauses(struct html *html, const struct html_list *of_cases)
{
    const struct store *store = html->store;
    size_t count = store->clause_count;
    for (size_t i = 0; i < store->case_count; i++) count += of_cases[i].count;
    struct html_list *list = &html->clauses;
    list->items = arena_new(&html->arena, count, sizeof *list->items);
    for (size_t i = 0; i < store->clause_count; i++)
        list->items[list->count++] = key_of(&html->arena, store->clauses[i].id);
    for (size_t i = 0; i < store->case_count; i++)
        for (size_t j = 0; j < of_cases[i].count; j++)
            list->items[list->count++] = of_cases[i].items[j];
    settle(list);
}

static size_t place_of(enum reports_outcome outcome)
{
    size_t place = 0;
    while (html_outcomes[place].is != outcome) place++;
    return place;
}

static void count_exchange(struct html_totals *totals, const struct reports_exchange *exchange)
{
    totals->exchanges++;
    totals->verdicts[exchange->verdict]++;
    for (size_t i = 0; i < exchange->finding_count; i++) {
        const struct reports_finding *finding = &exchange->findings[i];
        totals->findings += !finding->declared;
        totals->declared += finding->declared;
        if (!finding->declared) totals->levels[finding->level]++;
    }
}

static void count_all(struct html *html)
{
    struct html_totals *totals = &html->totals;
    for (size_t i = 0; i < html->store->case_count; i++) {
        const struct reports_case *case_ = &html->cases[i].store->is;
        totals->outcomes[case_->outcome]++;
        totals->flaky += case_->tries > 1 && case_->outcome == REPORTS_PASSED;
        for (size_t j = 0; j < case_->exchange_count; j++)
            count_exchange(totals, &case_->exchanges[j]);
    }
    for (size_t i = 0; i < html->store->fuzz_count; i++) {
        totals->fuzz_executions += html->store->fuzzers[i].is.executions;
        totals->fuzz_findings += html->store->fuzzers[i].is.finding_count;
    }
}

/* ---- order ------------------------------------------------------------ */

static int compare(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* The worst outcome first; of failures `must` before `should`, many faults before
 * few; else as in the store. */
static int by_weight(const void *a, const void *b)
{
    const struct html_case *one = a;
    const struct html_case *two = b;
    int order = compare(one->outcome, two->outcome);
    if (order == 0 && html_outcomes[one->outcome].is == REPORTS_FAILED)
        order = compare(one->level, two->level);
    if (order == 0) order = compare(two->fault_count, one->fault_count);
    return order == 0 ? compare(one->number, two->number) : order;
}

static size_t count_faults(const struct store_case *case_)
{
    size_t count = 0;
    for (size_t i = 0; i < case_->is.exchange_count; i++)
        count += store_fault_count(&case_->is.exchanges[i], case_->run->strict);
    return count;
}

static void fill_case(struct html *html, struct html_case *out, const struct store_case *case_,
                      const struct html_list *clauses)
{
    const struct reports_case *is = &case_->is;
    *out = (struct html_case){
        .store = case_,
        .outcome = place_of(is->outcome),
        .level = is->level - REPORTS_MUST,
        .dialect = find(&html->dialects, is->dialect),
        .set = find(&html->sets, set_of(&html->arena, is)),
        .module = find(&html->modules, module_of(&html->arena, is)),
        .clauses = arena_new(&html->arena, clauses->count, sizeof *out->clauses),
        .clause_count = clauses->count,
        .fault_count = count_faults(case_),
    };
    for (size_t i = 0; i < clauses->count; i++)
        out->clauses[i] = find(&html->clauses, clauses->items[i]);
}

void html_prepare(struct html *html)
{
    const struct store *store = html->store;
    struct html_list *of_cases = arena_new(&html->arena, store->case_count, sizeof *of_cases);
    struct html_list *lists[] = {&html->dialects, &html->sets, &html->modules};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        lists[i]->items = arena_new(&html->arena, store->case_count, sizeof *lists[i]->items);
        lists[i]->count = store->case_count;
    }
    for (size_t i = 0; i < store->case_count; i++) {
        const struct reports_case *is = &store->cases[i].is;
        html->dialects.items[i] = is->dialect;
        html->sets.items[i] = set_of(&html->arena, is);
        html->modules.items[i] = module_of(&html->arena, is);
        of_cases[i] = own_clauses(html, &store->cases[i]);
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) settle(lists[i]);
    list_clauses(html, of_cases);
    html->cases = arena_new(&html->arena, store->case_count, sizeof *html->cases);
    for (size_t i = 0; i < store->case_count; i++) {
        fill_case(html, &html->cases[i], &store->cases[i], &of_cases[i]);
        html->cases[i].number = i;
    }
    if (store->case_count > 0)
        qsort(html->cases, store->case_count, sizeof *html->cases, by_weight);
    for (size_t i = 0; i < store->case_count; i++) html->cases[i].number = i + 1;
    count_all(html);
    html->log_left = HTML_LOG_BUDGET;
    html->exchange_left = HTML_EXCHANGE_BUDGET;
}

/* Which `-` of the id was a space is not known; it stands after the set's name. */
const struct reports_clause *html_find_clause(const struct html *html, const char *id)
{
    const struct reports_clause *clause = store_find_clause(html->store, id);
    if (clause != NULL || strchr(id, '/') == NULL) return clause;
    char *written = text_format("%s", id);
    char *at = strchr(written, '/');
    for (size_t i = 0; i < SPACES_MAX && clause == NULL; i++) {
        at = strchr(at + 1, '-');
        if (at == NULL) break;
        *at = ' ';
        clause = store_find_clause(html->store, written);
        *at = '-';
    }
    free(written);
    return clause;
}
