/* Two runs compared, for a terminal of 80 columns and 24 lines: who, how many,
 * regressions, behaviour, latency, what to do. */
#define _GNU_SOURCE
#include "base/text.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS     80
#define LINES       24
#define HEAD_LINES  8 /* who, how many, what to do, and empty lines            */
#define GROUPS_MAX  4 /* changes of behaviour, a line each                     */
#define LATENCY_MAX 3 /* commands, a line each                                 */

#define RED   "\033[31m"
#define GREEN "\033[32m"

struct screen {
    FILE *out;
    bool colour;
};

static void put_coloured(const struct screen *screen, const char *colour, const char *text)
{
    fprintf(screen->out, "%s%s%s", screen->colour ? colour : "", text,
            screen->colour ? "\033[0m" : "");
}

/* Frees the bytes. */
static void put_cut(const struct screen *screen, char *bytes, size_t columns)
{
    char *cut = text_cut(bytes, columns);
    fputs(cut, screen->out);
    free(cut);
    free(bytes);
}

/* ---- who -------------------------------------------------------------- */

static void put_identity(const struct screen *screen, const struct reports_diff *diff, size_t side)
{
    char *identity = diff_identity_text(diff, side);
    fputs(side == 0 ? "old  " : "new  ", screen->out);
    char *cut = text_cut(identity, 56);
    size_t left = COLUMNS - 5 - 2 - text_columns(cut);
    char *name = text_cut_left(diff->input.sides[side].name, left);
    fprintf(screen->out, "%s  %s\n", cut, name);
    free(cut);
    free(name);
    free(identity);
}

/* ---- how many --------------------------------------------------------- */

struct folded {
    const struct screen *screen;
    size_t column;
    bool begun;
};

static void put_item(struct folded *line, char *item)
{
    size_t size = text_columns(item);
    if (line->begun && line->column + size + 3 > COLUMNS) {
        fputs(",\n   ", line->screen->out);
        line->column = 3;
        line->begun = false;
        fputc(' ', line->screen->out);
    } else if (line->begun) {
        fputs(", ", line->screen->out);
        line->column += 2;
    }
    fputs(item, line->screen->out);
    line->column += size;
    line->begun = true;
    free(item);
}

static void put_counts(const struct screen *screen, const struct reports_diff *diff)
{
    bool bad = diff->regression_count > 0;
    bool nothing = reports_diff_verdict(diff) == REPORTS_DIFF_NOTHING;
    char *verdict = nothing ? text_format("nothing to compare: no case was played by both")
                    : bad   ? text_format("%zu regression%s", diff->regression_count,
                                        diff->regression_count == 1 ? "" : "s")
                            : text_format("no regression");
    char *whole = text_format("%s in %zu cases: ", verdict, diff->case_count);
    struct folded line = {.screen = screen, .column = text_columns(whole)};
    fputc('\n', screen->out);
    put_coloured(screen, bad || nothing ? RED : GREEN, whole);
    for (enum diff_class i = 0; i < DIFF_CLASS_COUNT; i++)
        if (diff->classes[i] > 0)
            put_item(&line, text_format("%zu %s", diff->classes[i], diff_class_name(i)));
    fputc('\n', screen->out);
    free(verdict);
    free(whole);
}

/* ---- what became of cases --------------------------------------------- */

/* The first ids, as many as fit. */
static void put_ids(const struct screen *screen, const struct diff_set *set)
{
    size_t shown = 0;
    char *line = text_format("%s", "  ");
    for (; shown < set->count; shown++) {
        char *id = text_shown(diff_any(set->cases[shown])->is.id);
        char *longer = text_format("%s%s%s", line, shown == 0 ? "" : ", ", id);
        free(id);
        if (shown > 0 && text_columns(longer) > COLUMNS - 15) {
            free(longer);
            break;
        }
        free(line);
        line = longer;
    }
    bool more = shown < set->count;
    put_cut(screen, line, COLUMNS - (more ? 15 : 0));
    if (more) fprintf(screen->out, " and %zu more", set->count - shown);
    fputc('\n', screen->out);
}

static void put_line(const struct screen *screen, const struct diff_line *line)
{
    const char *colour = line->sign == '-' ? RED : GREEN;
    char *text = text_format("    %c %s", line->sign, line->text);
    char *cut = text_cut(text, COLUMNS);
    if (line->sign == ' ') fputs(cut, screen->out);
    else put_coloured(screen, colour, cut);
    fputc('\n', screen->out);
    free(text);
    free(cut);
}

/* Marks under a changed line the part that changed. */
static void put_marks(const struct screen *screen, const struct diff_line *line)
{
    char *before = strndup(line->text, line->from);
    char *marked = strndup(line->text + line->from, line->to - line->from);
    size_t from = text_columns(arena_must(before));
    size_t size = text_columns(arena_must(marked));
    if (size > 0 && from + size + 6 <= COLUMNS) {
        fprintf(screen->out, "%*s", (int)(from + 6), "");
        for (size_t i = 0; i < size; i++) fputc('^', screen->out);
        fputc('\n', screen->out);
    }
    free(before);
    free(marked);
}

