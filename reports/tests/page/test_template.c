/* Templates: what they write, that a text stays text, and where they are wrong. */
#define _GNU_SOURCE
#include "page/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- values ----------------------------------------------------------- */

struct view {
    const char *text;
    size_t number;
    double real;
    bool flag;
    const void *one; /* struct page_name                                     */
    struct template_list list;
    struct template_each each;
};

static const struct template_field view_fields[] = {
    TEMPLATE_VALUE(struct view, text),
    TEMPLATE_VALUE(struct view, number),
    TEMPLATE_VALUE(struct view, real),
    TEMPLATE_VALUE(struct view, flag),
    TEMPLATE_PART(struct view, one, page_name_shape),
    TEMPLATE_PART(struct view, list, page_name_shape),
    TEMPLATE_PART(struct view, each, page_name_shape),
};
static const struct template_shape view_shape = TEMPLATE_SHAPE(struct view, view_fields);

/* Names each value, so that no other template need; shows nothing. */
static const char rest[] =
    "{{^flag}}{{#flag}}{{text}}{{number}}{{real|0.1}}{{#one}}{{name}}{{/one}}"
    "{{#list}}{{name}}{{/list}}{{#each}}{{name}}{{/each}}{{/flag}}{{/flag}}";

static struct template *read(const char *text, const char *included, char *error, size_t size)
{
    static const char raw[] = "{{x}} & <";
    char *whole = NULL;
    assert_true(asprintf(&whole, "%s%s", text, rest) > 0);
    const struct template_file files[] = {
        {"a.html", whole, whole + strlen(whole)},
        {"b.html", included, included + strlen(included)},
        {"raw.css", raw, raw + strlen(raw)},
        {NULL, NULL, NULL},
    };
    struct template *made = template_read(files, "a.html", &view_shape, error, size);
    /* what was read borrows the text: it is kept until the test ends */
    static char *kept;
    free(kept);
    kept = whole;
    return made;
}

static void check_with(const char *text, const char *included, const struct view *view,
                       const char *expected)
{
    char error[200] = "";
    char *written = NULL;
    size_t size = 0;
    struct template *template = read(text, included, error, sizeof error);
    assert_string_equal(error, "");
    assert_non_null(template);
    FILE *out = open_memstream(&written, &size);
    template_write(template, view, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(written, expected);
    free(written);
    template_free(template);
}

static void check(const char *text, const struct view *view, const char *expected)
{
    check_with(text, "", view, expected);
}

static void refuse(const char *text, const char *included, const char *expected)
{
    char error[200] = "";
    assert_null(read(text, included, error, sizeof error));
    assert_string_equal(error, expected);
}

/* ---- values are written ----------------------------------------------- */

static void test_template_text_is_escaped_in_elements_and_attributes(void **state)
{
    (void)state;
    check("<a href=\"{{text}}\">{{text}} 100%</a>",
          &(struct view){.text = "\"'<>&\x01\xE2\x80\xAE"},
          "<a href=\"&quot;&#39;&lt;&gt;&amp;\\x01\\xE2\\x80\\xAE\">"
          "&quot;&#39;&lt;&gt;&amp;\\x01\\xE2\\x80\\xAE 100%</a>");
    check("[{{text}}]", &(struct view){.text = NULL}, "[]");
    check("[{{text}}]", &(struct view){.text = "\xC3\xA4 {{number}}"}, "[\xC3\xA4 {{number}}]");
}

static void test_template_numbers_have_forms(void **state)
{
    (void)state;
    check("{{number}} {{number|grouped}} {{number|count byte}}", &(struct view){.number = 1234567},
          "1234567 1,234,567 1,234,567 bytes");
    check("{{number|count byte}}", &(struct view){.number = 1}, "1 byte");
    check("{{real|0.1}} {{real|0.01}}", &(struct view){.real = 1.256}, "1.3 1.26");
}

static void test_template_duration_fits_its_unit(void **state)
{
    (void)state;
    const double seconds[] = {0, 0.0000049, 0.00012, 0.0099, 0.01, 0.999, 1, 99.9, 100, 1e6};
    const char *expected[] = {"0 ms",   "0 ms",   "0.12 ms", "9.90 ms", "10 ms",
                              "999 ms", "1.00 s", "99.90 s", "100 s",   "1000000 s"};
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++)
        check("{{real|duration}}", &(struct view){.real = seconds[i]}, expected[i]);
}

