/* frame: bytes -> lines, prompts, payload, stream. */
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

static void test_frame_crlf_around_line_is_blank_and_line(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+2 blank\n"
          "2+12 info +CSQ rssi=23 ber=0\n"
          "14+2 blank\n"
          "16+4 result OK\n",
          RECEIVED("\r\n+CSQ: 23,0\r\n\r\nOK\r\n"));
}

static void test_frame_naked_lf_ends_a_line(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+11 info +CSQ rssi=23 ber=0 !bare-lf\n11+3 result OK !bare-lf\n",
          RECEIVED("+CSQ: 23,0\nOK\n"));
}

static void test_frame_doubled_cr_ends_a_line(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+5 result OK !extra-cr\n5+3 blank\n", RECEIVED("OK\r\r\n\r\r\n"));
}

static void test_frame_lone_cr_stays_inside_its_line(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+7 text 'OK\\x0dOK'\n7+4 result OK\n", RECEIVED("OK\rOK\r\nOK\r\n"));
}

static void test_frame_nul_bytes_in_a_line_are_text(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+6 text '\\x00\\x00OK'\n6+4 result OK\n", RECEIVED("\0\0OK\r\nOK\r\n"));
}

static void test_frame_long_line_is_passed_on_and_its_tail_is_no_response(void **state)
{
    (void)state;
    static const struct script script[] = {
        RECEIVED("+CSQ: 0123456789012345678901234567890123456789012345678901234567890123456789"
                 "OK\r\nOK\r\n")};
    struct eventtext log;
    eventtext_init(&log, SIMCOM, 64);
    eventtext_feed(&log, script[0].bytes, script[0].size, 0);
    assert_non_null(strstr(eventtext_finish(&log), " !long-line\n80+4 result OK\n"));
    eventtext_free(&log);
    assert_script(SIMCOM, 64, script, 1, "0+80 text f836552f !long-line\n80+4 result OK\n");
}

static void test_frame_line_that_fills_the_buffer_is_decoded(void **state)
{
    (void)state;
    static const struct script fits[] = {
        RECEIVED("+CCERTLIST: \"0123456789012345678901234567890123456789012345678\"\r\n")};
    assert_int_equal(fits[0].size, 65);
    assert_script(SIMCOM, 65, fits, 1,
                  "0+65 info +CCERTLIST "
                  "file_name=0123456789012345678901234567890123456789012345678\n");
    assert_script(SIMCOM, 64, fits, 1, "0+65 text 38885d9e !long-line\n");
}

static void test_frame_endless_bytes_without_line_end_do_not_stall(void **state)
{
    (void)state;
    struct eventtext log;
    static uint8_t noise[8192];
    eventtext_init(&log, SIMCOM, 64);
    for (int i = 0; i < 100; i++) eventtext_feed(&log, noise, sizeof noise, 0);
    eventtext_feed(&log, "\r\nOK\r\n", 6, 0);
    const char *text = eventtext_finish(&log);
    assert_non_null(strstr(text, "819202+4 result OK\n"));
    assert_int_equal(log.gap, 0);
    eventtext_free(&log);
}

static void test_frame_payload_holding_ok_is_data(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+2 blank\n2+4 result OK\n6+2 blank\n"
          "8+14 info +HTTPREAD data_len=6\n"
          "22+6 data +HTTPREAD c205a1b7\n"
          "28+2 blank\n"
          "30+14 info +HTTPREAD data_len=0 (complete)\n",
          SENT("AT+HTTPREAD=0,10"),
          RECEIVED("\r\nOK\r\n\r\n+HTTPREAD: 6\r\n\r\nOK\r\n\r\n+HTTPREAD: 0\r\n"));
}

static void test_frame_payload_starting_with_crlf_keeps_it(void **state)
{
    (void)state;
    CHECK(UGXX,
          "0+14 info +QSSLRECV havereadlen=4\n"
          "14+4 data +QSSLRECV 0ba2b115\n18+2 blank\n20+4 result OK (complete)\n",
          SENT("AT+QSSLRECV=1,1500"), RECEIVED("+QSSLRECV: 4\r\n\r\nab\r\nOK\r\n"));
}

