/* Questions that the projections ask about a store. */
#define _GNU_SOURCE
#include "store/store.h"

#include "base/text.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

void store_release(struct store *store)
{
    arena_release(&store->arena);
    memset(store, 0, sizeof *store);
}

const char *store_text(const char *text)
{
    return text == NULL ? "" : text;
}

/* ---- points ----------------------------------------------------------- */

enum store_point store_case_point(const struct reports_case *case_)
{
    static const enum store_point points[REPORTS_OUTCOME_COUNT] = {
        [REPORTS_OUTCOME_NONE] = STORE_FAILED,
        [REPORTS_PASSED] = STORE_OK,
        [REPORTS_FAILED] = STORE_FAILED,
        [REPORTS_SKIPPED] = STORE_SKIPPED,
        [REPORTS_EXPECTED_FAILURE] = STORE_EXPECTED,
        [REPORTS_UNEXPECTED_PASS] = STORE_FAILED,
    };
    return points[case_->outcome];
}

enum store_point store_exchange_point(const struct reports_case *case_,
                                      const struct reports_exchange *exchange)
{
    if (case_->outcome == REPORTS_SKIPPED || exchange->verdict == REPORTS_UNJUDGED)
        return STORE_SKIPPED;
    if (exchange->verdict != REPORTS_FAIL) return STORE_OK;
    if (case_->outcome == REPORTS_EXPECTED_FAILURE) return STORE_EXPECTED;
    return case_->outcome == REPORTS_FAILED ? STORE_FAILED : STORE_OK;
}

bool store_has_own_point(const struct reports_case *case_)
{
    enum store_point wanted = store_case_point(case_);
    if (case_->exchange_count == 0) return true;
    if (wanted == STORE_OK || wanted == STORE_SKIPPED) return false;
    for (size_t i = 0; i < case_->exchange_count; i++)
        if (store_exchange_point(case_, &case_->exchanges[i]) == wanted) return false;
    return true;
}

const char *store_why(const struct reports_case *case_, const struct reports_exchange *exchange)
{
    bool of_case = exchange == NULL || store_case_point(case_) == STORE_SKIPPED
                   || store_exchange_point(case_, exchange) == STORE_EXPECTED;
    const char *why = of_case ? case_->reason : exchange->why;
    return why == NULL || *why == '\0' ? "no reason given" : why;
}

const char *store_own_fault(const struct reports_case *case_)
{
    if (case_->outcome == REPORTS_UNEXPECTED_PASS) return "passed, but was expected to fail";
    return "the case failed as a whole, none of its exchanges did";
}

bool store_is_fault(const struct reports_finding *finding, bool strict)
{
    if (finding->declared) return false;
    return finding->level == REPORTS_MUST || (strict && finding->level == REPORTS_SHOULD);
}

const struct reports_finding *store_first_fault(const struct reports_exchange *exchange,
                                                bool strict)
{
    for (size_t i = 0; i < exchange->finding_count; i++)
        if (store_is_fault(&exchange->findings[i], strict)) return &exchange->findings[i];
    return exchange->finding_count > 0 ? exchange->findings : NULL;
}

size_t store_fault_count(const struct reports_exchange *exchange, bool strict)
{
    size_t count = 0;
    for (size_t i = 0; i < exchange->finding_count; i++)
        count += store_is_fault(&exchange->findings[i], strict);
    return count;
}

char *store_disagreement(const struct reports_finding *finding)
{
    const char *expected = store_text(finding->expected);
    const char *seen = store_text(finding->seen);
    bool both = *expected != '\0' && *seen != '\0';
    return text_format("%s%s%s%s%s", *expected == '\0' ? "" : "expected ", expected,
                       both ? ", " : "", *seen == '\0' ? "" : "seen ", seen);
}

bool store_seconds(const struct reports_exchange *exchange, double *seconds)
{
    bool known = exchange->sent_us != REPORTS_NO_TIME && exchange->over_us != REPORTS_NO_TIME
                 && exchange->over_us >= exchange->sent_us;
    if (known) *seconds = (double)((uint64_t)exchange->over_us - (uint64_t)exchange->sent_us) / 1e6;
    return known;
}

/* ---- fuzzers ---------------------------------------------------------- */

