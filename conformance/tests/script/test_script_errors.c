/* What the reader of scripts reports of files that are not of the grammar: each
 * mistake with its line and column. */
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_error(const char *text, size_t size, const char *expected)
{
    struct script script;
    struct transcript_error error;
    char seen[256];
    assert_false(script_parse(text, size, NULL, &script, &error));
    transcript_error_format(&error, "f.at", seen, sizeof seen);
    assert_string_equal(seen, expected);
}

#define ASSERT_ERROR(text, expected) assert_error(text, sizeof(text) - 1, expected)

/* ---- errors ----------------------------------------------------------- */

static void test_script_bad_line_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("> AT\nOK\n",
                 "f.at:2:1: unknown line mark 'O'; expected > < >> << >= <= @ # or an empty line");
    ASSERT_ERROR(" < OK\n",
                 "f.at:1:1: space or tab before the line mark; expected > < >> << >= <= @ # at its "
                 "start");
    ASSERT_ERROR("> AT\n\t# x\n",
                 "f.at:2:1: space or tab before the line mark; expected > < >> << >= <= @ # at its "
                 "start");
    ASSERT_ERROR("\xEF\xBB\xBF> AT\n", "f.at:1:1: byte order mark; expected UTF-8 without one");
    ASSERT_ERROR("> AT\n\xEF\xBB\xBF> AT\n",
                 "f.at:2:1: unknown line mark 0xEF; expected > < >> << >= <= @ # or an empty line");
    ASSERT_ERROR(">AT\n", "f.at:1:2: no space after '>'; expected \"> \" and a command");
    ASSERT_ERROR(">\n", "f.at:1:2: no space after '>'; expected \"> \" and a command");
    ASSERT_ERROR("<OK\n", "f.at:1:2: no space after '<'; expected \"< \" and a response");
}

static void test_script_bad_byte_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("< a\0b\n",
                 "f.at:1:4: byte 0x00 is no text; expected UTF-8, or \\x00 in a >> or << string");
    ASSERT_ERROR("#\n< a\rb\n",
                 "f.at:2:4: byte 0x0D is no text; expected UTF-8, or \\x0D in a >> or << string");
    ASSERT_ERROR("# \xFF\n",
                 "f.at:1:3: byte 0xFF is no text; expected UTF-8, or \\xFF in a >> or << string");
    ASSERT_ERROR("< \xC3\n",
                 "f.at:1:3: byte 0xC3 is no text; expected UTF-8, or \\xC3 in a >> or << string");
    ASSERT_ERROR("< \xED\xA0\x80\n",
                 "f.at:1:3: byte 0xED is no text; expected UTF-8, or \\xED in a >> or << string");
    ASSERT_ERROR("< \xC0\x80\n",
                 "f.at:1:3: byte 0xC0 is no text; expected UTF-8, or \\xC0 in a >> or << string");
    ASSERT_ERROR("< \x7F\n",
                 "f.at:1:3: byte 0x7F is no text; expected UTF-8, or \\x7F in a >> or << string");
}

static void test_script_bad_string_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("<<\n", "f.at:1:3: no space after '<<'; expected \"<< \" and a string");
    ASSERT_ERROR("<< \n", "f.at:1:4: no string here; expected '\"'");
    ASSERT_ERROR("<<\"a\"\n", "f.at:1:3: no space after '<<'; expected \"<< \" and a string");
    ASSERT_ERROR("<< a\n", "f.at:1:4: no string here; expected '\"'");
    ASSERT_ERROR("<< \"a\n",
                 "f.at:1:4: string not closed; expected '\"' before the end of the line");
    ASSERT_ERROR("<< \"a\"  \"b\"\n", "f.at:1:8: no string here; expected '\"'");
    ASSERT_ERROR("<< \"a\"b\n",
                 "f.at:1:7: no space here; expected ' ' and a string, or the end of the line");
    ASSERT_ERROR("<< \"a\\\"\n",
                 "f.at:1:4: string not closed; expected '\"' before the end of the line");
}

