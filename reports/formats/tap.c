/* TAP version 14: a test point for each case, and before it a subtest of its points:
 *
 *     # Subtest: ID
 *         1..2
 *         ok 1 - AT+CSQ
 *         not ok 2 - AT+HTTPACTION=0
 *           ---
 *           findings: ...
 *           ...
 *     not ok 1 - ID
 *
 * and a test point for each fuzzer, with its work and its findings as YAML. */
#define _GNU_SOURCE
#include "formats/formats.h"

#include "base/text.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DESCRIPTION_COLUMNS 120
#define SUBTEST             "    "

/* ---- text ------------------------------------------------------------- */

/* Writes `shown`; characters with a meaning in TAP are escaped. */
static void put_escaped(FILE *out, const char *shown)
{
    for (; *shown != '\0'; shown++) {
        if (*shown == '#' || *shown == '\\') fputc('\\', out);
        fputc(*shown, out);
    }
}

/* Writes a double-quoted string (YAML 1.2, 7.3.1) and ends the line. */
static void put_quoted(FILE *out, const char *bytes)
{
    char *shown = text_shown(bytes);
    fputc('"', out);
    for (const char *at = shown; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') fputc('\\', out);
        fputc(*at, out);
    }
    fputs("\"\n", out);
    free(shown);
}

static void put_yaml(FILE *out, const char *indent, const char *key, const char *bytes)
{
    if (bytes == NULL) return;
    fprintf(out, "%s%s: ", indent, key);
    put_quoted(out, bytes);
}

static void put_line_number(FILE *out, const char *indent, size_t line)
{
    if (line > 0) fprintf(out, "%sline: %zu\n", indent, line);
}

/* ---- test points ------------------------------------------------------ */

/* `shown`: the description, already cut if it can be long. */
static void put_point(FILE *out, const char *indent, enum store_point point, size_t number,
                      const char *shown, const char *why)
{
    bool good = point == STORE_OK || point == STORE_SKIPPED;
    fprintf(out, "%s%s %zu - ", indent, good ? "ok" : "not ok", number);
    put_escaped(out, shown);
    if (point == STORE_SKIPPED || point == STORE_EXPECTED) {
        char *reason = text_cut(why, DESCRIPTION_COLUMNS);
        fputs(point == STORE_SKIPPED ? " # SKIP " : " # TODO ", out);
        put_escaped(out, reason);
        free(reason);
    }
    fputc('\n', out);
}

static void put_findings(FILE *out, const struct reports_case *case_,
                         const struct reports_exchange *exchange)
{
    static const char first[] = SUBTEST "    - ";
    static const char next[] = SUBTEST "      ";
    if (exchange->finding_count == 0) return;
    fputs(SUBTEST "  ---\n" SUBTEST "  findings:\n", out);
    for (size_t i = 0; i < exchange->finding_count; i++) {
        const struct reports_finding *finding = &exchange->findings[i];
        put_yaml(out, first, "rule", finding->rule);
        put_yaml(out, next, "level", reports_level_name(finding->level));
        put_yaml(out, next, "clause", finding->clause);
        put_yaml(out, next, "file", case_->identity.source);
        put_line_number(out, next, finding->line);
        fprintf(out, "%soffset: %" PRIu64 "\n%ssize: %" PRIu64 "\n", next, finding->offset, next,
                finding->size);
        put_yaml(out, next, "expected", finding->expected);
        put_yaml(out, next, "seen", finding->seen);
        if (finding->declared) put_yaml(out, next, "declared", store_text(finding->reason));
    }
    fputs(SUBTEST "  ...\n", out);
}