static void test_frame_urc_glued_to_the_last_payload_byte_is_seen(void **state)
{
    (void)state;
    CHECK(EC200,
          "0+22 urc +QSSLURC #recv clientID=0 current_recvlength=3\n"
          "22+3 data +QSSLURC 1a47e90b\n"
          "25+22 urc +QSSLURC #closed clientID=0\n",
          RECEIVED("+QSSLURC: \"recv\",0,3\r\n"
                   "abc+QSSLURC: \"closed\",0\r\n"));
}

static void test_frame_zero_length_gives_no_data(void **state)
{
    (void)state;
    CHECK(EC200, "0+14 info +QSSLRECV have_readlen=0\n14+2 blank\n16+4 result OK (complete)\n",
          SENT("AT+QSSLRECV=4,1500"), RECEIVED("+QSSLRECV: 0\r\n\r\nOK\r\n"));
}

static void test_frame_bad_lengths_keep_the_parser_in_step(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+15 info +HTTPREAD data_len=-5^ !out-of-range !bad-length\n"
          "15+4 result OK\n"
          "19+13 info +HTTPREAD data_len=- !empty-field !bad-length\n"
          "32+4 result OK\n"
          "36+23 info +HTTPREAD data_len=4294967296^^ !out-of-range !bad-length\n"
          "59+4 result OK\n"
          "63+33 info +HTTPREAD data_len=18446744073709551616^^ !out-of-range !bad-length\n"
          "96+4 result OK\n"
          "100+15 info +HTTPREAD data_len=5x? !malformed-field !bad-length\n"
          "115+4 result OK\n",
          RECEIVED("+HTTPREAD: -5\r\nOK\r\n"
                   "+HTTPREAD: \r\nOK\r\n"
                   "+HTTPREAD: 4294967296\r\nOK\r\n"
                   "+HTTPREAD: 18446744073709551616\r\nOK\r\n"
                   "+HTTPREAD: 5x\r\nOK\r\n"));
}

static void test_frame_short_payload_is_ended_by_finish(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+15 info +HTTPREAD data_len=10\n15+4 data +HTTPREAD ce3479bd\n"
          "19+0 truncated +HTTPREAD left=6 !short-payload\n",
          RECEIVED("+HTTPREAD: 10\r\nabcd"));
}

static void test_frame_short_payload_is_ended_by_expire_and_next_line_is_seen(void **state)
{
    (void)state;
    struct eventtext log;
    eventtext_init(&log, SIMCOM, 512);
    eventtext_feed(&log, "+HTTPREAD: 10\r\nabcd", 19, 0);
    atp_expire(&log.parser);
    eventtext_feed(&log, "+CSQ: 1,2\r\n", 11, 0);
    const char *text = eventtext_finish(&log);
    assert_non_null(strstr(text, "19+0 truncated +HTTPREAD left=6 !short-payload\n"
                                 "19+11 info +CSQ rssi=1 ber=2\n"));
    assert_int_equal(log.gap, 0);
    eventtext_free(&log);
}

static void test_frame_line_cut_by_finish_is_truncated(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+8 truncated '+CSQ: 23' !cut\n", RECEIVED("+CSQ: 23"));
    CHECK(SIMCOM, "0+3 truncated 'OK' !cut\n", RECEIVED("OK\r"));
}

static void test_frame_prompt_needs_no_line_end(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+2 blank\n2+1 prompt >\n3+1 blank\n4+2 blank\n6+4 result OK (complete)\n",
          SENT("AT+CCHSEND=0,5"), RECEIVED("\r\n> "), SENT_RAW("hello"), RECEIVED("\r\nOK\r\n"));
    CHECK(SIMCOM, "0+2 blank\n2+1 prompt >\n3+2 blank\n5+4 result OK (complete)\n",
          SENT("AT+CCHSEND=0,5"), RECEIVED("\r\n>"), SENT_RAW("hello"), RECEIVED("\r\nOK\r\n"));
}