/* Returns: the number of lines written. */
static size_t put_lines(const struct screen *screen, const struct diff_change *change, size_t most)
{
    struct diff_lines lines = diff_lines_of(change, most);
    size_t count = lines.count;
    for (size_t i = 0; i < lines.count; i++) put_line(screen, &lines.items[i]);
    bool single = lines.count > 0 && lines.count < most;
    if (single) {
        put_marks(screen, &lines.items[lines.count - 1]);
        count++;
    }
    if (lines.more > 0) {
        fprintf(screen->out, "      and %zu more\n", lines.more);
        count++;
    }
    diff_lines_release(&lines);
    return count;
}

/* The change that stands for the case: the first with a script. */
static const struct diff_change *main_change(const struct diff_case *case_)
{
    for (size_t i = 0; i < case_->change_count; i++)
        if (case_->changes[i].script != NULL && case_->changes[i].kind < DIFF_WEAK)
            return &case_->changes[i];
    return NULL;
}

static void put_group(const struct screen *screen, const struct diff_group *group)
{
    const struct diff_change *first = group->changes[0];
    char *what = diff_change_text(first);
    char *count = group->case_count == 1 ? text_shown(first->of->sides[0].told->is.id)
                                         : text_format("%zu cases", group->case_count);
    char *shown = text_cut_left(count, 26);
    size_t room = COLUMNS - 14 - text_columns(shown);
    fprintf(screen->out, "  %-9s ", diff_kind_word(first->kind));
    put_cut(screen, what, room);
    fprintf(screen->out, "  %s\n", shown);
    free(count);
    free(shown);
}

/* The head, the clauses, the first case and its exchange, as far as there is room: 1
 * line at least. */
static void put_set(const struct screen *screen, const struct diff_set *set, size_t room)
{
    char *name = diff_set_text(set);
    char *clauses = diff_clauses_text(set);
    char *head = text_format("%s  %s", name, clauses);
    char *cut = text_cut(head, COLUMNS);
    put_coloured(screen, set->regression ? RED : "", cut);
    fputc('\n', screen->out);
    free(name);
    free(clauses);
    free(head);
    free(cut);
    if (room >= 2) put_ids(screen, set);
    if (room >= 3) {
        fputs("  ", screen->out);
        put_cut(screen,
                set->fault == NULL ? diff_case_text(set->cases[0]) : store_disagreement(set->fault),
                COLUMNS - 2);
        fputc('\n', screen->out);
    }
    const struct diff_change *change = main_change(set->cases[0]);
    if (room >= 6 && change != NULL) put_lines(screen, change, room - 5);
}

/* The change that most failing cases share: often the cause. */
static void put_cause(const struct screen *screen, const struct reports_diff *diff, size_t most)
{
    if (diff->by_count_count == 0 || most < 2) return;
    fputs("changed where not both pass:\n", screen->out);
    for (size_t i = 0; i < diff->by_count_count && i + 1 < most; i++)
        put_group(screen, &diff->groups[diff->by_count[i]]);
}

/* Regressions alone, if there are any. */
static void put_sets(const struct screen *screen, const struct reports_diff *diff, size_t room)
{
    size_t regressions = 0;
    while (regressions < diff->set_count && diff->sets[regressions].regression) regressions++;
    size_t wanted = regressions == 0 ? diff->set_count : regressions;
    if (wanted == 0) return;
    size_t causes = diff->by_count_count < 2 ? diff->by_count_count : 2;
    if (regressions == 0) causes = 0;
    if (causes > 0) room -= causes + 1;
    size_t shown = wanted <= room ? wanted : room - 1;
    size_t each = room / shown >= 3 ? 2 : 1; /* the first gets the rest */
    size_t first = regressions == 0 ? each : room - each * (shown - 1);
    fputc('\n', screen->out);
    for (size_t i = 0; i < shown; i++) put_set(screen, &diff->sets[i], i == 0 ? first : each);
    if (wanted > shown) fprintf(screen->out, "and %zu more kinds\n", wanted - shown);
    put_cause(screen, diff, causes + 1);
}

/* ---- behaviour -------------------------------------------------------- */

static void put_weak(const struct screen *screen, const struct reports_diff *diff)
{
    size_t values = 0;
    size_t sent = 0;
    for (size_t i = 0; i < diff->group_count; i++) {
        const struct diff_group *group = &diff->groups[i];
        if (!group->passing) continue;
        values += group->changes[0]->kind == DIFF_VALUE;
        sent += group->changes[0]->kind == DIFF_SENT;
    }
    if (values + sent == 0) return;
    fprintf(screen->out, "  besides: %zu numbers or dates of answers, %zu of what was sent\n",
            values, sent);
}

static bool is_strong(const struct diff_group *group)
{
    return group->passing && group->changes[0]->kind < DIFF_WEAK;
}

