/* Fuzzers: how much they ran, what they reached over time, what they found. */
#include "base/text.h"
#include "html/parts.h"

#include <stdlib.h>
#include <string.h>

#define FUZZERS_MAX  400 /* rows                                   */
#define PLOTTED_MAX  24  /* fuzzers                                */
#define POINTS_MAX   160 /* of a line                              */
#define POINT_SIZE   32  /* characters of one                      */
#define FINDINGS_MAX 200 /* shown with their stacks                 */

/* ---- values ----------------------------------------------------------- */

struct bar {
    double percent;
};

static const struct template_field bar_fields[] = {
    TEMPLATE_VALUE(struct bar, percent),
};
static const struct template_shape bar_shape = TEMPLATE_SHAPE(struct bar, bar_fields);

struct row {
    const char *target, *engine, *instance, *sanitizers;
    bool knows_at; /* mutates by it                                          */
    double seconds;
    size_t executions, rate, edges, edges_total, corpus, finding_count;
    const void *executions_bar, *edges_bar;
};

static const struct template_field row_fields[] = {
    TEMPLATE_VALUE(struct row, target),
    TEMPLATE_VALUE(struct row, engine),
    TEMPLATE_VALUE(struct row, instance),
    TEMPLATE_VALUE(struct row, sanitizers),
    TEMPLATE_VALUE(struct row, knows_at),
    TEMPLATE_VALUE(struct row, seconds),
    TEMPLATE_VALUE(struct row, executions),
    TEMPLATE_VALUE(struct row, rate),
    TEMPLATE_VALUE(struct row, edges),
    TEMPLATE_VALUE(struct row, edges_total),
    TEMPLATE_VALUE(struct row, corpus),
    TEMPLATE_VALUE(struct row, finding_count),
    TEMPLATE_PART(struct row, executions_bar, bar_shape),
    TEMPLATE_PART(struct row, edges_bar, bar_shape),
};
static const struct template_shape row_shape = TEMPLATE_SHAPE(struct row, row_fields);

struct plot {
    const char *target, *engine, *instance, *what;
    const char *top, *bottom;
    const char *points; /* `0.0,98.0 500.0,2.0` of 1000 by 100               */
    double seconds;
};

static const struct template_field plot_fields[] = {
    TEMPLATE_VALUE(struct plot, target),   TEMPLATE_VALUE(struct plot, engine),
    TEMPLATE_VALUE(struct plot, instance), TEMPLATE_VALUE(struct plot, what),
    TEMPLATE_VALUE(struct plot, top),      TEMPLATE_VALUE(struct plot, bottom),
    TEMPLATE_VALUE(struct plot, points),   TEMPLATE_VALUE(struct plot, seconds),
};
static const struct template_shape plot_shape = TEMPLATE_SHAPE(struct plot, plot_fields);

struct stack {
    struct template_list frames;
};

static const struct template_field stack_fields[] = {
    TEMPLATE_PART(struct stack, frames, page_name_shape),
};
static const struct template_shape stack_shape = TEMPLATE_SHAPE(struct stack, stack_fields);

struct finding {
    const char *label, *target, *engine, *instance;
    const char *text; /* its first line                                      */
    const char *reproduce, *source, *sha256;
    const void *stack;
};

static const struct template_field finding_fields[] = {
    TEMPLATE_VALUE(struct finding, label),
    TEMPLATE_VALUE(struct finding, target),
    TEMPLATE_VALUE(struct finding, engine),
    TEMPLATE_VALUE(struct finding, instance),
    TEMPLATE_VALUE(struct finding, text),
    TEMPLATE_VALUE(struct finding, reproduce),
    TEMPLATE_VALUE(struct finding, source),
    TEMPLATE_VALUE(struct finding, sha256),
    TEMPLATE_PART(struct finding, stack, stack_shape),
};
static const struct template_shape finding_shape = TEMPLATE_SHAPE(struct finding, finding_fields);

struct fuzz {
    size_t executions, finding_count;
    struct template_list rows, plots, findings;
    size_t more_rows, more_findings;
};

static const struct template_field fuzz_fields[] = {
    TEMPLATE_VALUE(struct fuzz, executions),
    TEMPLATE_VALUE(struct fuzz, finding_count),
    TEMPLATE_PART(struct fuzz, rows, row_shape),
    TEMPLATE_PART(struct fuzz, plots, plot_shape),
    TEMPLATE_PART(struct fuzz, findings, finding_shape),
    TEMPLATE_VALUE(struct fuzz, more_rows),
    TEMPLATE_VALUE(struct fuzz, more_findings),
};
const struct template_shape html_fuzz_shape = TEMPLATE_SHAPE(struct fuzz, fuzz_fields);

/* ---- the table -------------------------------------------------------- */

static double share_of(uint64_t part, uint64_t whole)
{
    if (whole == 0) return 0;
    return part >= whole ? 1 : (double)part / (double)whole;
}

static const void *bar_of(struct arena *arena, uint64_t part, uint64_t whole)
{
    struct bar *bar = arena_new(arena, 1, sizeof *bar);
    bar->percent = share_of(part, whole) * 100;
    return bar;
}

/* `most`: executions of the fuzzer that has most. */
static struct row row_of(struct arena *arena, const struct reports_fuzz *fuzz, uint64_t most)
{
    return (struct row){
        .target = fuzz->target,
        .engine = reports_engine_name(fuzz->engine),
        .instance = fuzz->instance,
        .sanitizers = fuzz->sanitizers,
        .knows_at = fuzz->mutator,
        .seconds = (double)fuzz->duration_ms / 1e3,
        .executions = (size_t)fuzz->executions,
        .rate = (size_t)fuzz->executions_per_second,
        .edges = (size_t)fuzz->edges,
        .edges_total = (size_t)fuzz->edges_total,
        .corpus = (size_t)fuzz->corpus_count,
        .finding_count = fuzz->finding_count,
        .executions_bar = bar_of(arena, fuzz->executions, most),
        .edges_bar = fuzz->edges_total > 0 ? bar_of(arena, fuzz->edges, fuzz->edges_total) : NULL,
    };
}

