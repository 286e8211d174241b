/* Cases, the worst first; each folds its traffic. They are made one at a
 * time while the page is written, so that the memory of one is enough for all. */
#include "base/text.h"
#include "html/parts.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

/* ---- values ----------------------------------------------------------- */

struct option {
    size_t index;
    const char *text; /* NULL: the empty text                                */
};

static const struct template_field option_fields[] = {
    TEMPLATE_VALUE(struct option, index),
    TEMPLATE_VALUE(struct option, text),
};
static const struct template_shape option_shape = TEMPLATE_SHAPE(struct option, option_fields);

/* What a filter chooses from. */
struct choice {
    struct template_list options;
};

static const struct template_field choice_fields[] = {
    TEMPLATE_PART(struct choice, options, option_shape)};
static const struct template_shape choice_shape = TEMPLATE_SHAPE(struct choice, choice_fields);

/* A clause that a case concerns. */
struct clause {
    size_t index;
    const char *id, *title, *document;
};

static const struct template_field clause_fields[] = {
    TEMPLATE_VALUE(struct clause, index),
    TEMPLATE_VALUE(struct clause, id),
    TEMPLATE_VALUE(struct clause, title),
    TEMPLATE_VALUE(struct clause, document),
};
static const struct template_shape clause_shape = TEMPLATE_SHAPE(struct clause, clause_fields);

struct case_view {
    size_t number, outcome_index, level_index, dialect_index, set_index, module_index;
    const char *outcome, *outcome_shown, *name, *title, *level, *dialect, *module;
    const char *file;
    size_t line, tries, fault_count;
    bool is_open;
    struct template_list clauses;
    const char *reason, *fault, *judge_again, *play_again;
    struct template_each exchanges;
    size_t left_out; /* exchanges                                            */
    const char *whole;
};

static const struct template_field case_fields[] = {
    TEMPLATE_VALUE(struct case_view, number),
    TEMPLATE_VALUE(struct case_view, outcome_index),
    TEMPLATE_VALUE(struct case_view, level_index),
    TEMPLATE_VALUE(struct case_view, dialect_index),
    TEMPLATE_VALUE(struct case_view, set_index),
    TEMPLATE_VALUE(struct case_view, module_index),
    TEMPLATE_VALUE(struct case_view, outcome),
    TEMPLATE_VALUE(struct case_view, outcome_shown),
    TEMPLATE_VALUE(struct case_view, name),
    TEMPLATE_VALUE(struct case_view, title),
    TEMPLATE_VALUE(struct case_view, level),
    TEMPLATE_VALUE(struct case_view, dialect),
    TEMPLATE_VALUE(struct case_view, module),
    TEMPLATE_VALUE(struct case_view, file),
    TEMPLATE_VALUE(struct case_view, line),
    TEMPLATE_VALUE(struct case_view, tries),
    TEMPLATE_VALUE(struct case_view, fault_count),
    TEMPLATE_VALUE(struct case_view, is_open),
    TEMPLATE_PART(struct case_view, clauses, clause_shape),
    TEMPLATE_VALUE(struct case_view, reason),
    TEMPLATE_VALUE(struct case_view, fault),
    TEMPLATE_VALUE(struct case_view, judge_again),
    TEMPLATE_VALUE(struct case_view, play_again),
    TEMPLATE_PART(struct case_view, exchanges, html_exchange_shape),
    TEMPLATE_VALUE(struct case_view, left_out),
    TEMPLATE_VALUE(struct case_view, whole),
};
static const struct template_shape case_shape = TEMPLATE_SHAPE(struct case_view, case_fields);

/* Cases that the browser lays out at once. */
struct chunk {
    struct template_each cases;
    struct cases *all;
    size_t next, end;
};

static const struct template_field chunk_fields[] = {
    TEMPLATE_PART(struct chunk, cases, case_shape)};
static const struct template_shape chunk_shape = TEMPLATE_SHAPE(struct chunk, chunk_fields);

struct cases {
    const void *by_outcome, *by_level, *by_dialect, *by_set, *by_module, *by_clause;
    struct template_list chunks;
    size_t logs_left_out; /* when all cases are written                      */

    struct html *html;
    struct case_view view; /* the case under way                             */
    const struct html_case *case_;
    size_t exchange, share; /* the next; bytes that the case has left        */
    int64_t start_us;
};

static const struct template_field cases_fields[] = {
    TEMPLATE_PART(struct cases, by_outcome, choice_shape),
    TEMPLATE_PART(struct cases, by_level, choice_shape),
    TEMPLATE_PART(struct cases, by_dialect, choice_shape),
    TEMPLATE_PART(struct cases, by_set, choice_shape),
    TEMPLATE_PART(struct cases, by_module, choice_shape),
    TEMPLATE_PART(struct cases, by_clause, choice_shape),
    TEMPLATE_PART(struct cases, chunks, chunk_shape),
    TEMPLATE_VALUE(struct cases, logs_left_out),
};
const struct template_shape html_cases_shape = TEMPLATE_SHAPE(struct cases, cases_fields);

/* ---- filters ---------------------------------------------------------- */

/* NULL: there is nothing to choose, or too much. */
static const struct choice *choice_of(struct arena *arena, const char *const *items, size_t count)
{
    if (count < 2 || count > HTML_ROWS_MAX) return NULL;
    struct choice *choice = arena_new(arena, 1, sizeof *choice);
    struct option *options = arena_new(arena, count, sizeof *options);
    for (size_t i = 0; i < count; i++)
        options[i] = (struct option){i, *items[i] == '\0' ? NULL : items[i]};
    choice->options = (struct template_list){options, count};
    return choice;
}

