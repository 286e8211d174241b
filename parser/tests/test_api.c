/* The public calls: misuse, sizes, readers, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eventtext.h"

static struct atp_event kept;
static uint8_t kept_bytes[512];

static void keep_event(void *user, const struct atp_event *event)
{
    (void)user;
    if (event->kind == ATP_KIND_BLANK) return;
    kept = *event;
    assert_in_range(event->size, 0, sizeof kept_bytes);
    memcpy(kept_bytes, event->bytes, event->size);
    kept.bytes = kept_bytes;
}

static void decode(const char *line)
{
    static uint8_t buffer[ATP_BUFFER_SIZE(512)];
    struct atp_parser parser;
    memset(&kept, 0, sizeof kept);
    assert_int_equal(
        atp_init(&parser, &atp_catalog_simcom, buffer, sizeof buffer, keep_event, NULL), ATP_OK);
    assert_int_equal(atp_feed(&parser, line, strlen(line)), ATP_OK);
}

static void test_api_misuse_changes_nothing(void **state)
{
    (void)state;
    static uint8_t buffer[ATP_BUFFER_SIZE(64)];
    struct atp_parser parser;
    const struct atp_catalog *catalog = &atp_catalog_simcom;
    assert_int_equal(atp_init(NULL, catalog, buffer, sizeof buffer, keep_event, NULL),
                     ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_init(&parser, NULL, buffer, sizeof buffer, keep_event, NULL),
                     ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_init(&parser, catalog, NULL, sizeof buffer, keep_event, NULL),
                     ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_init(&parser, catalog, buffer, sizeof buffer, NULL, NULL),
                     ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_init(&parser, catalog, buffer, sizeof buffer - 1, keep_event, NULL),
                     ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_init(&parser, catalog, buffer, sizeof buffer, keep_event, NULL), ATP_OK);
    struct atp_parser before = parser;
    assert_int_equal(atp_feed(&parser, NULL, 1), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_sent(&parser, NULL, 1), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_feed(&parser, NULL, 0), ATP_OK);
    assert_memory_equal(&before, &parser, sizeof parser);
}

static void test_api_struct_sizes_are_pinned(void **state)
{
    (void)state;
#if UINTPTR_MAX == UINT64_MAX
    assert_int_equal(sizeof(struct atp_parser), 184);
#else
    assert_in_range(sizeof(struct atp_parser), 64, 160);
#endif
    assert_int_equal(sizeof(struct atp_field), 8);
    assert_int_equal(sizeof(struct atp_record), 8);
    assert_int_equal(sizeof(struct atp_name), 8);
    assert_int_equal(sizeof(struct atp_param), 4);
}

static void test_api_buffer_of_any_alignment_is_taken(void **state)
{
    (void)state;
    static uint8_t buffer[ATP_BUFFER_SIZE(64) + 8];
    for (size_t skew = 0; skew < 8; skew++) {
        struct atp_parser parser;
        memset(&kept, 0, sizeof kept);
        assert_int_equal(atp_init(&parser, &atp_catalog_simcom, buffer + skew, ATP_BUFFER_SIZE(64),
                                  keep_event, NULL),
                         ATP_OK);
        atp_feed(&parser, "+CSQ: 1", 7);
        atp_feed(&parser, ",2\r\n", 4);
        assert_string_equal(atp_event_name(&kept), "+CSQ");
    }
}

static void test_api_reset_forgets_all(void **state)
{
    (void)state;
    struct eventtext log;
    eventtext_init(&log, &atp_catalog_simcom, 64);
    struct atp_parser fresh = log.parser;
    eventtext_sent(&log, "AT+CCHSEND=0,5\r");
    eventtext_feed(&log, "AT+CCHSEND=0,5\r\r\n> \r\n+CSQ: 1", 29, 0);
    atp_reset(&log.parser);
    assert_memory_equal(&fresh, &log.parser, sizeof fresh);
    eventtext_free(&log);
}

static void test_api_readers_tell_states_apart(void **state)
{
    (void)state;
    uint32_t u = 77;
    int32_t i = 77;
    decode("+HTTPACTION: 0,200,4294967295\r\n");
    assert_int_equal(atp_read_u32(&kept, 2, &u), ATP_OK);
    assert_int_equal(u, UINT32_MAX);
    assert_int_equal(atp_read_i32(&kept, 2, &i), ATP_ERROR_RANGE);
    assert_int_equal(atp_read_u32(&kept, 3, &u), ATP_ERROR_MISSING);
    assert_int_equal(atp_find_field(&kept, "statuscode"), 1);
    assert_int_equal(atp_find_field(&kept, "errcode"), -1);
    decode("+HTTPACTION: -2147483648,,x\r\n");
    assert_int_equal(atp_read_i32(&kept, 0, &i), ATP_OK);
    assert_int_equal(i, INT32_MIN);
    assert_int_equal(atp_read_u32(&kept, 0, &u), ATP_ERROR_RANGE);
    assert_int_equal(atp_read_u32(&kept, 1, &u), ATP_ERROR_EMPTY);
    assert_int_equal(atp_read_u32(&kept, 2, &u), ATP_ERROR_MALFORMED);
    decode("+HTTPACTION: -2147483649,200,4294967296\r\n");
    assert_int_equal(atp_read_i32(&kept, 0, &i), ATP_ERROR_RANGE);
    assert_int_equal(atp_read_u32(&kept, 2, &u), ATP_ERROR_RANGE);
    assert_int_equal(i, INT32_MIN);
    assert_int_equal(u, UINT32_MAX);
    decode("+CME ERROR: SIM busy\r\n");
    assert_int_equal(atp_read_u32(&kept, 0, &u), ATP_ERROR_MALFORMED);
    decode("+CME ERROR: 0\r\n");
    assert_int_equal(atp_read_u32(&kept, 0, &u), ATP_OK);
    assert_int_equal(u, 0);
}

static void test_api_string_escapes_are_undone_within_bounds(void **state)
{
    (void)state;
    char out[16];
    size_t size = 99;
    decode("+CCERTLIST: \"a\\22b\\5Cc\"\r\n");
    assert_int_equal(atp_read_string(&kept, 0, out, 5, &size), ATP_OK);
    assert_int_equal(size, 5);
    assert_memory_equal(out, "a\"b\\c", 5);
    size = 99;
    out[4] = 'x';
    assert_int_equal(atp_read_string(&kept, 0, out, 4, &size), ATP_ERROR_CAPACITY);
    assert_int_equal(size, 99);
    assert_int_equal(out[4], 'x');
    decode("+CCERTLIST: \"a\\2\"\r\n");
    assert_int_equal(atp_read_string(&kept, 0, out, sizeof out, &size), ATP_OK);
    assert_int_equal(size, 3);
}

static void test_api_names_cover_every_number(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind <= ATP_KIND_TRUNCATED; kind++)
        assert_true(strlen(atp_kind_name(kind)) > 2);
    assert_string_equal(atp_kind_name(ATP_KIND_TRUNCATED + 1), "");
    for (unsigned word = 0; word <= ATP_EXCHANGE_LATE; word++)
        assert_true(strlen(atp_exchange_state_name(word)) > 2);
    assert_string_equal(atp_exchange_state_name(ATP_EXCHANGE_LATE + 1), "");
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++) {
        assert_true(strlen(atp_deviation_name(bit)) > 2);
        for (unsigned other = 0; other < bit; other++)
            assert_string_not_equal(atp_deviation_name(bit), atp_deviation_name(other));
    }
    assert_string_equal(atp_deviation_name(ATP_DEV_COUNT), "");
}

static void answer_prompt(void *user, const struct atp_event *event)
{
    struct atp_parser *parser = user;
    if (event->kind == ATP_KIND_PROMPT) atp_sent(parser, "hello", 5);
    keep_event(NULL, event);
}

static void test_api_callback_may_send(void **state)
{
    (void)state;
    static uint8_t buffer[ATP_BUFFER_SIZE(64)];
    struct atp_parser parser;
    assert_int_equal(
        atp_init(&parser, &atp_catalog_simcom, buffer, sizeof buffer, answer_prompt, &parser),
        ATP_OK);
    atp_sent(&parser, "AT+CCHSEND=0,5\r", 15);
    atp_feed(&parser, "> \r\nOK\r\n", 8);
    assert_int_equal(kept.exchange, ATP_EXCHANGE_COMPLETE);
}

static void call_again(void *user, const struct atp_event *event)
{
    struct atp_parser *parser = user;
    struct atp_parser before = *parser;
    assert_int_equal(atp_feed(parser, "OK\r\n", 4), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_expire(parser), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_finish(parser), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_reset(parser), ATP_ERROR_ARGUMENT);
    assert_memory_equal(&before, parser, sizeof before);
    keep_event(NULL, event);
}

static void test_api_callback_may_not_make_events(void **state)
{
    (void)state;
    static uint8_t buffer[ATP_BUFFER_SIZE(64)];
    struct atp_parser parser;
    assert_int_equal(
        atp_init(&parser, &atp_catalog_simcom, buffer, sizeof buffer, call_again, &parser), ATP_OK);
    assert_int_equal(atp_feed(&parser, "+CSQ: 1,2\r\nRDY\r\n+CSQ", 20), ATP_OK);
    assert_string_equal(atp_event_name(&kept), "RDY");
    assert_int_equal(kept.offset, 11);
    assert_int_equal(atp_expire(&parser), ATP_OK);
    assert_int_equal(kept.kind, ATP_KIND_TRUNCATED);
    assert_int_equal(atp_reset(&parser), ATP_OK);
}

static void test_api_exchange_has_names(void **state)
{
    (void)state;
    struct eventtext log;
    struct atp_exchange exchange;
    const struct atp_catalog *catalog = &atp_catalog_simcom;
    eventtext_init(&log, catalog, 64);
    eventtext_sent(&log, "AT+CSQ\r");
    eventtext_feed(&log, "+CSQ: 1,2\r\n", 11, 0);
    atp_exchange_read(&log.parser, &exchange);
    assert_string_equal(atp_command_name(catalog, exchange.command), "+CSQ");
    assert_string_equal(atp_record_name(catalog, exchange.missing), "OK");
    eventtext_feed(&log, "OK\r\n", 4, 0);
    atp_exchange_read(&log.parser, &exchange);
    assert_string_equal(atp_variant_label(catalog, exchange.variant), "a");
    assert_string_equal(atp_record_name(catalog, NULL), "");
    assert_string_equal(atp_command_name(catalog, NULL), "");
    assert_string_equal(atp_variant_label(catalog, NULL), "");
    eventtext_free(&log);
}

static void test_api_null_and_too_much_are_refused(void **state)
{
    (void)state;
    static uint8_t buffer[ATP_BUFFER_SIZE(64)];
    struct atp_parser parser;
    assert_int_equal(atp_init(&parser, &atp_catalog_simcom, buffer,
                              ATP_BUFFER_SIZE(ATP_LINE_SIZE_MAX) + 1, keep_event, NULL),
                     ATP_ERROR_ARGUMENT);
    assert_int_equal(
        atp_init(&parser, &atp_catalog_simcom, buffer, sizeof buffer, keep_event, NULL), ATP_OK);
    assert_int_equal(atp_feed(NULL, "OK\r\n", 4), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_sent(NULL, "AT\r", 3), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_sent(&parser, NULL, 0), ATP_OK);
}

static void test_api_parser_that_is_null_is_refused(void **state)
{
    (void)state;
    struct eventtext log;
    struct atp_exchange exchange;
    eventtext_init(&log, &atp_catalog_simcom, 64);
    assert_int_equal(atp_reset(NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_expire(NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_finish(NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_stream_end(NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_stream_end(&log.parser), ATP_OK);
    assert_int_equal(atp_stream_tail(NULL), ATP_RESULT_NONE);
    assert_false(atp_is_stream(NULL));
    memset(&exchange, 0xA5, sizeof exchange);
    struct atp_exchange before = exchange;
    assert_int_equal(atp_exchange_read(NULL, &exchange), ATP_ERROR_ARGUMENT);
    assert_memory_equal(&before, &exchange, sizeof exchange);
    assert_int_equal(atp_exchange_read(&log.parser, NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_exchange_read(&log.parser, &exchange), ATP_OK);
    assert_int_equal(exchange.state, ATP_EXCHANGE_NONE);
    eventtext_free(&log);
}

static void test_api_reader_of_null_writes_nothing(void **state)
{
    (void)state;
    uint32_t u = 77;
    int32_t i = 77;
    const uint8_t *bytes = NULL;
    size_t size = 99;
    char out[8] = "unused";
    assert_int_equal(atp_read_u32(NULL, 0, &u), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_read_i32(NULL, 0, &i), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_read_bytes(NULL, 0, &bytes, &size), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_read_string(NULL, 0, out, sizeof out, &size), ATP_ERROR_ARGUMENT);
    decode("+CSQ: 1,2\r\n");
    assert_int_equal(atp_read_u32(&kept, 0, NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_read_i32(&kept, 0, NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_read_bytes(&kept, 0, NULL, &size), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_read_bytes(&kept, 0, &bytes, NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_read_string(&kept, 0, NULL, 1, &size), ATP_ERROR_ARGUMENT);
    assert_int_equal(atp_read_string(&kept, 0, out, sizeof out, NULL), ATP_ERROR_ARGUMENT);
    assert_int_equal(u, 77);
    assert_int_equal(i, 77);
    assert_null(bytes);
    assert_int_equal(size, 99);
    assert_string_equal(out, "unused");
    assert_int_equal(atp_read_string(&kept, 0, NULL, 0, &size), ATP_ERROR_CAPACITY);
    decode("+CCERTLIST: \"\"\r\n");
    assert_int_equal(atp_read_string(&kept, 0, NULL, 0, &size), ATP_OK);
    assert_int_equal(size, 0);
}

static void test_api_names_of_null_are_those_of_unknown_things(void **state)
{
    (void)state;
    const struct atp_catalog *catalog = &atp_catalog_simcom;
    assert_int_equal(atp_find_field(NULL, "rssi"), -1);
    assert_null(atp_field_name(NULL, 0));
    assert_false(atp_is_literal(NULL, 0));
    assert_string_equal(atp_event_name(NULL), "");
    assert_string_equal(atp_command_name(NULL, catalog->commands), "");
    assert_string_equal(atp_variant_label(NULL, catalog->variants), "");
    assert_string_equal(atp_record_name(NULL, catalog->records), "");
    decode("+CSQ: 1,2\r\n");
    assert_int_equal(atp_find_field(&kept, NULL), -1);
    assert_int_equal(atp_find_field(&kept, "ber"), 1);
}

static void test_api_version_is_the_header_s(void **state)
{
    (void)state;
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", ATP_VERSION_MAJOR, ATP_VERSION_MINOR,
             ATP_VERSION_PATCH);
    assert_string_equal(ATP_VERSION_STRING, text);
    assert_string_equal(atp_version(), text);
    assert_string_equal(PARSER_VERSION, text);
    assert_string_equal(WHOLE_VERSION, text);
}

static void test_api_mask_of_fields_is_of_the_fields(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++)
        assert_int_equal((ATP_DEV_FIELDS >> bit & 1) != 0, bit < 8);
    assert_int_equal(ATP_DEV_FIELDS & ATP_DEV_MALFORMED_FIELD, ATP_DEV_MALFORMED_FIELD);
}

static void test_api_readers_say_what_a_field_is_not(void **state)
{
    (void)state;
    const uint8_t *bytes;
    size_t size = 99;
    char out[8];
    uint32_t u = 77;
    int32_t i = 77;
    decode("+CCERTLIST: \"a\"\r\n"); /* a string is no number */
    assert_int_equal(atp_read_u32(&kept, 0, &u), ATP_ERROR_MALFORMED);
    decode("+CSQ: 1,2,3\r\n"); /* nor is what the record does not have */
    assert_int_equal(atp_read_u32(&kept, 2, &u), ATP_ERROR_MALFORMED);
    assert_int_equal(atp_read_i32(&kept, 1, &i), ATP_OK);
    assert_int_equal(i, 2);
    assert_int_equal(atp_read_i32(&kept, 3, &i), ATP_ERROR_MISSING);
    assert_int_equal(atp_read_bytes(&kept, 3, &bytes, &size), ATP_ERROR_MISSING);
    assert_int_equal(atp_read_string(&kept, 3, out, sizeof out, &size), ATP_ERROR_MISSING);
    assert_int_equal(size, 99);
    decode("+QFUPL: 5,4f64\r\n");
    assert_int_equal(atp_read_u32(&kept, 1, &u), ATP_OK);
    assert_int_equal(u, 0x4F64);
    decode("+HTTPACTION: -5,200,-0\r\n");
    assert_int_equal(atp_read_i32(&kept, 0, &i), ATP_OK);
    assert_int_equal(i, -5);
    assert_int_equal(atp_read_u32(&kept, 2, &u), ATP_OK);
    assert_int_equal(u, 0);
    decode("+CME ERROR: -5\r\n");
    assert_int_equal(atp_read_i32(&kept, 0, &i), ATP_OK);
    assert_int_equal(i, -5);
    decode("+CME ERROR: x5\r\n");
    assert_int_equal(atp_read_i32(&kept, 0, &i), ATP_ERROR_MALFORMED);
}