/* ---- sections --------------------------------------------------------- */

static const void *next_name(void *cursor)
{
    static const struct page_name names[] = {{"x"}, {"y"}, {"z"}};
    size_t *next = cursor;
    return *next < 3 ? &names[(*next)++] : NULL;
}

static void test_template_section_is_written_as_often_as_there_are_values(void **state)
{
    (void)state;
    const struct page_name names[] = {{"a"}, {"b"}};
    size_t next = 0;
    const struct view view = {.text = "t",
                              .number = 2,
                              .flag = true,
                              .one = &names[0],
                              .list = {names, 2},
                              .each = {next_name, &next}};
    const char text[] =
        "{{#list}}{{^@first}}, {{/@first}}{{name}}{{text}}{{/list}}{{^list}}no{{/list}}|"
        "{{#each}}{{#@first}}>{{/@first}}{{name}}{{/each}}|{{#one}}{{name}}{{/one}}|"
        "{{#number}}{{number}}{{/number}}|{{#text}}T{{/text}}|{{#flag}}F{{/flag}}";
    check(text, &view, "at, bt|>xyz|a|2|T|F");
    check(text, &(struct view){.each = {next_name, &next}}, "no|||||");
}

static void test_template_lines_lose_indentation_and_lone_tags(void **state)
{
    (void)state;
    check("  <p>\\\n    a\n  {{! c }}\n  {{#flag}}\n  b {{number}} \\\n c\n  {{/flag}}\n</p>\n",
          &(struct view){.flag = true, .number = 7}, "<p>a\nb 7 c\n</p>\n");
}

static void test_template_includes_files(void **state)
{
    (void)state;
    check_with("<b>\n  {{>b.html}}\n</b>{{>raw.css}}", "{{number}}\n", &(struct view){.number = 3},
               "<b>\n3\n</b>{{x}} & <");
}

/* ---- mistakes --------------------------------------------------------- */

static void test_template_mistakes_are_errors_with_their_place(void **state)
{
    (void)state;
    refuse("\n  x {{nmae}}", "", "a.html:2:5: no value is named \"nmae\" in struct view");
    refuse("{{#one}}{{nmae}}{{/one}}", "",
           "a.html:1:9: no value is named \"nmae\" in struct page_name");
    refuse("{{>b.html}}", "\n{{#flag}}", "b.html:2:1: the section \"flag\" is never closed");
    refuse("{{#flag}}{{>b.html}}", "{{/flag}}", "b.html:1:1: no section \"flag\" is open here");
    refuse("{{#flag}}{{/text}}", "", "a.html:1:10: no section \"text\" is open here");
    refuse("{{text\n}}", "", "a.html:1:1: the tag does not end on its line");
    refuse("a\n{{>c.html}}", "", "a.html:2:1: no file is named \"c.html\"");
    refuse("{{>b.html}}", "{{>a.html}}", "b.html:1:1: a.html includes itself");
    refuse("{{flag}}", "", "a.html:1:1: \"flag\" is not written so: {{flag}}");
    refuse("{{text|grouped}}", "", "a.html:1:1: \"text\" is not written so: {{text|grouped}}");
    refuse("{{number|count }}", "", "a.html:1:1: \"number\" is not written so: {{number|count }}");
    refuse("{{real}}", "", "a.html:1:1: \"real\" is not written so: {{real}}");
    refuse("{{#real}}{{/real}}", "", "a.html:1:1: \"real\" makes no such section");
    refuse("{{^each}}{{/each}}", "", "a.html:1:1: \"each\" makes no such section");
}

