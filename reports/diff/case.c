/* What became of a case. */
#include "diff/diff.h"

#include <string.h>

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* ---- one side --------------------------------------------------------- */

struct counts {
    size_t passed, failed, excused, unexpected, again;
};

static void count_run(struct counts *counts, const struct reports_case *run)
{
    counts->passed += run->outcome == REPORTS_PASSED;
    counts->failed += run->outcome == REPORTS_FAILED;
    counts->excused += run->outcome == REPORTS_EXPECTED_FAILURE;
    counts->unexpected += run->outcome == REPORTS_UNEXPECTED_PASS;
    counts->again += run->outcome == REPORTS_PASSED && run->tries > 1;
}

static enum diff_state state_of(const struct diff_side *side, const struct counts *counts)
{
    size_t bad = counts->failed + counts->excused;
    size_t good = counts->passed + counts->unexpected;
    if (side->count == 0) return DIFF_ABSENT;
    if (bad + good == 0) return DIFF_SKIPPED;
    if (bad > 0 && good > 0) return DIFF_FLAKY;
    if (bad > 0) return counts->failed > 0 ? DIFF_FAILED : DIFF_EXCUSED;
    if (counts->unexpected > 0) return DIFF_UNEXPECTED;
    return counts->again > 0 ? DIFF_FLAKY : DIFF_PASSED;
}

/* The first that failed, else the first that was played, else the first. */
static const struct store_case *first_told(const struct diff_side *side)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->runs[i]->is.outcome == REPORTS_FAILED) return side->runs[i];
    for (size_t i = 0; i < side->count; i++)
        if (side->runs[i]->is.outcome != REPORTS_SKIPPED) return side->runs[i];
    return side->count == 0 ? NULL : side->runs[0];
}

void diff_fold_side(struct diff_side *side)
{
    struct counts counts = {0};
    for (size_t i = 0; i < side->count; i++) count_run(&counts, &side->runs[i]->is);
    side->passed = counts.passed + counts.unexpected;
    side->played = side->passed + counts.failed + counts.excused;
    side->state = state_of(side, &counts);
    side->told = first_told(side);
}

/* ---- both ------------------------------------------------------------- */

static bool has_fault(const struct diff_side *side, const struct reports_finding *wanted)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct reports_case *run = &side->runs[i]->is;
        for (size_t k = 0; k < run->exchange_count; k++) {
            const struct reports_exchange *exchange = &run->exchanges[k];
            for (size_t f = 0; f < exchange->finding_count; f++)
                if (is(exchange->findings[f].rule, wanted->rule)
                    && is(exchange->findings[f].clause, wanted->clause))
                    return true;
        }
    }
    return false;
}

static bool run_fails_otherwise(const struct diff_side *old, const struct store_case *run)
{
    for (size_t k = 0; k < run->is.exchange_count; k++) {
        const struct reports_exchange *exchange = &run->is.exchanges[k];
        for (size_t f = 0; f < exchange->finding_count; f++)
            if (store_is_fault(&exchange->findings[f], run->run->strict)
                && !has_fault(old, &exchange->findings[f]))
                return true;
    }
    return false;
}

static bool fails_otherwise(const struct diff_side *old, const struct diff_side *new)
{
    for (size_t i = 0; i < new->count; i++)
        if (run_fails_otherwise(old, new->runs[i])) return true;
    return false;
}

static bool is_expired(const struct reports_diff *diff, const struct diff_side *old)
{
    return old->told->is.expires != NULL && strcmp(old->told->is.expires, diff->input.today) < 0;
}

