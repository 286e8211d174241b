/* Fuzzers: how much they ran, what they reached over time, what they found. */
#define _GNU_SOURCE
#include "html.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FUZZERS_MAX  400 /* rows                                   */
#define PLOTTED_MAX  24  /* fuzzers                                */
#define POINTS_MAX   160 /* of a line                              */
#define FINDINGS_MAX 200 /* told with their stacks                 */

/* ---- the table -------------------------------------------------------- */

static void put_bar(FILE *out, double share)
{
    page_put(
        out,
        "<svg class=\"spark thin\" aria-hidden=\"true\"><rect class=\"ground\" width=\"100%%\" "
        "height=\"50%%\"/><rect class=\"bar\" width=\"%.1f%%\" height=\"50%%\"/></svg>",
        share * 100);
}

static double share_of(uint64_t part, uint64_t whole)
{
    if (whole == 0) return 0;
    return part >= whole ? 1 : (double)part / (double)whole;
}

static void put_number_cell(FILE *out, uint64_t number)
{
    fputs("<td class=\"n\">", out);
    page_number(out, (size_t)number);
    fputs("</td>", out);
}

static void put_edges(FILE *out, const struct reports_fuzz *fuzz)
{
    fputs("<td class=\"n\">", out);
    if (fuzz->edges > 0) page_number(out, (size_t)fuzz->edges);
    if (fuzz->edges > 0 && fuzz->edges_total > 0) {
        fputs(" of ", out);
        page_number(out, (size_t)fuzz->edges_total);
        put_bar(out, share_of(fuzz->edges, fuzz->edges_total));
    }
    fputs("</td>", out);
}

static void put_fuzzer(FILE *out, const struct reports_fuzz *fuzz, uint64_t most)
{
    page_put(out,
             "<tr><th scope=\"row\"><b>%s</b> <small>%s, %s</small></th>"
             "<td><small>%s, %s</small></td><td class=\"n\">",
             fuzz->target, fuzz->engine, fuzz->instance, store_text(fuzz->sanitizers),
             fuzz->mutator ? "knows AT" : "any bytes");
    page_duration(out, (double)fuzz->duration_ms / 1e3);
    fputs("</td><td class=\"n\">", out);
    page_number(out, (size_t)fuzz->executions);
    put_bar(out, share_of(fuzz->executions, most));
    fputs("</td>", out);
    put_number_cell(out, fuzz->executions_per_second);
    put_edges(out, fuzz);
    put_number_cell(out, fuzz->corpus_count);
    fputs("<td class=\"n\">", out);
    if (fuzz->finding_count > 0) {
        char *count = text_format("%zu", fuzz->finding_count);
        html_put_badge(out, "bad", count);
        free(count);
    } else {
        fputs(fuzz->executions > 0 ? "0" : "<b class=\"badge idle\">ran nothing</b>", out);
    }
    fputs("</td></tr>\n", out);
}

static void put_table(struct html *html)
{
    const struct store *store = html->store;
    uint64_t most = 0;
    for (size_t i = 0; i < store->fuzz_count; i++)
        if (store->fuzzers[i].is.executions > most) most = store->fuzzers[i].is.executions;
    page_scroll_begin(html->out, "Fuzzers");
    fputs(
        "<table class=\"grid\"><thead><tr><th scope=\"col\">Fuzzer</th><th scope=\"col\">Watched by"
        "</th><th scope=\"col\" class=\"n\">Ran for</th><th scope=\"col\" "
        "class=\"n\">Executions</th>"
        "<th scope=\"col\" class=\"n\">a second</th><th scope=\"col\" class=\"n\">Edges</th>"
        "<th scope=\"col\" class=\"n\">Corpus</th><th scope=\"col\" class=\"n\">Findings</th></tr>"
        "</thead><tbody>\n",
        html->out);
    for (size_t i = 0; i < store->fuzz_count && i < FUZZERS_MAX; i++)
        put_fuzzer(html->out, &store->fuzzers[i].is, most);
    fputs("</tbody></table>\n", html->out);
    page_scroll_end(html->out);
    if (store->fuzz_count > FUZZERS_MAX)
        page_put(html->out, "<p class=\"dim\">%zu more fuzzers are not listed.</p>\n",
                 store->fuzz_count - FUZZERS_MAX);
}

/* ---- over time -------------------------------------------------------- */

typedef uint64_t get_value(const struct reports_sample *sample);

static uint64_t edges(const struct reports_sample *sample)
{
    return sample->edges;
}

static uint64_t executions(const struct reports_sample *sample)
{
    return sample->executions;
}

static uint64_t greatest(const struct reports_fuzz *fuzz, get_value *get)
{
    uint64_t most = 0;
    for (size_t i = 0; i < fuzz->sample_count; i++)
        if (get(&fuzz->samples[i]) > most) most = get(&fuzz->samples[i]);
    return most;
}

static uint64_t last_time(const struct reports_fuzz *fuzz)
{
    uint64_t last = fuzz->duration_ms;
    for (size_t i = 0; i < fuzz->sample_count; i++)
        if (fuzz->samples[i].time_ms > last) last = fuzz->samples[i].time_ms;
    return last;
}

