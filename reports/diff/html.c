/* Two runs compared, as a page: the verdict, who, what became of the cases, what
 * behaves otherwise, what takes longer. */
#include "base/text.h"
#include "diff/diff.h"
#include "page/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX  40  /* of a change                                        */
#define IDS_MAX    200 /* of a set or a change                               */
#define CAUSES_MAX 5
#define ROWS_MAX   1000 /* of a table                                         */
#define LEAST_US   1.0  /* what is shorter stands where the axis begins       */

/* ---- who -------------------------------------------------------------- */

static void put_verdict(const struct reports_diff *diff, FILE *out)
{
    enum reports_diff_verdict verdict = reports_diff_verdict(diff);
    bool bad = verdict == REPORTS_DIFF_REGRESSION;
    page_put(
        out,
        "<section id=\"verdict\"><h2 class=\"quiet\">Verdict</h2>\n<div class=\"verdict %s\"><h1>",
        bad                            ? "bad"
        : verdict == REPORTS_DIFF_GOOD ? "good"
                                       : "warn");
    if (bad) page_count(out, diff->regression_count, "regression");
    else fputs(verdict == REPORTS_DIFF_GOOD ? "No regression" : "Nothing to compare", out);
    fputs("</h1>\n<p>", out);
    page_count(out, diff->case_count, "case");
    for (enum diff_class i = 0; i < DIFF_CLASS_COUNT; i++)
        if (diff->classes[i] > 0) page_put(out, ", %zu %s", diff->classes[i], diff_class_name(i));
    fputs(".</p></div>\n", out);
}

static void put_side(const struct reports_diff *diff, size_t side, FILE *out)
{
    const struct diff_identity *is = &diff->identities[side];
    const struct store *store = &diff->stores[side];
    char *when = diff_when_text(diff, side);
    page_put(out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s%s</td>",
             side == 0 ? "Old" : "New", store_text(is->manufacturer), store_text(is->model),
             store_text(is->firmware), is->several ? " and others" : "");
    page_put(out, "<td><time>%s</time></td>", when);
    free(when);
    page_put(out, "<td class=\"n\">%zu</td><td class=\"wrap\">%s%s<br><code>%s</code></td></tr>\n",
             store->case_count, diff->input.sides[side].name,
             store->baseline == NULL ? "" : " (baseline)",
             store->run == NULL ? "" : store_text(store->run->command));
}

static void put_sides(const struct reports_diff *diff, FILE *out)
{
    page_scroll_begin(out, "Both runs");
    fputs("<table class=\"grid\"><thead><tr><th scope=\"col\">Run</th>"
          "<th scope=\"col\">Manufacturer</th><th scope=\"col\">Model</th>"
          "<th scope=\"col\">Firmware</th><th scope=\"col\">When</th>"
          "<th scope=\"col\" class=\"n\">Cases</th><th scope=\"col\">What</th></tr></thead>"
          "<tbody>\n",
          out);
    for (size_t side = 0; side < 2; side++) put_side(diff, side, out);
    fputs("</tbody></table>\n", out);
    page_scroll_end(out);
    fputs("</section>\n", out);
}

/* ---- a change --------------------------------------------------------- */

static void put_line(const struct diff_line *line, FILE *out)
{
    static const char *const marks[][2] = {{"<del>- ", "</del>\n"}, {"<ins>+ ", "</ins>\n"}};
    size_t size = strlen(line->text);
    bool is_side = line->sign != ' ';
    bool marked = line->to > line->from && line->to - line->from < size;
    fputs(is_side ? marks[line->sign == '+'][0] : "  ", out);
    page_shown(out, line->text, marked ? line->from : size);
    if (marked) {
        fputs("<mark>", out);
        page_shown(out, line->text + line->from, line->to - line->from);
        fputs("</mark>", out);
        page_shown(out, line->text + line->to, size - line->to);
    }
    fputs(is_side ? marks[line->sign == '+'][1] : "\n", out);
}

static void put_lines(const struct diff_change *change, FILE *out)
{
    struct diff_lines lines = diff_lines_of(change, LINES_MAX);
    if (lines.count > 0) {
        fputs("<pre class=\"diff\">", out);
        for (size_t i = 0; i < lines.count; i++) put_line(&lines.items[i], out);
        if (lines.more > 0) page_put(out, "  and %zu more\n", lines.more);
        fputs("</pre>\n", out);
    }
    diff_lines_release(&lines);
}

