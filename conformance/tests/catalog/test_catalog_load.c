/* Malformed catalogues: each is refused, with just this complaint. */
#include "catalog/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD    "set: x\ntitle: t\n"
#define PARAMS  "parameters:\n  n: {clause: 1, type: int, range: 0..4}\n"
#define COMMAND "commands:\n  +A:\n    clause: 1\n    forms:\n"
/* One form; its record begins at line 11, column 23. */
#define FORM(syntax) HEAD PARAMS COMMAND "      - syntax: " syntax "\n        variants:\n"
#define RECORD(text) FORM("AT+A") "          - response: [" text "]\n"
#define VARIANT      "          - response: [OK]\n"
#define URC(text)    HEAD PARAMS "urcs:\n  - {notation: " text ", clause: 1}\n"

struct bad {
    const char *name;
    const char *yaml;
    const char *complaint;
};

static const struct bad cases[] = {
    /* ---- YAML --------------------------------------------------------- */
    {"test_load_empty_file_is_refused", "",
     "x.yaml:1:1: empty file; expected a mapping with the key set\n"},
    {"test_load_empty_document_is_refused", "---\n",
     "x.yaml:2:1: empty; expected the keys of a catalogue\n"},
    {"test_load_list_at_top_is_refused", "- set\n",
     "x.yaml:1:1: list; expected the keys of a catalogue\n"},
    {"test_load_second_document_is_refused", HEAD "---\nset: y\n",
     "x.yaml:3:1: second document; expected one\n"},
    {"test_load_anchor_is_refused", HEAD "document: &a text\n",
     "x.yaml:3:11: anchor; expected none\n"},
    {"test_load_alias_is_refused", HEAD "document: *a\n",
     "x.yaml:3:11: alias; expected the text written out\n"},
    {"test_load_tag_is_refused", HEAD "document: !!binary eA==\n",
     "x.yaml:3:11: tag; expected none\n"},
    {"test_load_deep_nesting_is_refused", HEAD "document: [[[[[[[[[[[[[[[[[[[[\n",
     "x.yaml:3:26: nested too deeply\n"},
    {"test_load_open_quote_is_refused", HEAD "document: \"text\n",
     "x.yaml:4:1: found unexpected end of stream while scanning a quoted scalar\n"},
    {"test_load_bad_utf8_is_refused", HEAD "document: \xC3\xA9\xFF\n",
     "x.yaml:3:12: invalid leading UTF-8 octet; expected UTF-8\n"},
    {"test_load_raw_nul_is_refused", HEAD "document: \x01\n",
     "x.yaml:3:11: control characters are not allowed; expected UTF-8\n"},
    {"test_load_escaped_nul_is_refused", HEAD "document: \"a\\0b\"\n",
     "x.yaml:3:11: control character 0x00; expected text\n"},
    {"test_load_byte_order_mark_and_crlf_are_skipped",
     "\xEF\xBB\xBFset: x\r\ntitle: t\r\nurcs:\r\n  - {notation: '+A: <', clause: 1}\r\n",
     "x.yaml:4:21: '<' without its '>'\n"},
    {"test_load_double_key_is_refused", HEAD "document: a\ntitle: b\n",
     "x.yaml:4:1: key \"title\" is there twice; first in line 2\n"},
    /* ---- keys --------------------------------------------------------- */
    {"test_load_unknown_key_is_refused", HEAD "urc: []\n",
     "x.yaml:3:1: unknown key \"urc\" in a catalogue; expected one of set, title, document, "
     "editions, vendors, parameters, tables, results, commands, urcs, secrets, errata, clauses\n"},
    {"test_load_missing_title_is_refused", "set: x\n",
     "x.yaml:1:1: missing title; expected it in a catalogue\n"},
    {"test_load_empty_text_is_refused", "set: x\ntitle:\n", "x.yaml:2:7: empty; expected text\n"},
    {"test_load_bad_set_name_is_refused", "set: a b\ntitle: t\n",
     "x.yaml:1:6: bad name; expected printable ASCII without spaces and \"<>=@\\\n"},
    {"test_load_commands_as_list_is_refused", HEAD "commands: [a]\n",
     "x.yaml:3:11: list; expected a mapping of commands\n"},
    {"test_load_command_without_clause_is_refused",
     HEAD "commands:\n  +A:\n    forms:\n      - syntax: AT+A\n        variants:\n" VARIANT,
     "x.yaml:5:5: missing clause; expected it in a command\n"},
    {"test_load_urc_without_clause_is_refused", HEAD "urcs:\n  - notation: RDY\n",
     "x.yaml:4:5: missing clause; expected it in an unsolicited result code\n"},
    {"test_load_double_command_is_refused", FORM("AT+A") VARIANT "  +A: {clause: 2}\n",
     "x.yaml:12:3: key \"+A\" is there twice; first in line 6\n"},
    {"test_load_bad_flag_is_refused", FORM("AT+A") VARIANT "        continues: maybe\n",
     "x.yaml:12:20: unknown \"maybe\"; expected one of false, true\n"},
    {"test_load_bad_time_is_refused", FORM("AT+A") VARIANT "        time_limit: 2 s\n",
     "x.yaml:12:21: bad time \"2 s\"; expected milliseconds, a multiple of 100 up to 6553500\n"},
    {"test_load_time_between_steps_is_refused", FORM("AT+A") VARIANT "        time_limit: 250\n",
     "x.yaml:12:21: bad time \"250\"; expected milliseconds, a multiple of 100 up to 6553500\n"},
    {"test_load_time_beyond_the_tables_is_refused",
     FORM("AT+A") VARIANT "        time_limit: 6553600\n",
     "x.yaml:12:21: bad time \"6553600\"; expected milliseconds, a multiple of 100 up to "
     "6553500\n"},
    {"test_load_time_as_list_is_refused", FORM("AT+A") VARIANT "        time_limit: [100]\n",
     "x.yaml:12:21: list; expected milliseconds\n"},
    {"test_load_unknown_upload_is_refused", FORM("AT+A=<n>") VARIANT "        upload: size\n",
     "x.yaml:12:17: upload \"size\" is no argument; expected one of the syntax, or ctrl-z\n"},
    {"test_load_unknown_kind_is_refused", FORM("AT+A") VARIANT "        kind: set\n",
     "x.yaml:12:15: unknown \"set\"; expected one of execute, write, read, test\n"},
    {"test_load_unknown_edition_is_refused", FORM("AT+A") VARIANT "        edition: v2\n",
     "x.yaml:9:9: unknown edition \"v2\"; none is defined\n"},
    {"test_load_unknown_vendor_is_refused",
     HEAD "vendors: {acme: {manufacturer: Acme}}\n" COMMAND
          "      - {syntax: AT+A, variants: [{response: [OK]}]}\n"
          "    vendor: acne\n",
     "x.yaml:5:3: unknown vendor \"acne\"; expected one of acme\n"},
    {"test_load_vendor_without_a_manufacturer_is_refused", HEAD "vendors: {acme: {}}\n",
     "x.yaml:3:17: missing manufacturer; expected it in a vendor\n"},
    {"test_load_unknown_edition_of_a_command_is_told_once",
     HEAD "editions: {a: {document: A}, b: {document: B}}\n" COMMAND
          "      - {syntax: AT+A, variants: [{response: [OK]}]}\n"
          "      - {syntax: AT+A?, variants: [{response: [OK]}]}\n"
          "    edition: v2\n",
     "x.yaml:5:3: unknown edition \"v2\"; expected one of a, b\n"},
    {"test_load_nine_variants_are_refused",
     FORM("AT+A") VARIANT VARIANT VARIANT VARIANT VARIANT VARIANT VARIANT VARIANT VARIANT,
     "x.yaml:19:13: more than 8 variants of one form\n"},
    {"test_load_form_without_variants_is_refused",
     HEAD PARAMS COMMAND "      - syntax: AT+A\n        variants: []\n",
     "x.yaml:10:19: no variants; expected 1 to 8\n"},
    {"test_load_empty_response_is_refused", RECORD(""),
     "x.yaml:11:23: 0 records; expected 1 to 250\n"},
    {"test_load_record_as_list_is_refused", RECORD("[OK]"),
     "x.yaml:11:24: list; expected a record or a result code\n"},
    {"test_load_record_that_is_a_mapping_asks_for_quotes", RECORD("+A: <n>,<n>, OK"),
     "x.yaml:11:24: a colon makes this a mapping; put the record in quotes\n"},
    {"test_load_record_in_a_block_that_is_a_mapping_asks_for_quotes",
     FORM("AT+A") "          - response:\n              - +A: <n>,<n>\n              - OK\n",
     "x.yaml:12:17: a colon makes this a mapping; put the record in quotes\n"},
    {"test_load_urc_that_is_a_mapping_asks_for_quotes",
     HEAD "urcs:\n  - notation: +A: <n>\n    clause: 1\n",
     "x.yaml:4:17: a colon makes this a mapping; put the text in quotes\n"},
    {"test_load_urc_in_braces_that_is_a_mapping_asks_for_quotes",
     HEAD "urcs: [{notation: +A: <n>, clause: 1}]\n",
     "x.yaml:3:21: did not find expected ',' or '}' while parsing a flow mapping; put texts with a "
     "colon in quotes\n"},
    {"test_load_double_form_is_refused",
     FORM("AT+A") VARIANT "      - syntax: AT+A\n        variants:\n" VARIANT,
     "x.yaml:12:17: form is there twice; first in line 9\n"},
    /* ---- parameters --------------------------------------------------- */
    {"test_load_unknown_type_is_refused", HEAD "parameters:\n  n: {clause: 1, type: number}\n",
     "x.yaml:4:24: unknown \"number\"; expected one of int, hex, string, word, any, code, rest\n"},
    {"test_load_param_without_clause_is_refused", HEAD "parameters:\n  n: {type: int}\n",
     "x.yaml:4:3: missing clause; expected it in a parameter\n"},
    {"test_load_bad_range_is_refused",
     HEAD "parameters:\n  n: {clause: 1, type: int, range: 0-4}\n",
     "x.yaml:4:37: bad range; expected a number, MIN..MAX or MIN..\n"},
    {"test_load_reversed_range_is_refused",
     HEAD "parameters:\n  n: {clause: 1, type: int, range: [0, 9..7]}\n",
     "x.yaml:4:40: bad range; expected the smaller number first\n"},
    {"test_load_range_beyond_32_bits_is_refused",
     HEAD "parameters:\n  n: {clause: 1, type: int, range: 0..2147483648}\n",
     "x.yaml:4:39: number out of range; expected one within 32 bits, signed\n"},
    {"test_load_range_of_rest_is_refused",
     HEAD "parameters:\n  n: {clause: 1, type: rest, range: 0..4}\n",
     "x.yaml:4:3: range of <n>; expected none with its type\n"},
    {"test_load_negative_size_is_refused",
     HEAD "parameters:\n  n: {clause: 1, type: string, range: -1..4}\n",
     "x.yaml:4:3: negative range of <n>; expected one from 0\n"},
    {"test_load_code_out_of_range_is_refused",
     HEAD "parameters:\n  n: {clause: 1, type: int, range: 0..1, values: {0: a, 2: b}}\n",
     "x.yaml:4:57: code 2 is out of the range of <n>\n"},
    {"test_load_default_out_of_range_is_refused",
     HEAD "parameters:\n  n: {clause: 1, type: int, range: 0..1, default: 2}\n",
     "x.yaml:4:3: default 2 is out of the range of <n>\n"},
    {"test_load_unknown_table_is_refused",
     HEAD "parameters:\n  n: {clause: 1, type: int, values: {table: codes}}\n",
     "x.yaml:4:3: unknown table \"codes\"; none is defined\n"},
    {"test_load_unknown_table_is_told_with_those_there_are",
     HEAD "tables:\n  c: {clause: 1, values: {0: a}}\n  d: {clause: 1, values: {0: a}}\n"
          "parameters:\n  n: {clause: 1, type: int, values: {table: codes}}\n",
     "x.yaml:7:3: unknown table \"codes\"; expected one of c, d\n"},
    /* ---- notation ----------------------------------------------------- */
    {"test_load_undefined_param_is_refused", RECORD("'+A: <n>,<m>'"),
     "x.yaml:11:33: <m> is not defined; expected it among the parameters\n"},
    {"test_load_undefined_argument_is_refused", FORM("AT+A=<n>[,<m>]") VARIANT,
     "x.yaml:9:27: <m> is not defined; expected it among the parameters\n"},
    {"test_load_escapes_count_as_columns", RECORD("\"+A: \\\"k\\\",\\u003Cn>,<m>\""),
     "x.yaml:11:44: <m> is not defined; expected it among the parameters\n"},
    {"test_load_doubled_quotes_count_as_columns", URC("'+A: it''s,<m>'"),
     "x.yaml:6:27: <m> is not defined; expected it among the parameters\n"},
    {"test_load_folded_record_complains_at_its_start", RECORD("\"+A: <n>,\\\n <m>\""),
     "x.yaml:11:24: <m> is not defined; expected it among the parameters\n"},
    {"test_load_undefined_in_one_edition_is_refused",
     "set: x\ntitle: t\neditions: {a: {document: A}, b: {document: B}}\n"
     "parameters:\n  n@a: {clause: 1, type: int}\nurcs:\n  - {notation: '+A: <n>', clause: 1}\n",
     "x.yaml:7:21: <n> is not defined in edition b; expected it among the parameters\n"},
    {"test_load_narrowed_out_of_range_is_refused", RECORD("'+A: <n=3..5>'"),
     "x.yaml:11:29: <n> narrowed to values out of its range\n"},
    {"test_load_quoted_number_is_refused", RECORD("'+A: \"<n>\"'"),
     "x.yaml:11:29: <n> in quotes; expected a parameter of type string\n"},
    {"test_load_range_outside_test_form_is_refused", RECORD("'+A: (0-4)'"),
     "x.yaml:11:29: range in a field; expected it in a test form alone\n"},
    {"test_load_empty_field_outside_test_form_is_refused", RECORD("'+A: <n>,,<n>'"),
     "x.yaml:11:33: empty field; expected one\n"},
    {"test_load_wrong_command_in_syntax_is_refused", FORM("AT+B=<n>") VARIANT,
     "x.yaml:9:19: expected the syntax to begin with AT+A\n"},
    {"test_load_double_urc_is_refused",
     HEAD "urcs:\n  - {notation: RDY, clause: 1}\n  - {notation: RDY, clause: 2}\n",
     "x.yaml:5:5: unsolicited result code is there twice; first in line 4\n"},
    {"test_load_payload_counted_by_text_is_refused",
     HEAD "parameters:\n  s: {clause: 1, type: string}\n"
          "urcs:\n  - {notation: '+A: <s><CR><LF><data>', clause: 1}\n",
     "x.yaml:6:21: <s> counts a payload; expected a parameter of type int\n"},
    /* ---- secrets ------------------------------------------------------ */
    {"test_load_secret_of_unknown_kind_is_refused",
     HEAD "parameters: {n: {clause: 1, type: int, secret: pin}}\n",
     "x.yaml:3:48: unknown \"pin\"; expected one of password, user, token, key, imei, imsi, iccid, "
     "number, position, card, message\n"},
    {"test_load_secret_of_form_without_upload_is_refused",
     HEAD "commands:\n  +A:\n    clause: 1\n    forms:\n      - syntax: AT+A\n"
          "        secret: key\n        variants:\n" VARIANT,
     "x.yaml:7:9: secret in a form without upload; expected it of a parameter\n"},
    {"test_load_place_of_unknown_kind_is_refused",
     HEAD "secrets:\n  - {clause: 1, command: 'AT+A=<pasword>,<user>'}\n",
     "x.yaml:4:5: <pasword> is no kind of secret; expected one, or -\n"},
    {"test_load_place_without_secret_is_refused",
     HEAD "secrets:\n  - {clause: 1, command: AT+A=-}\n",
     "x.yaml:4:5: names no secret; expected <KIND> in a command or a notation\n"},
    {"test_load_place_of_no_command_is_refused",
     HEAD "secrets:\n  - {clause: 1, command: +A=<user>, notation: '+A: <user>'}\n",
     "x.yaml:4:26: expected the syntax to begin with AT\n"},
    {"test_load_place_without_prefix_and_after_is_refused",
     HEAD "secrets:\n  - {clause: 1, notation: <imsi>}\n  - {clause: 1, command: AT+A=<user>, "
          "after: +B}\n",
     "x.yaml:4:5: notation without a prefix; expected \"after\" with it\n"
     "x.yaml:5:5: \"after\" without a notation\n"},
    {"test_load_several_errors_are_all_told",
     HEAD "urcs:\n  - {notation: '+A: <', clause: 1}\n  - {notation: RDY}\n",
     "x.yaml:4:21: '<' without its '>'\n"
     "x.yaml:5:5: missing clause; expected it in an unsolicited result code\n"},
    {"test_load_errors_are_told_in_the_order_of_lines",
     HEAD "urcs:\n  - {notation: '+A: <', clause: 1}\n  - {notation: RDY}\n"
          "parameters: {n: {clause: 1, type: x}}\nfoo: 1\neditions: []\n",
     "x.yaml:4:21: '<' without its '>'\n"
     "x.yaml:5:5: missing clause; expected it in an unsolicited result code\n"
     "x.yaml:6:35: unknown \"x\"; expected one of int, hex, string, word, any, code, rest\n"
     "x.yaml:7:1: unknown key \"foo\" in a catalogue; expected one of set, title, document, "
     "editions, vendors, parameters, tables, results, commands, urcs, secrets, errata, clauses\n"
     "x.yaml:8:11: list; expected a mapping of editions\n"},
};
#define CASE_COUNT (sizeof cases / sizeof *cases)

