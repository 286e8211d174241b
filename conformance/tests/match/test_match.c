/* The matcher: every way of a case is the case, its beginnings are beginnings,
 * and what differs is told where it differs. */
#include "match/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct script read_script(const char *text)
{
    struct script script;
    struct transcript_error error;
    if (!script_parse(text, strlen(text), NULL, &script, &error))
        fail_msg("%zu:%zu: %s", error.line, error.column, error.text);
    return script;
}

static enum match_outcome match(const char *case_, const char *recording,
                                struct match_result *result)
{
    struct script script = read_script(case_);
    struct script recorded = read_script(recording);
    struct transcript transcript;
    struct transcript_error error;
    assert_true(script_expand(&recorded.cases[0], NULL, 0, &transcript, &error));
    match_case(&script.cases[0], &transcript, NULL, result);
    transcript_release(&transcript);
    script_release(&recorded);
    script_release(&script);
    return result->outcome;
}

static void assert_outcome(const char *case_, const char *recording, enum match_outcome expected)
{
    struct match_result result;
    enum match_outcome seen = match(case_, recording, &result);
    if (seen != expected)
        fail_msg("outcome %d for\n%s\nexpected %s, seen %s", (int)seen, recording,
                 result.expected == NULL ? "" : result.expected,
                 result.seen == NULL ? "" : result.seen);
    match_release(&result);
}

static void test_match_both_orders_are_the_case(void **state)
{
    (void)state;
    static const char text[] = "> AT+X\n@ any-order:\n< OK\n@ and:\n< +X: 0\n@ end:\n";
    assert_outcome(text, "> AT+X\n< OK\n< +X: 0\n", MATCH_WHOLE);
    assert_outcome(text, "> AT+X\n< +X: 0\n< OK\n", MATCH_WHOLE);
    assert_outcome(text, "> AT+X\n< OK\n", MATCH_PARTIAL);
    assert_outcome(text, "> AT+X\n< OK\n< OK\n", MATCH_NONE);
    assert_outcome(text, "> AT+X\n< OK\n< +X: 0\n< OK\n", MATCH_NONE);
}

static void test_match_capture_is_bounded_and_recalled(void **state)
{
    (void)state;
    static const char text[] =
        "> AT\n< +L: {len:int 2..4,7}\n<= length {len}\n< OK\n> AT+R={len}\n< OK\n";
    assert_outcome(text, "> AT\n< +L: 2\n<= length 2\n< OK\n> AT+R=2\n< OK\n", MATCH_WHOLE);
    assert_outcome(text, "> AT\n< +L: 7\n<= length 7\n< OK\n> AT+R=7\n< OK\n", MATCH_WHOLE);
    assert_outcome(text, "> AT\n< +L: 1\n<= length 1\n< OK\n> AT+R=1\n< OK\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< +L: 5\n<= length 5\n< OK\n> AT+R=5\n< OK\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< +L: 3\n<= length 2\n< OK\n> AT+R=3\n< OK\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< +L: 3\n<= length 4\n< OK\n> AT+R=3\n< OK\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< +L: 3\n<= length 3\n< OK\n> AT+R=4\n< OK\n", MATCH_NONE);
}

static void test_match_types_take_what_they_say(void **state)
{
    (void)state;
    static const char text[] = "> AT\n< +T: {:string 1..3},{:word},{:hex},{:any},{:rest}\n";
    assert_outcome(text, "> AT\n< +T: \"a,b\",w,1F,,x, y\n", MATCH_WHOLE);
    assert_outcome(text, "> AT\n< +T: \"abcd\",w,1F,,x\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< +T: \"a\",,1F,,x\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< +T: \"a\",w,G,,x\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< +T: a,w,1F,,x\n", MATCH_NONE);
}

static void test_match_repeat_and_optional_are_counted(void **state)
{
    (void)state;
    static const char text[] = "> AT\n@ repeat: 1..2\n< A\n@ end:\n@ optional:\n< B\n@ end:\n< C\n";
    assert_outcome(text, "> AT\n< A\n< C\n", MATCH_WHOLE);
    assert_outcome(text, "> AT\n< A\n< A\n< B\n< C\n", MATCH_WHOLE);
    assert_outcome(text, "> AT\n< C\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< A\n< A\n< A\n< C\n", MATCH_NONE);
}

