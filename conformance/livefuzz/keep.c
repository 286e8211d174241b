/* What a hunt keeps: sequences that showed something new, findings, the store. */
#include "livefuzz/hunt.h"

#include "base/complain.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/print.h"
#include "outcome/kept_name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ------------------------------------------------------------ */

/* A transcript: four lines of header, as play_steps.c counts them. */
static bool write_transcript(const struct hunt *hunt, const char *path, const char *id,
                             const char *title, const struct buffer *text)
{
    FILE *file = run_create(&hunt->run, path);
    if (file == NULL) return false;
    if (id != NULL) fprintf(file, "@ id: %s\n", id);
    fprintf(file, "@ dialect: %s\n@ title: %s\n%s\n", hunt->run.dialect, title,
            id == NULL ? "#\n" : "");
    fwrite(text->bytes, 1, text->size, file);
    bool good = !ferror(file);
    good = fclose(file) == 0 && good;
    if (!good) complain("%s: cannot write: %s", path, strerror(errno));
    return good;
}

static void digest_file(const char *path, char out[DIGEST_TEXT_SIZE])
{
    struct buffer bytes = {0};
    struct transcript_error error;
    (void)transcript_read_file(path, TRANSCRIPT_BYTES_SIZE_MAX, &bytes, &error);
    digest_text(bytes.bytes, bytes.size, out);
    buffer_release(&bytes);
}

/* Named by what the host says: the same sequence is the same file. */
void hunt_keep_corpus(struct hunt *hunt, const struct sequence *sequence,
                      const struct hunt_played *played)
{
    struct buffer said = {0};
    char name[DIGEST_TEXT_SIZE];
    for (size_t i = 0; i < sequence->count; i++) {
        buffer_append_text(&said, sequence->steps[i].line);
        buffer_append(&said, "\r", 1);
        buffer_append(&said, sequence->steps[i].data, sequence->steps[i].data_size);
    }
    digest_text(said.bytes, said.size, name);
    char *path = memory_format("%s/corpus/%.16s.at", hunt->options->run->out, name);
    if (!write_transcript(hunt, path, NULL, "it showed something new", &played->text))
        hunt->run.tally.broken = hunt->run.lost = true;
    buffer_release(&said);
    free(path);
}

/* ---- findings --------------------------------------------------------- */

/* Whether enough was told of the rule, or of it and the clause. */
static bool is_told(const struct hunt *hunt, const struct hunt_key *key)
{
    size_t rules = 0;
    size_t clauses = 0;
    for (size_t i = 0; i < hunt->finding_count; i++) {
        const struct hunt_key *other = &hunt->findings[i].key;
        bool same = strcmp(other->rule, key->rule) == 0;
        rules += same;
        clauses += same && strcmp(other->clause, key->clause) == 0;
    }
    return rules >= HUNT_RULE_MAX || clauses >= HUNT_FORM_MAX;
}

static bool is_taken(const struct hunt *hunt, const struct hunt_key *key)
{
    for (size_t i = 0; i < hunt->finding_count; i++)
        if (hunt_is_same(&hunt->findings[i].key, key)) return true;
    return false;
}

static char *path_of(const struct hunt *hunt, const char *id)
{
    char *name = kept_name(strchr(id, '/') + 1, 1, 1);
    char *path = memory_format("%s/findings/%s", hunt->options->run->out, name);
    free(name);
    return path;
}

static char *reproduce(const struct hunt *hunt, const char *path)
{
    const struct run_options *run = hunt->options->run;
    const char *quote = strpbrk(run->target, " ()$&;|<>*?\"") == NULL ? "" : "'";
    return memory_format("atproof fuzz --target %s%s%s --dialect %s --replay %s", quote,
                         run->target, quote, hunt->run.dialect, path);
}

/* Of a hang or a restart: a line of the fuzzer's own, too. */
static void note_fault(struct hunt *hunt, const struct hunt_finding *finding, const char *seen)
{
    char *sha256 = memory_new(DIGEST_TEXT_SIZE, 1);
    digest_file(finding->path, sha256);
    const struct reports_fuzz_finding fault = {
        .kind = strcmp(finding->key.rule, results_rule_name(RESULTS_HANG)) == 0 ? REPORTS_TIMEOUT
                                                                                : REPORTS_CRASH,
        .text = memory_format("%s after %s: %s", finding->key.rule, finding->key.step, seen),
        .source = memory_text(finding->path),
        .sha256 = sha256,
        .reproduce = reproduce(hunt, finding->path),
    };
    *LIST_ADD(&hunt->faults) = fault;
}