static void fill_filters(struct html *html, struct cases *cases)
{
    const char *outcomes[HTML_OUTCOME_COUNT];
    struct arena *arena = &html->arena;
    for (size_t i = 0; i < HTML_OUTCOME_COUNT; i++) outcomes[i] = html_outcomes[i].shown;
    cases->by_outcome = choice_of(arena, outcomes, HTML_OUTCOME_COUNT);
    cases->by_level = choice_of(arena, words_levels.names + 1, words_levels.count - 1);
    cases->by_dialect = choice_of(arena, html->dialects.items, html->dialects.count);
    cases->by_set = choice_of(arena, html->sets.items, html->sets.count);
    cases->by_module = choice_of(arena, html->modules.items, html->modules.count);
    cases->by_clause = choice_of(arena, html->clauses.items, html->clauses.count);
}

/* ---- a case ----------------------------------------------------------- */

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

static bool is_bad(const struct html_case *case_)
{
    return store_case_point(&case_->store->is) == STORE_FAILED;
}

static struct template_list clauses_of(const struct html *html, struct arena *arena,
                                       const struct html_case *case_)
{
    struct clause *clauses = arena_new(arena, case_->clause_count, sizeof *clauses);
    for (size_t i = 0; i < case_->clause_count; i++) {
        size_t index = case_->clauses[i];
        const char *key = html->clauses.items[index];
        const struct reports_clause *clause = html_find_clause(html, key);
        clauses[i] = clause == NULL
                         ? (struct clause){index, key, NULL, NULL}
                         : (struct clause){index, clause->id, clause->title, clause->document};
    }
    return (struct template_list){clauses, case_->clause_count};
}

static const char *judge_again(struct arena *arena, const struct html_case *case_)
{
    struct store_command command = store_command_again(case_->store);
    const char *line = page_format(arena, "%s %s", command.head, command.source);
    free(command.head);
    free(command.source);
    return line;
}

/* Why it failed though no finding shows it; and what judges and plays it again. */
static void fill_failure(struct arena *arena, struct case_view *view, const struct html_case *case_)
{
    if (!is_bad(case_)) return;
    if (case_->fault_count == 0) view->fault = store_own_fault(&case_->store->is);
    view->judge_again = judge_again(arena, case_);
    view->play_again = page_keep(arena, store_command_live(case_->store));
}

static void fill_case(struct html *html, struct arena *arena, struct case_view *view,
                      const struct html_case *case_)
{
    const struct reports_case *is = &case_->store->is;
    const struct html_outcome *outcome = &html_outcomes[case_->outcome];
    const char *file = is->identity.source;
    *view = (struct case_view){
        .number = case_->number,
        .outcome_index = case_->outcome,
        .level_index = case_->level,
        .dialect_index = case_->dialect,
        .set_index = case_->set,
        .module_index = case_->module,
        .outcome = reports_outcome_name(outcome->is),
        .outcome_shown = outcome->shown,
        .name = case_->store->name,
        .title = is->title,
        .level = reports_level_name(is->level),
        .dialect = is->dialect,
        .module = html->modules.items[case_->module],
        .file = *store_text(file) == '\0' ? NULL : file,
        .line = is->line,
        .tries = is->tries > 1 ? (size_t)is->tries : 0,
        .fault_count = case_->fault_count,
        .is_open = is_bad(case_) && case_->number == 1,
        .clauses = clauses_of(html, arena, case_),
        .reason = is->reason,
        .whole = file == NULL ? html->input->stores[0] : file,
    };
    fill_failure(arena, view, case_);
}

/* ---- its exchanges ---------------------------------------------------- */

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

/* The next that the page has room for; the others are counted. */
static const void *next_exchange(void *cursor)
{
    struct cases *cases = cursor;
    const struct reports_case *is = &cases->case_->store->is;
    arena_clear(&cases->html->exchange_arena);
    while (cases->exchange < is->exchange_count) {
        const struct reports_exchange *exchange = &is->exchanges[cases->exchange++];
        size_t size = exchange_size(exchange);
        if (size <= cases->share) {
            cases->share -= size;
            cases->html->exchange_left -= size;
            return html_exchange(cases->html, &cases->html->exchange_arena, cases->case_, exchange,
                                 cases->start_us);
        }
        cases->view.left_out++;
    }
    cases->logs_left_out = cases->html->logs_left_out;
    return NULL;
}

/* ---- cases ------------------------------------------------------------ */

static const void *next_case(void *cursor)
{
    struct chunk *chunk = cursor;
    struct cases *cases = chunk->all;
    arena_clear(&cases->html->case_arena);
    if (chunk->next == chunk->end) return NULL;
    cases->case_ = &cases->html->cases[chunk->next++];
    cases->exchange = 0;
    cases->share = cases->html->exchange_left / HTML_CASE_SHARE;
    cases->start_us = start_of(&cases->case_->store->is);
    fill_case(cases->html, &cases->html->case_arena, &cases->view, cases->case_);
    cases->view.exchanges = (struct template_each){next_exchange, cases};
    return &cases->view;
}

const void *html_cases(struct html *html)
{
    size_t count = html->store->case_count;
    if (count == 0) return NULL;
    size_t chunk_count = (count + HTML_CHUNK - 1) / HTML_CHUNK;
    struct cases *cases = arena_new(&html->arena, 1, sizeof *cases);
    struct chunk *chunks = arena_new(&html->arena, chunk_count, sizeof *chunks);
    cases->html = html;
    fill_filters(html, cases);
    for (size_t i = 0; i < chunk_count; i++) {
        size_t begin = i * HTML_CHUNK;
        size_t end = begin + HTML_CHUNK < count ? begin + HTML_CHUNK : count;
        chunks[i] = (struct chunk){{next_case, &chunks[i]}, cases, begin, end};
    }
    cases->chunks = (struct template_list){chunks, chunk_count};
    return cases;
}
