/* What says nothing of the module, and why: cases that were skipped or excused,
 * exchanges that nothing judges. */
#include "base/text.h"
#include "html/parts.h"

#include <stdlib.h>
#include <string.h>

#define REASONS_MAX 200
#define LINKS_MAX   20

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

static void put_links(FILE *out, const struct silent *list, size_t count)
{
    const struct html_case *last = NULL;
    size_t links = 0;
    for (size_t i = 0; i < count && links < LINKS_MAX; i++) {
        if (list[i].case_ == last) continue;
        last = list[i].case_;
        page_put(out, "%s<a href=\"#c%zu\"><code>%s</code></a>", links == 0 ? "" : ", ",
                 last->number, last->store->name);
        links++;
    }
    if (links == LINKS_MAX && list[count - 1].case_ != last) fputs(" and others", out);
}

static void put_reasons(FILE *out, const char *title, struct silent *list, size_t count)
{
    size_t rows = 0;
    if (count == 0) return;
    qsort(list, count, sizeof *list, by_reason);
    page_put(out, "<h3>%s</h3>\n", title);
    page_scroll_begin(out, title);
    fputs(
        "<table class=\"grid\"><thead><tr><th scope=\"col\">Why</th><th scope=\"col\" class=\"n\">"
        "Times</th><th scope=\"col\">Where</th></tr></thead><tbody>\n",
        out);
    for (size_t i = 0; i < count && rows < REASONS_MAX; rows++) {
        size_t same = alike(list + i, count - i);
        page_put(out, "<tr><th scope=\"row\" class=\"wrap\">%s</th><td class=\"n\">",
                 *list[i].reason == '\0' ? "no reason is given" : list[i].reason);
        page_number(out, same);
        fputs("</td><td class=\"wrap\">", out);
        put_links(out, list + i, same);
        fputs("</td></tr>\n", out);
        i += same;
    }
    fputs("</tbody></table>\n", out);
    page_scroll_end(out);
    if (rows == REASONS_MAX)
        page_put(out, "<p class=\"dim\">Only the first %d reasons are listed.</p>\n", REASONS_MAX);
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

void html_put_skipped(struct html *html)
{
    size_t most = html->store->case_count + html->totals.exchanges;
    struct silent *list = arena_new(&html->arena, most, sizeof *list);
    size_t all = 0;
    size_t count = list_cases(html, REPORTS_SKIPPED, list);
    put_reasons(html->out, "Skipped cases", list, count);
    all += count;
    count = list_exchanges(html, list);
    put_reasons(html->out, "Exchanges that nothing judges", list, count);
    all += count;
    count = list_cases(html, REPORTS_EXPECTED_FAILURE, list);
    put_reasons(html->out, "Expected failures", list, count);
    all += count;
    count = list_cases(html, REPORTS_UNEXPECTED_PASS, list);
    put_reasons(html->out, "Expected to fail, yet passed", list, count);
    if (all + count == 0)
        fputs("<p class=\"lead\">All was judged: nothing is skipped, nothing excused.</p>\n",
              html->out);
}
