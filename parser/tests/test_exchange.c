/* exchange: a command and its outcome. */
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

/* State and variant label after an exchange. */
static void assert_outcome(const struct atp_catalog *catalog, const char *sent,
                           const char *received, enum atp_exchange_state state, const char *label)
{
    struct eventtext log;
    struct atp_exchange exchange;
    eventtext_init(&log, catalog, 512);
    eventtext_sent(&log, sent);
    eventtext_feed(&log, received, strlen(received), 1);
    atp_exchange_read(&log.parser, &exchange);
    if (exchange.state != state)
        fail_msg("%s -> %s: %s, expected %s\n%s", sent, received,
                 atp_exchange_state_name(exchange.state), atp_exchange_state_name(state), log.text);
    if (label != NULL) {
        assert_non_null(exchange.variant);
        assert_string_equal(catalog->text + exchange.variant->label, label);
    }
    eventtext_free(&log);
}

static void test_exchange_each_variant_of_cchopen_is_named(void **state)
{
    (void)state;
    const char *open = "AT+CCHOPEN=0,\"example.com\",443,2\r";
    assert_outcome(SIMCOM, open, "+CCHOPEN: 0,0\r\nOK\r\n", ATP_EXCHANGE_COMPLETE, "a");
    assert_outcome(SIMCOM, open, "OK\r\n+CCHOPEN: 0,0\r\n", ATP_EXCHANGE_COMPLETE, "b");
    assert_outcome(SIMCOM, open, "CONNECT 115200\r\n", ATP_EXCHANGE_COMPLETE, "c");
    assert_outcome(SIMCOM, open, "OK\r\n+CCHOPEN: 0,15\r\n", ATP_EXCHANGE_COMPLETE, "d");
    assert_outcome(SIMCOM, open, "OK\r\n+CCHOPEN: 0,15\r\n+CCHCLOSE: 0,15\r\n",
                   ATP_EXCHANGE_COMPLETE, "d");
    assert_outcome(SIMCOM, open, "ERROR\r\n", ATP_EXCHANGE_COMPLETE, "e");
    assert_outcome(SIMCOM, open, "CONNECT FAIL\r\n", ATP_EXCHANGE_COMPLETE, "f");
    assert_outcome(SIMCOM, open, "OK\r\n", ATP_EXCHANGE_AWAITING, NULL);
    assert_outcome(SIMCOM, open, "SEND OK\r\n", ATP_EXCHANGE_VIOLATED, NULL);
}

static void test_exchange_cme_error_counts_as_error(void **state)
{
    (void)state;
    assert_outcome(SIMCOM, "AT+HTTPINIT\r", "+CME ERROR: 3\r\n", ATP_EXCHANGE_COMPLETE, "2");
}

static void test_exchange_read_with_blocks_ends_at_its_trailer(void **state)
{
    (void)state;
    assert_outcome(SIMCOM, "AT+CCHRECV=1\r",
                   "OK\r\n+CCHRECV: DATA,1,2\r\nab\r\n+CCHRECV: DATA,1,1\r\nc\r\n",
                   ATP_EXCHANGE_AWAITING, NULL);
    assert_outcome(SIMCOM, "AT+CCHRECV=1\r",
                   "OK\r\n+CCHRECV: DATA,1,2\r\nab\r\n+CCHRECV: DATA,1,1\r\nc\r\n+CCHRECV: 1,0\r\n",
                   ATP_EXCHANGE_COMPLETE, "a");
}

static void test_exchange_missing_result_is_named(void **state)
{
    (void)state;
    struct eventtext log;
    struct atp_exchange exchange;
    eventtext_init(&log, EC200, 512);
    eventtext_sent(&log, "AT+QIACT?\r");
    eventtext_feed(&log, "+QIACT: 1,1,1,\"10.7.157.1\"\r\n", 28, 0);
    atp_exchange_read(&log.parser, &exchange);
    assert_int_equal(exchange.state, ATP_EXCHANGE_OPEN);
    assert_non_null(exchange.missing);
    assert_int_equal(exchange.missing->result, ATP_RESULT_OK);
    atp_expire(&log.parser);
    atp_exchange_read(&log.parser, &exchange);
    assert_int_equal(exchange.state, ATP_EXCHANGE_LATE);
    eventtext_free(&log);
}

static void test_exchange_result_that_never_comes_is_late(void **state)
{
    (void)state;
    struct eventtext log;
    struct atp_exchange exchange;
    eventtext_init(&log, SIMCOM, 512);
    eventtext_sent(&log, "AT+HTTPACTION=0\r");
    eventtext_feed(&log, "OK\r\n", 4, 0);
    atp_expire(&log.parser);
    eventtext_feed(&log, "+HTTPACTION: 0,200,5\r\n", 22, 0);
    atp_exchange_read(&log.parser, &exchange);
    assert_int_equal(exchange.state, ATP_EXCHANGE_LATE);
    eventtext_free(&log);
}

