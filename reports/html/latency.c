/* How long each command took, against what the manual allows: a row a command,
 * with its plot in the last cell; all plots share one axis of powers of ten. */
#include "base/text.h"
#include "html/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX   400
#define NEAR_LIMIT 0.8  /* of the limit                                          */
#define LEAST      1e-5 /* seconds; what is shorter stands at the axis' beginning */
#define DOTS_MAX   12   /* so few are shown one by one                           */

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

/* ---- groups ----------------------------------------------------------- */

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

static void put_grid(FILE *out, const struct axis *axis)
{
    for (int power = axis->least; power <= axis->greatest; power++) {
        double x = place(axis, pow(10, power));
        page_put(out, "<line class=\"grid\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"0\" y2=\"100%%\"/>", x,
                 x);
    }
}

/* Powers of ten in words; a long axis names each second. */
static void put_axis(FILE *out, const struct axis *axis)
{
    static const char *const names[] = {"10 µs", "0.1 ms", "1 ms",  "10 ms",  "0.1 s",
                                        "1 s",   "10 s",   "100 s", "1,000 s"};
    int step = axis->greatest - axis->least > 5 ? 2 : 1;
    fputs("<svg class=\"spark\" role=\"img\" aria-label=\"Axis, logarithmic\">", out);
    for (int power = axis->least; power <= axis->greatest; power += step) {
        int name = power + 5;
        if (name >= (int)(sizeof names / sizeof names[0])) break;
        page_put(out, "<text x=\"%.1f%%\" y=\"12\" text-anchor=\"middle\">%s</text>",
                 place(axis, pow(10, power)), names[name]);
    }
    fputs("</svg>", out);
}

static void put_spread(FILE *out, const struct axis *axis, const struct group *group)
{
    double median = place(axis, at(group, 0.5));
    double most = place(axis, at(group, 0.95));
    double least = place(axis, group->times[0].seconds);
    page_put(out, "<line class=\"whisker\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"50%%\" y2=\"50%%\"/>",
             least, place(axis, longest(group)));
    page_put(out, "<rect class=\"box\" x=\"%.1f%%\" y=\"25%%\" width=\"%.1f%%\" height=\"50%%\"/>",
             median, fmax(most - median, 0.3));
    page_put(out, "<circle class=\"dot\" cx=\"%.1f%%\" cy=\"50%%\" r=\"3.5\"/>", median);
}

static void put_dots(FILE *out, const struct axis *axis, const struct group *group)
{
    for (size_t i = 0; i < group->count; i++)
        page_put(out, "<circle class=\"dot\" cx=\"%.1f%%\" cy=\"50%%\" r=\"3\"/>",
                 place(axis, group->times[i].seconds));
}

static void put_plot(FILE *out, const struct axis *axis, const struct group *group,
                     const char *tone)
{
    fputs("<svg class=\"spark\" aria-hidden=\"true\">", out);
    put_grid(out, axis);
    if (group->count > DOTS_MAX) put_spread(out, axis, group);
    else put_dots(out, axis, group);
    if (group->limit > 0) {
        double x = place(axis, group->limit);
        page_put(out,
                 "<line class=\"limit %s\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"5%%\" y2=\"95%%\"/>",
                 tone, x, x);
    }
    fputs("</svg>", out);
}

/* ---- the table -------------------------------------------------------- */

static void put_cell(FILE *out, double seconds)
{
    fputs("<td class=\"n\">", out);
    page_duration(out, seconds);
    fputs("</td>", out);
}

static void put_row(FILE *out, const struct axis *axis, const struct group *group)
{
    bool is_over = used(group) > 1;
    bool is_near = !is_over && used(group) >= NEAR_LIMIT;
    const char *tone = is_over ? "bad" : is_near ? "warn" : "";
    page_put(out, "<tr><th scope=\"row\"><code>%s</code> <small>%s</small></th><td class=\"n\">",
             group->times->name, group->times->form);
    page_number(out, group->count);
    fputs("</td>", out);
    put_cell(out, group->times->seconds);
    put_cell(out, at(group, 0.5));
    put_cell(out, at(group, 0.95));
    put_cell(out, longest(group));
    if (group->limit > 0) put_cell(out, group->limit);
    else fputs("<td class=\"n dim\">none</td>", out);
    fputs("<td class=\"wide\">", out);
    put_plot(out, axis, group, tone);
    fputs("</td><td>", out);
    if (is_over) page_badge(out, "bad", "over");
    if (is_near) page_badge(out, "warn", "near");
    fputs("</td></tr>\n", out);
}

static void put_rows(FILE *out, const struct axis *axis, const struct group *groups, size_t count)
{
    page_scroll_begin(out, "Time of each command");
    fputs("<table class=\"grid\"><thead><tr><th scope=\"col\">Command</th>"
          "<th scope=\"col\" class=\"n\">Times</th><th scope=\"col\" class=\"n\">Least</th>"
          "<th scope=\"col\" class=\"n\">Median</th><th scope=\"col\" class=\"n\">95 %</th>"
          "<th scope=\"col\" class=\"n\">Most</th><th scope=\"col\" class=\"n\">Limit</th>"
          "<th scope=\"col\" class=\"wide\">",
          out);
    put_axis(out, axis);
    fputs("</th><th scope=\"col\"><span class=\"quiet\">Against the limit</span></th></tr></thead>"
          "<tbody>\n",
          out);
    for (size_t i = 0; i < count && i < ROWS_MAX; i++) put_row(out, axis, &groups[i]);
    fputs("</tbody></table>\n", out);
    page_scroll_end(out);
    if (count > ROWS_MAX)
        page_put(out, "<p class=\"dim\">%zu more, of shorter times, are not listed.</p>\n",
                 count - ROWS_MAX);
}

/* Those that never took long enough to be seen, which stand last, are folded. */
static void put_table(FILE *out, const struct group *groups, size_t count)
{
    struct axis axis = axis_of(groups, count);
    size_t seen = 0;
    while (seen < count && longest(&groups[seen]) >= LEAST) seen++;
    if (seen > 0) put_rows(out, &axis, groups, seen);
    if (seen == count) return;
    fputs("<details class=\"fold\"><summary>", out);
    page_count(out, count - seen, "command");
    fputs(" that always took less than 10 µs</summary>\n", out);
    put_rows(out, &axis, groups + seen, count - seen);
    fputs("</details>\n", out);
}

void html_put_latency(struct html *html)
{
    size_t count = collect(html->store, NULL);
    if (count == 0) {
        fputs("<p class=\"lead\">No exchange has times.</p>\n", html->out);
        return;
    }
    struct timed *times = arena_new(&html->arena, count, sizeof *times);
    struct group *groups = arena_new(&html->arena, count, sizeof *groups);
    collect(html->store, times);
    qsort(times, count, sizeof *times, by_command);
    size_t group_count = group(times, count, groups);
    qsort(groups, group_count, sizeof *groups, by_use);
    page_put(html->out,
             "<p class=\"lead\">From the command to the end of its response. A dot is a time; of "
             "more than %d the dot is the median, the box goes to the 95th percentile, the line "
             "from the least to the most. The upright mark is the manual's limit. Times are in "
             "powers of ten.</p>\n",
             DOTS_MAX);
    put_table(html->out, groups, group_count);
}
