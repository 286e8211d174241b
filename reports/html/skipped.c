/* What shows nothing of the module, and why: cases that were skipped or excused,
 * exchanges that nothing judges. */
#include "html/parts.h"

#include <stdlib.h>
#include <string.h>

#define REASONS_MAX 200
#define LINKS_MAX   20

/* ---- values ----------------------------------------------------------- */

struct link {
    size_t number; /* of the case on the page                                */
    const char *name;
};

static const struct template_field link_fields[] = {
    TEMPLATE_VALUE(struct link, number),
    TEMPLATE_VALUE(struct link, name),
};
static const struct template_shape link_shape = TEMPLATE_SHAPE(struct link, link_fields);

struct row {
    const char *reason; /* NULL: none is given                               */
    size_t count;
    struct template_list links;
    bool has_more; /* cases than links                                       */
};

static const struct template_field row_fields[] = {
    TEMPLATE_VALUE(struct row, reason),
    TEMPLATE_VALUE(struct row, count),
    TEMPLATE_PART(struct row, links, link_shape),
    TEMPLATE_VALUE(struct row, has_more),
};
static const struct template_shape row_shape = TEMPLATE_SHAPE(struct row, row_fields);

struct reasons {
    struct template_list rows;
    size_t rows_max; /* 0: it is not reached                                 */
};

static const struct template_field reasons_fields[] = {
    TEMPLATE_PART(struct reasons, rows, row_shape),
    TEMPLATE_VALUE(struct reasons, rows_max),
};
static const struct template_shape reasons_shape = TEMPLATE_SHAPE(struct reasons, reasons_fields);

struct skipped {
    const void *skipped, *unjudged, *expected, *unexpected; /* struct reasons */
    bool all_judged;
};

static const struct template_field skipped_fields[] = {
    TEMPLATE_PART(struct skipped, skipped, reasons_shape),
    TEMPLATE_PART(struct skipped, unjudged, reasons_shape),
    TEMPLATE_PART(struct skipped, expected, reasons_shape),
    TEMPLATE_PART(struct skipped, unexpected, reasons_shape),
    TEMPLATE_VALUE(struct skipped, all_judged),
};
const struct template_shape html_skipped_shape = TEMPLATE_SHAPE(struct skipped, skipped_fields);

/* ---- reasons ---------------------------------------------------------- */

/* A case, and its exchange, that stands for its reason. */
struct silent {
    const char *reason;
    const struct html_case *case_;
};

static int by_reason(const void *a, const void *b)
{
    const struct silent *one = a;
    const struct silent *two = b;
    int order = strcmp(one->reason, two->reason);
    return order == 0 ? (one->case_ > two->case_) - (one->case_ < two->case_) : order;
}

/* How many of the sorted list share the first's reason. */
static size_t alike(const struct silent *list, size_t count)
{
    size_t same = 1;
    while (same < count && strcmp(list[same].reason, list[0].reason) == 0) same++;
    return same;
}

static struct row row_of(struct arena *arena, const struct silent *list, size_t count)
{
    const struct html_case *last = NULL;
    struct link *links = arena_new(arena, LINKS_MAX, sizeof *links);
    struct row row = {
        .reason = *list->reason == '\0' ? NULL : list->reason,
        .count = count,
        .links = {links, 0},
    };
    for (size_t i = 0; i < count && row.links.count < LINKS_MAX; i++) {
        if (list[i].case_ == last) continue;
        last = list[i].case_;
        links[row.links.count++] = (struct link){last->number, last->store->name};
    }
    row.has_more = row.links.count == LINKS_MAX && list[count - 1].case_ != last;
    return row;
}

/* Sorts the list. Returns: NULL if it is empty. */
static const void *reasons_of(struct arena *arena, struct silent *list, size_t count)
{
    if (count == 0) return NULL;
    struct reasons *reasons = arena_new(arena, 1, sizeof *reasons);
    struct row *rows = arena_new(arena, REASONS_MAX, sizeof *rows);
    size_t row_count = 0;
    qsort(list, count, sizeof *list, by_reason);
    for (size_t i = 0; i < count && row_count < REASONS_MAX; row_count++) {
        size_t same = alike(list + i, count - i);
        rows[row_count] = row_of(arena, list + i, same);
        i += same;
    }
    *reasons = (struct reasons){{rows, row_count}, row_count == REASONS_MAX ? row_count : 0};
    return reasons;
}

/* ---- what is silent --------------------------------------------------- */

static size_t list_cases(struct html *html, enum reports_outcome outcome, struct silent *out)
{
    size_t count = 0;
    for (size_t i = 0; i < html->store->case_count; i++)
        if (html->cases[i].store->is.outcome == outcome)
            out[count++] =
                (struct silent){store_why(&html->cases[i].store->is, NULL), &html->cases[i]};
    return count;
}

static size_t list_exchanges(struct html *html, struct silent *out)
{
    size_t count = 0;
    for (size_t i = 0; i < html->store->case_count; i++) {
        const struct html_case *case_ = &html->cases[i];
        const struct reports_case *is = &case_->store->is;
        if (is->outcome == REPORTS_SKIPPED) continue;
        for (size_t j = 0; j < is->exchange_count; j++)
            if (is->exchanges[j].verdict == REPORTS_UNJUDGED)
                out[count++] = (struct silent){store_text(is->exchanges[j].why), case_};
    }
    return count;
}

const void *html_skipped(struct html *html)
{
    struct arena *arena = &html->arena;
    size_t most = html->store->case_count + html->totals.exchanges;
    struct silent *list = arena_new(arena, most, sizeof *list);
    struct skipped *out = arena_new(arena, 1, sizeof *out);
    out->skipped = reasons_of(arena, list, list_cases(html, REPORTS_SKIPPED, list));
    out->unjudged = reasons_of(arena, list, list_exchanges(html, list));
    out->expected = reasons_of(arena, list, list_cases(html, REPORTS_EXPECTED_FAILURE, list));
    out->unexpected = reasons_of(arena, list, list_cases(html, REPORTS_UNEXPECTED_PASS, list));
    out->all_judged = out->skipped == NULL && out->unjudged == NULL && out->expected == NULL
                      && out->unexpected == NULL;
    return out;
}
