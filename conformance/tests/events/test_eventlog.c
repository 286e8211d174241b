/* The event log: the exact shape of its lines, escaping, and that spans of one
 * event are joined. Events are made by hand, so that each shape is met. */
#include "base/json.h"
#include "events/eventlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a catalogue of one record ---------------------------------------- */

/* +X: <n>,"recv",<host>,<code>,LEN,0,<n>,<hex>,<set> */
static const char pool[] = "\0+X\0n\0recv\0host\0code\0LEN\00"
                           "0\0hex\0set\0OK\0002";
enum {
    TEXT_X = 1,
    TEXT_N = 4,
    TEXT_RECV = 6,
    TEXT_HOST = 11,
    TEXT_CODE = 16,
    TEXT_LEN = 21,
    TEXT_0 = 25,
    TEXT_HEX = 27,
    TEXT_SET = 31,
    TEXT_OK = 35,
    TEXT_2 = 38
};

static const struct atp_param params[] = {
    {TEXT_N, ATP_TYPE_INT, 0},
    {TEXT_RECV, ATP_TYPE_KEYWORD, 0},
    {TEXT_HOST, ATP_TYPE_STRING, 0},
    {TEXT_CODE, ATP_TYPE_CODE, 0},
    {TEXT_LEN, ATP_TYPE_LITERAL, 0},
    {TEXT_0, ATP_TYPE_LITERAL, 0},
    {TEXT_N, ATP_TYPE_INT, 0},
    {TEXT_HEX, ATP_TYPE_HEX, 0},
    {TEXT_SET, ATP_TYPE_SET, 0},
    {0, ATP_TYPE_SET, 0},
    {0, ATP_TYPE_SET, 0},
};
static const struct atp_record records[] = {
    {.param = 0, .param_count = 9, .command = 0},
    {.param = 0, .param_count = 0, .command = ATP_NONE},
    {.param = 8, .param_count = 3, .command = 0},
};
static const struct atp_name names[] = {
    {.text = TEXT_X, .size = 2, .record = 0, .record_count = 1, .command = 0},
    {.text = TEXT_OK, .size = 2, .record = 1, .record_count = 1, .command = ATP_NONE},
};
static const struct atp_variant variants[] = {{.element = 0, .label = TEXT_2}};
static const struct atp_form forms[] = {{.variant_count = 1, .kind = ATP_FORM_WRITE}};
static const struct atp_command commands[] = {{.form = 0, .form_count = 1, .name = 0}};
static const struct atp_catalog catalog = {
    .text = pool,
    .names = names,
    .records = records,
    .params = params,
    .commands = commands,
    .forms = forms,
    .variants = variants,
    .record_count = 2,
    .name_count = 2,
    .command_count = 1,
};

/* ---- events ----------------------------------------------------------- */

static struct atp_event make_event(enum atp_kind kind, const char *bytes, size_t size)
{
    return (struct atp_event){
        .kind = (uint8_t)kind,
        .bytes = (const uint8_t *)bytes,
        .size = size,
        .text_size = (uint16_t)size,
        .catalog = &catalog,
    };
}

static struct atp_event make_line(enum atp_kind kind, const char *text)
{
    struct atp_event event = make_event(kind, text, strlen(text));
    event.name = &names[0];
    event.record = &records[0];
    return event;
}

static void add_field(struct atp_event *event, const char *text, unsigned status, uint32_t value)
{
    const char *line = (const char *)event->bytes;
    unsigned index = event->field_count++;
    const char *at = strstr(line + (index == 0 ? 0 : event->fields[index - 1].offset), text);
    assert_non_null(at);
    event->fields[index].offset = (uint16_t)(at - line);
    event->fields[index].size = (uint16_t)strlen(text);
    event->fields[index].value = value;
    event->status[index] = (uint8_t)status;
}

static struct atp_event make_span(enum atp_kind kind, uint64_t offset, const char *bytes,
                                  unsigned more)
{
    struct atp_event event = make_event(kind, bytes, strlen(bytes));
    event.offset = offset;
    event.text_size = 0;
    event.more = (uint8_t)more;
    return event;
}

/* The log of some events. */
static void assert_log(const struct atp_event *events, size_t count, const char *expected)
{
    struct eventlog log;
    size_t size;
    eventlog_init(&log, NULL);
    for (size_t i = 0; i < count; i++) eventlog_event(&log, &events[i]);
    assert_true(eventlog_finish(&log));
    const char *text = eventlog_text(&log, &size);
    char *copy = strndup(text, size);
    assert_string_equal(copy, expected);
    assert_int_equal(size, strlen(expected));
    free(copy);
    eventlog_release(&log);
}