/* Loads, and gives what was complained of. */
static char *complaints_of(const char *yaml, size_t size, int *status)
{
    char *text = NULL;
    size_t text_size = 0;
    FILE *out = open_memstream(&text, &text_size);
    struct catalog_errors errors = {.out = out};
    struct catalog_model *model = catalog_new();
    *status = catalog_load_memory(model, "x.yaml", yaml, size, &errors);
    assert_int_equal(model->set_count, *status == 0);
    catalog_free(model);
    fclose(out);
    return text;
}

static void run_case(void **state)
{
    const struct bad *bad = *state;
    int status;
    char *complaint = complaints_of(bad->yaml, strlen(bad->yaml), &status);
    assert_string_equal(complaint, bad->complaint);
    assert_int_equal(status, -1);
    free(complaint);
}

/* Without its fault the frame of the cases is a catalogue. */
static void test_load_sound_file_is_taken(void **state)
{
    static const char *const sound[] = {RECORD("'+A: <n>', OK"), FORM("AT+A=<n>") VARIANT,
                                        URC("'+A: <n>'"), HEAD};
    (void)state;
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
        int status;
        char *complaint = complaints_of(sound[i], strlen(sound[i]), &status);
        assert_string_equal(complaint, "");
        assert_int_equal(status, 0);
        free(complaint);
    }
}

