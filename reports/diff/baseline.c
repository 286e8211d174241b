/* Writes a baseline anew from a run.
 *
 *     baseline = baseline-line run-line { case-line } { latency-line } ;
 *
 * One line for each case, sorted by id, way and dialect, without what changes from
 * run to run: times, places in files, the ports of a lab. The line of a case that
 * came out as before stays the same, byte for byte. */
#include "base/text.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE_MAX 100 /* durations of a command                              */
#define TOLD_MAX   10  /* cases                                               */

enum fate { FATE_DROPPED, FATE_UNPLAYED, FATE_KEPT, FATE_CHANGED, FATE_NEW, FATE_COUNT };

struct update {
    const struct reports_baseline_input *input;
    struct reports_diff *diff;
    FILE *out, *report, *errors;
    size_t fates[FATE_COUNT];
    const struct diff_case **accepted; /* now                                 */
    size_t accepted_count, known_count;
    const char *first_expires; /* of those known; NULL: none                  */
    bool good;
};

/* ---- what becomes of a line ------------------------------------------- */

static bool is_failing(const struct diff_case *case_)
{
    return case_->sides[1].state == DIFF_FAILED;
}

/* The case in the baseline; an empty one if it is new. */
static const struct reports_case *old_of(const struct diff_case *case_)
{
    static const struct reports_case nothing = {0};
    const struct store_case *told = case_->sides[0].told;
    return told == NULL ? &nothing : &told->is;
}

/* The baseline accepts the failure, and its day is not over. */
static bool is_known(const struct diff_case *case_)
{
    return case_->class == DIFF_STILL_FAILING && old_of(case_)->expires != NULL;
}

/* Only what the host sent differs. */
static bool is_as_before(const struct diff_case *case_)
{
    bool same = case_->class == DIFF_SAME || case_->class == DIFF_STILL_FLAKY || is_known(case_);
    for (size_t i = 0; i < case_->change_count; i++) same &= case_->changes[i].kind == DIFF_SENT;
    return same;
}

static enum fate fate_of(const struct update *update, const struct diff_case *case_)
{
    if (case_->sides[1].played == 0)
        return case_->sides[0].count == 0 || update->input->prune ? FATE_DROPPED : FATE_UNPLAYED;
    if (case_->sides[0].count == 0) return FATE_NEW;
    return is_as_before(case_) ? FATE_KEPT : FATE_CHANGED;
}

/* ---- a line ----------------------------------------------------------- */

static const struct reports_wire *condense_wire(struct arena *arena,
                                                const struct reports_exchange *exchange)
{
    struct reports_wire *wire = arena_new(arena, exchange->wire_count, sizeof *wire);
    for (size_t i = 0; i < exchange->wire_count; i++) {
        wire[i] = exchange->wire[i];
        wire[i].offset = wire[i].line = 0;
        wire[i].time_us = REPORTS_NO_TIME;
    }
    return wire;
}

static const struct reports_finding *condense_findings(struct arena *arena,
                                                       const struct reports_exchange *exchange)
{
    struct reports_finding *findings = arena_new(arena, exchange->finding_count, sizeof *findings);
    for (size_t i = 0; i < exchange->finding_count; i++) {
        findings[i] = exchange->findings[i];
        findings[i].offset = findings[i].line = 0;
        findings[i].help = NULL;
    }
    return findings;
}

/* Leaves empty texts out. */
static const char *filled(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : text;
}

static const struct reports_exchange *condense_exchanges(struct arena *arena,
                                                         const struct reports_case *case_)
{
    struct reports_exchange *exchanges = arena_new(arena, case_->exchange_count, sizeof *exchanges);
    for (size_t i = 0; i < case_->exchange_count; i++) {
        const struct reports_exchange *from = &case_->exchanges[i];
        exchanges[i] = *from;
        exchanges[i].name = filled(from->name);
        exchanges[i].form = filled(from->form);
        exchanges[i].variant = filled(from->variant);
        exchanges[i].clause = filled(from->clause);
        exchanges[i].offset = exchanges[i].line = 0;
        exchanges[i].sent_us = exchanges[i].over_us = REPORTS_NO_TIME;
        exchanges[i].time_limit_ms = 0;
        exchanges[i].findings = condense_findings(arena, from);
        exchanges[i].wire = condense_wire(arena, from);
    }
    return exchanges;
}

