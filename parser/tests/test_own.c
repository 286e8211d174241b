/* A catalogue of a program's own: what the built-in ones do not contain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eventtext.h"

#define OWN &own.catalog

/* simcom, copied to be changed. */
static struct {
    struct atp_catalog catalog;
    struct atp_name names[ATP_NAME_COUNT_MAX];
    struct atp_record records[512];
    struct atp_param params[1024];
    struct atp_range ranges[256];
    struct atp_form forms[512];
} own;

static size_t form_count(const struct atp_catalog *catalog)
{
    const struct atp_command *last = &catalog->commands[catalog->command_count - 1];
    return (size_t)last->form + last->form_count;
}

static size_t param_count(const struct atp_catalog *catalog)
{
    size_t count = 0;
    for (size_t i = 0; i < catalog->record_count; i++) {
        size_t end = (size_t)catalog->records[i].param + catalog->records[i].param_count;
        if (end > count) count = end;
    }
    return count;
}

static size_t range_count(const struct atp_catalog *catalog)
{
    size_t count = 1;
    for (size_t i = 0; i < param_count(catalog); i++) {
        const struct atp_param *param = &catalog->params[i];
        size_t end = param->range + ((param->type & ATP_PARAM_INTERVALS) >> 4) + 1u;
        if (end > count) count = end;
    }
    return count;
}

#define COPY(table, count)                                                                         \
    do {                                                                                           \
        assert_in_range(count, 1, sizeof own.table / sizeof own.table[0]);                         \
        memcpy(own.table, own.catalog.table, (count) * sizeof own.table[0]);                       \
        own.catalog.table = own.table;                                                             \
    } while (0)

static int copy_simcom(void **state)
{
    (void)state;
    own.catalog = atp_catalog_simcom;
    COPY(ranges, range_count(OWN));
    COPY(params, param_count(OWN));
    COPY(records, own.catalog.record_count);
    COPY(names, own.catalog.name_count);
    COPY(forms, form_count(OWN));
    return 0;
}

static struct atp_name *own_name(const char *text)
{
    for (size_t i = 0; i < own.catalog.name_count; i++)
        if (strcmp(own.catalog.text + own.names[i].text, text) == 0) return &own.names[i];
    fail_msg("simcom has no %s", text);
    return NULL;
}

/* The name's first record of this role. */
static struct atp_record *own_record(const char *text, enum atp_role role)
{
    const struct atp_name *name = own_name(text);
    for (size_t i = 0; i < name->record_count; i++)
        if (own.records[name->record + i].role == role) return &own.records[name->record + i];
    fail_msg("%s has no such record", text);
    return NULL;
}

static struct atp_form *own_form(const char *text, enum atp_form_kind kind)
{
    const struct atp_command *command = &own.catalog.commands[own_name(text)->command];
    for (size_t i = 0; i < command->form_count; i++)
        if (own.forms[command->form + i].kind == kind) return &own.forms[command->form + i];
    fail_msg("%s has no such form", text);
    return NULL;
}

/* ---- values ----------------------------------------------------------- */

static void test_own_range_below_zero_is_not_open_below(void **state)
{
    (void)state;
    struct atp_param *rssi = &own.params[own_record("+CSQ", ATP_ROLE_INFO)->param];
    own.ranges[rssi->range] = (struct atp_range){-INT32_MAX, INT32_MAX};
    rssi->type &= (uint8_t)~ATP_PARAM_INTERVALS;
    CHECK(OWN,
          "0+21 info +CSQ rssi=-2147483647 ber=0\n"
          "21+21 info +CSQ rssi=-2147483648^ ber=0 !out-of-range\n"
          "42+21 info +CSQ rssi=-4294967295^ ber=0 !out-of-range\n"
          "63+20 info +CSQ rssi=4294967295 ber=0\n",
          RECEIVED("+CSQ: -2147483647,0\r\n+CSQ: -2147483648,0\r\n+CSQ: -4294967295,0\r\n"
                   "+CSQ: 4294967295,0\r\n"));
}

/* ---- names ------------------------------------------------------------ */

static void test_own_word_with_fields_takes_a_colon(void **state)
{
    (void)state;
    const struct atp_record *csq = own_record("+CSQ", ATP_ROLE_INFO);
    struct atp_record *ready = own_record("RDY", ATP_ROLE_URC);
    ready->param = csq->param;
    ready->param_count = csq->param_count;
    CHECK(OWN, "0+10 urc RDY rssi=1 ber=2\n10+9 text 'OK: 1,2'\n",
          RECEIVED("RDY: 1,2\r\nOK: 1,2\r\n"));
}

