/* Cases, the worst first; each folds what was said in it.
 *
 * With scripts a case is a handful of elements: what it folds stands in a
 * <noscript>, of which page.js makes elements when the case is opened. Without
 * them the browser reads it as it reads all else. */
#include "base/text.h"
#include "html/parts.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

/* ---- filters ---------------------------------------------------------- */

static void put_choice(FILE *out, const char *id, const char *name, const char *const *items,
                       size_t count)
{
    if (count < 2 || count > HTML_ROWS_MAX) return;
    page_put(out, "<label>%s<select id=\"by-%s\"><option value=\"\">all</option>", name, id);
    for (size_t i = 0; i < count; i++)
        page_put(out, "<option value=\"%zu\">%s</option>", i,
                 *items[i] == '\0' ? "none" : items[i]);
    fputs("</select></label>\n", out);
}

static void put_filters(struct html *html)
{
    const char *outcomes[HTML_OUTCOME_COUNT];
    FILE *out = html->out;
    for (size_t i = 0; i < HTML_OUTCOME_COUNT; i++) outcomes[i] = html_outcomes[i].shown;
    fputs("<form class=\"filters\" id=\"filters\" hidden role=\"search\" aria-label=\"Cases\">\n"
          "<label>Search <kbd>/</kbd><input type=\"search\" id=\"by-text\" "
          "placeholder=\"id, title, command, finding\"></label>\n"
          "<label class=\"check\"><input type=\"checkbox\" id=\"by-log\">in what was said, "
          "too</label>"
          "\n",
          out);
    put_choice(out, "outcome", "Outcome", outcomes, HTML_OUTCOME_COUNT);
    put_choice(out, "level", "Level", words_levels.names + 1, words_levels.count - 1);
    put_choice(out, "dialect", "Dialect", html->dialects.items, html->dialects.count);
    put_choice(out, "set", "Command set", html->sets.items, html->sets.count);
    put_choice(out, "module", "Module", html->modules.items, html->modules.count);
    put_choice(out, "clause", "Clause", html->clauses.items, html->clauses.count);
    fputs("<button type=\"reset\">Clear</button>\n"
          "<button type=\"button\" id=\"open-all\">Expand all</button>\n"
          "<button type=\"button\" id=\"close-all\">Collapse all</button>\n"
          "<output id=\"shown\" aria-live=\"polite\"></output></form>\n",
          out);
}

/* ---- what a case folds ------------------------------------------------ */

static int64_t start_of(const struct reports_case *case_)
{
    for (size_t i = 0; i < case_->exchange_count; i++) {
        const struct reports_exchange *exchange = &case_->exchanges[i];
        for (size_t j = 0; j < exchange->wire_count; j++)
            if (exchange->wire[j].time_us != REPORTS_NO_TIME) return exchange->wire[j].time_us;
        if (exchange->sent_us != REPORTS_NO_TIME) return exchange->sent_us;
    }
    return REPORTS_NO_TIME;
}

static void put_place(FILE *out, const struct reports_case *is)
{
    const char *file = store_text(is->identity.source);
    if (*file == '\0') return;
    page_put(out, " · <code>%s", file);
    if (is->line > 0) page_put(out, ":%zu", is->line);
    fputs("</code>", out);
}

static bool is_bad(const struct html_case *case_)
{
    return store_case_point(&case_->store->is) == STORE_FAILED;
}

static void put_about(struct html *html, const struct html_case *case_)
{
    const struct reports_case *is = &case_->store->is;
    FILE *out = html->out;
    page_put(out, "<p class=\"dim\">%s · %s · %s", reports_level_name(is->level), is->dialect,
             html->modules.items[case_->module]);
    put_place(out, is);
    fputs("</p>\n", out);
    for (size_t i = 0; i < case_->clause_count; i++) {
        const char *key = html->clauses.items[case_->clauses[i]];
        const struct reports_clause *clause = html_find_clause(html, key);
        page_put(out, "<p class=\"dim\">Clause <code>%s</code> %s%s%s</p>\n",
                 clause == NULL ? key : clause->id, clause == NULL ? "" : store_text(clause->title),
                 clause == NULL || clause->document == NULL ? "" : ", ",
                 clause == NULL ? "" : store_text(clause->document));
    }
    if (is->tries > 1)
        page_put(out, "<p class=\"dim\">Played %zu times, the last decides.</p>\n",
                 (size_t)is->tries);
    if (is->reason != NULL) page_put(out, "<p>Reason: %s</p>\n", is->reason);
    if (is_bad(case_) && case_->fault_count == 0) page_put(out, "<p>%s</p>\n", store_own_fault(is));
}

