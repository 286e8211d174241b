/* The virtual module: what it says to command lines, and that what it says to
 * every command line of the corpus is what the manual has. */
#include "base/buffer.h"
#include "base/memory.h"
#include "catalog/builtin.h"
#include "judge/judge.h"
#include "modem/modem.h"
#include "script/script.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct catalog_model *model;

/* ---- a host ----------------------------------------------------------- */

struct host {
    struct modem *modem;
    int64_t now;
    struct buffer heard;
};

static struct host new_host(const char *dialect, uint32_t speed, uint64_t seed)
{
    struct modem_options options = {
        .dialect = catalog_find_dialect(dialect), .speed = speed, .seed = seed};
    return (struct host){.modem = modem_new(model, &options)};
}

static void end_host(struct host *host)
{
    modem_free(host->modem);
    buffer_release(&host->heard);
}

/* All that comes until nothing more is due within `limit_us`. */
static void listen(struct host *host, int64_t limit_us)
{
    int64_t until = host->now + limit_us;
    uint8_t bytes[97];
    for (;;) {
        size_t size = modem_send(host->modem, bytes, sizeof bytes, host->now);
        buffer_append(&host->heard, bytes, size);
        if (size > 0) continue;
        int64_t due = modem_due(host->modem, host->now);
        if (due > until) return;
        host->now = due > host->now ? due : host->now + 1;
    }
}

static void type(struct host *host, const char *text)
{
    modem_receive(host->modem, (const uint8_t *)text, strlen(text), host->now);
    listen(host, 1000);
}

static void assert_heard(struct host *host, const char *expected)
{
    buffer_append(&host->heard, "", 1);
    assert_string_equal((char *)host->heard.bytes, expected);
    host->heard.size = 0;
}

static void assert_answer(struct host *host, const char *typed, const char *expected)
{
    type(host, typed);
    assert_heard(host, expected);
}

/* ---- V.250 ------------------------------------------------------------ */

static void test_modem_echo_and_forms_of_results(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 0, 0);
    assert_answer(&host, "AT\r", "AT\r\r\nOK\r\n");
    assert_answer(&host, "at\r", "at\r\r\nOK\r\n");
    assert_answer(&host, "ATE0\r", "ATE0\r\r\nOK\r\n");
    assert_answer(&host, "AT\r", "\r\nOK\r\n");
    assert_answer(&host, "ATV0\r", "0\r");
    assert_answer(&host, "AT+CSQ\r", "+CSQ: 23,0\r\n0\r");
    assert_answer(&host, "AT+NONE\r", "4\r");
    assert_answer(&host, "ATV1Q1\r", "");
    assert_answer(&host, "AT+CSQ\r", "\r\n+CSQ: 23,0\r\n");
    assert_answer(&host, "ATZ\r", "\r\nOK\r\n");
    assert_answer(&host, "AT\r", "AT\r\r\nOK\r\n");
    end_host(&host);
}

static void test_modem_several_commands_on_a_line(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 0, 0);
    type(&host, "ATE0\r");
    host.heard.size = 0;
    assert_answer(&host, "ATV1X4+CMEE=1;+CSQ;+CREG?;I9\r",
                  "\r\n+CSQ: 23,0\r\n\r\n+CREG: 0,1\r\n\r\nManufacturer: atproof\r\n"
                  "\r\nModel: virtual simcom\r\n\r\nRevision: " ATPROOF_VERSION "\r\n\r\nOK\r\n");
    assert_answer(&host, "AT+CSQ;+CSQ=1;+CSQ\r", "\r\n+CSQ: 23,0\r\n\r\n+CME ERROR: 50\r\n");
    assert_answer(&host, "A/", "\r\n+CSQ: 23,0\r\n\r\n+CME ERROR: 50\r\n");
    end_host(&host);
}

static void test_modem_editing_and_noise(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 0, 0);
    type(&host, "ATE0\r");
    host.heard.size = 0;
    assert_answer(&host, "\xff\nXAAT+CSX\bQ\r", "\r\n+CSQ: 23,0\r\n\r\nOK\r\n");
    end_host(&host);
}

