/* The reader of transcripts: the grammar of corpus/README.md, and what it says
 * of files that are not of it. */
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct transcript parse(const char *text, size_t size)
{
    struct transcript transcript;
    struct transcript_error error;
    if (!transcript_parse(text, size, &transcript, &error))
        fail_msg("%zu:%zu: %s", error.line, error.column, error.text);
    return transcript;
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void assert_item(const struct transcript *t, size_t index, enum transcript_kind kind,
                        size_t line, const void *bytes, size_t size)
{
    assert_true(index < t->item_count);
    const struct transcript_item *item = &t->items[index];
    assert_int_equal(item->kind, kind);
    assert_int_equal(item->line, line);
    assert_int_equal(item->size, size);
    assert_memory_equal(t->bytes + item->offset, bytes, size);
}

#define ASSERT_ITEM(t, index, kind, line, bytes)                                                   \
    assert_item(t, index, TRANSCRIPT_##kind, line, bytes, sizeof(bytes) - 1)

static void assert_error(const char *text, size_t size, const char *expected)
{
    struct transcript transcript;
    struct transcript_error error;
    char seen[256];
    assert_false(transcript_parse(text, size, &transcript, &error));
    transcript_error_format(&error, "f.at", seen, sizeof seen);
    assert_string_equal(seen, expected);
}

#define ASSERT_ERROR(text, expected) assert_error(text, sizeof(text) - 1, expected)

/* ---- lines ------------------------------------------------------------ */

static void test_transcript_empty_has_no_items(void **state)
{
    (void)state;
    struct transcript t = PARSE("");
    assert_int_equal(t.item_count, 0);
    assert_int_equal(t.received_size, 0);
    transcript_release(&t);
}

static void test_transcript_both_directions_have_their_line_ends(void **state)
{
    (void)state;
    struct transcript t = PARSE("# note\n> AT+CSQ\n< +CSQ: 23,0\n\n<\n< \n< a \n");
    assert_int_equal(t.item_count, 5);
    ASSERT_ITEM(&t, 0, SENT, 2, "AT+CSQ\r");
    ASSERT_ITEM(&t, 1, RECEIVED, 3, "\r\n+CSQ: 23,0\r\n");
    ASSERT_ITEM(&t, 2, RECEIVED, 5, "\r\n");
    ASSERT_ITEM(&t, 3, RECEIVED, 6, "\r\n\r\n");
    ASSERT_ITEM(&t, 4, RECEIVED, 7, "\r\na \r\n");
    assert_int_equal(t.received_size, 14 + 2 + 4 + 6);
    transcript_release(&t);
}

static void test_transcript_received_items_lie_side_by_side(void **state)
{
    (void)state;
    struct transcript t = PARSE("> AT\n< a\n# between\n<< \"bc\"\n<\n");
    size_t first = t.items[1].offset;
    assert_int_equal(t.items[2].offset, first + t.items[1].size);
    assert_int_equal(t.items[3].offset, t.items[2].offset + t.items[2].size);
    assert_memory_equal(t.bytes + first, "\r\na\r\nbc\r\n", 9);
    transcript_release(&t);
}

static void test_transcript_crlf_line_ends_are_accepted(void **state)
{
    (void)state;
    struct transcript t = PARSE("> AT\r\n< OK\r\n\r\n<\r\n<< \"x\"\r\n@ expire:\r\n");
    ASSERT_ITEM(&t, 0, SENT, 1, "AT\r");
    ASSERT_ITEM(&t, 1, RECEIVED, 2, "\r\nOK\r\n");
    ASSERT_ITEM(&t, 2, RECEIVED, 4, "\r\n");
    ASSERT_ITEM(&t, 3, RECEIVED, 5, "x");
    ASSERT_ITEM(&t, 4, EXPIRE, 6, "");
    assert_int_equal(t.item_count, 5);
    transcript_release(&t);
}

static void test_transcript_last_line_needs_no_line_end(void **state)
{
    (void)state;
    struct transcript t = PARSE("> AT\n< OK");
    ASSERT_ITEM(&t, 1, RECEIVED, 2, "\r\nOK\r\n");
    transcript_release(&t);
}

static void test_transcript_text_is_kept_byte_for_byte(void **state)
{
    (void)state;
    struct transcript t = PARSE("> AT+X=\"\\r\"\n< \xC3\xBC\xE2\x82\xAC\t\"*3\n");
    ASSERT_ITEM(&t, 0, SENT, 1, "AT+X=\"\\r\"\r");
    ASSERT_ITEM(&t, 1, RECEIVED, 2, "\r\n\xC3\xBC\xE2\x82\xAC\t\"*3\r\n");
    transcript_release(&t);
}

/* ---- strings ---------------------------------------------------------- */

static void test_transcript_every_escape_is_undone(void **state)
{
    (void)state;
    struct transcript t = PARSE("<< \"\\r\\n\\t\\0\\\\\\\"\\e\\x41\\xfF\\x00.\"\n>> \"\\x1A\"\n");
    ASSERT_ITEM(&t, 0, RECEIVED, 1, "\r\n\t\0\\\"\x1B\x41\xFF\0.");
    ASSERT_ITEM(&t, 1, SENT, 2, "\x1A");
    transcript_release(&t);
}

static void test_transcript_strings_of_a_line_are_one_item(void **state)
{
    (void)state;
    struct transcript t = PARSE(">> \"AT\" \"+X\" \"\\r\"\n<< \"\"\n");
    ASSERT_ITEM(&t, 0, SENT, 1, "AT+X\r");
    ASSERT_ITEM(&t, 1, RECEIVED, 2, "");
    assert_int_equal(t.item_count, 2);
    transcript_release(&t);
}

static void test_transcript_count_repeats_its_string_alone(void **state)
{
    (void)state;
    struct transcript t = PARSE("<< \"a\" \"bc\"*3 \"d\"*1 \"\"*9\n");
    ASSERT_ITEM(&t, 0, RECEIVED, 1, "abcbcbcd");
    transcript_release(&t);
}

static void test_transcript_count_up_to_the_limit_is_accepted(void **state)
{
    (void)state;
    struct transcript t = PARSE("<< \"xy\"*33554432\n");
    assert_int_equal(t.received_size, TRANSCRIPT_BYTES_SIZE_MAX);
    assert_memory_equal(t.bytes + t.received_size - 2, "xy", 2);
    transcript_release(&t);
}

/* ---- directives ------------------------------------------------------- */

static void test_transcript_header_is_found(void **state)
{
    (void)state;
    struct transcript t =
        PARSE("@ id: simcom-http/2.2.6/a\n@ dialect: simcom\n@ title: T: t\n@ erratum: glued\n@ "
              "erratum: bare-lf\n> AT\n@ expire: 5 s\n@ stream-end:\n");
    const struct transcript_item *dialect = transcript_find_header(&t, TRANSCRIPT_DIALECT);
    const struct transcript_item *title = transcript_find_header(&t, TRANSCRIPT_TITLE);
    assert_non_null(dialect);
    assert_string_equal(transcript_value(&t, dialect), "simcom");
    assert_int_equal(dialect->line, 2);
    assert_int_equal(dialect->column, 12);
    assert_string_equal(transcript_value(&t, title), "T: t");
    assert_null(transcript_find_header(&t, TRANSCRIPT_SOURCE));
    assert_int_equal(t.item_count, 8);
    ASSERT_ITEM(&t, 4, HEADER, 5, "bare-lf");
    ASSERT_ITEM(&t, 6, EXPIRE, 7, "");
    ASSERT_ITEM(&t, 7, STREAM_END, 8, "");
    transcript_release(&t);
}

/* ---- errors ----------------------------------------------------------- */

static void test_transcript_bad_line_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("> AT\nOK\n",
                 "f.at:2:1: unknown line mark 'O'; expected > < >> << @ # or an empty line");
    ASSERT_ERROR(" < OK\n",
                 "f.at:1:1: blank before the line mark; expected > < >> << @ # at the line's "
                 "start");
    ASSERT_ERROR("> AT\n\t# x\n",
                 "f.at:2:1: blank before the line mark; expected > < >> << @ # at the line's "
                 "start");
    ASSERT_ERROR("\xEF\xBB\xBF> AT\n", "f.at:1:1: byte order mark; expected UTF-8 without one");
    ASSERT_ERROR("> AT\n\xEF\xBB\xBF> AT\n",
                 "f.at:2:1: unknown line mark 0xEF; expected > < >> << @ # or an empty line");
    ASSERT_ERROR(">AT\n", "f.at:1:2: no blank behind '>'; expected \"> \" and a command");
    ASSERT_ERROR(">\n", "f.at:1:2: no blank behind '>'; expected \"> \" and a command");
    ASSERT_ERROR("<OK\n", "f.at:1:2: no blank behind '<'; expected \"< \" and a response");
}

static void test_transcript_bad_byte_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("< a\0b\n",
                 "f.at:1:4: byte 0x00 is no text; expected UTF-8, or \\x00 in a >> or << string");
    ASSERT_ERROR("#\n< a\rb\n",
                 "f.at:2:4: byte 0x0D is no text; expected UTF-8, or \\x0D in a >> or << string");
    ASSERT_ERROR("# \xFF\n",
                 "f.at:1:3: byte 0xFF is no text; expected UTF-8, or \\xFF in a >> or << string");
    ASSERT_ERROR("< \xC3\n",
                 "f.at:1:3: byte 0xC3 is no text; expected UTF-8, or \\xC3 in a >> or << string");
    ASSERT_ERROR("< \xED\xA0\x80\n",
                 "f.at:1:3: byte 0xED is no text; expected UTF-8, or \\xED in a >> or << string");
    ASSERT_ERROR("< \xC0\x80\n",
                 "f.at:1:3: byte 0xC0 is no text; expected UTF-8, or \\xC0 in a >> or << string");
    ASSERT_ERROR("< \x7F\n",
                 "f.at:1:3: byte 0x7F is no text; expected UTF-8, or \\x7F in a >> or << string");
}

