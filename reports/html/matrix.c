/* Clauses by modules: what of the manual was tried on which firmware, and how it
 * came out. */
#define _GNU_SOURCE
#include "html/parts.h"

#include <stdlib.h>
#include <string.h>

struct cell {
    size_t counts[HTML_OUTCOME_COUNT];
    size_t first; /* number of the worst case on the page; 0: none */
};

struct matrix {
    struct html *html;
    size_t columns;
    struct cell *cells; /* a row a clause */
};

static struct cell *cell_of(const struct matrix *matrix, size_t clause, size_t module)
{
    if (module >= matrix->columns) module = matrix->columns - 1;
    return &matrix->cells[clause * matrix->columns + module];
}

/* Cases stand the worst first, so the first of a cell is its worst. */
static void count_cases(const struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->html->store->case_count; i++) {
        const struct html_case *case_ = &matrix->html->cases[i];
        for (size_t j = 0; j < case_->clause_count; j++) {
            struct cell *cell = cell_of(matrix, case_->clauses[j], case_->module);
            cell->counts[case_->outcome]++;
            if (cell->first == 0) cell->first = case_->number;
        }
    }
}

static size_t total(const struct cell *cell)
{
    size_t count = 0;
    for (size_t i = 0; i < HTML_OUTCOME_COUNT; i++) count += cell->counts[i];
    return count;
}

static bool is_empty(const struct matrix *matrix, size_t clause)
{
    for (size_t i = 0; i < matrix->columns; i++)
        if (total(cell_of(matrix, clause, i)) > 0) return false;
    return true;
}

/* Whether the column stands for several modules. */
static bool is_rest(const struct matrix *matrix, size_t module)
{
    return module + 1 == matrix->columns && matrix->columns < matrix->html->modules.count;
}

static const char *column_name(const struct matrix *matrix, size_t module)
{
    return is_rest(matrix, module) ? "all others" : matrix->html->modules.items[module];
}

/* ---- showing it ------------------------------------------------------- */

static void put_cell(const struct matrix *matrix, size_t clause, size_t module)
{
    FILE *out = matrix->html->out;
    const struct cell *cell = cell_of(matrix, clause, module);
    size_t count = total(cell);
    size_t worst = 0;
    if (count == 0) {
        fputs("<td><span class=\"quiet\">no case</span></td>", out);
        return;
    }
    while (cell->counts[worst] == 0) worst++;
    page_put(out, "<td><a class=\"%s\" href=\"#c%zu\" data-c=\"%zu\"",
             reports_outcome_name(html_outcomes[worst].is), cell->first, clause);
    if (!is_rest(matrix, module)) page_put(out, " data-m=\"%zu\"", module);
    page_put(out, "><span aria-hidden=\"true\">%s </span>%zu", html_outcomes[worst].symbol,
             cell->counts[worst]);
    if (count > cell->counts[worst]) page_put(out, " of %zu", count);
    page_put(out, "<span class=\"quiet\"> %s</span></a></td>", html_outcomes[worst].shown);
}

static void put_clause(const struct html *html, const char *key)
{
    const struct reports_clause *clause = html_find_clause(html, key);
    page_put(html->out, "<code>%s</code>", clause == NULL ? key : clause->id);
    if (clause == NULL) return;
    page_put(html->out, " %s", store_text(clause->title));
    if (clause->command != NULL) page_put(html->out, " <small>%s</small>", clause->command);
}

static void put_row(const struct matrix *matrix, size_t clause)
{
    fputs("<tr><th scope=\"row\">", matrix->html->out);
    put_clause(matrix->html, matrix->html->clauses.items[clause]);
    fputs("</th>", matrix->html->out);
    for (size_t i = 0; i < matrix->columns; i++) put_cell(matrix, clause, i);
    fputs("</tr>\n", matrix->html->out);
}

static size_t set_size(const char *key)
{
    return strcspn(key, "/");
}

/* The clauses from `first` on that are of its set: up to where. */
static size_t end_of_set(const struct html_list *clauses, size_t first)
{
    size_t size = set_size(clauses->items[first]);
    size_t end = first;
    while (end < clauses->count && set_size(clauses->items[end]) == size
           && memcmp(clauses->items[end], clauses->items[first], size) == 0)
        end++;
    return end;
}

