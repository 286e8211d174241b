/* Outcomes, and the store that keeps them. */
#include "outcome/results.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"

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
                                    enum reports_verdict verdict, const char *why, char **reason)
{
    struct excuse *excuse = excuse_find(excuses, subject->id);
    *reason = NULL;
    tally->judged++;
    if (excuse != NULL) excuse->used = true;
    if (verdict == REPORTS_UNJUDGED) {
        tally->skipped++;
        *reason = memory_text(why);
        return REPORTS_SKIPPED;
    }
    bool fails = verdict == REPORTS_FAIL;
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

void results_count(struct results_tally *tally, enum reports_outcome outcome)
{
    tally->judged++;
    switch (outcome) {
    case REPORTS_PASSED: tally->passed++; break;
    case REPORTS_FAILED: tally->failed++; break;
    case REPORTS_EXPECTED_FAILURE: tally->excused++; break;
    case REPORTS_UNEXPECTED_PASS: tally->unexpected_passes++; break;
    case REPORTS_SKIPPED: tally->skipped++; break;
    case REPORTS_OUTCOME_NONE:
    case REPORTS_OUTCOME_COUNT: break;
    }
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

bool results_is_empty(const struct reports_exchange *exchange)
{
    return exchange->command[0] == '\0' && exchange->size == 0 && exchange->finding_count == 0;
}

enum reports_level results_level(enum script_level level)
{
    static const enum reports_level of_scripts[] = {[SCRIPT_MUST] = REPORTS_MUST,
                                                    [SCRIPT_SHOULD] = REPORTS_SHOULD,
                                                    [SCRIPT_INFO] = REPORTS_INFO,
                                                    [SCRIPT_QUIRK] = REPORTS_QUIRK};
    return of_scripts[level];
}

const char *results_rule_name(enum results_rule rule)
{
    static const char *const names[RESULTS_RULE_COUNT] = {
        [RESULTS_DIFFERS] = "differs",
        [RESULTS_LATE] = "late",
        [RESULTS_NO_ANSWER] = "no-answer",
        [RESULTS_SETUP] = "setup",
        [RESULTS_HANG] = "hang",
        [RESULTS_REBOOT] = "reboot",
        [RESULTS_VANISHED] = "vanished",
        [RESULTS_ECHO_DIFFERS] = "echo-differs",
        [RESULTS_ACCEPTED_UNKNOWN] = "accepted-unknown",
        [RESULTS_FLOODS] = "floods",
    };
    return names[rule];
}

struct reports_finding results_fault(enum results_rule rule, enum reports_level level, char *clause,
                                     uint64_t offset, char *expected, char *seen)
{
    return (struct reports_finding){
        .rule = results_rule_name(rule),
        .level = level,
        .clause = clause,
        .offset = offset,
        .expected = expected,
        .seen = seen,
    };
}

bool results_check_rules(const char *path, const struct script_branch *body)
{
    bool good = true;
    for (size_t i = 0; good && i < body->node_count; i++) {
        const struct script_node *node = &body->nodes[i];
        enum judge_rule rule;
        if (node->kind == SCRIPT_DEVIATES && !judge_find_rule(node->rule, &rule)) {
            complain("%s:%zu:1: unknown rule '%s'; atproof check --list-rules lists them", path,
                     node->line, node->rule);
            return false;
        }
        for (size_t k = 0; good && k < node->branch_count; k++)
            good = results_check_rules(path, &node->branches[k]);
    }
    return good;
}

/* Whether the fault stands in this exchange: the last that began before it. */
static bool is_within(const struct judgement *judgement, size_t index, uint64_t offset)
{
    const struct reports_exchange *exchange = &judgement->exchanges[index];
    bool begun = exchange->offset <= offset || index == 0;
    bool last = index + 1 == judgement->exchange_count;
    return begun && (last || judgement->exchanges[index + 1].offset > offset);
}

/* The exchange with the faults that stand in it. Owns: *findings, from malloc. */
static struct reports_exchange with_faults(const struct judgement *judgement, size_t index,
                                           enum reports_verdict verdict,
                                           const struct reports_finding *faults, size_t fault_count,
                                           struct reports_finding **findings)
{
    struct reports_exchange out = judgement->exchanges[index];
    size_t count = out.finding_count;
    *findings = memory_new(count + fault_count, sizeof **findings);
    for (size_t i = 0; i < count; i++) (*findings)[i] = out.findings[i];
    for (size_t i = 0; i < fault_count; i++)
        if (is_within(judgement, index, faults[i].offset)) (*findings)[count++] = faults[i];
    if (count > out.finding_count && verdict != REPORTS_UNJUDGED) out.verdict = verdict;
    out.findings = *findings;
    out.finding_count = count;
    return out;
}

char *results_clause_of(const char *id)
{
    const char *slash = strrchr(id, '/');
    return slash == NULL ? NULL : memory_slice(id, (size_t)(slash - id));
}

static bool write_case(FILE *store, const struct results_subject *subject,
                       enum reports_verdict verdict, enum reports_outcome outcome,
                       const char *reason, const struct reports_exchange *exchanges, size_t count)
{
    static const struct reports_identity nobody = {0};
    const struct reports_identity *identity =
        subject->identity == NULL ? &nobody : subject->identity;
    char *clause = subject->case_ == NULL ? NULL : results_clause_of(subject->id);
    struct reports_case out = {
        .id = subject->id,
        .title = subject->case_ == NULL ? NULL : subject->case_->title.text,
        .dialect = subject->dialect,
        .level = results_level(subject->case_ == NULL ? SCRIPT_MUST : subject->case_->level),
        .clause = clause,
        .verdict = verdict,
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
                  const struct judgement *judgement, enum reports_verdict verdict,
                  const struct reports_finding *faults, size_t fault_count,
                  enum reports_outcome outcome, const char *reason)
{
    size_t total = judgement->exchange_count;
    struct reports_exchange *exchanges = memory_new(total, sizeof *exchanges);
    struct reports_finding **findings = memory_new(total, sizeof(struct reports_finding *));
    size_t count = 0;
    for (size_t i = 0; i < total; i++) {
        exchanges[count] = with_faults(judgement, i, verdict, faults, fault_count, &findings[i]);
        if (!results_is_empty(&exchanges[count])) count++;
    }
    bool good = write_case(store, subject, verdict, outcome, reason, exchanges, count);
    for (size_t i = 0; i < total; i++) free(findings[i]);
    free(findings);
    free(exchanges);
    return good;
}

void results_fault_release(struct reports_finding *fault)
{
    free((void *)(uintptr_t)fault->clause);
    free((void *)(uintptr_t)fault->expected);
    free((void *)(uintptr_t)fault->seen);
    *fault = (struct reports_finding){0};
}

/* ---- the run ---------------------------------------------------------- */

#define LAST_SECOND UINT64_C(253402300799) /* of the year 9999                */

int64_t results_now_s(void)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds = 0;
    if (text == NULL) return time(NULL);
    if (number_read(text, strlen(text), LAST_SECOND, &seconds)) return (int64_t)seconds;
    complain("SOURCE_DATE_EPOCH is '%s'; expected seconds from 0 to %llu", text,
             (unsigned long long)LAST_SECOND);
    exit(EXIT_USAGE);
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

const char *results_version(void)
{
    return ATPROOF_VERSION;
}

bool results_begin(FILE *store, const struct reports_run *run)
{
    struct reports_run out = *run;
    char started[32];
    time_t at = results_now_s();
    struct tm parts;
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &parts));
    out.tool_version = results_version();
    out.started = started;
    return setvbuf(store, NULL, _IONBF, 0) == 0 && reports_write_run(store, &out);
}

bool results_project(const char *store, enum reports_format format, const char *path)
{
    if (path == NULL) return true;
    const struct reports_input input = {.stores = &store, .store_count = 1};
    if (strcmp(path, "-") == 0) return reports_project(&input, format, stdout, stderr);
    struct file_out out;
    bool begun = file_begin(&out, path);
    bool made = begun && reports_project(&input, format, out.stream, stderr);
    bool good = begun && file_end(&out, made);
    if (!begun || (made && !good)) complain("%s: cannot write: %s", path, file_error(errno));
    return good;
}
