/* Command lines divided into commands and arguments. */
#include "at/form.h"
#include "at/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- lines as text ------------------------------------------------------ */

#define PLACE(text, span) (int)(span).size, (text) + (span).offset

/* A line is copied to memory of its own size, so that a read beyond it is seen. */
static uint8_t *copy_of(const char *text)
{
    size_t size = strlen(text);
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    memcpy(bytes, text, size);
    return bytes;
}

/* `name form[argument|argument]` for each command, with a space after each. */
static void describe(const char *text, char *out, size_t capacity)
{
    struct at_command command;
    uint8_t *line = copy_of(text);
    size_t size = strlen(text);
    size_t used = 0;
    out[0] = '\0';
    for (size_t at = 0; at_next(line, size, &at, &command);) {
        struct at_span arguments = at_arguments(&command);
        struct at_span argument;
        used += (size_t)snprintf(out + used, capacity - used, "%.*s %s[", PLACE(text, command.name),
                                 at_form_name(command.form));
        for (size_t i = 0; at_argument(line, arguments, i, &argument); i++)
            used += (size_t)snprintf(out + used, capacity - used, "%s%.*s", i > 0 ? "|" : "",
                                     PLACE(text, argument));
        used += (size_t)snprintf(out + used, capacity - used, "] ");
    }
    free(line);
}

static void test_commands_of_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *expected;
    } cases[] = {
        {"", ""},
        {"A", ""},
        {"OK", ""},
        {"A/", ""},
        {"AT", ""},
        {"at\r\n", ""},
        {"AT ;; \r", ""},
        {"AT+CSQ\r", "+CSQ execute[] "},
        {"at+csq?", "+csq read[] "},
        {"AT+CSQ=?", "+CSQ test[] "},
        {"AT+CSQ=", "+CSQ write[] "},
        {" \n AT+CSQ", "+CSQ execute[] "},
        {"+CSQ", ""},
        {"AT+X=1,\"a;b,c\", 7", "+X write[1|\"a;b,c\"| 7] "},
        {"AT+X=,", "+X write[|] "},
        {"AT+X=\"a\\22,b\",\"", "+X write[\"a\\22,b\"|\"] "},
        {"AT+X=\"a;+Y", "+X write[\"a;+Y] "},
        {"AT+X=1;+Y?;;&F", "+X write[1] +Y read[] &F execute[] "},
        {"AT+X 1", "+X execute[ 1] "},
        {"ATE0V1&C1\\Q3+X", "E execute[0] V execute[1] &C execute[1] \\Q execute[3] +X execute[] "},
        {"ATE0 V1", "E execute[0] V execute[1] "},
        {"ATS3=13S4?", "S execute[3=13] S execute[4?] "},
        {"AT&", "& execute[] "},
        {"ATD+4912,3;+X", "D execute[+4912|3;+X] "},
        {"AT%X=1", "%X write[1] "},
    };
    char seen[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        describe(cases[i].line, seen, sizeof seen);
        assert_string_equal(seen, cases[i].expected);
    }
}

static void test_kind_of_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum at_line_kind kind;
    } cases[] = {
        {"", AT_LINE_OTHER},         {"A", AT_LINE_OTHER},       {"+++", AT_LINE_OTHER},
        {"OK", AT_LINE_OTHER},       {"A/x", AT_LINE_OTHER},     {"aT", AT_LINE_COMMANDS},
        {"ATZ\r", AT_LINE_COMMANDS}, {"\nAT", AT_LINE_COMMANDS}, {"a/", AT_LINE_REPEAT},
        {" A/\r", AT_LINE_REPEAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t *line = copy_of(cases[i].line);
        assert_int_equal(at_line_kind(line, strlen(cases[i].line)), cases[i].kind);
        free(line);
    }
}

/* ---- the last command --------------------------------------------------- */

static void test_last_command(void **state)
{
    (void)state;
    static const uint8_t line[] = "ATE0;+CSQ=1\r";
    struct at_command command;
    assert_true(at_last(line, sizeof line - 1, &command));
    assert_true(at_is_named(line, &command, "+csq"));
    assert_false(at_is_named(line, &command, "+CSQX"));
    assert_false(at_is_basic(line, &command));
    assert_false(at_last((const uint8_t *)"AT\r", 3, &command));
    assert_true(at_last((const uint8_t *)"AT&F", 4, &command));
    assert_true(at_is_basic((const uint8_t *)"AT&F", &command));
}

static uint32_t number(const char *line, size_t index)
{
    return at_number((const uint8_t *)line, strlen(line), index, 9);
}

static void test_number_of_the_last_command(void **state)
{
    (void)state;
    assert_int_equal(number("AT+X=1,20", 1), 20);
    assert_int_equal(number("AT+X=1;+Y=\"4294967295\" ", 0), UINT32_MAX);
    assert_int_equal(number("AT+X=4294967296", 0), 9);
    assert_int_equal(number("AT+X=1,a", 1), 9);
    assert_int_equal(number("AT+X=1,", 1), 9);
    assert_int_equal(number("AT+X?", 0), 9);
    assert_int_equal(number("AT", 0), 9);
}

/* ---- arguments ---------------------------------------------------------- */

static void test_argument_places(void **state)
{
    (void)state;
    static const char text[] = "AT+X= \"a,b\" ,,\"c";
    const uint8_t *line = (const uint8_t *)text;
    struct at_command command;
    struct at_span found;
    assert_true(at_last(line, strlen(text), &command));
    struct at_span arguments = at_arguments(&command);
    assert_int_equal(at_argument_count(line, arguments), 3);
    assert_true(at_argument(line, arguments, 0, &found));
    assert_int_equal(found.size, 7);
    found = at_trimmed(line, found);
    assert_int_equal(found.size, 5);
    found = at_unquoted(line, found);
    assert_int_equal(found.offset, 7);
    assert_int_equal(found.size, 3);
    assert_true(at_field(line, arguments, 0, &found));
    assert_int_equal(found.size, 3);
    assert_true(at_argument(line, arguments, 1, &found));
    assert_int_equal(found.size, 0);
    assert_false(at_field(line, arguments, 1, &found));
    assert_true(at_argument(line, arguments, 2, &found));
    assert_int_equal(at_unquoted(line, found).size, 2); /* only one quote */
    assert_false(at_argument(line, arguments, 3, &found));
}

static void test_form_words(void **state)
{
    (void)state;
    assert_string_equal(at_form_name(ATP_FORM_EXECUTE), "execute");
    assert_string_equal(at_form_name(ATP_FORM_WRITE), "write");
    assert_string_equal(at_form_name(ATP_FORM_READ), "read");
    assert_string_equal(at_form_name(ATP_FORM_TEST), "test");
    assert_string_equal(at_form_name((enum atp_form_kind)0), "");
    assert_string_equal(at_form_name((enum atp_form_kind)16), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_of_a_line),
        cmocka_unit_test(test_kind_of_a_line),
        cmocka_unit_test(test_last_command),
        cmocka_unit_test(test_number_of_the_last_command),
        cmocka_unit_test(test_argument_places),
        cmocka_unit_test(test_form_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