static void test_modem_line_too_long_is_refused(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 0, 0);
    char text[4000];
    memset(text, '1', sizeof text);
    memcpy(text, "AT+CSQ", 6);
    text[sizeof text - 2] = '\r';
    text[sizeof text - 1] = '\0';
    type(&host, "ATE0\r");
    host.heard.size = 0;
    assert_answer(&host, text, "\r\nERROR\r\n");
    assert_answer(&host, "AT\r", "\r\nOK\r\n");
    end_host(&host);
}

/* ---- errors ----------------------------------------------------------- */

static void test_modem_errors_as_cmee_says(void **state)
{
    (void)state;
    struct host host = new_host("quectel-ec200", 0, 0);
    type(&host, "ATE0\r");
    host.heard.size = 0;
    assert_answer(&host, "AT+CFUN=9\r", "\r\nERROR\r\n");
    assert_answer(&host, "AT+CFUN=\r", "\r\nERROR\r\n");
    assert_answer(&host, "AT+CFUN=1,0,0\r", "\r\nERROR\r\n");
    assert_answer(&host, "AT+CMEE=1;+CFUN=9\r", "\r\n+CME ERROR: 50\r\n");
    assert_answer(&host, "AT+CMEE=2;+CFUN=9\r", "\r\n+CME ERROR: bad parameters\r\n");
    assert_answer(&host, "AT+NONE\r", "\r\n+CME ERROR: operation not supported\r\n");
    assert_answer(&host, "AT+CPSI?\r", "\r\n+CME ERROR: operation not supported\r\n");
    assert_answer(&host, "AT+CCLK=26/11/21,06:00:00+04\r", "\r\n+CME ERROR: bad parameters\r\n");
    assert_answer(&host, "AT+CCLK=\"26/02/30,06:00:00+04\"\r",
                  "\r\n+CME ERROR: bad parameters\r\n");
    assert_answer(&host, "AT+CCLK=\"26/11/21,06:00:00+04\"\r", "\r\nOK\r\n");
    end_host(&host);
}

/* ---- states ----------------------------------------------------------- */

static void test_modem_contexts(void **state)
{
    (void)state;
    struct host host = new_host("quectel-ugxx", 0, 0);
    type(&host, "ATE0\r");
    host.heard.size = 0;
    assert_answer(&host, "AT+CGDCONT=1,\"IP\",\"internet\"\r", "\r\nOK\r\n");
    assert_answer(&host, "AT+CGDCONT?\r",
                  "\r\n+CGDCONT: 1,\"IP\",\"internet\",\"\",0,0\r\n\r\nOK\r\n");
    assert_answer(&host, "AT+QILOCIP\r", "\r\nERROR\r\n");
    assert_answer(&host, "AT+QIACT=1\r", "\r\nOK\r\n");
    assert_answer(&host, "AT+QIACT?\r", "\r\n+QIACT: 1,1,1,\"127.0.0.1\"\r\n\r\nOK\r\n");
    assert_answer(&host, "AT+CGDCONT=1\r", "\r\nERROR\r\n"); /* active */
    assert_answer(&host, "AT+QIDEACT=1;+CGDCONT=1;+CGDCONT?\r", "\r\nOK\r\n");
    assert_answer(&host, "AT+CGATT=0;+QIACT=1\r", "\r\nERROR\r\n");
    type(&host, "AT+QIGETERROR\r");
    buffer_append(&host.heard, "", 1);
    assert_memory_equal(host.heard.bytes, "\r\n+QIGETERROR: 561,", 19);
    end_host(&host);
}

static void test_modem_contexts_are_as_many_as_the_manual_has(void **state)
{
    (void)state;
    static const struct {
        const char *dialect, *last, *above;
    } cases[] = {{"quectel-ec200", "AT+QIACT=15\r", "AT+QIACT=16\r"},
                 {"quectel-ugxx", "AT+QIACT=20\r", "AT+QIACT=21\r"},
                 {"quectel-ugxx", "AT+CGDCONT=16,\"IP\"\r", "AT+CGDCONT=17,\"IP\"\r"},
                 {"simcom", "AT+CGDCONT=16,\"IP\"\r", "AT+CGDCONT=17,\"IP\"\r"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct host host = new_host(cases[i].dialect, 0, 0);
        type(&host, "ATE0\r");
        host.heard.size = 0;
        assert_answer(&host, cases[i].last, "\r\nOK\r\n");
        assert_answer(&host, cases[i].above, "\r\nERROR\r\n");
        end_host(&host);
    }
}

static void test_modem_radio_off_is_told(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 0, 0);
    type(&host, "ATE0;+CREG=1;+CEREG=2\r");
    host.heard.size = 0;
    assert_answer(&host, "AT+CFUN=4\r", "\r\nOK\r\n\r\n+CREG: 0\r\n\r\n+CEREG: 0\r\n");
    assert_answer(&host, "AT+CSQ\r", "\r\n+CSQ: 99,99\r\n\r\nOK\r\n");
    assert_answer(&host, "AT+CFUN=1\r",
                  "\r\nOK\r\n\r\n+CREG: 1\r\n\r\n+CEREG: 1,\"1234\",\"0012ABCD\",7\r\n");
    end_host(&host);
}

