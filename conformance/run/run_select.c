/* Which cases run. */
#include "base/complain.h"
#include "base/file.h"
#include "base/memory.h"
#include "run/cases_live.h"
#include "run/run.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- reading ---------------------------------------------------------- */

/* Takes the script over. Returns: false with a complaint made. */
static bool add_script(struct run_cases *cases, struct script *script, const char *path)
{
    bool good = true;
    cases->scripts = memory_grow(cases->scripts, cases->script_count + 1, &cases->script_capacity,
                                 sizeof *cases->scripts);
    cases->scripts[cases->script_count++] = *script;
    for (size_t i = 0; i < script->case_count; i++) {
        const struct script_case *case_ = &script->cases[i];
        cases->items =
            memory_grow(cases->items, cases->count + 1, &cases->capacity, sizeof *cases->items);
        cases->items[cases->count++] = (struct run_case){
            .case_ = case_, .path = path, .id = case_->id.text == NULL ? path : case_->id.text};
        good = results_check_rules(path, &case_->body) && good;
    }
    return good;
}

static bool read_file(struct run_cases *cases, const char *path)
{
    struct script script;
    struct transcript_error error;
    if (!script_read(path, &script, &error)) {
        transcript_complain(path, &error);
        return false;
    }
    return add_script(cases, &script, path);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* What the user named, and what below it has the name of a script, though it be a FIFO
 * or a device: script_read refuses those. */
static bool is_script(const FTSENT *entry)
{
    bool is_folder = entry->fts_info == FTS_D || entry->fts_info == FTS_DP;
    return !is_folder && (entry->fts_level == 0 || script_is_name(entry->fts_path));
}

/* A link below a folder that the user named, to cases or to a folder of them: it is
 * refused, not left out, so that no case is lost without a word. */
static bool is_link_to_cases(const FTSENT *entry)
{
    struct stat status;
    if (entry->fts_info != FTS_SL && entry->fts_info != FTS_SLNONE) return false;
    return script_is_name(entry->fts_path)
           || (stat(entry->fts_accpath, &status) == 0 && S_ISDIR(status.st_mode));
}

/* Returns: 0, or what is wrong, as errno has it. */
static int fault_of(const FTSENT *entry)
{
    bool unread =
        entry->fts_info == FTS_NS || entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR;
    if (unread) return entry->fts_errno;
    return is_link_to_cases(entry) ? ELOOP : 0;
}

bool run_each_script(const char *path, run_script_fn *take, void *user)
{
    char *const roots[] = {(char *)(uintptr_t)path, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    bool good = tree != NULL;
    for (FTSENT *entry; good && (entry = fts_read(tree)) != NULL;) {
        int fault = fault_of(entry);
        good = fault == 0;
        if (!good) complain("%s: %s", entry->fts_path, file_error(fault));
        else if (is_script(entry)) good = take(user, entry->fts_path);
    }
    if (tree != NULL) fts_close(tree);
    return good;
}

/* The paths are kept: cases bear them. */
static bool take_path(void *user, const char *path)
{
    struct run_cases *cases = user;
    cases->paths = memory_grow(cases->paths, cases->path_count + 1, &cases->path_capacity,
                               sizeof *cases->paths);
    cases->paths[cases->path_count] = memory_text(path);
    return read_file(cases, cases->paths[cases->path_count++]);
}

static bool read_builtin(struct run_cases *cases)
{
    for (const struct cases_live_file *file = cases_live_files; file->name != NULL; file++) {
        struct script script;
        struct transcript_error error;
        size_t size = (size_t)(file->end - file->begin);
        if (!script_parse(file->begin, size, NULL, &script, &error)) {
            transcript_complain(file->name, &error);
            return false;
        }
        if (!add_script(cases, &script, file->name)) return false;
    }
    return true;
}

bool run_read_cases(struct run_cases *cases, const char *const *paths, size_t path_count)
{
    if (path_count == 0) return read_builtin(cases);
    for (size_t i = 0; i < path_count; i++)
        if (!run_each_script(paths[i], take_path, cases)) return false;
    return true;
}

void run_release_cases(struct run_cases *cases)
{
    for (size_t i = 0; i < cases->script_count; i++) script_release(&cases->scripts[i]);
    for (size_t i = 0; i < cases->path_count; i++) free(cases->paths[i]);
    free(cases->scripts);
    free(cases->paths);
    free(cases->items);
    *cases = (struct run_cases){0};
}

/* ---- choosing --------------------------------------------------------- */

bool run_is_listed(const char *list, const char *word)
{
    size_t size = strlen(word);
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ",");
        if (length == size && memcmp(list, word, size) == 0) return true;
        list += length + (list[length] == ',');
    }
    return false;
}

static bool matches(const struct run_options *options, const char *id)
{
    for (size_t i = 0; i < options->select_count; i++)
        if (fnmatch(options->selects[i], id, 0) == 0) return true;
    return options->select_count == 0;
}

static bool is_of_dialect(const struct run_case *item, const char *dialect)
{
    const char *own = item->case_->dialect.text;
    return own == NULL || strcmp(own, CATALOG_DIALECT_DEFAULT) == 0 || strcmp(own, dialect) == 0;
}

static const char *obstacle(const struct run_case *item, const struct run_options *options,
                            bool *needs_leave)
{
    for (size_t i = 0; i < item->case_->requires_count; i++) {
        const char *word = item->case_->requires_[i].text;
        bool leave = strcmp(word, "stores-files") == 0 || strcmp(word, "costs-data") == 0;
        if (leave) *needs_leave = true;
        if (leave && !run_is_listed(options->allowed, word))
            return strcmp(word, "stores-files") == 0
                       ? "writes to the module's file system; --allow stores-files lets it"
                       : "costs data; --allow costs-data lets it";
        if (run_is_listed(options->lacking, word)) return "needs what --lacks names";
        if (strcmp(word, "server") == 0 && !options->has_server)
            return "needs a server that the module can reach; --server names it";
    }
    return NULL;
}

static int by_leave(const void *a, const void *b)
{
    const struct run_case *x = a;
    const struct run_case *y = b;
    if (x->needs_leave != y->needs_leave) return x->needs_leave ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

void run_select_cases(struct run_cases *cases, const struct run_options *options,
                      const char *dialect)
{
    size_t kept = 0;
    size_t seen = 0;
    cases->read_count = cases->count;
    for (size_t i = 0; i < cases->count; i++) {
        struct run_case item = cases->items[i];
        if (!is_of_dialect(&item, dialect)) continue;
        cases->dialect_count++;
        bool wanted = matches(options, item.id)
                      && (options->level < 0 || options->level == (int)item.case_->level);
        if (!wanted) continue;
        if (options->shard_count > 0 && seen++ % options->shard_count != options->shard - 1)
            continue;
        item.order = i;
        item.skipped = obstacle(&item, options, &item.needs_leave);
        cases->items[kept++] = item;
    }
    cases->count = kept;
    if (kept > 0) qsort(cases->items, kept, sizeof *cases->items, by_leave);
}
