/* Two runs compared, as diff.schema.json says. A string's characters stand for one
 * byte each, as in the store. */
#include "diff/diff.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 100 /* of a change                                        */

/* Objects and lists: a comma before all but the first. */
struct json {
    FILE *out;
    bool begun;
};

static void put_string(struct json *json, const char *text)
{
    fputc('"', json->out);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') fprintf(json->out, "\\%c", byte);
        else if (byte < 0x20 || byte > 0x7E) fprintf(json->out, "\\u%04x", byte);
        else fputc(byte, json->out);
    }
    fputc('"', json->out);
    json->begun = true;
}

static void put_comma(struct json *json)
{
    if (json->begun) fputc(',', json->out);
    json->begun = false;
}

static void put_key(struct json *json, const char *key)
{
    put_comma(json);
    put_string(json, key);
    fputc(':', json->out);
    json->begun = false;
}

static void open_(struct json *json, char bracket)
{
    put_comma(json);
    fputc(bracket, json->out);
}

static void close_(struct json *json, char bracket)
{
    fputc(bracket, json->out);
    json->begun = true;
}

static void put_text(struct json *json, const char *key, const char *text)
{
    if (text == NULL) return;
    put_key(json, key);
    put_string(json, text);
}

/* Frees the text. */
static void put_made(struct json *json, const char *key, char *text)
{
    put_text(json, key, text);
    free(text);
}

static void put_count(struct json *json, const char *key, uint64_t count)
{
    put_key(json, key);
    fprintf(json->out, "%" PRIu64, count);
    json->begun = true;
}

static void put_real(struct json *json, const char *key, double number)
{
    put_key(json, key);
    fprintf(json->out, "%.9g", number);
    json->begun = true;
}

static void put_flag(struct json *json, const char *key, bool flag)
{
    put_key(json, key);
    fputs(flag ? "true" : "false", json->out);
    json->begun = true;
}

/* ---- head ------------------------------------------------------------- */

static void put_side(struct json *json, const struct reports_diff *diff, size_t side)
{
    const struct store *store = &diff->stores[side];
    open_(json, '{');
    put_text(json, "name", diff->input.sides[side].name);
    put_text(json, "manufacturer", diff->identities[side].manufacturer);
    put_text(json, "model", diff->identities[side].model);
    put_text(json, "firmware", diff->identities[side].firmware);
    put_flag(json, "several", diff->identities[side].several);
    put_text(json, "started", store->run == NULL ? NULL : store->run->started);
    put_text(json, "command", store->run == NULL ? NULL : store->run->command);
    put_text(json, "baseline", store->baseline == NULL ? NULL : store->baseline->created);
    put_count(json, "cases", store->case_count);
    close_(json, '}');
}

static void put_counts(struct json *json, const struct reports_diff *diff)
{
    put_key(json, "counts");
    open_(json, '{');
    put_count(json, "cases", diff->case_count);
    put_count(json, "common", diff->common_count);
    put_count(json, "compared", diff->compared_count);
    put_count(json, "regressions", diff->regression_count);
    put_key(json, "classes");
    open_(json, '{');
    for (enum diff_class i = 0; i < DIFF_CLASS_COUNT; i++)
        put_count(json, diff_class_word(i), diff->classes[i]);
    close_(json, '}');
    close_(json, '}');
}

/* ---- cases ------------------------------------------------------------ */

static void put_state(struct json *json, const char *key, const struct diff_side *side)
{
    put_key(json, key);
    open_(json, '{');
    put_text(json, "state", diff_state_name(side->state));
    put_count(json, "passed", side->passed);
    put_count(json, "played", side->played);
    close_(json, '}');
}

static void put_fault(struct json *json, const struct reports_finding *fault)
{
    if (fault == NULL) return;
    put_key(json, "fault");
    open_(json, '{');
    put_text(json, "rule", fault->rule);
    put_text(json, "clause", fault->clause);
    put_text(json, "expected", fault->expected);
    put_text(json, "seen", fault->seen);
    close_(json, '}');
}

static void put_case(struct json *json, const struct diff_case *case_)
{
    const struct reports_case *is = &diff_any(case_)->is;
    open_(json, '{');
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
    close_(json, '}');
}

/* ---- behaviour -------------------------------------------------------- */