static void test_modem_reset_says_its_banner(void **state)
{
    (void)state;
    struct host host = new_host("quectel-ugxx", 0, 0);
    assert_answer(&host, "AT+CFUN=1,1\r",
                  "AT+CFUN=1,1\r\r\nOK\r\n\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n"
                  "\r\n+QIND: SMS DONE\r\n\r\n+QIND: PB DONE\r\n");
    end_host(&host);
}

/* ---- uploads ---------------------------------------------------------- */

static void test_modem_upload_is_stored_and_summed(void **state)
{
    (void)state;
    struct host host = new_host("quectel-ec200", 0, 0);
    type(&host, "ATE0\r");
    host.heard.size = 0;
    assert_answer(&host, "AT+QFUPL=\"UFS:ca.pem\",5\r", "\r\nCONNECT\r\n");
    modem_receive(host.modem, (const uint8_t *)"A\rT\0\xff", 5, host.now);
    listen(&host, 1000);
    assert_heard(&host, "\r\n+QFUPL: 5,ea0d\r\n\r\nOK\r\n");
    assert_answer(&host, "AT+QFUPL=\"a\",5,2\r", "\r\nCONNECT\r\n");
    assert_answer(&host, "AT\r", "");
    listen(&host, 3000000);
    assert_heard(&host, "\r\nERROR\r\n");
    end_host(&host);
}

static void test_modem_certificates(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 0, 0);
    type(&host, "ATE0\r");
    host.heard.size = 0;
    assert_answer(&host, "AT+CCERTDOWN=\"ca.pem\",3\r", "\r\n> ");
    assert_answer(&host, "abcAT\r", "\r\nOK\r\n\r\nOK\r\n");
    assert_answer(&host, "AT+CCERTLIST\r", "\r\n+CCERTLIST: \"ca.pem\"\r\n\r\nOK\r\n");
    assert_answer(&host, "AT+CCERTDELE=\"ca.pem\"\r", "\r\nOK\r\n");
    assert_answer(&host, "AT+CCERTDELE=\"ca.pem\"\r", "\r\nERROR\r\n");
    assert_answer(&host, "AT+CCERTDOWN=\"ca.txt\",3\r", "\r\nERROR\r\n");
    end_host(&host);
}

/* 2.2.7: the time is that of all the data, whatever the host's pauses. */
static void test_modem_http_data_that_end_short_are_refused(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 0, 0);
    type(&host, "ATE0;+HTTPINIT\r");
    host.heard.size = 0;
    assert_answer(&host, "AT+HTTPDATA=5,10\r", "\r\nDOWNLOAD\r\n");
    host.now += 6000000;
    assert_answer(&host, "ab", "");
    host.now += 3900000;
    assert_answer(&host, "c", "");
    listen(&host, 200000);
    assert_heard(&host, "\r\nERROR\r\n");
    assert_answer(&host, "AT+HTTPDATA=2,10\r", "\r\nDOWNLOAD\r\n");
    assert_answer(&host, "abAT\r", "\r\nOK\r\n\r\nOK\r\n");
    end_host(&host);
}

/* ---- pace ------------------------------------------------------------- */

static void test_modem_keeps_to_the_speed_of_the_line(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 9600, 0);
    const int64_t start = 5000000;
    int64_t now = start;
    size_t said = 0;
    uint8_t bytes[64];
    modem_receive(host.modem, (const uint8_t *)"ATI\r", 4, now);
    for (; modem_due(host.modem, now) != MODEM_NEVER; now = modem_due(host.modem, now)) {
        said += modem_send(host.modem, bytes, sizeof bytes, now);
        uint64_t most = (uint64_t)(now - start) * 9600 / 10000000 + 1;
        assert_in_range(said, most - 1, most);
    }
    assert_true(said > 50);
    end_host(&host);
}

