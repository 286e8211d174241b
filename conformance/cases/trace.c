/* The matrix of the catalogue and the cases. */
#include "cases/trace.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/print.h"
#include "catalog/builtin.h"
#include "judge/judge.h"
#include "script/script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Something of the catalogue that a case shall exercise. */
struct row {
    char *clause; /* `simcom-http/2.2.4`                                    */
    char *what;   /* syntax and label, notation of a URC, name of a table   */
    size_t count; /* of cases                                               */
    char *first;  /* id of the first                                        */
};

struct id {
    char *text;
    char *title;
    const char *path;
    bool in_ledger;
};

struct trace {
    struct row *rows;
    size_t row_count, row_capacity;
    char **clauses; /* that have no row                                     */
    size_t clause_count, clause_capacity;
    struct id *ids;
    size_t id_count, id_capacity;
    struct {
        char *dialect;
        struct compiled_catalog *compiled;
    } tables[16];
    size_t table_count;
    FILE *errors;
    size_t complaints;
    bool unreadable;
};

/* ---- rows ------------------------------------------------------------- */

static struct row *find_row(struct trace *trace, const char *clause, const char *what)
{
    for (size_t i = 0; i < trace->row_count; i++)
        if (strcmp(trace->rows[i].clause, clause) == 0 && strcmp(trace->rows[i].what, what) == 0)
            return &trace->rows[i];
    return NULL;
}

/* Owns: both texts. */
static void add_row(struct trace *trace, char *clause, char *what)
{
    if (find_row(trace, clause, what) != NULL) {
        free(clause);
        free(what);
        return;
    }
    trace->rows =
        memory_grow(trace->rows, trace->row_count + 1, &trace->row_capacity, sizeof *trace->rows);
    trace->rows[trace->row_count++] = (struct row){.clause = clause, .what = what};
}

static char *clause_in(const struct catalog_set *set, const char *edition, const char *clause)
{
    return edition == NULL ? memory_format("%s/%s", set->name, clause)
                           : memory_format("%s-%s/%s", set->name, edition, clause);
}

static char *variant_text(const struct catalog_form *form, const struct catalog_variant *variant)
{
    return memory_format("%s %s", form->syntax.text, variant->label);
}

static void add_command(struct trace *trace, const struct catalog_set *set, const char *edition,
                        const struct catalog_command *command)
{
    for (size_t f = 0; f < command->form_count; f++) {
        const struct catalog_form *form = &command->forms[f];
        const char *own = form->edition != NULL ? form->edition : command->edition;
        const char *clause = form->clause != NULL ? form->clause : command->clause;
        for (size_t v = 0; catalog_is_of_edition(own, edition) && v < form->variant_count; v++)
            add_row(trace, clause_in(set, edition, clause), variant_text(form, &form->variants[v]));
    }
}

static void add_clause(struct trace *trace, char *clause)
{
    trace->clauses = memory_grow(trace->clauses, trace->clause_count + 1, &trace->clause_capacity,
                                 sizeof *trace->clauses);
    trace->clauses[trace->clause_count++] = clause;
}

/* Those that ask for something and have no row of their own. */
static void add_clauses(struct trace *trace, const struct catalog_set *set, const char *edition)
{
    for (size_t i = 0; i < set->result_count; i++)
        add_clause(trace, clause_in(set, edition, set->results[i].clause));
    for (size_t i = 0; i < set->table_count; i++)
        add_clause(trace, clause_in(set, edition, set->tables[i].clause));
    for (size_t i = 0; i < set->clause_count; i++)
        add_clause(trace, clause_in(set, edition, set->clauses[i].clause));
}

static void add_set(struct trace *trace, const struct catalog_set *set, const char *edition)
{
    for (size_t c = 0; c < set->command_count; c++)
        add_command(trace, set, edition, &set->commands[c]);
    for (size_t u = 0; u < set->urc_count; u++)
        if (catalog_is_of_edition(set->urcs[u].edition, edition))
            add_row(trace, clause_in(set, edition, set->urcs[u].clause),
                    memory_format("URC %s", set->urcs[u].record.notation));
    add_clauses(trace, set, edition);
}

