/* host: what the host sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eventtext.h"

#define SIMCOM &atp_catalog_simcom
#define UGXX   &atp_catalog_quectel_ugxx
#define EC200  &atp_catalog_quectel_ec200

/* Name and form of the command that is pending once `sent` has gone out; form 0
 * is one that the catalogue does not have. */
static void assert_pending(const struct atp_catalog *catalog, const char *sent, const char *name,
                           unsigned kind)
{
    struct eventtext log;
    struct atp_exchange exchange;
    eventtext_init(&log, catalog, 512);
    eventtext_sent(&log, sent);
    atp_exchange_read(&log.parser, &exchange);
    assert_string_equal(atp_command_name(catalog, exchange.command), name);
    assert_int_equal(exchange.form != NULL ? exchange.form->kind : 0, kind);
    eventtext_free(&log);
}

static void test_host_each_command_of_a_line_is_cut_out(void **state)
{
    (void)state;
    assert_pending(SIMCOM, "AT +CSQ\r", "+CSQ", ATP_FORM_EXECUTE);
    assert_pending(SIMCOM, "AT;+CSQ\r", "+CSQ", ATP_FORM_EXECUTE);
    assert_pending(SIMCOM, " \n\rAT+CSQ\r", "+CSQ", ATP_FORM_EXECUTE);
    assert_pending(SIMCOM, "AT+CREG ?\r", "+CREG", 0);
    assert_pending(SIMCOM, "ATS0=1+CSQ\r", "+CSQ", ATP_FORM_EXECUTE);
    assert_pending(SIMCOM, "ATS0?+CSQ\r", "+CSQ", ATP_FORM_EXECUTE);
    assert_pending(SIMCOM, "ATE?\r", "E", ATP_FORM_EXECUTE);
    assert_pending(SIMCOM, "AT\\Q3;+CSQ\r", "+CSQ", ATP_FORM_EXECUTE);
    assert_pending(SIMCOM, "AT\\\r", "", 0);
    assert_pending(SIMCOM, "AT&\r", "", 0);
    assert_pending(SIMCOM, "ATD123;+CSQ\r", "D", ATP_FORM_EXECUTE);
}

static void test_host_keyword_picks_the_form(void **state)
{
    (void)state;
    struct eventtext log;
    struct atp_exchange exchange;
    static const char *const sent[][2] = {{"AT+CSSLCFG=\"cacert\",0,\"ca.pem\"\r", "cacert"},
                                          {"AT+CSSLCFG=\"cace\",0\r", NULL},
                                          {"AT+CSSLCFG=\"cacerts\",0\r", NULL},
                                          {"AT+CSSLCFG=\r", NULL},
                                          {"AT+CSSLCFG=0\r", NULL}};
    for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
        eventtext_init(&log, SIMCOM, 64);
        eventtext_sent(&log, sent[i][0]);
        atp_exchange_read(&log.parser, &exchange);
        const char *key =
            exchange.form != NULL ? log.parser.catalog->text + exchange.form->key : "";
        assert_string_equal(key, sent[i][1] != NULL ? sent[i][1] : "");
        eventtext_free(&log);
    }
}

static void test_host_upload_is_counted_by_its_argument(void **state)
{
    (void)state;
    /* the comma inside quotes counts for nothing */
    CHECK(EC200, "0+9 prompt CONNECT\n9+11 info +CSQ rssi=1 ber=2\n20+4 result OK (complete)\n",
          SENT("AT+QFUPL=\"a,9.pem\",8"), RECEIVED("CONNECT\r\n"), SENT_RAW("ABCDEFGH"),
          SENT("AT+CSQ"), RECEIVED("+CSQ: 1,2\r\nOK\r\n"));
}

static void test_host_upload_count_beyond_32_bits_is_none(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+1 prompt >\n1+1 blank\n2+11 info +CSQ rssi=1 ber=2\n13+4 result OK (complete)\n",
          SENT("AT+CCHSEND=0,42949672960"), RECEIVED("> "), SENT_RAW("hello\x1A"), SENT("AT+CSQ"),
          RECEIVED("+CSQ: 1,2\r\nOK\r\n"));
}

static void test_host_line_end_alone_asks_for_nothing(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+11 urc +CSQ rssi=1 ber=2 !not-asked\n11+4 result OK !not-asked\n", SENT(""),
          RECEIVED("+CSQ: 1,2\r\nOK\r\n"));
}