static void test_frame_greater_than_sign_elsewhere_is_text(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+5 text '> x'\n5+4 result OK (complete)\n", SENT("AT+HTTPINIT=?"),
          RECEIVED("> x\r\nOK\r\n"));
}

static void test_frame_echoed_upload_is_echo_by_count(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+17 echo 'AT+CCHSEND=0,8'\n17+1 prompt >\n18+1 blank\n"
          "19+8 echo 3ce466fc\n27+2 blank\n29+4 result OK (complete)\n",
          SENT("AT+CCHSEND=0,8"), RECEIVED("AT+CCHSEND=0,8\r\r\n> "), SENT_RAW("ab\r\nOK\r\n"),
          RECEIVED("ab\r\nOK\r\n\r\nOK\r\n"));
}

static void test_frame_stream_is_opaque_until_escape(void **state)
{
    (void)state;
    CHECK(UGXX,
          "0+2 blank\n2+9 result CONNECT (complete)\n"
          "11+34 stream bf39f6b4\n"
          "45+2 blank\n47+4 result OK\n",
          SENT("AT+QSSLOPEN=1,1,1,\"192.0.2.1\",443,2"), RECEIVED("\r\nCONNECT\r\n"),
          RECEIVED("\r\nOK\r\n+QSSLURC: \"closed\",1\r\n\r"), SENT_RAW("+++"),
          RECEIVED("\nx\r\nO\r\nOK\r\n"));
}

static void test_frame_stream_spelling_no_carrier_can_be_read_both_ways(void **state)
{
    (void)state;
    struct eventtext log;
    for (int end = 0; end < 2; end++) {
        eventtext_init(&log, UGXX, 512);
        eventtext_sent(&log, "ATO\r");
        eventtext_feed(&log, "CONNECT\r\nabc\r\nNO CARRIER\r\n", 26, 1);
        assert_true(atp_is_stream(&log.parser));
        assert_int_equal(atp_stream_tail(&log.parser), ATP_RESULT_NO_CARRIER);
        if (end) atp_stream_end(&log.parser);
        eventtext_feed(&log, "OK\r\n", 4, 0);
        const char *text = eventtext_finish(&log);
        if (end) assert_non_null(strstr(text, "26+4 result OK"));
        else assert_null(strstr(text, "result OK"));
        eventtext_free(&log);
    }
}

static void test_frame_numeric_results_end_at_cr(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+2 result 0 (complete)\n2+12 info +CSQ rssi=23 ber=0\n"
          "14+2 result 0 (complete)\n16+2 result 4 !not-asked (complete)\n",
          SENT("ATV0"), RECEIVED("0\r"), SENT("AT+CSQ"), RECEIVED("+CSQ: 23,0\r\n0\r4\r"));
    CHECK(SIMCOM,
          "0+2 result 0 (complete)\n2+2 result 0\n4+14 info +HTTPREAD data_len=6\n"
          "18+6 data +HTTPREAD cd473b74\n24+2 blank\n26+14 info +HTTPREAD data_len=0 (complete)\n",
          SENT("ATV0"), RECEIVED("0\r"), SENT("AT+HTTPREAD=0,6"),
          RECEIVED("0\r+HTTPREAD: 6\r\nabcde4\r\n+HTTPREAD: 0\r\n"));
    CHECK(SIMCOM, "0+4 text 'ER0' !bare-lf\n4+7 result ERROR (complete)\n11+3 text '0'\n",
          SENT("ATV0"), RECEIVED("ER0\nERROR\r\n0\r\n"));
}

static void test_frame_three_digits_are_no_numeric_result(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+5 text '123'\n"
          "5+2 result 0 (complete)\n",
          SENT("ATV0"), RECEIVED("123\r\n0\r"));
}

#define A16 "aaaaaaaaaaaaaaaa"
#define A80 A16 A16 A16 A16 A16