static const struct reports_finding *find_of(const struct hunt_played *played,
                                             const struct hunt_key *key)
{
    const struct judgement *judgement = &played->judgement;
    for (size_t i = 0; i < judgement->exchange_count; i++)
        for (size_t k = 0; k < judgement->exchanges[i].finding_count; k++)
            if (strcmp(judgement->exchanges[i].findings[k].rule, key->rule) == 0)
                return &judgement->exchanges[i].findings[k];
    return NULL;
}

/* What the judge cannot say: owned by the caller. */
static void make_fault(const struct hunt *hunt, const struct hunt_played *played,
                       const struct hunt_key *key, struct reports_finding *out)
{
    const char *brought =
        hunt->options->is_virtual ? "by switching it off and on" : recovery_name(played->recovery);
    static const struct {
        enum results_rule rule;
        const char *expected, *seen;
    } texts[] = {
        {RESULTS_REBOOT, "no start of the module", "what it prints when it starts"},
        {RESULTS_FLOODS, "an end of what the module sends", "more than one case keeps"},
        {RESULTS_VANISHED, "the port to stay", "the port vanish"},
        {RESULTS_ECHO_DIFFERS, "the command line as it was sent", "something else"},
        {RESULTS_ACCEPTED_UNKNOWN, "ERROR: no manual has the command", "OK"},
    };
    size_t at = 0;
    const size_t count = sizeof texts / sizeof texts[0];
    while (at < count && strcmp(results_rule_name(texts[at].rule), key->rule) != 0) at++;
    *out = (struct reports_finding){
        .rule = key->rule,
        .level = REPORTS_MUST,
        .clause = memory_text(key->clause),
        .offset = played->size,
        .expected = memory_text(at < count ? texts[at].expected : "an answer"),
        .seen =
            at < count ? memory_text(texts[at].seen) : memory_format("none; recovered %s", brought),
    };
}

/* Keeps the case; tells it. */
static void keep_finding(struct hunt *hunt, const struct hunt_finding *finding,
                         const struct hunt_played *played, bool again)
{
    struct run *run = &hunt->run;
    struct excuses *excuses = (struct excuses *)(uintptr_t)&run->options->excuses;
    const struct reports_finding *found = find_of(played, &finding->key);
    struct reports_finding fault = {0};
    char *reason = NULL;
    char sha256[DIGEST_TEXT_SIZE];
    digest_file(finding->path, sha256);
    const struct results_subject subject = {.path = finding->path,
                                            .sha256 = sha256,
                                            .id = finding->id,
                                            .dialect = run->dialect,
                                            .line = 1,
                                            .identity = &run->identity};
    if (found == NULL) make_fault(hunt, played, &finding->key, &fault);
    enum reports_outcome outcome = results_decide(&run->tally, excuses, run->options->today,
                                                  &subject, REPORTS_FAIL, "", &reason);
    bool excused = outcome == REPORTS_EXPECTED_FAILURE;
    if (!again && reason == NULL) reason = memory_text("it was not shown again");
    run_progress_result(&run->progress, finding->id, reports_outcome_name(outcome),
                        "%s\n         expected: %s\n         seen:     %s", finding->key.step,
                        found == NULL ? fault.expected : found->expected,
                        found == NULL ? fault.seen : found->seen);
    if (reason != NULL) print(stderr, "         %s\n", reason);
    if (!results_keep(run->store, &subject, &played->judgement, REPORTS_FAIL, &fault, found == NULL,
                      outcome, reason))
        run->tally.broken = true;
    if (hunt_is_fault(&finding->key) && !excused) {
        run->module_failed = true;
        note_fault(hunt, finding, fault.seen);
    }
    results_fault_release(&fault);
    free(reason);
}

/* Makes it small, if the module is still there, and writes it. Takes the key over. */
static void take(struct hunt *hunt, const struct sequence *from, struct hunt_key *key,
                 const struct hunt_played *original)
{
    struct sequence sequence;
    struct hunt_played smaller = {0};
    size_t index = hunt->finding_count;
    hunt->findings =
        memory_grow(hunt->findings, index + 1, &hunt->finding_capacity, sizeof *hunt->findings);
    struct hunt_finding *finding = &hunt->findings[hunt->finding_count++];
    finding->key = *key;
    finding->id = memory_format("fuzz/%s/%s/%s", key->rule, key->clause, key->form);
    finding->path = path_of(hunt, finding->id);
    sequence_copy(&sequence, from);
    bool replayed = hunt->options->replay != NULL;
    bool shrunk = !replayed && hunt_shrink(hunt, &sequence, key, &smaller);
    const struct hunt_played *played = shrunk ? &smaller : original;
    bool again = shrunk || replayed;
    char *title =
        memory_format("%s, %s%s", key->rule, key->form, again ? "" : " (not shown again)");
    if (!write_transcript(hunt, finding->path, finding->id, title, &played->text))
        hunt->run.tally.broken = hunt->run.lost = true;
    keep_finding(hunt, finding, played, again);
    free(title);
    if (shrunk) hunt_played_release(&smaller);
    sequence_release(&sequence);
}