static void test_transcript_bad_string_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("<<\n", "f.at:1:3: no blank here; expected ' ' and a string");
    ASSERT_ERROR("<< \n", "f.at:1:4: no string here; expected '\"'");
    ASSERT_ERROR("<<\"a\"\n", "f.at:1:3: no blank here; expected ' ' and a string");
    ASSERT_ERROR("<< a\n", "f.at:1:4: no string here; expected '\"'");
    ASSERT_ERROR("<< \"a\n",
                 "f.at:1:4: string not closed; expected '\"' before the end of the line");
    ASSERT_ERROR("<< \"a\"  \"b\"\n", "f.at:1:8: no string here; expected '\"'");
    ASSERT_ERROR("<< \"a\"b\n",
                 "f.at:1:7: no blank here; expected ' ' and a string, or the end of the line");
    ASSERT_ERROR("<< \"a\\\"\n",
                 "f.at:1:4: string not closed; expected '\"' before the end of the line");
}

static void test_transcript_bad_escape_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("<< \"a\\q\"\n", "f.at:1:6: backslash before 'q' is no escape; expected \\r \\n "
                                  "\\t \\0 \\\\ \\\" \\e or \\xHH");
    ASSERT_ERROR("<< \"a\\", "f.at:1:6: backslash at the end of the line; expected an escape");
    ASSERT_ERROR("<< \"\\x4g\"\n", "f.at:1:8: bad \\x escape; expected two hexadecimal digits");
    ASSERT_ERROR("<< \"\\x4", "f.at:1:8: bad \\x escape; expected two hexadecimal digits");
}