static size_t count_strong(const struct reports_diff *diff)
{
    size_t count = 0;
    for (size_t i = 0; i < diff->group_count; i++) count += is_strong(&diff->groups[i]);
    return count;
}

static size_t behaviour_lines(const struct reports_diff *diff)
{
    size_t strong = count_strong(diff);
    return 3 + (strong > GROUPS_MAX ? GROUPS_MAX + 1 : strong);
}

static void put_behaviour(const struct screen *screen, const struct reports_diff *diff)
{
    size_t strong = count_strong(diff);
    size_t shown = 0;
    fputs(strong == 0 ? "\nno other behaviour where both pass\n" : "\nchanged though both pass:\n",
          screen->out);
    for (size_t i = 0; i < diff->group_count && shown < GROUPS_MAX; i++) {
        if (!is_strong(&diff->groups[i])) continue;
        put_group(screen, &diff->groups[i]);
        shown++;
    }
    if (strong > shown) fprintf(screen->out, "  and %zu more changes\n", strong - shown);
    put_weak(screen, diff);
}

/* ---- latency ---------------------------------------------------------- */

static void put_latency(const struct screen *screen, const struct diff_latency *latency)
{
    static const char *const limits[] = {"", "near limit: ", "OVER LIMIT: "};
    char *medians[2] = {diff_time_text(latency->medians[0]), diff_time_text(latency->medians[1])};
    char *p95s[2] = {diff_time_text(latency->p95s[0]), diff_time_text(latency->p95s[1])};
    char *percent = diff_change_of_median(latency);
    char *p = diff_p_text(latency->corrected);
    char *command = text_format("%s %s", latency->command, latency->form);
    char *cut = text_cut(command, 19);
    fprintf(screen->out, "  %s%*s ", cut, (int)(19 - text_columns(cut)), "");
    put_cut(screen,
            text_format("%s%s -> %s%s, p95 %s -> %s, %s", limits[latency->limit], medians[0],
                        medians[1], percent, p95s[0], p95s[1], p),
            COLUMNS - 22);
    fputc('\n', screen->out);
    for (size_t side = 0; side < 2; side++) {
        free(medians[side]);
        free(p95s[side]);
    }
    free(percent);
    free(p);
    free(command);
    free(cut);
}

static size_t latency_lines(const struct reports_diff *diff)
{
    return diff->latency_count == 0 ? 0 : 4 + (diff->evident_count > 0) * LATENCY_MAX;
}

static void put_latencies(const struct screen *screen, const struct reports_diff *diff)
{
    if (diff->latency_count == 0) return;
    fprintf(screen->out, "\nlatency: %zu of %zu command%s changed", diff->evident_count,
            diff->tested_count, diff->tested_count == 1 ? "" : "s");
    if (diff->tested_count > 0) fputs(" (Mann-Whitney, Holm, p < 0.05)", screen->out);
    size_t few = diff->latency_count - diff->tested_count;
    fputc('\n', screen->out);
    size_t shown = 0;
    for (; shown < diff->latency_count && shown < LATENCY_MAX; shown++) {
        const struct diff_latency *latency = &diff->latencies[shown];
        if (!latency->evident && latency->limit == DIFF_LIMIT_KEPT) break;
        put_latency(screen, latency);
    }
    if (diff->evident_count > shown)
        fprintf(screen->out, "  and %zu more\n", diff->evident_count - shown);
    if (few > 0)
        fprintf(screen->out, "  ~ %zu have too few runs to tell; %zu a side do: run --repeat\n",
                few, diff->needed);
}

/* ---- what to do ------------------------------------------------------- */

/* A command is never cut, so that it can be copied. */
static void put_next(const struct screen *screen, const struct reports_diff *diff)
{
    const struct diff_set *first = diff->set_count > 0 ? &diff->sets[0] : NULL;
    char *again = first == NULL || !first->regression || first->class == DIFF_VANISHED
                      ? NULL
                      : diff_again_text(first->cases[0]);
    fputc('\n', screen->out);
    if (again != NULL) fprintf(screen->out, "again: %s\n", again);
    free(again);
    fputs("all of it: --html FILE, --markdown FILE or --json FILE\n", screen->out);
    if (diff->input.is_baseline && diff->regression_count > 0)
        fputs("accept it: --update-baseline --reason TEXT [--expires DAY]\n", screen->out);
}

void diff_write_text(const struct reports_diff *diff, FILE *out)
{
    const char *plain = getenv("NO_COLOR");
    const struct screen screen = {
        .out = out, .colour = isatty(fileno(out)) && (plain == NULL || *plain == '\0')};
    bool compared = diff->compared_count > 0;
    size_t taken = HEAD_LINES + (compared ? behaviour_lines(diff) + latency_lines(diff) : 0);
    for (size_t side = 0; side < 2; side++) put_identity(&screen, diff, side);
    put_counts(&screen, diff);
    put_sets(&screen, diff, taken + 6 > LINES ? 6 : LINES - taken);
    if (compared) {
        put_behaviour(&screen, diff);
        put_latencies(&screen, diff);
    }
    put_next(&screen, diff);
}
