/* Changes on the page: their lines, and the cases that have them. */
#include "diff/html.h"

#include <string.h>

/* ---- values ----------------------------------------------------------- */

struct line {
    bool is_removed, is_added, is_same;
    const char *before, *mark, *after; /* as of page_marked                  */
};

static const struct template_field line_fields[] = {
    TEMPLATE_VALUE(struct line, is_removed), TEMPLATE_VALUE(struct line, is_added),
    TEMPLATE_VALUE(struct line, is_same),    TEMPLATE_VALUE(struct line, before),
    TEMPLATE_VALUE(struct line, mark),       TEMPLATE_VALUE(struct line, after),
};
static const struct template_shape line_shape = TEMPLATE_SHAPE(struct line, line_fields);

struct lines {
    struct template_list items;
    size_t more;
};

static const struct template_field lines_fields[] = {
    TEMPLATE_PART(struct lines, items, line_shape),
    TEMPLATE_VALUE(struct lines, more),
};
static const struct template_shape lines_shape = TEMPLATE_SHAPE(struct lines, lines_fields);

static const struct template_field change_fields[] = {
    TEMPLATE_VALUE(struct diff_html_change, kind),
    TEMPLATE_VALUE(struct diff_html_change, text),
    TEMPLATE_VALUE(struct diff_html_change, is_natural),
    TEMPLATE_PART(struct diff_html_change, lines, lines_shape),
};
const struct template_shape diff_html_change_shape =
    TEMPLATE_SHAPE(struct diff_html_change, change_fields);

static const struct template_field group_fields[] = {
    TEMPLATE_PART(struct diff_html_group, change, diff_html_change_shape),
    TEMPLATE_VALUE(struct diff_html_group, case_count),
    TEMPLATE_VALUE(struct diff_html_group, more),
    TEMPLATE_PART(struct diff_html_group, cases, page_name_shape),
};
const struct template_shape diff_html_group_shape =
    TEMPLATE_SHAPE(struct diff_html_group, group_fields);

/* ---- filling them ----------------------------------------------------- */

static struct line line_of(struct arena *arena, const struct diff_line *line)
{
    const char *text = page_slice(arena, line->text, strlen(line->text));
    bool is_marked = line->to > line->from && line->to - line->from < strlen(text);
    struct page_marked marked =
        page_mark(arena, text, line->from, is_marked ? line->to : line->from);
    return (struct line){
        .is_removed = line->sign == '-',
        .is_added = line->sign == '+',
        .is_same = line->sign == ' ',
        .before = marked.before,
        .mark = marked.mark,
        .after = marked.after,
    };
}

/* NULL: no line differs. */
static const void *lines_of(struct arena *arena, const struct diff_change *change)
{
    struct diff_lines from = diff_lines_of(change, DIFF_HTML_LINES_MAX);
    struct lines *lines = arena_new(arena, 1, sizeof *lines);
    struct line *items = arena_new(arena, from.count, sizeof *items);
    for (size_t i = 0; i < from.count; i++) items[i] = line_of(arena, &from.items[i]);
    *lines = (struct lines){{items, from.count}, from.more};
    diff_lines_release(&from);
    return lines->items.count == 0 ? NULL : lines;
}

struct diff_html_change diff_html_change(struct arena *arena, const struct diff_change *change,
                                         bool with_lines)
{
    return (struct diff_html_change){
        .kind = diff_kind_word(change->kind),
        .text = page_keep(arena, diff_change_text(change)),
        .is_natural = change->natural,
        .lines = with_lines ? lines_of(arena, change) : NULL,
    };
}

struct diff_html_group diff_html_group(struct arena *arena, const struct diff_group *group,
                                       bool with_lines)
{
    struct diff_html_change *change = arena_new(arena, 1, sizeof *change);
    struct page_name *names = arena_new(arena, DIFF_HTML_IDS_MAX, sizeof *names);
    size_t shown = 0;
    *change = diff_html_change(arena, group->changes[0], with_lines);
    for (size_t i = 0; i < group->count && shown < DIFF_HTML_IDS_MAX; i++)
        if (i == 0 || group->changes[i]->of != group->changes[i - 1]->of)
            names[shown++].name = diff_any(group->changes[i]->of)->is.id;
    return (struct diff_html_group){
        .change = change,
        .case_count = group->case_count,
        .more = group->case_count > shown ? group->case_count - shown : 0,
        .cases = {names, shown},
    };
}
