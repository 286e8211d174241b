/* SARIF 2.1.0: one run. Its rules are the clauses of the manuals, its results the
 * findings that broke them. sarif.schema.json is its schema. */
#define _GNU_SOURCE
#include "sarif/sarif.h"

#include "base/text.h"
#include "sarif/log.h"
#include "store/verdict.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* ---- who judged ------------------------------------------------------- */

static void notify(json_t *list, const char *level, char *text)
{
    json_t *notification = arena_must(json_pack("{s:s}", "level", level));
    sarif_set(notification, "message", sarif_message(text, SARIF_TEXT_COLUMNS));
    sarif_append(list, notification);
}

/* Notes on what the results do not show. */
static json_t *notifications(const struct store *store, size_t left_out)
{
    json_t *list = arena_must(json_array());
    struct verdict_counts counts = verdict_count(store);
    if (counts.verdict == VERDICT_NOTHING)
        notify(list, "error", text_format("Nothing was judged: no case, and no fuzzer, ran."));
    if (counts.skipped > 0)
        notify(list, "note",
               text_format("%zu of %zu cases were skipped.", counts.skipped, store->case_count));
    if (counts.fuzzers_skipped > 0)
        notify(list, "note",
               text_format("%zu of %zu fuzzers ran no input.", counts.fuzzers_skipped,
                           counts.fuzzers));
    if (left_out > 0)
        notify(list, "warning",
               text_format("%zu more results, none of them heavier, are left out: code scanning "
                           "takes no more than %d, and 10 MB.",
                           left_out, SARIF_RESULTS_MAX));
    return list;
}

/* One invocation for each run of the store; the last has the notifications. */
static json_t *invocations(const struct store *store, size_t left_out)
{
    bool ran = verdict_count(store).verdict != VERDICT_NOTHING;
    json_t *list = arena_must(json_array());
    const struct reports_run *const *runs = store->runs;
    for (size_t i = 0; i < store->run_count; i++) {
        json_t *invocation = arena_must(json_pack("{s:b}", "executionSuccessful", ran));
        sarif_set_text(invocation, "commandLine", runs[i]->command);
        sarif_set_text(invocation, "startTimeUtc", runs[i]->started);
        if (i + 1 == store->run_count)
            sarif_set(invocation, "toolExecutionNotifications", notifications(store, left_out));
        sarif_append(list, invocation);
    }
    return list;
}

/* The category by which readers keep logs of one commit apart; runs of the same kind
 * have the same. Owns: the caller frees it. */
static char *category(const struct store *store)
{
    const char *dialect = store->runs[0]->dialect;
    for (size_t i = 1; dialect != NULL && i < store->run_count; i++)
        if (strcmp(dialect, store_text(store->runs[i]->dialect)) != 0) dialect = NULL;
    return dialect == NULL ? text_format("atproof/") : text_format("atproof/%s/", dialect);
}

/* ---- the log ---------------------------------------------------------- */

static void keep(void *entry)
{
    (void)entry; /* the arena's */
}

static json_t *driver(struct sarif *sarif)
{
    json_t *driver = arena_must(json_pack("{s:s}", "name", "atproof"));
    sarif_set_text(driver, "version", sarif->store->run->tool_version);
    sarif_set(driver, "rules", sarif->rules);
    return driver;
}

static json_t *run_of(struct sarif *sarif)
{
    size_t count = 0;
    struct sarif_item *items = sarif_collect(sarif->store, &sarif->arena, &count);
    size_t shown = 0;
    sarif_add_clauses(sarif);
    for (; shown < count && shown < SARIF_RESULTS_MAX && sarif->size < SARIF_SIZE_MAX; shown++) {
        json_t *result = sarif_result(sarif, &items[shown]);
        sarif->size += sarif_size(result);
        sarif_append(sarif->results, result);
    }
    char *id = category(sarif->store);
    json_t *run = arena_must(json_object());
    json_t *details = arena_must(json_object());
    sarif_set_text(details, "id", id);
    sarif_set(run, "tool", json_pack("{s:o}", "driver", driver(sarif)));
    sarif_set(run, "automationDetails", details);
    sarif_set(run, "columnKind", json_string("unicodeCodePoints"));
    sarif_set(run, "invocations", invocations(sarif->store, count - shown));
    sarif_set(run, "artifacts", sarif->artifacts);
    sarif_set(run, "results", sarif->results);
    free(id);
    return run;
}

void sarif_write(const struct store *store, FILE *out)
{
    struct sarif sarif = {.store = store,
                          .rules = arena_must(json_array()),
                          .artifacts = arena_must(json_array()),
                          .results = arena_must(json_array())};
    json_t *log = arena_must(json_pack("{s:s, s:s}", "$schema", SCHEMA, "version", "2.1.0"));
    sarif_set(log, "runs", json_pack("[o]", run_of(&sarif)));
    json_dumpf(log, out, JSON_INDENT(1)); /* the caller checks ferror(out) */
    fputc('\n', out);
    json_decref(log);
    tdestroy(sarif.rule_tree, keep);
    tdestroy(sarif.artifact_tree, keep);
    arena_release(&sarif.arena);
}