static void test_api_event_without_a_record_has_no_fields(void **state)
{
    (void)state;
    uint32_t u;
    decode("no such line\r\n");
    assert_null(atp_field_name(&kept, 0));
    assert_false(atp_is_literal(&kept, 0));
    assert_int_equal(atp_find_field(&kept, "rssi"), -1);
    kept.field_count = 1; /* as an event of the program's own may have it */
    kept.status[0] = ATP_FIELD_VALID;
    assert_int_equal(atp_read_u32(&kept, 0, &u), ATP_ERROR_MALFORMED);
}

static void test_api_fields_without_a_name_are_not_found(void **state)
{
    (void)state;
    decode("+CSQ: 1,2,3\r\n");
    assert_int_equal(atp_find_field(&kept, "extra"), -1);
    decode("+CCHEVENT: 0,RECV EVENT\r\n");
    assert_true(atp_is_literal(&kept, 1));
    assert_int_equal(atp_find_field(&kept, "RECV EVENT"), -1);
}

static void test_api_backslash_without_digits_is_itself(void **state)
{
    (void)state;
    char out[16];
    size_t size = 99;
    decode("+CCERTLIST: \"\\zz\\4z\"\r\n");
    assert_int_equal(atp_read_string(&kept, 0, out, sizeof out, &size), ATP_OK);
    assert_int_equal(size, 6);
    assert_memory_equal(out, "\\zz\\4z", 6);
}

