/* Judges files case by case. */
#include "check/check.h"

#include "base/complain.h"
#include "base/digest.h"
#include "base/memory.h"
#include "catalog/builtin.h"
#include "check/check_internal.h"
#include "judge/judge.h"
#include "outcome/results.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* One way of one case, or one recording. */
struct subject {
    struct results_subject is;
    const struct transcript *transcript;
};

/* ---- catalogues ------------------------------------------------------- */

const struct compiled_catalog *check_open_tables(struct check *check, const char *dialect)
{
    const char *own = check->options->catalog;
    for (size_t i = 0; i < check->table_count; i++)
        if (own != NULL || strcmp(check->tables[i].dialect, dialect) == 0)
            return check->tables[i].compiled;
    if (check->table_count == sizeof check->tables / sizeof check->tables[0]) return NULL;
    struct compiled_catalog *compiled = NULL;
    const struct catalog_dialect *with =
        check->options->dialect == NULL ? NULL : catalog_find_dialect(check->options->dialect);
    int status = own != NULL ? catalog_open_file(own, with, &compiled, stderr)
                             : catalog_open_dialect(dialect, &compiled, stderr);
    if (status != 0) return NULL;
    check->tables[check->table_count++] = (struct check_tables){memory_text(dialect), compiled};
    if (check->store != NULL && !results_keep_clauses(check->store, compiled))
        check->tally.broken = true;
    return compiled;
}

void check_release(struct check *check)
{
    for (size_t i = 0; i < check->table_count; i++) {
        free(check->tables[i].dialect);
        compiled_catalog_free(check->tables[i].compiled);
    }
    check->table_count = 0;
}

static const char *dialect_of(const struct check *check, const struct script_case *case_)
{
    if (check->options->dialect != NULL) return check->options->dialect;
    if (case_ != NULL && case_->dialect.text != NULL) return case_->dialect.text;
    return CATALOG_DIALECT_DEFAULT;
}

/* ---- what the script declares ----------------------------------------- */

struct declarations {
    LIST(struct judge_declared) declared;
    LIST(struct judge_limit) limits;
};

/* Groups are at most SCRIPT_DEPTH_MAX deep in each other. */
static void collect(struct declarations *out, const struct script_branch *branch)
{
    for (size_t i = 0; i < branch->node_count; i++) {
        const struct script_node *node = &branch->nodes[i];
        enum judge_rule rule;
        if (node->kind == SCRIPT_DEVIATES && judge_find_rule(node->rule, &rule))
            *LIST_ADD(&out->declared) =
                (struct judge_declared){rule, node->clause, node->reason, node->line};
        else if (node->kind == SCRIPT_WITHIN)
            *LIST_ADD(&out->limits) = (struct judge_limit){node->number, node->line};
        for (size_t k = 0; k < node->branch_count; k++) collect(out, &node->branches[k]);
    }
}

/* The rules that the case names exist. Returns: false with a complaint made. */
static bool has_known_rules(const struct subject *subject)
{
    return subject->is.case_ == NULL
           || results_check_rules(subject->is.path, &subject->is.case_->body);
}

static const char *why_unjudged(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->exchange_count; i++)
        if (judgement->exchanges[i].why != NULL) return judgement->exchanges[i].why;
    return "no exchange";
}

static void conclude(struct check *check, const struct subject *subject,
                     const struct judgement *judgement)
{
    char *reason = NULL;
    struct results_subject is = subject->is;
    struct excuses *excuses = (struct excuses *)(uintptr_t)&check->options->excuses;
    enum reports_outcome outcome =
        results_decide(&check->tally, excuses, check->options->today, &is, judgement->verdict,
                       why_unjudged(judgement), &reason);
    is.dialect = dialect_of(check, is.case_);
    is.identity = &judgement->identity;
    check_print(check, is.path, judgement);
    if (check->store != NULL
        && !results_keep(check->store, &is, judgement, judgement->verdict, NULL, 0, outcome,
                         reason))
        check->tally.broken = true;
    free(reason);
}

