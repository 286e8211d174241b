/* Bytes of any value, shown as text. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants those before it */
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct pair {
    const char *bytes, *text;
};

static void assert_all(char *(*convert)(const char *), const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *text = convert(pairs[i].bytes);
        assert_string_equal(text, pairs[i].text);
        free(text);
    }
}

static void test_text_characters_stay(void **state)
{
    static const struct pair pairs[] = {
        {"", ""},
        {"AT+CSQ=\"a\\b\"", "AT+CSQ=\"a\\b\""},
        {"\xC2\xA0\xC3\xBC\xDF\xBF", "\xC2\xA0\xC3\xBC\xDF\xBF"},
        {"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBD",
         "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBD"},
        {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBD", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBD"},
    };
    (void)state;
    assert_all(text_shown, pairs, COUNT(pairs));
}

static void test_text_no_character_is_bytes(void **state)
{
    static const struct pair pairs[] = {
        {"\x80", "\\x80"},
        {"\xC3", "\\xC3"},
        {"\xC3(", "\\xC3("},
        {"\xC0\x80", "\\xC0\\x80"},
        {"\xC1\xBF", "\\xC1\\xBF"},
        {"\xE0\x9F\xBF", "\\xE0\\x9F\\xBF"},
        {"\xED\xA0\x80", "\\xED\\xA0\\x80"},
        {"\xED\xBF\xBF", "\\xED\\xBF\\xBF"},
        {"\xE2\x82", "\\xE2\\x82"},
        {"\xF0\x8F\xBF\xBF", "\\xF0\\x8F\\xBF\\xBF"},
        {"\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},
        {"\xF5\x80\x80\x80", "\\xF5\\x80\\x80\\x80"},
        {"\xFF\xFE", "\\xFF\\xFE"},
    };
    (void)state;
    assert_all(text_shown, pairs, COUNT(pairs));
}

static void test_text_unprintable_is_bytes(void **state)
{
    static const struct pair pairs[] = {
        {"a\nb\tc\r", "a\\x0Ab\\x09c\\x0D"},
        {"\x01\x1F\x7F", "\\x01\\x1F\\x7F"},
        {"\xC2\x80\xC2\x9F", "\\xC2\\x80\\xC2\\x9F"},
        {"\xE2\x80\xA8\xE2\x80\xAE", "\\xE2\\x80\\xA8\\xE2\\x80\\xAE"},
        {"\xE2\x81\xA6\xE2\x81\xA9", "\\xE2\\x81\\xA6\\xE2\\x81\\xA9"},
        {"\xEF\xB7\x90\xEF\xBB\xBF", "\\xEF\\xB7\\x90\\xEF\\xBB\\xBF"},
        {"\xEF\xBF\xBE\xEF\xBF\xBF", "\\xEF\\xBF\\xBE\\xEF\\xBF\\xBF"},
        {"\xF0\x9F\xBF\xBE\xF4\x8F\xBF\xBF", "\\xF0\\x9F\\xBF\\xBE\\xF4\\x8F\\xBF\\xBF"},
    };
    (void)state;
    assert_all(text_shown, pairs, COUNT(pairs));
}

static void test_text_cut_fits_columns(void **state)
{
    static const struct {
        const char *bytes;
        size_t columns;
        const char *cut, *left;
    } rows[] = {
        {"", 0, "", ""},
        {"abc", 0, "", ""},
        {"abc", 1, "…", "…"},
        {"abc", 2, "a…", "…c"},
        {"abc", 3, "abc", "abc"},
        {"a\nc", 5, "a\\x0…", "…x0Ac"},
        {"ü\xC3\xBC\xC3\xBC", 2, "ü…", "…ü"},
        {"中中中", 5, "中中…", "…中中"}, /* two columns each */
        {"中中中", 4, "中…", "…中"},
        {"中中中", 6, "中中中", "中中中"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *cut = text_cut(rows[i].bytes, rows[i].columns);
        char *left = text_cut_left(rows[i].bytes, rows[i].columns);
        assert_string_equal(cut, rows[i].cut);
        assert_string_equal(left, rows[i].left);
        assert_true(text_columns(cut) <= rows[i].columns);
        assert_true(text_columns(left) <= rows[i].columns);
        free(cut);
        free(left);
    }
}

static void test_text_shell_word_is_quoted_if_needed(void **state)
{
    static const struct pair pairs[] = {
        {"simcom-http/2.2.4/a_1", "simcom-http/2.2.4/a_1"},
        {"", "''"},
        {"a b", "'a b'"},
        {"a'b$(c)", "'a'\\''b$(c)'"},
        {"a\\*", "'a\\*'"},
        {"\xC3\xBC", "'\xC3\xBC'"},
        {"a\nb'\\\xFF", "$'a\\012b\\047\\134\\377'"},
    };
    (void)state;
    assert_all(text_shell_word, pairs, COUNT(pairs));
}

static void test_text_digits_are_grouped(void **state)
{
    static const struct {
        uint64_t number;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {12345678, "12,345,678"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = text_grouped(cases[i].number);
        assert_string_equal(text, cases[i].text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_digits_are_grouped),
        cmocka_unit_test(test_text_characters_stay),
        cmocka_unit_test(test_text_no_character_is_bytes),
        cmocka_unit_test(test_text_unprintable_is_bytes),
        cmocka_unit_test(test_text_cut_fits_columns),
        cmocka_unit_test(test_text_shell_word_is_quoted_if_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
