/* The report as one page: the verdict first, then what led to it. */
#include "html/html.h"

#include "base/text.h"
#include "html/parts.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

#define RUNS_MAX 100

static const struct section {
    const char *id, *name;
    void (*put)(struct html *html);
} sections[] = {
    {"verdict", "Verdict", html_put_verdict},    {"matrix", "Clauses", html_put_matrix},
    {"cases", "Cases", html_put_cases},          {"latency", "Latency", html_put_latency},
    {"fuzz", "Fuzzing", html_put_fuzz},          {"coverage", "Coverage", html_put_coverage},
    {"skipped", "Not judged", html_put_skipped},
};
#define SECTION_COUNT (sizeof sections / sizeof sections[0])

/* ---- the verdict ------------------------------------------------------ */

/* Of runs, what a person asks first. */
static const struct answer {
    const char *tone, *title;
} answers[] = {{"bad", "Failed"}, {"good", "Passed"}, {"warn", "Nothing was judged"}};

static size_t answer_of(const struct html_totals *totals)
{
    size_t passed = totals->outcomes[REPORTS_PASSED] + totals->outcomes[REPORTS_EXPECTED_FAILURE];
    size_t failed = totals->outcomes[REPORTS_FAILED] + totals->outcomes[REPORTS_UNEXPECTED_PASS];
    if (failed + totals->fuzz_findings > 0) return 0;
    return passed > 0 || totals->fuzz_executions > 0 ? 1 : 2;
}

static void put_part(FILE *out, size_t count, const char *what, bool *is_first)
{
    if (count == 0) return;
    fputs(*is_first ? "" : ", ", out);
    *is_first = false;
    page_number(out, count);
    page_put(out, " %s", what);
}

/* `162 cases: 2 failed, 160 passed.` */
static void put_sentence(struct html *html)
{
    const struct html_totals *totals = &html->totals;
    bool is_first = true;
    fputs("<p>", html->out);
    if (html->store->case_count > 0 || html->store->fuzz_count == 0) {
        page_count(html->out, html->store->case_count, "case");
        fputs(html->store->case_count > 0 ? ": " : "", html->out);
        for (size_t i = 0; i < HTML_OUTCOME_COUNT; i++)
            put_part(html->out, totals->outcomes[html_outcomes[i].is], html_outcomes[i].shown,
                     &is_first);
        fputs(". ", html->out);
    }
    if (html->store->fuzz_count > 0) {
        page_count(html->out, html->store->fuzz_count, "fuzzer");
        fputs(": ", html->out);
        page_count(html->out, totals->fuzz_findings, "finding");
        fputs(".", html->out);
    }
    fputs("</p>\n", html->out);
}

struct part {
    const char *word;
    size_t count;
};

/* A fact with its parts: `523` and `516 pass, 4 deviation`. */
static void put_fact(FILE *out, const char *name, size_t count, const struct part *parts,
                     size_t part_count)
{
    bool is_first = true;
    page_put(out, "<div><dt>%s</dt><dd><b>", name);
    page_number(out, count);
    fputs("</b> <small>", out);
    for (size_t i = 0; i < part_count; i++) put_part(out, parts[i].count, parts[i].word, &is_first);
    fputs("</small></dd></div>\n", out);
}

/* A fact whose parts are counted by the values of an enum. */
static void put_words(FILE *out, const char *name, size_t count, const struct words *words,
                      const size_t *counts)
{
    struct part parts[REPORTS_LEVEL_COUNT + REPORTS_VERDICT_COUNT] = {0};
    for (unsigned i = 1; i < words->count; i++)
        parts[i - 1] = (struct part){words->names[i], counts[i]};
    put_fact(out, name, count, parts, words->count - 1);
}

static void put_facts(struct html *html)
{
    const struct html_totals *totals = &html->totals;
    const struct part executions = {"executions", (size_t)totals->fuzz_executions};
    struct part outcomes[HTML_OUTCOME_COUNT];
    for (size_t i = 0; i < HTML_OUTCOME_COUNT; i++)
        outcomes[i] = (struct part){html_outcomes[i].shown, totals->outcomes[html_outcomes[i].is]};
    fputs("<dl class=\"facts\">\n", html->out);
    put_fact(html->out, "Cases", html->store->case_count, outcomes, HTML_OUTCOME_COUNT);
    put_words(html->out, "Exchanges", totals->exchanges, &words_verdicts, totals->verdicts);
    put_words(html->out, "Findings", totals->findings, &words_levels, totals->levels);
    if (totals->declared > 0) put_fact(html->out, "Known findings", totals->declared, NULL, 0);
    if (totals->flaky > 0) put_fact(html->out, "Passed when tried again", totals->flaky, NULL, 0);
    put_fact(html->out, "Skipped", totals->outcomes[REPORTS_SKIPPED], NULL, 0);
    put_fact(html->out, "Unexpected passes", totals->outcomes[REPORTS_UNEXPECTED_PASS], NULL, 0);
    if (html->store->fuzz_count > 0) {
        put_fact(html->out, "Fuzzers", html->store->fuzz_count, &executions, 1);
        put_fact(html->out, "Found by fuzzing", totals->fuzz_findings, NULL, 0);
    }
    fputs("</dl>\n", html->out);
}

