/* Clauses by modules: what of the manual was tried on which firmware, and how it
 * came out. */
#include "html/parts.h"

#include <string.h>

/* ---- values ----------------------------------------------------------- */

/* An outcome, to explain the cells. */
struct legend {
    const char *word, *symbol, *shown;
};

static const struct template_field legend_fields[] = {
    TEMPLATE_VALUE(struct legend, word),
    TEMPLATE_VALUE(struct legend, symbol),
    TEMPLATE_VALUE(struct legend, shown),
};
static const struct template_shape legend_shape = TEMPLATE_SHAPE(struct legend, legend_fields);

/* The cases of a clause on a module; the first five are of the worst outcome. */
struct cell_view {
    const char *word, *symbol, *shown;
    size_t worst_count, number;
    size_t count; /* of all                                                  */
    size_t clause_index, module;
    bool is_mixed, is_module; /* several outcomes; the column is one module  */
};

static const struct template_field cell_fields[] = {
    TEMPLATE_VALUE(struct cell_view, word),         TEMPLATE_VALUE(struct cell_view, symbol),
    TEMPLATE_VALUE(struct cell_view, shown),        TEMPLATE_VALUE(struct cell_view, worst_count),
    TEMPLATE_VALUE(struct cell_view, number),       TEMPLATE_VALUE(struct cell_view, count),
    TEMPLATE_VALUE(struct cell_view, clause_index), TEMPLATE_VALUE(struct cell_view, module),
    TEMPLATE_VALUE(struct cell_view, is_mixed),     TEMPLATE_VALUE(struct cell_view, is_module),
};
static const struct template_shape cell_shape = TEMPLATE_SHAPE(struct cell_view, cell_fields);

struct row {
    const void *clause;
    struct template_list cells;
};

static const struct template_field row_fields[] = {
    TEMPLATE_PART(struct row, clause, html_clause_shape),
    TEMPLATE_PART(struct row, cells, cell_shape),
};
static const struct template_shape row_shape = TEMPLATE_SHAPE(struct row, row_fields);

struct set {
    const char *name, *document;
    size_t used_count, clause_count;
    struct template_list rows;
};

static const struct template_field set_fields[] = {
    TEMPLATE_VALUE(struct set, name),           TEMPLATE_VALUE(struct set, document),
    TEMPLATE_VALUE(struct set, used_count),     TEMPLATE_VALUE(struct set, clause_count),
    TEMPLATE_PART(struct set, rows, row_shape),
};
static const struct template_shape set_shape = TEMPLATE_SHAPE(struct set, set_fields);

struct view {
    struct template_list outcomes, modules, sets, empty;
    size_t column_count; /* with that of the clauses                         */
    size_t rows_max;     /* 0: it is not reached                             */
    size_t empty_count;
};

static const struct template_field view_fields[] = {
    TEMPLATE_PART(struct view, outcomes, legend_shape),
    TEMPLATE_PART(struct view, modules, page_name_shape),
    TEMPLATE_PART(struct view, sets, set_shape),
    TEMPLATE_PART(struct view, empty, html_clause_shape),
    TEMPLATE_VALUE(struct view, column_count),
    TEMPLATE_VALUE(struct view, rows_max),
    TEMPLATE_VALUE(struct view, empty_count),
};
const struct template_shape html_matrix_shape = TEMPLATE_SHAPE(struct view, view_fields);

/* ---- counts ----------------------------------------------------------- */

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

static struct cell_view view_cell(const struct matrix *matrix, size_t clause, size_t module)
{
    const struct cell *cell = cell_of(matrix, clause, module);
    size_t count = total(cell);
    size_t worst = 0;
    if (count == 0) return (struct cell_view){0};
    while (cell->counts[worst] == 0) worst++;
    return (struct cell_view){
        .word = reports_outcome_name(html_outcomes[worst].is),
        .symbol = html_outcomes[worst].symbol,
        .shown = html_outcomes[worst].shown,
        .worst_count = cell->counts[worst],
        .number = cell->first,
        .count = count,
        .clause_index = clause,
        .module = module,
        .is_mixed = count > cell->counts[worst],
        .is_module = !is_rest(matrix, module),
    };
}

static struct html_clause view_clause(const struct html *html, const char *key)
{
    const struct reports_clause *clause = html_find_clause(html, key);
    if (clause == NULL) return (struct html_clause){.id = key};
    return (struct html_clause){clause->id, store_text(clause->title), clause->command};
}