static void test_frame_long_line_is_an_echo_if_it_begins_like_one(void **state)
{
    (void)state;
    static const struct script text[] = {SENT("AT+CSQ"), RECEIVED(A80 "\r\nOK\r\n")};
    static const struct script echo[] = {SENT("AT+X\n"), RECEIVED("AT" A80 "\r\nOK\r\n")};
    assert_script(SIMCOM, 64, text, 2,
                  "0+82 text 888c9526 !long-line\n"
                  "82+4 result OK !unexpected (violated)\n");
    assert_script(SIMCOM, 64, echo, 2,
                  "0+84 echo 5b18d63f !long-line\n"
                  "84+4 result OK\n");
}

/* Feeds a script that ends in the middle of something, then ends that. */
static void assert_cut(const struct script *script, size_t count, bool expire, const char *expected)
{
    struct eventtext log;
    eventtext_init(&log, SIMCOM, 64);
    for (size_t i = 0; i < count; i++) {
        if (script[i].sent != NULL) eventtext_sent(&log, script[i].sent);
        else eventtext_feed(&log, script[i].bytes, script[i].size, 1);
    }
    if (expire) atp_expire(&log.parser);
    assert_string_equal(eventtext_finish(&log), expected);
    eventtext_free(&log);
}

static void test_frame_cut_names_what_was_under_way(void **state)
{
    (void)state;
    static const struct script text[] = {RECEIVED("abc\r\r")};
    static const struct script echo[] = {SENT("AT+X\n" A80), RECEIVED("AT+X\naaa")};
    static const struct script long_echo[] = {SENT("AT+CSQ"), RECEIVED("AT" A80)};
    static const struct script upload[] = {SENT("AT"),
                                           RECEIVED("AT\r\r\nOK\r\n"),
                                           SENT("AT+CCHSEND=0,5"),
                                           RECEIVED("AT+CCHSEND=0,5\r\r\n> "),
                                           SENT_RAW("hello"),
                                           RECEIVED("hel")};
    static const struct script nothing[] = {RECEIVED("OK\r\n")};
    assert_cut(text, 1, false, "0+5 truncated 'abc' !cut\n");
    assert_cut(echo, 2, false,
               "0+8 echo 6260d594\n"
               "8+0 truncated left=77 !short-payload\n");
    assert_cut(long_echo, 2, false,
               "0+82 echo 30d8d478 !long-line\n"
               "82+0 truncated !cut\n");
    assert_cut(upload, 6, false,
               "0+5 echo 'AT'\n"
               "5+4 result OK\n"
               "9+17 echo 'AT+CCHSEND=0,5'\n"
               "26+1 prompt >\n"
               "27+1 blank\n"
               "28+3 truncated 'hel' !cut\n");
    assert_cut(upload, 6, true,
               "0+5 echo 'AT'\n"
               "5+4 result OK\n"
               "9+17 echo 'AT+CCHSEND=0,5'\n"
               "26+1 prompt >\n"
               "27+1 blank\n"
               "28+3 truncated 'hel' !cut\n");
    assert_cut(nothing, 1, true, "0+4 result OK\n");
}

static void test_frame_bytes_held_back_of_a_stream_are_not_lost(void **state)
{
    (void)state;
    static const struct script stream[] = {SENT("ATO"), RECEIVED("CONNECT\r\nab"), SENT_RAW("+++"),
                                           RECEIVED("\r\nO")};
    assert_cut(stream, 4, true,
               "0+9 result CONNECT (complete)\n"
               "9+5 stream 10c52856\n");
    assert_cut(stream, 4, false,
               "0+9 result CONNECT (complete)\n"
               "9+5 stream 10c52856\n");
}