static void test_api_record_of_no_name_is_nameless(void **state)
{
    (void)state;
    struct atp_catalog fewer = atp_catalog_simcom;
    const struct atp_record *first = fewer.records;
    fewer.name_count = 0;
    assert_string_equal(atp_record_name(&fewer, first), "");
    for (unsigned i = 0; i < atp_catalog_simcom.record_count; i++)
        assert_string_not_equal(atp_record_name(&atp_catalog_simcom, first + i), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_api_misuse_changes_nothing),
        cmocka_unit_test(test_api_struct_sizes_are_pinned),
        cmocka_unit_test(test_api_buffer_of_any_alignment_is_taken),
        cmocka_unit_test(test_api_reset_forgets_all),
        cmocka_unit_test(test_api_readers_tell_states_apart),
        cmocka_unit_test(test_api_string_escapes_are_undone_within_bounds),
        cmocka_unit_test(test_api_names_cover_every_number),
        cmocka_unit_test(test_api_callback_may_send),
        cmocka_unit_test(test_api_callback_may_not_make_events),
        cmocka_unit_test(test_api_exchange_has_names),
        cmocka_unit_test(test_api_null_and_too_much_are_refused),
        cmocka_unit_test(test_api_parser_that_is_null_is_refused),
        cmocka_unit_test(test_api_reader_of_null_writes_nothing),
        cmocka_unit_test(test_api_names_of_null_are_those_of_unknown_things),
        cmocka_unit_test(test_api_version_is_the_header_s),
        cmocka_unit_test(test_api_mask_of_fields_is_of_the_fields),
        cmocka_unit_test(test_api_readers_say_what_a_field_is_not),
        cmocka_unit_test(test_api_event_without_a_record_has_no_fields),
        cmocka_unit_test(test_api_fields_without_a_name_are_not_found),
        cmocka_unit_test(test_api_backslash_without_digits_is_itself),
        cmocka_unit_test(test_api_record_of_no_name_is_nameless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