static void test_host_upload_goes_on_while_its_echo_does(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n5+4 result OK\n9+18 echo 'AT+CCHSEND=0,30'\n27+1 prompt >\n"
          "28+1 blank\n29+15 echo ba7df34f\n44+11 urc +CSQ rssi=1 ber=2 !not-asked\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+CCHSEND=0,30"),
          RECEIVED("AT+CCHSEND=0,30\r\r\n> "), SENT_RAW("helloworld"), RECEIVED("helloworl"),
          SENT_RAW("HELLO"), RECEIVED("dHELLO+C"), SENT_RAW("World"), RECEIVED("SQ: 1,2\r\n"));
}

static void test_host_ctrl_z_alone_is_no_data(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n5+4 result OK\n9+10 echo 'AT+NONE'\n19+1 prompt >\n20+1 blank\n"
          "21+10 echo 3b9f5c61\n31+4 result OK\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+NONE"), RECEIVED("AT+NONE\r\r\n> "),
          SENT_RAW("helloworld"), RECEIVED("helloworld"), SENT_RAW("\x1A"), RECEIVED("OK\r\n"));
}

/* Data that hold a line end are looked for by what stands before it. */
static void test_host_upload_of_two_lines_is_echo(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n5+4 result OK\n9+10 echo 'AT+NONE'\n19+1 prompt >\n20+1 blank\n"
          "21+3 echo 28e4c710\n24+2 blank\n26+4 result OK\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+NONE"), RECEIVED("AT+NONE\r\r\n> "),
          SENT_RAW("a\nb\x1A"), RECEIVED("a\nb\r\nOK\r\n"));
}

/* Where they are counted, Ctrl-Z and ESC are data. */
static void test_host_counted_upload_holds_any_byte(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n"
          "5+4 result OK\n"
          "9+17 echo 'AT+CCHSEND=0,4'\n"
          "26+1 prompt >\n"
          "27+1 blank\n"
          "28+4 echo 30be5add\n"
          "32+2 blank\n"
          "34+4 result OK (complete)\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+CCHSEND=0,4"),
          RECEIVED("AT+CCHSEND=0,4\r\r\n> "),
          SENT_RAW("a\x1B"
                   "b\x1A"),
          RECEIVED("a\x1B"
                   "b\x1A\r\nOK\r\n"));
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n"
          "5+4 result OK\n"
          "9+17 echo 'AT+CCHSEND=0,4'\n"
          "26+1 prompt >\n"
          "27+1 blank\n"
          "28+4 echo 530502b5\n"
          "32+2 blank\n"
          "34+4 result OK (complete)\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+CCHSEND=0,4"),
          RECEIVED("AT+CCHSEND=0,4\r\r\n> "), SENT_RAW("a\x1A\r\n"),
          RECEIVED("a\x1A\r\n\r\nOK\r\n"));
}

/* The echo of an upload that was none after all is the beginning of a line. */
static void test_host_prompt_after_a_broken_echo_is_text(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n"
          "5+4 result OK\n"
          "9+10 echo 'AT+NONE'\n"
          "19+1 prompt >\n"
          "20+1 blank\n"
          "21+5 text 'he>'\n"
          "26+4 result OK\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+NONE"), RECEIVED("AT+NONE\r\r\n> "),
          SENT_RAW("hello\x1A"), RECEIVED("he>\r\nOK\r\n"));
}

static void test_host_text_ahead_of_the_prompt_is_no_echo(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n5+4 result OK\n9+17 echo 'AT+CCHSEND=0,5'\n26+7 text 'hello'\n"
          "33+1 prompt >\n34+1 blank\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+CCHSEND=0,5"),
          RECEIVED("AT+CCHSEND=0,5\r\r\n"), SENT_RAW("hello"), RECEIVED("hello\r\n> "));
}

static void test_host_text_after_the_verdict_is_echoed(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n5+4 result OK\n9+17 echo 'AT+CCHSEND=0,5'\n"
          "26+7 result ERROR (complete)\n33+7 echo 'hello'\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+CCHSEND=0,5"),
          RECEIVED("AT+CCHSEND=0,5\r\r\nERROR\r\n"), SENT_RAW("hello"), RECEIVED("hello\r\n"));
    CHECK(SIMCOM,
          "0+9 echo 'AT+CSQ'\n"
          "9+8 echo 'hello'\n"
          "17+11 info +CSQ rssi=1 ber=2\n",
          SENT("AT+CSQ"), RECEIVED("AT+CSQ\r\r\n"), SENT("hello"),
          RECEIVED("hello\r\r\n+CSQ: 1,2\r\n"));
}