static void put_again(struct html *html, const struct html_case *case_)
{
    struct store_command command = store_command_again(case_->store);
    char *line = text_format("%s %s", command.head, command.source);
    fputs("<p class=\"dim\">Judge it again:</p>", html->out);
    page_command(html->out, line);
    free(line);
    free(command.head);
    free(command.source);
    char *live = store_command_live(case_->store);
    if (live != NULL) {
        fputs("<p class=\"dim\">Play it again, on the module:</p>", html->out);
        page_command(html->out, live);
    }
    free(live);
}

static size_t exchange_size(const struct reports_exchange *exchange)
{
    size_t size = 400 + strlen(exchange->command) * 2;
    for (size_t i = 0; i < exchange->finding_count; i++) {
        const struct reports_finding *finding = &exchange->findings[i];
        size += 700 + strlen(store_text(finding->expected)) + strlen(store_text(finding->seen))
                + strlen(store_text(finding->help));
    }
    return size;
}

static void put_left_out(struct html *html, const struct html_case *case_, size_t count)
{
    const char *file = case_->store->is.identity.source;
    if (count == 0) return;
    fputs("<p class=\"notice idle\">", html->out);
    page_count(html->out, count, "exchange");
    page_put(html->out, " left out for the page's size. <code>%s</code> has all.</p>\n",
             file == NULL ? html->input->stores[0] : file);
}

static void put_exchanges(struct html *html, const struct html_case *case_)
{
    const struct reports_case *is = &case_->store->is;
    int64_t start_us = start_of(is);
    size_t share = html->exchange_left / HTML_CASE_SHARE;
    size_t left_out = 0;
    for (size_t i = 0; i < is->exchange_count; i++) {
        size_t size = exchange_size(&is->exchanges[i]);
        if (size > share) {
            left_out++;
            continue;
        }
        share -= size;
        html->exchange_left -= size;
        html_put_exchange(html, case_, &is->exchanges[i], start_us);
    }
    put_left_out(html, case_, left_out);
}

/* ---- cases ------------------------------------------------------------ */

static void put_summary(FILE *out, const struct html_case *case_)
{
    const struct reports_case *is = &case_->store->is;
    const struct html_outcome *outcome = &html_outcomes[case_->outcome];
    fputs("<summary>", out);
    page_badge(out, reports_outcome_name(outcome->is), outcome->shown);
    page_put(out, "<code>%s</code><span>%s</span><small>%s", case_->store->name,
             store_text(is->title), reports_level_name(is->level));
    if (is->tries > 1) page_put(out, ", try %zu", (size_t)is->tries);
    if (case_->fault_count > 0) {
        fputs(", ", out);
        page_count(out, case_->fault_count, "finding");
    }
    fputs("</small></summary>", out);
}

static void put_case(struct html *html, const struct html_case *case_)
{
    FILE *out = html->out;
    page_put(out, "<details class=\"case\" id=\"c%zu\" data-f=\"%zu,%zu,%zu,%zu,%zu\" data-c=\"",
             case_->number, case_->outcome, case_->level, case_->dialect, case_->set,
             case_->module);
    for (size_t i = 0; i < case_->clause_count; i++)
        page_put(out, "%s%zu", i == 0 ? "" : " ", case_->clauses[i]);
    page_put(out, "\"%s>", is_bad(case_) && case_->number == 1 ? " open" : "");
    put_summary(out, case_);
    fputs("<noscript>", out);
    put_about(html, case_);
    if (is_bad(case_)) put_again(html, case_);
    put_exchanges(html, case_);
    fputs("</noscript></details>\n", out);
}

void html_put_cases(struct html *html)
{
    size_t count = html->store->case_count;
    if (count == 0) {
        fputs("<p class=\"lead\">No case was judged.</p>\n", html->out);
        return;
    }
    fputs("<p class=\"lead\">What failed first. Each opens to its exchanges: what was expected and "
          "seen, and what was said.</p>\n",
          html->out);
    put_filters(html);
    for (size_t i = 0; i < count; i++) {
        if (i % HTML_CHUNK == 0) fputs("<div class=\"chunk\">\n", html->out);
        put_case(html, &html->cases[i]);
        if (i % HTML_CHUNK == HTML_CHUNK - 1 || i + 1 == count) fputs("</div>\n", html->out);
    }
    if (html->logs_left_out == 0) return;
    fputs("<p class=\"notice idle\">The logs of ", html->out);
    page_count(html->out, html->logs_left_out, "exchange");
    fputs(" are left out for the page's size: where, the case says.</p>\n", html->out);
}