static void add_rows(struct trace *trace, const struct catalog_model *model)
{
    for (size_t s = 0; s < model->set_count; s++) {
        const struct catalog_set *set = model->sets[s];
        for (size_t e = 0; e < set->edition_count; e++) add_set(trace, set, set->editions[e].name);
        if (set->edition_count == 0) add_set(trace, set, NULL);
    }
}

/* ---- complaints ------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void trace_complain(struct trace *trace,
                                                                 const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("atproof: ", trace->errors);
    print_list(trace->errors, format, arguments);
    fputc('\n', trace->errors);
    va_end(arguments);
    trace->complaints++;
}

/* ---- ids -------------------------------------------------------------- */

static bool is_set_name(const struct trace *trace, const char *id, size_t size)
{
    for (size_t i = 0; i < trace->row_count; i++) {
        const char *clause = trace->rows[i].clause;
        if (strcspn(clause, "/") == size && strncmp(clause, id, size) == 0) return true;
    }
    return false;
}

/* A clause as ids have it: spaces and what else they do not have as `-`. */
static bool is_same_clause(const char *clause, const char *id, size_t size)
{
    if (strlen(clause) != size) return false;
    for (size_t i = 0; i < size; i++)
        if (clause[i] != id[i] && !(id[i] == '-' && strchr(" /&", clause[i]) != NULL)) return false;
    return true;
}

/* `SET/CLAUSE/NAME`; of a worked example `SET/CLAUSE`, its own chapter. */
static bool names_clause(const struct trace *trace, const char *id)
{
    const char *first = strchr(id, '/');
    const char *last = strrchr(id, '/');
    if (first == NULL || first[1] == '\0' || !is_set_name(trace, id, (size_t)(first - id)))
        return false;
    if (first == last) return true;
    for (size_t i = 0; i < trace->row_count; i++)
        if (is_same_clause(trace->rows[i].clause, id, (size_t)(last - id))) return true;
    for (size_t i = 0; i < trace->clause_count; i++)
        if (is_same_clause(trace->clauses[i], id, (size_t)(last - id))) return true;
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct id *)a)->text, ((const struct id *)b)->text);
}

static void add_id(struct trace *trace, const char *path, const struct script_case *case_)
{
    trace->ids =
        memory_grow(trace->ids, trace->id_count + 1, &trace->id_capacity, sizeof *trace->ids);
    trace->ids[trace->id_count++] = (struct id){
        .text = memory_text(case_->id.text),
        .title = memory_text(case_->title.text == NULL ? "" : case_->title.text),
        .path = path,
    };
}

static void check_ids(struct trace *trace)
{
    if (trace->id_count > 1) qsort(trace->ids, trace->id_count, sizeof *trace->ids, by_text);
    for (size_t i = 0; i + 1 < trace->id_count; i++)
        if (strcmp(trace->ids[i].text, trace->ids[i + 1].text) == 0)
            trace_complain(trace, "%s: id '%s' stands in %s as well; expected one of its own",
                           trace->ids[i + 1].path, trace->ids[i].text, trace->ids[i].path);
}

/* ---- what a case exercises -------------------------------------------- */

static void count_row(struct trace *trace, char *clause, char *what, const char *id, bool *touched)
{
    struct row *row = find_row(trace, clause, what);
    free(clause);
    free(what);
    if (row == NULL) return;
    *touched = true;
    row->count++;
    if (row->first == NULL) row->first = memory_text(id);
}

static void count_exchange(struct trace *trace, const struct compiled_catalog *compiled,
                           const struct judge_place *place, const char *id, bool *touched)
{
    if (place->form_index == SIZE_MAX) return;
    *touched = true; /* of its variant more below, if one came */
    if (place->variant_index == SIZE_MAX) return;
    const struct atp_form *form = &compiled->catalog.forms[place->form_index];
    const struct atp_variant *variant =
        &compiled->catalog.variants[form->variant + place->variant_index];
    const struct compiled_source *source = compiled_variant_source(compiled, form, variant);
    count_row(trace, clause_in(source->set, source->edition, source->clause),
              variant_text(source->form, source->variant), id, touched);
}