static void test_transcript_bad_count_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("<< \"a\"*\n", "f.at:1:8: no count behind '*'; expected a number from 1");
    ASSERT_ERROR("<< \"a\"*0\n", "f.at:1:8: no count behind '*'; expected a number from 1");
    ASSERT_ERROR("<< \"a\"*-1\n", "f.at:1:8: no count behind '*'; expected a number from 1");
    ASSERT_ERROR("<< \"a\"*2x\n",
                 "f.at:1:9: no blank here; expected ' ' and a string, or the end of the line");
    ASSERT_ERROR("<< \"a\"*67108865\n",
                 "f.at:1:8: more than 67108864 bytes in all; expected fewer");
    ASSERT_ERROR("<< \"ab\"*33554433\n",
                 "f.at:1:9: more than 67108864 bytes in all; expected fewer");
    ASSERT_ERROR("<< \"a\"*99999999999999999999999999\n",
                 "f.at:1:8: more than 67108864 bytes in all; expected fewer");
}

static void test_transcript_bytes_over_all_lines_are_limited(void **state)
{
    (void)state;
    ASSERT_ERROR("<< \"a\"*67108864\n<< \"a\"*2\n",
                 "f.at:2:7: more than 67108864 bytes in all; expected fewer");
    ASSERT_ERROR("<< \"a\"*67108864 \"b\"*1\n",
                 "f.at:1:20: more than 67108864 bytes in all; expected fewer");
    ASSERT_ERROR("<< \"a\"*67108864\n< a\n",
                 "f.at:2:1: more than 67108864 bytes in all; expected fewer");
}

