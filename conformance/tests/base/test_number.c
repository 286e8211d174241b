/* Numbers and days, read whole or not at all. */
#include "base/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool is_day(const char *text)
{
    return number_is_day(text, strlen(text));
}

static void test_day_is_one_of_the_calendar(void **state)
{
    static const char *const days[] = {"0001-01-01", "2024-02-29", "2000-02-29",
                                       "2026-12-31", "2099-04-30", "9999-12-31"};
    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) assert_true(is_day(days[i]));
}

static void test_day_of_no_calendar_is_refused(void **state)
{
    static const char *const texts[] = {
        "9999-99-99", "2099-02-30", "2025-02-29", "1900-02-29",  "2026-04-31", "2026-00-10",
        "2026-13-01", "2026-01-00", "0000-01-01", "2026-1-01",   "2026-01-1",  "26-01-01",
        "2026/01/01", "+026-01-01", " 026-01-01", "2026-01-01 ", "2026-01-0x", "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_false(is_day(texts[i]));
}

static bool reads(const char *text, uint64_t most, uint64_t expected)
{
    uint64_t value = 0;
    return number_read(text, strlen(text), most, &value) && value == expected;
}

static void test_number_is_read_up_to_its_limit(void **state)
{
    (void)state;
    assert_true(reads("0", 0, 0));
    assert_true(reads("007", 7, 7));
    assert_true(reads("65535", 65535, 65535));
    assert_true(reads("18446744073709551615", UINT64_MAX, UINT64_MAX));
}

static void test_number_beyond_or_with_more_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "-1",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "0x1",
                                        "1e2",
                                        "1.0",
                                        "nan",
                                        "65536",
                                        "99999999999999999999",
                                        "18446744073709551616"};
    uint64_t value = 5;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(number_read(texts[i], strlen(texts[i]), 65535, &value));
    assert_false(number_read("18446744073709551616", 20, UINT64_MAX, &value));
    assert_false(number_read("1", 1, 0, &value));
    assert_int_equal(value, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_day_is_one_of_the_calendar),
        cmocka_unit_test(test_day_of_no_calendar_is_refused),
        cmocka_unit_test(test_number_is_read_up_to_its_limit),
        cmocka_unit_test(test_number_beyond_or_with_more_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