static void test_match_payload_by_digest_and_bytes(void **state)
{
    (void)state;
    static const char text[] =
        "> AT\n< +D\n<= sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
        "< OK\n<= hex 00 01\n";
    assert_outcome(text, "> AT\n< +D\n<< \"abc\"\n< OK\n<< \"\\0\\x01\"\n", MATCH_WHOLE);
    assert_outcome(text, "> AT\n< +D\n<< \"abd\"\n< OK\n> AT\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< +D\n<< \"abc\"\n< OK\n<< \"\\0\"\n", MATCH_PARTIAL);
    assert_outcome(text, "> AT\n< +D\n<< \"abc\"\n< OK\n<< \"\\0\\x02\"\n", MATCH_NONE);
}

static void test_match_urcs_and_echo_are_passed_over(void **state)
{
    (void)state;
    static const char one[] = "@ urc: +CREG: {:int 0..5}\n> AT+X\n< +X: 1\n< OK\n";
    static const char any[] = "@ urc:\n> AT+X\n< +X: 1\n< OK\n";
    static const char none[] = "> AT+X\n< +X: 1\n< OK\n";
    static const char noisy[] = "< +CREG: 1\n> AT+X\n<< \"AT+X\\r\"\n< +CREG: 5\n< +X: 1\n< OK\n"
                                "< +CREG: 2\n";
    assert_outcome(one, noisy, MATCH_WHOLE);
    assert_outcome(any, noisy, MATCH_WHOLE);
    assert_outcome(none, noisy, MATCH_NONE);
    assert_outcome(none, "> AT+X\n<< \"AT+X\\r\"\n< +X: 1\n< OK\n", MATCH_WHOLE);
    assert_outcome(one, "> AT+X\n< +CREG: 6\n< +X: 1\n< OK\n", MATCH_NONE);
}

static void test_match_difference_is_located(void **state)
{
    (void)state;
    struct match_result result;
    assert_int_equal(match("> AT\n< +X: {n:int 0..3}\n< OK\n", "> AT\n< +X: 9\n< OK\n", &result),
                     MATCH_NONE);
    assert_int_equal(result.case_line, 2);
    assert_string_equal(result.expected, "< +X: {n}");
    assert_string_equal(result.seen, "+X: 9\\r\\n\\r\\nOK\\r\\n");
    match_release(&result);
}

static void test_match_ambiguity_is_given_up(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct match_result result;
    buffer_append_text(&text, "> AT\n");
    for (int i = 0; i < 24; i++) buffer_append_text(&text, "@ optional:\n< A\n@ end:\n");
    buffer_append_text(&text, "< B\n");
    buffer_append(&text, "", 1);
    assert_int_equal(
        match((char *)text.bytes,
              "> AT\n< A\n< A\n< A\n< A\n< A\n< A\n< A\n< A\n< A\n< A\n< A\n< A\n< C\n", &result),
        MATCH_UNKNOWN);
    match_release(&result);
    buffer_release(&text);
}

static char *order_of(size_t count)
{
    struct buffer text = {0};
    buffer_append_text(&text, "> AT\n@ any-order:\n");
    for (size_t i = 0; i < count; i++)
        buffer_format(&text, "%s< X%zu\n", i == 0 ? "" : "@ and:\n", i);
    buffer_append_text(&text, "@ end:\n");
    return buffer_take_text(&text);
}

/* `left_out`: SIZE_MAX, none is. */
static char *answers_of(size_t count, size_t left_out)
{
    struct buffer text = {0};
    buffer_append_text(&text, "> AT\n");
    for (size_t i = count; i > 0; i--)
        if (i - 1 != left_out) buffer_format(&text, "< X%zu\n", i - 1);
    return buffer_take_text(&text);
}