static void count_urcs(struct trace *trace, const struct compiled_catalog *compiled,
                       const struct judgement *judgement, const char *id, bool *touched)
{
    for (size_t i = 0; i < compiled->catalog.record_count; i++) {
        const struct compiled_source *source = &compiled->record_sources[i];
        if (judgement->record_counts[i] == 0 || compiled->catalog.records[i].role != ATP_ROLE_URC)
            continue;
        count_row(trace, clause_in(source->set, source->edition, source->clause),
                  memory_format("URC %s", source->record->notation), id, touched);
    }
}

static const struct compiled_catalog *open_tables(struct trace *trace, const char *dialect)
{
    for (size_t i = 0; i < trace->table_count; i++)
        if (strcmp(trace->tables[i].dialect, dialect) == 0) return trace->tables[i].compiled;
    if (trace->table_count == sizeof trace->tables / sizeof trace->tables[0]) return NULL;
    struct compiled_catalog *compiled = NULL;
    if (catalog_open_dialect(dialect, &compiled, trace->errors) != 0) return NULL;
    trace->tables[trace->table_count].dialect = memory_text(dialect);
    trace->tables[trace->table_count++].compiled = compiled;
    return compiled;
}

static void count_way(struct trace *trace, const struct script_case *case_, size_t way,
                      bool *touched)
{
    struct transcript transcript;
    struct transcript_error error;
    struct judgement judgement;
    const struct judge_options options = {0};
    const char *dialect =
        case_->dialect.text == NULL ? CATALOG_DIALECT_DEFAULT : case_->dialect.text;
    const struct compiled_catalog *compiled = open_tables(trace, dialect);
    if (compiled == NULL || !script_expand(case_, NULL, way, &transcript, &error)) return;
    judge_transcript(&transcript, compiled, &options, &judgement);
    for (size_t i = 0; i < judgement.exchange_count; i++)
        count_exchange(trace, compiled, &judgement.places[i], case_->id.text, touched);
    count_urcs(trace, compiled, &judgement, case_->id.text, touched);
    judgement_release(&judgement);
    transcript_release(&transcript);
}

static void count_case(struct trace *trace, const char *path, const struct script_case *case_)
{
    struct transcript_error error;
    bool touched = false;
    if (case_->id.text == NULL) {
        trace_complain(trace, "%s:%zu:1: case without an id; expected \"@ id: SET/CLAUSE/NAME\"",
                       path, case_->line);
        return;
    }
    add_id(trace, path, case_);
    if (!names_clause(trace, case_->id.text))
        trace_complain(trace, "%s:%zu:1: id '%s' names no clause; expected SET/CLAUSE/NAME", path,
                       case_->id.line, case_->id.text);
    size_t ways = script_way_count(case_, &error);
    for (size_t way = 0; way < ways; way++) count_way(trace, case_, way, &touched);
    if (!touched)
        trace_complain(trace, "%s:%zu:1: '%s' exercises nothing of the catalogue", path,
                       case_->id.line, case_->id.text);
}

static void count_file(struct trace *trace, const char *path)
{
    struct script script;
    struct transcript_error error;
    if (!script_read(path, &script, &error)) {
        char text[512];
        transcript_error_format(&error, path, text, sizeof text);
        trace_complain(trace, "%s", text);
        trace->unreadable = true;
        return;
    }
    for (size_t i = 0; i < script.case_count; i++) count_case(trace, path, &script.cases[i]);
    script_release(&script);
}

/* ---- the ledger ------------------------------------------------------- */

static struct id *find_id(struct trace *trace, const char *text)
{
    struct id key = {.text = (char *)(uintptr_t)text};
    if (trace->id_count == 0) return NULL;
    return bsearch(&key, trace->ids, trace->id_count, sizeof key, by_text);
}