static void test_script_bad_escape_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("<< \"a\\q\"\n", "f.at:1:6: backslash before 'q' is no escape; expected \\r \\n "
                                  "\\t \\0 \\\\ \\\" \\e or \\xHH");
    ASSERT_ERROR("<< \"a\\", "f.at:1:6: backslash at the end of the line; expected an escape");
    ASSERT_ERROR("<< \"\\x4g\"\n", "f.at:1:8: bad \\x escape; expected two hexadecimal digits");
    ASSERT_ERROR("<< \"\\x4", "f.at:1:8: bad \\x escape; expected two hexadecimal digits");
}

static void test_script_bad_count_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("<< \"a\"*\n", "f.at:1:8: no count after '*'; expected a number from 1");
    ASSERT_ERROR("<< \"a\"*0\n", "f.at:1:8: no count after '*'; expected a number from 1");
    ASSERT_ERROR("<< \"a\"*-1\n", "f.at:1:8: no count after '*'; expected a number from 1");
    ASSERT_ERROR("<< \"a\"*2x\n",
                 "f.at:1:9: no space here; expected ' ' and a string, or the end of the line");
    ASSERT_ERROR("<< \"a\"*67108865\n",
                 "f.at:1:8: more than 67108864 bytes in all; expected fewer");
    ASSERT_ERROR("<< \"ab\"*33554433\n",
                 "f.at:1:9: more than 67108864 bytes in all; expected fewer");
    ASSERT_ERROR("<< \"a\"*99999999999999999999999999\n",
                 "f.at:1:8: more than 67108864 bytes in all; expected fewer");
}

static void test_script_bytes_over_all_lines_are_limited(void **state)
{
    (void)state;
    ASSERT_ERROR("<< \"a\"*67108864\n<< \"a\"*2\n",
                 "f.at:2:9: more than 67108864 bytes in all; expected fewer");
    ASSERT_ERROR("<< \"a\"*67108864 \"b\"*1\n",
                 "f.at:1:21: more than 67108864 bytes in all; expected fewer");
    ASSERT_ERROR("<< \"a\"*67108864\n< a\n",
                 "f.at:2:1: more than 67108864 bytes in all; expected fewer");
}

static void test_script_bad_directive_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("@id: x\n", "f.at:1:2: no space after '@'; expected \"@ \" and \"key: value\"");
    ASSERT_ERROR("@ id x\n", "f.at:1:7: no colon; expected \"@ key: value\"");
    ASSERT_ERROR("@ id:x\n", "f.at:1:6: no space after ':'; expected \"@ key: value\"");
    ASSERT_ERROR("@ id:\n", "f.at:1:6: directive 'id' without a value; expected one");
    ASSERT_ERROR("@ expires:\n",
                 "f.at:1:3: unknown directive 'expires'; corpus/README.md lists them");
    ASSERT_ERROR("@ : x\n", "f.at:1:3: unknown directive ''; corpus/README.md lists them");
    ASSERT_ERROR("> AT\n@ title: x\n",
                 "f.at:2:1: header directive 'title' after an item; expected it at the top, or "
                 "after a further \"@ id:\"");
    ASSERT_ERROR("@ level: may\n",
                 "f.at:1:10: unknown level 'may'; expected must, should, info or quirk");
    ASSERT_ERROR("@ requires: sim,moon\n",
                 "f.at:1:17: unknown requirement 'moon'; expected network, sim, server, "
                 "stores-files, costs-data or hardware");
    ASSERT_ERROR("@ var: x\n", "f.at:1:8: bad variable; expected \"name = text\"");
    ASSERT_ERROR("@ time: 1s\n",
                 "f.at:1:10: text after the seconds; expected a number such as 1.5");
    ASSERT_ERROR("@ deviates: range | x\n",
                 "f.at:1:13: bad deviation; expected \"RULE | CLAUSE | REASON\"");
    ASSERT_ERROR("@ deviates: a | b | c | d\n",
                 "f.at:1:13: bad fourth part; expected \"| erratum CLAUSE\" after the reason");
    ASSERT_ERROR("@ dialect: a\n@ dialect: b\n",
                 "f.at:2:1: second directive 'dialect'; expected one only");
}

