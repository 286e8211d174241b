/* The clauses that a store's cases are judged by. */
#include "base/complain.h"
#include "base/memory.h"
#include "judge/judge.h"
#include "outcome/results.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct clauses {
    FILE *store;
    void *seen; /* tsearch: ids */
    bool good;
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* What the clause is called: by its command, else by its URC. */
static const char *title_of(const struct compiled_source *source)
{
    if (source->command != NULL) return source->command->title;
    for (size_t i = 0; i < source->set->urc_count; i++)
        if (&source->set->urcs[i].record == source->record) return source->set->urcs[i].title;
    return NULL;
}

static struct catalog_location place_of(const struct compiled_source *source)
{
    if (source->form != NULL) return source->form->at;
    if (source->command != NULL) return source->command->at;
    for (size_t i = 0; i < source->set->urc_count; i++)
        if (&source->set->urcs[i].record == source->record) return source->set->urcs[i].at;
    return source->set->at;
}

static const char *document_of(const struct compiled_source *source)
{
    for (size_t i = 0; source->edition != NULL && i < source->set->edition_count; i++)
        if (strcmp(source->set->editions[i].name, source->edition) == 0)
            return source->set->editions[i].document;
    return source->set->document;
}

/* Once each. Owns: the id. */
static void write(struct clauses *clauses, char *id, struct reports_clause clause)
{
    clause.id = id;
    if (*(char **)tsearch(id, &clauses->seen, compare) != id) free(id);
    else if (!reports_write_clause(clauses->store, &clause)) clauses->good = false;
}

static void keep(struct clauses *clauses, const struct compiled_source *source)
{
    if (source->set == NULL || source->clause == NULL) return;
    write(clauses, judge_clause(source),
          (struct reports_clause){
              .command = source->command == NULL ? NULL : source->command->name,
              .title = title_of(source),
              .document = document_of(source),
              .source = source->set->file,
              .line = place_of(source).line,
          });
}

/* Those that ask for something without being a command's. */
static void keep_others(struct clauses *clauses, const struct catalog_set *set)
{
    for (size_t i = 0; i < set->clause_count; i++) {
        const struct catalog_erratum *other = &set->clauses[i];
        write(clauses, memory_format("%s/%s", set->name, other->clause),
              (struct reports_clause){.title = other->text,
                                      .document = set->document,
                                      .source = set->file,
                                      .line = other->at.line});
    }
}

bool results_keep_clauses(FILE *store, const struct compiled_catalog *compiled)
{
    struct clauses clauses = {.store = store, .good = true};
    for (size_t i = 0; i < compiled->form_count; i++) keep(&clauses, &compiled->form_sources[i]);
    for (size_t i = 0; i < compiled->catalog.record_count; i++)
        keep(&clauses, &compiled->record_sources[i]);
    for (size_t i = 0; i < compiled->model->set_count; i++)
        keep_others(&clauses, compiled->model->sets[i]);
    tdestroy(clauses.seen, free);
    if (!clauses.good) complain("the clauses of the catalogue cannot be kept");
    return clauses.good;
}