static void test_exchange_second_answer_is_not_asked(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+12 info +CSQ rssi=23 ber=0\n12+4 result OK (complete)\n"
          "16+12 urc +CSQ rssi=23 ber=0 !not-asked\n28+4 result OK !not-asked (complete)\n",
          SENT("AT+CSQ"), RECEIVED("+CSQ: 23,0\r\nOK\r\n+CSQ: 23,0\r\nOK\r\n"));
}

static void test_exchange_urc_between_information_and_ok_is_kept_apart(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+12 info +CSQ rssi=23 ber=0\n12+23 urc +CGEV event=ME PDN DEACT 1\n"
          "35+4 result OK (complete)\n",
          SENT("AT+CSQ"), RECEIVED("+CSQ: 23,0\r\n+CGEV: ME PDN DEACT 1\r\nOK\r\n"));
}

static void test_exchange_stale_ok_ahead_of_the_echo_is_named(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n5+4 result OK\n"
          "9+4 result OK !stale\n13+9 echo 'AT+CSQ'\n22+12 info +CSQ rssi=23 ber=0\n"
          "34+4 result OK (complete)\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+CSQ"),
          RECEIVED("OK\r\nAT+CSQ\r\r\n+CSQ: 23,0\r\nOK\r\n"));
}

static void test_exchange_connect_ahead_of_the_echo_is_not_stale(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n5+4 result OK\n9+9 result CONNECT (complete)\n18+2 stream 4d2505ca\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("ATO"), RECEIVED("CONNECT\r\nab"));
}

static void test_exchange_closed_that_nothing_awaits_ends_no_command(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+8 result CLOSED !unexpected\n8+11 info +CSQ rssi=1 ber=2\n19+4 result OK (complete)\n",
          SENT("AT+CSQ"), RECEIVED("CLOSED\r\n+CSQ: 1,2\r\nOK\r\n"));
}

static void test_exchange_one_result_ahead_of_the_echo_is_stale(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 echo 'AT'\n5+4 result OK\n9+4 result OK !stale\n13+7 result ERROR (complete)\n",
          SENT("AT"), RECEIVED("AT\r\r\nOK\r\n"), SENT("AT+CSQ"), RECEIVED("OK\r\nERROR\r\n"));
}

static void test_exchange_echo_that_differs_at_its_end_is_told(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+19 echo 'AT+HTTPACTION=1' !echo-differs\n19+4 result OK\n",
          SENT("AT+HTTPACTION=0"), RECEIVED("AT+HTTPACTION=1\r\r\r\nOK\r\n"));
}

static void test_exchange_result_before_ok_is_information(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+13 info +CCHSTOP err=0\n13+4 result OK (complete)\n", SENT("AT+CCHSTOP"),
          RECEIVED("+CCHSTOP: 0\r\nOK\r\n"));
}

static void test_exchange_upload_prompt_of_qfupl_is_no_stream(void **state)
{
    (void)state;
    CHECK(EC200,
          "0+9 prompt CONNECT\n9+2 blank\n"
          "11+16 info +QFUPL upload_size=5 checksum=4f64\n27+4 result OK (complete)\n",
          SENT("AT+QFUPL=\"ca.pem\",5,60"), RECEIVED("CONNECT\r\n"), SENT_RAW("hello"),
          RECEIVED("\r\n+QFUPL: 5,4f64\r\nOK\r\n"));
}

static void test_exchange_unasked_prompt_of_unknown_command_is_a_prompt(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+1 prompt >\n1+2 blank\n3+4 result OK\n", SENT("AT+CMQTTTOPIC=0,3"),
          RECEIVED(">"), SENT_RAW("abc"), RECEIVED("\r\nOK\r\n"));
}

static void test_exchange_last_command_of_a_line_is_pending(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+12 info +CSQ rssi=23 ber=0\n12+4 result OK (complete)\n",
          SENT("ATE0V1;+CMEE=2;+CSQ"), RECEIVED("+CSQ: 23,0\r\nOK\r\n"));
}

static void test_exchange_late_result_after_another_command_is_a_urc(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+4 result OK\n4+26 urc +HTTPACTION method=0 statuscode=200 datalen=22505\n"
          "30+12 info +CSQ rssi=23 ber=0\n42+4 result OK (complete)\n",
          SENT("AT+HTTPACTION=0"), RECEIVED("OK\r\n"), SENT("AT+CSQ"),
          RECEIVED("+HTTPACTION: 0,200,22505\r\n+CSQ: 23,0\r\nOK\r\n"));
}

