/* The rules of compiling, each on a small catalogue. What was compiled is
 * written out in a plain form: a line a record. */
#include "catalog_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- records and roles ------------------------------------------------------ */

static void test_compile_record_before_and_after_ok_is_async(void **state)
{
    (void)state;
    expect_only(SET PARAMS X "      - syntax: AT+X\n        variants:\n"
                             "          - response: ['+X: <a>', OK]\n"
                             "          - response: [OK, '+X: <a>']\n"
                             "          - response: ['+X: <a>,<b>', OK]\n",
                "+X",
                "async 1 AT+X a:int{0,4}\n"
                "info 1 AT+X a:int{0,4} b:int{0,0}{10,19}\n");
}

static void test_compile_record_after_ok_of_continuing_form_is_info(void **state)
{
    struct compiled_catalog *c = compile_sample(
        SET PARAMS X "      - syntax: AT+X\n        continues: true\n        variants:\n"
                     "          - response: [OK, '+X: <a><CR><LF><data> ...', '+X: 0']\n",
        NULL, NULL);
    (void)state;
    expect_records(c, "+X",
                   "info 1 AT+X 0:literal\n"
                   "info 1 AT+X a:int{0,4} payload 1\n");
    const struct atp_form *form = form_of(c, "+X", 0);
    assert_int_equal(form->flags, 0);
    const struct atp_variant *variant = &c->catalog.variants[form->variant];
    assert_int_equal(variant->element_count, 3);
    assert_true(c->catalog.elements[variant->element + 1] & ATP_ELEMENT_REPEATED);
    compiled_catalog_free(c);
}

static void test_compile_record_of_two_forms_is_one(void **state)
{
    (void)state;
    expect_only(SET PARAMS X
                "      - {syntax: AT+X, variants: [{response: ['+X: <a>', OK]}]}\n"
                "      - {syntax: AT+X?, variants: [{response: ['[+X: <a> ...]', OK]}]}\n",
                "+X", "info 5 AT+X a:int{0,4}\n");
}

static void test_compile_record_and_urc_are_two(void **state)
{
    (void)state;
    expect_only(SET PARAMS X "      - {syntax: AT+X, variants: [{response: ['+X: <a>', OK]}]}\n"
                             "urcs:\n  - {notation: '+X: <a>', clause: 2}\n"
                             "  - {notation: '+X: <a>,\"k\"', clause: 2}\n",
                "+X",
                "urc 0 a:int{0,4} k:keyword\n"
                "urc 0 a:int{0,4}\n"
                "info 1 AT+X a:int{0,4}\n");
}

static void test_compile_records_with_more_literals_go_first(void **state)
{
    (void)state;
    expect_only(SET PARAMS "urcs:\n  - {notation: '+X: <a>', clause: 1}\n"
                           "  - {notation: '+X: LEN,<a>', clause: 1}\n"
                           "  - {notation: '+X: <s>', clause: 1}\n"
                           "  - {notation: '+X: LEN,\"k\"', clause: 1}\n",
                "+X",
                "urc 0 LEN:literal k:keyword\n"
                "urc 0 LEN:literal a:int{0,4}\n"
                "urc 0 a:int{0,4}\n"
                "urc 0 s:string{1,8}\n");
}

static void test_compile_unasked_records_go_before_answers_and_those_before_tests(void **state)
{
    (void)state;
    expect_only(SET PARAMS X
                "      - {syntax: AT+X=?, variants: [{response: ['+X: (0-4),\"k\"', OK]}]}\n"
                "      - {syntax: AT+X?, variants: [{response: ['+X: \"k\",<a>', OK]}]}\n"
                "      - {syntax: AT+X, variants: [{response: [OK, '+X: <s>']}]}\n",
                "+X",
                "async 1 AT+X s:string{1,8}\n"
                "info 4 AT+X k:keyword a:int{0,4}\n"
                "info 8 AT+X :set :set\n");
}