static void put_change(const struct diff_change *change, FILE *out)
{
    char *text = diff_change_text(change);
    page_put(out, "<p><b>%s</b> <code>%s</code>%s</p>\n", diff_kind_word(change->kind), text,
             change->natural ? " <span class=\"dim\">varies within one run, too</span>" : "");
    free(text);
}

static void put_ids(const struct diff_group *group, FILE *out)
{
    size_t shown = 0;
    fputs("<details class=\"fold\"><summary>", out);
    page_count(out, group->case_count, "case");
    fputs("</summary><ul>\n", out);
    for (size_t i = 0; i < group->count && shown < IDS_MAX; i++) {
        if (i > 0 && group->changes[i]->of == group->changes[i - 1]->of) continue;
        page_put(out, "<li><code>%s</code></li>\n", diff_any(group->changes[i]->of)->is.id);
        shown++;
    }
    if (group->case_count > shown)
        page_put(out, "<li>and %zu more</li>\n", group->case_count - shown);
    fputs("</ul></details>\n", out);
}

/* ---- cases ------------------------------------------------------------ */

static const char *tone_of(const struct diff_set *set)
{
    if (set->regression) return "bad";
    if (set->class == DIFF_NEWLY_PASSING || set->class == DIFF_APPEARED) return "good";
    return set->class == DIFF_NOT_PLAYED ? "idle" : "warn";
}

/* Of each exchange that changed, its changes, then both sides of it. */
static void put_changes(const struct diff_case *case_, FILE *out)
{
    for (size_t i = 0; i < case_->change_count && i < LINES_MAX; i++) {
        const struct diff_change *change = &case_->changes[i];
        bool last = i + 1 == case_->change_count || case_->changes[i + 1].script != change->script;
        if (change->kind >= DIFF_WEAK) continue;
        put_change(change, out);
        if (last) put_lines(change, out);
    }
}

static void put_case(const struct diff_set *set, const struct diff_case *case_, bool open,
                     FILE *out)
{
    const struct reports_case *is = &diff_any(case_)->is;
    const struct reports_finding *fault = diff_fault(case_);
    char *text = diff_case_text(case_);
    char *again = case_->regression ? diff_again_text(case_) : NULL;
    page_put(out, "<details class=\"fold\"%s", open ? " open" : "");
    page_put(out, "><summary><b class=\"badge %s\">%s</b> <code>%s</code>", tone_of(set),
             diff_class_name(case_->class), is->id);
    if (is->way > 0) page_put(out, " way %zu", (size_t)is->way);
    page_put(out, " <small>%s, %s</small></summary>\n<p>%s</p>\n", reports_level_name(is->level),
             is->dialect, text);
    if (fault != NULL) {
        const struct page_sides sides = {"Expected", "Seen", fault->expected, fault->seen};
        page_put(out, "<div class=\"finding %s\"><p><b>%s</b> %s</p>\n",
                 reports_level_name(fault->level), fault->rule, fault->clause);
        page_sides(out, &sides);
        fputs("</div>\n", out);
    }
    put_changes(case_, out);
    if (again != NULL) page_command(out, again);
    fputs("</details>\n", out);
    free(text);
    free(again);
}

static void put_set(const struct diff_set *set, FILE *out)
{
    char *name = diff_set_text(set);
    char *clauses = diff_clauses_text(set);
    page_put(out, "<h3>%s <small class=\"dim\">%s</small></h3>\n", name, clauses);
    for (size_t i = 0; i < set->count && i < IDS_MAX; i++)
        put_case(set, set->cases[i], set->regression && i == 0, out);
    if (set->count > IDS_MAX)
        page_put(out, "<p class=\"dim\">and %zu more</p>\n", set->count - IDS_MAX);
    free(name);
    free(clauses);
}