/* Row: the state in old; column: the state in new. */
static const enum diff_class becomes[DIFF_STATE_COUNT][DIFF_STATE_COUNT] = {
    [DIFF_ABSENT] = {[DIFF_ABSENT] = DIFF_NOT_PLAYED,
                     [DIFF_SKIPPED] = DIFF_NOT_PLAYED,
                     [DIFF_PASSED] = DIFF_APPEARED,
                     [DIFF_FLAKY] = DIFF_APPEARED,
                     [DIFF_FAILED] = DIFF_UNKNOWN_FAILURE,
                     [DIFF_EXCUSED] = DIFF_NEWLY_EXCUSED,
                     [DIFF_UNEXPECTED] = DIFF_UNEXPECTED_PASS},
    [DIFF_SKIPPED] = {[DIFF_ABSENT] = DIFF_NOT_PLAYED,
                      [DIFF_SKIPPED] = DIFF_NOT_PLAYED,
                      [DIFF_PASSED] = DIFF_APPEARED,
                      [DIFF_FLAKY] = DIFF_APPEARED,
                      [DIFF_FAILED] = DIFF_UNKNOWN_FAILURE,
                      [DIFF_EXCUSED] = DIFF_NEWLY_EXCUSED,
                      [DIFF_UNEXPECTED] = DIFF_UNEXPECTED_PASS},
    [DIFF_PASSED] = {[DIFF_ABSENT] = DIFF_VANISHED,
                     [DIFF_SKIPPED] = DIFF_NEWLY_SKIPPED,
                     [DIFF_PASSED] = DIFF_SAME,
                     [DIFF_FLAKY] = DIFF_NEWLY_FLAKY,
                     [DIFF_FAILED] = DIFF_NEWLY_FAILING,
                     [DIFF_EXCUSED] = DIFF_NEWLY_EXCUSED,
                     [DIFF_UNEXPECTED] = DIFF_UNEXPECTED_PASS},
    [DIFF_FLAKY] = {[DIFF_ABSENT] = DIFF_VANISHED,
                    [DIFF_SKIPPED] = DIFF_NEWLY_SKIPPED,
                    [DIFF_PASSED] = DIFF_NEWLY_PASSING,
                    [DIFF_FLAKY] = DIFF_STILL_FLAKY,
                    [DIFF_FAILED] = DIFF_NEWLY_FAILING,
                    [DIFF_EXCUSED] = DIFF_NEWLY_EXCUSED,
                    [DIFF_UNEXPECTED] = DIFF_UNEXPECTED_PASS},
    [DIFF_FAILED] = {[DIFF_ABSENT] = DIFF_VANISHED,
                     [DIFF_SKIPPED] = DIFF_NEWLY_SKIPPED,
                     [DIFF_PASSED] = DIFF_NEWLY_PASSING,
                     [DIFF_FLAKY] = DIFF_NEWLY_PASSING,
                     [DIFF_FAILED] = DIFF_STILL_FAILING,
                     [DIFF_EXCUSED] = DIFF_STILL_FAILING,
                     [DIFF_UNEXPECTED] = DIFF_UNEXPECTED_PASS},
    [DIFF_EXCUSED] = {[DIFF_ABSENT] = DIFF_VANISHED,
                      [DIFF_SKIPPED] = DIFF_NEWLY_SKIPPED,
                      [DIFF_PASSED] = DIFF_NEWLY_PASSING,
                      [DIFF_FLAKY] = DIFF_NEWLY_PASSING,
                      [DIFF_FAILED] = DIFF_EXPIRED,
                      [DIFF_EXCUSED] = DIFF_STILL_FAILING,
                      [DIFF_UNEXPECTED] = DIFF_UNEXPECTED_PASS},
    [DIFF_UNEXPECTED] = {[DIFF_ABSENT] = DIFF_VANISHED,
                         [DIFF_SKIPPED] = DIFF_NEWLY_SKIPPED,
                         [DIFF_PASSED] = DIFF_SAME,
                         [DIFF_FLAKY] = DIFF_NEWLY_FLAKY,
                         [DIFF_FAILED] = DIFF_NEWLY_FAILING,
                         [DIFF_EXCUSED] = DIFF_NEWLY_EXCUSED,
                         [DIFF_UNEXPECTED] = DIFF_UNEXPECTED_PASS},
};

static enum diff_class class_of(const struct reports_diff *diff, const struct diff_side *old,
                                const struct diff_side *new)
{
    enum diff_class class = becomes[old->state][new->state];
    if (class == DIFF_VANISHED && diff->input.partial) return DIFF_NOT_PLAYED;
    if (old->state != DIFF_FAILED || new->state != DIFF_FAILED) return class;
    if (fails_otherwise(old, new)) return DIFF_FAILING_OTHERWISE;
    return is_expired(diff, old) ? DIFF_EXPIRED : class;
}