static void test_compile_bare_record_is_under_its_command(void **state)
{
    struct compiled_catalog *c = compile_sample(
        SET PARAMS X "      - {syntax: AT+X=?, variants: [{response: ['+X: (0-3)', OK]}]}\n"
                     "      - {syntax: AT+X, variants: [{response: [<r>, OK]}]}\n",
        NULL, NULL);
    (void)state;
    assert_int_equal(find_sample_name(c, "+X")->flags, ATP_NAME_BARE);
    expect_records(c, "+X", "info 1 AT+X r:rest\ninfo 8 AT+X :set\n");
    compiled_catalog_free(c);
}

static void test_compile_record_of_other_command_keeps_both(void **state)
{
    struct compiled_catalog *c = compile_sample(
        SET PARAMS X "      - {syntax: AT+X, variants: [{response: [OK, '[+Y: <a>]']}]}\n"
                     "  +Y:\n    clause: 1\n    forms:\n"
                     "      - {syntax: AT+Y, variants: [{response: ['+Y: <a>', OK]}]}\n",
        NULL, NULL);
    (void)state;
    expect_records(c, "+Y", "async 1 AT+X a:int{0,4}\ninfo 1 AT+Y a:int{0,4}\n");
    expect_records(c, "+X", "");
    compiled_catalog_free(c);
}

/* ---- prompts and uploads ------------------------------------------------------ */

static void test_compile_plain_record_of_uploading_form_is_prompt(void **state)
{
    struct compiled_catalog *c = compile_sample(
        SET PARAMS "commands:\n  +X:\n    clause: 1\n    time_limit: 1300\n    forms:\n"
                   "      - syntax: AT+X=<s>[,<a>]\n        upload: a\n        variants:\n"
                   "          - response: ['> ', OK]\n"
                   "          - response: [DOWNLOAD, OK]\n"
                   "          - response: [CONNECT, OK]\n"
                   "      - syntax: AT+X=\"k\",<a>\n        upload: ctrl-z\n"
                   "        time_limit: 300\n        variants:\n"
                   "          - response: ['> ', OK]\n",
        NULL, NULL);
    (void)state;
    expect_records(c, ">", "prompt 2 AT+X\n");
    expect_records(c, "DOWNLOAD", "prompt 2 AT+X\n");
    expect_records(c, "CONNECT", "result 0 =3 text:rest?\n");
    const struct atp_form *counted = form_of(c, "+X", 0);
    const struct atp_form *ended = form_of(c, "+X", 1);
    assert_int_equal(counted->flags, ATP_FORM_UPLOAD);
    assert_int_equal(counted->upload, 2);
    assert_int_equal(counted->key, 0);
    assert_int_equal(counted->time_limit, 13);
    assert_int_equal(ended->upload, 0);
    assert_int_equal(ended->time_limit, 3);
    assert_string_equal(c->catalog.text + ended->key, "k");
    compiled_catalog_free(c);
}

/* A last word is a result code, as is one that an unsolicited one bears. */
static void test_compile_word_that_ends_an_uploading_form_is_no_prompt(void **state)
{
    (void)state;
#define UPLOAD(response)                                                                           \
    SET PARAMS "commands:\n  +X:\n    clause: 1\n    forms:\n"                                     \
               "      - syntax: AT+X=<a>\n        upload: a\n        variants:\n"                  \
               "          - response: [" response "]\n"
    compile_sample(UPLOAD("EROR"), NULL,
                   "x.yaml:15:24: unknown result code \"EROR\"; expected one of OK, CONNECT, "
                   "+CME ERROR, ERROR, SHUT OK, CONNECT OK, CLOSED\n");
    compile_sample(UPLOAD("DOWNLOAD, EROR"), NULL,
                   "x.yaml:15:34: unknown result code \"EROR\"; expected one of OK, CONNECT, "
                   "+CME ERROR, ERROR, SHUT OK, CONNECT OK, CLOSED\n");
    compile_sample(UPLOAD("OK, '> '"), NULL,
                   "x.yaml:15:29: prompt after another record; expected it to be the first\n");
    compiled_catalog_free(compile_sample(UPLOAD("'> '"), NULL, NULL));
    struct compiled_catalog *c =
        compile_sample(UPLOAD("WAIT, OK") "urcs:\n  - {notation: WAIT, clause: 1}\n", NULL, NULL);
    expect_records(c, "WAIT", "urc 0\ninfo 2 AT+X\n");
    compiled_catalog_free(c);
#undef UPLOAD
}