static void put_lines(struct json *json, const struct diff_change *change)
{
    struct diff_lines lines = diff_lines_of(change, LINES_MAX);
    put_key(json, "lines");
    open_(json, '[');
    for (size_t i = 0; i < lines.count; i++) {
        const char sign[2] = {lines.items[i].sign, '\0'};
        open_(json, '{');
        put_text(json, "sign", sign);
        put_text(json, "text", lines.items[i].text);
        put_count(json, "from", lines.items[i].from);
        put_count(json, "to", lines.items[i].to);
        close_(json, '}');
    }
    close_(json, ']');
    if (lines.more > 0) put_count(json, "more", lines.more);
    diff_lines_release(&lines);
}

static void put_group(struct json *json, const struct diff_group *group)
{
    const struct diff_change *first = group->changes[0];
    bool natural = true;
    for (size_t i = 0; i < group->count; i++) natural &= group->changes[i]->natural;
    open_(json, '{');
    put_text(json, "kind", diff_kind_word(first->kind));
    put_flag(json, "passing", group->passing);
    put_text(json, "command", first->command);
    put_text(json, "old", first->texts[0]);
    put_text(json, "new", first->texts[1]);
    put_flag(json, "natural", natural);
    put_count(json, "count", group->count);
    put_key(json, "cases");
    open_(json, '[');
    for (size_t i = 0; i < group->count; i++) {
        if (i > 0 && group->changes[i]->of == group->changes[i - 1]->of) continue;
        put_comma(json);
        put_string(json, diff_any(group->changes[i]->of)->is.id);
    }
    close_(json, ']');
    put_lines(json, first);
    close_(json, '}');
}

/* ---- latency ---------------------------------------------------------- */

static void put_sample(struct json *json, const char *key, const struct diff_latency *latency,
                       size_t side)
{
    put_key(json, key);
    open_(json, '{');
    put_count(json, "count", latency->counts[side]);
    put_real(json, "median_us", latency->medians[side]);
    put_real(json, "p95_us", latency->p95s[side]);
    put_real(json, "greatest_us", latency->samples[side][latency->counts[side] - 1]);
    close_(json, '}');
}

static void put_latency(struct json *json, const struct diff_latency *latency)
{
    static const char *const limits[] = {
        [DIFF_LIMIT_KEPT] = "kept", [DIFF_LIMIT_NEAR] = "near", [DIFF_LIMIT_CROSSED] = "crossed"};
    open_(json, '{');
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
    close_(json, '}');
}

static void put_latencies(struct json *json, const struct reports_diff *diff)
{
    put_key(json, "statistics");
    open_(json, '{');
    put_real(json, "alpha", REPORTS_DIFF_ALPHA);
    put_text(json, "test", "Mann-Whitney U, two-sided");
    put_text(json, "correction", "Holm");
    put_count(json, "tested", diff->tested_count);
    put_count(json, "evident", diff->evident_count);
    put_count(json, "needed", diff->needed);
    close_(json, '}');
    put_key(json, "latency");
    open_(json, '[');
    for (size_t i = 0; i < diff->latency_count; i++) put_latency(json, &diff->latencies[i]);
    close_(json, ']');
}

void diff_write_json(const struct reports_diff *diff, FILE *out)
{
    static const char *const verdicts[] = {[REPORTS_DIFF_GOOD] = "good",
                                           [REPORTS_DIFF_REGRESSION] = "regression",
                                           [REPORTS_DIFF_NOTHING] = "nothing"};
    struct json json = {.out = out};
    open_(&json, '{');
    put_count(&json, "version", 1);
    put_text(&json, "verdict", verdicts[reports_diff_verdict(diff)]);
    put_flag(&json, "strict", diff->input.strict);
    put_flag(&json, "baseline", diff->input.is_baseline);
    put_flag(&json, "partial", diff->input.partial);
    put_text(&json, "today", diff->input.today);
    put_key(&json, "sides");
    open_(&json, '[');
    for (size_t side = 0; side < 2; side++) put_side(&json, diff, side);
    close_(&json, ']');
    put_counts(&json, diff);
    put_key(&json, "cases");
    open_(&json, '[');
    for (size_t i = 0; i < diff->case_count; i++) {
        const struct diff_case *case_ = &diff->cases[i];
        if (case_->class != DIFF_SAME) put_case(&json, case_);
    }
    close_(&json, ']');
    put_key(&json, "behaviour");
    open_(&json, '[');
    for (size_t i = 0; i < diff->group_count; i++) put_group(&json, &diff->groups[i]);
    close_(&json, ']');
    put_latencies(&json, diff);
    close_(&json, '}');
    fputc('\n', out);
}
