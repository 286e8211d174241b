/* A third vendor, in a folder of its own and one line of a table: its commands are
 * answered, and each operation of its part is called when it should be. */
#include "host_sample.h"
#include "tiny/tiny.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

extern const struct modem_part modem_v250_part;

static const struct modem_part *const parts[] = {&modem_v250_part, &modem_tiny_part, NULL};

static struct catalog_model *model;
static struct catalog_dialect dialect;

static int set_up(void **state)
{
    (void)state;
    const struct modem_options options = {.dialect = &dialect, .banner = true};
    tiny_calls = (struct tiny_calls){0};
    heard.size = 0;
    now = 0;
    modem = modem_new_with_parts(model, &options, parts);
    assert_answer("ATE0\r", "\r\nTINY READY\r\nATE0\r\r\nOK\r\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    modem_free(modem);
    return tiny_calls.stops == 1 ? 0 : -1;
}

static void test_part_answers_a_command_of_its_own(void **state)
{
    (void)state;
    assert_true(modem_does(modem, "+TINY"));
    assert_false(modem_does(modem, "+CSQ")); /* its part is not in the table */
    assert_answer("AT+TINY=3\r", "\r\n+TINY: 3\r\n\r\nOK\r\n\r\n+TINYSUM: 3\r\n");
    assert_answer("AT+TINY=4\r", "\r\n+TINY: 4\r\n\r\nOK\r\n\r\n+TINYSUM: 7\r\n");
    assert_answer("AT+TINY=10\r", "\r\nERROR\r\n");
    assert_answer("AT+CSQ\r", "\r\nERROR\r\n");
}

static void test_part_is_told_of_commands_and_final_results(void **state)
{
    (void)state;
    assert_int_equal(tiny_calls.commands, 1); /* ATE0 */
    assert_int_equal(tiny_calls.finals, 1);
    type("AT+TINY=1;+TINY=2\r");
    assert_heard("\r\n+TINY: 1\r\n\r\n+TINY: 2\r\n\r\nOK\r\n\r\n+TINYSUM: 3\r\n");
    assert_int_equal(tiny_calls.commands, 3);
    assert_int_equal(tiny_calls.finals, 2);
    type("AT+TINY=10\r");
    heard.size = 0;
    assert_int_equal(tiny_calls.commands, 3);
    assert_int_equal(tiny_calls.finals, 3);
}

static void test_part_is_polled_when_it_is_due(void **state)
{
    (void)state;
    assert_int_equal(modem_due(modem, now), MODEM_NEVER);
    type("AT+TINY=1\r");
    heard.size = 0;
    assert_true(modem_is_working(modem));
    assert_false(modem_is_online(modem));
    assert_int_equal(modem_due(modem, now), now + SECOND);
    unsigned polls = tiny_calls.polls;
    leap(SECOND - 1);
    assert_heard("");
    assert_true(tiny_calls.polls > polls);
    leap(1);
    assert_heard("\r\n+TINYURC\r\n");
    assert_false(modem_is_working(modem));
}

static void test_part_starts_anew_with_the_module(void **state)
{
    (void)state;
    assert_int_equal(tiny_calls.starts, 1);
    type("AT+TINY=5\r");
    heard.size = 0;
    assert_answer("AT+TINY=9\r", "\r\nOK\r\n\r\nTINY READY\r\n");
    assert_int_equal(tiny_calls.starts, 2);
    assert_int_equal(tiny_calls.stops, 0);
    type("ATE0\r");
    heard.size = 0;
    assert_answer("AT+TINY=1\r", "\r\n+TINY: 1\r\n\r\nOK\r\n\r\n+TINYSUM: 1\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_part_answers_a_command_of_its_own),
        TEST(test_part_is_told_of_commands_and_final_results),
        TEST(test_part_is_polled_when_it_is_due),
        TEST(test_part_starts_anew_with_the_module),
    };
    struct catalog_errors errors = {.out = stderr, .prefix = ""};
    dialect = (struct catalog_dialect){
        .name = "tiny", .title = "A tiny vendor", .parts = {{.set = "core"}, {.set = "tiny"}}};
    model = catalog_load_builtin(stderr);
    if (model == NULL || catalog_load_file(model, TINY_CATALOG, &errors) != 0) return 1;
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    catalog_free(model);
    buffer_release(&heard);
    return result;
}
