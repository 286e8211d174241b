/* Texts that all writers share. */
#include "base/text.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>

/* ---- who -------------------------------------------------------------- */

char *diff_when_text(const struct reports_diff *diff, size_t side)
{
    const struct reports_run *run = diff->stores[side].run;
    const struct reports_baseline *baseline = diff->stores[side].baseline;
    if (baseline != NULL) return text_format("%s", baseline->created);
    if (run == NULL || run->started == NULL) return text_format("%s", "");
    return text_format("%.10s %.5s UTC", run->started, run->started + 11);
}

char *diff_identity_text(const struct reports_diff *diff, size_t side)
{
    const struct diff_identity *identity = &diff->identities[side];
    const char *parts[] = {store_text(identity->manufacturer), store_text(identity->model),
                           store_text(identity->firmware)};
    char *text = text_format("%s", "");
    for (size_t i = 0; i < 3; i++) {
        if (*parts[i] == '\0') continue;
        char *longer = text_format("%s%s%s", text, *text == '\0' ? "" : " ", parts[i]);
        free(text);
        text = longer;
    }
    char *at = diff_when_text(diff, side);
    char *whole = text_format("%s%s%s%s%s", *text == '\0' ? "(no name)" : text,
                              identity->several ? " and others" : "", *at == '\0' ? "" : ", ", at,
                              diff->stores[side].baseline != NULL ? " (baseline)" : "");
    free(text);
    free(at);
    return whole;
}

/* ---- numbers ---------------------------------------------------------- */

char *diff_time_text(double us)
{
    if (us < 999.5) return text_format("%.0f µs", us);
    double ms = us / 1000;
    if (ms < 999.5) return text_format(ms < 10 ? "%.2f ms" : ms < 100 ? "%.1f ms" : "%.0f ms", ms);
    double s = ms / 1000;
    return text_format(s < 10 ? "%.2f s" : s < 100 ? "%.1f s" : "%.0f s", s);
}

char *diff_percent_text(double from, double to)
{
    if (from <= 0) return text_format("%s", "");
    if (to / from >= 10) return text_format("×%.0f", to / from);
    return text_format("%+.0f %%", (to / from - 1) * 100);
}

char *diff_change_of_median(const struct diff_latency *latency)
{
    char *percent = diff_percent_text(latency->medians[0], latency->medians[1]);
    char *text = !latency->evident ? text_format(" ~")
                                   : text_format("%s%s%s", *percent == '\0' ? "" : " (", percent,
                                                 *percent == '\0' ? "" : ")");
    free(percent);
    return text;
}

char *diff_p_text(double p)
{
    return p < 0.0001 ? text_format("p < 0.0001") : text_format("p %.4f", p);
}

/* ---- changes ---------------------------------------------------------- */

char *diff_change_text(const struct diff_change *change)
{
    const char *old = change->texts[0];
    const char *new = change->texts[1];
    bool gone = *new == '\0' && *old != '\0';
    bool come = *old == '\0' && *new != '\0';
    bool named = change->kind == DIFF_VARIANT || change->kind == DIFF_DEVIATION;
    char *what = NULL;
    if (named)
        what = text_format("%s -> %s", *old == '\0' ? "none" : old, *new == '\0' ? "none" : new);
    else if (gone) what = text_format("no longer %s", old);
    else if (come) what = text_format("now %s", new);
    else what = text_format("%s -> %s", old, new);
    bool of_command = *change->command != '\0' && change->kind != DIFF_COMMAND
                      && change->kind != DIFF_FINDING && change->kind != DIFF_URC
                      && change->kind != DIFF_FRAMING && change->kind != DIFF_DEVIATION;
    char *text =
        text_format("%s%s%s", of_command ? change->command : "", of_command ? ": " : "", what);
    free(what);
    return text;
}

/* ---- cases ------------------------------------------------------------ */

static const struct reports_finding *fault_of(const struct store_case *told)
{
    if (told == NULL) return NULL;
    for (size_t i = 0; i < told->is.exchange_count; i++) {
        const struct reports_exchange *exchange = &told->is.exchanges[i];
        if (store_fault_count(exchange, told->run->strict) > 0)
            return store_first_fault(exchange, told->run->strict);
    }
    return NULL;
}

