/* How long each command took, against what the manual allows: a row a command,
 * with its plot in the last cell; all plots share one axis of powers of ten. */
#include "html/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX   400
#define NEAR_LIMIT 0.8  /* of the limit                                          */
#define LEAST      1e-5 /* seconds; what is shorter stands at the axis' beginning */
#define DOTS_MAX   12   /* so few are shown one by one                           */

/* ---- values ----------------------------------------------------------- */

struct mark {
    double x; /* per cent of the width                                       */
};

static const struct template_field mark_fields[] = {
    TEMPLATE_VALUE(struct mark, x),
};
static const struct template_shape mark_shape = TEMPLATE_SHAPE(struct mark, mark_fields);

/* A power of ten, in words. */
struct tick {
    double x;
    const char *name;
};

static const struct template_field tick_fields[] = {
    TEMPLATE_VALUE(struct tick, x),
    TEMPLATE_VALUE(struct tick, name),
};
static const struct template_shape tick_shape = TEMPLATE_SHAPE(struct tick, tick_fields);

struct limit {
    double seconds, x;
    const char *tone;
};

static const struct template_field limit_fields[] = {
    TEMPLATE_VALUE(struct limit, seconds),
    TEMPLATE_VALUE(struct limit, x),
    TEMPLATE_VALUE(struct limit, tone),
};
static const struct template_shape limit_shape = TEMPLATE_SHAPE(struct limit, limit_fields);

struct row {
    const char *name, *form;
    size_t count;
    double least, median, p95, most;
    const void *limit, *spread;
    struct template_list dots;
    bool is_over, is_near;
};

static const struct template_field row_fields[] = {
    TEMPLATE_VALUE(struct row, name),
    TEMPLATE_VALUE(struct row, form),
    TEMPLATE_VALUE(struct row, count),
    TEMPLATE_VALUE(struct row, least),
    TEMPLATE_VALUE(struct row, median),
    TEMPLATE_VALUE(struct row, p95),
    TEMPLATE_VALUE(struct row, most),
    TEMPLATE_PART(struct row, limit, limit_shape),
    TEMPLATE_PART(struct row, spread, page_spread_shape),
    TEMPLATE_PART(struct row, dots, mark_shape),
    TEMPLATE_VALUE(struct row, is_over),
    TEMPLATE_VALUE(struct row, is_near),
};
static const struct template_shape row_shape = TEMPLATE_SHAPE(struct row, row_fields);

struct times {
    struct template_list rows, axis;
    size_t command_count, more;
};

static const struct template_field times_fields[] = {
    TEMPLATE_PART(struct times, rows, row_shape),
    TEMPLATE_PART(struct times, axis, tick_shape),
    TEMPLATE_VALUE(struct times, command_count),
    TEMPLATE_VALUE(struct times, more),
};
static const struct template_shape times_shape = TEMPLATE_SHAPE(struct times, times_fields);

struct latency {
    const void *seen, *unseen; /* struct times; unseen: too short to tell     */
    struct template_list grid; /* of all plots                               */
    size_t dots_max;
};

static const struct template_field latency_fields[] = {
    TEMPLATE_PART(struct latency, seen, times_shape),
    TEMPLATE_PART(struct latency, unseen, times_shape),
    TEMPLATE_PART(struct latency, grid, mark_shape),
    TEMPLATE_VALUE(struct latency, dots_max),
};
const struct template_shape html_latency_shape = TEMPLATE_SHAPE(struct latency, latency_fields);

/* ---- groups ----------------------------------------------------------- */

struct timed {
    const char *name, *form;
    double seconds, limit; /* limit 0: none */
};

struct group {
    const struct timed *times; /* by how long they took */
    size_t count;
    double limit;
};

/* Powers of ten. */
struct axis {
    int least, greatest;
};

static int by_command(const void *a, const void *b)
{
    const struct timed *one = a;
    const struct timed *two = b;
    int order = strcmp(one->name, two->name);
    if (order == 0) order = strcmp(one->form, two->form);
    return order == 0 ? (one->seconds > two->seconds) - (one->seconds < two->seconds) : order;
}