/* ---- result codes ------------------------------------------------------------- */

static void test_compile_result_codes_have_their_value(void **state)
{
    struct compiled_catalog *c = compile_sample(SET, NULL, NULL);
    (void)state;
    expect_records(c, "OK", "result 0 =1\n");
    expect_records(c, "ERROR", "result 0 =2\n");
    expect_records(c, "+CME ERROR", "result 0 =2 err:code{0,2147483647}\n");
    expect_records(c, "SHUT OK", "result 0 =13\n");
    expect_records(c, "CLOSED", "urc 0 =10\n");
    expect_records(c, "CONNECT OK", "urc 0\n");
    assert_int_equal(find_sample_name(c, "CONNECT")->flags, ATP_NAME_TAIL);
    compiled_catalog_free(c);
}

static void test_compile_numeric_forms_share_the_record(void **state)
{
    struct compiled_catalog *c = compile_sample(SET, NULL, NULL);
    (void)state;
    assert_int_equal(find_sample_name(c, "0")->flags, ATP_NAME_NUMERIC);
    assert_int_equal(find_sample_name(c, "0")->record, find_sample_name(c, "OK")->record);
    assert_int_equal(find_sample_name(c, "1")->record, find_sample_name(c, "CONNECT")->record);
    assert_int_equal(find_sample_name(c, "4")->record, find_sample_name(c, "ERROR")->record);
    assert_int_equal(find_sample_name(c, "4")->record_count, 1);
    compiled_catalog_free(c);
}

static void test_compile_element_refers_to_the_result_itself(void **state)
{
    struct compiled_catalog *c = compile_sample(
        SET "parameters: {err: {clause: 9.2, type: code}}\n" X "      - syntax: AT+X\n"
            "        variants:\n          - response: ['+CME ERROR: <err>']\n"
            "          - response: [+CME ERROR]\n          - response: [OK]\n",
        NULL, NULL);
    (void)state;
    const struct atp_form *form = form_of(c, "+X", 0);
    assert_int_equal(form->variant_count, 2); /* the first two are the same */
    const struct atp_variant *variant = &c->catalog.variants[form->variant];
    assert_int_equal(c->catalog.elements[variant[0].element],
                     find_sample_name(c, "+CME ERROR")->record);
    assert_int_equal(c->catalog.elements[variant[1].element], find_sample_name(c, "OK")->record);
    compiled_catalog_free(c);
}

static void test_compile_set_alone_has_results_but_no_commands_of_core(void **state)
{
    struct compiled_catalog *c = compile_sample(SET, NULL, NULL);
    (void)state;
    assert_non_null(find_sample_name(c, "OK"));
    assert_null(find_sample_name(c, "+CORE"));
    assert_null(find_sample_name(c, "RDY"));
    assert_int_equal(c->catalog.command_count, 0);
    compiled_catalog_free(c);
}

/* ---- complaints ---------------------------------------------------------------- */

#define RESPONSE(label, text)                                                                      \
    SET PARAMS X "      - syntax: AT+X\n"                                                          \
                 "        variants:\n          - {label: " label ", response: [" text "]}\n"

#define RESULTS "OK, CONNECT, +CME ERROR, ERROR, SHUT OK, CONNECT OK, CLOSED"