static void test_template_value_outside_text_and_quotes_is_an_error(void **state)
{
    (void)state;
    static const char where[] = "a value stands in text or between double quotes only";
    const char *const texts[] = {"<b {{text}}>",
                                 "<b class={{text}}>",
                                 "<{{text}}>",
                                 "<script>{{text}}</script>",
                                 "<style>p{{text}}</style>",
                                 "<b class='{{text}}'>"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *expected = NULL;
        assert_true(asprintf(&expected, "a.html:1:%zu: %s",
                             (size_t)(strstr(texts[i], "{{") - texts[i]) + 1, where)
                    > 0);
        refuse(texts[i], "", expected);
        free(expected);
    }
    refuse("{{#flag}}<b class=\"{{/flag}}", "",
           "a.html:1:20: the section \"flag\" ends within a tag or quotes that it opened");
    refuse("<b {{#flag}}>{{/flag}}", "",
           "a.html:1:14: the section \"flag\" ends within a tag or quotes that it opened");
}

static void test_template_value_that_is_never_used_is_an_error(void **state)
{
    (void)state;
    char error[200] = "";
    static const char text[] =
        "<p>\n{{#expected}}{{before}}{{mark}}{{/expected}}{{#seen}}{{/seen}}";
    const struct template_file files[] = {{"a.html", text, text + sizeof text - 1},
                                          {NULL, NULL, NULL}};
    assert_null(template_read(files, "a.html", &page_sides_shape, error, sizeof error));
    assert_string_equal(error,
                        "a.html:2:1: the value \"after\" of struct page_marked is never used");
    assert_null(template_read(files, "b.html", &page_sides_shape, error, sizeof error));
    assert_string_equal(error, "b.html: no such template");
}

/* ---- what pages share ------------------------------------------------- */

static void check_side(const void *side, const char *before, const char *mark, const char *after)
{
    const struct page_marked *is = side;
    assert_string_equal(is->before, before);
    if (mark == NULL) assert_null(is->mark);
    else assert_string_equal(is->mark, mark);
    if (after == NULL) assert_null(is->after);
    else assert_string_equal(is->after, after);
}

static void test_page_sides_mark_whole_words(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct page_sides *sides = page_sides(&arena, "+CSQ: 300,0", "+CSQ: 31,0");
    check_side(sides->expected, "+CSQ: ", "300", ",0");
    check_side(sides->seen, "+CSQ: ", "31", ",0");
    sides = page_sides(&arena, "OK", "ERROR");
    check_side(sides->expected, "OK", NULL, NULL);
    check_side(sides->seen, "ERROR", NULL, NULL);
    sides = page_sides(&arena, "<\xC3\xA4>", "<\xC3\xB6>");
    check_side(sides->expected, "<", "\xC3\xA4", ">");
    check_side(sides->seen, "<", "\xC3\xB6", ">");
    sides = page_sides(&arena, NULL, "x");
    check_side(sides->expected, "", NULL, NULL);
    check_side(sides->seen, "x", NULL, NULL);
    assert_null(page_sides(&arena, NULL, NULL));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_template_text_is_escaped_in_elements_and_attributes),
        cmocka_unit_test(test_template_numbers_have_forms),
        cmocka_unit_test(test_template_duration_fits_its_unit),
        cmocka_unit_test(test_template_section_is_written_as_often_as_there_are_values),
        cmocka_unit_test(test_template_lines_lose_indentation_and_lone_tags),
        cmocka_unit_test(test_template_includes_files),
        cmocka_unit_test(test_template_mistakes_are_errors_with_their_place),
        cmocka_unit_test(test_template_value_outside_text_and_quotes_is_an_error),
        cmocka_unit_test(test_template_value_that_is_never_used_is_an_error),
        cmocka_unit_test(test_page_sides_mark_whole_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