/* Returns how many exchanges have a time; `out` NULL: only that. */
static size_t collect(const struct store *store, struct timed *out)
{
    size_t count = 0;
    for (size_t i = 0; i < store->case_count; i++) {
        const struct reports_case *case_ = &store->cases[i].is;
        for (size_t j = 0; j < case_->exchange_count; j++) {
            const struct reports_exchange *exchange = &case_->exchanges[j];
            struct timed timed = {store_text(exchange->name), store_text(exchange->form), 0,
                                  exchange->time_limit_ms / 1e3};
            if (*timed.name == '\0' || !store_seconds(exchange, &timed.seconds)) continue;
            if (out != NULL) out[count] = timed;
            count++;
        }
    }
    return count;
}

static size_t group(const struct timed *times, size_t count, struct group *out)
{
    size_t groups = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_new = i == 0 || strcmp(times[i].name, times[i - 1].name) != 0
                      || strcmp(times[i].form, times[i - 1].form) != 0;
        if (is_new) out[groups++] = (struct group){.times = &times[i]};
        struct group *into = &out[groups - 1];
        into->count++;
        if (times[i].limit > 0 && (into->limit == 0 || times[i].limit < into->limit))
            into->limit = times[i].limit;
    }
    return groups;
}

static double at(const struct group *group, double share)
{
    size_t rank = (size_t)ceil(share * (double)group->count);
    return group->times[rank == 0 ? 0 : rank - 1].seconds;
}

static double longest(const struct group *group)
{
    return group->times[group->count - 1].seconds;
}

/* How much of its limit the longest took. */
static double used(const struct group *group)
{
    return group->limit > 0 ? longest(group) / group->limit : 0;
}

/* What came nearest to its limit first, then what took longest. */
static int by_use(const void *a, const void *b)
{
    const struct group *one = a;
    const struct group *two = b;
    double left = used(one) >= NEAR_LIMIT ? used(one) : 0;
    double right = used(two) >= NEAR_LIMIT ? used(two) : 0;
    if (left == right) {
        left = longest(one);
        right = longest(two);
    }
    if (left != right) return left < right ? 1 : -1;
    return by_command(one->times, two->times);
}

/* ---- the plot --------------------------------------------------------- */

static struct axis axis_of(const struct group *groups, size_t count)
{
    struct axis axis = {1, -5};
    for (size_t i = 0; i < count; i++) {
        double greatest = fmax(longest(&groups[i]), groups[i].limit);
        int begin = (int)floor(log10(fmax(groups[i].times->seconds, LEAST)));
        int end = (int)ceil(log10(fmax(greatest, LEAST)));
        if (begin < axis.least) axis.least = begin;
        if (end > axis.greatest) axis.greatest = end;
    }
    if (axis.greatest <= axis.least) axis.greatest = axis.least + 1;
    return axis;
}

/* In per cent of the width; a margin is left for marks. */
static double place(const struct axis *axis, double seconds)
{
    double power = log10(fmax(seconds, LEAST));
    return 2 + 96 * (power - axis->least) / (axis->greatest - axis->least);
}

static struct template_list grid_of(struct arena *arena, const struct axis *axis)
{
    size_t count = (size_t)(axis->greatest - axis->least) + 1;
    struct mark *marks = arena_new(arena, count, sizeof *marks);
    for (size_t i = 0; i < count; i++) marks[i].x = place(axis, pow(10, axis->least + (int)i));
    return (struct template_list){marks, count};
}

/* Powers of ten in words; a long axis names each second. */
static struct template_list ticks_of(struct arena *arena, const struct axis *axis)
{
    static const char *const names[] = {"10 µs", "0.1 ms", "1 ms",  "10 ms",  "0.1 s",
                                        "1 s",   "10 s",   "100 s", "1,000 s"};
    const int name_count = sizeof names / sizeof names[0];
    int step = axis->greatest - axis->least > 5 ? 2 : 1;
    struct tick *ticks = arena_new(arena, (size_t)name_count, sizeof *ticks);
    struct template_list list = {ticks, 0};
    for (int power = axis->least; power <= axis->greatest && power + 5 < name_count; power += step)
        ticks[list.count++] = (struct tick){place(axis, pow(10, power)), names[power + 5]};
    return list;
}