static void test_load_every_cut_of_a_file_ends_in_a_verdict(void **state)
{
    static const char whole[] = RECORD("\"+A: \\\"k\\\",<n>[,<n>]\", OK");
    (void)state;
    for (size_t size = 0; size < sizeof whole; size++) {
        char *exact = malloc(size + 1); /* so that a read beyond it is seen */
        memcpy(exact, whole, size);
        exact = realloc(exact, size ? size : 1);
        int status;
        char *complaint = complaints_of(exact, size, &status);
        assert_int_equal(status == 0, complaint[0] == '\0');
        free(complaint);
        free(exact);
    }
}

static void test_load_large_file_is_refused(void **state)
{
    size_t size = CATALOG_FILE_SIZE_MAX + 1;
    char *bytes = malloc(size);
    int status;
    (void)state;
    memset(bytes, '\n', size);
    char *complaint = complaints_of(bytes, size, &status);
    assert_string_equal(complaint, "x.yaml:1:1: file of more than 1048576 bytes\n");
    assert_int_equal(status, -1);
    free(complaint);
    free(bytes);
}

static void test_load_long_line_is_refused(void **state)
{
    static char bytes[CATALOG_LINE_SIZE_MAX + 9] = "set: x\n";
    int status;
    (void)state;
    memset(bytes + 7, '#', CATALOG_LINE_SIZE_MAX + 1);
    char *complaint = complaints_of(bytes, strlen(bytes), &status);
    assert_string_equal(complaint, "x.yaml:2:1: line of more than 4096 bytes\n");
    assert_int_equal(status, -1);
    free(complaint);
}