const struct reports_finding *diff_fault(const struct diff_case *case_)
{
    enum diff_state new = case_->sides[1].state;
    if (new == DIFF_FAILED || new == DIFF_EXCUSED || new == DIFF_FLAKY)
        return fault_of(case_->sides[1].told);
    return case_->class == DIFF_NEWLY_PASSING ? fault_of(case_->sides[0].told) : NULL;
}

struct tally {
    const char *clause;
    size_t count;
};

static int by_count(const void *a, const void *b)
{
    const struct tally *one = a;
    const struct tally *two = b;
    if (one->count != two->count) return one->count < two->count ? 1 : -1;
    return strcmp(one->clause, two->clause);
}

static void count_clause(struct tally *tallies, size_t *count, const char *clause)
{
    size_t i = 0;
    while (i < *count && strcmp(tallies[i].clause, clause) != 0) i++;
    if (i == *count) tallies[(*count)++] = (struct tally){clause, 0};
    tallies[i].count++;
}

char *diff_clauses_text(const struct diff_set *set)
{
    struct tally *tallies = arena_must(calloc(set->count, sizeof *tallies));
    size_t count = 0;
    char *text = text_format("%s", "");
    for (size_t i = 0; i < set->count; i++) {
        const struct reports_finding *fault = diff_fault(set->cases[i]);
        const char *clause = store_text(diff_any(set->cases[i])->is.clause);
        count_clause(tallies, &count, fault == NULL ? clause : fault->clause);
    }
    if (count > 1) qsort(tallies, count, sizeof *tallies, by_count);
    for (size_t i = 0; i < count; i++) {
        char *longer = count == 1 ? text_format("%s", tallies[i].clause)
                                  : text_format("%s%s%s %zu", text, i == 0 ? "" : ", ",
                                                tallies[i].clause, tallies[i].count);
        free(text);
        text = longer;
    }
    free(tallies);
    return text;
}

char *diff_set_text(const struct diff_set *set)
{
    const char *rule = set->fault == NULL ? "" : set->fault->rule;
    const char *colon = *rule == '\0' ? "" : ": ";
    const char *name = diff_class_name(set->class);
    if (set->count == 1) return text_format("%s%s%s", name, colon, rule);
    return text_format("%s%s%s, %zu cases", name, colon, rule, set->count);
}

static char *times_text(const struct diff_side *side)
{
    if (side->count == 1 && side->told->is.tries > 1)
        return text_format("passed at try %zu", (size_t)side->told->is.tries);
    if (side->played < 2) return text_format("%s", diff_state_name(side->state));
    return text_format("passed %zu of %zu", side->passed, side->played);
}

char *diff_case_text(const struct diff_case *case_)
{
    const struct store_case *new = case_->sides[1].told;
    const struct store_case *old = case_->sides[0].told;
    if (case_->class == DIFF_EXPIRED && old->is.expires != NULL)
        return text_format("accepted up to %s: %s", old->is.expires, store_text(old->is.accepted));
    if (case_->class == DIFF_STILL_FAILING && old->is.expires != NULL)
        return text_format("accepted up to %s: %s", old->is.expires, store_text(old->is.accepted));
    if (case_->class == DIFF_NEWLY_SKIPPED) return text_format("%s", store_text(new->is.reason));
    if (case_->sides[0].state == DIFF_FLAKY || case_->sides[1].state == DIFF_FLAKY
        || case_->sides[0].played > 1 || case_->sides[1].played > 1) {
        char *before = times_text(&case_->sides[0]);
        char *after = times_text(&case_->sides[1]);
        char *text = text_format("%s -> %s", before, after);
        free(before);
        free(after);
        return text;
    }
    return text_format("%s -> %s", diff_state_name(case_->sides[0].state),
                       diff_state_name(case_->sides[1].state));
}

char *diff_again_text(const struct diff_case *case_)
{
    const struct store_case *told = case_->sides[1].told;
    char *live = told == NULL ? NULL : store_command_live(told);
    if (live != NULL) {
        char *shown = text_shown(live);
        free(live);
        return shown;
    }
    if (told == NULL || told->is.identity.source == NULL) return NULL;
    struct store_command command = store_command_again(told);
    char *text = text_format("%s %s", command.head, command.source);
    free(command.head);
    free(command.source);
    return text;
}