static void test_exchange_next_command_ends_the_upload_of_an_unknown_one(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+17 echo 'AT+CIPSEND=1,4'\n17+2 blank\n19+1 prompt >\n20+4 echo ce3479bd\n"
          "24+2 blank\n26+14 text '1, SEND FAIL'\n40+9 echo 'AT+CSQ'\n"
          "49+11 info +CSQ rssi=9 ber=0\n60+4 result OK (complete)\n",
          SENT("AT+CIPSEND=1,4"), RECEIVED("AT+CIPSEND=1,4\r\r\n\r\n>"), SENT_RAW("abcd"),
          RECEIVED("abcd\r\n1, SEND FAIL\r\n"), SENT("AT+CSQ"),
          RECEIVED("AT+CSQ\r\r\n+CSQ: 9,0\r\nOK\r\n"));
}

static void test_exchange_line_that_is_no_command_is_echoed_too(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+5 echo 'OK'\n5+7 result ERROR\n", SENT("OK"), RECEIVED("OK\r\r\nERROR\r\n"));
}

#define FF7 "\xff\xff\xff\xff\xff\xff\xff"

static void test_exchange_payload_bytes_change_nothing_else(void **state)
{
    (void)state;
    static const char *const hostile[] = {"0123456789abcdefghijklmnopqr",
                                          "\r\nOK\r\n\r\nERROR\r\n\r\nRDY\r\n\r\n+CC+",
                                          "\r\n+QSSLURC: \"closed\",1\r\n\r\n++",
                                          "\r\n+HTTPREAD: 0\r\n\r\n+HTTPREA++",
                                          FF7 FF7 FF7 FF7,
                                          "> > > NO CARRIER\r\nAT+CSQ\r\n++"};
    char first[1024] = "";
    for (size_t i = 0; i <= sizeof hostile / sizeof hostile[0]; i++) {
        static const char nuls[28];
        if (i < sizeof hostile / sizeof hostile[0]) assert_int_equal(strlen(hostile[i]), 28);
        struct eventtext log;
        eventtext_init(&log, SIMCOM, 512);
        log.hide_payload = 1;
        eventtext_sent(&log, "AT+HTTPREAD=0,28\r");
        eventtext_feed(&log, "\r\nOK\r\n\r\n+HTTPREAD: 28\r\n", 23, 0);
        eventtext_feed(&log, i < sizeof hostile / sizeof hostile[0] ? hostile[i] : nuls, 28, i + 1);
        eventtext_feed(&log, "\r\n+HTTPREAD: 0\r\n", 16, 0);
        const char *text = eventtext_finish(&log);
        if (i == 0) strcpy(first, text);
        else assert_string_equal(text, first);
        assert_non_null(strstr(text, "23+28 data +HTTPREAD\n"));
        eventtext_free(&log);
    }
}

static void test_exchange_information_after_the_verdict_of_a_line_is_not_asked(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+12 info +CREG n=0 stat=1\n"
          "12+11 info +CSQ rssi=1 ber=2\n"
          "23+4 result OK (complete)\n"
          "27+12 urc +CREG n=0 stat=1 !not-asked\n",
          SENT("AT+CREG?;+CSQ"), RECEIVED("+CREG: 0,1\r\n+CSQ: 1,2\r\nOK\r\n+CREG: 0,1\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchange_each_variant_of_cchopen_is_named),
        cmocka_unit_test(test_exchange_cme_error_counts_as_error),
        cmocka_unit_test(test_exchange_read_with_blocks_ends_at_its_trailer),
        cmocka_unit_test(test_exchange_missing_result_is_named),
        cmocka_unit_test(test_exchange_result_that_never_comes_is_late),
        cmocka_unit_test(test_exchange_second_answer_is_not_asked),
        cmocka_unit_test(test_exchange_urc_between_information_and_ok_is_kept_apart),
        cmocka_unit_test(test_exchange_stale_ok_ahead_of_the_echo_is_named),
        cmocka_unit_test(test_exchange_connect_ahead_of_the_echo_is_not_stale),
        cmocka_unit_test(test_exchange_closed_that_nothing_awaits_ends_no_command),
        cmocka_unit_test(test_exchange_one_result_ahead_of_the_echo_is_stale),
        cmocka_unit_test(test_exchange_echo_that_differs_at_its_end_is_told),
        cmocka_unit_test(test_exchange_result_before_ok_is_information),
        cmocka_unit_test(test_exchange_upload_prompt_of_qfupl_is_no_stream),
        cmocka_unit_test(test_exchange_unasked_prompt_of_unknown_command_is_a_prompt),
        cmocka_unit_test(test_exchange_last_command_of_a_line_is_pending),
        cmocka_unit_test(test_exchange_late_result_after_another_command_is_a_urc),
        cmocka_unit_test(test_exchange_next_command_ends_the_upload_of_an_unknown_one),
        cmocka_unit_test(test_exchange_line_that_is_no_command_is_echoed_too),
        cmocka_unit_test(test_exchange_payload_bytes_change_nothing_else),
        cmocka_unit_test(test_exchange_information_after_the_verdict_of_a_line_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