static bool is_same(const char *a, const char *b)
{
    return strcmp(store_text(a), store_text(b)) == 0;
}

/* The identity, where it differs from the baseline's first line. */
static struct reports_identity identity_of(const struct update *update,
                                           const struct reports_case *case_)
{
    const struct diff_identity *head = &update->diff->identities[1];
    const struct reports_identity *is = &case_->identity;
    bool same = is_same(is->manufacturer, head->manufacturer) && is_same(is->model, head->model)
                && is_same(is->firmware, head->firmware);
    if (same) return (struct reports_identity){0};
    return (struct reports_identity){
        .manufacturer = is->manufacturer, .model = is->model, .firmware = is->firmware};
}

/* `judged`: the case whose identity counts. */
static void put_case(struct update *update, const struct reports_case *from,
                     const struct reports_case *judged, const char *accepted, const char *expires,
                     uint64_t tries)
{
    struct reports_case line = *from;
    line.identity = identity_of(update, judged);
    line.line = 0;
    line.accepted = accepted;
    line.expires = expires;
    line.tries = tries;
    line.exchanges = condense_exchanges(&update->diff->arena, from);
    if (reports_write_case(update->out, &line)) return;
    update->good = false;
}

/* The repetition that is kept: one that passed, if any did. */
static const struct reports_case *kept_run(const struct diff_side *side)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->runs[i]->is.outcome == REPORTS_PASSED) return &side->runs[i]->is;
    return &side->told->is;
}

static void put_new(struct update *update, const struct diff_case *case_)
{
    const struct diff_side *side = &case_->sides[1];
    const struct reports_case *run = kept_run(side);
    const struct reports_case *old = old_of(case_);
    uint64_t tries = side->state == DIFF_FLAKY && run->tries < 2 ? 2 : run->tries;
    if (!is_failing(case_)) {
        put_case(update, run, run, NULL, NULL, tries);
    } else if (is_known(case_)) {
        put_case(update, run, run, old->accepted, old->expires, tries);
    } else {
        update->accepted[update->accepted_count++] = case_;
        put_case(update, run, run, update->input->reason, update->input->expires, tries);
    }
}

static void note_known(struct update *update, const char *expires)
{
    if (expires == NULL) return;
    update->known_count++;
    if (update->first_expires == NULL || strcmp(expires, update->first_expires) < 0)
        update->first_expires = expires;
}

static void put_line(struct update *update, const struct diff_case *case_)
{
    enum fate fate = fate_of(update, case_);
    const struct reports_case *old = old_of(case_);
    update->fates[fate] += fate != FATE_DROPPED || case_->sides[0].count > 0;
    if (fate == FATE_DROPPED) return;
    if (fate == FATE_UNPLAYED || is_known(case_)) note_known(update, old->expires);
    if (fate == FATE_KEPT)
        put_case(update, old, &case_->sides[1].told->is, old->accepted, old->expires, old->tries);
    else if (fate == FATE_UNPLAYED)
        put_case(update, old, old, old->accepted, old->expires, old->tries);
    else put_new(update, case_);
}

/* ---- latency ---------------------------------------------------------- */

static int compare(const struct reports_latency *a, const struct reports_latency *b)
{
    int order = strcmp(a->command, b->command);
    return order == 0 ? strcmp(a->form, b->form) : order;
}

static int by_command(const void *a, const void *b)
{
    return compare(a, b);
}

/* The run's durations replace those of the same command and form. */
static void put_latencies(struct update *update)
{
    size_t count = 0;
    size_t at = 0;
    struct store *old = &update->diff->stores[0];
    const struct reports_latency *new = diff_durations(update->diff, SAMPLE_MAX, &count);
    if (old->latency_count > 1)
        qsort(old->latencies, old->latency_count, sizeof *old->latencies, by_command);
    for (size_t i = 0; i < count; i++) {
        for (; at < old->latency_count && compare(&old->latencies[at], &new[i]) <= 0; at++)
            if (compare(&old->latencies[at], &new[i]) != 0 && !update->input->prune)
                update->good &= reports_write_latency(update->out, &old->latencies[at]);
        update->good &= reports_write_latency(update->out, &new[i]);
    }
    for (; at < old->latency_count && !update->input->prune; at++)
        update->good &= reports_write_latency(update->out, &old->latencies[at]);
}