static void test_compile_unknown_words_and_prefixes_are_refused(void **state)
{
    (void)state;
    compile_sample(RESPONSE("a", "OKAY"), NULL,
                   "x.yaml:14:35: unknown result code \"OKAY\"; expected one of " RESULTS "\n");
    compile_sample(RESPONSE("a", "EROR, OK"), NULL,
                   "x.yaml:14:35: unknown result code \"EROR\"; expected one of " RESULTS
                   ", or upload in the form for a prompt\n");
    compile_sample(RESPONSE("a", "'> ', OK"), NULL,
                   "x.yaml:14:36: prompt in a form without upload; expected upload in the form\n");
    compile_sample(RESPONSE("a", "'+Z: <a>', OK"), NULL,
                   "x.yaml:14:36: prefix \"+Z\" is no command's; expected \"+X\"\n");
    compiled_catalog_free(compile_sample(RESPONSE("erratum", "'+Z: <a>', OK"), NULL, NULL));
    compile_sample(
        SET "results:\n  - {notation: X, clause: 1, like: OKAY}\n", NULL,
        "x.yaml:4:5: like: unknown result code \"OKAY\"; expected one such as OK or ERROR\n");
}

static void test_compile_too_many_variants_of_merged_forms_are_refused(void **state)
{
    (void)state;
    compile_sample(SET "editions: {u: {document: U}, v: {document: V}}\n" X
                       "      - syntax: AT+X\n        edition: u\n        variants:\n"
                       "          - response: ['+X: 1', OK]\n          - response: ['+X: 2', OK]\n"
                       "          - response: ['+X: 3', OK]\n          - response: ['+X: 4', OK]\n"
                       "          - response: ['+X: 5', OK]\n"
                       "      - syntax: AT+X\n        edition: v\n        variants:\n"
                       "          - response: ['+X: 1', OK]\n          - response: ['+X: 6', OK]\n"
                       "          - response: ['+X: 7', OK]\n          - response: ['+X: 8', OK]\n"
                       "          - response: ['+X: 9', OK]\n",
                   NULL, "x.yaml:23:13: more than 8 variants of one form, all editions together\n");
}

/* ---- parameters ------------------------------------------------------------------ */

static void test_compile_ranges_are_narrowed_and_hulled(void **state)
{
    struct compiled_catalog *c = compile_sample(
        SET
        "parameters:\n"
        "  four: {clause: 1, type: int, range: [0, 2, 4, 6]}\n"
        "  five: {clause: 1, type: int, range: [0, 2, 4, 6, 8]}\n"
        "  near: {clause: 1, type: hex, range: [0x10..0x1F, 0..15, 99..]}\n"
        "urcs:\n"
        "  - {notation: '+X: <four>,<five>,<near>,<four=2,4>,[<five=8>][,<near>]', clause: 1}\n",
        NULL, NULL);
    (void)state;
    expect_records(c, "+X",
                   "urc 0 four:int{0,0}{2,2}{4,4}{6,6} five:int{0,8} "
                   "near:hex{0,31}{99,2147483647} four:int{2,2}{4,4} five:int~{8,8} "
                   "near:hex?{0,31}{99,2147483647}\n");
    /* Entry 0, 0.. of core, 0 2 4 6, 0..8, 0..31 99.., 8: 2 4 is within the third. */
    assert_int_equal(c->range_count, 10);
    compiled_catalog_free(c);
}

static void test_compile_equal_parameter_runs_are_shared(void **state)
{
    struct compiled_catalog *c =
        compile_sample(SET PARAMS "urcs:\n  - {notation: '+X: <a>,<b>,<s>', clause: 1}\n"
                                  "  - {notation: '+Y: <b>,<s>', clause: 1}\n"
                                  "  - {notation: '+Z: <a>,<b>,<s>', clause: 1}\n",
                       NULL, NULL);
    (void)state;
    unsigned first = c->catalog.records[find_sample_name(c, "+X")->record].param;
    assert_int_equal(c->catalog.records[find_sample_name(c, "+Y")->record].param, first + 1);
    assert_int_equal(c->catalog.records[find_sample_name(c, "+Z")->record].param, first);
    compiled_catalog_free(c);
}

