/* The verdict: how it came out, in figures, and which runs it is of. */
#include "html/parts.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

#define RUNS_MAX 100

struct run {
    const char *started, *day, *time;
    const char *tool, *version, *command;
    bool strict;
    struct template_list modules, dialects;
};

static const struct template_field run_fields[] = {
    TEMPLATE_VALUE(struct run, started),
    TEMPLATE_VALUE(struct run, day),
    TEMPLATE_VALUE(struct run, time),
    TEMPLATE_VALUE(struct run, tool),
    TEMPLATE_VALUE(struct run, version),
    TEMPLATE_VALUE(struct run, command),
    TEMPLATE_VALUE(struct run, strict),
    TEMPLATE_PART(struct run, modules, page_name_shape),
    TEMPLATE_PART(struct run, dialects, page_name_shape),
};
static const struct template_shape run_shape = TEMPLATE_SHAPE(struct run, run_fields);

struct verdict {
    const char *tone, *title;
    bool tells_cases;
    size_t case_count, fuzzer_count, fuzz_findings, executions;
    size_t exchange_count, finding_count, declared, flaky, skipped, unexpected;
    struct template_list outcomes, verdicts, levels;
    struct template_list runs;
    size_t more_runs, runs_max;
};

static const struct template_field verdict_fields[] = {
    TEMPLATE_VALUE(struct verdict, tone),
    TEMPLATE_VALUE(struct verdict, title),
    TEMPLATE_VALUE(struct verdict, tells_cases),
    TEMPLATE_VALUE(struct verdict, case_count),
    TEMPLATE_VALUE(struct verdict, fuzzer_count),
    TEMPLATE_VALUE(struct verdict, fuzz_findings),
    TEMPLATE_VALUE(struct verdict, executions),
    TEMPLATE_VALUE(struct verdict, exchange_count),
    TEMPLATE_VALUE(struct verdict, finding_count),
    TEMPLATE_VALUE(struct verdict, declared),
    TEMPLATE_VALUE(struct verdict, flaky),
    TEMPLATE_VALUE(struct verdict, skipped),
    TEMPLATE_VALUE(struct verdict, unexpected),
    TEMPLATE_PART(struct verdict, outcomes, html_part_shape),
    TEMPLATE_PART(struct verdict, verdicts, html_part_shape),
    TEMPLATE_PART(struct verdict, levels, html_part_shape),
    TEMPLATE_PART(struct verdict, runs, run_shape),
    TEMPLATE_VALUE(struct verdict, more_runs),
    TEMPLATE_VALUE(struct verdict, runs_max),
};
const struct template_shape html_verdict_shape = TEMPLATE_SHAPE(struct verdict, verdict_fields);

/* ---- the verdict ------------------------------------------------------ */

/* Of runs, what a person asks first. */
static const struct answer {
    const char *tone, *title;
} answers[] = {{"bad", "Failed"}, {"good", "Passed"}, {"warn", "Nothing was judged"}};

static const struct answer *answer_of(const struct html_totals *totals)
{
    size_t passed = totals->outcomes[REPORTS_PASSED] + totals->outcomes[REPORTS_EXPECTED_FAILURE];
    size_t failed = totals->outcomes[REPORTS_FAILED] + totals->outcomes[REPORTS_UNEXPECTED_PASS];
    if (failed + totals->fuzz_findings > 0) return &answers[0];
    return passed > 0 || totals->fuzz_executions > 0 ? &answers[1] : &answers[2];
}

const char *html_answer(const struct html_totals *totals)
{
    return answer_of(totals)->title;
}

/* The counts, but those of 0. */
static struct template_list parts_of(struct arena *arena, const struct html_part *parts,
                                     size_t count)
{
    struct html_part *kept = arena_new(arena, count, sizeof *kept);
    struct template_list list = {kept, 0};
    for (size_t i = 0; i < count; i++)
        if (parts[i].count > 0) kept[list.count++] = parts[i];
    return list;
}

static struct template_list outcomes_of(struct html *html)
{
    struct html_part parts[HTML_OUTCOME_COUNT];
    for (size_t i = 0; i < HTML_OUTCOME_COUNT; i++)
        parts[i] =
            (struct html_part){html->totals.outcomes[html_outcomes[i].is], html_outcomes[i].shown};
    return parts_of(&html->arena, parts, HTML_OUTCOME_COUNT);
}

