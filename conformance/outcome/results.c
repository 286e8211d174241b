/* Outcomes, and the store that keeps them. */
#include "outcome/results.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- outcomes --------------------------------------------------------- */

static bool is_expired(const struct excuse *excuse, const char *today)
{
    return strcmp(excuse->date, today) < 0;
}

enum reports_outcome results_decide(struct results_tally *tally, struct excuses *excuses,
                                    const char *today, const struct results_subject *subject,
                                    enum judge_verdict verdict, const char *why, char **reason)
{
    struct excuse *excuse = excuse_find(excuses, subject->id);
    *reason = NULL;
    tally->judged++;
    if (excuse != NULL) excuse->used = true;
    if (verdict == JUDGE_UNJUDGED) {
        tally->skipped++;
        *reason = memory_text(why);
        return REPORTS_SKIPPED;
    }
    bool fails = verdict == JUDGE_FAIL;
    if (excuse == NULL || (fails && is_expired(excuse, today))) {
        if (excuse != NULL) {
            *reason = memory_format("excused up to %s: %s", excuse->date, excuse->reason);
            complain("%s:%zu: '%s' fails; it was %s", subject->path, subject->line, subject->id,
                     *reason);
        }
        if (fails) tally->failed++;
        else tally->passed++;
        return fails ? REPORTS_FAILED : REPORTS_PASSED;
    }
    *reason = memory_text(excuse->reason);
    if (fails) tally->excused++;
    else tally->unexpected_passes++;
    return fails ? REPORTS_EXPECTED_FAILURE : REPORTS_UNEXPECTED_PASS;
}

int results_exit_code(const struct results_tally *tally)
{
    if (tally->broken) return EXIT_USAGE;
    if (tally->failed > 0) return EXIT_NONCONFORMANCE;
    if (tally->unexpected_passes > 0) return EXIT_UNEXPECTED_PASS;
    if (tally->judged == tally->skipped) return EXIT_NOTHING_SELECTED;
    return EXIT_AS_EXPECTED;
}

/* ---- the store -------------------------------------------------------- */

bool results_is_empty(const struct judge_exchange *exchange)
{
    return exchange->command[0] == '\0' && exchange->size == 0 && exchange->finding_count == 0;
}

/* The store's values of the judge's and the script's. */
static const enum reports_level levels[] = {[JUDGE_MUST] = REPORTS_MUST,
                                            [JUDGE_SHOULD] = REPORTS_SHOULD,
                                            [JUDGE_QUIRK] = REPORTS_QUIRK,
                                            [JUDGE_INFO] = REPORTS_INFO};
static const enum reports_verdict verdicts[] = {[JUDGE_PASS] = REPORTS_PASS,
                                                [JUDGE_DEVIATION] = REPORTS_DEVIATION,
                                                [JUDGE_FAIL] = REPORTS_FAIL,
                                                [JUDGE_UNJUDGED] = REPORTS_UNJUDGED};

enum reports_level results_level(enum script_level level)
{
    static const enum reports_level of_scripts[] = {[SCRIPT_MUST] = REPORTS_MUST,
                                                    [SCRIPT_SHOULD] = REPORTS_SHOULD,
                                                    [SCRIPT_INFO] = REPORTS_INFO,
                                                    [SCRIPT_QUIRK] = REPORTS_QUIRK};
    return of_scripts[level];
}

static enum reports_wire_kind wire_kind(const char *word)
{
    for (enum reports_wire_kind kind = REPORTS_WIRE_COMMAND; kind < REPORTS_WIRE_COUNT; kind++)
        if (strcmp(reports_wire_name(kind), word) == 0) return kind;
    return REPORTS_WIRE_NONE;
}

static void fill_finding(struct reports_finding *out, const struct judge_finding *finding)
{
    *out = (struct reports_finding){
        .rule = finding->rule->name,
        .level = levels[finding->rule->level],
        .clause = finding->clause,
        .offset = finding->offset,
        .size = finding->size,
        .line = finding->line,
        .expected = finding->expected,
        .seen = finding->seen,
        .declared = finding->declared,
        .reason = finding->reason,
        .help = finding->rule->text,
    };
}