/* What changed in most of those that fail: often why. */
static void put_causes(const struct reports_diff *diff, FILE *out)
{
    if (diff->by_count_count == 0) return;
    fputs("<h3>Changed where not both pass</h3>\n", out);
    for (size_t i = 0; i < diff->by_count_count && i < CAUSES_MAX; i++) {
        const struct diff_group *group = &diff->groups[diff->by_count[i]];
        put_change(group->changes[0], out);
        put_ids(group, out);
    }
    if (diff->by_count_count > CAUSES_MAX)
        page_put(out, "<p class=\"dim\">and %zu more</p>\n", diff->by_count_count - CAUSES_MAX);
}

static void put_cases(const struct reports_diff *diff, FILE *out)
{
    fputs("<section id=\"cases\"><h2>Cases</h2>\n", out);
    if (diff->set_count == 0) fputs("<p class=\"lead\">All cases came out as before.</p>\n", out);
    for (size_t i = 0; i < diff->set_count; i++) put_set(&diff->sets[i], out);
    put_causes(diff, out);
    fputs("</section>\n", out);
}

/* ---- behaviour -------------------------------------------------------- */

static void put_groups(const struct reports_diff *diff, bool weak, FILE *out)
{
    const struct diff_script *last = NULL;
    size_t shown = 0;
    for (size_t i = 0; i < diff->group_count && shown < ROWS_MAX; i++) {
        const struct diff_group *group = &diff->groups[i];
        bool is_weak = group->changes[0]->kind >= DIFF_WEAK;
        if (!group->passing || is_weak != weak) continue;
        put_change(group->changes[0], out);
        bool again = group->changes[0]->script == last; /* what stands above */
        if (!again && (!weak || group->changes[0]->kind == DIFF_VALUE))
            put_lines(group->changes[0], out);
        last = group->changes[0]->script;
        put_ids(group, out);
        shown++;
    }
    if (shown == 0) fputs("<p class=\"dim\">None.</p>\n", out);
    if (shown == ROWS_MAX) fputs("<p class=\"dim\">More are in the JSON.</p>\n", out);
}

static void put_behaviour(const struct reports_diff *diff, FILE *out)
{
    fputs(
        "<section id=\"behaviour\"><h2>Behaviour</h2>\n<p class=\"lead\">What changed though both "
        "pass. The same change of several cases stands once; the lines are those of the first."
        "</p>\n",
        out);
    put_groups(diff, false, out);
    fputs("<details class=\"fold\"><summary>Numbers and dates of answers, and what the host sent "
          "otherwise</summary>\n",
          out);
    put_groups(diff, true, out);
    fputs("</details></section>\n", out);
}

/* ---- latency ---------------------------------------------------------- */

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

static void put_spread(const struct axis *axis, const struct diff_latency *latency, size_t side,
                       FILE *out)
{
    const double *samples = latency->samples[side];
    const char *old = side == 0 ? " old" : "";
    double median = place(axis, latency->medians[side]);
    double most = place(axis, latency->p95s[side]);
    int y = side == 0 ? 25 : 75;
    page_put(out, "<line class=\"whisker%s\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"%d%%\" y2=\"%d%%\"/>",
             old, place(axis, samples[0]), place(axis, samples[latency->counts[side] - 1]), y, y);
    page_put(out,
             "<rect class=\"box%s\" x=\"%.1f%%\" y=\"%d%%\" width=\"%.1f%%\" height=\"30%%\"/>",
             old, median, y - 15, fmax(most - median, 0.3));
    page_put(out, "<circle class=\"dot%s\" cx=\"%.1f%%\" cy=\"%d%%\" r=\"3\"/>", old, median, y);
}

static void put_plot(const struct axis *axis, const struct diff_latency *latency, FILE *out)
{
    fputs("<svg class=\"spark\" aria-hidden=\"true\">", out);
    for (size_t side = 0; side < 2; side++) put_spread(axis, latency, side, out);
    if (latency->limit_ms > 0) {
        double x = place(axis, latency->limit_ms * 1e3);
        page_put(out, "<line class=\"limit\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"5%%\" y2=\"95%%\"/>",
                 x, x);
    }
    fputs("</svg>", out);
}

static void put_pair(const double values[2], FILE *out)
{
    for (size_t side = 0; side < 2; side++) {
        char *text = diff_time_text(values[side]);
        page_put(out, "<td class=\"n\">%s</td>", text);
        free(text);
    }
}