static void test_compile_test_form_fields_are_sets_named_by_the_write_form(void **state)
{
    (void)state;
    expect_only(SET PARAMS X
                "      - {syntax: AT+X=<b>, variants: [{response: [OK]}]}\n"
                "      - {syntax: 'AT+X=\"k\",<a>[,<s>]', variants: [{response: [OK]}]}\n"
                "      - syntax: AT+X=?\n        variants:\n"
                "          - response: ['+X: \"k\",(0-4)[,<r>]', '+X: (0-9),\"K\",', OK]\n",
                "+X",
                "info 8 AT+X k:keyword a:set s:rest?\n"
                "info 8 AT+X b:set :set :set~\n");
}

static void
test_compile_test_form_fields_without_a_write_form_are_named_by_the_answers(void **state)
{
    (void)state;
    expect_only(SET PARAMS X
                "      - syntax: AT+X?\n        variants:\n"
                "          - response: ['+Y: <r>', '+X: \"k\",<s>', OK, '+X: <r>,<r>,<r>']\n"
                "          - response: ['+X: <a>,9', OK]\n"
                "      - {syntax: AT+X, variants: [{response: ['+X: <b>,<b>', OK]}]}\n"
                "      - syntax: AT+X=?\n        variants:\n"
                "          - response: ['+X: (0-4),(1),(2)', OK]\n"
                "urcs: [{notation: '+Y: <r>', clause: 1}]\n",
                "+X",
                "async 4 AT+X r:rest r:rest r:rest\n"
                "info 4 AT+X k:keyword s:string{1,8}\n"
                "info 4 AT+X a:int{0,4} 9:literal\n"
                "info 1 AT+X b:int{0,0}{10,19} b:int{0,0}{10,19}\n"
                "info 8 AT+X a:set b:set :set\n");
}

/* ---- editions --------------------------------------------------------------------- */

static const char two_editions[] =
    "set: x\ntitle: t\neditions: {u: {document: U}, v: {document: V}}\n"
    "parameters:\n  a: {clause: 1, type: int, range: 1..2}\n"
    "  a@v: {clause: 1, type: int, range: 3..4}\n  n: {clause: 1, type: int}\n"
    "commands:\n  +X:\n    clause: 1\n    parameters:\n"
    "      n: {type: string}\n"
    "    forms:\n"
    "      - syntax: AT+X?\n        edition: u\n        time_limit: 100\n        variants:\n"
    "          - {label: u1, response: ['+X: <a>', OK]}\n"
    "          - {label: u2, response: [ERROR]}\n"
    "      - syntax: AT+X?\n        edition: v\n        time_limit: 900\n        variants:\n"
    "          - {label: v1, response: ['+X: <a>', OK]}\n"
    "          - {label: v2, response: [ERROR]}\n"
    "      - {syntax: 'AT+X=\"only\"', edition: v, variants: [{response: [OK]}]}\n"
    "      - {syntax: AT+X, variants: [{response: ['+X: <n>', OK]}]}\n"
    "urcs:\n  - {notation: '+U: <a>', clause: 2, edition: u}\n"
    "  - {notation: '+B: <n>', clause: 2}\n";

static void test_compile_edition_alone_has_its_own(void **state)
{
    struct compiled_catalog *c = compile_sample(two_editions, "v", NULL);
    (void)state;
    expect_records(c, "+X", "info 4 AT+X a:int{3,4}\ninfo 1 AT+X n:string\n");
    assert_null(find_sample_name(c, "+U"));
    expect_records(c, "+B", "urc 0 n:int\n");
    assert_int_equal(c->form_count, 3);
    compiled_catalog_free(c);
}

