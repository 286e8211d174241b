/* Scripts at their bounds: the longest names and patterns are written as they were
 * read, what is beyond a bound is refused with its place, and neither ways nor names
 * of one case cost another one. */
#include "script/capture.h"
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- texts ------------------------------------------------------------ */

static void put_many(struct buffer *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) buffer_append_text(out, text);
}

static struct script read_script(const struct buffer *text)
{
    struct script script;
    struct transcript_error error;
    if (!script_parse(text->bytes, text->size, NULL, &script, &error))
        fail_msg("%zu:%zu: %s", error.line, error.column, error.text);
    return script;
}

static void assert_refused(struct buffer *text, const char *expected)
{
    struct script script;
    struct transcript_error error;
    char seen[256];
    assert_false(script_parse(text->bytes, text->size, NULL, &script, &error));
    transcript_error_format(&error, "f.at", seen, sizeof seen);
    assert_string_equal(seen, expected);
    buffer_release(text);
}

/* ---- the canonical form ----------------------------------------------- */

/* It comes out unchanged: nothing of it is cut. */
static void assert_kept(struct buffer *text)
{
    struct buffer out = {0};
    struct transcript_error error;
    if (!script_format(text->bytes, text->size, &out, &error))
        fail_msg("%zu:%zu: %s", error.line, error.column, error.text);
    assert_int_equal(out.size, text->size);
    assert_memory_equal(out.bytes, text->bytes, text->size);
    buffer_release(&out);
    buffer_release(text);
}

static void test_bounds_long_names_are_written_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 59, 60, 61, 127, 128, 129, 255, 256, 4096, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buffer text = {0};
        buffer_append_text(&text, "@ id: ");
        put_many(&text, "i", sizes[i]);
        buffer_append_text(&text, "\n@ title: ");
        put_many(&text, "t", sizes[i]);
        buffer_append_text(&text, "\n@ var: ");
        put_many(&text, "v", sizes[i]);
        buffer_append_text(&text, " = x\n\n> AT+{");
        put_many(&text, "v", sizes[i]);
        buffer_append_text(&text, "}\n< +L: {");
        put_many(&text, "l", sizes[i]);
        buffer_append_text(&text, ":int 0.. =5}\n<= length {");
        put_many(&text, "l", sizes[i]);
        buffer_append_text(&text, "} = text \"");
        put_many(&text, "b", 5);
        buffer_append_text(&text, "\"\n@ deviates: rule | ");
        put_many(&text, "c", sizes[i]);
        buffer_append_text(&text, " | reason | erratum ");
        put_many(&text, "e", sizes[i]);
        buffer_append_text(&text, "\n");
        assert_kept(&text);
    }
}

static void test_bounds_long_patterns_are_written_whole(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append_text(&text, "@ urc: +U: ");
    put_many(&text, "u", 5000);
    buffer_append_text(&text, "\n< ");
    for (int i = 0; i < 31; i++) {
        buffer_append_text(&text, "{n:int -4611686018427387903..-1");
        put_many(&text, ",4611686018427387902..4611686018427387903", 14);
        buffer_append_text(&text, ",7.. =");
        put_many(&text, "7", 300);
        buffer_append_text(&text, "}{{");
    }
    buffer_append_text(&text, "{:any}\n<< \"");
    put_many(&text, "\\x01", 5000);
    buffer_append_text(&text, "\"*9 \"a\"\n<= hex");
    put_many(&text, " 0f", 5000);
    buffer_append_text(&text,
                       "\n@ time: 999999999.999999\n@ repeat: 999999..1000000\n< A\n@ end:\n");
    assert_kept(&text);
}

static void test_bounds_what_is_no_script_is_not_written(void **state)
{
    (void)state;
    static const char *const texts[] = {"@ unknown: x\n", "@ either:\n< A\n@ end:\n",
                                        "@ optional:\n", "> AT{x}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct buffer out = {0};
        struct transcript_error error;
        assert_false(script_format(texts[i], strlen(texts[i]), &out, &error));
        assert_int_equal(out.size, 0);
        buffer_release(&out);
    }
}

/* ---- what is refused -------------------------------------------------- */

static void test_bounds_are_told_with_their_place(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append_text(&text, "@ any-order:\n< A\n");
    put_many(&text, "@ and:\n< A\n", 64);
    buffer_append_text(&text, "@ end:\n");
    assert_refused(&text, "f.at:129:1: more than 64 branches in any order; expected fewer");
    put_many(&text, "@ urc: +U\n", 33);
    assert_refused(&text, "f.at:33:1: more than 32 \"@ urc:\" of one case; expected fewer");
    put_many(&text, "@ deviates: a | b | c\n", 2049);
    assert_refused(&text,
                   "f.at:2049:1: more than 2048 \"@ deviates:\" of one case; expected fewer");
    put_many(&text, "@ var: a = b\n", 257);
    assert_refused(&text, "f.at:257:1: more than 256 variables; expected fewer");
    put_many(&text, "<= length 67108864\n", 2);
    assert_refused(&text, "f.at:2:1: more than 67108864 bytes in all; expected fewer");
}

