/* The page's latencies: what takes longer. */
#include "diff/diff.h"
#include "diff/html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 1000
#define LEAST_US 1.0 /* what is shorter stands where the axis begins          */

/* ---- values ----------------------------------------------------------- */

struct limit {
    double x;
};

static const struct template_field limit_fields[] = {
    TEMPLATE_VALUE(struct limit, x),
};
static const struct template_shape limit_shape = TEMPLATE_SHAPE(struct limit, limit_fields);

struct latency {
    const char *command, *form;
    size_t old_count, new_count;
    const char *old_median, *new_median, *old_p95, *new_p95;
    const char *change; /* of the median; NULL: chance may explain it         */
    const char *p;      /* NULL: too few samples                             */
    double effect;
    const void *old, *new; /* struct page_spread                                  */
    const void *limit;
    bool is_over, is_near, is_slower, is_faster;
};

static const struct template_field latency_fields[] = {
    TEMPLATE_VALUE(struct latency, command),
    TEMPLATE_VALUE(struct latency, form),
    TEMPLATE_VALUE(struct latency, old_count),
    TEMPLATE_VALUE(struct latency, new_count),
    TEMPLATE_VALUE(struct latency, old_median),
    TEMPLATE_VALUE(struct latency, new_median),
    TEMPLATE_VALUE(struct latency, old_p95),
    TEMPLATE_VALUE(struct latency, new_p95),
    TEMPLATE_VALUE(struct latency, change),
    TEMPLATE_VALUE(struct latency, p),
    TEMPLATE_VALUE(struct latency, effect),
    TEMPLATE_PART(struct latency, old, page_spread_shape),
    TEMPLATE_PART(struct latency, new, page_spread_shape),
    TEMPLATE_PART(struct latency, limit, limit_shape),
    TEMPLATE_VALUE(struct latency, is_over),
    TEMPLATE_VALUE(struct latency, is_near),
    TEMPLATE_VALUE(struct latency, is_slower),
    TEMPLATE_VALUE(struct latency, is_faster),
};
const struct template_shape diff_latency_shape = TEMPLATE_SHAPE(struct latency, latency_fields);

/* ---- the axis --------------------------------------------------------- */

struct axis {
    double least, greatest; /* powers of ten of a microsecond               */
};

static double power_of(double us)
{
    return log10(us < LEAST_US ? LEAST_US : us);
}

static struct axis axis_of(const struct reports_diff *diff)
{
    struct axis axis = {HUGE_VAL, 0};
    for (size_t i = 0; i < diff->latency_count; i++)
        for (size_t side = 0; side < 2; side++) {
            const struct diff_latency *latency = &diff->latencies[i];
            double least = power_of(latency->samples[side][0]);
            double most = power_of(latency->samples[side][latency->counts[side] - 1]);
            double limit = power_of(latency->limit_ms * 1e3);
            axis.least = fmin(axis.least, floor(least));
            axis.greatest = fmax(axis.greatest, ceil(fmax(most, limit)));
        }
    if (axis.greatest <= axis.least) axis.greatest = axis.least + 1;
    return axis;
}

static double place(const struct axis *axis, double us)
{
    return 2 + 96 * (power_of(us) - axis->least) / (axis->greatest - axis->least);
}

static const void *spread_of(struct arena *arena, const struct axis *axis,
                             const struct diff_latency *latency, size_t side)
{
    const double *samples = latency->samples[side];
    struct page_spread *spread = arena_new(arena, 1, sizeof *spread);
    double median = place(axis, latency->medians[side]);
    *spread = (struct page_spread){
        .least_x = place(axis, samples[0]),
        .median_x = median,
        .most_x = place(axis, samples[latency->counts[side] - 1]),
        .box_width = fmax(place(axis, latency->p95s[side]) - median, 0.3),
    };
    return spread;
}

static const void *limit_of(struct arena *arena, const struct axis *axis, uint32_t limit_ms)
{
    if (limit_ms == 0) return NULL;
    struct limit *limit = arena_new(arena, 1, sizeof *limit);
    limit->x = place(axis, limit_ms * 1e3);
    return limit;
}

/* ---- rows ------------------------------------------------------------- */

static const char *time_of(struct arena *arena, double us)
{
    return page_keep(arena, diff_time_text(us));
}

static void fill_latency(struct arena *arena, const struct axis *axis,
                         const struct diff_latency *latency, struct latency *out)
{
    const char *change =
        page_keep(arena, diff_percent_text(latency->medians[0], latency->medians[1]));
    const char *p = page_keep(arena, diff_p_text(latency->corrected));
    *out = (struct latency){
        .command = latency->command,
        .form = latency->form,
        .old_count = latency->counts[0],
        .new_count = latency->counts[1],
        .old_median = time_of(arena, latency->medians[0]),
        .new_median = time_of(arena, latency->medians[1]),
        .old_p95 = time_of(arena, latency->p95s[0]),
        .new_p95 = time_of(arena, latency->p95s[1]),
        .change = latency->evident ? change : NULL,
        .p = latency->enough ? p + 2 : NULL, /* without its name             */
        .effect = latency->effect,
        .old = spread_of(arena, axis, latency, 0),
        .new = spread_of(arena, axis, latency, 1),
        .limit = limit_of(arena, axis, latency->limit_ms),
        .is_over = latency->limit == DIFF_LIMIT_CROSSED,
        .is_near = latency->limit == DIFF_LIMIT_NEAR,
        .is_slower = latency->evident && latency->effect > 0,
        .is_faster = latency->evident && latency->effect <= 0,
    };
}

struct template_list diff_html_latencies(struct arena *arena, const struct reports_diff *diff)
{
    const struct axis axis = axis_of(diff);
    size_t count = diff->latency_count < ROWS_MAX ? diff->latency_count : ROWS_MAX;
    struct latency *rows = arena_new(arena, count, sizeof *rows);
    for (size_t i = 0; i < count; i++) fill_latency(arena, &axis, &diff->latencies[i], &rows[i]);
    return (struct template_list){rows, count};
}