/* `[! ]ID | TITLE`. Writes what is kept to `kept`. */
static void check_ledger_line(struct trace *trace, char *line, bool update, FILE *kept)
{
    bool retired = strncmp(line, "! ", 2) == 0;
    char *id = retired ? line + 2 : line;
    char *bar = strstr(id, " | ");
    const char *title = bar == NULL ? "" : bar + 3;
    if (bar != NULL) *bar = '\0';
    struct id *found = find_id(trace, id);
    if (found == NULL) {
        if (!retired && !update)
            trace_complain(trace, "id '%s' has no case any more; --update retires it", id);
        fprintf(kept, "! %s | %s\n", id, title);
        return;
    }
    found->in_ledger = true;
    if (retired)
        trace_complain(trace, "%s: id '%s' was retired; expected one that no case ever had",
                       found->path, id);
    else if (strcmp(title, found->title) != 0 && !update)
        trace_complain(trace,
                       "%s: id '%s' was given to '%s'; expected a new id for a new meaning, or "
                       "--update for a new wording",
                       found->path, id, title);
    fprintf(kept, "%s%s | %s\n", retired ? "! " : "", id, retired ? title : found->title);
}

static void check_missing(struct trace *trace, bool update, FILE *kept)
{
    for (size_t i = 0; i < trace->id_count; i++) {
        if (trace->ids[i].in_ledger) continue;
        if (!update)
            trace_complain(trace, "%s: id '%s' is not in the ledger; --update adds it",
                           trace->ids[i].path, trace->ids[i].text);
        fprintf(kept, "%s | %s\n", trace->ids[i].text, trace->ids[i].title);
    }
}

static void check_ledger(struct trace *trace, const char *path, bool update)
{
    struct buffer text = {0};
    struct transcript_error error;
    char *kept = NULL;
    size_t size = 0;
    FILE *out = memory_checked(open_memstream(&kept, &size));
    bool there = transcript_read_file(path, SCRIPT_FILE_SIZE_MAX, &text, &error);
    if (!there && !update) trace_complain(trace, "%s: %s", path, error.text);
    if (!there) text.size = 0;
    buffer_append(&text, "", 1);
    for (char *rest = (char *)text.bytes; rest != NULL && *rest != '\0';) {
        char *line = strsep(&rest, "\n");
        if (*line != '\0') check_ledger_line(trace, line, update, out);
    }
    check_missing(trace, update, out);
    fclose(out);
    if (update && !file_write(path, kept, size)) {
        trace_complain(trace, "%s: cannot write: %s", path, file_error(errno));
        trace->unreadable = true;
    }
    free(kept);
    buffer_release(&text);
}

/* ---- the whole -------------------------------------------------------- */

static void print_rows(struct trace *trace, FILE *out)
{
    print(out, "%-28s %5s  %s\n", "clause", "cases", "form and variant, first case");
    for (size_t i = 0; i < trace->row_count; i++) {
        const struct row *row = &trace->rows[i];
        print(out, "%-28s %5zu  %s\n", row->clause, row->count, row->what);
        if (row->first != NULL) print(out, "%36s %s\n", "", row->first);
        else trace_complain(trace, "%s: no case exercises %s", row->clause, row->what);
    }
    print(out, "%zu rows, %zu cases\n", trace->row_count, trace->id_count);
}

static void release(struct trace *trace)
{
    for (size_t i = 0; i < trace->row_count; i++) {
        free(trace->rows[i].clause);
        free(trace->rows[i].what);
        free(trace->rows[i].first);
    }
    for (size_t i = 0; i < trace->id_count; i++) {
        free(trace->ids[i].text);
        free(trace->ids[i].title);
    }
    for (size_t i = 0; i < trace->table_count; i++) {
        free(trace->tables[i].dialect);
        compiled_catalog_free(trace->tables[i].compiled);
    }
    for (size_t i = 0; i < trace->clause_count; i++) free(trace->clauses[i]);
    free(trace->clauses);
    free(trace->rows);
    free(trace->ids);
}

int trace_print(const char *const *paths, size_t path_count, const char *ledger, bool update,
                FILE *out, FILE *errors)
{
    struct trace trace = {.errors = errors};
    struct catalog_model *model = catalog_load_builtin(errors);
    if (model == NULL) return EXIT_USAGE;
    add_rows(&trace, model);
    for (size_t i = 0; i < path_count; i++) count_file(&trace, paths[i]);
    check_ids(&trace);
    if (ledger != NULL) check_ledger(&trace, ledger, update);
    print_rows(&trace, out);
    int code = trace.complaints > 0 ? EXIT_NONCONFORMANCE : EXIT_AS_EXPECTED;
    if (trace.unreadable) code = EXIT_USAGE;
    release(&trace);
    catalog_free(model);
    return code;
}
