/* The lines of a store, byte by byte, and what is refused. */
#define _GNU_SOURCE
#include "words/words.h"

#include <atproof/reports.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those before it */
#include <cmocka.h>

static const struct reports_run plain_run = {.tool = "t"};
static const struct reports_finding plain_finding = {
    .rule = "range", .level = REPORTS_MUST, .clause = "core/1"};
static const struct reports_exchange plain_exchange = {.command = "AT",
                                                       .verdict = REPORTS_PASS,
                                                       .sent_us = REPORTS_NO_TIME,
                                                       .over_us = REPORTS_NO_TIME};
static const struct reports_case plain_case = {.id = "a",
                                               .dialect = "auto",
                                               .level = REPORTS_MUST,
                                               .verdict = REPORTS_PASS,
                                               .outcome = REPORTS_PASSED};

static const struct reports_fuzz plain_fuzz = {
    .target = "stream", .engine = REPORTS_AFL, .instance = "main"};
static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const struct reports_fuzz_finding plain_fuzz_finding = {
    .kind = REPORTS_LEAK, .text = "t", .source = "s", .sha256 = digest, .reproduce = "r"};

struct written {
    char *bytes;
    size_t size;
    bool good;
    int error;
};

static struct written write_one(const struct reports_run *run, const struct reports_case *case_)
{
    struct written out = {0};
    FILE *file = open_memstream(&out.bytes, &out.size);
    assert_non_null(file);
    errno = 0;
    out.good = run != NULL ? reports_write_run(file, run) : reports_write_case(file, case_);
    out.error = errno;
    assert_int_equal(fclose(file), 0);
    return out;
}

static void assert_line(const struct reports_run *run, const struct reports_case *case_,
                        const char *line)
{
    struct written out = write_one(run, case_);
    assert_true(out.good);
    assert_string_equal(out.bytes, line);
    free(out.bytes);
}

static void assert_refused(const struct reports_run *run, const struct reports_case *case_)
{
    struct written out = write_one(run, case_);
    assert_false(out.good);
    assert_int_equal(out.error, EINVAL);
    assert_int_equal(out.size, 0);
    free(out.bytes);
}

static void assert_exchange_refused(struct reports_exchange exchange)
{
    struct reports_case case_ = plain_case;
    case_.exchanges = &exchange;
    case_.exchange_count = 1;
    assert_refused(NULL, &case_);
}

static void assert_finding_refused(struct reports_finding finding)
{
    struct reports_exchange exchange = plain_exchange;
    exchange.findings = &finding;
    exchange.finding_count = 1;
    assert_exchange_refused(exchange);
}

static struct written write_fuzz(const struct reports_fuzz *fuzz)
{
    struct written out = {0};
    FILE *file = open_memstream(&out.bytes, &out.size);
    assert_non_null(file);
    errno = 0;
    out.good = reports_write_fuzz(file, fuzz);
    out.error = errno;
    assert_int_equal(fclose(file), 0);
    return out;
}

static void assert_fuzz_refused(const struct reports_fuzz *fuzz)
{
    struct written out = write_fuzz(fuzz);
    assert_false(out.good);
    assert_int_equal(out.error, EINVAL);
    assert_int_equal(out.size, 0);
    free(out.bytes);
}

static void assert_fuzz_finding_refused(struct reports_fuzz_finding finding)
{
    struct reports_fuzz fuzz = plain_fuzz;
    fuzz.findings = &finding;
    fuzz.finding_count = 1;
    assert_fuzz_refused(&fuzz);
}

/* ---- lines ------------------------------------------------------------ */

static void test_write_unknown_facts_leave_keys_out(void **state)
{
    (void)state;
    assert_line(&plain_run, NULL,
                "{\"kind\":\"run\",\"version\":1,\"tool\":\"t\",\"strict\":false}\n");
    assert_line(NULL, &plain_case,
                "{\"kind\":\"case\",\"id\":\"a\",\"dialect\":\"auto\",\"level\":\"must\","
                "\"verdict\":\"pass\",\"outcome\":\"passed\",\"exchanges\":[]}\n");
}