/* ---- JSON ------------------------------------------------------------- */

static void test_json_each_byte_has_one_escape(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        struct buffer out = {0};
        uint8_t one = (uint8_t)byte;
        char expected[12];
        if (byte == '"' || byte == '\\') snprintf(expected, sizeof expected, "\"\\%c\"", byte);
        else if (byte >= 0x20 && byte <= 0x7E) snprintf(expected, sizeof expected, "\"%c\"", byte);
        else snprintf(expected, sizeof expected, "\"\\u00%02x\"", byte);
        json_bytes(&out, &one, 1);
        assert_int_equal(out.size, strlen(expected));
        assert_memory_equal(out.bytes, expected, out.size);
        buffer_release(&out);
    }
}

static void test_json_integer_is_told_from_what_looks_like_one(void **state)
{
    (void)state;
    static const char *const good[] = {"0", "-0", "7", "-12", "10", "123456789012345678901"};
    static const char *const bad[] = {"", "-", "00", "01", "-01", "+1", "1 ", " 1", "1.0", "1e3"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(json_is_integer((const uint8_t *)good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(json_is_integer((const uint8_t *)bad[i], strlen(bad[i])));
}

static void test_json_numbers_up_to_64_bits_are_written(void **state)
{
    (void)state;
    struct buffer out = {0};
    json_unsigned(&out, 0);
    json_unsigned(&out, UINT64_MAX);
    assert_int_equal(out.size, 21);
    assert_memory_equal(out.bytes, "018446744073709551615", 21);
    buffer_release(&out);
}

/* ---- lines ------------------------------------------------------------ */

static void test_eventlog_line_has_its_fields_by_type(void **state)
{
    (void)state;
    struct atp_event event =
        make_line(ATP_KIND_URC, "+X: 007,\"recv\",\"a,b\",busy,LEN,0,12,0x1F,(0-4)");
    event.offset = 12;
    event.deviations = ATP_DEV_RANGE | ATP_DEV_BARE_LF;
    add_field(&event, "007", ATP_FIELD_RANGE, 7);
    add_field(&event, "recv", ATP_FIELD_VALID, 0);
    add_field(&event, "a,b", ATP_FIELD_VALID, 0);
    add_field(&event, "busy", ATP_FIELD_VALID, 0);
    add_field(&event, "LEN", ATP_FIELD_VALID, 0);
    add_field(&event, "0", ATP_FIELD_VALID, 0);
    add_field(&event, "12", ATP_FIELD_VALID, 12);
    add_field(&event, "0x1F", ATP_FIELD_VALID, 31);
    add_field(&event, "(0-4)", ATP_FIELD_VALID, 0);
    assert_log(&event, 1,
               "{\"offset\":12,\"size\":45,\"kind\":\"urc\",\"name\":\"+X\",\"tag\":\"recv,LEN\","
               "\"values\":{\"n\":7,\"host\":\"a,b\",\"code\":\"busy\",\"n#2\":12,"
               "\"hex\":\"0x1F\",\"set\":\"(0-4)\"},\"deviations\":[\"out-of-range\",\"bare-lf\"]}"
               "\n");
}

/* The value of the first field, an integer by its type. */
static void assert_value(const char *text, unsigned status, uint32_t value, const char *expected)
{
    char line[64];
    char log[160];
    snprintf(line, sizeof line, "+X: %s", text);
    struct atp_event event = make_line(ATP_KIND_INFO, line);
    add_field(&event, text, status, value);
    snprintf(log, sizeof log,
             "{\"offset\":0,\"size\":%zu,\"kind\":\"info\",\"name\":\"+X\",\"values\":{\"n\":%s},"
             "\"deviations\":[]}\n",
             strlen(line), expected);
    assert_log(&event, 1, log);
}

static void test_eventlog_number_stands_as_sent_where_json_can(void **state)
{
    (void)state;
    assert_value("0", ATP_FIELD_VALID, 0, "0");
    assert_value("-5", ATP_FIELD_VALID | ATP_FIELD_NEGATIVE, 5, "-5");
    assert_value("-007", ATP_FIELD_VALID | ATP_FIELD_NEGATIVE, 7, "-7");
    assert_value("-00", ATP_FIELD_VALID | ATP_FIELD_NEGATIVE, 0, "0");
    assert_value("+5", ATP_FIELD_VALID, 5, "5");
    assert_value("4294967296", ATP_FIELD_OVERFLOW, 0, "4294967296");
    assert_value("04294967296", ATP_FIELD_OVERFLOW, 0, "\"04294967296\"");
    assert_value("1x", ATP_FIELD_MALFORMED, 0, "\"1x\"");
    assert_value("+5", ATP_FIELD_MALFORMED, 0, "\"+5\"");
}

static void test_eventlog_empty_is_null_and_missing_is_absent(void **state)
{
    (void)state;
    struct atp_event event = make_line(ATP_KIND_INFO, "+X: ");
    event.deviations = ATP_DEV_EMPTY_FIELD | ATP_DEV_MISSING_FIELD;
    add_field(&event, "", ATP_FIELD_EMPTY, 0);
    assert_log(&event, 1,
               "{\"offset\":0,\"size\":4,\"kind\":\"info\",\"name\":\"+X\",\"values\":{\"n\":null},"
               "\"deviations\":[\"empty-field\",\"missing-field\"]}\n");
}

static void test_eventlog_field_without_a_name_is_called_by_its_place(void **state)
{
    (void)state;
    struct atp_event event = make_line(ATP_KIND_INFO, "+X: (0),(1),(2)");
    event.record = &records[2];
    add_field(&event, "(0)", ATP_FIELD_VALID, 0);
    add_field(&event, "(1)", ATP_FIELD_VALID, 0);
    add_field(&event, "(2)", ATP_FIELD_VALID, 0);
    assert_log(&event, 1,
               "{\"offset\":0,\"size\":15,\"kind\":\"info\",\"name\":\"+X\",\"values\":{"
               "\"set\":\"(0)\",\"#2\":\"(1)\",\"#3\":\"(2)\"},\"deviations\":[]}\n");
}

static void test_eventlog_fields_beyond_the_record_are_extra(void **state)
{
    (void)state;
    struct atp_event event = make_line(ATP_KIND_RESULT, "OK 1,b");
    event.name = &names[1];
    event.record = &records[1];
    event.deviations = ATP_DEV_EXTRA_FIELD;
    add_field(&event, "1", ATP_FIELD_VALID, 0);
    add_field(&event, "b", ATP_FIELD_VALID, 0);
    assert_log(&event, 1,
               "{\"offset\":0,\"size\":6,\"kind\":\"result\",\"name\":\"OK\",\"values\":{},"
               "\"extra\":[\"1\",\"b\"],\"deviations\":[\"extra-field\"]}\n");
}

static void test_eventlog_text_is_escaped_byte_by_byte(void **state)
{
    (void)state;
    struct atp_event event = make_event(ATP_KIND_TEXT, "a\"\\\x1A\xC3\xBC\x7F\0z\r\n", 11);
    event.text_size = 9;
    assert_log(&event, 1,
               "{\"offset\":0,\"size\":11,\"kind\":\"text\",\"text\":"
               "\"a\\\"\\\\\\u001a\\u00c3\\u00bc\\u007f\\u0000z\",\"deviations\":[]}\n");
}

static void test_eventlog_echo_blank_prompt_have_their_shapes(void **state)
{
    (void)state;
    struct atp_event events[3];
    events[0] = make_event(ATP_KIND_ECHO, "AT\r\r\n", 5);
    events[0].text_size = 2;
    events[1] = make_event(ATP_KIND_BLANK, "\r\n", 2);
    events[1].text_size = 0;
    events[2] = make_line(ATP_KIND_PROMPT, "> ");
    assert_log(events, 3,
               "{\"offset\":0,\"size\":5,\"kind\":\"echo\",\"text\":\"AT\",\"deviations\":[]}\n"
               "{\"offset\":0,\"size\":2,\"kind\":\"blank\",\"deviations\":[]}\n"
               "{\"offset\":0,\"size\":2,\"kind\":\"prompt\",\"name\":\"+X\",\"deviations\":[]}\n");
}

static void test_eventlog_truncated_says_what_is_missing(void **state)
{
    (void)state;
    struct atp_event events[2];
    events[0] = make_event(ATP_KIND_TRUNCATED, "+HT", 3);
    events[0].deviations = ATP_DEV_CUT;
    events[1] = make_event(ATP_KIND_TRUNCATED, "", 0);
    events[1].name = &names[0];
    events[1].left = 28;
    assert_log(events, 2,
               "{\"offset\":0,\"size\":3,\"kind\":\"truncated\",\"text\":\"+HT\",\"missing\":0,"
               "\"deviations\":[\"cut\"]}\n"
               "{\"offset\":0,\"size\":0,\"kind\":\"truncated\",\"name\":\"+X\",\"missing\":28,"
               "\"deviations\":[]}\n");
}

/* ---- spans ------------------------------------------------------------ */

/* SHA-256 of "abc". */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
/* of nothing but "a" */
#define A "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"

static void test_eventlog_payload_spans_are_joined_to_its_last(void **state)
{
    (void)state;
    struct atp_event events[4];
    for (unsigned i = 0; i < 3; i++) {
        static const char *const parts[] = {"a", "b", "c"};
        events[i] = make_span(ATP_KIND_DATA, 40 + i, parts[i], i < 2);
        events[i].left = 2 - i;
        events[i].name = &names[0];
    }
    events[3] = make_span(ATP_KIND_DATA, 43, "a", 0);
    events[3].name = &names[0];
    assert_log(events, 4,
               "{\"offset\":40,\"size\":3,\"kind\":\"data\",\"name\":\"+X\",\"sha256\":\"" ABC
               "\",\"deviations\":[]}\n"
               "{\"offset\":43,\"size\":1,\"kind\":\"data\",\"name\":\"+X\",\"sha256\":\"" A
               "\",\"deviations\":[]}\n");
}

static void test_eventlog_short_payload_ends_at_what_cut_it(void **state)
{
    (void)state;
    struct atp_event events[2];
    events[0] = make_span(ATP_KIND_DATA, 0, "a", 1);
    events[1] = make_span(ATP_KIND_TRUNCATED, 1, "", 0);
    events[1].left = 9;
    assert_log(events, 2,
               "{\"offset\":0,\"size\":1,\"kind\":\"data\",\"sha256\":\"" A
               "\",\"deviations\":[]}\n"
               "{\"offset\":1,\"size\":0,\"kind\":\"truncated\",\"missing\":9,"
               "\"deviations\":[]}\n");
}

static void test_eventlog_stream_spans_are_joined_until_another_kind(void **state)
{
    (void)state;
    struct atp_event events[4];
    events[0] = make_span(ATP_KIND_STREAM, 0, "a", 0);
    events[1] = make_span(ATP_KIND_STREAM, 1, "bc", 1);
    events[2] = make_event(ATP_KIND_BLANK, "\r\n", 2);
    events[2].offset = 3;
    events[3] = make_span(ATP_KIND_STREAM, 5, "a", 0);
    assert_log(events, 4,
               "{\"offset\":0,\"size\":3,\"kind\":\"stream\",\"name\":\"CONNECT\",\"sha256\":\"" ABC
               "\",\"deviations\":[]}\n"
               "{\"offset\":3,\"size\":2,\"kind\":\"blank\",\"deviations\":[]}\n"
               "{\"offset\":5,\"size\":1,\"kind\":\"stream\",\"name\":\"CONNECT\",\"sha256\":\"" A
               "\",\"deviations\":[]}\n");
}

static void test_eventlog_long_text_is_joined_without_its_line_ends(void **state)
{
    (void)state;
    struct atp_event events[5];
    static const char *const parts[] = {"\r\n", "a\r", "\nb\r", "\r", "\n"};
    uint64_t offset = 0;
    for (unsigned i = 0; i < 5; i++) {
        events[i] = make_span(ATP_KIND_TEXT, offset, parts[i], i < 4);
        events[i].deviations = i == 2 ? ATP_DEV_LONG_LINE : 0;
        offset += events[i].size;
    }
    assert_log(events, 5,
               "{\"offset\":0,\"size\":9,\"kind\":\"text\",\"text\":\"a\\u000d\\u000ab\","
               "\"deviations\":[\"long-line\"]}\n");
}

static void test_eventlog_echo_of_an_upload_keeps_its_line_ends(void **state)
{
    (void)state;
    struct atp_event events[4];
    events[0] = make_span(ATP_KIND_ECHO, 0, "\na", 1);
    events[1] = make_span(ATP_KIND_ECHO, 2, "\r\n", 0);
    events[2] = make_span(ATP_KIND_ECHO, 4, "AT", 1);
    events[2].deviations = ATP_DEV_LONG_LINE;
    events[3] = make_span(ATP_KIND_ECHO, 6, "+X\r\r\n", 0);
    assert_log(events, 4,
               "{\"offset\":0,\"size\":4,\"kind\":\"echo\",\"text\":\"\\u000aa\\u000d\\u000a\","
               "\"deviations\":[]}\n"
               "{\"offset\":4,\"size\":7,\"kind\":\"echo\",\"text\":\"AT+X\","
               "\"deviations\":[\"long-line\"]}\n");
}

static void test_eventlog_text_beyond_memory_is_joined(void **state)
{
    (void)state;
    enum { PART_SIZE = 100000, PART_COUNT = 50 };
    char *part = malloc(PART_SIZE + 1);
    struct eventlog log;
    size_t size;
    assert_non_null(part);
    memset(part, 'y', PART_SIZE);
    part[PART_SIZE] = '\0';
    eventlog_init(&log, NULL);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        struct atp_event event = make_span(ATP_KIND_TEXT, i * (uint64_t)PART_SIZE, part, 1);
        part[0] = (char)('a' + i % 26);
        eventlog_event(&log, &event);
    }
    assert_true(eventlog_finish(&log));
    const char *text = eventlog_text(&log, &size);
    static const char head[] = "{\"offset\":0,\"size\":5000000,\"kind\":\"text\",\"text\":\"";
    static const char tail[] = "\",\"deviations\":[]}\n";
    assert_int_equal(size, sizeof head - 1 + 5000000 + sizeof tail - 1);
    assert_memory_equal(text, head, sizeof head - 1);
    for (unsigned i = 0; i < PART_COUNT; i++)
        assert_int_equal(text[sizeof head - 1 + i * PART_SIZE], 'a' + (int)i % 26);
    assert_memory_equal(text + size - sizeof tail + 1, tail, sizeof tail - 1);
    eventlog_release(&log);
    free(part);
}

static void test_eventlog_reset_forgets_the_span(void **state)
{
    (void)state;
    struct eventlog log;
    struct atp_event span = make_span(ATP_KIND_DATA, 0, "x", 1);
    struct atp_event blank = make_event(ATP_KIND_BLANK, "\n", 1);
    size_t size;
    eventlog_init(&log, NULL);
    eventlog_event(&log, &blank);
    eventlog_event(&log, &span);
    eventlog_reset(&log);
    assert_true(eventlog_finish(&log));
    eventlog_text(&log, &size);
    assert_int_equal(size, 0);
    eventlog_release(&log);
}

/* ---- output ----------------------------------------------------------- */

static void test_eventlog_lost_output_is_told(void **state)
{
    (void)state;
    struct eventlog log;
    struct atp_event blank = make_event(ATP_KIND_BLANK, "\n", 1);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    setvbuf(full, NULL, _IONBF, 0);
    eventlog_init(&log, full);
    eventlog_event(&log, &blank);
    assert_false(eventlog_finish(&log));
    eventlog_release(&log);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_each_byte_has_one_escape),
        cmocka_unit_test(test_json_integer_is_told_from_what_looks_like_one),
        cmocka_unit_test(test_json_numbers_up_to_64_bits_are_written),
        cmocka_unit_test(test_eventlog_line_has_its_fields_by_type),
        cmocka_unit_test(test_eventlog_number_stands_as_sent_where_json_can),
        cmocka_unit_test(test_eventlog_empty_is_null_and_missing_is_absent),
        cmocka_unit_test(test_eventlog_field_without_a_name_is_called_by_its_place),
        cmocka_unit_test(test_eventlog_fields_beyond_the_record_are_extra),
        cmocka_unit_test(test_eventlog_text_is_escaped_byte_by_byte),
        cmocka_unit_test(test_eventlog_echo_blank_prompt_have_their_shapes),
        cmocka_unit_test(test_eventlog_truncated_says_what_is_missing),
        cmocka_unit_test(test_eventlog_payload_spans_are_joined_to_its_last),
        cmocka_unit_test(test_eventlog_short_payload_ends_at_what_cut_it),
        cmocka_unit_test(test_eventlog_stream_spans_are_joined_until_another_kind),
        cmocka_unit_test(test_eventlog_long_text_is_joined_without_its_line_ends),
        cmocka_unit_test(test_eventlog_echo_of_an_upload_keeps_its_line_ends),
        cmocka_unit_test(test_eventlog_text_beyond_memory_is_joined),
        cmocka_unit_test(test_eventlog_reset_forgets_the_span),
        cmocka_unit_test(test_eventlog_lost_output_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