static void fill_fault(struct reports_finding *out, const struct results_fault *fault)
{
    *out = (struct reports_finding){
        .rule = fault->rule,
        .level = fault->level,
        .clause = fault->clause,
        .offset = fault->offset,
        .expected = fault->expected,
        .seen = fault->seen,
    };
}

static struct reports_wire *new_wire(const struct judge_exchange *exchange)
{
    struct reports_wire *wire = memory_new(exchange->wire_count, sizeof *wire);
    for (size_t i = 0; i < exchange->wire_count; i++) {
        const struct judge_wire *item = &exchange->wire[i];
        wire[i] = (struct reports_wire){
            .direction = item->is_sent ? REPORTS_SENT : REPORTS_RECEIVED,
            .kind = wire_kind(item->kind),
            .name = item->name,
            .offset = item->offset,
            .size = item->size,
            .line = item->line,
            .time_us = item->time_us,
            .text = item->text,
            .sha256 = item->sha256,
            .deviations = item->deviations,
        };
    }
    return wire;
}

/* Whether the fault stands in this exchange: the last that began before it. */
static bool is_within(const struct judgement *judgement, size_t index, uint64_t offset)
{
    const struct judge_exchange *exchange = &judgement->exchanges[index];
    bool begun = exchange->offset <= offset || index == 0;
    bool last = index + 1 == judgement->exchange_count;
    return begun && (last || judgement->exchanges[index + 1].offset > offset);
}

static void fill_exchange(struct reports_exchange *out, const struct judgement *judgement,
                          size_t index, enum judge_verdict verdict,
                          const struct results_fault *faults, size_t fault_count)
{
    const struct judge_exchange *exchange = &judgement->exchanges[index];
    struct reports_finding *findings =
        memory_new(exchange->finding_count + fault_count, sizeof *findings);
    size_t count = 0;
    for (; count < exchange->finding_count; count++)
        fill_finding(&findings[count], &exchange->findings[count]);
    for (size_t i = 0; i < fault_count; i++)
        if (is_within(judgement, index, faults[i].offset))
            fill_fault(&findings[count++], &faults[i]);
    bool faulty = count > exchange->finding_count && verdict != JUDGE_UNJUDGED;
    *out = (struct reports_exchange){
        .command = exchange->command,
        .name = exchange->name,
        .form = exchange->form,
        .variant = exchange->variant,
        .clause = exchange->clause,
        .verdict = verdicts[faulty ? verdict : exchange->verdict],
        .why = exchange->why,
        .offset = exchange->offset,
        .size = exchange->size,
        .line = exchange->line,
        .sent_us = exchange->sent_us,
        .over_us = exchange->over_us,
        .time_limit_ms = exchange->time_limit_ms,
        .findings = findings,
        .finding_count = count,
        .wire = new_wire(exchange),
        .wire_count = exchange->wire_count,
    };
}

/* Its own arrays; all else is borrowed. */
static void release_exchange(struct reports_exchange *exchange)
{
    free((void *)(uintptr_t)exchange->findings);
    free((void *)(uintptr_t)exchange->wire);
}

char *results_clause_of(const char *id)
{
    const char *slash = strrchr(id, '/');
    return slash == NULL ? NULL : memory_slice(id, (size_t)(slash - id));
}