static void test_write_known_facts_stand_in_order(void **state)
{
    struct reports_finding findings[] = {plain_finding, plain_finding};
    struct reports_exchange exchanges[] = {plain_exchange, plain_exchange};
    struct reports_case case_ = plain_case;
    const struct reports_wire wire = {
        REPORTS_RECEIVED, REPORTS_WIRE_DATA, "+A", 7, 9, 3, -1, "\\0x", NULL, "glued"};
    (void)state;
    findings[1] = (struct reports_finding){"range", REPORTS_SHOULD, "core/1", 1,  2, 3, "e",
                                           "s",     true,           "r",      "h"};
    exchanges[0].findings = findings;
    exchanges[0].finding_count = 2;
    exchanges[1].name = "";
    exchanges[1].line = 4;
    exchanges[1].sent_us = 0;
    exchanges[1].over_us = -7;
    exchanges[1].time_limit_ms = UINT32_MAX;
    exchanges[1].wire = &wire;
    exchanges[1].wire_count = 1;
    case_.exchanges = exchanges;
    case_.exchange_count = 2;
    case_.way = 2;
    case_.identity.model = "m";
    assert_line(NULL, &case_,
                "{\"kind\":\"case\",\"id\":\"a\",\"dialect\":\"auto\",\"level\":\"must\","
                "\"verdict\":\"pass\",\"outcome\":\"passed\",\"way\":2,\"model\":\"m\","
                "\"exchanges\":[{\"command\":\"AT\",\"verdict\":\"pass\",\"offset\":0,\"size\":0,"
                "\"findings\":[{\"rule\":\"range\",\"level\":\"must\",\"clause\":\"core/1\","
                "\"offset\":0,\"size\":0,\"declared\":false},"
                "{\"rule\":\"range\",\"level\":\"should\",\"clause\":\"core/1\",\"offset\":1,"
                "\"size\":2,\"line\":3,\"expected\":\"e\",\"seen\":\"s\",\"declared\":true,"
                "\"reason\":\"r\",\"help\":\"h\"}]},"
                "{\"command\":\"AT\",\"name\":\"\",\"verdict\":\"pass\",\"offset\":0,\"size\":0,"
                "\"line\":4,\"sent_us\":0,\"over_us\":-7,\"time_limit_ms\":4294967295,"
                "\"findings\":[],\"wire\":[{\"direction\":\"received\",\"kind\":\"data\","
                "\"name\":\"+A\",\"offset\":7,\"size\":9,\"line\":3,\"time_us\":-1,"
                "\"text\":\"\\\\0x\",\"deviations\":\"glued\"}]}]}\n");
}

static void test_write_fuzzer_stands_in_order(void **state)
{
    const struct reports_sample samples[] = {{0, 1, 0}, {5, 6, 7}};
    struct reports_fuzz fuzz = plain_fuzz;
    (void)state;
    fuzz.samples = samples;
    fuzz.sample_count = 2;
    fuzz.findings = &plain_fuzz_finding;
    fuzz.finding_count = 1;
    fuzz.edges_total = 9;
    struct written out = write_fuzz(&fuzz);
    assert_true(out.good);
    assert_string_equal(
        out.bytes,
        "{\"kind\":\"fuzz\",\"target\":\"stream\",\"engine\":\"afl\",\"mutator\":false,"
        "\"instance\":\"main\",\"duration_ms\":0,\"executions\":0,\"executions_per_second\":0,"
        "\"edges_total\":9,\"corpus_count\":0,\"corpus_size\":0,"
        "\"samples\":[{\"time_ms\":0,\"executions\":1},"
        "{\"time_ms\":5,\"executions\":6,\"edges\":7}],"
        "\"findings\":[{\"kind\":\"leak\",\"text\":\"t\",\"source\":\"s\",\"sha256\":"
        "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
        "\"reproduce\":\"r\"}]}\n");
    free(out.bytes);
}

static void test_write_bytes_are_one_escape_each(void **state)
{
    struct reports_run run = plain_run;
    (void)state;
    run.tool = "\x01\n\x1F ~\x7F\x80\xC3\xBC\xFF\"\\/";
    assert_line(&run, NULL,
                "{\"kind\":\"run\",\"version\":1,\"tool\":\"\\u0001\\u000a\\u001f "
                "~\\u007f\\u0080\\u00c3\\u00bc\\u00ff\\\"\\\\/\",\"strict\":false}\n");
}

static void test_write_full_device_is_told(void **state)
{
    FILE *file = fopen("/dev/full", "w");
    (void)state;
    assert_non_null(file);
    setvbuf(file, NULL, _IONBF, 0);
    assert_false(reports_write_run(file, &plain_run));
    assert_false(reports_write_case(file, &plain_case));
    fclose(file);
}

/* ---- words ------------------------------------------------------------ */

static void test_write_value_0_has_no_word(void **state)
{
    (void)state;
    assert_null(reports_level_name(REPORTS_LEVEL_NONE));
    assert_null(reports_verdict_name(REPORTS_VERDICT_NONE));
    assert_null(reports_outcome_name(REPORTS_OUTCOME_NONE));
    assert_null(reports_direction_name(REPORTS_DIRECTION_NONE));
    assert_null(reports_wire_name(REPORTS_WIRE_NONE));
    assert_null(reports_engine_name(REPORTS_ENGINE_NONE));
    assert_null(reports_fuzz_kind_name(REPORTS_FUZZ_NONE));
}

