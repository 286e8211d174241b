/* The page's primitives: nothing but text comes of a text. */
#define _GNU_SOURCE
#include "page/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *text;
static size_t size;
static FILE *out;

static int begin(void **state)
{
    (void)state;
    out = open_memstream(&text, &size);
    return out == NULL;
}

static int end(void **state)
{
    (void)state;
    free(text);
    return 0;
}

static void check(const char *expected)
{
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
}

static void test_page_put_escapes_every_text(void **state)
{
    (void)state;
    page_put(out, "<a href=\"%s\">%s 100%%</a>", "\"'<>&\x01", "</a>\xE2\x80\xAE");
    check("<a href=\"&quot;&#39;&lt;&gt;&amp;\\x01\">&lt;/a&gt;\\xE2\\x80\\xAE 100%</a>");
}

static void test_page_put_takes_numbers(void **state)
{
    (void)state;
    page_put(out, "%zu %u %d %lu %llu %.2f|", SIZE_MAX, 7u, -7, 8ul, 9ull, 1.005);
    page_number(out, 1234567);
    check(sizeof(size_t) == 8 ? "18446744073709551615 7 -7 8 9 1.00|1,234,567"
                              : "4294967295 7 -7 8 9 1.00|1,234,567");
}

static void test_page_text_without_bytes_is_nothing(void **state)
{
    (void)state;
    page_text(out, NULL);
    page_put(out, "%s", "");
    check("");
}

static void test_page_duration_fits_its_unit(void **state)
{
    (void)state;
    const double seconds[] = {0, 0.0000049, 0.00012, 0.0099, 0.01, 0.999, 1, 99.9, 100, 1e6};
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        page_duration(out, seconds[i]);
        fputc(';', out);
    }
    check("0 ms;0 ms;0.12 ms;9.90 ms;10 ms;999 ms;1.00 s;99.90 s;100 s;1000000 s;");
}

static void put_sides(const char *left, const char *right)
{
    page_sides(out, &(struct page_sides){"L", "R", left, right});
}

static void test_page_sides_mark_whole_words(void **state)
{
    (void)state;
    put_sides("+CSQ: 300,0", "+CSQ: 31,0");
    put_sides("OK", "ERROR");
    put_sides("<\xC3\xA4>", "<\xC3\xB6>");
    put_sides(NULL, "x");
    put_sides(NULL, NULL);
    check("<dl class=\"sides\"><div><dt>L</dt><dd><code>+CSQ: <mark>300</mark>,0</code></dd></div>"
          "<div><dt>R</dt><dd><code>+CSQ: <mark>31</mark>,0</code></dd></div></dl>\n"
          "<dl class=\"sides\"><div><dt>L</dt><dd><code>OK</code></dd></div>"
          "<div><dt>R</dt><dd><code>ERROR</code></dd></div></dl>\n"
          "<dl "
          "class=\"sides\"><div><dt>L</dt><dd><code>&lt;<mark>\xC3\xA4</mark>&gt;</code></dd></div>"
          "<div><dt>R</dt><dd><code>&lt;<mark>\xC3\xB6</mark>&gt;</code></dd></div></dl>\n"
          "<dl class=\"sides\"><div><dt>L</dt><dd><code></code></dd></div>"
          "<div><dt>R</dt><dd><code>x</code></dd></div></dl>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_page_put_escapes_every_text, begin, end),
        cmocka_unit_test_setup_teardown(test_page_put_takes_numbers, begin, end),
        cmocka_unit_test_setup_teardown(test_page_text_without_bytes_is_nothing, begin, end),
        cmocka_unit_test_setup_teardown(test_page_duration_fits_its_unit, begin, end),
        cmocka_unit_test_setup_teardown(test_page_sides_mark_whole_words, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