static bool write_case(FILE *store, const struct results_subject *subject,
                       enum judge_verdict verdict, enum reports_outcome outcome, const char *reason,
                       const struct reports_exchange *exchanges, size_t count)
{
    static const struct judge_identity nobody = {0};
    const struct judge_identity *identity = subject->identity == NULL ? &nobody : subject->identity;
    char *clause = subject->case_ == NULL ? NULL : results_clause_of(subject->id);
    struct reports_case out = {
        .id = subject->id,
        .title = subject->case_ == NULL ? NULL : subject->case_->title.text,
        .dialect = subject->dialect,
        .level = results_level(subject->case_ == NULL ? SCRIPT_MUST : subject->case_->level),
        .clause = clause,
        .verdict = verdicts[verdict],
        .outcome = outcome,
        .reason = reason,
        .line = subject->line,
        .way = subject->way,
        .tries = subject->tries,
        .identity = {.source = subject->path,
                     .sha256 = subject->sha256,
                     .manufacturer = identity->manufacturer,
                     .model = identity->model,
                     .firmware = identity->firmware},
        .exchanges = exchanges,
        .exchange_count = count,
    };
    bool good = reports_write_case(store, &out);
    if (!good) complain("%s: the result of '%s' cannot be kept", subject->path, subject->id);
    free(clause);
    return good;
}

bool results_keep(FILE *store, const struct results_subject *subject,
                  const struct judgement *judgement, enum judge_verdict verdict,
                  const struct results_fault *faults, size_t fault_count,
                  enum reports_outcome outcome, const char *reason)
{
    struct reports_exchange *exchanges = memory_new(judgement->exchange_count, sizeof *exchanges);
    size_t count = 0;
    for (size_t i = 0; i < judgement->exchange_count; i++) {
        fill_exchange(&exchanges[count], judgement, i, verdict, faults, fault_count);
        bool empty =
            results_is_empty(&judgement->exchanges[i]) && exchanges[count].finding_count == 0;
        if (empty) release_exchange(&exchanges[count]);
        else count++;
    }
    bool good = write_case(store, subject, verdict, outcome, reason, exchanges, count);
    for (size_t i = 0; i < count; i++) release_exchange(&exchanges[i]);
    free(exchanges);
    return good;
}

void results_fault_release(struct results_fault *fault)
{
    free(fault->clause);
    free(fault->expected);
    free(fault->seen);
    *fault = (struct results_fault){0};
}

/* ---- the run ---------------------------------------------------------- */

int64_t results_now_s(void)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    return text == NULL ? time(NULL) : (int64_t)strtoll(text, NULL, 10);
}

void results_today(char out[11])
{
    time_t at = results_now_s();
    struct tm parts;
    strftime(out, 11, "%Y-%m-%d", gmtime_r(&at, &parts));
}

/* As a shell takes it back. */
static void append_word(struct buffer *out, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_./:@%+=,-";
    if (*word != '\0' && strspn(word, plain) == strlen(word)) {
        buffer_append_text(out, word);
        return;
    }
    buffer_append_text(out, "'");
    for (size_t size; *word != '\0'; word += size) {
        size = strcspn(word, "'");
        buffer_append(out, word, size);
        if (word[size] != '\'') continue;
        buffer_append_text(out, "'\\''");
        size++;
    }
    buffer_append_text(out, "'");
}

/* argv[0] is the program and the subcommand: `atproof run`. */
char *results_command(int argc, char **argv)
{
    struct buffer out = {0};
    buffer_append_text(&out, argv[0]);
    for (int i = 1; i < argc; i++) {
        buffer_append_text(&out, " ");
        append_word(&out, argv[i]);
    }
    return buffer_take_text(&out);
}

bool results_begin(FILE *store, const char *tool, const char *command, const char *dialect,
                   bool strict)
{
    char started[32];
    time_t at = results_now_s();
    struct tm parts;
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &parts));
    struct reports_run run = {
        .tool = tool,
        .tool_version = ATPROOF_VERSION,
        .started = started,
        .command = command,
        .dialect = dialect,
        .strict = strict,
    };
    return reports_write_run(store, &run);
}

bool results_project(const char *store, enum reports_format format, const char *path)
{
    if (path == NULL) return true;
    bool standard = strcmp(path, "-") == 0;
    FILE *out = standard ? stdout : fopen(path, "w");
    if (out == NULL) {
        complain("%s: cannot write: %s", path, strerror(errno));
        return false;
    }
    const struct reports_input input = {.stores = &store, .store_count = 1};
    bool good = reports_project(&input, format, out, stderr);
    if (!standard && fclose(out) != 0) good = false;
    return good;
}