static struct row view_row(const struct matrix *matrix, size_t clause)
{
    struct arena *arena = &matrix->html->arena;
    struct html_clause *name = arena_new(arena, 1, sizeof *name);
    struct cell_view *cells = arena_new(arena, matrix->columns, sizeof *cells);
    *name = view_clause(matrix->html, matrix->html->clauses.items[clause]);
    for (size_t i = 0; i < matrix->columns; i++) cells[i] = view_cell(matrix, clause, i);
    return (struct row){name, {cells, matrix->columns}};
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

/* `room`: so many rows at most. */
static struct set view_set(const struct matrix *matrix, size_t begin, size_t end, size_t room)
{
    struct html *html = matrix->html;
    const char *key = html->clauses.items[begin];
    const struct reports_clause *clause = html_find_clause(html, key);
    size_t used = end - begin - count_empty(matrix, begin, end);
    struct row *rows = arena_new(&html->arena, used < room ? used : room, sizeof *rows);
    struct set set = {
        .name = page_slice(&html->arena, key, set_size(key)),
        .document = clause == NULL ? NULL : store_text(clause->document),
        .used_count = used,
        .clause_count = end - begin,
        .rows = {rows, 0},
    };
    for (size_t i = begin; i < end && set.rows.count < room; i++)
        if (!is_empty(matrix, i)) rows[set.rows.count++] = view_row(matrix, i);
    return set;
}

static void view_sets(const struct matrix *matrix, struct view *view)
{
    const struct html_list *clauses = &matrix->html->clauses;
    struct set *sets = arena_new(&matrix->html->arena, clauses->count, sizeof *sets);
    size_t rows = 0;
    view->sets.items = sets;
    for (size_t begin = 0; begin < clauses->count;) {
        size_t end = end_of_set(clauses, begin);
        if (count_empty(matrix, begin, end) < end - begin) {
            struct set *set = &sets[view->sets.count++];
            *set = view_set(matrix, begin, end, HTML_ROWS_MAX - rows);
            rows += set->rows.count;
        }
        begin = end;
    }
    view->rows_max = rows == HTML_ROWS_MAX ? rows : 0;
}

static void view_empty(const struct matrix *matrix, struct view *view)
{
    struct html *html = matrix->html;
    view->empty_count = count_empty(matrix, 0, html->clauses.count);
    struct html_clause *clauses = arena_new(&html->arena, view->empty_count, sizeof *clauses);
    view->empty.items = clauses;
    for (size_t i = 0; i < html->clauses.count && view->empty.count < HTML_ROWS_MAX; i++)
        if (is_empty(matrix, i))
            clauses[view->empty.count++] = view_clause(html, html->clauses.items[i]);
}

static struct template_list view_modules(const struct matrix *matrix)
{
    struct page_name *names = arena_new(&matrix->html->arena, matrix->columns, sizeof *names);
    for (size_t i = 0; i < matrix->columns; i++) names[i].name = column_name(matrix, i);
    return (struct template_list){names, matrix->columns};
}

static struct template_list view_legend(struct arena *arena)
{
    struct legend *legend = arena_new(arena, HTML_OUTCOME_COUNT, sizeof *legend);
    for (size_t i = 0; i < HTML_OUTCOME_COUNT; i++)
        legend[i] = (struct legend){reports_outcome_name(html_outcomes[i].is),
                                    html_outcomes[i].symbol, html_outcomes[i].shown};
    return (struct template_list){legend, HTML_OUTCOME_COUNT};
}

const void *html_matrix(struct html *html)
{
    size_t modules = html->modules.count;
    struct matrix matrix = {.html = html};
    matrix.columns = modules > HTML_MODULES_MAX ? HTML_MODULES_MAX : modules;
    if (matrix.columns == 0 || html->clauses.count == 0) return NULL;
    matrix.cells =
        arena_new(&html->arena, html->clauses.count * matrix.columns, sizeof *matrix.cells);
    count_cases(&matrix);
    struct view *view = arena_new(&html->arena, 1, sizeof *view);
    view->outcomes = view_legend(&html->arena);
    view->modules = view_modules(&matrix);
    view->column_count = matrix.columns + 1;
    view_sets(&matrix, view);
    view_empty(&matrix, view);
    return view;
}