static void test_modem_seed_changes_the_chunks_alone(void **state)
{
    (void)state;
    struct host plain = new_host("simcom", 0, 0);
    struct host random = new_host("simcom", 0, 7);
    static const char text[] = "ATI;+CSQ;+CREG?;+COPS?\r";
    type(&plain, text);
    modem_receive(random.modem, (const uint8_t *)text, strlen(text), 0);
    listen(&random, 1000000);
    assert_true(random.now > plain.now);
    assert_int_equal(random.heard.size, plain.heard.size);
    assert_memory_equal(random.heard.bytes, plain.heard.bytes, plain.heard.size);
    end_host(&plain);
    end_host(&random);
}

static void test_modem_urc_waits_for_the_command_line(void **state)
{
    (void)state;
    struct host host = new_host("simcom", 0, 0);
    type(&host, "AT+C");
    modem_say(host.modem, "+CGEV: ME DETACH");
    assert_heard(&host, "AT+C");
    assert_answer(&host, "SQ\r", "SQ\r\r\n+CSQ: 23,0\r\n\r\nOK\r\n\r\n+CGEV: ME DETACH\r\n");
    end_host(&host);
}

/* ---- against the manual ----------------------------------------------- */

/* Types what a transcript's host sends; writes what came of it. */
static void converse(struct host *host, const struct transcript *asked,
                     struct transcript_builder *builder)
{
    for (size_t i = 0; i < asked->item_count; i++) {
        const struct transcript_item *item = &asked->items[i];
        if (item->kind != TRANSCRIPT_SENT) continue;
        const uint8_t *bytes = asked->bytes + item->offset;
        transcript_add(builder, TRANSCRIPT_SENT, item->line, TRANSCRIPT_NO_TIME, bytes, item->size);
        modem_receive(host->modem, bytes, item->size, host->now);
        listen(host, 1000);
        transcript_add(builder, TRANSCRIPT_RECEIVED, item->line, TRANSCRIPT_NO_TIME,
                       host->heard.bytes, host->heard.size);
        host->heard.size = 0;
    }
}

static bool tell_findings(const char *path, const struct modem *modem,
                          const struct judgement *judgement)
{
    bool good = true;
    for (size_t i = 0; i < judgement->exchange_count; i++) {
        const struct reports_exchange *exchange = &judgement->exchanges[i];
        if (exchange->verdict == REPORTS_PASS || exchange->verdict == REPORTS_UNJUDGED) continue;
        if (!modem_does(modem, exchange->name)) continue; /* of another vendor */
        for (size_t f = 0; f < exchange->finding_count; f++) {
            const struct reports_finding *finding = &exchange->findings[f];
            print_error("%s:%zu: %s: %s %s: expected %s, seen %s\n", path, exchange->line,
                        exchange->command, finding->rule, finding->clause, finding->expected,
                        finding->seen);
        }
        good = false;
    }
    return good;
}

static bool run_case(const char *path, const struct script_case *case_, const char *dialect,
                     const struct compiled_catalog *compiled)
{
    struct host host = new_host(dialect, 0, 0);
    struct transcript asked;
    struct transcript answered;
    struct transcript_error error;
    struct transcript_builder builder = {0};
    struct judge_options options = {0};
    struct judgement judgement;
    if (!script_expand(case_, NULL, 0, &asked, &error)) fail_msg("%s: %s", path, error.text);
    converse(&host, &asked, &builder);
    if (!transcript_build(&builder, &answered, &error)) fail_msg("%s: %s", path, error.text);
    judge_transcript(&answered, compiled, &options, &judgement);
    bool good = tell_findings(path, host.modem, &judgement);
    judgement_release(&judgement);
    transcript_release(&answered);
    transcript_release(&asked);
    end_host(&host);
    return good;
}

