/* The reader of scripts: the grammar of corpus/README.md. Its errors:
 * test_script_errors.c. */
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct script read_script(const char *text, size_t size)
{
    struct script script;
    struct transcript_error error;
    if (!script_parse(text, size, NULL, &script, &error))
        fail_msg("%zu:%zu: %s", error.line, error.column, error.text);
    return script;
}

/* The first way of the first case. */
static struct transcript parse(const char *text, size_t size)
{
    struct script script = read_script(text, size);
    struct transcript transcript;
    struct transcript_error error;
    if (!script_expand(&script.cases[0], NULL, 0, &transcript, &error))
        fail_msg("%zu:%zu: %s", error.line, error.column, error.text);
    script_release(&script);
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

/* ---- lines ------------------------------------------------------------ */

static void test_script_empty_has_no_items(void **state)
{
    (void)state;
    struct transcript t = PARSE("");
    assert_int_equal(t.item_count, 0);
    assert_int_equal(t.received_size, 0);
    transcript_release(&t);
}

static void test_script_both_directions_have_their_line_ends(void **state)
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

static void test_script_received_items_lie_side_by_side(void **state)
{
    (void)state;
    struct transcript t = PARSE("> AT\n< a\n# between\n<< \"bc\"\n<\n");
    size_t first = t.items[1].offset;
    assert_int_equal(t.items[2].offset, first + t.items[1].size);
    assert_int_equal(t.items[3].offset, t.items[2].offset + t.items[2].size);
    assert_memory_equal(t.bytes + first, "\r\na\r\nbc\r\n", 9);
    transcript_release(&t);
}

static void test_script_crlf_line_ends_are_accepted(void **state)
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

static void test_script_last_line_needs_no_line_end(void **state)
{
    (void)state;
    struct transcript t = PARSE("> AT\n< OK");
    ASSERT_ITEM(&t, 1, RECEIVED, 2, "\r\nOK\r\n");
    transcript_release(&t);
}

static void test_script_text_is_kept_byte_for_byte(void **state)
{
    (void)state;
    struct transcript t = PARSE("> AT+X=\"\\r\"\n< \xC3\xBC\xE2\x82\xAC\t\"*3\n");
    ASSERT_ITEM(&t, 0, SENT, 1, "AT+X=\"\\r\"\r");
    ASSERT_ITEM(&t, 1, RECEIVED, 2, "\r\n\xC3\xBC\xE2\x82\xAC\t\"*3\r\n");
    transcript_release(&t);
}

/* ---- strings ---------------------------------------------------------- */

static void test_script_every_escape_is_undone(void **state)
{
    (void)state;
    struct transcript t = PARSE("<< \"\\r\\n\\t\\0\\\\\\\"\\e\\x41\\xfF\\x00.\"\n>> \"\\x1A\"\n");
    ASSERT_ITEM(&t, 0, RECEIVED, 1, "\r\n\t\0\\\"\x1B\x41\xFF\0.");
    ASSERT_ITEM(&t, 1, SENT, 2, "\x1A");
    transcript_release(&t);
}

static void test_script_strings_of_a_line_are_one_item(void **state)
{
    (void)state;
    struct transcript t = PARSE(">> \"AT\" \"+X\" \"\\r\"\n<< \"\"\n");
    ASSERT_ITEM(&t, 0, SENT, 1, "AT+X\r");
    ASSERT_ITEM(&t, 1, RECEIVED, 2, "");
    assert_int_equal(t.item_count, 2);
    transcript_release(&t);
}

static void test_script_count_repeats_its_string_alone(void **state)
{
    (void)state;
    struct transcript t = PARSE("<< \"a\" \"bc\"*3 \"d\"*1 \"\"*9\n");
    ASSERT_ITEM(&t, 0, RECEIVED, 1, "abcbcbcd");
    transcript_release(&t);
}

static void test_script_count_up_to_the_limit_is_accepted(void **state)
{
    (void)state;
    struct transcript t = PARSE("<< \"xy\"*33554432\n");
    assert_int_equal(t.received_size, TRANSCRIPT_BYTES_SIZE_MAX);
    assert_memory_equal(t.bytes + t.received_size - 2, "xy", 2);
    transcript_release(&t);
}

/* ---- directives ------------------------------------------------------- */

static void test_script_header_is_found(void **state)
{
    (void)state;
    static const char text[] =
        "@ id: simcom-http/2.2.6/a\n@ dialect: simcom\n@ title: T: t\n@ level: quirk\n"
        "@ requires: network, sim\n@ var: host = a.example\n> AT+X={host}\n@ expire: 5 s\n"
        "@ stream-end:\n";
    struct script script = read_script(text, sizeof text - 1);
    const struct script_case *case_ = &script.cases[0];
    assert_int_equal(script.case_count, 1);
    assert_string_equal(case_->dialect.text, "simcom");
    assert_int_equal(case_->dialect.line, 2);
    assert_int_equal(case_->dialect.column, 12);
    assert_string_equal(case_->title.text, "T: t");
    assert_null(case_->source.text);
    assert_int_equal(case_->level, SCRIPT_QUIRK);
    assert_int_equal(case_->requires_count, 2);
    assert_string_equal(case_->requires_[1].text, "sim");
    assert_string_equal(case_->variables[0].text, "a.example");
    script_release(&script);
    struct transcript t = PARSE(text);
    assert_int_equal(t.item_count, 3);
    ASSERT_ITEM(&t, 0, SENT, 7, "AT+X=a.example\r");
    ASSERT_ITEM(&t, 1, EXPIRE, 8, "");
    ASSERT_ITEM(&t, 2, STREAM_END, 9, "");
    transcript_release(&t);
}

static void test_script_second_id_begins_a_case(void **state)
{
    (void)state;
    static const char text[] = "@ id: a/1/x\n@ dialect: simcom\n@ title: one\n@ var: v = 1\n\n"
                               "> AT{v}\n\n@ id: a/1/y\n@ level: should\n\n> AT{v}\n"
                               "\n@ id: a/1/z\n@ dialect: core\n@ var: w = 2\n\n> AT{w}\n";
    struct script script = read_script(text, sizeof text - 1);
    assert_int_equal(script.case_count, 3);
    assert_string_equal(script.cases[1].id.text, "a/1/y");
    assert_string_equal(script.cases[1].dialect.text, "simcom");
    assert_null(script.cases[1].title.text);
    assert_int_equal(script.cases[1].line, 8);
    assert_int_equal(script.cases[2].level, SCRIPT_SHOULD);
    assert_string_equal(script.cases[2].dialect.text, "core");
    assert_int_equal(script.cases[2].variable_count, 1);
    assert_int_equal(script.cases[2].body.node_count, 1);
    script_release(&script);
}

/* ---- placeholders and payload ----------------------------------------- */

static void test_script_captures_show_their_examples(void **state)
{
    (void)state;
    struct transcript t = PARSE("< +A: {len:int 0..9 =5},{:string},{:word 2..},{:int 3..4,7},"
                                "{:hex 10..},{:any},{{x}\n<= length {len}\n> AT+B={len}\n");
    ASSERT_ITEM(&t, 0, RECEIVED, 1, "\r\n+A: 5,\"x\",xx,3,A,,{x}\r\n");
    ASSERT_ITEM(&t, 1, RECEIVED, 2, "01234");
    ASSERT_ITEM(&t, 2, SENT, 3, "AT+B=5\r");
    transcript_release(&t);
}

static void test_script_payload_is_what_it_says(void **state)
{
    (void)state;
    struct transcript t =
        PARSE("<= length 12\n>= text \"a\\r\" \"b\"*2\n<= hex 00 fF10\n<= length 2 = text \"xy\"\n"
              "<= sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad = text "
              "\"abc\"\n");
    ASSERT_ITEM(&t, 0, RECEIVED, 1, "012345678901");
    ASSERT_ITEM(&t, 1, SENT, 2, "a\rbb");
    ASSERT_ITEM(&t, 2, RECEIVED, 3, "\0\xFF\x10");
    ASSERT_ITEM(&t, 3, RECEIVED, 4, "xy");
    ASSERT_ITEM(&t, 4, RECEIVED, 5, "abc");
    transcript_release(&t);
}

static void test_script_times_stand_on_the_items_after_them(void **state)
{
    (void)state;
    struct transcript t = PARSE("> AT\n@ time: 1.5\n< OK\n@ time: 2\n< OK\n");
    assert_true(t.items[0].time_us == TRANSCRIPT_NO_TIME);
    assert_int_equal(t.items[1].time_us, 1500000);
    assert_int_equal(t.items[2].time_us, 2000000);
    transcript_release(&t);
}

/* ---- ways ------------------------------------------------------------- */

/* All ways of the first case, what is received of each, `|` between them. */
static void assert_ways(const char *text, const char *expected)
{
    struct script script = read_script(text, strlen(text));
    struct transcript_error error;
    struct buffer seen = {0};
    size_t ways = script_way_count(&script.cases[0], &error);
    for (size_t way = 0; way < ways; way++) {
        struct transcript t;
        assert_true(script_expand(&script.cases[0], NULL, way, &t, &error));
        if (way > 0) buffer_append_text(&seen, "|");
        for (size_t i = 0; i < t.item_count; i++)
            buffer_append(&seen, t.bytes + t.items[i].offset, t.items[i].size);
        transcript_release(&t);
    }
    buffer_append(&seen, "", 1);
    assert_string_equal((char *)seen.bytes, expected);
    buffer_release(&seen);
    script_release(&script);
}

static void test_script_each_choice_is_a_way(void **state)
{
    (void)state;
    assert_ways("@ either:\n<< \"a\"\n@ or:\n<< \"b\"\n@ or:\n@ end:\n<< \".\"\n", "a.|b.|.");
    assert_ways("@ any-order:\n<< \"a\"\n@ and:\n<< \"b\"\n@ and:\n<< \"c\"\n@ end:\n",
                "abc|bac|cab|acb|bca|cba");
    assert_ways("@ optional:\n<< \"a\"\n@ end:\n<< \".\"\n", ".|a.");
    assert_ways("@ repeat: 0..3\n<< \"a\"\n@ end:\n<< \".\"\n", ".|a.|aaa.");
    assert_ways("@ repeat: 1..\n<< \"a\"\n@ end:\n", "a|aa");
    assert_ways("@ repeat: 2\n@ either:\n<< \"a\"\n@ or:\n<< \"b\"\n@ end:\n@ end:\n",
                "aa|ba|ab|bb");
    assert_ways("@ optional:\n@ any-order:\n<< \"a\"\n@ and:\n<< \"b\"\n@ end:\n@ end:\n<< \".\"\n",
                ".|ab.|ba.");
}

static void test_script_too_many_ways_are_told(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct transcript_error error;
    for (int i = 0; i < 9; i++) buffer_append_text(&text, "@ optional:\n< A\n@ end:\n");
    struct script script = read_script((char *)text.bytes, text.size);
    assert_int_equal(script_way_count(&script.cases[0], &error), 0);
    assert_string_equal(error.text, "the case can go more than 256 ways; expected fewer choices");
    buffer_release(&text);
    script_release(&script);
}

static void test_script_endless_repetition_is_told(void **state)
{
    (void)state;
    static const char empty[] = "@ repeat: 1000000\n@ repeat: 1000000\n@ end:\n@ end:\n";
    static const char filled[] = "@ repeat: 1000\n<< \"x\"*1000000\n@ end:\n";
    struct transcript t;
    struct transcript_error error;
    struct script script = read_script(empty, sizeof empty - 1);
    assert_false(script_expand(&script.cases[0], NULL, 0, &t, &error));
    assert_string_equal(error.text,
                        "more than 65586 items and lines in all ways of the file; expected "
                        "fewer choices and repetitions");
    script_release(&script);
    script = read_script(filled, sizeof filled - 1);
    assert_false(script_expand(&script.cases[0], NULL, 0, &t, &error));
    assert_string_equal(error.text, "more than 67108864 bytes in all ways of the file; expected "
                                    "fewer choices and repetitions");
    assert_true(script_is_spent(&script));
    script_release(&script);
}

static void test_script_settings_replace_variables(void **state)
{
    (void)state;
    static const char text[] = "@ var: host = a\n> AT+X={host}\n";
    const struct script_setting setting = {"host", "b.example"};
    const struct script_settings settings = {&setting, 1};
    struct script script = read_script(text, sizeof text - 1);
    struct transcript t;
    struct transcript_error error;
    assert_true(script_expand(&script.cases[0], &settings, 0, &t, &error));
    ASSERT_ITEM(&t, 0, SENT, 2, "AT+X=b.example\r");
    transcript_release(&t);
    script_release(&script);
}

static void assert_not_shown(const char *text, const char *expected)
{
    struct script script = read_script(text, strlen(text));
    struct transcript t;
    struct transcript_error error;
    char seen[256];
    assert_false(script_expand(&script.cases[0], NULL, 0, &t, &error));
    transcript_error_format(&error, "f.at", seen, sizeof seen);
    assert_string_equal(seen, expected);
    script_release(&script);
}

static void test_script_way_without_its_example_is_told(void **state)
{
    (void)state;
    assert_not_shown("<= sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n",
                     "f.at:1:4: a digest without an example cannot be shown; expected \" = \" and "
                     "bytes after it");
    assert_not_shown("@ optional:\n< {a:int}\n@ end:\n> AT{a}\n",
                     "f.at:4:3: not captured on this way: a");
    assert_not_shown("< {a:word =x}\n<= length {a}\n", "f.at:2:4: no length on this way: a");
}

/* ---- files ------------------------------------------------------------ */

static void test_script_file_is_read(void **state)
{
    (void)state;
    char path[] = "/tmp/test_script_XXXXXX";
    struct transcript t;
    struct transcript_error error;
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, "> AT\n", 5), 5);
    close(file);
    struct script script;
    assert_true(script_read(path, &script, &error));
    assert_int_equal(script.cases[0].body.node_count, 1);
    script_release(&script);
    assert_true(transcript_read_raw(path, &t, &error));
    ASSERT_ITEM(&t, 0, RECEIVED, 1, "> AT\n");
    assert_int_equal(t.received_size, 5);
    transcript_release(&t);
    unlink(path);
}