static void put_subtest(FILE *out, const struct store_case *case_)
{
    const struct reports_case *is = &case_->is;
    bool own = store_has_own_point(is);
    fputs("# Subtest: ", out);
    put_escaped(out, case_->name);
    fprintf(out, "\n" SUBTEST "1..%zu\n", is->exchange_count + own);
    for (size_t i = 0; i < is->exchange_count; i++) {
        const struct reports_exchange *exchange = &is->exchanges[i];
        const char *what = *exchange->command == '\0' ? "(no command)" : exchange->command;
        char *shown = text_cut(what, DESCRIPTION_COLUMNS);
        put_point(out, SUBTEST, store_exchange_point(is, exchange), i + 1, shown,
                  store_why(is, exchange));
        put_findings(out, is, exchange);
        free(shown);
    }
    if (own)
        put_point(out, SUBTEST, store_case_point(is), is->exchange_count + 1, "(case)",
                  store_why(is, NULL));
}

static void put_case(FILE *out, const struct store_case *case_, size_t number)
{
    const struct reports_case *is = &case_->is;
    enum store_point point = store_case_point(is);
    put_subtest(out, case_);
    put_point(out, "", point, number, case_->name, store_why(is, NULL));
    if (point != STORE_FAILED && point != STORE_EXPECTED) return;
    fputs("  ---\n", out);
    put_yaml(out, "  ", "outcome", reports_outcome_name(is->outcome));
    put_yaml(out, "  ", "reason", is->reason);
    put_yaml(out, "  ", "file", is->identity.source);
    put_line_number(out, "  ", is->line);
    fputs("  ...\n", out);
}

/* ---- fuzzers ---------------------------------------------------------- */

/* Writes the lines of the text as a list. */
static void put_yaml_lines(FILE *out, const char *indent, const char *key, const char *bytes)
{
    if (bytes == NULL || *bytes == '\0') return;
    char *text = text_format("%s", bytes);
    char *rest = text;
    fprintf(out, "%s%s:\n", indent, key);
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        fprintf(out, "%s  - ", indent);
        put_quoted(out, line);
    }
    free(text);
}

static void put_fuzz_finding(FILE *out, const struct reports_fuzz_finding *finding)
{
    static const char next[] = "      ";
    put_yaml(out, "    - ", "kind", reports_fuzz_kind_name(finding->kind));
    put_yaml(out, next, "invariant", finding->invariant);
    put_yaml(out, next, "text", finding->text);
    put_yaml_lines(out, next, "stack", finding->stack);
    put_yaml(out, next, "file", finding->source);
    put_yaml(out, next, "sha256", finding->sha256);
    put_yaml(out, next, "reproduce", finding->reproduce);
}

static void put_number(FILE *out, const char *key, uint64_t number)
{
    fprintf(out, "  %s: %" PRIu64 "\n", key, number);
}

static void put_fuzzer(FILE *out, const struct store_fuzz *fuzzer, size_t number)
{
    const struct reports_fuzz *is = &fuzzer->is;
    put_point(out, "", store_fuzz_point(is), number, fuzzer->name, STORE_FUZZ_IDLE);
    fputs("  ---\n", out);
    put_yaml(out, "  ", "sanitizers", is->sanitizers);
    fprintf(out, "  mutator: %s\n", is->mutator ? "true" : "false");
    put_number(out, "duration_ms", is->duration_ms);
    put_number(out, "executions", is->executions);
    put_number(out, "executions_per_second", is->executions_per_second);
    if (is->edges > 0) put_number(out, "edges", is->edges);
    if (is->edges_total > 0) put_number(out, "edges_total", is->edges_total);
    put_number(out, "corpus_count", is->corpus_count);
    put_number(out, "corpus_size", is->corpus_size);
    if (is->finding_count > 0) fputs("  findings:\n", out);
    for (size_t i = 0; i < is->finding_count; i++) put_fuzz_finding(out, &is->findings[i]);
    fputs("  ...\n", out);
}

void tap_write(const struct store *store, FILE *out)
{
    size_t count = store->case_count + store->fuzz_count;
    fprintf(out, "TAP version 14\n1..%zu%s\n", count, count == 0 ? " # SKIP no cases" : "");
    for (size_t i = 0; i < store->case_count; i++) put_case(out, &store->cases[i], i + 1);
    for (size_t i = 0; i < store->fuzz_count; i++)
        put_fuzzer(out, &store->fuzzers[i], store->case_count + i + 1);
}