static void test_compile_editions_together_merge_form_by_form(void **state)
{
    struct compiled_catalog *c = compile_sample(two_editions, NULL, NULL);
    (void)state;
    expect_records(c, "+X",
                   "info 4 AT+X a:int{1,2}\n"
                   "info 1 AT+X n:string\n"
                   "info 4 AT+X a:int{3,4}\n");
    expect_records(c, "+B", "urc 0 n:int\n");
    assert_int_equal(c->form_count, 3);
    const struct atp_form *read = form_of(c, "+X", 0);
    assert_int_equal(read->kind, ATP_FORM_READ);
    assert_int_equal(read->time_limit, 9);
    assert_int_equal(read->variant_count, 3); /* ERROR is there once */
    const struct atp_variant *last = &c->catalog.variants[read->variant + 2];
    assert_string_equal(c->catalog.text + last->label, "v1");
    assert_string_equal(compiled_variant_source(c, read, last)->variant->label, "v1");
    assert_string_equal(compiled_variant_source(c, read, last)->edition, "v");
    compiled_catalog_free(c);
}

static void test_compile_sources_lead_back_to_the_model(void **state)
{
    struct compiled_catalog *c = compile_sample(two_editions, "v", NULL);
    (void)state;
    const struct atp_name *name = find_sample_name(c, "+X");
    size_t record = name->record;
    assert_string_equal(compiled_notation(c, record), "+X: <a>");
    assert_string_equal(c->record_sources[record].set->name, "x");
    assert_string_equal(c->record_sources[record].clause, "1");
    assert_int_equal(compiled_param(c, record, 0)->ranges[0].min, 3);
    assert_null(compiled_param(c, record, 1));
    assert_int_equal(compiled_record_index(c, &c->catalog.records[record]), record);
    compiled_catalog_free(c);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_record_before_and_after_ok_is_async),
        cmocka_unit_test(test_compile_record_after_ok_of_continuing_form_is_info),
        cmocka_unit_test(test_compile_record_of_two_forms_is_one),
        cmocka_unit_test(test_compile_record_and_urc_are_two),
        cmocka_unit_test(test_compile_records_with_more_literals_go_first),
        cmocka_unit_test(test_compile_unasked_records_go_before_answers_and_those_before_tests),
        cmocka_unit_test(test_compile_bare_record_is_under_its_command),
        cmocka_unit_test(test_compile_record_of_other_command_keeps_both),
        cmocka_unit_test(test_compile_plain_record_of_uploading_form_is_prompt),
        cmocka_unit_test(test_compile_word_that_ends_an_uploading_form_is_no_prompt),
        cmocka_unit_test(test_compile_result_codes_have_their_value),
        cmocka_unit_test(test_compile_numeric_forms_share_the_record),
        cmocka_unit_test(test_compile_element_refers_to_the_result_itself),
        cmocka_unit_test(test_compile_set_alone_has_results_but_no_commands_of_core),
        cmocka_unit_test(test_compile_unknown_words_and_prefixes_are_refused),
        cmocka_unit_test(test_compile_too_many_variants_of_merged_forms_are_refused),
        cmocka_unit_test(test_compile_ranges_are_narrowed_and_hulled),
        cmocka_unit_test(test_compile_equal_parameter_runs_are_shared),
        cmocka_unit_test(test_compile_test_form_fields_are_sets_named_by_the_write_form),
        cmocka_unit_test(
            test_compile_test_form_fields_without_a_write_form_are_named_by_the_answers),
        cmocka_unit_test(test_compile_edition_alone_has_its_own),
        cmocka_unit_test(test_compile_editions_together_merge_form_by_form),
        cmocka_unit_test(test_compile_sources_lead_back_to_the_model),
    };
    return cmocka_run_group_tests_name("compile", tests, NULL, NULL) != 0;
}