static void test_script_unreadable_file_is_told(void **state)
{
    (void)state;
    struct transcript t;
    struct script script;
    struct transcript_error error;
    char text[256];
    assert_false(script_read("/nonexistent/f.at", &script, &error));
    transcript_error_format(&error, "f.at", text, sizeof text);
    assert_string_equal(text, "f.at: cannot open: No such file or directory");
    assert_false(transcript_read_raw("/", &t, &error));
    transcript_error_format(&error, "/", text, sizeof text);
    assert_string_equal(text, "/: cannot open: Is a directory");
    assert_false(script_read("/dev/zero", &script, &error));
    transcript_error_format(&error, "z", text, sizeof text);
    assert_string_equal(text, "z: cannot open: it is no regular file");
    char path[] = "/tmp/atproof-script-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0 && ftruncate(file, (16 << 20) + 1) == 0);
    assert_false(script_read(path, &script, &error));
    close(file);
    unlink(path);
    transcript_error_format(&error, "z", text, sizeof text);
    assert_string_equal(text, "z: file too large; expected at most 16777216 bytes");
}

static void test_script_name_is_told_by_its_ending(void **state)
{
    (void)state;
    assert_true(script_is_name("a.at"));
    assert_true(script_is_name(".at"));
    assert_false(script_is_name("at"));
    assert_false(script_is_name("a.at.bin"));
    assert_false(script_is_name("-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_empty_has_no_items),
        cmocka_unit_test(test_script_both_directions_have_their_line_ends),
        cmocka_unit_test(test_script_received_items_lie_side_by_side),
        cmocka_unit_test(test_script_crlf_line_ends_are_accepted),
        cmocka_unit_test(test_script_last_line_needs_no_line_end),
        cmocka_unit_test(test_script_text_is_kept_byte_for_byte),
        cmocka_unit_test(test_script_every_escape_is_undone),
        cmocka_unit_test(test_script_strings_of_a_line_are_one_item),
        cmocka_unit_test(test_script_count_repeats_its_string_alone),
        cmocka_unit_test(test_script_count_up_to_the_limit_is_accepted),
        cmocka_unit_test(test_script_header_is_found),
        cmocka_unit_test(test_script_second_id_begins_a_case),
        cmocka_unit_test(test_script_captures_show_their_examples),
        cmocka_unit_test(test_script_payload_is_what_it_says),
        cmocka_unit_test(test_script_times_stand_on_the_items_after_them),
        cmocka_unit_test(test_script_each_choice_is_a_way),
        cmocka_unit_test(test_script_too_many_ways_are_told),
        cmocka_unit_test(test_script_endless_repetition_is_told),
        cmocka_unit_test(test_script_settings_replace_variables),
        cmocka_unit_test(test_script_way_without_its_example_is_told),
        cmocka_unit_test(test_script_file_is_read),
        cmocka_unit_test(test_script_unreadable_file_is_told),
        cmocka_unit_test(test_script_name_is_told_by_its_ending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
