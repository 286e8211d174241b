/* One case: a known state, its set-up, the case, its clean-up, the verdict. */
#include "base/complain.h"
#include "base/memory.h"
#include "record/text.h"
#include "run/case_text.h"
#include "run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_US   INT64_C(1000000)  /* for a command that asks nothing of the network */
#define PREPARES_US INT64_C(60000000) /* for a command of set-up or clean-up  */
#define FAULT_MAX   5

/* A case under way. */
struct attempt {
    struct run *run;
    const struct run_case *item;
    char *path; /* of its transcript                                        */
    struct play_result play;
    struct judgement judgement;
    struct reports_finding faults[FAULT_MAX];
    size_t fault_count;
    enum reports_verdict verdict;
    uint64_t size;           /* bytes of the module                                   */
    uint64_t dropped_before; /* by the session, before the case             */
    bool stopped;
};

/* ---- faults ----------------------------------------------------------- */

/* Frees: `expected`, `seen`. */
static void add_fault(struct attempt *attempt, enum results_rule rule, uint64_t offset,
                      char *expected, char *seen)
{
    const struct run_case *item = attempt->item;
    struct mask *mask = attempt->run->mask;
    char *clause = results_clause_of(item->id);
    char *masked_expected = mask_text(mask, expected, false);
    char *masked_seen = mask_text(mask, seen, false);
    free(expected);
    free(seen);
    if (attempt->fault_count == FAULT_MAX) abort(); /* one of each kind */
    attempt->faults[attempt->fault_count++] =
        results_fault(rule, item->case_->level, clause == NULL ? memory_text(item->id) : clause,
                      offset, masked_expected, masked_seen);
}

static char *take(char **text)
{
    char *out = *text;
    *text = NULL;
    return out == NULL ? memory_text("") : out;
}

static void tell_play(struct attempt *attempt)
{
    struct play_result *play = &attempt->play;
    struct match_result *match = &play->match;
    double limit_s = (double)play->limit_us / 1e6;
    char *seen = NULL;
    switch (play->outcome) {
    case PLAY_AGREES:
    case PLAY_STOPPED: return;
    case PLAY_DIFFERS:
        add_fault(attempt, RESULTS_DIFFERS, match->offset, take(&match->expected),
                  take(&match->seen));
        return;
    case PLAY_SILENT: seen = memory_format("nothing within %.6g s", limit_s); break;
    case PLAY_LATE: seen = memory_format("it later than %.6g s", limit_s); break;
    case PLAY_AMBIGUOUS: seen = memory_text("more readings than the budget of steps"); break;
    case PLAY_FLOODS: return; /* see tell_flood */
    case PLAY_VANISHED: seen = memory_text("the port vanish while it was awaited"); break;
    }
    bool late = play->outcome == PLAY_LATE;
    add_fault(attempt, late ? RESULTS_LATE : RESULTS_NO_ANSWER, match->offset,
              take(&match->expected), seen);
}

/* Bytes that were dropped since the case began, the recovery after it included. */
static uint64_t dropped_by(const struct attempt *attempt)
{
    const struct session *session = &attempt->run->session;
    return session->dropped_before + session->dropped - attempt->dropped_before;
}

/* What came after the case's bytes was dropped: that is told, with its count. */
static void tell_flood(struct attempt *attempt)
{
    struct run *run = attempt->run;
    const struct session *session = &run->session;
    if (dropped_by(attempt) == 0) return;
    run->module_failed = true;
    add_fault(attempt, RESULTS_FLOODS, attempt->size,
              memory_format("at most %llu bytes and %llu CR or LF in one case",
                            (unsigned long long)session->received_max,
                            (unsigned long long)SESSION_ENDS_MAX),
              memory_format("%llu bytes more, which were dropped",
                            (unsigned long long)dropped_by(attempt)));
    if (++run->flood_count >= RUN_FLOOD_MAX) run->lost = true;
}

/* ---- before and after ------------------------------------------------ */