static const void *spread_of(struct arena *arena, const struct axis *axis,
                             const struct group *group)
{
    struct page_spread *spread = arena_new(arena, 1, sizeof *spread);
    double median = place(axis, at(group, 0.5));
    *spread = (struct page_spread){
        .least_x = place(axis, group->times[0].seconds),
        .median_x = median,
        .most_x = place(axis, longest(group)),
        .box_width = fmax(place(axis, at(group, 0.95)) - median, 0.3),
    };
    return spread;
}

static struct template_list dots_of(struct arena *arena, const struct axis *axis,
                                    const struct group *group)
{
    struct mark *dots = arena_new(arena, group->count, sizeof *dots);
    for (size_t i = 0; i < group->count; i++) dots[i].x = place(axis, group->times[i].seconds);
    return (struct template_list){dots, group->count};
}

static const void *limit_of(struct arena *arena, const struct axis *axis, double seconds,
                            const char *tone)
{
    struct limit *limit = arena_new(arena, 1, sizeof *limit);
    *limit = (struct limit){seconds, place(axis, seconds), tone};
    return limit;
}

/* ---- the table -------------------------------------------------------- */

static struct row row_of(struct arena *arena, const struct axis *axis, const struct group *group)
{
    struct row row = {
        .name = group->times->name,
        .form = group->times->form,
        .count = group->count,
        .least = group->times->seconds,
        .median = at(group, 0.5),
        .p95 = at(group, 0.95),
        .most = longest(group),
        .is_over = used(group) > 1,
        .is_near = used(group) <= 1 && used(group) >= NEAR_LIMIT,
    };
    const char *tone = row.is_over ? "bad" : row.is_near ? "warn" : "";
    if (group->count > DOTS_MAX) row.spread = spread_of(arena, axis, group);
    else row.dots = dots_of(arena, axis, group);
    if (group->limit > 0) row.limit = limit_of(arena, axis, group->limit, tone);
    return row;
}

/* NULL: there are none. */
static const void *times_of(struct arena *arena, const struct axis *axis,
                            const struct group *groups, size_t count)
{
    if (count == 0) return NULL;
    size_t shown = count < ROWS_MAX ? count : ROWS_MAX;
    struct times *times = arena_new(arena, 1, sizeof *times);
    struct row *rows = arena_new(arena, shown, sizeof *rows);
    for (size_t i = 0; i < shown; i++) rows[i] = row_of(arena, axis, &groups[i]);
    *times = (struct times){
        .rows = {rows, shown},
        .axis = ticks_of(arena, axis),
        .command_count = count,
        .more = count - shown,
    };
    return times;
}

/* Those that never took long enough to be seen, which stand last, are folded. */
const void *html_latency(struct html *html)
{
    struct arena *arena = &html->arena;
    size_t count = collect(html->store, NULL);
    if (count == 0) return NULL;
    struct timed *times = arena_new(arena, count, sizeof *times);
    struct group *groups = arena_new(arena, count, sizeof *groups);
    collect(html->store, times);
    qsort(times, count, sizeof *times, by_command);
    size_t group_count = group(times, count, groups);
    qsort(groups, group_count, sizeof *groups, by_use);
    struct axis axis = axis_of(groups, group_count);
    size_t seen = 0;
    while (seen < group_count && longest(&groups[seen]) >= LEAST) seen++;
    struct latency *latency = arena_new(arena, 1, sizeof *latency);
    *latency = (struct latency){
        .seen = times_of(arena, &axis, groups, seen),
        .unseen = times_of(arena, &axis, groups + seen, group_count - seen),
        .grid = grid_of(arena, &axis),
        .dots_max = DOTS_MAX,
    };
    return latency;
}