void hunt_take_findings(struct hunt *hunt, const struct sequence *sequence,
                        const struct hunt_played *played)
{
    struct hunt_key key;
    for (size_t i = 0; hunt_find(hunt, played, i, &key); i++) {
        bool taken = is_taken(hunt, &key);
        if (!taken && !is_told(hunt, &key)) {
            take(hunt, sequence, &key, played);
            continue;
        }
        if (!taken) hunt->untold++;
        hunt_key_release(&key);
    }
}

/* ---- the store -------------------------------------------------------- */

static bool make_folder(const struct run *run, const char *name)
{
    bool good = file_make_folder_below(run->folder, name);
    if (!good)
        complain("%s/%s: cannot make the folder: %s", run->options->out, name, file_error(errno));
    return good;
}

/* Cases that sequences begin with, and the one to be replayed, send values of --set. */
static void note_secrets(struct hunt *hunt)
{
    struct run_cases cases = {0};
    const char *replay = hunt->options->replay;
    if (run_read_cases(&cases, &replay, replay != NULL))
        for (size_t i = 0; i < cases.count; i++)
            mask_note_case(hunt->run.mask, &hunt->options->run->play.settings,
                           cases.items[i].case_);
    run_release_cases(&cases);
}

bool hunt_open_store(struct hunt *hunt)
{
    const struct run_options *options = hunt->options->run;
    struct run *run = &hunt->run;
    note_secrets(hunt);
    if (!make_folder(run, "corpus") || !make_folder(run, "findings")) return false;
    char *path = memory_format("%s/results.jsonl", options->out);
    char *command = mask_command(run->mask, hunt->options->command);
    const struct reports_run line = {.tool = "atproof fuzz",
                                     .command = command,
                                     .dialect = run->dialect,
                                     .strict = options->strict};
    run->store = run_create(run, path);
    bool good = run->store != NULL && results_begin(run->store, &line)
                && results_keep_clauses(run->store, run->compiled);
    if (run->store != NULL && !good) complain("%s: cannot write: %s", path, strerror(errno));
    free(path);
    free(command);
    return good;
}

static void release_faults(struct hunt *hunt)
{
    struct reports_fuzz_finding *faults = hunt->faults.items;
    for (size_t i = 0; i < hunt->faults.count; i++) {
        free((void *)(uintptr_t)faults[i].text);
        free((void *)(uintptr_t)faults[i].source);
        free((void *)(uintptr_t)faults[i].sha256);
        free((void *)(uintptr_t)faults[i].reproduce);
    }
    free(hunt->faults.items);
}

static bool write_fuzz(struct hunt *hunt)
{
    uint64_t duration_ms = (uint64_t)(port_now_us() - hunt->begun_us) / 1000;
    uint64_t size = 0;
    for (size_t i = 0; i < hunt->corpus_count; i++)
        size += sequence_size(&hunt->corpus[i].sequence);
    const struct reports_fuzz fuzz = {
        .target = hunt->options->run->target,
        .engine = REPORTS_LIVE,
        .mutator = true,
        .instance = "main",
        .duration_ms = duration_ms,
        .executions = hunt->exchange_count,
        .executions_per_second = duration_ms == 0 ? 0 : hunt->exchange_count * 1000 / duration_ms,
        .edges = hunt->behaviour_count,
        .corpus_count = hunt->corpus_count,
        .corpus_size = size,
        .samples = hunt->samples.items,
        .sample_count = hunt->samples.count,
        .findings = hunt->faults.items,
        .finding_count = hunt->faults.count,
    };
    return reports_write_fuzz(hunt->run.store, &fuzz);
}

bool hunt_close_store(struct hunt *hunt)
{
    bool good = write_fuzz(hunt);
    if (!good) complain("the fuzzer's line cannot be kept: %s", strerror(errno));
    if (fclose(hunt->run.store) != 0) good = false;
    hunt->run.store = NULL;
    release_faults(hunt);
    free(hunt->samples.items);
    return good;
}
