/* TAP version 14: a test point a case, a subtest of its exchanges before it. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

/* In a description `#` and `\` are escaped; a line end cannot stand in it. */
static void put_description(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\') fputc('\\', out);
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    }
}

/* A YAML string in double quotes; what is no printable ASCII as \xHH. */
static void put_yaml(FILE *out, const char *indent, const char *key, const char *text)
{
    fprintf(out, "%s%s: \"", indent, key);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte > 0x7E) fprintf(out, "\\x%02X", byte);
        else fputc(byte, out);
    }
    fputs("\"\n", out);
}

static void put_findings(FILE *out, const json_t *case_, const json_t *exchange)
{
    const json_t *findings = store_array(exchange, "findings");
    if (json_array_size(findings) == 0) return;
    fputs("      ---\n      findings:\n", out);
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        put_yaml(out, "        - ", "rule", store_text(finding, "rule"));
        put_yaml(out, "          ", "level", store_text(finding, "level"));
        put_yaml(out, "          ", "clause", store_text(finding, "clause"));
        put_yaml(out, "          ", "file", store_text(case_, "source"));
        fprintf(out, "          line: %lld\n          offset: %lld\n",
                (long long)store_number(finding, "line"),
                (long long)store_number(finding, "offset"));
        put_yaml(out, "          ", "expected", store_text(finding, "expected"));
        put_yaml(out, "          ", "seen", store_text(finding, "seen"));
        if (store_text(finding, "reason")[0] != '\0')
            put_yaml(out, "          ", "declared", store_text(finding, "reason"));
    }
    fputs("      ...\n", out);
}

static void put_directive(FILE *out, const char *word, const char *text)
{
    fprintf(out, " # %s ", word);
    put_description(out, text);
}

static void put_exchange(FILE *out, const json_t *case_, const json_t *exchange, size_t number)
{
    const char *verdict = store_text(exchange, "verdict");
    const char *command = store_text(exchange, "command");
    fprintf(out, "    %s %zu - ", strcmp(verdict, "fail") == 0 ? "not ok" : "ok", number);
    put_description(out, command[0] == '\0' ? "unasked" : command);
    if (strcmp(verdict, "unjudged") == 0) put_directive(out, "SKIP", store_text(exchange, "why"));
    if (strcmp(verdict, "fail") == 0
        && strcmp(store_text(case_, "outcome"), "expected-failure") == 0)
        put_directive(out, "TODO", store_text(case_, "reason"));
    fputc('\n', out);
    put_findings(out, case_, exchange);
}

static void put_case(FILE *out, const json_t *case_, size_t number)
{
    const char *outcome = store_text(case_, "outcome");
    const json_t *exchanges = store_array(case_, "exchanges");
    size_t count = json_array_size(exchanges);
    char *name = store_case_name(case_);
    bool passed = strcmp(outcome, "passed") == 0 || strcmp(outcome, "skipped") == 0;
    if (count > 0) {
        fputs("# Subtest: ", out);
        put_description(out, name);
        fprintf(out, "\n    1..%zu\n", count);
    }
    for (size_t i = 0; i < count; i++)
        put_exchange(out, case_, json_array_get(exchanges, i), i + 1);
    fprintf(out, "%s %zu - ", passed ? "ok" : "not ok", number);
    put_description(out, name);
    if (strcmp(outcome, "skipped") == 0) put_directive(out, "SKIP", store_text(case_, "reason"));
    if (strcmp(outcome, "expected-failure") == 0)
        put_directive(out, "TODO", store_text(case_, "reason"));
    fputc('\n', out);
    if (strcmp(outcome, "unexpected-pass") == 0) {
        fputs("  ---\n", out);
        put_yaml(out, "  ", "unexpected-pass", store_text(case_, "reason"));
        fputs("  ...\n", out);
    }
    free(name);
}

bool tap_write(const struct store *store, FILE *out)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(store->lines); i++)
        count += store_is_case(json_array_get(store->lines, i));
    fprintf(out, "TAP version 14\n1..%zu\n", count);
    for (size_t i = 0, number = 0; i < json_array_size(store->lines); i++) {
        const json_t *line = json_array_get(store->lines, i);
        if (store_is_case(line)) put_case(out, line, ++number);
    }
    return !ferror(out);
}
