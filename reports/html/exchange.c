/* An exchange of a case: what it was, what was found, what was said. */
#include "html/parts.h"

#include <stdlib.h>
#include <string.h>

static void put_clause(struct html *html, const char *id)
{
    const struct reports_clause *clause = html_find_clause(html, id);
    page_put(html->out, "<code>%s</code>", id);
    if (clause == NULL || clause->title == NULL) return;
    page_put(html->out, " %s", clause->title);
}

/* ---- findings --------------------------------------------------------- */

static void put_finding(struct html *html, const struct reports_finding *finding)
{
    FILE *out = html->out;
    page_put(out, "<div class=\"finding\"><p>");
    const char *level = reports_level_name(finding->level);
    page_badge(out, finding->declared ? "idle" : level, level);
    page_put(out, " <b>%s</b> %s</p>\n", finding->rule, store_text(finding->help));
    if (finding->declared) page_put(out, "<p>Known: %s</p>\n", store_text(finding->reason));
    page_sides(out, &(struct page_sides){"Expected", "Seen", finding->expected, finding->seen});
    fputs("<p class=\"dim\">", out);
    put_clause(html, finding->clause);
    page_put(out, " · at byte %zu", (size_t)finding->offset);
    if (finding->size > 0) {
        fputs(", ", out);
        page_count(out, (size_t)finding->size, "byte");
    }
    if (finding->line > 0) page_put(out, " · line %zu", finding->line);
    fputs("</p></div>\n", out);
}

/* ---- the exchange ----------------------------------------------------- */

static void put_head(FILE *out, const struct reports_exchange *exchange)
{
    const char *verdict = reports_verdict_name(exchange->verdict);
    page_put(out, "<div class=\"exchange %s\"><h4>", verdict);
    if (*exchange->command == '\0') fputs("No command under way ", out);
    else page_put(out, "<code>%s</code> ", exchange->command);
    page_badge(out, verdict, verdict);
    fputs("</h4>\n", out);
}

static void put_time(FILE *out, const struct reports_exchange *exchange)
{
    double seconds = 0;
    bool timed = store_seconds(exchange, &seconds);
    if (timed) {
        fputs(" · took ", out);
        page_duration(out, seconds);
    }
    if (exchange->time_limit_ms > 0) {
        fputs(timed ? " of at most " : " · at most ", out);
        page_duration(out, exchange->time_limit_ms / 1e3);
    }
}

static void put_about(struct html *html, const struct reports_exchange *exchange)
{
    FILE *out = html->out;
    const char *name = store_text(exchange->name);
    const char *variant = store_text(exchange->variant);
    fputs("<p class=\"dim\">", out);
    if (*name != '\0') page_put(out, "%s %s · ", name, store_text(exchange->form));
    if (*variant != '\0') page_put(out, "variant %s · ", variant);
    if (exchange->clause != NULL && *exchange->clause != '\0') {
        put_clause(html, exchange->clause);
        fputs(" · ", out);
    }
    page_count(out, (size_t)exchange->size, "byte");
    put_time(out, exchange);
    if (exchange->line > 0) page_put(out, " · line %zu", exchange->line);
    fputs("</p>\n", out);
    if (exchange->why != NULL) page_put(out, "<p>Not judged: %s</p>\n", exchange->why);
}

static void put_said(struct html *html, const struct html_case *case_,
                     const struct reports_exchange *exchange, int64_t start_us)
{
    const char *file = case_->store->is.identity.source;
    size_t size = html_log_size(exchange);
    if (exchange->wire_count == 0) return;
    if (size <= html->log_left / HTML_CASE_SHARE) {
        html->log_left -= size;
        html_put_log(html->out, exchange, start_us);
        return;
    }
    html->logs_left_out++;
    page_put(html->out,
             "<p class=\"dim\">What was said is left out for the page's size: <code>%s</code> has "
             "it.</p>\n",
             file == NULL ? html->input->stores[0] : file);
}

void html_put_exchange(struct html *html, const struct html_case *case_,
                       const struct reports_exchange *exchange, int64_t start_us)
{
    put_head(html->out, exchange);
    put_about(html, exchange);
    for (size_t i = 0; i < exchange->finding_count; i++) put_finding(html, &exchange->findings[i]);
    put_said(html, case_, exchange, start_us);
    fputs("</div>\n", html->out);
}