/* ---- the report ------------------------------------------------------- */

static void put_ids(FILE *out, const struct update *update)
{
    for (size_t i = 0; i < update->accepted_count && i < TOLD_MAX; i++) {
        char *id = text_shown(diff_any(update->accepted[i])->is.id);
        fprintf(out, "  %s\n", id);
        free(id);
    }
    if (update->accepted_count > TOLD_MAX)
        fprintf(out, "  and %zu more\n", update->accepted_count - TOLD_MAX);
}

static void report(const struct update *update)
{
    const size_t *fates = update->fates;
    size_t all = fates[FATE_NEW] + fates[FATE_CHANGED] + fates[FATE_KEPT] + fates[FATE_UNPLAYED];
    text_put(update->report, update->input->name);
    fprintf(update->report, ": %zu cases: %zu new, %zu changed, %zu as before", all,
            fates[FATE_NEW], fates[FATE_CHANGED], fates[FATE_KEPT]);
    if (fates[FATE_UNPLAYED] > 0)
        fprintf(update->report, ", %zu not played and kept", fates[FATE_UNPLAYED]);
    if (fates[FATE_DROPPED] > 0) fprintf(update->report, ", %zu dropped", fates[FATE_DROPPED]);
    fputc('\n', update->report);
    if (update->known_count > 0)
        fprintf(update->report, "accepted before: %zu, the first up to %s\n", update->known_count,
                update->first_expires);
    if (update->accepted_count == 0) return;
    char *reason = text_shown(store_text(update->input->reason));
    fprintf(update->report, "accepted up to %s: %zu (%s)\n", update->input->expires,
            update->accepted_count, reason);
    put_ids(update->report, update);
    free(reason);
}

static bool refuse(const struct update *update)
{
    text_put(update->errors, update->input->name);
    fprintf(update->errors,
            ": not written: %zu failure%s would be accepted, expected --reason TEXT that says "
            "why\n",
            update->accepted_count, update->accepted_count == 1 ? "" : "s");
    put_ids(update->errors, update);
    return false;
}

/* ---- all -------------------------------------------------------------- */

static void put_head(struct update *update)
{
    const struct diff_identity *identity = &update->diff->identities[1];
    const struct reports_baseline head = {.created = update->input->today,
                                          .manufacturer = identity->manufacturer,
                                          .model = identity->model,
                                          .firmware = identity->firmware};
    update->good = reports_write_baseline(update->out, &head)
                   && reports_write_run(update->out, update->diff->stores[1].run);
}

static bool write_all(struct update *update)
{
    const struct reports_diff *diff = update->diff;
    update->accepted = arena_new(&update->diff->arena, diff->case_count, sizeof(void *));
    put_head(update);
    for (size_t i = 0; i < diff->case_count; i++) put_line(update, &diff->cases[i]);
    put_latencies(update);
    if (update->accepted_count > 0 && filled(update->input->reason) == NULL) return refuse(update);
    if (!update->good || ferror(update->out)) {
        text_put(update->errors, update->input->name);
        fputs(": not written whole\n", update->errors);
        return false;
    }
    report(update);
    return true;
}

bool reports_baseline_update(const struct reports_baseline_input *input, FILE *out, FILE *report_to,
                             FILE *errors)
{
    const struct reports_diff_input pair = {
        .sides = {{input->name, &input->old, input->old != NULL}, input->run},
        .is_baseline = true,
        .partial = true,
        .today = input->today,
    };
    struct update update = {.input = input, .out = out, .report = report_to, .errors = errors};
    update.diff = reports_diff_open(&pair, errors);
    if (update.diff == NULL) return false;
    bool good = false;
    size_t played = 0;
    for (size_t i = 0; i < update.diff->case_count; i++)
        played += update.diff->cases[i].sides[1].played > 0;
    if (played > 0) {
        good = write_all(&update);
    } else {
        text_put(errors, input->run.name);
        fputs(": no case was played, expected a run to make a baseline of\n", errors);
    }
    reports_diff_close(update.diff);
    return good;
}