/* Every command line of the generated cases of a set. */
static void answer_set(const char *dialect, const char *folder)
{
    struct compiled_catalog *compiled = NULL;
    glob_t files;
    size_t count = 0;
    size_t failed = 0;
    char *pattern = memory_format("%s/transcripts/%s/generated/*.at", ATP_CORPUS_DIR, folder);
    assert_int_equal(catalog_open_dialect(dialect, &compiled, stderr), 0);
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t f = 0; f < files.gl_pathc; f++) {
        struct script script;
        struct transcript_error error;
        assert_true(script_read(files.gl_pathv[f], &script, &error));
        for (size_t i = 0; i < script.case_count; i++, count++)
            failed += !run_case(files.gl_pathv[f], &script.cases[i], dialect, compiled);
        script_release(&script);
    }
    globfree(&files);
    free(pattern);
    compiled_catalog_free(compiled);
    print_message("%s: %zu cases of %s\n", dialect, count, folder);
    assert_int_not_equal(count, 0);
    assert_int_equal(failed, 0);
}

/* An address that is no name, too, so that a connection to it would be refused
 * (714, 14, 566). */
static void test_modem_offline_opens_no_connection(void **state)
{
    (void)state;
    static const struct {
        const char *dialect, *typed, *result;
    } cases[] = {
        {"simcom", "ATE0;+HTTPINIT;+HTTPPARA=\"URL\",\"http://127.0.0.1:1/\";+HTTPACTION=0\r",
         "+HTTPACTION: 0,713,0"},
        {"simcom", "ATE0;+CCHSTART\rAT+CCHOPEN=0,\"127.0.0.1\",1,1\r", "+CCHOPEN: 0,13"},
        {"simcom", "ATE0;+CCHSTART\rAT+CCHOPEN=0,\"127.0.0.1\",1,2\r", "+CCHOPEN: 0,13"},
        {"quectel-ugxx",
         "ATE0+QICSGP=1,1,\"a.test\"\rAT+QIACT=1\rAT+QSSLOPEN=1,1,1,\"127.0.0.1\",1,0\r",
         "+QSSLOPEN: 1,565"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct modem_options options = {.dialect = catalog_find_dialect(cases[i].dialect),
                                              .offline = true};
        struct host host = {.modem = modem_new(model, &options)};
        type(&host, cases[i].typed);
        listen(&host, 1000000);
        buffer_append(&host.heard, "", 1);
        if (strstr((char *)host.heard.bytes, cases[i].result) == NULL)
            fail_msg("%s: %s", cases[i].result, (char *)host.heard.bytes);
        assert_false(modem_is_working(host.modem));
        end_host(&host);
    }
}

static void test_modem_answers_as_the_manual_has_it(void **state)
{
    (void)state;
    answer_set("simcom", "core");
    answer_set("simcom", "simcom-http");
    answer_set("simcom", "simcom-cch");
    answer_set("quectel-ugxx", "core");
    answer_set("quectel-ec200", "core");
    answer_set("quectel-ugxx", "quectel-ssl-ugxx");
    answer_set("quectel-ec200", "quectel-ssl-ec200");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modem_echo_and_forms_of_results),
        cmocka_unit_test(test_modem_several_commands_on_a_line),
        cmocka_unit_test(test_modem_editing_and_noise),
        cmocka_unit_test(test_modem_line_too_long_is_refused),
        cmocka_unit_test(test_modem_errors_as_cmee_says),
        cmocka_unit_test(test_modem_contexts),
        cmocka_unit_test(test_modem_contexts_are_as_many_as_the_manual_has),
        cmocka_unit_test(test_modem_radio_off_is_told),
        cmocka_unit_test(test_modem_reset_says_its_banner),
        cmocka_unit_test(test_modem_upload_is_stored_and_summed),
        cmocka_unit_test(test_modem_certificates),
        cmocka_unit_test(test_modem_http_data_that_end_short_are_refused),
        cmocka_unit_test(test_modem_keeps_to_the_speed_of_the_line),
        cmocka_unit_test(test_modem_seed_changes_the_chunks_alone),
        cmocka_unit_test(test_modem_urc_waits_for_the_command_line),
        cmocka_unit_test(test_modem_offline_opens_no_connection),
        cmocka_unit_test(test_modem_answers_as_the_manual_has_it),
    };
    model = catalog_load_builtin(stderr);
    if (model == NULL) return 1;
    int failed = cmocka_run_group_tests_name("modem", tests, NULL, NULL);
    catalog_free(model);
    return failed;
}