static size_t count_empty(const struct matrix *matrix, size_t begin, size_t end)
{
    size_t count = 0;
    for (size_t i = begin; i < end; i++) count += is_empty(matrix, i);
    return count;
}

static void put_set_name(const struct matrix *matrix, size_t begin, size_t end)
{
    const struct html *html = matrix->html;
    const char *key = html->clauses.items[begin];
    const struct reports_clause *clause = html_find_clause(html, key);
    char *name = arena_must(strndup(key, set_size(key)));
    page_put(html->out,
             "<tr><th class=\"set\" scope=\"rowgroup\" colspan=\"%zu\">%s <small>%s%s%zu of %zu "
             "clauses have cases</small></th></tr>\n",
             matrix->columns + 1, name, clause == NULL ? "" : store_text(clause->document),
             clause == NULL ? "" : " · ", end - begin - count_empty(matrix, begin, end),
             end - begin);
    free(name);
}

/* Returns how many rows it took. */
static size_t put_set(const struct matrix *matrix, size_t begin, size_t end, size_t room)
{
    size_t count = 0;
    fputs("<tbody>\n", matrix->html->out);
    put_set_name(matrix, begin, end);
    for (size_t i = begin; i < end && count < room; i++) {
        if (is_empty(matrix, i)) continue;
        put_row(matrix, i);
        count++;
    }
    fputs("</tbody>\n", matrix->html->out);
    return count;
}

static void put_empty(const struct matrix *matrix)
{
    const struct html *html = matrix->html;
    size_t count = count_empty(matrix, 0, html->clauses.count);
    if (count == 0) return;
    fputs("<details class=\"fold\"><summary>", html->out);
    page_count(html->out, count, "clause");
    fputs(" without a case</summary><ul>\n", html->out);
    for (size_t i = 0, shown = 0; i < html->clauses.count && shown < HTML_ROWS_MAX; i++) {
        if (!is_empty(matrix, i)) continue;
        fputs("<li>", html->out);
        put_clause(html, html->clauses.items[i]);
        fputs("</li>\n", html->out);
        shown++;
    }
    fputs("</ul></details>\n", html->out);
}

static void put_legend(FILE *out)
{
    fputs("<p class=\"lead\">The worst outcome of a clause's cases on a module, and how many came "
          "out so:",
          out);
    for (size_t i = 0; i < HTML_OUTCOME_COUNT; i++)
        page_put(out, " <span class=\"badge %s\">%s %s</span>",
                 reports_outcome_name(html_outcomes[i].is), html_outcomes[i].symbol,
                 html_outcomes[i].shown);
    fputs("</p>\n", out);
}

static void put_table(const struct matrix *matrix)
{
    const struct html *html = matrix->html;
    size_t rows = 0;
    page_scroll_begin(html->out, "Clauses by modules");
    fputs("<table class=\"grid matrix\"><thead><tr><th scope=\"col\">Clause</th>", html->out);
    for (size_t i = 0; i < matrix->columns; i++)
        page_put(html->out, "<th scope=\"col\">%s</th>", column_name(matrix, i));
    fputs("</tr></thead>\n", html->out);
    for (size_t begin = 0; begin < html->clauses.count;) {
        size_t end = end_of_set(&html->clauses, begin);
        if (count_empty(matrix, begin, end) < end - begin)
            rows += put_set(matrix, begin, end, HTML_ROWS_MAX - rows);
        begin = end;
    }
    fputs("</table>\n", html->out);
    page_scroll_end(html->out);
    if (rows == HTML_ROWS_MAX)
        page_put(html->out, "<p class=\"notice warn\">Only the first %d clauses are shown.</p>\n",
                 HTML_ROWS_MAX);
}

void html_put_matrix(struct html *html)
{
    size_t modules = html->modules.count;
    struct matrix matrix = {.html = html};
    matrix.columns = modules > HTML_MODULES_MAX ? HTML_MODULES_MAX : modules;
    if (matrix.columns == 0 || html->clauses.count == 0) {
        fputs("<p class=\"lead\">No case tells of a clause.</p>\n", html->out);
        return;
    }
    matrix.cells =
        arena_new(&html->arena, html->clauses.count * matrix.columns, sizeof *matrix.cells);
    count_cases(&matrix);
    put_legend(html->out);
    put_table(&matrix);
    put_empty(&matrix);
}
