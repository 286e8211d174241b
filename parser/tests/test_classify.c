/* classify: a line -> a record of the catalogue, by context. */
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
#define AUTO   &atp_catalog_auto

static void test_classify_longer_name_is_not_a_known_one(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+6 text 'OKAY'\n6+16 text '+CCHOPENX: 0,0'\n22+8 text 'ERRORS'\n30+5 text 'O K'\n"
          "35+8 text 'OK: no'\n43+4 text 'ok'\n",
          RECEIVED("OKAY\r\n+CCHOPENX: 0,0\r\nERRORS\r\nO K\r\nOK: no\r\nok\r\n"));
}

static void test_classify_digits_are_results_only_after_atv0(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+3 text '0'\n", RECEIVED("0\r\n"));
    CHECK(SIMCOM, "0+2 result 0 (complete)\n2+1 blank\n", SENT("ATV0"), RECEIVED("0\r\n"));
}

static void test_classify_colon_sloppiness_is_named(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+11 info +CSQ rssi=23 ber=0 !no-space\n"
          "11+13 info +CSQ rssi=23 ber=0 !extra-space\n"
          "24+11 info +CSQ rssi=23 ber=0 !no-colon\n"
          "35+13 info +CSQ rssi=23 ber=0 !extra-space\n"
          "48+13 info +CSQ rssi=23 ber=0 !extra-space\n"
          "61+6 result OK !extra-space\n",
          RECEIVED("+CSQ:23,0\r\n+CSQ:  23,0\r\n+CSQ,23,0\r\n+CSQ: 23, 0\r\n+CSQ: 23,0 \r\n"
                   " OK \r\n"));
}

static void test_classify_comma_for_colon_is_named(void **state)
{
    (void)state;
    CHECK(EC200,
          "0+18 urc +QSSLOPEN clientID=3 err=5^ extra=-9 !out-of-range !extra-field !no-colon\n",
          RECEIVED("+QSSLOPEN,3,5,-9\r\n"));
}

static void test_classify_space_in_the_prefix_is_known(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+20 urc +APP PDP pdpidx=0 status=ACTIVE\n", RECEIVED("+APP PDP: 0,ACTIVE\r\n"));
}

static void test_classify_urc_without_plus_is_known(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+5 urc RDY\n5+10 urc SMS DONE\n15+9 urc PB DONE\n24+13 urc *ATREADY ready=1\n",
          RECEIVED("RDY\r\nSMS DONE\r\nPB DONE\r\n*ATREADY: 1\r\n"));
}

static void test_classify_urc_with_the_pending_prefix_is_a_urc(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+10 urc +CREG stat=2\n10+12 info +CREG n=0 stat=1\n22+4 result OK (complete)\n",
          SENT("AT+CREG?"), RECEIVED("+CREG: 2\r\n+CREG: 0,1\r\nOK\r\n"));
}

static void test_classify_same_prefix_means_records_by_form(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+57 info +CCHOPEN session_id=(0-1) host=\"ADDRESS\" port=(1-65535) client_type=(1-2) "
          "bind_port=(1-65535)\n"
          "57+4 result OK (complete)\n",
          SENT("AT+CCHOPEN=?"),
          RECEIVED("+CCHOPEN: (0-1),\"ADDRESS\",(1-65535)[,(1-2)[,(1-65535)]]\r\nOK\r\n"));
    CHECK(SIMCOM, "0+33 info +CCHOPEN session_id=0 host=example.com port=443 client_type=2\n",
          SENT("AT+CCHOPEN?"), RECEIVED("+CCHOPEN: 0,\"example.com\",443,2\r\n"));
    CHECK(SIMCOM, "0+15 info +CCHOPEN session_id=0 err=0\n",
          SENT("AT+CCHOPEN=0,\"example.com\",443"), RECEIVED("+CCHOPEN: 0,0\r\n"));
}

static void test_classify_status_and_error_codes_are_told_apart(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+26 urc +HTTPACTION method=0 statuscode=200 datalen=22505\n"
          "26+22 urc +HTTPACTION method=0 errcode=706 datalen=0\n",
          RECEIVED("+HTTPACTION: 0,200,22505\r\n+HTTPACTION: 0,706,0\r\n"));
}

static void test_classify_line_without_prefix_answers_its_own_command_only(void **state)
{
    (void)state;
    CHECK(UGXX,
          "0+12 info +QILOCIP local_ip=10.7.157.1\n12+4 result OK (complete)\n"
          "16+12 text '10.7.157.1'\n",
          SENT("AT+QILOCIP"), RECEIVED("10.7.157.1\r\nOK\r\n10.7.157.1\r\n"));
}

