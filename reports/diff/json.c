/* Two runs compared, as JSON (diff.schema.json). Each character of a string is one
 * byte, as in the store. */
#include "base/json_out.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 100 /* of a change                                        */

/* ---- keys with their values ------------------------------------------- */

static void put_text(struct json_out *json, const char *key, const char *text)
{
    if (text == NULL) return;
    json_out_key(json, key);
    json_out_string(json, text);
}

/* Frees the text. */
static void put_made(struct json_out *json, const char *key, char *text)
{
    put_text(json, key, text);
    free(text);
}

static void put_count(struct json_out *json, const char *key, uint64_t count)
{
    json_out_key(json, key);
    json_out_unsigned(json, count);
}

static void put_real(struct json_out *json, const char *key, double number)
{
    json_out_key(json, key);
    json_out_real(json, number);
}

static void put_flag(struct json_out *json, const char *key, bool flag)
{
    json_out_key(json, key);
    json_out_flag(json, flag);
}

static void open_object(struct json_out *json, const char *key)
{
    json_out_key(json, key);
    json_out_open(json, '{');
}

static void open_list(struct json_out *json, const char *key)
{
    json_out_key(json, key);
    json_out_open(json, '[');
}

/* ---- head ------------------------------------------------------------- */

static void put_side(struct json_out *json, const struct reports_diff *diff, size_t side)
{
    const struct store *store = &diff->stores[side];
    json_out_open(json, '{');
    put_text(json, "name", diff->input.sides[side].name);
    put_text(json, "manufacturer", diff->identities[side].manufacturer);
    put_text(json, "model", diff->identities[side].model);
    put_text(json, "firmware", diff->identities[side].firmware);
    put_flag(json, "several", diff->identities[side].several);
    put_text(json, "started", store->run == NULL ? NULL : store->run->started);
    put_text(json, "command", store->run == NULL ? NULL : store->run->command);
    put_text(json, "baseline", store->baseline == NULL ? NULL : store->baseline->created);
    put_count(json, "cases", store->case_count);
    json_out_close(json, '}');
}

static void put_counts(struct json_out *json, const struct reports_diff *diff)
{
    open_object(json, "counts");
    put_count(json, "cases", diff->case_count);
    put_count(json, "common", diff->common_count);
    put_count(json, "compared", diff->compared_count);
    put_count(json, "regressions", diff->regression_count);
    open_object(json, "classes");
    for (enum diff_class i = 0; i < DIFF_CLASS_COUNT; i++)
        put_count(json, diff_class_word(i), diff->classes[i]);
    json_out_close(json, '}');
    json_out_close(json, '}');
}

/* ---- cases ------------------------------------------------------------ */

static void put_state(struct json_out *json, const char *key, const struct diff_side *side)
{
    open_object(json, key);
    put_text(json, "state", diff_state_name(side->state));
    put_count(json, "passed", side->passed);
    put_count(json, "played", side->played);
    json_out_close(json, '}');
}

static void put_fault(struct json_out *json, const struct reports_finding *fault)
{
    if (fault == NULL) return;
    open_object(json, "fault");
    put_text(json, "rule", fault->rule);
    put_text(json, "clause", fault->clause);
    put_text(json, "expected", fault->expected);
    put_text(json, "seen", fault->seen);
    json_out_close(json, '}');
}

static void put_case(struct json_out *json, const struct diff_case *case_)
{
    const struct reports_case *is = &diff_any(case_)->is;
    json_out_open(json, '{');
    put_text(json, "id", is->id);
    if (is->way > 0) put_count(json, "way", is->way);
    put_text(json, "dialect", is->dialect);
    put_text(json, "level", reports_level_name(is->level));
    put_text(json, "class", diff_class_word(case_->class));
    put_flag(json, "regression", case_->regression);
    put_state(json, "old", &case_->sides[0]);
    put_state(json, "new", &case_->sides[1]);
    put_made(json, "text", diff_case_text(case_));
    put_fault(json, diff_fault(case_));
    if (case_->class != DIFF_SAME) put_made(json, "again", diff_again_text(case_));
    json_out_close(json, '}');
}

/* ---- behaviour -------------------------------------------------------- */

static void put_lines(struct json_out *json, const struct diff_change *change)
{
    struct diff_lines lines = diff_lines_of(change, LINES_MAX);
    open_list(json, "lines");
    for (size_t i = 0; i < lines.count; i++) {
        const char sign[2] = {lines.items[i].sign, '\0'};
        json_out_open(json, '{');
        put_text(json, "sign", sign);
        put_text(json, "text", lines.items[i].text);
        put_count(json, "from", lines.items[i].from);
        put_count(json, "to", lines.items[i].to);
        json_out_close(json, '}');
    }
    json_out_close(json, ']');
    if (lines.more > 0) put_count(json, "more", lines.more);
    diff_lines_release(&lines);
}

