/* The durations of each command and form on both sides. Only cases that both sides
 * played are compared. */
#define _GNU_SOURCE
#include "diff/diff.h"
#include "diff/stat.h"

#include <stdlib.h>
#include <string.h>

/* From this share of the limit on a maximum is near it. */
#define NEAR 0.8

/* The longest that a store can hold: below 2^63 even after rounding. */
#define LONGEST_US 9.2e18

struct sample {
    const char *command, *form;
    double us;
    uint32_t limit_ms;
    uint8_t side;
};

struct samples {
    struct arena arena;
    struct sample *items;
    size_t count, capacity;
};

/* ---- gathering -------------------------------------------------------- */

static void put(struct samples *samples, const struct sample *sample)
{
    samples->items = arena_room(&samples->arena, samples->items, samples->count, &samples->capacity,
                                sizeof *samples->items);
    samples->items[samples->count++] = *sample;
}

static void gather_case(struct samples *samples, const struct reports_case *case_, size_t side)
{
    for (size_t i = 0; i < case_->exchange_count; i++) {
        const struct reports_exchange *exchange = &case_->exchanges[i];
        double seconds = 0;
        if (*store_text(exchange->name) == '\0' || !store_seconds(exchange, &seconds)) continue;
        put(samples, &(struct sample){exchange->name, store_text(exchange->form), seconds * 1e6,
                                      exchange->time_limit_ms, (uint8_t)side});
    }
}

static void gather_kept(struct samples *samples, const struct store *store, size_t side)
{
    for (size_t i = 0; i < store->latency_count; i++) {
        const struct reports_latency *kept = &store->latencies[i];
        for (size_t k = 0; k < kept->sample_count; k++)
            put(samples, &(struct sample){kept->command, kept->form, (double)kept->samples[k].us,
                                          kept->time_limit_ms, (uint8_t)side});
    }
}

static void gather(const struct reports_diff *diff, struct samples *samples)
{
    for (size_t i = 0; i < diff->case_count; i++) {
        const struct diff_case *case_ = &diff->cases[i];
        if (case_->sides[0].played == 0 || case_->sides[1].played == 0) continue;
        for (size_t side = 0; side < 2; side++)
            for (size_t k = 0; k < case_->sides[side].count; k++)
                gather_case(samples, &case_->sides[side].runs[k]->is, side);
    }
    for (size_t side = 0; side < 2; side++) gather_kept(samples, &diff->stores[side], side);
}

static int by_command(const void *a, const void *b)
{
    const struct sample *one = a;
    const struct sample *two = b;
    int order = strcmp(one->command, two->command);
    if (order == 0) order = strcmp(one->form, two->form);
    if (order == 0) order = one->side - two->side;
    return order == 0 ? (one->us > two->us) - (one->us < two->us) : order;
}

/* ---- one command ------------------------------------------------------ */

static enum diff_limit judge_limit(const struct diff_latency *latency)
{
    double limit = latency->limit_ms * 1000.0;
    double old = latency->samples[0][latency->counts[0] - 1];
    double new = latency->samples[1][latency->counts[1] - 1];
    if (latency->limit_ms == 0) return DIFF_LIMIT_KEPT;
    if (new > limit && old <= limit) return DIFF_LIMIT_CROSSED;
    return new > NEAR *limit &&old <= NEAR *limit ? DIFF_LIMIT_NEAR : DIFF_LIMIT_KEPT;
}

static void examine(struct diff_latency *latency)
{
    for (size_t side = 0; side < 2; side++) {
        latency->medians[side] = stat_quantile(latency->samples[side], latency->counts[side], 0.5);
        latency->p95s[side] = stat_quantile(latency->samples[side], latency->counts[side], 0.95);
    }
    struct stat_test test = stat_mann_whitney(latency->samples[0], latency->counts[0],
                                              latency->samples[1], latency->counts[1]);
    latency->p = latency->corrected = test.p;
    latency->effect = test.effect;
    latency->exact = test.exact;
    latency->enough = stat_least_p(latency->counts[0], latency->counts[1]) < REPORTS_DIFF_ALPHA;
    latency->limit = judge_limit(latency);
}

/* Reads the samples of one command, from `from` on. Returns: false if a side has
 * none. */
static bool read_command(struct reports_diff *diff, const struct samples *samples, size_t from,
                         size_t count, struct diff_latency *out)
{
    *out = (struct diff_latency){.command = samples->items[from].command,
                                 .form = samples->items[from].form};
    for (size_t side = 0; side < 2; side++)
        out->samples[side] = arena_new(&diff->arena, count, sizeof(double));
    for (size_t i = from; i < from + count; i++) {
        const struct sample *sample = &samples->items[i];
        out->samples[sample->side][out->counts[sample->side]++] = sample->us;
        bool tighter = out->limit_ms == 0 || sample->limit_ms < out->limit_ms;
        if (sample->limit_ms > 0 && tighter) out->limit_ms = sample->limit_ms;
    }
    return out->counts[0] > 0 && out->counts[1] > 0;
}