static void test_classify_editions_differ(void **state)
{
    (void)state;
    const char *line =
        "+QSSLSTATE: 1,\"SSL CLIENT\",\"192.0.2.1\",8712,4100,3,1,2,0,\"usbmodem\",1\r\n";
    struct eventtext log;
    eventtext_init(&log, UGXX, 512);
    eventtext_feed(&log, line, strlen(line), 0);
    assert_null(strchr(eventtext_finish(&log), '!'));
    eventtext_free(&log);
    eventtext_init(&log, EC200, 512);
    eventtext_feed(&log, line, strlen(line), 0);
    assert_non_null(strchr(eventtext_finish(&log), '!'));
    eventtext_free(&log);
    eventtext_init(&log, AUTO, 512);
    eventtext_feed(&log, line, strlen(line), 0);
    assert_null(strchr(eventtext_finish(&log), '!'));
    eventtext_free(&log);
}

static void test_classify_known_name_with_unknown_fields_is_named(void **state)
{
    (void)state;
    CHECK(EC200, "0+24 text +QSSLURC '+QSSLURC: \"pdpdeact\",1' !unknown-record\n",
          RECEIVED("+QSSLURC: \"pdpdeact\",1\r\n"));
}

static void test_classify_echo_needs_the_shape_of_a_command(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+9 echo 'AT+CSQ'\n9+11 info +CSQ rssi=1 ber=0\n20+4 result OK (complete)\n"
          "24+19 text 'at Enterprise Lin'\n43+11 text 'ATTENTION'\n",
          RECEIVED("AT+CSQ\r\r\n+CSQ: 1,0\r\nOK\r\nat Enterprise Lin\r\nATTENTION\r\n"));
}

static void test_classify_echo_glued_to_its_answer_is_split(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+6 echo 'AT+CSQ' !glued\n6+4 result OK !unexpected (violated)\n",
          SENT("AT+CSQ"), RECEIVED("AT+CSQOK\r\n"));
    CHECK(SIMCOM, "0+3 echo 'AT'\n3+4 result OK\n", SENT("AT"), RECEIVED("AT\rOK\r\n"));
}

static void test_classify_line_inside_an_echo_is_no_response(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+26 echo 49b8be92\n26+2 blank\n28+4 result OK (complete)\n",
          SENT("AT+CCERTDELE=\"\nOK\n+CSQ: 1\""),
          RECEIVED("AT+CCERTDELE=\"\nOK\n+CSQ: 1\"\r\nOK\r\n"));
}

static void test_classify_echo_that_differs_is_still_an_echo(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+8 echo 'AT+CS{' !echo-differs\n8+4 result OK !unexpected (violated)\n",
          SENT("AT+CSQ"), RECEIVED("AT+CS{\r\nOK\r\n"));
}

static void test_classify_lost_line_end_between_two_lines(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+21 urc +HTTPACTION method=1 statuscode=200 datalen=94 !glued\n"
          "21+12 info +CSQ rssi=20 ber=0\n",
          RECEIVED("+HTTPACTION: 1,200,94+CSQ: 20,0\r\n"));
}

static void test_classify_urc_inside_an_echo_is_seen(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+6 echo 'AT+C' !echo-differs\n6+21 urc +CCH_PEER_CLOSED session_id=0\n"
          "27+4 text 'SQ'\n31+11 info +CSQ rssi=1 ber=0\n42+4 result OK (complete)\n",
          SENT("AT+CSQ"), RECEIVED("AT+C\r\n+CCH_PEER_CLOSED: 0\r\nSQ\r\n+CSQ: 1,0\r\nOK\r\n"));
}

static void test_classify_unknown_urc_blocks_nothing(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+16 text '+NEVERHEARD: 1'\n16+11 info +CSQ rssi=1 ber=0\n"
          "27+13 text 'Call Ready!'\n40+4 result OK (complete)\n",
          SENT("AT+CSQ"), RECEIVED("+NEVERHEARD: 1\r\n+CSQ: 1,0\r\nCall Ready!\r\nOK\r\n"));
}

static void test_classify_recv_with_and_without_a_length_are_two_records(void **state)
{
    (void)state;
    CHECK(EC200,
          "0+20 urc +QSSLURC #recv clientID=4\n"
          "20+22 urc +QSSLURC #recv clientID=4 current_recvlength=5\n"
          "42+5 data +QSSLURC 1e5a3a3b\n47+2 blank\n"
          "49+22 urc +QSSLURC #closed clientID=4\n",
          RECEIVED("+QSSLURC: \"recv\",4\r\n+QSSLURC: \"recv\",4,5\r\n\r\0\n\xff"
                   "\"\r\n+QSSLURC: \"closed\",4\r\n"));
}