/* Without its CR. Owns: the caller. */
static char *command_text(const struct script_node *node, const struct script_case *case_,
                          const struct script_settings *settings)
{
    struct buffer line = {0};
    match_render_line(case_, settings, node, &line);
    char *text = memory_slice((const char *)line.bytes, line.size - 1);
    buffer_release(&line);
    return text;
}

static bool set_up(struct attempt *attempt)
{
    struct run *run = attempt->run;
    const struct script_case *case_ = attempt->item->case_;
    bool good = true;
    for (size_t i = 0; good && i < case_->setup_count; i++) {
        char *text = command_text(&case_->setup[i], case_, &run->play.settings);
        good = session_command(&run->session, text, PREPARES_US) == SESSION_OK;
        if (!good)
            add_fault(attempt, RESULTS_SETUP, 0, memory_format("OK to %s", text),
                      memory_text(run->session.final[0] == '\0' ? "nothing" : run->session.final));
        free(text);
    }
    return good;
}

static void clean_up(const struct attempt *attempt)
{
    struct run *run = attempt->run;
    const struct script_case *case_ = attempt->item->case_;
    for (size_t i = 0; !run->lost && i < case_->cleanup_count; i++) {
        char *text = command_text(&case_->cleanup[i], case_, &run->play.settings);
        session_command(&run->session, text, PREPARES_US);
        free(text);
    }
}

/* Whether the module takes commands again. What it still says belongs to the
 * case. */
static void settle(struct attempt *attempt)
{
    struct run *run = attempt->run;
    if (attempt->play.outcome == PLAY_AGREES) session_command(&run->session, "AT", ANSWER_US);
}

/* The port vanished: it is waited for. */
static void open_anew(struct run *run)
{
    char *error = memory_text(line_error(run->line)->text);
    int64_t begun_us = line_now(run->line);
    run->lab_failed = true;
    run->lost = recover(&run->session, &run->options->recover) == NOT_RECOVERED;
    double waited_s = (double)(line_now(run->line) - begun_us) / 1e6;
    if (run->lost) complain("run: %s; it has not come back in %.1f s", error, waited_s);
    else complain("run: %s; it is back after %.1f s, the run goes on", error, waited_s);
    free(error);
}

static void bring_back(struct attempt *attempt)
{
    struct run *run = attempt->run;
    if (run->session.vanished) {
        open_anew(run);
        return;
    }
    enum recovery recovery = recover(&run->session, &run->options->recover);
    run->lost = recovery == NOT_RECOVERED;
    if (recovery < RECOVERED_BY_RESET) return;
    run->module_failed = true;
    add_fault(attempt, RESULTS_HANG, attempt->size, memory_text("an answer to AT"),
              memory_format("none; recovered %s", recovery_name(recovery)));
}

/* ---- the verdict ------------------------------------------------------ */

static bool weighs(const struct attempt *attempt)
{
    enum reports_level level = attempt->item->case_->level;
    return level == REPORTS_MUST || (level == REPORTS_SHOULD && attempt->run->options->strict);
}

static void decide(struct attempt *attempt)
{
    attempt->verdict = attempt->judgement.verdict;
    if (attempt->fault_count > 0)
        attempt->verdict =
            weighs(attempt) || attempt->verdict == REPORTS_FAIL ? REPORTS_FAIL : REPORTS_DEVIATION;
    else if (attempt->verdict == REPORTS_UNJUDGED) attempt->verdict = REPORTS_PASS; /* it agrees */
}

/* ---- playing ----------------------------------------------------------- */

/* Writes the transcript, from the case's first item to the end, and takes what was
 * judged of it. */
static void judge(struct attempt *attempt, FILE *file)
{
    struct run *run = attempt->run;
    struct transcript record = run_record(run, attempt->play.first);
    struct case_text written;
    case_text_make(run, attempt->item, &record, &written);
    fwrite(written.text.bytes, 1, written.text.size, file);
    const struct judge_options options = {
        .strict = run->options->strict,
        .declared = (const void *)written.declared.bytes,
        .declared_count = written.declared.size / sizeof(struct judge_declared),
    };
    attempt->size = record.received_size;
    run_judge(run, attempt->play.first, &record, (const void *)written.lines.bytes, &options,
              &attempt->judgement);
    free(record.bytes);
    case_text_release(&written);
}