static size_t size_of(const struct samples *samples, size_t from)
{
    const struct sample *first = &samples->items[from];
    size_t count = 1;
    while (from + count < samples->count && strcmp(first[count].command, first->command) == 0
           && strcmp(first[count].form, first->form) == 0)
        count++;
    return count;
}

/* ---- all -------------------------------------------------------------- */

static void correct(struct reports_diff *diff)
{
    double *p = arena_new(&diff->arena, diff->latency_count, sizeof *p);
    for (size_t i = 0; i < diff->latency_count; i++)
        if (diff->latencies[i].enough) p[diff->tested_count++] = diff->latencies[i].p;
    stat_holm(p, diff->tested_count);
    size_t at = 0;
    for (size_t i = 0; i < diff->latency_count; i++) {
        struct diff_latency *latency = &diff->latencies[i];
        if (!latency->enough) continue;
        latency->corrected = p[at++];
        latency->evident = latency->corrected < REPORTS_DIFF_ALPHA;
        diff->evident_count += latency->evident;
    }
    size_t tests = diff->tested_count == 0 ? 1 : diff->tested_count;
    diff->needed = stat_needed(REPORTS_DIFF_ALPHA / (double)tests);
}

/* The order: limits, evidence, then the command's name. */
static int by_weight(const void *a, const void *b)
{
    const struct diff_latency *one = a;
    const struct diff_latency *two = b;
    if (one->limit != two->limit) return (int)two->limit - (int)one->limit;
    if (one->evident != two->evident) return two->evident - one->evident;
    if (one->enough != two->enough) return two->enough - one->enough;
    int order = (one->corrected > two->corrected) - (one->corrected < two->corrected);
    if (order == 0) order = strcmp(one->command, two->command);
    return order == 0 ? strcmp(one->form, two->form) : order;
}

static size_t count_commands(const struct samples *samples)
{
    size_t commands = 0;
    for (size_t at = 0; at < samples->count; at += size_of(samples, at)) commands++;
    return commands;
}

void diff_measure(struct reports_diff *diff)
{
    struct samples samples = {0};
    gather(diff, &samples);
    if (samples.count > 1) qsort(samples.items, samples.count, sizeof *samples.items, by_command);
    diff->latencies = arena_new(&diff->arena, count_commands(&samples), sizeof *diff->latencies);
    for (size_t at = 0; at < samples.count;) {
        size_t count = size_of(&samples, at);
        struct diff_latency *latency = &diff->latencies[diff->latency_count];
        if (read_command(diff, &samples, at, count, latency)) {
            examine(latency);
            diff->latency_count++;
        }
        at += count;
    }
    arena_release(&samples.arena);
    correct(diff);
    if (diff->latency_count > 1)
        qsort(diff->latencies, diff->latency_count, sizeof *diff->latencies, by_weight);
}

/* ---- for a baseline --------------------------------------------------- */

static void fill(struct arena *arena, struct reports_latency *out, const struct sample *samples,
                 size_t count, size_t most)
{
    size_t kept = count < most ? count : most;
    struct reports_duration *durations = arena_new(arena, kept, sizeof *durations);
    *out = (struct reports_latency){.command = samples->command,
                                    .form = samples->form,
                                    .time_limit_ms = samples->limit_ms,
                                    .samples = durations,
                                    .sample_count = kept};
    for (size_t i = 0; i < kept; i++) {
        size_t at = kept == 1 ? 0 : i * (count - 1) / (kept - 1);
        double us = samples[at].us < LONGEST_US ? samples[at].us : LONGEST_US;
        durations[i].us = (uint64_t)(us + 0.5);
    }
}

struct reports_latency *diff_durations(struct reports_diff *diff, size_t most, size_t *count)
{
    struct samples samples = {0};
    const struct store *store = &diff->stores[1];
    for (size_t i = 0; i < store->case_count; i++) gather_case(&samples, &store->cases[i].is, 1);
    gather_kept(&samples, store, 1);
    if (samples.count > 1) qsort(samples.items, samples.count, sizeof *samples.items, by_command);
    struct reports_latency *latencies =
        arena_new(&diff->arena, count_commands(&samples), sizeof *latencies);
    *count = 0;
    for (size_t at = 0; at < samples.count;) {
        size_t size = size_of(&samples, at);
        fill(&diff->arena, &latencies[(*count)++], &samples.items[at], size, most);
        at += size;
    }
    arena_release(&samples.arena);
    return latencies;
}