static void test_classify_hash_finds_every_name(void **state)
{
    (void)state;
    static const struct atp_catalog *const all[] = {
        &atp_catalog_simcom,    &atp_catalog_quectel_ugxx, &atp_catalog_quectel_ec200,
        &atp_catalog_auto,      &atp_catalog_core,         &atp_catalog_simcom_http,
        &atp_catalog_simcom_cch};
    for (size_t c = 0; c < sizeof all / sizeof all[0]; c++) {
        assert_in_range(all[c]->name_count, 10, ATP_NAME_COUNT_MAX);
        for (unsigned i = 0; i < all[c]->name_count; i++) {
            const struct atp_name *name = &all[c]->names[i];
            const uint8_t *text = (const uint8_t *)all[c]->text + name->text;
            uint32_t mask = (uint32_t)(UINT32_MAX >> all[c]->hash_shift);
            uint32_t slot = atp_catalog_hash(all[c], text, name->size);
            while (all[c]->slots[slot] != 0 && all[c]->slots[slot] != i + 1)
                slot = (slot + 1) & mask;
            assert_int_equal(all[c]->slots[slot], i + 1);
        }
    }
}

static void test_classify_name_without_a_record_says_nothing(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+11 text '+HTTPINIT'\n"
          "11+14 text +HTTPINIT '+HTTPINIT: 1' !unknown-record\n"
          "25+3 text 'E'\n"
          "28+5 text ': x'\n"
          "33+12 text 'CONNECT: 1'\n",
          RECEIVED("+HTTPINIT\r\n+HTTPINIT: 1\r\nE\r\n: x\r\nCONNECT: 1\r\n"));
}

static void test_classify_text_after_a_test_command_is_no_information(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+8 text 'SIMCOM'\n"
          "8+4 result OK (complete)\n",
          SENT("AT+CGMI=?"), RECEIVED("SIMCOM\r\nOK\r\n"));
}

static void test_classify_more_echoes_than_four_in_a_line_are_text(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+3 echo 'AT'\n"
          "3+3 echo 'AT'\n"
          "6+3 echo 'AT'\n"
          "9+3 echo 'AT'\n"
          "12+7 text 'AT\\x0dAT'\n"
          "19+4 result OK\n",
          RECEIVED("AT\rAT\rAT\rAT\rAT\rAT\r\nOK\r\n"));
}

static void test_classify_echo_of_a_command_with_an_lf_is_whole_or_none(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+9 echo 3a38214d\n"
          "9+3 blank\n"
          "12+4 result OK\n",
          SENT("AT+X\n+CSQ"), RECEIVED("AT+X\n+CSQ\r\r\nOK\r\n"));
    CHECK(SIMCOM,
          "0+5 echo 'AT+X' !echo-differs\n"
          "5+5 text '+CSQ' !bare-lf\n"
          "10+4 result OK\n",
          SENT("AT+X\n+CSQ"), RECEIVED("AT+X\r+CSQ\nOK\r\n"));
    CHECK(SIMCOM,
          "0+6 echo 'AT+X' !echo-differs\n"
          "6+4 result OK\n",
          SENT("AT+X\n"), RECEIVED("AT+X\r\nOK\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classify_longer_name_is_not_a_known_one),
        cmocka_unit_test(test_classify_digits_are_results_only_after_atv0),
        cmocka_unit_test(test_classify_colon_sloppiness_is_named),
        cmocka_unit_test(test_classify_comma_for_colon_is_named),
        cmocka_unit_test(test_classify_space_in_the_prefix_is_known),
        cmocka_unit_test(test_classify_urc_without_plus_is_known),
        cmocka_unit_test(test_classify_urc_with_the_pending_prefix_is_a_urc),
        cmocka_unit_test(test_classify_same_prefix_means_records_by_form),
        cmocka_unit_test(test_classify_status_and_error_codes_are_told_apart),
        cmocka_unit_test(test_classify_line_without_prefix_answers_its_own_command_only),
        cmocka_unit_test(test_classify_editions_differ),
        cmocka_unit_test(test_classify_known_name_with_unknown_fields_is_named),
        cmocka_unit_test(test_classify_echo_needs_the_shape_of_a_command),
        cmocka_unit_test(test_classify_echo_glued_to_its_answer_is_split),
        cmocka_unit_test(test_classify_line_inside_an_echo_is_no_response),
        cmocka_unit_test(test_classify_echo_that_differs_is_still_an_echo),
        cmocka_unit_test(test_classify_lost_line_end_between_two_lines),
        cmocka_unit_test(test_classify_urc_inside_an_echo_is_seen),
        cmocka_unit_test(test_classify_unknown_urc_blocks_nothing),
        cmocka_unit_test(test_classify_recv_with_and_without_a_length_are_two_records),
        cmocka_unit_test(test_classify_hash_finds_every_name),
        cmocka_unit_test(test_classify_name_without_a_record_says_nothing),
        cmocka_unit_test(test_classify_text_after_a_test_command_is_no_information),
        cmocka_unit_test(test_classify_more_echoes_than_four_in_a_line_are_text),
        cmocka_unit_test(test_classify_echo_of_a_command_with_an_lf_is_whole_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