/* A port that vanished between two cases is no fault of the one that comes. */
static bool prepare(struct attempt *attempt)
{
    struct run *run = attempt->run;
    bool ready = recover_known_state(&run->session, ANSWER_US);
    if (!ready && run->session.vanished) {
        open_anew(run);
        run_log(run, "the port is opened anew");
        session_begin(&run->session);
        ready = !run->lost && recover_known_state(&run->session, ANSWER_US);
    }
    if (!ready)
        add_fault(attempt, RESULTS_SETUP, 0, memory_text("OK to ATE1Q0V1 and AT+CMEE=1"),
                  memory_text(run->session.final));
    return ready && set_up(attempt);
}

static bool play(struct attempt *attempt)
{
    struct run *run = attempt->run;
    const struct run_options *options = run->options;
    FILE *file = run_create(run, attempt->path);
    if (file == NULL) {
        run->tally.broken = run->lost = true;
        return false;
    }
    session_end_line(&run->session);
    session_begin(&run->session);
    attempt->dropped_before = run->session.dropped_before;
    bool ready = prepare(attempt);
    session_end_line(&run->session);
    session_judge(&run->session);
    attempt->play =
        (struct play_result){.outcome = PLAY_STOPPED, .first = session_item_count(&run->session)};
    run->session.booted = false;
    if (ready)
        play_case(&run->session, attempt->item->case_, &run->play, options->stop, &attempt->play);
    attempt->stopped = ready && attempt->play.outcome == PLAY_STOPPED;
    settle(attempt);
    judge(attempt, file);
    tell_play(attempt);
    bool kept = ferror(file) == 0;
    kept = fclose(file) == 0 && kept;
    if (kept) return true;
    complain("%s: cannot write: %s", attempt->path, strerror(errno));
    run->tally.broken = true;
    return true;
}

/* Somebody may have begun to read the port since it was opened. */
static void look_for_rival(struct run *run)
{
    struct port_rival rival;
    if (run->lab_failed || !line_find_rival(run->line, &rival)) return;
    run->lab_failed = true;
    complain("run: process %d (%s) has opened %s too and takes bytes from this run: end it",
             (int)rival.pid, rival.name, line_describe(run->line));
}

static void conclude(struct attempt *attempt)
{
    struct run *run = attempt->run;
    bool booted = run->session.booted;
    bool answers = !run->session.vanished && run->session.final[0] != '\0'
                   && attempt->play.outcome == PLAY_AGREES;
    if (run->session.dropped > 0) { /* what is recovered has a record of its own */
        run_log(run, attempt->item->id);
        session_begin(&run->session);
    }
    if (!answers && !run->lost) bring_back(attempt);
    tell_flood(attempt);
    if (booted) {
        run->module_failed = true;
        add_fault(attempt, RESULTS_REBOOT, attempt->size, memory_text("no start of the module"),
                  memory_text("what it prints when it starts"));
    }
    clean_up(attempt);
    decide(attempt);
    if (attempt->verdict == REPORTS_FAIL) look_for_rival(run);
    run_log(run, attempt->item->id);
    run->exchange_count += attempt->play.sent_count;
}

/* ---- telling ---------------------------------------------------------- */

static const struct reports_finding *worst_finding(const struct attempt *attempt)
{
    const struct judgement *judgement = &attempt->judgement;
    for (size_t i = 0; i < judgement->exchange_count; i++) {
        const struct reports_exchange *exchange = &judgement->exchanges[i];
        for (size_t k = 0; exchange->verdict == REPORTS_FAIL && k < exchange->finding_count; k++)
            if (exchange->findings[k].level == REPORTS_MUST
                || (attempt->run->options->strict && exchange->findings[k].level == REPORTS_SHOULD))
                return &exchange->findings[k];
    }
    return NULL;
}

