/* An exchange of a case: what it was, what was found, what was sent. */
#include "html/parts.h"

#include <string.h>

/* ---- values ----------------------------------------------------------- */

struct finding {
    const char *tone, *level, *rule, *help;
    const char *known; /* the reason why it is; NULL: it is not known        */
    const void *sides, *clause;
    size_t offset, size, line;
};

static const struct template_field finding_fields[] = {
    TEMPLATE_VALUE(struct finding, tone),
    TEMPLATE_VALUE(struct finding, level),
    TEMPLATE_VALUE(struct finding, rule),
    TEMPLATE_VALUE(struct finding, help),
    TEMPLATE_VALUE(struct finding, known),
    TEMPLATE_PART(struct finding, sides, page_sides_shape),
    TEMPLATE_PART(struct finding, clause, html_clause_shape),
    TEMPLATE_VALUE(struct finding, offset),
    TEMPLATE_VALUE(struct finding, size),
    TEMPLATE_VALUE(struct finding, line),
};
static const struct template_shape finding_shape = TEMPLATE_SHAPE(struct finding, finding_fields);

struct exchange {
    const char *verdict, *command, *name, *form, *variant, *why;
    const void *clause;
    size_t size, line;
    bool is_timed, is_limited;
    double seconds, limit;
    struct template_list findings;
    const void *log;
    const char *whole_log; /* the file that has it; NULL: it is here, or none */
};

static const struct template_field exchange_fields[] = {
    TEMPLATE_VALUE(struct exchange, verdict),
    TEMPLATE_VALUE(struct exchange, command),
    TEMPLATE_VALUE(struct exchange, name),
    TEMPLATE_VALUE(struct exchange, form),
    TEMPLATE_VALUE(struct exchange, variant),
    TEMPLATE_VALUE(struct exchange, why),
    TEMPLATE_PART(struct exchange, clause, html_clause_shape),
    TEMPLATE_VALUE(struct exchange, size),
    TEMPLATE_VALUE(struct exchange, line),
    TEMPLATE_VALUE(struct exchange, is_timed),
    TEMPLATE_VALUE(struct exchange, is_limited),
    TEMPLATE_VALUE(struct exchange, seconds),
    TEMPLATE_VALUE(struct exchange, limit),
    TEMPLATE_PART(struct exchange, findings, finding_shape),
    TEMPLATE_PART(struct exchange, log, html_log_shape),
    TEMPLATE_VALUE(struct exchange, whole_log),
};
const struct template_shape html_exchange_shape = TEMPLATE_SHAPE(struct exchange, exchange_fields);

/* ---- filling them ----------------------------------------------------- */

/* NULL where it is empty, or not known. */
static const char *if_any(const char *text)
{
    return *store_text(text) == '\0' ? NULL : text;
}

static const void *clause_of(const struct html *html, struct arena *arena, const char *id)
{
    const struct reports_clause *found = html_find_clause(html, id);
    struct html_clause *clause = arena_new(arena, 1, sizeof *clause);
    *clause = (struct html_clause){id, found == NULL ? NULL : found->title, NULL};
    return clause;
}

static struct template_list findings_of(const struct html *html, struct arena *arena,
                                        const struct reports_exchange *exchange)
{
    struct finding *made = arena_new(arena, exchange->finding_count, sizeof *made);
    for (size_t i = 0; i < exchange->finding_count; i++) {
        const struct reports_finding *finding = &exchange->findings[i];
        const char *level = reports_level_name(finding->level);
        made[i] = (struct finding){
            .tone = finding->declared ? "idle" : level,
            .level = level,
            .rule = finding->rule,
            .help = finding->help,
            .known = finding->declared ? store_text(finding->reason) : NULL,
            .sides = page_sides(arena, finding->expected, finding->seen),
            .clause = clause_of(html, arena, finding->clause),
            .offset = (size_t)finding->offset,
            .size = (size_t)finding->size,
            .line = finding->line,
        };
    }
    return (struct template_list){made, exchange->finding_count};
}

/* What was sent, if the page has room for it. */
static void fill_log(struct html *html, struct arena *arena, struct exchange *out,
                     const struct html_case *case_, const struct reports_exchange *exchange,
                     int64_t start_us)
{
    const char *file = case_->store->is.identity.source;
    size_t size = html_log_size(exchange);
    if (exchange->wire_count == 0) return;
    if (size <= html->log_left / HTML_CASE_SHARE) {
        html->log_left -= size;
        out->log = html_log(arena, exchange, start_us);
        return;
    }
    html->logs_left_out++;
    out->whole_log = file == NULL ? html->input->stores[0] : file;
}

const void *html_exchange(struct html *html, struct arena *arena, const struct html_case *case_,
                          const struct reports_exchange *exchange, int64_t start_us)
{
    const char *clause = if_any(exchange->clause);
    struct exchange *out = arena_new(arena, 1, sizeof *out);
    *out = (struct exchange){
        .verdict = reports_verdict_name(exchange->verdict),
        .command = if_any(exchange->command),
        .name = if_any(exchange->name),
        .form = exchange->form,
        .variant = if_any(exchange->variant),
        .why = exchange->why,
        .clause = clause == NULL ? NULL : clause_of(html, arena, clause),
        .size = (size_t)exchange->size,
        .line = exchange->line,
        .is_limited = exchange->time_limit_ms > 0,
        .limit = exchange->time_limit_ms / 1e3,
        .findings = findings_of(html, arena, exchange),
    };
    out->is_timed = store_seconds(exchange, &out->seconds);
    fill_log(html, arena, out, case_, exchange, start_us);
    return out;
}
