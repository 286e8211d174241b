/* Fuzzers: how much they ran, what they reached over time, what they found. */
#define _GNU_SOURCE
#include "base/text.h"
#include "html/parts.h"

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
             fuzz->target, reports_engine_name(fuzz->engine), fuzz->instance,
             store_text(fuzz->sanitizers), fuzz->mutator ? "knows AT" : "any bytes");
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
        page_badge(out, "bad", count);
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

/* What a line shows: edges from the least that were reached, so that their growth
 * is seen; executions from none. */
static const struct line {
    const char *what;
    get_value *get;
    bool from_least;
} lines[] = {{"edges reached over time", edges, true}, {"executions over time", executions, false}};

struct range {
    uint64_t least, most, last; /* of the values; of the time, ms           */
};

static bool is_known(const struct line *line, const struct reports_sample *sample)
{
    return !line->from_least || line->get(sample) > 0;
}

static struct range range_of(const struct reports_fuzz *fuzz, const struct line *line)
{
    struct range range = {UINT64_MAX, 0, fuzz->duration_ms};
    for (size_t i = 0; i < fuzz->sample_count; i++) {
        const struct reports_sample *sample = &fuzz->samples[i];
        uint64_t value = line->get(sample);
        if (value > range.most) range.most = value;
        if (value < range.least && is_known(line, sample)) range.least = value;
        if (sample->time_ms > range.last) range.last = sample->time_ms;
    }
    if (!line->from_least || range.least >= range.most) range.least = 0;
    return range;
}

static void put_points(FILE *out, const struct reports_fuzz *fuzz, const struct line *line,
                       const struct range *range)
{
    size_t step = fuzz->sample_count / POINTS_MAX + 1;
    const char *separator = "";
    for (size_t i = 0; i < fuzz->sample_count; i++) {
        const struct reports_sample *sample = &fuzz->samples[i];
        bool is_between = i % step != 0 && i + 1 != fuzz->sample_count;
        if (is_between || !is_known(line, sample)) continue;
        double height = share_of(line->get(sample) - range->least, range->most - range->least);
        fprintf(out, "%s%.1f,%.1f", separator, 1000 * share_of(sample->time_ms, range->last),
                98 - 96 * height);
        separator = " ";
    }
}

static void put_line(FILE *out, const struct reports_fuzz *fuzz, const struct line *line)
{
    struct range range = range_of(fuzz, line);
    if (range.most == 0) return;
    char *top = text_grouped(range.most);
    char *bottom = text_grouped(range.least);
    page_put(
        out,
        "<figure class=\"plot\"><figcaption><b>%s</b> %s, %s: %s</figcaption>"
        "<small class=\"scale\"><span>%s</span><span>%s</span></small>"
        "<svg class=\"line\" viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" "
        "aria-label=\"%s, from %s to %s\"><polyline points=\"",
        fuzz->target, reports_engine_name(fuzz->engine), fuzz->instance, line->what, top, bottom,
        line->what, bottom, top);
    put_points(out, fuzz, line, &range);
    fputs("\"/></svg><small class=\"time\"><span>0 s</span><span>", out);
    page_duration(out, (double)range.last / 1e3);
    fputs("</span></small></figure>\n", out);
    free(top);
    free(bottom);
}

static void put_lines(const struct store *store, FILE *out)
{
    size_t plotted = 0;
    fputs("<div class=\"plots\">\n", out);
    for (size_t i = 0; i < store->fuzz_count && plotted < PLOTTED_MAX; i++) {
        if (store->fuzzers[i].is.sample_count < 2) continue;
        for (size_t j = 0; j < sizeof lines / sizeof lines[0]; j++)
            put_line(out, &store->fuzzers[i].is, &lines[j]);
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
             label, fuzz->target, reports_engine_name(fuzz->engine), fuzz->instance);
    char *first = arena_must(strndup(finding->text, strcspn(finding->text, "\n")));
    page_put(out, "%s</p>\n", first);
    free(first);
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