static void put_group(struct json_out *json, const struct diff_group *group)
{
    const struct diff_change *first = group->changes[0];
    bool natural = true;
    for (size_t i = 0; i < group->count; i++) natural &= group->changes[i]->natural;
    json_out_open(json, '{');
    put_text(json, "kind", diff_kind_word(first->kind));
    put_flag(json, "passing", group->passing);
    put_text(json, "command", first->command);
    put_text(json, "old", first->texts[0]);
    put_text(json, "new", first->texts[1]);
    put_flag(json, "natural", natural);
    put_count(json, "count", group->count);
    open_list(json, "cases");
    for (size_t i = 0; i < group->count; i++) {
        if (i > 0 && group->changes[i]->of == group->changes[i - 1]->of) continue;
        json_out_string(json, diff_any(group->changes[i]->of)->is.id);
    }
    json_out_close(json, ']');
    put_lines(json, first);
    json_out_close(json, '}');
}

/* ---- latency ---------------------------------------------------------- */

static void put_sample(struct json_out *json, const char *key, const struct diff_latency *latency,
                       size_t side)
{
    open_object(json, key);
    put_count(json, "count", latency->counts[side]);
    put_real(json, "median_us", latency->medians[side]);
    put_real(json, "p95_us", latency->p95s[side]);
    put_real(json, "greatest_us", latency->samples[side][latency->counts[side] - 1]);
    json_out_close(json, '}');
}

static void put_latency(struct json_out *json, const struct diff_latency *latency)
{
    static const char *const limits[] = {
        [DIFF_LIMIT_KEPT] = "kept", [DIFF_LIMIT_NEAR] = "near", [DIFF_LIMIT_CROSSED] = "crossed"};
    json_out_open(json, '{');
    put_text(json, "command", latency->command);
    put_text(json, "form", latency->form);
    if (latency->limit_ms > 0) put_count(json, "time_limit_ms", latency->limit_ms);
    put_sample(json, "old", latency, 0);
    put_sample(json, "new", latency, 1);
    put_flag(json, "enough", latency->enough);
    put_flag(json, "exact", latency->exact);
    put_real(json, "p", latency->p);
    put_real(json, "corrected", latency->corrected);
    put_real(json, "effect", latency->effect);
    put_flag(json, "evident", latency->evident);
    put_text(json, "limit", limits[latency->limit]);
    json_out_close(json, '}');
}

static void put_latencies(struct json_out *json, const struct reports_diff *diff)
{
    open_object(json, "statistics");
    put_real(json, "alpha", REPORTS_DIFF_ALPHA);
    put_text(json, "test", "Mann-Whitney U, two-sided");
    put_text(json, "correction", "Holm");
    put_count(json, "tested", diff->tested_count);
    put_count(json, "evident", diff->evident_count);
    put_count(json, "needed", diff->needed);
    json_out_close(json, '}');
    open_list(json, "latency");
    for (size_t i = 0; i < diff->latency_count; i++) put_latency(json, &diff->latencies[i]);
    json_out_close(json, ']');
}

void diff_write_json(const struct reports_diff *diff, FILE *out)
{
    static const char *const verdicts[] = {[REPORTS_DIFF_GOOD] = "good",
                                           [REPORTS_DIFF_REGRESSION] = "regression",
                                           [REPORTS_DIFF_NOTHING] = "nothing"};
    struct json_out json = {.out = out};
    json_out_open(&json, '{');
    put_count(&json, "version", 1);
    put_text(&json, "verdict", verdicts[reports_diff_verdict(diff)]);
    put_flag(&json, "strict", diff->input.strict);
    put_flag(&json, "baseline", diff->input.is_baseline);
    put_flag(&json, "partial", diff->input.partial);
    put_text(&json, "today", diff->input.today);
    open_list(&json, "sides");
    for (size_t side = 0; side < 2; side++) put_side(&json, diff, side);
    json_out_close(&json, ']');
    put_counts(&json, diff);
    open_list(&json, "cases");
    for (size_t i = 0; i < diff->case_count; i++) {
        const struct diff_case *case_ = &diff->cases[i];
        if (case_->class != DIFF_SAME) put_case(&json, case_);
    }
    json_out_close(&json, ']');
    open_list(&json, "behaviour");
    for (size_t i = 0; i < diff->group_count; i++) put_group(&json, &diff->groups[i]);
    json_out_close(&json, ']');
    put_latencies(&json, diff);
    json_out_close(&json, '}');
    fputc('\n', out);
}
