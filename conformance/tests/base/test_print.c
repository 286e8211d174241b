/* What is printed for people: foreign text is inert. */
#include "base/memory.h"
#include "base/print.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

__attribute__((format(printf, 2, 3))) static void assert_printed(const char *expected,
                                                                 const char *format, ...)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    va_list arguments;
    assert_non_null(out);
    va_start(arguments, format);
    print_list(out, format, arguments);
    va_end(arguments);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_shown(const char *bytes, const char *expected)
{
    assert_printed(expected, "%s", bytes);
    assert_printed(expected, "%s", expected); /* twice is the same */
}

static void test_text_of_any_language_stays(void **state)
{
    (void)state;
    assert_shown("AT+CSQ \"\\x\" 'z'", "AT+CSQ \"\\x\" 'z'");
    assert_shown("Größe, 尺寸, 📶", "Größe, 尺寸, 📶");
    assert_shown("", "");
}

static void test_control_characters_and_directions_are_escaped(void **state)
{
    (void)state;
    assert_shown("a\nb\rc\td\x1B[2Je\x7F", "a\\x0Ab\\x0Dc\\x09d\\x1B[2Je\\x7F");
    assert_shown("\xC2\x9B"
                 "31m",
                 "\\xC2\\x9B31m"); /* CSI in one character */
    assert_shown("\xE2\x80\xAE"
                 "txt.exe",
                 "\\xE2\\x80\\xAEtxt.exe");
    assert_shown("\xE2\x81\xA6|\xE2\x80\xA8|\xD8\x9C|\xEF\xBB\xBF",
                 "\\xE2\\x81\\xA6|\\xE2\\x80\\xA8|\\xD8\\x9C|\\xEF\\xBB\\xBF");
    assert_shown("\xF3\xA0\x81\x81", "\\xF3\\xA0\\x81\\x81");
}

static void test_bytes_that_are_no_utf8_are_escaped(void **state)
{
    (void)state;
    assert_shown("\x80|\xC0\xAF|\xED\xA0\x80|\xF8|\xE2\x82",
                 "\\x80|\\xC0\\xAF|\\xED\\xA0\\x80|\\xF8|\\xE2\\x82");
}

static void test_commands_of_ci_systems_are_escaped(void **state)
{
    (void)state;
    assert_shown("::error::x", "\\x3A:error::x");
    assert_shown("  ::error::x", "  \\x3A:error::x");
    assert_shown("##vso[task.x]##[error]", "#\\x23vso[task.x]#\\x23[error]");
    assert_shown("###", "#\\x23\\x23");
    assert_shown("tcp,::1,40: #1", "tcp,::1,40: #1");
    assert_printed("\\x3A:1: :b\n", "%s:%d: %s\n", ":", 1, ":b");
}

static void test_format_is_as_printf_has_it(void **state)
{
    (void)state;
    assert_printed("-5 7 ff FF 18446744073709551615 100%", "%d %u %x %X %llu %d%%", -5, 7U, 255U,
                   255U, 18446744073709551615ULL, 100);
    assert_printed("|   ab|ab   |   12|12   |00012|", "|%5s|%-5s|%5d|%-5d|%05d|", "ab", "ab", 12,
                   12, 12);
    assert_printed("ab|abc|1.500|2", "%.2s|%.*s|%.3f|%.0f", "abc", 3, "abcdef", 1.5, 2.0);
    assert_printed("    x|x   |9 -9 3", "%*s|%-*s|%zu %jd %ld", 5, "x", 4, "x", (size_t)9,
                   (intmax_t)-9, 3L);
    assert_printed("x\\x1B", "%c%c", 'x', '\x1B');
    assert_printed("\x1B[K\n", "\x1B[K\n"); /* the format is ours */
}

static void test_unknown_conversion_aborts(void **state)
{
    static const char format[] = "%p";
    (void)state;
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fclose(stderr);
        signal(SIGABRT, SIG_DFL);
        print(stdout, format, (void *)NULL);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_of_any_language_stays),
        cmocka_unit_test(test_control_characters_and_directions_are_escaped),
        cmocka_unit_test(test_bytes_that_are_no_utf8_are_escaped),
        cmocka_unit_test(test_commands_of_ci_systems_are_escaped),
        cmocka_unit_test(test_format_is_as_printf_has_it),
        cmocka_unit_test(test_unknown_conversion_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