static void test_frame_stream_end_gives_what_is_held_back(void **state)
{
    (void)state;
    struct eventtext log;
    eventtext_init(&log, SIMCOM, 64);
    atp_stream_end(&log.parser); /* there is none: nothing changes */
    eventtext_sent(&log, "ATO\r");
    eventtext_feed(&log, "CONNECT\r\nab", 11, 0);
    eventtext_sent(&log, "+++");
    atp_stream_end(&log.parser);
    eventtext_feed(&log, "OK\r\n", 4, 0);
    eventtext_sent(&log, "ATO\r");
    eventtext_feed(&log, "CONNECT\r\nab", 11, 0);
    eventtext_sent(&log, "+++");
    eventtext_feed(&log, "\r\nO", 3, 0);
    atp_stream_end(&log.parser);
    eventtext_feed(&log, "OK\r\n", 4, 0);
    assert_string_equal(eventtext_finish(&log), "0+9 result CONNECT (complete)\n"
                                                "9+2 stream 4d2505ca\n"
                                                "11+4 result OK\n"
                                                "15+9 result CONNECT (complete)\n"
                                                "24+5 stream 10c52856\n"
                                                "29+4 result OK\n");
    assert_int_equal(log.gap, 0);
    eventtext_free(&log);
}

static void test_frame_nul_after_a_spelling_is_no_part_of_it(void **state)
{
    (void)state;
    struct eventtext log;
    eventtext_init(&log, SIMCOM, 64);
    eventtext_sent(&log, "ATO\r");
    eventtext_feed(&log, "CONNECT\r\nab\r\nCLOSED\r\n", 21, 0);
    assert_int_equal(atp_stream_tail(&log.parser), ATP_RESULT_CLOSED);
    eventtext_feed(&log, "\0", 1, 0);
    assert_int_equal(atp_stream_tail(&log.parser), ATP_RESULT_NONE);
    eventtext_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_crlf_around_line_is_blank_and_line),
        cmocka_unit_test(test_frame_naked_lf_ends_a_line),
        cmocka_unit_test(test_frame_doubled_cr_ends_a_line),
        cmocka_unit_test(test_frame_lone_cr_stays_inside_its_line),
        cmocka_unit_test(test_frame_nul_bytes_in_a_line_are_text),
        cmocka_unit_test(test_frame_long_line_is_passed_on_and_its_tail_is_no_response),
        cmocka_unit_test(test_frame_line_that_fills_the_buffer_is_decoded),
        cmocka_unit_test(test_frame_endless_bytes_without_line_end_do_not_stall),
        cmocka_unit_test(test_frame_payload_holding_ok_is_data),
        cmocka_unit_test(test_frame_payload_starting_with_crlf_keeps_it),
        cmocka_unit_test(test_frame_urc_glued_to_the_last_payload_byte_is_seen),
        cmocka_unit_test(test_frame_zero_length_gives_no_data),
        cmocka_unit_test(test_frame_bad_lengths_keep_the_parser_in_step),
        cmocka_unit_test(test_frame_short_payload_is_ended_by_finish),
        cmocka_unit_test(test_frame_short_payload_is_ended_by_expire_and_next_line_is_seen),
        cmocka_unit_test(test_frame_line_cut_by_finish_is_truncated),
        cmocka_unit_test(test_frame_prompt_needs_no_line_end),
        cmocka_unit_test(test_frame_greater_than_sign_elsewhere_is_text),
        cmocka_unit_test(test_frame_echoed_upload_is_echo_by_count),
        cmocka_unit_test(test_frame_stream_is_opaque_until_escape),
        cmocka_unit_test(test_frame_stream_spelling_no_carrier_can_be_read_both_ways),
        cmocka_unit_test(test_frame_numeric_results_end_at_cr),
        cmocka_unit_test(test_frame_three_digits_are_no_numeric_result),
        cmocka_unit_test(test_frame_long_line_is_an_echo_if_it_begins_like_one),
        cmocka_unit_test(test_frame_cut_names_what_was_under_way),
        cmocka_unit_test(test_frame_bytes_held_back_of_a_stream_are_not_lost),
        cmocka_unit_test(test_frame_stream_end_gives_what_is_held_back),
        cmocka_unit_test(test_frame_nul_after_a_spelling_is_no_part_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
