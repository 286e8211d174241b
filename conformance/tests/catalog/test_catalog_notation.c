/* The notation, taken apart and written out again in one plain form, so that a
 * test is a line in and a line out. */
#include "catalog/notation_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a plain form --------------------------------------------------------- */

/* `param:n`, `?` can be absent, `~` can be empty, `"` quoted, ranges in {}. */
static void put_field(FILE *out, const struct catalog_field *field)
{
    static const char *const kinds[] = {"param", "literal", "keyword", "set"};
    fprintf(out, " %s:%s%s%s%s", kinds[field->kind], field->text, field->quoted ? "\"" : "",
            field->optional ? "?" : "", field->can_be_empty ? "~" : "");
    for (size_t i = 0; i < field->range_count; i++)
        fprintf(out, "{%d,%d}", field->ranges[i].min, field->ranges[i].max);
}

static void expect_record(const char *notation, const char *expected)
{
    struct catalog_record record = {0};
    struct notation_error error;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (notation_parse_record(notation, &record, &error) != 0) {
        fprintf(out, "%zu: %s", error.offset, error.text);
    } else {
        fprintf(out, "%s%s", record.name ? record.name : "-", record.has_colon ? ":" : "");
        for (size_t i = 0; i < record.field_count; i++) put_field(out, &record.fields[i]);
        fprintf(out, "%s%s%s", record.has_payload ? " payload" : "",
                record.optional ? " optional" : "", record.repeated ? " repeated" : "");
        assert_string_equal(record.notation, notation);
        free(record.notation);
        free(record.name);
        notation_free_fields(record.fields, record.field_count);
    }
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void expect_syntax(const char *notation, const char *command, const char *expected)
{
    struct catalog_syntax syntax = {0};
    struct notation_error error;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (notation_parse_syntax(notation, command, &syntax, &error) != 0) {
        fprintf(out, "%zu: %s", error.offset, error.text);
    } else {
        fprintf(out, "%d%s%s", syntax.kind, syntax.key ? " key " : "",
                syntax.key ? syntax.key : "");
        for (size_t i = 0; i < syntax.arg_count; i++) put_field(out, &syntax.args[i]);
        free(syntax.text);
        free(syntax.key);
        notation_free_fields(syntax.args, syntax.arg_count);
    }
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

/* ---- records --------------------------------------------------------------- */

static void test_notation_fields_of_each_kind_are_told_apart(void **state)
{
    (void)state;
    expect_record("+X: <a>,\"<b>\",LEN,0,\"recv\"",
                  "+X: param:a param:b\" literal:LEN literal:0 keyword:recv");
    expect_record("+X: (0-4),(\"a\",\"b\"),(0,1)s", "+X: set:(0-4) set:(\"a\",\"b\") set:(0,1)s");
    expect_record("+X: (0-4),,(0,1)", "+X: set:(0-4) set: set:(0,1)");
}

static void test_notation_names_end_at_the_colon(void **state)
{
    (void)state;
    expect_record("OK", "OK");
    expect_record("NO CARRIER", "NO CARRIER");
    expect_record("+CME ERROR: <err>", "+CME ERROR: param:err");
    expect_record("+APP PDP: <a>,<b>", "+APP PDP: param:a param:b");
    expect_record("*ATREADY: 1", "*ATREADY: literal:1");
    expect_record("+CCH: CCH STOP", "+CCH: literal:CCH STOP");
    expect_record("+E: <a>, RECV EVENT", "+E: param:a literal: RECV EVENT");
}

static void test_notation_bare_record_has_no_name(void **state)
{
    (void)state;
    expect_record("<revision>", "- param:revision");
    expect_record("<a>,\"x\"", "- param:a keyword:x");
}

static void test_notation_result_code_may_carry_fields(void **state)
{
    (void)state;
    expect_record("CONNECT <n><CR><LF><data>", "CONNECT param:n payload");
}

static void test_notation_prompt_is_a_name(void **state)
{
    (void)state;
    expect_record(">", ">");
    expect_record("> ", ">");
}

static void test_notation_brackets_say_optional_or_empty(void **state)
{
    (void)state;
    expect_record("+X: <a>[,<b>[,<c>]]", "+X: param:a param:b? param:c?");
    expect_record("+X: <a>,[<b>]", "+X: param:a param:b~");
    expect_record("+X: <a>[,[<b>],[<c>]]", "+X: param:a param:b?~ param:c?~");
    expect_record("+X: <a>,[<b>][,[<c>]]", "+X: param:a param:b~ param:c?~");
    expect_record("+X: [<a>,]<b>", "+X: param:a? param:b");
    expect_record("+X: [<a>],<b>", "+X: param:a~ param:b");
    expect_record("+X: [<a>]", "+X: param:a?~");
    expect_record("+X: [<a>[,<b>]]", "+X: param:a?~ param:b?");
}

static void test_notation_marks_of_whole_records_are_read(void **state)
{
    (void)state;
    expect_record("[+X: <a>]", "+X: param:a optional");
    expect_record("[+X: <a>[,<b>] ...]", "+X: param:a param:b? optional repeated");
    expect_record("[+X: <a>] ...", "+X: param:a optional repeated");
    expect_record("+X: <a> ...", "+X: param:a repeated");
    expect_record("[<a>]", "- param:a optional");
}

static void test_notation_payload_is_counted_by_the_field_before(void **state)
{
    (void)state;
    expect_record("+X: <n><CR><LF><data>", "+X: param:n payload");
    expect_record("+X: DATA,<n><CR><LF><data> ...", "+X: literal:DATA param:n payload repeated");
    expect_record("+X: <a>[,<n><CR><LF><data>]", "+X: param:a param:n? payload");
    expect_record("+X: LEN<CR><LF><data>",
                  "7: payload without a length; expected a parameter before it");
    expect_record("+X: <n><CR><LF>", "15: expected <data> after <CR><LF>");
    expect_record("+X: <n><CR><LF><data>,<a>", "21: text after a payload; expected the end");
}

static void test_notation_ranges_narrow_a_parameter(void **state)
{
    (void)state;
    expect_record("+X: <a=0>", "+X: param:a{0,0}");
    expect_record("+X: <a=701..719>,<b=-1..>", "+X: param:a{701,719} param:b{-1,2147483647}");
    expect_record("+X: <a=9,0..3,4,0x10>", "+X: param:a{0,4}{9,9}{16,16}");
    expect_record("+X: <a=>", "7: bad range; expected a number, MIN..MAX or MIN..");
    expect_record("+X: <a=5..4>", "7: bad range; expected the smaller number first");
    expect_record("+X: <a=1-4>", "8: bad range; expected a number, MIN..MAX or MIN..");
}

static void test_notation_malformed_records_say_where(void **state)
{
    (void)state;
    expect_record("", "0: empty notation; expected a record or a command");
    expect_record("+X: <a", "4: '<' without its '>'");
    expect_record("+X: <>", "5: '<>' without a name; expected the name of a parameter");
    expect_record("+X: <a<b>", "5: '<' within '<'; expected the name of a parameter");
    expect_record("+X: \"a", "4: '\"' without its second");
    expect_record("+X: \"\"", "4: empty keyword; expected text in the quotes");
    expect_record("+X: \"<a>x\"", "8: text after a quoted parameter; expected '\"'");
    expect_record("+X: (0-4", "4: '(' without its ')'");
    expect_record("+X: (0))", "7: ')' without its '('");
    expect_record("+X: <a>[,<b>", "7: '[' without its ']'");
    expect_record("+X: <a>]", "7: ']' without its '['");
    expect_record("+X: <a>[<b>]", "7: unexpected '['; expected ',', '[,' or the end");
    expect_record("+X: <a>b", "7: unexpected 'b'; expected ',', '[,' or the end");
    expect_record("+X: ", "4: expected a field");
    expect_record("+X: ,<a>", "4: expected a field");
    expect_record("+X: []", "5: expected a field");
    expect_record("+X:<a>", "2: expected ': ' after the prefix");
    expect_record("+X <a>", "3: expected ': ' after the prefix");
    expect_record("+X : <a>", "0: space beside a prefix; expected none");
    expect_record("+X: a ,b", "5: space at the end of a field; expected none");
    expect_record("+X: \x01", "4: byte 0x01 in a notation; expected printable ASCII");
    expect_record("+X: \xC3\xA9", "4: byte 0xC3 in a notation; expected printable ASCII");
    expect_record("+ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789: <a>",
                  "0: prefix of 37 bytes; expected at most 32");
    expect_record("+X: 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "43: more than 16 fields");
    expect_record("+X: [[[[[[[[[[[[[[[[[<a>", "20: brackets nested deeper than 16");
}

/* ---- command syntax --------------------------------------------------------- */

static void test_notation_syntax_tells_the_form(void **state)
{
    (void)state;
    expect_syntax("AT+X", "+X", "1");
    expect_syntax("AT+X=<a>[,<b>]", "+X", "2 param:a param:b?");
    expect_syntax("AT+X?", "+X", "4");
    expect_syntax("AT+X=?", "+X", "8");
    expect_syntax("AT+X=[<a>,]<b>", "+X", "2 param:a? param:b");
}

static void test_notation_keyword_as_first_argument_is_a_key(void **state)
{
    (void)state;
    expect_syntax("AT+X=\"URL\",<url>", "+X", "2 key URL keyword:URL param:url");
    expect_syntax("AT+X=\"k\"[,<a>]", "+X", "2 key k keyword:k param:a?");
    expect_syntax("AT+X=<a>,\"k\"", "+X", "2 param:a keyword:k");
    expect_syntax("AT+X=\"<host>\"", "+X", "2 param:host\"");
}

static void test_notation_basic_commands_take_values_directly(void **state)
{
    (void)state;
    expect_syntax("ATE[<value>]", "E", "1 param:value?~");
    expect_syntax("AT&D<n>", "&D", "1 param:n");
    expect_syntax("ATS3=<n>", "S3", "2 param:n");
}

static void test_notation_malformed_syntax_says_where(void **state)
{
    (void)state;
    expect_syntax("+X", "+X", "0: expected the syntax to begin with AT+X");
    expect_syntax("AT+Y", "+X", "2: expected the syntax to begin with AT+X");
    expect_syntax("AT+X=", "+X", "5: expected a field");
    expect_syntax("AT+XY", "+X", "4: unexpected 'Y'; expected '=', '?', '=?' or the end");
    expect_syntax("AT+X=<n><CR><LF><data>", "+X", "22: payload in a command; expected none");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notation_fields_of_each_kind_are_told_apart),
        cmocka_unit_test(test_notation_names_end_at_the_colon),
        cmocka_unit_test(test_notation_bare_record_has_no_name),
        cmocka_unit_test(test_notation_result_code_may_carry_fields),
        cmocka_unit_test(test_notation_prompt_is_a_name),
        cmocka_unit_test(test_notation_brackets_say_optional_or_empty),
        cmocka_unit_test(test_notation_marks_of_whole_records_are_read),
        cmocka_unit_test(test_notation_payload_is_counted_by_the_field_before),
        cmocka_unit_test(test_notation_ranges_narrow_a_parameter),
        cmocka_unit_test(test_notation_malformed_records_say_where),
        cmocka_unit_test(test_notation_syntax_tells_the_form),
        cmocka_unit_test(test_notation_keyword_as_first_argument_is_a_key),
        cmocka_unit_test(test_notation_basic_commands_take_values_directly),
        cmocka_unit_test(test_notation_malformed_syntax_says_where),
    };
    return cmocka_run_group_tests_name("notation", tests, NULL, NULL) != 0;
}
