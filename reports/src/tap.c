/* TAP version 14: a test point a case, and before it a subtest of its points:
 *
 *     # Subtest: ID
 *         1..2
 *         ok 1 - AT+CSQ
 *         not ok 2 - AT+HTTPACTION=0
 *           ---
 *           findings: ...
 *           ...
 *     not ok 1 - ID */
#define _GNU_SOURCE
#include "store.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>

#define DESCRIPTION_COLUMNS 120
#define SUBTEST             "    "

/* ---- text ------------------------------------------------------------- */

/* `shown` with what TAP gives a meaning escaped. */
static void put_escaped(FILE *out, const char *shown)
{
    for (; *shown != '\0'; shown++) {
        if (*shown == '#' || *shown == '\\') fputc('\\', out);
        fputc(*shown, out);
    }
}

/* A key with a string in double quotes (YAML 1.2, 7.3.1). */
static void put_yaml(FILE *out, const char *indent, const char *key, const char *bytes)
{
    if (bytes == NULL) return;
    char *shown = text_shown(bytes);
    fprintf(out, "%s%s: \"", indent, key);
    for (const char *at = shown; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') fputc('\\', out);
        fputc(*at, out);
    }
    fputs("\"\n", out);
    free(shown);
}

static void put_line_number(FILE *out, const char *indent, size_t line)
{
    if (line > 0) fprintf(out, "%sline: %zu\n", indent, line);
}

/* ---- test points ------------------------------------------------------ */

/* `shown`: the description, cut already if it can be long. */
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
        put_yaml(out, next, "level", finding->level);
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
    put_yaml(out, "  ", "outcome", is->outcome);
    put_yaml(out, "  ", "reason", is->reason);
    put_yaml(out, "  ", "file", is->identity.source);
    put_line_number(out, "  ", is->line);
    fputs("  ...\n", out);
}

void tap_write(const struct store *store, FILE *out)
{
    fprintf(out, "TAP version 14\n1..%zu%s\n", store->case_count,
            store->case_count == 0 ? " # SKIP no cases" : "");
    for (size_t i = 0; i < store->case_count; i++) put_case(out, &store->cases[i], i + 1);
}