static void test_load_many_errors_are_counted_not_written(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    fputs(HEAD "urcs:\n", out);
    for (int i = 0; i < 50; i++) fputs("  - {}\n", out);
    fclose(out);
    struct catalog_errors errors = {0};
    struct catalog_model *model = catalog_new();
    assert_int_equal(catalog_load_memory(model, "x.yaml", text, size, &errors), -1);
    assert_int_equal(errors.count, 100);
    int status;
    char *complaint = complaints_of(text, size, &status);
    size_t lines = 0;
    for (const char *at = complaint; *at; at++) lines += *at == '\n';
    assert_int_equal(lines, CATALOG_ERROR_MAX);
    catalog_free(model);
    free(complaint);
    free(text);
}

static void test_load_missing_file_is_told(void **state)
{
    char text[120] = "";
    (void)state;
    FILE *out = fmemopen(text, sizeof text, "w");
    struct catalog_errors errors = {.out = out, .prefix = "atproof: "};
    struct catalog_model *model = catalog_new();
    assert_int_equal(catalog_load_file(model, "/nowhere/x.yaml", &errors), -1);
    fclose(out);
    assert_string_equal(text, "atproof: /nowhere/x.yaml: cannot open: No such file or directory\n");
    catalog_free(model);
}

static void test_load_set_twice_is_refused(void **state)
{
    char text[120] = "";
    (void)state;
    FILE *out = fmemopen(text, sizeof text, "w");
    struct catalog_errors errors = {.out = out};
    struct catalog_model *model = catalog_new();
    assert_int_equal(catalog_load_memory(model, "a.yaml", HEAD, strlen(HEAD), &errors), 0);
    assert_int_equal(catalog_load_memory(model, "b.yaml", HEAD, strlen(HEAD), &errors), -1);
    fclose(out);
    assert_int_equal(model->set_count, 1);
    assert_string_equal(text, "b.yaml:1:1: set \"x\" is there already, from a.yaml\n");
    catalog_free(model);
}

