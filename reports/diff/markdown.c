/* Two runs compared, as a comment of a pull request: CommonMark with the tables
 * and folds of GitHub and GitLab. */
#define _GNU_SOURCE
#include "base/markdown_text.h"
#include "base/text.h"
#include "diff/diff.h"

#include <stdlib.h>

#define SETS_MAX    10
#define IDS_MAX     20 /* of a set or a change                               */
#define GROUPS_MAX  20
#define LATENCY_MAX 20
#define LINES_MAX   20 /* of a change                                        */

#define NAME_COLUMNS 200
#define BLOCKS_SIZE  50000 /* bytes; head and frame take the rest of the comment's 65,536 */
#define CODE_MAX     300   /* columns                                             */

/* ---- text that stays text --------------------------------------------- */

/* Frees the text. */
static void put_made(FILE *out, char *text)
{
    fputs(text, out);
    free(text);
}

static void put_text(FILE *out, const char *bytes)
{
    put_made(out, markdown_text(bytes));
}

static void put_code(FILE *out, const char *bytes)
{
    put_made(out, markdown_code(bytes, CODE_MAX));
}

/* Owns: the caller frees it. */
static char *lines_text(const struct diff_lines *lines)
{
    char *text = text_format("%s", "");
    for (size_t i = 0; i < lines->count; i++) {
        char *longer = text_format("%s%c %s\n", text, lines->items[i].sign, lines->items[i].text);
        free(text);
        text = longer;
    }
    return text;
}

static void put_lines(FILE *out, const struct diff_change *change)
{
    struct diff_lines lines = diff_lines_of(change, LINES_MAX);
    char *text = lines_text(&lines);
    char *fence = markdown_fence(text);
    if (lines.count > 0) fprintf(out, "\n%sdiff\n%s%s\n", fence, text, fence);
    if (lines.more > 0) fprintf(out, "\nand %zu lines more\n", lines.more);
    fputc('\n', out);
    free(fence);
    free(text);
    diff_lines_release(&lines);
}

/* ---- room ------------------------------------------------------------- */

struct room {
    FILE *out;
    size_t left;     /* bytes                                                */
    size_t left_out; /* blocks                                               */
};

typedef void put_block_fn(FILE *out, const void *item);

/* Writes the block whole, or leaves it out. */
static void put_block(struct room *room, put_block_fn *put, const void *item)
{
    char *text = NULL;
    size_t size = 0;
    FILE *block = arena_must(open_memstream(&text, &size));
    put(block, item);
    if (fclose(block) != 0) arena_must(NULL);
    if (size <= room->left) {
        fwrite(text, 1, size, room->out);
        room->left -= size;
    } else {
        room->left_out++;
    }
    free(text);
}

static void begin_fold(FILE *out)
{
    fputs("<details><summary>", out);
}

/* ---- head ------------------------------------------------------------- */

/* A name of any length. Owns: the caller frees it. */
static char *cut(const char *bytes)
{
    char *shown = text_cut(bytes, NAME_COLUMNS);
    char *text = markdown_text(shown);
    free(shown);
    return text;
}

static void put_head(const struct reports_diff *diff, FILE *out)
{
    enum reports_diff_verdict verdict = reports_diff_verdict(diff);
    fputs("### ", out);
    if (verdict == REPORTS_DIFF_REGRESSION)
        fprintf(out, "❌ %zu regression%s", diff->regression_count,
                diff->regression_count == 1 ? "" : "s");
    else fputs(verdict == REPORTS_DIFF_GOOD ? "✅ No regression" : "⚠️ Nothing to compare", out);
    fprintf(out, " in %zu cases\n\n| | module | cases | from |\n|---|---|---:|---|\n",
            diff->case_count);
    for (size_t side = 0; side < 2; side++) {
        char *identity = diff_identity_text(diff, side);
        fputs(side == 0 ? "| old | " : "| new | ", out);
        put_made(out, cut(identity));
        fprintf(out, " | %zu | ", diff->stores[side].case_count);
        put_made(out, markdown_code(diff->input.sides[side].name, NAME_COLUMNS));
        fputs(" |\n", out);
        free(identity);
    }
    const char *separator = "\n";
    for (enum diff_class i = 0; i < DIFF_CLASS_COUNT; i++) {
        if (diff->classes[i] == 0) continue;
        fprintf(out, "%s%zu %s", separator, diff->classes[i], diff_class_name(i));
        separator = ", ";
    }
    fputs("\n\n", out);
}

/* ---- cases ------------------------------------------------------------ */

static const struct diff_change *main_change(const struct diff_case *case_)
{
    for (size_t i = 0; i < case_->change_count; i++)
        if (case_->changes[i].script != NULL && case_->changes[i].kind < DIFF_WEAK)
            return &case_->changes[i];
    return NULL;
}

static void put_why(FILE *out, const struct diff_set *set)
{
    char *why = set->fault == NULL ? diff_case_text(set->cases[0]) : store_disagreement(set->fault);
    const struct diff_change *change = main_change(set->cases[0]);
    char *again = set->regression ? diff_again_text(set->cases[0]) : NULL;
    fputs("\nThe first: ", out);
    put_text(out, why);
    fputc('\n', out);
    if (again != NULL) {
        fputs("\nAgain: ", out);
        put_code(out, again);
        fputc('\n', out);
    }
    if (change != NULL) put_lines(out, change);
    else fputc('\n', out);
    free(again);
    free(why);
}