static void test_own_prefix_with_a_text_after_takes_no_colon(void **state)
{
    (void)state;
    own_name("+CSQ")->flags |= ATP_NAME_TAIL;
    CHECK(OWN, "0+11 text '+CSQ: 1,2'\n11+10 text '+CSQ,1,2'\n",
          RECEIVED("+CSQ: 1,2\r\n+CSQ,1,2\r\n"));
}

static void test_own_empty_catalog_knows_a_prompt_by_its_shape(void **state)
{
    (void)state;
    static const uint8_t slots[2];
    static const struct atp_catalog empty = {.text = "", .slots = slots, .hash_shift = 31};
    CHECK(&empty, "0+4 text 'OK'\n4+1 prompt '>'\n5+1 blank\n6+7 text 'ERROR'\n",
          RECEIVED("OK\r\n> ERROR\r\n"));
    CHECK(&empty, "0+1 prompt '>'\n1+1 blank\n2+4 text 'OK'\n", SENT("AT+CMGS=\"1\""),
          RECEIVED("> "), SENT_RAW("hello\x1A"), RECEIVED("OK\r\n"));
}

/* ---- exchanges -------------------------------------------------------- */

static void test_own_result_code_is_no_other(void **state)
{
    (void)state;
    own_record("BUSY", ATP_ROLE_RESULT)->result = ATP_RESULT_OTHER;
    own_record("OK", ATP_ROLE_RESULT)->result = ATP_RESULT_OTHER;
    CHECK(OWN, "0+6 result BUSY !unexpected (violated)\n", SENT("AT+CSQ"), RECEIVED("BUSY\r\n"));
}

static void test_own_information_of_no_command_is_not_asked(void **state)
{
    (void)state;
    own_record("+CSQ", ATP_ROLE_INFO)->command = ATP_NONE;
    CHECK(OWN, "0+11 urc +CSQ rssi=1 ber=2 !not-asked\n11+4 result OK\n", SENT("AT+NONE"),
          RECEIVED("+CSQ: 1,2\r\nOK\r\n"));
}

static void test_own_urc_of_fewer_fields_is_another_record(void **state)
{
    (void)state;
    const struct atp_record *answer = own_record("+CREG", ATP_ROLE_INFO);
    struct atp_record *urc = own_record("+CREG", ATP_ROLE_URC);
    urc->param = answer->param;
    urc->param_count = 1;
    CHECK(OWN,
          "0+12 info +CREG n=0 stat=1\n12+4 result OK (complete)\n"
          "16+12 urc +CREG n=0 stat=1 !not-asked\n",
          SENT("AT+CREG?"), RECEIVED("+CREG: 0,1\r\nOK\r\n+CREG: 0,1\r\n"));
}

static void test_own_upload_without_a_count_ends_with_ctrl_z(void **state)
{
    (void)state;
    own_form("+CCHSEND", ATP_FORM_WRITE)->upload = 0;
    CHECK(OWN, "0+1 prompt >\n1+1 blank\n2+4 result OK (complete)\n", SENT("AT+CCHSEND=0,2"),
          RECEIVED("> "), SENT_RAW("hello\x1A"), RECEIVED("OK\r\n"));
}

static void test_own_form_without_variants_awaits_nothing(void **state)
{
    (void)state;
    struct eventtext log;
    struct atp_exchange exchange;
    own_form("+CSQ", ATP_FORM_EXECUTE)->variant_count = 0;
    eventtext_init(&log, OWN, 64);
    eventtext_sent(&log, "AT+CSQ\r");
    atp_exchange_read(&log.parser, &exchange);
    assert_int_equal(exchange.state, ATP_EXCHANGE_OPEN);
    assert_non_null(exchange.form);
    assert_null(exchange.variant);
    assert_null(exchange.missing);
    eventtext_feed(&log, "OK\r\n", 4, 0);
    assert_string_equal(eventtext_finish(&log), "0+4 result OK !unexpected (violated)\n");
    eventtext_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_own_range_below_zero_is_not_open_below, copy_simcom),
        cmocka_unit_test_setup(test_own_word_with_fields_takes_a_colon, copy_simcom),
        cmocka_unit_test_setup(test_own_prefix_with_a_text_after_takes_no_colon, copy_simcom),
        cmocka_unit_test_setup(test_own_empty_catalog_knows_a_prompt_by_its_shape, copy_simcom),
        cmocka_unit_test_setup(test_own_result_code_is_no_other, copy_simcom),
        cmocka_unit_test_setup(test_own_information_of_no_command_is_not_asked, copy_simcom),
        cmocka_unit_test_setup(test_own_urc_of_fewer_fields_is_another_record, copy_simcom),
        cmocka_unit_test_setup(test_own_upload_without_a_count_ends_with_ctrl_z, copy_simcom),
        cmocka_unit_test_setup(test_own_form_without_variants_awaits_nothing, copy_simcom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
