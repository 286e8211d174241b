/* Goes on with a run that was ended. */
#include "run/resume.h"

#include "base/complain.h"
#include "base/file.h"
#include "base/memory.h"
#include "run/rounds.h"
#include "run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what is played ------------------------------------------------------ */

static void add_text(struct digest *digest, const char *text)
{
    digest_add(digest, text == NULL ? "" : text, text == NULL ? 1 : strlen(text) + 1);
}

/* Of a built-in file: nothing, its program's version stands for it. */
static void add_file(struct digest *digest, const char *path)
{
    struct buffer bytes = {0};
    struct transcript_error error;
    if (transcript_read_file(path, TRANSCRIPT_BYTES_SIZE_MAX, &bytes, &error))
        digest_add(digest, bytes.bytes, bytes.size);
    buffer_release(&bytes);
}

void run_digest_cases(const struct run *run, const struct run_cases *cases,
                      char out[DIGEST_TEXT_SIZE])
{
    struct digest digest = {0};
    char *head = memory_format("%u %u %llu %zu", run->options->repeats, run->options->retries,
                               (unsigned long long)run->options->seed, cases->count);
    add_text(&digest, head);
    for (size_t i = 0; i < cases->count; i++) {
        add_text(&digest, cases->items[i].id);
        add_text(&digest, cases->items[i].skipped);
    }
    for (size_t i = 0; i < cases->path_count; i++) add_file(&digest, cases->paths[i]);
    digest_end(&digest, out);
    digest_release(&digest);
    free(head);
}

/* ---- the store that was left --------------------------------------------- */

static bool is_same(const char *a, const char *b)
{
    return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

/* Returns: what the store has of another run; NULL: nothing. */
static const char *other_run(const struct run *run, const struct reports_run *kept,
                             const char *cases)
{
    if (kept == NULL || !is_same(kept->tool, "atproof run")) return "it is not of `atproof run`";
    if (!is_same(kept->tool_version, results_version())) return "another version wrote it";
    if (!is_same(kept->dialect, run->dialect)) return "it is of another dialect";
    if (kept->strict != run->options->strict) return "--strict differs";
    if (!is_same(kept->cases, cases)) return "the cases, --seed, --repeat or --retry differ";
    return NULL;
}

static const char *other_module(const struct run *run, const struct reports_store *store)
{
    for (size_t i = 0; i < reports_case_count(store); i++) {
        const struct reports_identity *identity = &reports_case_at(store, i)->identity;
        if (!is_same(identity->manufacturer, run->identity.manufacturer)
            || !is_same(identity->model, run->identity.model))
            return "it is of another module";
        if (!is_same(identity->firmware, run->identity.firmware))
            return "it is of another firmware";
    }
    return NULL;
}

/* What stopped a run is no result of the case. */
static bool is_finished(const struct reports_case *case_)
{
    return case_->outcome != REPORTS_SKIPPED || case_->reason == NULL
           || (strcmp(case_->reason, RUN_STOPPED) != 0 && strcmp(case_->reason, RUN_PORT_LOST) != 0
               && strcmp(case_->reason, RUN_MODULE_LOST) != 0
               && strcmp(case_->reason, RUN_MODULE_FLOODS) != 0);
}

static bool has_rule(const struct reports_exchange *exchange, enum results_rule rule)
{
    for (size_t i = 0; i < exchange->finding_count; i++)
        if (strcmp(exchange->findings[i].rule, results_rule_name(rule)) == 0) return true;
    return false;
}

static void count(struct run *run, const struct reports_case *case_)
{
    struct excuses *excuses = (struct excuses *)(uintptr_t)&run->options->excuses;
    struct excuse *excuse = excuse_find(excuses, case_->id);
    if (excuse != NULL) excuse->used = true;
    run_find_round(run, case_->id)->finished++;
    results_count(&run->tally, case_->outcome);
    for (size_t i = 0; i < case_->exchange_count; i++) {
        const struct reports_exchange *exchange = &case_->exchanges[i];
        if (has_rule(exchange, RESULTS_HANG) || has_rule(exchange, RESULTS_REBOOT)
            || has_rule(exchange, RESULTS_FLOODS))
            run->module_failed = true;
    }
}

/* Writes what stays to a file beside the store, which then takes its place: whenever
 * the program is ended, one of them is whole. */
static bool replace(struct run *run, const char *path, const struct reports_store *store)
{
    char *beside = memory_format("%s.new", path);
    run->store = run_create(run, beside);
    bool good = run->store != NULL && setvbuf(run->store, NULL, _IONBF, 0) == 0
                && reports_write_run(run->store, reports_run_of(store))
                && results_keep_clauses(run->store, run->compiled);
    for (size_t i = 0; good && i < reports_case_count(store); i++) {
        const struct reports_case *case_ = reports_case_at(store, i);
        if (is_finished(case_)) good = reports_write_case(run->store, case_);
    }
    size_t skip = strlen(run->options->out) + 1; /* names below the opened folder */
    good = good && fflush(run->store) == 0
           && renameat(run->folder, beside + skip, run->folder, path + skip) == 0;
    if (!good) {
        complain("%s: cannot write: %s", beside, strerror(errno));
        (void)unlinkat(run->folder, beside + skip, 0);
    }
    free(beside);
    return good;
}

bool run_resume(struct run *run, const char *path, const char *cases)
{
    FILE *file = file_open(path);
    if (file == NULL) {
        complain("%s: cannot resume: %s", path, file_error(errno));
        return false;
    }
    struct reports_store *store = reports_read(file, path, stderr);
    fclose(file);
    if (store == NULL) return false;
    const char *why = other_run(run, reports_run_of(store), cases);
    if (why == NULL) why = other_module(run, store);
    if (why != NULL) complain("%s: cannot resume: %s", path, why);
    bool good = why == NULL && replace(run, path, store);
    for (size_t i = 0; good && i < reports_case_count(store); i++)
        if (is_finished(reports_case_at(store, i))) count(run, reports_case_at(store, i));
    reports_close(store);
    return good;
}