static void put_set(FILE *out, const struct diff_set *set)
{
    char *name = diff_set_text(set);
    char *clauses = diff_clauses_text(set);
    begin_fold(out);
    fputs(set->regression ? "❌ <b>" : "<b>", out);
    put_text(out, name);
    fputs("</b> ", out);
    put_text(out, clauses);
    fputs("</summary>\n\n", out);
    for (size_t i = 0; i < set->count && i < IDS_MAX; i++) {
        fputs("- ", out);
        put_code(out, diff_any(set->cases[i])->is.id);
        fputc('\n', out);
    }
    if (set->count > IDS_MAX) fprintf(out, "- and %zu more\n", set->count - IDS_MAX);
    put_why(out, set);
    fputs("</details>\n\n", out);
    free(name);
    free(clauses);
}

static void put_set_of(FILE *out, const void *item)
{
    put_set(out, item);
}

/* ---- behaviour -------------------------------------------------------- */

static void put_group(FILE *out, const struct diff_group *group)
{
    const struct diff_change *first = group->changes[0];
    char *text = diff_change_text(first);
    begin_fold(out);
    fprintf(out, "<b>%s</b> ", diff_kind_word(first->kind));
    put_text(out, text);
    fprintf(out, " (%zu case%s)</summary>\n", group->case_count, group->case_count == 1 ? "" : "s");
    put_lines(out, first);
    fputs("In ", out);
    put_code(out, diff_any(first->of)->is.id);
    if (group->case_count > 1) fprintf(out, " and %zu more", group->case_count - 1);
    fputs("\n\n</details>\n\n", out);
    free(text);
}

static void put_group_of(FILE *out, const void *item)
{
    put_group(out, item);
}

static void put_behaviour(const struct reports_diff *diff, struct room *room)
{
    size_t shown = 0;
    size_t more = 0;
    size_t weak = 0;
    for (size_t i = 0; i < diff->group_count; i++) {
        const struct diff_group *group = &diff->groups[i];
        if (!group->passing) continue;
        if (group->changes[0]->kind >= DIFF_WEAK) {
            weak++;
        } else if (shown < GROUPS_MAX) {
            if (shown++ == 0) fputs("#### Changed though both pass\n\n", room->out);
            put_block(room, put_group_of, group);
        } else {
            more++;
        }
    }
    if (more > 0) fprintf(room->out, "and %zu more changes\n\n", more);
    if (weak > 0)
        fprintf(room->out,
                "Besides, %zu numbers or dates of answers, or of what the host sent, differ.\n\n",
                weak);
}

/* ---- latency ---------------------------------------------------------- */

static void put_latency(FILE *out, const struct diff_latency *latency)
{
    static const char *const limits[] = {"", "near limit", "**over limit**"};
    char *texts[4] = {diff_time_text(latency->medians[0]), diff_time_text(latency->medians[1]),
                      diff_time_text(latency->p95s[0]), diff_time_text(latency->p95s[1])};
    char *percent = diff_change_of_median(latency);
    char *shown = diff_p_text(latency->corrected);
    const char *p = shown[2] == '<' ? "&#60; 0.0001" : shown + 2;
    fputs("| ", out);
    put_text(out, latency->command);
    fputc(' ', out);
    put_text(out, latency->form);
    fprintf(out, " | %zu + %zu | %s → %s%s | %s → %s | %s | %.2f | %s |\n", latency->counts[0],
            latency->counts[1], texts[0], texts[1], percent, texts[2], texts[3], p, latency->effect,
            limits[latency->limit]);
    for (size_t i = 0; i < 4; i++) free(texts[i]);
    free(percent);
    free(shown);
}

static void put_latency_of(FILE *out, const void *item)
{
    put_latency(out, item);
}

static void put_latencies(const struct reports_diff *diff, struct room *room)
{
    size_t few = diff->latency_count - diff->tested_count;
    size_t shown = 0;
    if (diff->latency_count == 0) return;
    fprintf(room->out, "#### Latency: %zu of %zu commands changed\n\n", diff->evident_count,
            diff->tested_count);
    for (; shown < diff->latency_count && shown < LATENCY_MAX; shown++) {
        const struct diff_latency *latency = &diff->latencies[shown];
        if (!latency->evident && latency->limit == DIFF_LIMIT_KEPT) break;
        if (shown == 0)
            fputs("| command | n | median | 95 % | p | delta | |\n|---|---|---|---|---|---|---|\n",
                  room->out);
        put_block(room, put_latency_of, latency);
    }
    if (shown > 0) fputc('\n', room->out);
    fputs("Mann-Whitney U, two-sided, corrected by Holm, p < 0.05.", room->out);
    if (few > 0)
        fprintf(room->out, " %zu commands have too few runs to tell, %zu a side do.", few,
                diff->needed);
    fputs("\n", room->out);
}

void diff_write_markdown(const struct reports_diff *diff, FILE *out)
{
    struct room room = {.out = out, .left = BLOCKS_SIZE};
    put_head(diff, out);
    for (size_t i = 0; i < diff->set_count && i < SETS_MAX; i++)
        put_block(&room, put_set_of, &diff->sets[i]);
    if (diff->set_count > SETS_MAX)
        fprintf(out, "and %zu more kinds\n\n", diff->set_count - SETS_MAX);
    if (diff->compared_count > 0) {
        put_behaviour(diff, &room);
        put_latencies(diff, &room);
    }
    if (room.left_out > 0)
        fprintf(out, "\n%zu parts are left out, too long for a comment; --html has them.\n",
                room.left_out);
}
