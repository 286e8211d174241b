/* args: text -> typed, range-checked fields (I6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eventtext.h"

#define SIMCOM &atp_catalog_simcom
#define EC200  &atp_catalog_quectel_ec200

static void test_args_present_empty_missing_malformed_range_are_told_apart(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+12 info +CSQ rssi=23 ber=0\n"
          "12+11 info +CSQ rssi=23 ber=- !empty-field\n"
          "23+10 info +CSQ rssi=23 !missing-field\n"
          "33+12 info +CSQ rssi=2x? ber=0 !malformed-field\n"
          "45+12 info +CSQ rssi=32^ ber=0 !out-of-range\n"
          "57+14 info +CSQ rssi=23 ber=0 extra=7 !extra-field\n"
          "71+6 text '+CSQ'\n"
          "77+9 info +CSQ rssi=- ber=- !empty-field\n"
          "86+8 info +CSQ rssi=- !empty-field !missing-field\n",
          RECEIVED("+CSQ: 23,0\r\n+CSQ: 23,\r\n+CSQ: 23\r\n+CSQ: 2x,0\r\n+CSQ: 32,0\r\n"
                   "+CSQ: 23,0,7\r\n+CSQ\r\n+CSQ: ,\r\n+CSQ: \r\n"));
}

static void test_args_numbers_neither_wrap_nor_clamp(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+31 urc +HTTPACTION method=0 statuscode=200 datalen=4294967295\n"
          "31+31 urc +HTTPACTION method=0 statuscode=200 datalen=4294967296^^ !out-of-range\n"
          "62+32 urc +HTTPACTION method=0 statuscode=200 datalen=42949672960^^ !out-of-range\n"
          "94+42 urc +HTTPACTION method=0 statuscode=200 datalen=340282366920938463463^^ "
          "!out-of-range\n"
          "136+23 urc +HTTPACTION method=-1^ statuscode=200 datalen=0 !out-of-range\n"
          "159+31 urc +HTTPACTION method=4294967296^^ statuscode=200 datalen=0 !out-of-range\n",
          RECEIVED("+HTTPACTION: 0,200,4294967295\r\n+HTTPACTION: 0,200,4294967296\r\n"
                   "+HTTPACTION: 0,200,42949672960\r\n"
                   "+HTTPACTION: 0,200,340282366920938463463\r\n"
                   "+HTTPACTION: -1,200,0\r\n+HTTPACTION: 4294967296,200,0\r\n"));
}

static void test_args_quoted_commas_and_bytes_over_7f_survive(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+23 info +CCERTLIST file_name=a,b.pem\n"
          "23+23 info +CCERTLIST file_name=\\xe4\\xb8\\xad.pem\n"
          "46+25 info +CCERTLIST file_name=a\\22b.pem\n",
          RECEIVED("+CCERTLIST: \"a,b.pem\"\r\n+CCERTLIST: \"\xe4\xb8\xad.pem\"\r\n"
                   "+CCERTLIST: \"a\\22b.pem\"\r\n"));
}

static void test_args_stray_quotes_are_named_and_lose_nothing(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+31 info +CCERTLIST file_name=client_key.pem\" !stray-quote\n"
          "31+22 info +CCERTLIST file_name=abc.pem? !stray-quote !malformed-field\n"
          "53+21 info +CCERTLIST file_name=abc.pem !unquoted\n",
          RECEIVED("+CCERTLIST: \"client_key.pem\"\"\r\n+CCERTLIST: \"abc.pem\r\n"
                   "+CCERTLIST: abc.pem\r\n"));
}

static void test_args_idle_sessions_have_empty_fields(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+19 info +CCHOPEN session_id=0 host= port=- client_type=- bind_port=-\n",
          SENT("AT+CCHOPEN?"), RECEIVED("+CCHOPEN: 0,\"\",,,\r\n"));
}

static void test_args_cme_error_is_a_number_or_text(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+16 result +CME ERROR err=14\n"
          "16+22 result +CME ERROR err=SIM busy\n"
          "38+59 result +CME ERROR err=requested service option not subscribed (#33)\n",
          RECEIVED("+CME ERROR: 14\r\n+CME ERROR: SIM busy\r\n"
                   "+CME ERROR: requested service option not subscribed (#33)\r\n"));
}

static void test_args_more_fields_than_are_kept_overrun_nothing(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+58 info +CSQ rssi=1 ber=2 extra=3 extra=4 extra=5 extra=6 extra=7 extra=8 extra=9 "
          "extra=10 extra=11 extra=12 extra=13 extra=14 extra=15 extra=16 !extra-field\n"
          "58+4 result OK\n",
          RECEIVED("+CSQ: 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\r\nOK\r\n"));
}

static void test_args_missing_comma_is_malformed(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+12 info +CSQ rssi=23 0? !missing-field !malformed-field\n",
          RECEIVED("+CSQ: 23 0\r\n"));
}

static void test_args_damaged_values_are_no_test_response(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+23 info +CSQ rssi=abc? ber=99999999999^^ !out-of-range !malformed-field\n",
          RECEIVED("+CSQ: abc,99999999999\r\n"));
}

static void test_args_quoted_number_is_read_and_named(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+14 info +CSQ rssi=23 ber=0 !quoted\n", RECEIVED("+CSQ: \"23\",0\r\n"));
}

static void test_args_test_response_is_kept_as_text(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+36 info +CSSLCFG #sslversion ssl_ctx_index=(0-9) sslversion=(0,1)\n",
          SENT("AT+CSSLCFG=?"), RECEIVED("+CSSLCFG: \"sslversion\",(0-9),(0,1)\r\n"));
}

static void test_args_plus_after_digits_is_not_always_a_line(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+14 info +CSQ rssi=20 ber=0+1? !malformed-field\n"
          "14+13 info +CSQ rssi=20 ber=0+? !malformed-field\n",
          RECEIVED("+CSQ: 20,0+1\r\n+CSQ: 20,0+\r\n"));
}

static void test_args_more_lines_than_four_in_one_are_malformed(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+9 info +CSQ rssi=1 ber=0 !glued\n"
          "9+9 info +CSQ rssi=2 ber=0 !glued\n"
          "18+9 info +CSQ rssi=3 ber=0 !glued\n"
          "27+9 info +CSQ rssi=4 ber=0 !glued\n"
          "36+20 info +CSQ rssi=5 ber=0+CSQ: 6? extra=0 !extra-field !malformed-field\n",
          RECEIVED("+CSQ: 1,0+CSQ: 2,0+CSQ: 3,0+CSQ: 4,0+CSQ: 5,0+CSQ: 6,0\r\n"));
}

static void test_args_blanks_round_a_field_are_left_out(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+13 info +CSQ rssi=23 ber=0 !extra-space\n"
          "13+21 urc +APP PDP pdpidx=0 status=ACTIVE !extra-space\n"
          "34+15 urc +CPIN code=READY !extra-space\n"
          "49+29 info +CPSI #GSM Operation Mode=Online MCC-MNC=460-00 cell=x !extra-space\n",
          RECEIVED("+CSQ: 23 ,0\r\n+APP PDP: 0, ACTIVE\r\n+CPIN:  READY\r\n"
                   "+CPSI: GSM,Online ,460-00,x\r\n"));
}

static void test_args_extra_field_is_cut_as_a_set(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+19 info +CSQ rssi=1 ber=2 extra=\"a,b\" extra=c !extra-field\n"
          "19+16 info +CSQ rssi=1 ber=2 extra=a) extra=b !extra-field\n"
          "35+15 info +CSQ rssi=1 ber=2 extra=3 !extra-field\n",
          RECEIVED("+CSQ: 1,2,\"a,b\",c\r\n+CSQ: 1,2,a),b\r\n+CSQ: 1,2,[3]\r\n"));
}

static void test_args_hexadecimal_needs_no_prefix(void **state)
{
    (void)state;
    CHECK(EC200,
          "0+16 info +QFUPL upload_size=5 checksum=0f64\n"
          "16+16 info +QFUPL upload_size=5 checksum=0x4f\n"
          "32+17 info +QFUPL upload_size=5 checksum=10000^ !out-of-range\n",
          RECEIVED("+QFUPL: 5,0f64\r\n+QFUPL: 5,0x4f\r\n+QFUPL: 5,10000\r\n"));
}

static void test_args_word_in_quotes_is_named(void **state)
{
    (void)state;
    CHECK(SIMCOM, "0+16 urc +CPIN code=READY !quoted\n", RECEIVED("+CPIN: \"READY\"\r\n"));
}

static void test_args_nothing_after_a_colon_is_empty(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+8 urc +CGEV event=-\n"
          "8+20 urc +HTTP_PEER_CLOSED extra=- !extra-field\n",
          RECEIVED("+CGEV:\r\n+HTTP_PEER_CLOSED:\r\n"));
}

static void test_args_missing_literal_is_a_missing_field(void **state)
{
    (void)state;
    CHECK(SIMCOM,
          "0+14 urc +CCHEVENT session_id=0 !missing-field\n"
          "14+25 urc +CCHEVENT session_id=0 #RECV EVENT\n",
          RECEIVED("+CCHEVENT: 0\r\n+CCHEVENT: 0,RECV EVENT\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_args_present_empty_missing_malformed_range_are_told_apart),
        cmocka_unit_test(test_args_numbers_neither_wrap_nor_clamp),
        cmocka_unit_test(test_args_quoted_commas_and_bytes_over_7f_survive),
        cmocka_unit_test(test_args_stray_quotes_are_named_and_lose_nothing),
        cmocka_unit_test(test_args_idle_sessions_have_empty_fields),
        cmocka_unit_test(test_args_cme_error_is_a_number_or_text),
        cmocka_unit_test(test_args_more_fields_than_are_kept_overrun_nothing),
        cmocka_unit_test(test_args_missing_comma_is_malformed),
        cmocka_unit_test(test_args_damaged_values_are_no_test_response),
        cmocka_unit_test(test_args_quoted_number_is_read_and_named),
        cmocka_unit_test(test_args_test_response_is_kept_as_text),
        cmocka_unit_test(test_args_plus_after_digits_is_not_always_a_line),
        cmocka_unit_test(test_args_more_lines_than_four_in_one_are_malformed),
        cmocka_unit_test(test_args_blanks_round_a_field_are_left_out),
        cmocka_unit_test(test_args_extra_field_is_cut_as_a_set),
        cmocka_unit_test(test_args_hexadecimal_needs_no_prefix),
        cmocka_unit_test(test_args_word_in_quotes_is_named),
        cmocka_unit_test(test_args_nothing_after_a_colon_is_empty),
        cmocka_unit_test(test_args_missing_literal_is_a_missing_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