static void test_write_each_word_is_found_again(void **state)
{
    static const struct words *const all[] = {&words_levels,     &words_verdicts,   &words_outcomes,
                                              &words_directions, &words_wire_kinds, &words_engines,
                                              &words_fuzz_kinds};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (unsigned value = 1; value < all[i]->count; value++)
            assert_int_equal(words_find(all[i], words_name(all[i], value)), value);
        assert_null(words_name(all[i], all[i]->count));
        assert_int_equal(words_find(all[i], "maybe"), 0);
    }
}

/* ---- refusals --------------------------------------------------------- */

static void test_write_broken_run_is_refused(void **state)
{
    static const char *const instants[] = {"yesterday", "2026-01-31T23:59:59",
                                           "2026-01-31T23:59:59.Z", "2026-01-31T23:59:59Z "};
    struct reports_run run = {0};
    (void)state;
    assert_refused(&run, NULL);
    run = plain_run;
    for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
        run.started = instants[i];
        assert_refused(&run, NULL);
    }
}

static void set_text(struct reports_case *case_, size_t offset, const char *text)
{
    *(const char **)(void *)((char *)case_ + offset) = text;
}

static void set_word(struct reports_case *case_, size_t offset, unsigned value)
{
    memcpy((char *)case_ + offset, &value, sizeof value);
}

static void test_write_broken_case_is_refused(void **state)
{
    static const size_t texts[] = {offsetof(struct reports_case, id),
                                   offsetof(struct reports_case, dialect)};
    static const size_t words[] = {offsetof(struct reports_case, level),
                                   offsetof(struct reports_case, verdict),
                                   offsetof(struct reports_case, outcome)};
    struct reports_case case_ = plain_case;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        case_ = plain_case;
        set_text(&case_, texts[i], NULL);
        assert_refused(NULL, &case_);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        case_ = plain_case;
        set_word(&case_, words[i], 0);
        assert_refused(NULL, &case_);
        set_word(&case_, words[i], REPORTS_OUTCOME_COUNT);
        assert_refused(NULL, &case_);
    }
    case_ = plain_case;
    case_.identity.sha256 = "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef";
    assert_refused(NULL, &case_);
    case_ = plain_case;
    case_.way = (uint64_t)INT64_MAX + 1;
    assert_refused(NULL, &case_);
}

static void test_write_broken_exchange_is_refused(void **state)
{
    struct reports_exchange exchange = plain_exchange;
    struct reports_finding finding = plain_finding;
    (void)state;
    exchange.command = NULL;
    assert_exchange_refused(exchange);
    exchange = plain_exchange;
    exchange.verdict = REPORTS_VERDICT_COUNT;
    assert_exchange_refused(exchange);
    exchange = plain_exchange;
    exchange.offset = UINT64_MAX;
    assert_exchange_refused(exchange);
    finding.rule = NULL;
    assert_finding_refused(finding);
    finding = plain_finding;
    finding.clause = NULL;
    assert_finding_refused(finding);
    finding = plain_finding;
    finding.level = REPORTS_LEVEL_NONE;
    assert_finding_refused(finding);
}

static void test_write_broken_fuzzer_is_refused(void **state)
{
    struct reports_fuzz fuzz = plain_fuzz;
    struct reports_fuzz_finding finding = plain_fuzz_finding;
    (void)state;
    fuzz.target = NULL;
    assert_fuzz_refused(&fuzz);
    fuzz = plain_fuzz;
    fuzz.engine = REPORTS_ENGINE_NONE;
    assert_fuzz_refused(&fuzz);
    fuzz = plain_fuzz;
    fuzz.executions = UINT64_MAX;
    assert_fuzz_refused(&fuzz);
    finding.kind = REPORTS_FUZZ_COUNT;
    assert_fuzz_finding_refused(finding);
    finding = plain_fuzz_finding;
    finding.sha256 = NULL;
    assert_fuzz_finding_refused(finding);
    finding = plain_fuzz_finding;
    finding.reproduce = NULL;
    assert_fuzz_finding_refused(finding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_unknown_facts_leave_keys_out),
        cmocka_unit_test(test_write_known_facts_stand_in_order),
        cmocka_unit_test(test_write_fuzzer_stands_in_order),
        cmocka_unit_test(test_write_bytes_are_one_escape_each),
        cmocka_unit_test(test_write_full_device_is_told),
        cmocka_unit_test(test_write_value_0_has_no_word),
        cmocka_unit_test(test_write_each_word_is_found_again),
        cmocka_unit_test(test_write_broken_run_is_refused),
        cmocka_unit_test(test_write_broken_case_is_refused),
        cmocka_unit_test(test_write_broken_exchange_is_refused),
        cmocka_unit_test(test_write_broken_fuzzer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