static void put_badges(const struct diff_latency *latency, FILE *out)
{
    if (latency->limit == DIFF_LIMIT_CROSSED) fputs("<b class=\"badge bad\">over limit</b> ", out);
    if (latency->limit == DIFF_LIMIT_NEAR) fputs("<b class=\"badge warn\">near limit</b> ", out);
    if (!latency->evident) return;
    fputs(latency->effect > 0 ? "<b class=\"badge warn\">slower</b>"
                              : "<b class=\"badge good\">faster</b>",
          out);
}

static void put_latency(const struct axis *axis, const struct diff_latency *latency, FILE *out)
{
    char *percent = diff_percent_text(latency->medians[0], latency->medians[1]);
    char *p = diff_p_text(latency->corrected);
    page_put(out,
             "<tr><th scope=\"row\"><code>%s</code> <small>%s</small></th><td class=\"n\">%zu, "
             "%zu</td>",
             latency->command, latency->form, latency->counts[0], latency->counts[1]);
    put_pair(latency->medians, out);
    page_put(out, "<td class=\"n\">%s</td>", latency->evident ? percent : "~");
    put_pair(latency->p95s, out);
    if (latency->enough) page_put(out, "<td class=\"n\">%s</td>", p + 2);
    else fputs("<td class=\"n dim\">too few</td>", out);
    page_put(out, "<td class=\"n\">%.2f</td><td class=\"wide\">", latency->effect);
    put_plot(axis, latency, out);
    fputs("</td><td>", out);
    put_badges(latency, out);
    fputs("</td></tr>\n", out);
    free(percent);
    free(p);
}

static void put_latencies(const struct reports_diff *diff, FILE *out)
{
    const struct axis axis = axis_of(diff);
    page_put(out,
             "<section id=\"latency\"><h2>Latency</h2>\n<p class=\"lead\">%zu of %zu commands "
             "changed. A change is told where chance would show it in less than 5 %% of runs "
             "alike (Mann-Whitney U, two-sided, corrected by Holm for all commands), else "
             "there is a ~. Delta is Cliff's: 1 if each new time is above each old one. With "
             "%zu runs a side every command can be told.</p>\n",
             diff->evident_count, diff->tested_count, diff->needed);
    page_scroll_begin(out, "Time of each command, old and new");
    fputs("<table class=\"grid\"><thead><tr><th scope=\"col\">Command</th>"
          "<th scope=\"col\" class=\"n\">Times</th><th scope=\"col\" class=\"n\">Median</th>"
          "<th scope=\"col\" class=\"n\">new</th><th scope=\"col\" class=\"n\">Change</th>"
          "<th scope=\"col\" class=\"n\">95 %</th><th scope=\"col\" class=\"n\">new</th>"
          "<th scope=\"col\" class=\"n\">p</th><th scope=\"col\" class=\"n\">Delta</th>"
          "<th scope=\"col\" class=\"wide\">Old above new, logarithmic</th>"
          "<th scope=\"col\"><span class=\"quiet\">Told</span></th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < diff->latency_count && i < ROWS_MAX; i++)
        put_latency(&axis, &diff->latencies[i], out);
    fputs("</tbody></table>\n", out);
    page_scroll_end(out);
    if (diff->latency_count > ROWS_MAX) fputs("<p class=\"dim\">More are in the JSON.</p>\n", out);
    fputs("</section>\n", out);
}

/* ---- all -------------------------------------------------------------- */

void diff_write_html(const struct reports_diff *diff, FILE *out)
{
    page_begin(out, "atproof diff");
    fputs("<a class=\"skip\" href=\"#verdict\">To the verdict</a>\n<header class=\"top\">"
          "<p>atproof diff</p><nav aria-label=\"Sections\"><a href=\"#verdict\">Verdict</a> "
          "<a href=\"#cases\">Cases</a> <a href=\"#behaviour\">Behaviour</a> "
          "<a href=\"#latency\">Latency</a></nav></header>\n<main>\n",
          out);
    put_verdict(diff, out);
    put_sides(diff, out);
    put_cases(diff, out);
    put_behaviour(diff, out);
    put_latencies(diff, out);
    fputs("</main>\n", out);
    page_end(out);
}