enum store_point store_fuzz_point(const struct reports_fuzz *fuzz)
{
    if (fuzz->finding_count > 0) return STORE_FAILED;
    return fuzz->executions == 0 ? STORE_SKIPPED : STORE_OK;
}

/* `12,345 edges`, `1 edge`. */
static char *counted(uint64_t count, const char *what)
{
    char *number = text_grouped(count);
    char *text = text_format("%s %s%s", number, what, count == 1 ? "" : "s");
    free(number);
    return text;
}

size_t store_fuzz_facts(const struct reports_fuzz *fuzz, char *facts[STORE_FUZZ_FACTS_MAX])
{
    size_t count = 0;
    char *rate = text_grouped(fuzz->executions_per_second);
    facts[count++] = counted(fuzz->executions, "execution");
    facts[count++] = text_format("%s/s", rate);
    if (fuzz->edges > 0) facts[count++] = counted(fuzz->edges, "edge");
    facts[count++] = counted(fuzz->finding_count, "finding");
    free(rate);
    return count;
}

char *store_fuzz_label(const struct reports_fuzz_finding *finding)
{
    bool named = finding->invariant != NULL && *finding->invariant != '\0';
    return text_format("%s%s%s", reports_fuzz_kind_name(finding->kind), named ? " " : "",
                       named ? finding->invariant : "");
}

/* ---- names ------------------------------------------------------------ */

/* A name in use, and how many cases asked for it. */
struct taken {
    const char *name; /* first: what search.h compares */
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct taken *)a)->name, ((const struct taken *)b)->name);
}

/* Finds or adds the entry of the name. Writes: *is_new, whether it was added. */
static struct taken *take(void **tree, struct arena *arena, const char *name, bool *is_new)
{
    struct taken *own = arena_new(arena, 1, sizeof *own);
    own->name = name;
    struct taken *found = *(struct taken **)arena_must(tsearch(own, tree, by_name));
    *is_new = found == own;
    return found;
}

/* Joined stores can repeat a case: `ID (2)`. */
static const char *unique_name(void **tree, struct arena *arena, const char *wanted)
{
    bool is_new = false;
    struct taken *first = take(tree, arena, wanted, &is_new);
    const char *name = first->name;
    first->count++;
    while (!is_new) {
        size_t size = strlen(wanted) + 24;
        char *numbered = arena_new(arena, size, 1);
        snprintf(numbered, size, "%s (%zu)", wanted, first->count);
        name = numbered;
        take(tree, arena, name, &is_new)->count++;
        if (!is_new) first->count++;
    }
    return name;
}

static void keep(void *entry)
{
    (void)entry; /* the arena's */
}

static const char *name_of_case(struct arena *arena, void **tree, const struct reports_case *case_)
{
    char *shown = text_shown(case_->id);
    size_t size = strlen(shown) + 32;
    char *wanted = arena_new(arena, size, 1);
    if (case_->way == 0) snprintf(wanted, size, "%s", shown);
    else snprintf(wanted, size, "%s way %" PRIu64, shown, case_->way);
    free(shown);
    return unique_name(tree, arena, wanted);
}

static const char *name_of_fuzzer(struct arena *arena, void **tree, const struct reports_fuzz *fuzz)
{
    char *bytes = text_format("fuzz.%s.%s.%s", fuzz->target, reports_engine_name(fuzz->engine),
                              fuzz->instance);
    char *shown = text_shown(bytes);
    size_t size = strlen(shown) + 1;
    char *wanted = memcpy(arena_new(arena, size, 1), shown, size);
    free(bytes);
    free(shown);
    return unique_name(tree, arena, wanted);
}

static int compare_clause(const void *key, const void *item)
{
    return strcmp(key, ((const struct reports_clause *)item)->id);
}

const struct reports_clause *store_find_clause(const struct store *store, const char *id)
{
    if (store->clause_count == 0) return NULL;
    return bsearch(id, store->clauses, store->clause_count, sizeof *store->clauses, compare_clause);
}

void store_name_all(struct store *store)
{
    void *tree = NULL;
    for (size_t i = 0; i < store->case_count; i++)
        store->cases[i].name = name_of_case(&store->arena, &tree, &store->cases[i].is);
    for (size_t i = 0; i < store->fuzz_count; i++)
        store->fuzzers[i].name = name_of_fuzzer(&store->arena, &tree, &store->fuzzers[i].is);
    tdestroy(tree, keep);
}