static void tell(struct attempt *attempt, const char *outcome, const char *reason)
{
    struct run_progress *progress = &attempt->run->progress;
    const struct reports_finding *finding = worst_finding(attempt);
    const struct reports_finding *fault = &attempt->faults[0];
    if (reason != NULL) run_progress_result(progress, attempt->item->id, outcome, "%s", reason);
    else if (attempt->verdict != REPORTS_FAIL)
        run_progress_result(progress, attempt->item->id, outcome, NULL);
    else if (finding != NULL)
        run_progress_result(progress, attempt->item->id, outcome,
                            "%s (%s)\n         expected: %s\n         seen:     %s", finding->rule,
                            finding->clause, finding->expected, finding->seen);
    else
        run_progress_result(progress, attempt->item->id, outcome,
                            "%s (%s)\n         expected: %s\n         seen:     %s", fault->rule,
                            fault->clause, fault->expected, fault->seen);
}

static void keep(struct attempt *attempt, unsigned try)
{
    struct run *run = attempt->run;
    const struct run_case *item = attempt->item;
    struct excuses *excuses = (struct excuses *)(uintptr_t)&run->options->excuses;
    char *reason = NULL;
    const struct results_subject subject = {
        .path = attempt->path,
        .case_ = item->case_,
        .id = item->id,
        .dialect = run->dialect,
        .line = 1,
        .tries = try > 1 ? try : 0,
        .identity = &run->identity,
    };
    enum reports_outcome outcome = results_decide(&run->tally, excuses, run->options->today,
                                                  &subject, attempt->verdict, "", &reason);
    if (reason == NULL && try > 1)
        reason = memory_format("at try %u of %u", try, run->options->retries + 1);
    tell(attempt, reports_outcome_name(outcome), reason);
    if (!results_keep(run->store, &subject, &attempt->judgement, attempt->verdict, attempt->faults,
                      attempt->fault_count, outcome, reason))
        run->tally.broken = true;
    free(reason);
}

static void release(struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->fault_count; i++) results_fault_release(&attempt->faults[i]);
    judgement_release(&attempt->judgement);
    match_release(&attempt->play.match);
    free(attempt->path);
}

/* ---- the case --------------------------------------------------------- */

/* Owns: the caller. */
static char *transcript_path(const struct run *run, const char *id, size_t round, unsigned try)
{
    char *name = kept_name(id, round, try);
    char *path = memory_format("%s/%s", run->options->out, name);
    free(name);
    return path;
}

/* Returns: whether it is to be tried again. */
static bool run_attempt(struct run *run, const struct run_case *item, size_t round, unsigned try)
{
    struct attempt attempt = {.run = run, .item = item};
    attempt.path = transcript_path(run, item->id, round, try);
    bool again = false;
    if (play(&attempt)) {
        conclude(&attempt);
        again = attempt.verdict == REPORTS_FAIL && try <= run->options->retries && !run->lost;
        if (attempt.stopped) run_skip(run, item, RUN_STOPPED);
        else if (again) tell(&attempt, "again", NULL);
        else keep(&attempt, try);
    }
    release(&attempt);
    return again;
}

void run_case(struct run *run, const struct run_case *item, size_t round)
{
    unsigned try = 1;
    run_progress_case(&run->progress, item->id);
    while (run_attempt(run, item, round, try)) try++;
}

void run_skip(struct run *run, const struct run_case *item, const char *why)
{
    struct judgement nothing = {0};
    struct excuses none = {0};
    char *reason = NULL;
    const struct results_subject subject = {
        .path = item->path,
        .case_ = item->case_,
        .id = item->id,
        .dialect = run->dialect,
        .line = item->case_->line,
        .identity = &run->identity,
    };
    enum reports_outcome outcome = results_decide(&run->tally, &none, run->options->today, &subject,
                                                  REPORTS_UNJUDGED, why, &reason);
    if (!results_keep(run->store, &subject, &nothing, REPORTS_UNJUDGED, NULL, 0, outcome, reason))
        run->tally.broken = true;
    run_progress_result(&run->progress, item->id, reports_outcome_name(outcome), "%s", why);
    free(reason);
}