static void judge_subject(struct check *check, const struct subject *subject)
{
    struct declarations found = {0};
    struct judgement judgement;
    const struct compiled_catalog *compiled =
        check_open_tables(check, dialect_of(check, subject->is.case_));
    if (subject->is.case_ != NULL) collect(&found, &subject->is.case_->body);
    if (check->options->as_recorded) found.declared.count = 0;
    if (compiled == NULL || !has_known_rules(subject)) {
        check->tally.broken = true;
    } else {
        struct judge_options options = {
            .strict = check->options->strict,
            .only_sent = check->options->only_sent && subject->is.case_ == NULL,
            .declared = found.declared.items,
            .declared_count = found.declared.count,
            .limits = found.limits.items,
            .limit_count = found.limits.count,
        };
        judge_transcript(subject->transcript, compiled, &options, &judgement);
        conclude(check, subject, &judgement);
        judgement_release(&judgement);
    }
    free(found.declared.items);
    free(found.limits.items);
}

/* ---- files ------------------------------------------------------------ */

static void note_unreadable(struct check *check, const char *path,
                            const struct transcript_error *error)
{
    transcript_complain(path, error);
    check->tally.broken = true;
}

static bool is_selected(const struct check *check, const char *id, enum script_level level)
{
    const struct check_options *options = check->options;
    if (options->level >= 0 && options->level != (int)level) return false;
    return options->select == NULL || fnmatch(options->select, id, 0) == 0;
}

static void check_case(struct check *check, struct subject subject)
{
    struct transcript_error error;
    size_t ways = script_way_count(subject.is.case_, &error);
    if (ways == 0) note_unreadable(check, subject.is.path, &error);
    for (size_t way = 0; way < ways && !subject.is.case_->budget->is_spent; way++) {
        struct transcript transcript;
        if (!script_expand(subject.is.case_, &check->options->settings, way, &transcript, &error)) {
            note_unreadable(check, subject.is.path, &error);
            continue;
        }
        mask_settings(check->options->mask, &transcript);
        subject.is.way = ways > 1 ? way + 1 : 0;
        subject.transcript = &transcript;
        judge_subject(check, &subject);
        transcript_release(&transcript);
    }
}

static void check_script(struct check *check, const char *path, const char *sha256)
{
    struct script script;
    struct transcript_error error;
    if (!script_read(path, &script, &error)) {
        note_unreadable(check, path, &error);
        return;
    }
    for (size_t i = 0; i < script.case_count && !script_is_spent(&script); i++) {
        const struct script_case *case_ = &script.cases[i];
        const char *id = case_->id.text == NULL ? path : case_->id.text;
        if (!is_selected(check, id, case_->level)) continue;
        check_case(check, (struct subject){.is = {.path = path,
                                                  .sha256 = sha256,
                                                  .case_ = case_,
                                                  .id = id,
                                                  .line = case_->line}});
    }
    script_release(&script);
}

static void hint_at_log(const char *path, const struct transcript *transcript)
{
    const struct capture_format *format =
        capture_guess(transcript->bytes, transcript->received_size);
    if (format == NULL) return;
    complain("%s: looks like a log; --log %s would read the prefixes of its lines", path,
             format->name);
}

static void check_capture(struct check *check, const char *path, const char *sha256)
{
    const struct check_options *options = check->options;
    struct transcript transcript;
    struct transcript_error error;
    bool good = false;
    if (!is_selected(check, path, SCRIPT_MUST)) return;
    if (options->log != NULL) good = capture_read(path, options->log, &transcript, &error);
    else if (options->only_sent) good = transcript_read_sent(path, &transcript, &error);
    else good = transcript_read_raw(path, &transcript, &error);
    if (!good) {
        note_unreadable(check, path, &error);
        return;
    }
    if (options->log == NULL && !options->only_sent) hint_at_log(path, &transcript);
    char of_input[DIGEST_TEXT_SIZE]; /* standard input can be read only once */
    if (strcmp(path, "-") == 0) {
        digest_text(transcript.bytes, transcript.received_size, of_input);
        sha256 = of_input;
    }
    struct subject subject = {.is = {.path = path, .sha256 = sha256, .id = path, .line = 1},
                              .transcript = &transcript};
    judge_subject(check, &subject);
    transcript_release(&transcript);
}

static void digest(const char *path, char out[DIGEST_TEXT_SIZE])
{
    struct buffer bytes = {0};
    struct transcript_error error;
    if (strcmp(path, "-") != 0)
        (void)transcript_read_file(path, TRANSCRIPT_BYTES_SIZE_MAX, &bytes, &error);
    digest_text(bytes.bytes, bytes.size, out);
    buffer_release(&bytes);
}

void check_file(struct check *check, const char *path)
{
    char sha256[DIGEST_TEXT_SIZE];
    digest(path, sha256);
    if (script_is_name(path)) check_script(check, path, sha256);
    else check_capture(check, path, sha256);
}