/* The ids of generated cases have the label: without one the file could be loaded, and
 * `catalog --cases` ended by SIGSEGV. */
static void test_load_variant_without_label_is_named_by_its_place(void **state)
{
    struct catalog_errors errors = {0};
    static const char text[] = FORM("AT+A") "          - {label: x, response: [OK]}\n" VARIANT;
    (void)state;
    struct catalog_model *model = catalog_new();
    assert_int_equal(catalog_load_memory(model, "x.yaml", text, sizeof text - 1, &errors), 0);
    const struct catalog_form *form = &model->sets[0]->commands[0].forms[0];
    assert_string_equal(form->variants[0].label, "x");
    assert_string_equal(form->variants[1].label, "2");
    catalog_free(model);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_load_sound_file_is_taken),
        cmocka_unit_test(test_load_every_cut_of_a_file_ends_in_a_verdict),
        cmocka_unit_test(test_load_large_file_is_refused),
        cmocka_unit_test(test_load_long_line_is_refused),
        cmocka_unit_test(test_load_many_errors_are_counted_not_written),
        cmocka_unit_test(test_load_missing_file_is_told),
        cmocka_unit_test(test_load_set_twice_is_refused),
        cmocka_unit_test(test_load_variant_without_label_is_named_by_its_place),
    };
    struct CMUnitTest tests[CASE_COUNT];
    for (size_t i = 0; i < CASE_COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = run_case,
                                       .initial_state = (void *)(uintptr_t)&cases[i]};
    int failed = cmocka_run_group_tests_name("load, malformed", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("load", others, NULL, NULL) != 0;
}