static void test_match_each_of_many_branches_must_come(void **state)
{
    (void)state;
    static const size_t counts[] = {2, 31, 32, 33, 63, 64};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char *text = order_of(counts[i]);
        char *all = answers_of(counts[i], SIZE_MAX);
        assert_outcome(text, all, MATCH_WHOLE);
        assert_outcome(text, "> AT\n", MATCH_PARTIAL);
        for (size_t left_out = 0; left_out < counts[i]; left_out++) {
            char *others = answers_of(counts[i], left_out);
            assert_outcome(text, others, MATCH_PARTIAL);
            free(others);
        }
        free(all);
        free(text);
    }
}

static void test_match_empty_turns_end(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "> AT\n@ repeat: 1..\n@ end:\n< OK\n",
        "> AT\n@ repeat: 1000000\n@ end:\n< OK\n",
        "> AT\n@ repeat: 3..\n@ optional:\n< A\n@ end:\n@ end:\n< OK\n",
        "> AT\n@ repeat: 1..\n@ repeat: 0..\n< A\n@ end:\n@ end:\n< OK\n",
        "> AT\n@ repeat: 1..\n@ urc: +U\n@ within: 5\n@ end:\n< OK\n",
        "> AT\n@ repeat: 2..\n@ either:\n< A\n@ or:\n@ time: 1\n@ end:\n@ end:\n< OK\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_outcome(texts[i], "> AT\n< OK\n", MATCH_WHOLE);
        assert_outcome(texts[i], "> AT\n", MATCH_PARTIAL);
        assert_outcome(texts[i], "> AT\n< B\n< OK\n", MATCH_NONE);
    }
    assert_outcome(texts[2], "> AT\n< A\n< OK\n", MATCH_WHOLE);
    assert_outcome(texts[3], "> AT\n< A\n< A\n< A\n< OK\n", MATCH_WHOLE);
    assert_outcome("> AT\n@ repeat: 3\n< A\n@ end:\n< OK\n", "> AT\n< A\n< A\n< OK\n", MATCH_NONE);
}

static void test_match_a_failed_line_captures_nothing(void **state)
{
    (void)state;
    static const char text[] = "> AT\n@ optional:\n< {a:int},X\n@ end:\n< {b:int},{c:int}\n"
                               "@ optional:\n< {a}\n@ end:\n< OK\n";
    assert_outcome(text, "> AT\n< 1,2\n< 1\n< OK\n", MATCH_NONE);
    assert_outcome(text, "> AT\n< 1,X\n< 1,2\n< 1\n< OK\n", MATCH_WHOLE);
    static const char urc[] = "@ urc: {a:int},X\n> AT\n< {b:int},{c:int}\n< {a}\n";
    assert_outcome(urc, "> AT\n< 1,2\n< 1\n", MATCH_NONE);
}

/* Every way of a case is the case, and no beginning of it is another one. */
static void test_match_own_ways_and_their_beginnings(void **state)
{
    (void)state;
    static const char text[] =
        "@ urc: +U\n> AT+A\n@ either:\n< ERROR\n@ or:\n@ any-order:\n< OK\n@ and:\n< +A: {l:int "
        "1..9 "
        "=3}\n<= length {l}\n@ end:\n> AT+B={l}\n@ repeat: 0..3\n< +B: {:string}\n@ end:\n< OK\n"
        "@ end:\n";
    struct script script = read_script(text);
    struct transcript_error error;
    size_t ways = script_way_count(&script.cases[0], &error);
    assert_int_equal(ways, 7);
    for (size_t way = 0; way < ways; way++) {
        struct transcript t;
        struct match_result result;
        assert_true(script_expand(&script.cases[0], NULL, way, &t, &error));
        match_case(&script.cases[0], &t, NULL, &result);
        assert_int_equal(result.outcome, MATCH_WHOLE);
        match_release(&result);
        struct transcript_item *last = &t.items[t.item_count - 1];
        while (last->size > 1) {
            last->size--;
            match_case(&script.cases[0], &t, NULL, &result);
            assert_true(result.outcome == MATCH_PARTIAL || result.outcome == MATCH_WHOLE);
            match_release(&result);
        }
        transcript_release(&t);
    }
    script_release(&script);
}

/* ---- a case under way ------------------------------------------------- */

