/* What a person reads of a judged case. */
#include "base/print.h"
#include "check/check_internal.h"
#include "outcome/results.h"

#include <string.h>

static void print_finding(FILE *out, const struct reports_finding *finding)
{
    print(out, "    %s%s (%s) %s, offset %llu", finding->declared ? "declared: " : "",
          finding->rule, reports_level_name(finding->level), finding->clause,
          (unsigned long long)finding->offset);
    if (finding->line > 0) print(out, ", line %zu", finding->line);
    if (finding->expected[0] != '\0') print(out, "\n      expected: %s", finding->expected);
    if (finding->seen[0] != '\0') print(out, "\n      seen:     %s", finding->seen);
    if (finding->reason != NULL) print(out, "\n      known:    %s", finding->reason);
    fputc('\n', out);
}

static void print_exchange(FILE *out, const char *path, const struct reports_exchange *exchange)
{
    print(out, "%s:%zu: %s  %s", path, exchange->line, reports_verdict_name(exchange->verdict),
          exchange->command[0] == '\0' ? "(before any command)" : exchange->command);
    if (exchange->form[0] != '\0') print(out, "\n    %s form", exchange->form);
    if (exchange->variant[0] != '\0') print(out, ", variant %s", exchange->variant);
    if (exchange->clause[0] != '\0') print(out, ", %s", exchange->clause);
    fputc('\n', out);
    if (exchange->why != NULL) print(out, "    unjudged: %s\n", exchange->why);
    for (size_t i = 0; i < exchange->finding_count; i++) print_finding(out, &exchange->findings[i]);
}

void check_print(const struct check *check, const char *path, const struct judgement *judgement)
{
    for (size_t i = 0; !check->options->quiet && i < judgement->exchange_count; i++)
        if (!results_is_empty(&judgement->exchanges[i]))
            print_exchange(check->out, path, &judgement->exchanges[i]);
}