static bool is_regression(const struct reports_diff *diff, const struct diff_case *case_)
{
    const struct reports_diff_input *input = &diff->input;
    enum diff_state old = case_->sides[0].state;
    switch (case_->class) {
    case DIFF_NEWLY_FAILING:
    case DIFF_FAILING_OTHERWISE:
    case DIFF_EXPIRED: return true;
    case DIFF_UNKNOWN_FAILURE: return input->is_baseline || input->strict;
    case DIFF_VANISHED: return input->strict || diff_any(case_)->is.level == REPORTS_MUST;
    case DIFF_NEWLY_SKIPPED: return old != DIFF_FAILED && old != DIFF_EXCUSED;
    case DIFF_NEWLY_FLAKY: return input->strict;
    default: return false;
    }
}

void diff_judge_case(const struct reports_diff *diff, struct diff_case *case_)
{
    case_->class = class_of(diff, &case_->sides[0], &case_->sides[1]);
    case_->regression = is_regression(diff, case_);
}

const struct store_case *diff_any(const struct diff_case *case_)
{
    return case_->sides[1].told != NULL ? case_->sides[1].told : case_->sides[0].told;
}

static bool passes(const struct diff_side *side)
{
    return side->state == DIFF_PASSED || side->state == DIFF_FLAKY
           || side->state == DIFF_UNEXPECTED;
}

bool diff_is_passing(const struct diff_case *case_)
{
    return passes(&case_->sides[0]) && passes(&case_->sides[1]);
}

/* ---- words ------------------------------------------------------------ */

static const struct {
    const char *name, *word;
} classes[] = {
    [DIFF_NEWLY_FAILING] = {"newly failing", "newly-failing"},
    [DIFF_FAILING_OTHERWISE] = {"failing otherwise", "failing-otherwise"},
    [DIFF_EXPIRED] = {"expired", "expired"},
    [DIFF_UNKNOWN_FAILURE] = {"failing, not played before", "unknown-failure"},
    [DIFF_VANISHED] = {"vanished", "vanished"},
    [DIFF_NEWLY_SKIPPED] = {"newly skipped", "newly-skipped"},
    [DIFF_NEWLY_FLAKY] = {"newly flaky", "newly-flaky"},
    [DIFF_STILL_FLAKY] = {"still flaky", "still-flaky"},
    [DIFF_UNEXPECTED_PASS] = {"unexpected pass", "unexpected-pass"},
    [DIFF_STILL_FAILING] = {"still failing", "still-failing"},
    [DIFF_NEWLY_EXCUSED] = {"newly excused", "newly-excused"},
    [DIFF_NEWLY_PASSING] = {"newly passing", "newly-passing"},
    [DIFF_APPEARED] = {"appeared", "appeared"},
    [DIFF_NOT_PLAYED] = {"not played", "not-played"},
    [DIFF_SAME] = {"passing as before", "same"},
};

const char *diff_class_name(enum diff_class class)
{
    return classes[class].name;
}

const char *diff_class_word(enum diff_class class)
{
    return classes[class].word;
}

const char *diff_state_name(enum diff_state state)
{
    static const enum reports_outcome outcomes[DIFF_STATE_COUNT] = {
        [DIFF_SKIPPED] = REPORTS_SKIPPED,
        [DIFF_PASSED] = REPORTS_PASSED,
        [DIFF_FAILED] = REPORTS_FAILED,
        [DIFF_EXCUSED] = REPORTS_EXPECTED_FAILURE,
        [DIFF_UNEXPECTED] = REPORTS_UNEXPECTED_PASS,
    };
    if (state == DIFF_ABSENT) return "absent";
    return state == DIFF_FLAKY ? "flaky" : reports_outcome_name(outcomes[state]);
}

const char *diff_kind_word(enum diff_kind kind)
{
    static const char *const words[] = {
        [DIFF_FINDING] = "finding", [DIFF_DEVIATION] = "deviation",
        [DIFF_VARIANT] = "variant", [DIFF_ORDER] = "order",
        [DIFF_URC] = "urc",         [DIFF_LINE] = "line",
        [DIFF_TEXT] = "text",       [DIFF_PAYLOAD] = "payload",
        [DIFF_FRAMING] = "framing", [DIFF_COMMAND] = "command",
        [DIFF_VALUE] = "value",     [DIFF_SENT] = "sent",
    };
    return words[kind];
}
