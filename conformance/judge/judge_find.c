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

static char *own_clause(const struct judge_work *work, const struct judge_rule *rule,
                        const char *clause)
{
    if (clause != NULL) return memory_text(clause);
    if (rule->clause != NULL) return memory_text(rule->clause);
    if (work->out.clause != NULL && work->out.clause[0] != '\0')
        return memory_text(work->out.clause);
    return memory_text("core/V.250 5.7.1");
}

void judge_add(struct judge_work *work, const char *rule, const char *clause, struct span at,
               char *expected, char *seen)
{
    struct judge_exchange *out = &work->out;
    out->findings = memory_grow(out->findings, out->finding_count + 1, &work->finding_capacity,
                                sizeof *out->findings);
    struct judge_finding *finding = &out->findings[out->finding_count++];
    finding->rule = judge_find_rule(rule);
    finding->clause = own_clause(work, finding->rule, clause);
    finding->offset = at.offset;
    finding->size = at.size;
    finding->line = at.line;
    finding->expected = expected;
    finding->seen = seen;
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
    for (size_t i = 0; i < work->out.finding_count; i++) {
        struct judge_finding *finding = &work->out.findings[i];
        if (finding->declared || strcmp(finding->rule->name, declared->rule) != 0
            || strcmp(finding->clause, declared->clause) != 0)
            continue;
        finding->declared = true;
        finding->reason = memory_text(declared->reason);
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
        judge_add(work, "declared-absent", declared->clause, at,
                  memory_format("%s, as declared: %s", declared->rule, declared->reason),
                  memory_text("no such deviation"));
    }
}

/* ---- verdicts --------------------------------------------------------- */

static bool weighs_as_fault(const struct judge *judge, const struct judge_finding *finding)
{
    if (finding->declared) return false;
    return finding->rule->level == JUDGE_MUST
           || (judge->options->strict && finding->rule->level == JUDGE_SHOULD);
}

static enum judge_verdict verdict_of(const struct judge *judge, const struct judge_work *work)
{
    bool deviates = false;
    for (size_t i = 0; i < work->out.finding_count; i++) {
        const struct judge_finding *finding = &work->out.findings[i];
        if (weighs_as_fault(judge, finding)) return JUDGE_FAIL;
        deviates = deviates || finding->rule->level != JUDGE_INFO;
    }
    if (deviates) return JUDGE_DEVIATION;
    return work->out.why != NULL ? JUDGE_UNJUDGED : JUDGE_PASS;
}

static int by_offset(const void *a, const void *b)
{
    const struct judge_finding *left = a;
    const struct judge_finding *right = b;
    if (left->offset != right->offset) return left->offset < right->offset ? -1 : 1;
    return (left->rule > right->rule) - (left->rule < right->rule);
}

void judge_conclude(struct judge *judge)
{
    for (size_t i = 0; i < judge->work_count; i++) {
        struct judge_exchange *out = &judge->works[i].out;
        if (out->finding_count > 1)
            qsort(out->findings, out->finding_count, sizeof *out->findings, by_offset);
        out->verdict = verdict_of(judge, &judge->works[i]);
    }
}

/* ---- the end ---------------------------------------------------------- */

static void release_exchange(struct judge_exchange *exchange)
{
    for (size_t i = 0; i < exchange->finding_count; i++) {
        free(exchange->findings[i].clause);
        free(exchange->findings[i].expected);
        free(exchange->findings[i].seen);
        free(exchange->findings[i].reason);
    }
    for (size_t i = 0; i < exchange->wire_count; i++) {
        free(exchange->wire[i].text);
        free(exchange->wire[i].deviations);
    }
    free(exchange->wire);
    free(exchange->findings);
    free(exchange->command);
    free(exchange->clause);
    free(exchange->why);
}

void judgement_release(struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->exchange_count; i++)
        release_exchange(&judgement->exchanges[i]);
    free(judgement->exchanges);
    free(judgement->record_counts);
    free(judgement->identity.manufacturer);
    free(judgement->identity.model);
    free(judgement->identity.firmware);
    *judgement = (struct judgement){0};
}