static void test_transcript_bad_directive_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("@id: x\n", "f.at:1:2: no blank behind '@'; expected \"@ key: value\"");
    ASSERT_ERROR("@ id x\n", "f.at:1:7: no colon; expected \"@ key: value\"");
    ASSERT_ERROR("@ id:x\n", "f.at:1:6: no blank behind ':'; expected \"@ key: value\"");
    ASSERT_ERROR("@ id:\n", "f.at:1:6: directive 'id' without a value; expected one");
    ASSERT_ERROR("@ expires:\n", "f.at:1:3: unknown directive 'expires'; expected id, dialect, "
                                 "title, source, erratum, expire or stream-end");
    ASSERT_ERROR("@ : x\n", "f.at:1:3: unknown directive ''; expected id, dialect, title, source, "
                            "erratum, expire or stream-end");
    ASSERT_ERROR("> AT\n@ id: x\n",
                 "f.at:2:1: header directive 'id' behind an item; expected it at the top");
    ASSERT_ERROR("@ dialect: a\n@ dialect: b\n",
                 "f.at:2:1: second directive 'dialect'; expected one only");
}

static void test_transcript_item_count_is_limited(void **state)
{
    (void)state;
    size_t count = TRANSCRIPT_ITEM_COUNT_MAX + 1;
    char *text = malloc(2 * count);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) memcpy(text + 2 * i, "<\n", 2);
    assert_error(text, 2 * count, "f.at:1048577:1: too many items; expected at most 1048576");
    free(text);
}

/* ---- files ------------------------------------------------------------ */

static void test_transcript_file_is_read(void **state)
{
    (void)state;
    char path[] = "/tmp/test_transcript_XXXXXX";
    struct transcript t;
    struct transcript_error error;
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, "> AT\n", 5), 5);
    close(file);
    assert_true(transcript_read(path, &t, &error));
    ASSERT_ITEM(&t, 0, SENT, 1, "AT\r");
    transcript_release(&t);
    assert_true(transcript_read_raw(path, &t, &error));
    ASSERT_ITEM(&t, 0, RECEIVED, 1, "> AT\n");
    assert_int_equal(t.received_size, 5);
    transcript_release(&t);
    unlink(path);
}

static void test_transcript_unreadable_file_is_told(void **state)
{
    (void)state;
    struct transcript t;
    struct transcript_error error;
    char text[256];
    assert_false(transcript_read("/nonexistent/f.at", &t, &error));
    transcript_error_format(&error, "f.at", text, sizeof text);
    assert_string_equal(text, "f.at: cannot open: No such file or directory");
    assert_false(transcript_read_raw("/", &t, &error));
    transcript_error_format(&error, "/", text, sizeof text);
    assert_string_equal(text, "/: cannot read: Is a directory");
    assert_false(transcript_read("/dev/zero", &t, &error));
    transcript_error_format(&error, "z", text, sizeof text);
    assert_string_equal(text, "z: file too large; expected at most 16777216 bytes");
}

static void test_transcript_name_is_told_by_its_ending(void **state)
{
    (void)state;
    assert_true(transcript_is_name("a.at"));
    assert_true(transcript_is_name(".at"));
    assert_false(transcript_is_name("at"));
    assert_false(transcript_is_name("a.at.bin"));
    assert_false(transcript_is_name("-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transcript_empty_has_no_items),
        cmocka_unit_test(test_transcript_both_directions_have_their_line_ends),
        cmocka_unit_test(test_transcript_received_items_lie_side_by_side),
        cmocka_unit_test(test_transcript_crlf_line_ends_are_accepted),
        cmocka_unit_test(test_transcript_last_line_needs_no_line_end),
        cmocka_unit_test(test_transcript_text_is_kept_byte_for_byte),
        cmocka_unit_test(test_transcript_every_escape_is_undone),
        cmocka_unit_test(test_transcript_strings_of_a_line_are_one_item),
        cmocka_unit_test(test_transcript_count_repeats_its_string_alone),
        cmocka_unit_test(test_transcript_count_up_to_the_limit_is_accepted),
        cmocka_unit_test(test_transcript_header_is_found),
        cmocka_unit_test(test_transcript_bad_line_is_located),
        cmocka_unit_test(test_transcript_bad_byte_is_located),
        cmocka_unit_test(test_transcript_bad_string_is_located),
        cmocka_unit_test(test_transcript_bad_escape_is_located),
        cmocka_unit_test(test_transcript_bad_count_is_located),
        cmocka_unit_test(test_transcript_bytes_over_all_lines_are_limited),
        cmocka_unit_test(test_transcript_bad_directive_is_located),
        cmocka_unit_test(test_transcript_item_count_is_limited),
        cmocka_unit_test(test_transcript_file_is_read),
        cmocka_unit_test(test_transcript_unreadable_file_is_told),
        cmocka_unit_test(test_transcript_name_is_told_by_its_ending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