static void put_points(FILE *out, const struct reports_fuzz *fuzz, get_value *get, uint64_t most,
                       uint64_t last)
{
    size_t step = fuzz->sample_count / POINTS_MAX + 1;
    const char *separator = "";
    for (size_t i = 0; i < fuzz->sample_count; i++) {
        const struct reports_sample *sample = &fuzz->samples[i];
        bool is_known = get == executions || get(sample) > 0;
        if (!is_known || (i % step != 0 && i + 1 != fuzz->sample_count)) continue;
        fprintf(out, "%s%.1f,%.1f", separator, 1000 * share_of(sample->time_ms, last),
                100 - 98 * share_of(get(sample), most));
        separator = " ";
    }
}

static void put_line(FILE *out, const struct store_fuzz *fuzzer, get_value *get, const char *what)
{
    const struct reports_fuzz *fuzz = &fuzzer->is;
    uint64_t most = greatest(fuzz, get);
    uint64_t last = last_time(fuzz);
    char *top = text_grouped(most);
    if (most > 0 && fuzz->sample_count > 1) {
        page_put(out,
                 "<figure class=\"plot\"><figcaption><b>%s</b> %s, %s: %s</figcaption>"
                 "<small class=\"scale\"><span>%s</span><span>0</span></small>"
                 "<svg class=\"line\" viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" "
                 "role=\"img\" "
                 "aria-label=\"%s over time, up to %s\"><polyline points=\"",
                 fuzz->target, fuzz->engine, fuzz->instance, what, top, what, top);
        put_points(out, fuzz, get, most, last);
        fputs("\"/></svg><small class=\"time\"><span>0 s</span><span>", out);
        page_duration(out, (double)last / 1e3);
        fputs("</span></small></figure>\n", out);
    }
    free(top);
}

static void put_lines(const struct store *store, FILE *out)
{
    size_t plotted = 0;
    fputs("<div class=\"plots\">\n", out);
    for (size_t i = 0; i < store->fuzz_count && plotted < PLOTTED_MAX; i++) {
        if (store->fuzzers[i].is.sample_count < 2) continue;
        put_line(out, &store->fuzzers[i], edges, "edges reached over time");
        put_line(out, &store->fuzzers[i], executions, "executions over time");
        plotted++;
    }
    fputs("</div>\n", out);
}

/* ---- findings --------------------------------------------------------- */

static void put_finding(FILE *out, const struct reports_fuzz *fuzz,
                        const struct reports_fuzz_finding *finding)
{
    char *label = store_fuzz_label(finding);
    page_put(out,
             "<div class=\"finding\"><p><b class=\"badge bad\">%s</b> <b>%s</b> <small>%s, %s"
             "</small></p><p>",
             label, fuzz->target, fuzz->engine, fuzz->instance);
    char *lines = text_format("%s", finding->text);
    lines[strcspn(lines, "\n")] = '\0';
    page_put(out, "%s</p>\n", lines);
    free(lines);
    page_command(out, finding->reproduce);
    page_put(out, "<p class=\"dim\"><code>%s</code> SHA-256 <code>%s</code></p>\n", finding->source,
             finding->sha256);
    free(label);
}

/* A frame a line. */
static void put_stack(FILE *out, const char *stack)
{
    if (stack == NULL) return;
    fputs("<details class=\"fold\" open><summary>Stack</summary><pre>", out);
    while (*stack != '\0') {
        size_t size = strcspn(stack, "\n");
        char *frame = arena_must(strndup(stack, size));
        page_put(out, "%s\n", frame);
        free(frame);
        stack += size + (stack[size] == '\n');
    }
    fputs("</pre></details>\n", out);
}

static void put_findings(const struct store *store, FILE *out)
{
    size_t count = 0;
    for (size_t i = 0; i < store->fuzz_count; i++) {
        const struct reports_fuzz *fuzz = &store->fuzzers[i].is;
        for (size_t j = 0; j < fuzz->finding_count; j++, count++) {
            if (count >= FINDINGS_MAX) continue;
            if (count == 0) fputs("<h3>Found</h3>\n", out);
            put_finding(out, fuzz, &fuzz->findings[j]);
            put_stack(out, fuzz->findings[j].stack);
            fputs("</div>\n", out);
        }
    }
    if (count > FINDINGS_MAX)
        page_put(out, "<p class=\"notice warn\">%zu more findings are in the store.</p>\n",
                 count - FINDINGS_MAX);
}

void html_put_fuzz(struct html *html)
{
    if (html->store->fuzz_count == 0) {
        fputs("<p class=\"lead\">No fuzzer ran.</p>\n", html->out);
        return;
    }
    fputs("<p class=\"lead\">", html->out);
    page_number(html->out, (size_t)html->totals.fuzz_executions);
    fputs(" executions, ", html->out);
    page_count(html->out, html->totals.fuzz_findings, "finding");
    fputs(".</p>\n", html->out);
    put_table(html);
    put_lines(html->store, html->out);
    put_findings(html->store, html->out);
}