static void test_host_line_that_is_no_command_is_echoed_whole(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+4 text 'x' !extra-cr\n4+7 result ERROR\n", SENT("x"),
          RECEIVED("x\r\r\nERROR\r\n"));
    CHECK(SIMCOM, "0+13 text 'hello world'\n13+7 echo 'hello'\n", SENT("hello"),
          RECEIVED("hello world\r\nhello\r\n"));
    CHECK(SIMCOM, "0+6 echo 'abc'\n", SENT("abc"), RECEIVED("abc\r\r\n"));
}

static void test_host_shape_of_a_command_is_told_from_text(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+4 echo 'A/'\n4+5 text 'A/x'\n9+3 text 'A'\n", RECEIVED("A/\r\nA/x\r\nA\r\n"));
    CHECK(SIMCOM, "0+5 echo 'ATE'\n", RECEIVED("ATE\r\n"));
    CHECK(SIMCOM, "0+6 echo 'ATE0'\n", RECEIVED("ATE0\r\n"));
    CHECK(SIMCOM, "0+6 echo 'ATDx'\n", RECEIVED("ATDx\r\n"));
    CHECK(SIMCOM, "0+7 text 'ATEND'\n7+11 text 'ATtention'\n18+5 text 'AT+'\n23+6 text 'AT+1'\n",
          RECEIVED("ATEND\r\nATtention\r\nAT+\r\nAT+1\r\n"));
    CHECK(SIMCOM, "0+3 echo 'AT'\n3+5 text 'foo'\n", RECEIVED("AT\rfoo\r\n"));
}

static void test_host_second_plus_plus_plus_keeps_what_is_held(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+16 result CONNECT text=115200 (complete)\n16+7 stream a0702251\n23+2 blank\n"
          "25+4 result OK\n",
          SENT("ATO"), RECEIVED("CONNECT 115200\r\nab\r\nO"), SENT_RAW("+++"), RECEIVED("cd\r\nO"),
          SENT_RAW("+++"), RECEIVED("K\r\n"));
}

/* Longer than the parser counts: its echo is found by the part it holds. */
static void test_host_command_beyond_64_kib_is_pending(void **state)
{
    (void)state;
    static char sent[70000];
    struct eventtext log;
    struct atp_exchange exchange;
    memset(sent, 'x', sizeof sent - 1);
    memcpy(sent, "AT+CSQ=", 7);
    eventtext_init(&log, SIMCOM, 64);
    eventtext_sent(&log, sent);
    atp_exchange_read(&log.parser, &exchange);
    assert_string_equal(atp_command_name(SIMCOM, exchange.command), "+CSQ");
    eventtext_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_each_command_of_a_line_is_cut_out),
        cmocka_unit_test(test_host_keyword_picks_the_form),
        cmocka_unit_test(test_host_upload_is_counted_by_its_argument),
        cmocka_unit_test(test_host_upload_count_beyond_32_bits_is_none),
        cmocka_unit_test(test_host_line_end_alone_asks_for_nothing),
        cmocka_unit_test(test_host_upload_goes_on_while_its_echo_does),
        cmocka_unit_test(test_host_ctrl_z_alone_is_no_data),
        cmocka_unit_test(test_host_upload_of_two_lines_is_echo),
        cmocka_unit_test(test_host_counted_upload_holds_any_byte),
        cmocka_unit_test(test_host_prompt_after_a_broken_echo_is_text),
        cmocka_unit_test(test_host_text_ahead_of_the_prompt_is_no_echo),
        cmocka_unit_test(test_host_text_after_the_verdict_is_echoed),
        cmocka_unit_test(test_host_line_that_is_no_command_is_echoed_whole),
        cmocka_unit_test(test_host_shape_of_a_command_is_told_from_text),
        cmocka_unit_test(test_host_second_plus_plus_plus_keeps_what_is_held),
        cmocka_unit_test(test_host_command_beyond_64_kib_is_pending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