static void test_script_bad_group_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("@ either:\n< a\n@ or:\n",
                 "f.at:3:1: \"@ either:\" of line 1 is not closed; expected \"@ end:\"");
    ASSERT_ERROR("@ either:\n< a\n@ end:\n",
                 "f.at:3:1: one branch only; expected \"@ or:\" and a second one");
    ASSERT_ERROR("@ any-order:\n@ or:\n",
                 "f.at:2:1: 'or' in no such group; expected \"@ either:\" before it");
    ASSERT_ERROR("@ end:\n", "f.at:1:1: 'end' of no group; expected \"@ either:\", "
                             "\"@ any-order:\", \"@ optional:\" or \"@ repeat:\" before it");
    ASSERT_ERROR("@ repeat: 3..2\n",
                 "f.at:1:11: empty range; expected its end at or above its begin");
    ASSERT_ERROR("@ either: x\n", "f.at:1:11: text after the directive; expected none");
}

static void test_script_bad_placeholder_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("< a{\n", "f.at:1:4: a brace that opens no placeholder; expected {name}, "
                           "{name:type …}, or {{ for the brace itself");
    ASSERT_ERROR("< {a:float}\n", "f.at:1:6: unknown type 'float'; expected int, hex, string, "
                                  "word, any or rest");
    ASSERT_ERROR("< {a:int 5..3}\n",
                 "f.at:1:10: empty range; expected its end at or above its begin");
    ASSERT_ERROR("< {a:int =5\n", "f.at:1:11: no '}' after the example");
    ASSERT_ERROR("< {a}\n", "f.at:1:3: unknown name 'a'; expected a variable of the header or an "
                            "earlier capture");
    ASSERT_ERROR("> AT{a:int}\n", "f.at:1:5: a capture in what is sent; expected {name} of a "
                                  "variable or of an earlier capture");
}

static void test_script_bad_payload_is_located(void **state)
{
    (void)state;
    ASSERT_ERROR("<= five\n", "f.at:1:4: no payload here; expected length, text, hex, file or "
                              "sha256, and its value");
    ASSERT_ERROR("<= size 5\n",
                 "f.at:1:4: unknown payload 'size'; expected length, text, hex, file or sha256");
    ASSERT_ERROR("<= hex 0\n", "f.at:1:9: bad hexadecimal byte; expected two hexadecimal digits");
    ASSERT_ERROR("<= sha256 00\n", "f.at:1:11: 1 bytes of digest; expected 64 hexadecimal digits");
    ASSERT_ERROR("<= file ../x\n",
                 "f.at:1:9: path leads out of the folder; expected a file below it");
    ASSERT_ERROR("<= length 3 = text \"ab\"\n",
                 "f.at:1:15: the example does not fit; expected bytes of the length or digest "
                 "before it");
    ASSERT_ERROR("<= length {n}\n", "f.at:1:4: unknown name 'n'; expected a variable of the "
                                    "header or an earlier capture");
}

static void test_script_item_count_is_limited(void **state)
{
    (void)state;
    size_t count = SCRIPT_NODE_COUNT_MAX + 1;
    char *text = malloc(2 * count);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) memcpy(text + 2 * i, "<\n", 2);
    assert_error(text, 2 * count, "f.at:1048577:1: too many items; expected at most 1048576");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_bad_line_is_located),
        cmocka_unit_test(test_script_bad_byte_is_located),
        cmocka_unit_test(test_script_bad_string_is_located),
        cmocka_unit_test(test_script_bad_escape_is_located),
        cmocka_unit_test(test_script_bad_count_is_located),
        cmocka_unit_test(test_script_bytes_over_all_lines_are_limited),
        cmocka_unit_test(test_script_bad_directive_is_located),
        cmocka_unit_test(test_script_bad_group_is_located),
        cmocka_unit_test(test_script_bad_placeholder_is_located),
        cmocka_unit_test(test_script_bad_payload_is_located),
        cmocka_unit_test(test_script_item_count_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