/* Counts by the values of an enum. */
static struct template_list words_of(struct html *html, const struct words *words,
                                     const size_t *counts)
{
    struct html_part parts[REPORTS_LEVEL_COUNT + REPORTS_VERDICT_COUNT] = {0};
    for (unsigned i = 1; i < words->count; i++)
        parts[i - 1] = (struct html_part){counts[i], words->names[i]};
    return parts_of(&html->arena, parts, words->count - 1);
}

/* ---- runs ------------------------------------------------------------- */

/* The modules, or dialects, of a run's cases; each once. */
static struct template_list judged(struct html *html, const struct reports_run *run,
                                   const struct html_list *list, bool is_module)
{
    bool *told = arena_must(calloc(list->count + 1, sizeof *told));
    struct page_name *names = arena_new(&html->arena, list->count, sizeof *names);
    struct template_list made = {names, 0};
    for (size_t i = 0; i < html->store->case_count; i++) {
        const struct html_case *case_ = &html->cases[i];
        size_t index = is_module ? case_->module : case_->dialect;
        if (case_->store->run != run || told[index]) continue;
        told[index] = true;
        names[made.count++].name = list->items[index];
    }
    free(told);
    return made;
}

/* An instant is `2026-01-31T23:59:59Z`. */
static struct run run_of(struct html *html, const struct reports_run *run)
{
    const char *started = run->started;
    return (struct run){
        .started = started,
        .day = started == NULL ? NULL : page_slice(&html->arena, started, 10),
        .time = started == NULL ? NULL : page_slice(&html->arena, started + 11, 8),
        .tool = run->tool,
        .version = run->tool_version,
        .command = run->command,
        .strict = run->strict,
        .modules = judged(html, run, &html->modules, true),
        .dialects = judged(html, run, &html->dialects, false),
    };
}

/* Runs stand with what they judged: those of cases, then those of fuzzers alone,
 * or the last, of which nothing came. Returns how many; `out` NULL: only that. */
static size_t list_runs(const struct store *store, const struct reports_run **out)
{
    const struct reports_run *last = NULL;
    size_t count = 0;
    for (size_t i = 0; i < store->case_count + store->fuzz_count + 1; i++) {
        const struct reports_run *run = store->run;
        if (i < store->case_count) run = store->cases[i].run;
        else if (i < store->case_count + store->fuzz_count)
            run = store->fuzzers[i - store->case_count].run;
        if (run == NULL || run == last) continue;
        if (out != NULL) out[count] = run;
        count++;
        last = run;
    }
    return count;
}

static bool is_among(const struct reports_run *const *runs, size_t count,
                     const struct reports_run *run)
{
    for (size_t i = 0; i < count; i++)
        if (runs[i] == run) return true;
    return false;
}

static struct template_list runs_of(struct html *html)
{
    size_t count = list_runs(html->store, NULL);
    const struct reports_run **runs = arena_new(&html->arena, count, sizeof(struct reports_run *));
    struct run *made = arena_new(&html->arena, RUNS_MAX, sizeof *made);
    struct template_list list = {made, 0};
    list_runs(html->store, runs);
    for (size_t i = 0; i < count && list.count < RUNS_MAX; i++)
        if (!is_among(runs, i, runs[i])) made[list.count++] = run_of(html, runs[i]);
    return list;
}

const void *html_verdict(struct html *html)
{
    const struct html_totals *totals = &html->totals;
    const struct store *store = html->store;
    const struct answer *answer = answer_of(totals);
    struct verdict *verdict = arena_new(&html->arena, 1, sizeof *verdict);
    *verdict = (struct verdict){
        .tone = answer->tone,
        .title = answer->title,
        .tells_cases = store->case_count > 0 || store->fuzz_count == 0,
        .case_count = store->case_count,
        .fuzzer_count = store->fuzz_count,
        .fuzz_findings = totals->fuzz_findings,
        .executions = (size_t)totals->fuzz_executions,
        .exchange_count = totals->exchanges,
        .finding_count = totals->findings,
        .declared = totals->declared,
        .flaky = totals->flaky,
        .skipped = totals->outcomes[REPORTS_SKIPPED],
        .unexpected = totals->outcomes[REPORTS_UNEXPECTED_PASS],
        .outcomes = outcomes_of(html),
        .verdicts = words_of(html, &words_verdicts, totals->verdicts),
        .levels = words_of(html, &words_levels, totals->levels),
        .runs = runs_of(html),
        .runs_max = RUNS_MAX,
    };
    verdict->more_runs =
        store->run_count > verdict->runs.count ? store->run_count - verdict->runs.count : 0;
    return verdict;
}