static void test_bounds_of_one_case_are_its_own(void **state)
{
    (void)state;
    struct buffer text = {0};
    for (int i = 0; i < 3; i++) {
        buffer_append_text(&text, "@ id: a\n");
        put_many(&text, "@ urc: +U\n", 32);
        put_many(&text, "@ deviates: a | b | c\n", 1500);
    }
    struct script script = read_script(&text);
    assert_int_equal(script.case_count, 3);
    script_release(&script);
    buffer_release(&text);
}

/* ---- names ------------------------------------------------------------ */

static void assert_way(const struct script_case *case_, const char *expected)
{
    struct transcript transcript;
    struct transcript_error error;
    if (!script_expand(case_, NULL, 0, &transcript, &error)) fail_msg("%s", error.text);
    assert_int_equal(transcript.items[0].size, strlen(expected));
    assert_memory_equal(transcript.bytes, expected, strlen(expected));
    transcript_release(&transcript);
}

/* A set-up line holds for several cases, which may say its variables anew. */
static void test_bounds_names_are_those_of_the_case(void **state)
{
    (void)state;
    static const char cases[] =
        "@ id: a\n@ var: x = 1\n@ var: y = 2\n@ setup: AT+S={x}\n> AT{x}{y}\n"
        "@ id: b\n> AT{y}{x}\n"
        "@ id: c\n@ var: z = 3\n@ var: x = 4\n> AT{z}{x}\n"
        "@ id: d\n> AT{x}{z}\n< {y:int =9}\n";
    struct buffer text = {.bytes = (uint8_t *)(uintptr_t)cases, .size = sizeof cases - 1};
    struct script script = read_script(&text);
    assert_way(&script.cases[0], "AT12\r");
    assert_way(&script.cases[1], "AT21\r");
    assert_way(&script.cases[2], "AT34\r");
    assert_way(&script.cases[3], "AT43\r");
    size_t slot = script.cases[0].variables[0].slot;
    assert_int_equal(script.cases[2].setup[0].parts[1].slot, slot);
    assert_int_equal(script.cases[2].variables[1].slot, slot);
    script_release(&script);
}

static void test_bounds_variable_of_an_earlier_case_is_unknown(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append_text(&text, "@ id: a\n@ var: x = 1\n> AT\n@ id: b\n@ var: y = 1\n> AT{x}\n");
    assert_refused(&text, "f.at:6:5: unknown name 'x'; expected a variable of the header or an "
                          "earlier capture");
}

/* ---- prefix patterns -------------------------------------------------- */

static void assert_pattern(const char *pattern, const char *fault)
{
    static const char log[] = "-> AT\n<- OK\n";
    struct capture_format format = {.sent = "^-> ", .received = pattern};
    struct transcript transcript;
    struct transcript_error error = {0};
    bool is_read = capture_parse(log, sizeof log - 1, &format, &transcript, &error);
    if (is_read) transcript_release(&transcript);
    if (is_read != (fault == NULL) || (fault != NULL && strstr(error.text, fault) == NULL))
        fail_msg("%s: %s", pattern, error.text);
}

static void test_bounds_costly_patterns_are_refused(void **state)
{
    (void)state;
    assert_pattern("^<- ", NULL);
    assert_pattern("^([0-9:]+ )?<- ", NULL);
    assert_pattern("^(([0-9]{2}:){2}[0-9]{2}\\.[0-9]{3} )?<-", NULL);
    assert_pattern("^[0-9]{0,2}:?[[:space:]]*[]a*+(]*<-", NULL);
    assert_pattern("^(a|b\\*)*<-", NULL);
    assert_pattern("^((((a))))?<-", NULL);
    assert_pattern("^((a+)?b)*<-", "an endless repetition is repeated");
    assert_pattern("^(a*){2}", "an endless repetition is repeated");
    assert_pattern("^(a{2,})+", "an endless repetition is repeated");
    assert_pattern("^a**", "an endless repetition is repeated");
    assert_pattern("^(((((a)))))?<-", "more than 4 groups in each other");
    assert_pattern("^a{513}", "counts that multiply to more than 512");
    assert_pattern("^a{99999999999999999999999}", "counts that multiply to more than 512");
    assert_pattern("^(((a{1,9}){1,9}){1,9})", "counts that multiply to more than 512");
    assert_pattern("^(.?){255}", "counts that multiply to more than 512");
    assert_pattern("^(a)\\1", "a back-reference");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds_long_names_are_written_whole),
        cmocka_unit_test(test_bounds_long_patterns_are_written_whole),
        cmocka_unit_test(test_bounds_what_is_no_script_is_not_written),
        cmocka_unit_test(test_bounds_are_told_with_their_place),
        cmocka_unit_test(test_bounds_of_one_case_are_its_own),
        cmocka_unit_test(test_bounds_names_are_those_of_the_case),
        cmocka_unit_test(test_bounds_variable_of_an_earlier_case_is_unknown),
        cmocka_unit_test(test_bounds_costly_patterns_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
