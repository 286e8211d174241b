/* The library's command line for the tests.
 * usage: reports-driver write            a store of two runs to standard output
 *        reports-driver write-many COUNT one of many cases
 *        reports-driver FORMAT STORE... [--coverage DIR] */
#include <atproof/reports.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a store by the writer -------------------------------------------- */

/* Every byte that a text can hold. */
static const char *all_bytes(void)
{
    static char text[256];
    for (int i = 1; i < 256; i++) text[i - 1] = (char)i;
    return text;
}

static bool write_first_run(FILE *out)
{
    const struct reports_run run = {
        .tool = "atproof check",
        .tool_version = "0.1.0",
        .started = "2026-01-31T23:59:59Z",
        .command = "atproof check a.at",
        .dialect = "simcom",
        .strict = true,
    };
    const struct reports_finding findings[] = {
        {"range", REPORTS_MUST, "simcom-http/2.2.4", 9, 4, 7, "<0..100>", "300", false, NULL,
         "A value lies within the range."},
        {"quoted", REPORTS_SHOULD, "simcom-http/2.2.4", 0, 0, 0, NULL, NULL, true, "known", NULL},
    };
    const struct reports_wire wire[] = {
        {REPORTS_SENT, REPORTS_WIRE_COMMAND, NULL, 0, 7, 6, -5, "AT+CSQ\\r", NULL, NULL},
        {REPORTS_RECEIVED, REPORTS_WIRE_INFO, "+CSQ", 9, 300, 7, REPORTS_NO_TIME, "+CSQ: 300",
         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
         "out-of-range,no-space"},
        {REPORTS_RECEIVED, REPORTS_WIRE_BLANK, NULL, 309, 2, 0, REPORTS_NO_TIME, "\\r\\n", NULL,
         NULL},
    };
    const struct reports_exchange exchanges[] = {
        {"AT+CSQ", "+CSQ", "execute", "ok", "core/6.5", REPORTS_FAIL, NULL, 9, 30, 6, -5, 1200000,
         5000, findings, 2, wire, 3},
        {"", "", "", "", "", REPORTS_UNJUDGED, "no command", 0, 9, 0, REPORTS_NO_TIME,
         REPORTS_NO_TIME, 0, NULL, 0, NULL, 0},
    };
    const struct reports_case case_ = {
        .id = "simcom-http/2.2.4/range",
        .title = all_bytes(),
        .dialect = "simcom",
        .level = REPORTS_MUST,
        .clause = "simcom-http/2.2.4",
        .verdict = REPORTS_FAIL,
        .outcome = REPORTS_EXPECTED_FAILURE,
        .reason = "known to fail",
        .line = 3,
        .way = 2,
        .tries = 3,
        .identity = {"a.at", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                     "SIMCOM", "A7670E", "V1"},
        .exchanges = exchanges,
        .exchange_count = 2,
    };
    const struct reports_clause clause = {"simcom-http/2.2.4", "+HTTPACTION",      "a title",
                                          "a manual",          "simcom-http.yaml", 7};
    const struct reports_clause least = {.id = "core/1"};
    return reports_write_run(out, &run) && reports_write_clause(out, &clause)
           && reports_write_clause(out, &least) && reports_write_case(out, &case_);
}

/* As little as may be known. */
static bool write_second_run(FILE *out)
{
    const struct reports_run run = {.tool = "t"};
    const struct reports_case case_ = {.id = "b.bin",
                                       .dialect = "auto",
                                       .level = REPORTS_MUST,
                                       .verdict = REPORTS_PASS,
                                       .outcome = REPORTS_PASSED};
    return reports_write_run(out, &run) && reports_write_case(out, &case_);
}

static bool write_fuzzers(FILE *out)
{
    const struct reports_sample samples[] = {{0, 1, 0}, {1000, 51234, 812}};
    const struct reports_fuzz_finding findings[] = {
        {REPORTS_CRASH, NULL, "SEGV", NULL, "a/b",
         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "fuzz_stream a/b"},
    };
    const struct reports_fuzz full = {
        "stream", REPORTS_LIBFUZZER, "address", true,     "main", 1000, 51234, 51234, 812, 5021, 2,
        30,       samples,           2,         findings, 1};
    const struct reports_fuzz least = {
        .target = "values", .engine = REPORTS_PLAIN, .instance = "main"};
    return reports_write_fuzz(out, &full) && reports_write_fuzz(out, &least);
}

static bool write_many(FILE *out, size_t count)
{
    const struct reports_run run = {.tool = "atproof check", .started = "2026-01-31T23:59:59Z"};
    bool good = reports_write_run(out, &run);
    for (size_t i = 0; good && i < count; i++) {
        const bool fails = i % 10 == 0;
        const struct reports_finding finding = {
            "range", REPORTS_MUST, "simcom-http/2.2.4", 9, 4, i + 2, "<0..100>", "300", false,
            NULL,    NULL};
        const struct reports_exchange exchange = {
            "AT+CSQ", "+CSQ",     "execute",
            "ok",     "core/6.5", fails ? REPORTS_FAIL : REPORTS_PASS,
            NULL,     0,          30,
            i + 1,    0,          1500000,
            0,        &finding,   fails ? 1 : 0,
            NULL,     0};
        char id[80];
        snprintf(id, sizeof id, "simcom-http/2.2.4/generated-%zu", i);
        const struct reports_case case_ = {.id = id,
                                           .dialect = "simcom",
                                           .level = REPORTS_MUST,
                                           .verdict = fails ? REPORTS_FAIL : REPORTS_PASS,
                                           .outcome = fails ? REPORTS_FAILED : REPORTS_PASSED,
                                           .identity = {.source = "corpus/generated/2.2.4.at"},
                                           .exchanges = &exchange,
                                           .exchange_count = 1};
        good = reports_write_case(out, &case_);
    }
    return good;
}

/* `STORE... [--coverage DIR]` */
static bool project(int count, char **paths, enum reports_format format)
{
    struct reports_input input = {.stores = (const char *const *)paths,
                                  .store_count = (size_t)count};
    if (count > 2 && strcmp(paths[count - 2], "--coverage") == 0) {
        input.coverage = input.coverage_link = paths[count - 1];
        input.store_count -= 2;
    }
    return reports_project(&input, format, stdout, stderr);
}

int main(int argc, char **argv)
{
    static const char *const formats[] = {
        [REPORTS_JUNIT] = "junit", [REPORTS_TAP] = "tap",     [REPORTS_SUMMARY] = "summary",
        [REPORTS_HTML] = "html",   [REPORTS_SARIF] = "sarif", [REPORTS_MARKDOWN] = "markdown",
        [REPORTS_BADGE] = "badge"};
    _Static_assert(sizeof formats / sizeof *formats == REPORTS_FORMAT_COUNT,
                   "each of enum reports_format has its word here");
    const char *verb = argc > 1 ? argv[1] : "";
    bool good = false;
    if (strcmp(verb, "write") == 0)
        good = write_first_run(stdout) && write_second_run(stdout) && write_fuzzers(stdout);
    if (strcmp(verb, "write-many") == 0 && argc == 3)
        good = write_many(stdout, strtoul(argv[2], NULL, 10));
    for (enum reports_format i = REPORTS_JUNIT; i < REPORTS_FORMAT_COUNT; i++)
        if (strcmp(verb, formats[i]) == 0 && argc > 2) good = project(argc - 2, argv + 2, i);
    return good && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
