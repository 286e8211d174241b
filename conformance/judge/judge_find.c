/* Findings: how they are kept, declared and weighed. */
#include "base/escape.h"
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts ------------------------------------------------------------ */

char *judge_clause(const struct compiled_source *source)
{
    if (source->edition == NULL) return memory_format("%s/%s", source->set->name, source->clause);
    return memory_format("%s-%s/%s", source->set->name, source->edition, source->clause);
}

char *judge_escape(const uint8_t *bytes, size_t size, size_t limit)
{
    struct buffer out = {0};
    escape_bytes(&out, bytes, size < limit ? size : limit, ESCAPE_LETTERS);
    if (size > limit) buffer_append_text(&out, "...");
    return buffer_take_text(&out);
}

/* ---- adding ----------------------------------------------------------- */

static const char *clause_of(const struct judge_work *work, enum judge_rule rule,
                             const char *clause)
{
    if (clause != NULL) return clause;
    if (judge_rules[rule].clause != NULL) return judge_rules[rule].clause;
    if (work->out.clause != NULL && work->out.clause[0] != '\0') return work->out.clause;
    return "core/V.250 5.7.1";
}

void judge_add(struct judge_work *work, enum judge_rule rule, const char *clause, struct span at,
               char *expected, char *seen)
{
    work->findings = memory_grow(work->findings, work->finding_count + 1, &work->finding_capacity,
                                 sizeof *work->findings);
    struct judge_found *found = &work->findings[work->finding_count++];
    found->rule = rule;
    found->is = (struct reports_finding){
        .rule = judge_rules[rule].name,
        .level = judge_rules[rule].level,
        .clause = memory_text(clause_of(work, rule, clause)),
        .offset = at.offset,
        .size = at.size,
        .line = at.line,
        .expected = expected,
        .seen = seen,
        .help = judge_rules[rule].text,
    };
}

/* ---- what is declared ------------------------------------------------- */

/* The exchange that a line of the file belongs to. */
static size_t work_of_line(const struct judge *judge, size_t line)
{
    size_t found = 0;
    for (size_t i = 1; i < judge->work_count; i++)
        if (judge->works[i].out.line <= line) found = i;
    return found;
}

static bool mark(struct judge_work *work, const struct judge_declared *declared)
{
    for (size_t i = 0; i < work->finding_count; i++) {
        struct judge_found *found = &work->findings[i];
        if (found->is.declared || found->rule != declared->rule
            || strcmp(found->is.clause, declared->clause) != 0)
            continue;
        found->is.declared = true;
        found->is.reason = memory_text(declared->reason);
        return true;
    }
    return false;
}

/* A late result stands in an earlier exchange than the line it came on, so
 * those before are looked through as well, the nearest first. */
static bool mark_any(struct judge *judge, size_t own, const struct judge_declared *declared)
{
    for (size_t i = own + 1; i > 0; i--)
        if (mark(&judge->works[i - 1], declared)) return true;
    return false;
}

void judge_declare(struct judge *judge)
{
    for (size_t i = 0; i < judge->options->declared_count; i++) {
        const struct judge_declared *declared = &judge->options->declared[i];
        size_t own = work_of_line(judge, declared->line);
        if (mark_any(judge, own, declared)) continue;
        struct judge_work *work = &judge->works[own];
        struct span at = {.offset = work->out.offset, .line = declared->line};
        judge_add(work, JUDGE_DECLARED_ABSENT, declared->clause, at,
                  memory_format("%s, as declared: %s", judge_rules[declared->rule].name,
                                declared->reason),
                  memory_text("no such deviation"));
    }
}

/* ---- verdicts --------------------------------------------------------- */

static bool weighs_as_fault(const struct judge *judge, const struct reports_finding *finding)
{
    if (finding->declared) return false;
    return finding->level == REPORTS_MUST
           || (judge->options->strict && finding->level == REPORTS_SHOULD);
}

static enum reports_verdict verdict_of(const struct judge *judge, const struct judge_work *work)
{
    bool deviates = false;
    for (size_t i = 0; i < work->finding_count; i++) {
        const struct reports_finding *finding = &work->findings[i].is;
        if (weighs_as_fault(judge, finding)) return REPORTS_FAIL;
        deviates = deviates || finding->level != REPORTS_INFO;
    }
    if (deviates) return REPORTS_DEVIATION;
    return work->out.why != NULL ? REPORTS_UNJUDGED : REPORTS_PASS;
}

static int by_offset(const void *a, const void *b)
{
    const struct judge_found *left = a;
    const struct judge_found *right = b;
    if (left->is.offset != right->is.offset) return left->is.offset < right->is.offset ? -1 : 1;
    return (left->rule > right->rule) - (left->rule < right->rule);
}

/* Owns: the caller. */
static struct reports_finding *findings_of(const struct judge_work *work)
{
    struct reports_finding *findings = memory_new(work->finding_count, sizeof *findings);
    for (size_t i = 0; i < work->finding_count; i++) findings[i] = work->findings[i].is;
    return findings;
}

void judge_conclude(struct judge *judge)
{
    for (size_t i = 0; i < judge->work_count; i++) {
        struct judge_work *work = &judge->works[i];
        if (work->finding_count > 1)
            qsort(work->findings, work->finding_count, sizeof *work->findings, by_offset);
        work->out.verdict = verdict_of(judge, work);
        work->out.findings = findings_of(work);
        work->out.finding_count = work->finding_count;
        work->out.wire = work->wire;
        work->out.wire_count = work->wire_count;
    }
}

/* ---- the end ---------------------------------------------------------- */

/* A text or an array of the store's types, which borrow for all others. */
static void release(const void *owned)
{
    free((void *)(uintptr_t)owned);
}

static void release_exchange(struct reports_exchange *exchange)
{
    for (size_t i = 0; i < exchange->finding_count; i++) {
        release(exchange->findings[i].clause);
        release(exchange->findings[i].expected);
        release(exchange->findings[i].seen);
        release(exchange->findings[i].reason);
    }
    for (size_t i = 0; i < exchange->wire_count; i++) {
        release(exchange->wire[i].text);
        release(exchange->wire[i].sha256);
        release(exchange->wire[i].deviations);
    }
    release(exchange->wire);
    release(exchange->findings);
    release(exchange->command);
    release(exchange->clause);
    release(exchange->why);
}

void judgement_release(struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->exchange_count; i++)
        release_exchange(&judgement->exchanges[i]);
    free(judgement->exchanges);
    free(judgement->places);
    free(judgement->record_counts);
    release(judgement->identity.manufacturer);
    release(judgement->identity.model);
    release(judgement->identity.firmware);
    *judgement = (struct judgement){0};
}