static void fill_rows(struct html *html, struct fuzz *out)
{
    const struct store *store = html->store;
    size_t count = store->fuzz_count < FUZZERS_MAX ? store->fuzz_count : FUZZERS_MAX;
    struct row *rows = arena_new(&html->arena, count, sizeof *rows);
    uint64_t most = 0;
    for (size_t i = 0; i < store->fuzz_count; i++)
        if (store->fuzzers[i].is.executions > most) most = store->fuzzers[i].is.executions;
    for (size_t i = 0; i < count; i++) rows[i] = row_of(&html->arena, &store->fuzzers[i].is, most);
    out->rows = (struct template_list){rows, count};
    out->more_rows = store->fuzz_count - count;
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
} line_kinds[] = {{"edges reached over time", edges, true},
                  {"executions over time", executions, false}};

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

static const char *points_of(struct arena *arena, const struct reports_fuzz *fuzz,
                             const struct line *line, const struct range *range)
{
    size_t step = fuzz->sample_count / POINTS_MAX + 1;
    char *text = arena_new(arena, fuzz->sample_count / step + 2, POINT_SIZE);
    char *at = text;
    for (size_t i = 0; i < fuzz->sample_count; i++) {
        const struct reports_sample *sample = &fuzz->samples[i];
        bool is_between = i % step != 0 && i + 1 != fuzz->sample_count;
        if (is_between || !is_known(line, sample)) continue;
        double height = share_of(line->get(sample) - range->least, range->most - range->least);
        at += snprintf(at, POINT_SIZE, "%s%.1f,%.1f", at == text ? "" : " ",
                       1000 * share_of(sample->time_ms, range->last), 98 - 96 * height);
    }
    return text;
}

static struct plot plot_of(struct arena *arena, const struct reports_fuzz *fuzz,
                           const struct line *line, const struct range *range)
{
    return (struct plot){
        .target = fuzz->target,
        .engine = reports_engine_name(fuzz->engine),
        .instance = fuzz->instance,
        .what = line->what,
        .top = page_keep(arena, text_grouped(range->most)),
        .bottom = page_keep(arena, text_grouped(range->least)),
        .points = points_of(arena, fuzz, line, range),
        .seconds = (double)range->last / 1e3,
    };
}

static void fill_plots(struct html *html, struct fuzz *out)
{
    const size_t kinds = sizeof line_kinds / sizeof line_kinds[0];
    const struct store *store = html->store;
    struct plot *plots = arena_new(&html->arena, PLOTTED_MAX * kinds, sizeof *plots);
    size_t plotted = 0;
    out->plots.items = plots;
    for (size_t i = 0; i < store->fuzz_count && plotted < PLOTTED_MAX; i++) {
        const struct reports_fuzz *fuzz = &store->fuzzers[i].is;
        if (fuzz->sample_count < 2) continue;
        plotted++;
        for (size_t j = 0; j < kinds; j++) {
            struct range range = range_of(fuzz, &line_kinds[j]);
            if (range.most > 0)
                plots[out->plots.count++] = plot_of(&html->arena, fuzz, &line_kinds[j], &range);
        }
    }
}

/* ---- findings --------------------------------------------------------- */

/* A frame a line; NULL: no stack is known. */
static const void *stack_of(struct arena *arena, const char *text)
{
    if (text == NULL) return NULL;
    struct stack *stack = arena_new(arena, 1, sizeof *stack);
    struct page_name *frames = NULL;
    size_t capacity = 0;
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        frames = arena_room(arena, frames, stack->frames.count, &capacity, sizeof *frames);
        frames[stack->frames.count++].name = page_slice(arena, text, size);
        text += size + (text[size] == '\n');
    }
    stack->frames.items = frames;
    return stack;
}

static struct finding finding_of(struct arena *arena, const struct reports_fuzz *fuzz,
                                 const struct reports_fuzz_finding *finding)
{
    return (struct finding){
        .label = page_keep(arena, store_fuzz_label(finding)),
        .target = fuzz->target,
        .engine = reports_engine_name(fuzz->engine),
        .instance = fuzz->instance,
        .text = page_slice(arena, finding->text, strcspn(finding->text, "\n")),
        .reproduce = finding->reproduce,
        .source = finding->source,
        .sha256 = finding->sha256,
        .stack = stack_of(arena, finding->stack),
    };
}

static void fill_findings(struct html *html, struct fuzz *out)
{
    struct finding *findings = arena_new(&html->arena, FINDINGS_MAX, sizeof *findings);
    out->findings.items = findings;
    for (size_t i = 0; i < html->store->fuzz_count; i++) {
        const struct reports_fuzz *fuzz = &html->store->fuzzers[i].is;
        for (size_t j = 0; j < fuzz->finding_count; j++)
            if (out->findings.count == FINDINGS_MAX) out->more_findings++;
            else
                findings[out->findings.count++] =
                    finding_of(&html->arena, fuzz, &fuzz->findings[j]);
    }
}

const void *html_fuzz(struct html *html)
{
    if (html->store->fuzz_count == 0) return NULL;
    struct fuzz *fuzz = arena_new(&html->arena, 1, sizeof *fuzz);
    fuzz->executions = (size_t)html->totals.fuzz_executions;
    fuzz->finding_count = html->totals.fuzz_findings;
    fill_rows(html, fuzz);
    fill_plots(html, fuzz);
    fill_findings(html, fuzz);
    return fuzz;
}