/* What is awaited after `recording`: `>` and the bytes to be sent, `<` and the
 * line's first part, `.` if it may be over, `!` if it goes another way. */
static void assert_next(const char *case_, const char *recording, const char *expected)
{
    static const struct match_urc urcs[] = {{"+CREG", 0}, {"+PUSH", 2}};
    struct script script = read_script(case_);
    struct script recorded = read_script(recording);
    struct transcript transcript;
    struct transcript_error error;
    assert_true(script_expand(&recorded.cases[0], NULL, 0, &transcript, &error));
    struct match_course *course = match_course_new(&script.cases[0], NULL, urcs, 2);
    struct match_next next = *match_course_advance(course, &transcript);
    char seen[128];
    bool none = next.send == NULL && next.receive == NULL && !next.may_end;
    bool whole = next.receive != NULL && next.receive->part_count > 0;
    snprintf(seen, sizeof seen, "%s%.*s%s%.*s%s%s", next.send == NULL ? "" : ">",
             (int)next.bytes.size, next.send == NULL ? "" : (const char *)next.bytes.bytes,
             next.receive == NULL ? "" : "<", whole ? (int)next.receive->parts[0].size : 0,
             whole ? (const char *)next.receive->parts[0].bytes : "", next.may_end ? "." : "",
             none ? "!" : "");
    assert_string_equal(seen, expected);
    match_course_free(course);
    transcript_release(&transcript);
    script_release(&recorded);
    script_release(&script);
}

static void test_match_live_says_what_comes_next(void **state)
{
    (void)state;
    static const char text[] = "> AT+X\n< +X: {n:int 0..9 =3}\n< OK\n> AT+Y={n}\n< OK\n";
    assert_next(text, "@ title: nothing yet\n", ">AT+X\r");
    assert_next(text, "> AT+X\n", "<+X: ");
    assert_next(text, "> AT+X\n< +X: 7\n", "<OK");
    assert_next(text, "> AT+X\n< +X: 7\n< OK\n", ">AT+Y=7\r");
    assert_next(text, "> AT+X\n< +X: 7\n< OK\n> AT+Y=7\n< OK\n", ".");
    assert_next(text, "> AT+X\n< ERROR\n", "!");
}

static void test_match_live_waits_for_half_a_line(void **state)
{
    (void)state;
    static const char text[] = "> AT+X\n< OK\n";
    assert_next(text, "> AT+X\n<< \"AT+\"\n", "<OK");
    assert_next(text, "> AT+X\n<< \"\\r\\nER\"\n", "<OK");
    assert_next(text, "> AT+X\n< ERROR\n", "!");
    assert_next(text, "> AT+X\n< OK\n<< \"\\r\\n+CRE\"\n", "<");
}

static void test_match_live_passes_urcs_with_their_payload(void **state)
{
    (void)state;
    static const char text[] = "> AT+X\n< OK\n";
    assert_next(text, "> AT+X\n< +CREG: 1\n< OK\n< +CREG: 2\n", ".");
    assert_next(text, "> AT+X\n< +PUSH: 1,5\n<< \"\\nOK\\r\\n\"\n< OK\n", ".");
    assert_next(text, "> AT+X\n< +PUSH: 1,50\n<< \"\\nOK\\r\\n\"\n", "<OK");
    assert_next(text, "> AT+X\n< +OTHER: 1\n< OK\n", "!");
}

static void test_match_live_awaits_no_echo_after_ate0(void **state)
{
    (void)state;
    static const char text[] = "> ATE0\n< OK\n> AT\n< OK\n";
    assert_next(text, "> ATE0\n<< \"ATE0\\r\"\n< OK\n> AT\n< OK\n", ".");
    assert_next(text, "> ATE0\n<< \"ATE0\\r\"\n< OK\n> AT\n<< \"AT\\r\"\n< OK\n", "!");
    static const char prompt[] = "> AT+S=1\n<< \"\\r\\n> \"\n>= text \"a\"\n< OK\n";
    assert_next(prompt, "> AT+S=1\n<< \"AT+S=1\\r\\r\\n> \"\n", ">a");
}

