/* The summary for a terminal: what failed first, in 80 columns. */
#define _GNU_SOURCE
#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_MAX  15
#define TEXT_WIDTH 64

struct summary {
    FILE *out;
    bool colour;
    size_t cases, exchanges, shown, hidden;
    size_t outcomes[5];
    size_t verdicts[4];
};

static const char *const outcome_names[] = {"passed", "failed", "skipped", "expected-failure",
                                            "unexpected-pass"};
static const char *const verdict_names[] = {"pass", "deviation", "fail", "unjudged"};

static size_t find(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return i;
    return 0;
}

static void count_case(struct summary *summary, const json_t *case_)
{
    const json_t *exchanges = store_array(case_, "exchanges");
    summary->cases++;
    summary->outcomes[find(outcome_names, 5, store_text(case_, "outcome"))]++;
    for (size_t i = 0; i < json_array_size(exchanges); i++) {
        const char *verdict = store_text(json_array_get(exchanges, i), "verdict");
        summary->verdicts[find(verdict_names, 4, verdict)]++;
        summary->exchanges++;
    }
}

static void put_cut(FILE *out, const char *what, const char *text)
{
    bool fits = strlen(text) <= TEXT_WIDTH;
    fprintf(out, "    %s %.*s%s\n", what, fits ? TEXT_WIDTH : TEXT_WIDTH - 3, text,
            fits ? "" : "...");
}

static const json_t *find_fault(const json_t *case_, bool strict)
{
    const json_t *exchanges = store_array(case_, "exchanges");
    for (size_t i = 0; i < json_array_size(exchanges); i++) {
        const json_t *findings = store_array(json_array_get(exchanges, i), "findings");
        for (size_t k = 0; k < json_array_size(findings); k++)
            if (store_is_fault(json_array_get(findings, k), strict))
                return json_array_get(findings, k);
    }
    return NULL;
}

static void put_case(struct summary *summary, const json_t *case_, bool strict)
{
    const json_t *fault = find_fault(case_, strict);
    const char *outcome = store_text(case_, "outcome");
    char *name = store_case_name(case_);
    if (summary->shown == SHOWN_MAX) {
        summary->hidden++;
        free(name);
        return;
    }
    summary->shown++;
    fprintf(summary->out, "  %s%s%s %s\n", summary->colour ? "\033[31m" : "", outcome,
            summary->colour ? "\033[0m" : "", name);
    if (store_text(case_, "reason")[0] != '\0')
        put_cut(summary->out, "reason  ", store_text(case_, "reason"));
    if (fault != NULL) {
        fprintf(summary->out, "    %s:%lld: %s %s\n", store_text(case_, "source"),
                (long long)store_number(fault, "line"), store_text(fault, "rule"),
                store_text(fault, "clause"));
        put_cut(summary->out, "expected", store_text(fault, "expected"));
        put_cut(summary->out, "seen    ", store_text(fault, "seen"));
    }
    fprintf(summary->out, "    again:   atproof check --select '%s' %s\n", store_text(case_, "id"),
            store_text(case_, "source"));
    free(name);
}

static bool is_bad(const json_t *case_)
{
    const char *outcome = store_text(case_, "outcome");
    return strcmp(outcome, "failed") == 0 || strcmp(outcome, "unexpected-pass") == 0;
}

static void put_counts(struct summary *summary)
{
    fprintf(summary->out, "%zu cases:", summary->cases);
    for (size_t i = 0; i < 5; i++)
        if (i < 2 || summary->outcomes[i] > 0)
            fprintf(summary->out, "%s %zu %s", i > 0 ? "," : "", summary->outcomes[i],
                    outcome_names[i]);
    fprintf(summary->out, "\n%zu exchanges:", summary->exchanges);
    for (size_t i = 0; i < 4; i++)
        fprintf(summary->out, "%s %zu %s", i > 0 ? "," : "", summary->verdicts[i],
                verdict_names[i]);
    fputc('\n', summary->out);
}

bool summary_write(const struct store *store, FILE *out)
{
    bool strict = false;
    struct summary summary = {.out = out};
    const char *plain = getenv("NO_COLOR");
    summary.colour = isatty(fileno(out)) && (plain == NULL || plain[0] == '\0');
    for (size_t i = 0; i < json_array_size(store->lines); i++) {
        const json_t *line = json_array_get(store->lines, i);
        if (!store_is_case(line)) {
            strict = json_is_true(json_object_get(line, "strict"));
            continue;
        }
        count_case(&summary, line);
        if (is_bad(line)) put_case(&summary, line, strict);
    }
    if (summary.hidden > 0) fprintf(out, "  and %zu more\n", summary.hidden);
    put_counts(&summary);
    return !ferror(out);
}