/* ---- runs ------------------------------------------------------------- */

/* `2026-01-31T23:59:59Z` */
static void put_instant(FILE *out, const char *instant)
{
    if (instant == NULL) return;
    page_put(out, "<time datetime=\"%s\">", instant);
    page_shown(out, instant, 10);
    fputs(" ", out);
    page_shown(out, instant + 11, 8);
    fputs(" UTC</time>", out);
}

/* The modules, and dialects, of a run's cases; each once. */
static void put_judged(struct html *html, const struct reports_run *run,
                       const struct html_list *list, bool is_module)
{
    bool *told = arena_must(calloc(list->count + 1, sizeof *told));
    const char *separator = "";
    for (size_t i = 0; i < html->store->case_count; i++) {
        const struct html_case *case_ = &html->cases[i];
        size_t index = is_module ? case_->module : case_->dialect;
        if (case_->store->run != run || told[index]) continue;
        told[index] = true;
        page_put(html->out, "%s%s", separator, list->items[index]);
        separator = ", ";
    }
    free(told);
}

static void put_run(struct html *html, const struct reports_run *run)
{
    FILE *out = html->out;
    fputs("<tr><th scope=\"row\">", out);
    put_instant(out, run->started);
    page_put(out, "</th><td>%s %s%s</td><td class=\"wrap\">", run->tool,
             store_text(run->tool_version), run->strict ? ", strict" : "");
    put_judged(html, run, &html->modules, true);
    fputs("</td><td>", out);
    put_judged(html, run, &html->dialects, false);
    page_put(out, "</td><td class=\"wrap\"><code>%s</code></td></tr>\n", store_text(run->command));
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

static void put_runs(struct html *html)
{
    size_t count = list_runs(html->store, NULL);
    const struct reports_run **runs = arena_new(&html->arena, count, sizeof(struct reports_run *));
    size_t shown = 0;
    list_runs(html->store, runs);
    page_scroll_begin(html->out, "Runs: when, by what, of what");
    fputs(
        "<table class=\"grid\"><thead><tr><th scope=\"col\">When</th><th scope=\"col\">By</th>"
        "<th scope=\"col\">Module</th><th scope=\"col\">Dialect</th><th scope=\"col\">Command</th>"
        "</tr></thead><tbody>\n",
        html->out);
    for (size_t i = 0; i < count && shown < RUNS_MAX; i++) {
        if (is_among(runs, i, runs[i])) continue;
        put_run(html, runs[i]);
        shown++;
    }
    fputs("</tbody></table>\n", html->out);
    page_scroll_end(html->out);
    if (html->store->run_count > shown)
        page_put(html->out,
                 "<p class=\"dim\">%zu runs are not listed: more than %d, or of nothing."
                 "</p>\n",
                 html->store->run_count - shown, RUNS_MAX);
}

void html_put_verdict(struct html *html)
{
    const struct answer *answer = &answers[answer_of(&html->totals)];
    page_put(html->out, "<div class=\"verdict %s\"><h1 id=\"verdict-name\">%s</h1>\n", answer->tone,
             answer->title);
    put_sentence(html);
    fputs("</div>\n", html->out);
    put_facts(html);
    put_runs(html);
}

/* ---- the page --------------------------------------------------------- */

static void put_head(struct html *html)
{
    fputs("<a class=\"skip\" href=\"#cases\">Skip to the cases</a>\n"
          "<header class=\"top\"><p>atproof report</p><nav aria-label=\"Sections\">",
          html->out);
    for (size_t i = 0; i < SECTION_COUNT; i++)
        page_put(html->out, "<a href=\"#%s\">%s</a>\n", sections[i].id, sections[i].name);
    fputs("</nav></header>\n<main>\n", html->out);
}

/* The verdict is its section's heading. */
static void put_section(struct html *html, const struct section *section)
{
    page_put(html->out, "<section id=\"%s\" aria-labelledby=\"%s-name\">\n", section->id,
             section->id);
    if (section->put != html_put_verdict)
        page_put(html->out, "<h2 id=\"%s-name\">%s</h2>\n", section->id, section->name);
    section->put(html);
    fputs("</section>\n", html->out);
}

void html_write(const struct store *store, const struct reports_input *input, FILE *out,
                FILE *errors)
{
    struct html html = {.out = out, .errors = errors, .store = store, .input = input};
    html_prepare(&html);
    const char *title = answers[answer_of(&html.totals)].title;
    char *name = text_format("%s: %s", title,
                             html.modules.count == 1 ? html.modules.items[0] : "atproof report");
    page_begin(out, name);
    put_head(&html);
    for (size_t i = 0; i < SECTION_COUNT; i++) put_section(&html, &sections[i]);
    fputs("</main>\n", out);
    page_end(out);
    free(name);
    arena_release(&html.arena);
}