static void test_match_live_takes_the_case_for_over_or_not(void **state)
{
    (void)state;
    static const char text[] = "> AT\n< OK\n@ optional:\n< +URC: 1\n@ end:\n> AT+Y\n< OK\n";
    assert_next(text, "> AT\n< OK\n", ">AT+Y\r<+URC: 1");
    assert_next(text, "> AT\n< OK\n< +URC: 1\n", ">AT+Y\r");
}

/* More bytes raise the budget: what was given up stays so. */
static void test_match_live_stays_given_up(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct transcript_builder builder = {0};
    static const char more[4096] = "C\r\n";
    buffer_append_text(&text, "> AT\n");
    for (int i = 0; i < 40; i++) buffer_append_text(&text, "@ optional:\n< A\n@ end:\n");
    buffer_append(&text, "< B\n", 5);
    struct script script = read_script((char *)text.bytes);
    struct match_course *course = match_course_new(&script.cases[0], NULL, NULL, 0);
    transcript_add(&builder, TRANSCRIPT_SENT, 1, 0, "AT\r", 3);
    for (int i = 0; i < 20; i++) transcript_add(&builder, TRANSCRIPT_RECEIVED, 1, 0, "A\r\n", 3);
    for (int i = 0; i < 3; i++) {
        transcript_add(&builder, TRANSCRIPT_RECEIVED, 1, 0, more, sizeof more);
        struct transcript prefix = {.bytes = builder.bytes.bytes,
                                    .items = (void *)builder.items.bytes,
                                    .item_count = builder.items.size / sizeof *prefix.items};
        assert_true(match_course_advance(course, &prefix)->is_ambiguous);
    }
    match_course_free(course);
    buffer_release(&builder.bytes);
    buffer_release(&builder.items);
    buffer_release(&text);
    script_release(&script);
}

static void test_match_live_loses_nothing_after_nothing(void **state)
{
    (void)state;
    static const char text[] = "> AT\n< {l:int}\n<= length {l}\n";
    assert_next(text, "> AT\n< 0\n", ".");
    assert_next(text, "> AT\n< 0\n< O\n", "!");
    assert_next("> AT\n< {l:int}\n<= length {l}\n< OK\n", "> AT\n< -1\n", "!");
}

static void test_match_digest_is_found_in_pieces(void **state)
{
    (void)state;
    static const char text[] =
        "> AT\n< D\n<= sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
        "< OK\n";
    assert_next(text, "> AT\n< D\n<< \"a\"\n", "<");
    assert_next(text, "> AT\n< D\n<< \"abc\"\n", "<OK");
    assert_next(text, "> AT\n< D\n<< \"abcOK\\r\\n\"\n", ".");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match_both_orders_are_the_case),
        cmocka_unit_test(test_match_capture_is_bounded_and_recalled),
        cmocka_unit_test(test_match_types_take_what_they_say),
        cmocka_unit_test(test_match_repeat_and_optional_are_counted),
        cmocka_unit_test(test_match_payload_by_digest_and_bytes),
        cmocka_unit_test(test_match_urcs_and_echo_are_passed_over),
        cmocka_unit_test(test_match_difference_is_located),
        cmocka_unit_test(test_match_ambiguity_is_given_up),
        cmocka_unit_test(test_match_own_ways_and_their_beginnings),
        cmocka_unit_test(test_match_each_of_many_branches_must_come),
        cmocka_unit_test(test_match_empty_turns_end),
        cmocka_unit_test(test_match_a_failed_line_captures_nothing),
        cmocka_unit_test(test_match_live_stays_given_up),
        cmocka_unit_test(test_match_live_loses_nothing_after_nothing),
        cmocka_unit_test(test_match_digest_is_found_in_pieces),
        cmocka_unit_test(test_match_live_says_what_comes_next),
        cmocka_unit_test(test_match_live_waits_for_half_a_line),
        cmocka_unit_test(test_match_live_passes_urcs_with_their_payload),
        cmocka_unit_test(test_match_live_awaits_no_echo_after_ate0),
        cmocka_unit_test(test_match_live_takes_the_case_for_over_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
