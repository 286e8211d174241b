/* What holds of the built-in catalogues, and of all that is made of them. */
#include "catalog/builtin.h"
#include "catalog/emit/emit.h"

#include <atproof/dialects.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROM_SIZE_MAX (12u * 1024u) /* the budget of all four sets */

static const struct {
    const char *dialect;
    const struct atp_catalog *linked;
} built_in[] = {
    {"simcom", &atp_catalog_simcom},
    {"quectel-ugxx", &atp_catalog_quectel_ugxx},
    {"quectel-ec200", &atp_catalog_quectel_ec200},
    {"auto", &atp_catalog_auto},
    {"core", &atp_catalog_core},
    {"simcom-http", &atp_catalog_simcom_http},
    {"simcom-cch", &atp_catalog_simcom_cch},
};
#define BUILT_IN_COUNT (sizeof built_in / sizeof *built_in)

static struct compiled_catalog *open_dialect(const char *name)
{
    struct compiled_catalog *compiled = NULL;
    assert_int_equal(catalog_open_dialect(name, &compiled, stderr), 0);
    return compiled;
}

/* ---- the tables --------------------------------------------------------------- */

static void check_records(const struct compiled_catalog *c)
{
    const struct atp_catalog *catalog = &c->catalog;
    for (unsigned i = 0; i < catalog->record_count; i++) {
        const struct atp_record *record = &catalog->records[i];
        assert_in_range(record->param_count, 0, ATP_FIELD_COUNT_MAX);
        assert_in_range(record->param + record->param_count, 0, c->param_count);
        assert_in_range(record->payload, 0, record->param_count);
        assert_true(record->command < catalog->command_count || record->command == ATP_NONE);
        /* RING alone has a value and is unsolicited (V.250 5.7.3) */
        bool ring = record->role == ATP_ROLE_URC && record->result == ATP_RESULT_RING;
        assert_true(ring
                    || (record->role == ATP_ROLE_RESULT) == (record->result != ATP_RESULT_NONE));
    }
    for (size_t i = 0; i < c->param_count; i++) {
        const struct atp_param *param = &catalog->params[i];
        unsigned last = param->range + ((param->type & ATP_PARAM_INTERVALS) >> 4);
        assert_in_range(param->name, 0, c->text_size - 1);
        assert_in_range(last, 0, c->range_count - 1);
    }
}

static void check_commands(const struct compiled_catalog *c)
{
    const struct atp_catalog *catalog = &c->catalog;
    unsigned next = 0;
    for (unsigned i = 0; i < catalog->command_count; i++) {
        assert_int_equal(catalog->commands[i].form, next);
        assert_int_equal(catalog->names[catalog->commands[i].name].command, i);
        next += catalog->commands[i].form_count;
    }
    assert_int_equal(next, c->form_count);
    for (size_t i = 0; i < c->form_count; i++) {
        const struct atp_form *form = &catalog->forms[i];
        assert_in_range(form->variant_count, 1, ATP_VARIANT_COUNT_MAX);
        assert_in_range(form->variant + form->variant_count, 0, c->variant_count);
    }
    for (size_t i = 0; i < c->variant_count; i++)
        assert_in_range(catalog->variants[i].element + catalog->variants[i].element_count, 1,
                        c->element_count);
    for (size_t i = 0; i < c->element_count; i++)
        assert_in_range(catalog->elements[i] & ATP_ELEMENT_RECORD, 0, catalog->record_count - 1);
}

static void test_builtin_tables_refer_within_their_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        struct compiled_catalog *c = open_dialect(built_in[i].dialect);
        check_records(c);
        check_commands(c);
        assert_int_equal(c->catalog.text[0], '\0');
        assert_int_equal(c->catalog.text[c->text_size - 1], '\0');
        compiled_catalog_free(c);
    }
}

/* Each record belongs to just one name that is no number. */
static void test_builtin_records_have_one_name_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        struct compiled_catalog *c = open_dialect(built_in[i].dialect);
        unsigned count = 0;
        for (unsigned j = 0; j < c->catalog.name_count; j++)
            if (!(c->catalog.names[j].flags & ATP_NAME_NUMERIC))
                count += c->catalog.names[j].record_count;
        assert_int_equal(count, c->catalog.record_count);
        compiled_catalog_free(c);
    }
}

/* ---- names ---------------------------------------------------------------------- */

static bool is_name(const struct atp_catalog *catalog, const char *bytes, size_t size)
{
    for (unsigned i = 0; i < catalog->name_count; i++)
        if (catalog->names[i].size == size
            && memcmp(catalog->text + catalog->names[i].text, bytes, size) == 0)
            return true;
    return false;
}

/* Every name cut short, made longer, and with each of its bytes changed. */
static void expect_only_names(const struct compiled_catalog *c, unsigned index)
{
    const struct atp_name *name = &c->catalog.names[index];
    char bytes[ATP_NAME_SIZE_MAX + 1];
    memcpy(bytes, c->catalog.text + name->text, name->size);
    assert_int_equal(compiled_find_name(c, bytes, name->size), index);
    for (size_t size = 0; size < name->size; size++)
        assert_int_equal(compiled_find_name(c, bytes, size) >= 0,
                         is_name(&c->catalog, bytes, size));
    bytes[name->size] = 'X';
    assert_int_equal(compiled_find_name(c, bytes, name->size + 1u), -1);
    for (size_t i = 0; i < name->size; i++) {
        bytes[i] ^= 0x20;
        assert_int_equal(compiled_find_name(c, bytes, name->size) >= 0,
                         is_name(&c->catalog, bytes, name->size));
        bytes[i] ^= 0x20;
    }
}

static void test_builtin_hash_finds_every_name_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        struct compiled_catalog *c = open_dialect(built_in[i].dialect);
        size_t empty = 0;
        for (unsigned j = 0; j < c->catalog.name_count; j++) expect_only_names(c, j);
        for (size_t j = 0; j < c->slot_count; j++) empty += c->catalog.slots[j] == 0;
        assert_int_equal(empty, c->slot_count - c->catalog.name_count);
        assert_true(empty >= c->catalog.name_count);
        compiled_catalog_free(c);
    }
}

/* ---- size ------------------------------------------------------------------------ */

static void test_builtin_union_stays_in_its_budget(void **state)
{
    struct compiled_catalog *c = open_dialect("auto");
    (void)state;
    assert_in_range(compiled_size(c), 1, ROM_SIZE_MAX);
    compiled_catalog_free(c);
}

/* ---- the emitted texts ------------------------------------------------------------- */

enum format { FORMAT_C, FORMAT_DICT, FORMAT_MARKDOWN, FORMAT_JSON, FORMAT_LIST, FORMAT_COUNT };

static char *emit(const char *name, enum format format)
{
    const struct catalog_dialect *dialect = catalog_find_dialect(name);
    struct compiled_catalog *c = open_dialect(name);
    size_t parts = catalog_part_count(dialect);
    char option[40];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    snprintf(option, sizeof option, "--dialect %s", name);
    const struct catalog_title title = {option, dialect->symbol, true};
    if (format == FORMAT_C) catalog_emit_c(out, c, &title);
    else if (format == FORMAT_DICT) catalog_emit_dict(out, c, &title);
    else if (format == FORMAT_MARKDOWN)
        catalog_emit_markdown(out, c->model, dialect->parts, parts, &title);
    else if (format == FORMAT_JSON) catalog_emit_json(out, c->model, dialect->parts, parts);
    else catalog_emit_list(out, c->model, dialect->parts, parts);
    fclose(out);
    compiled_catalog_free(c);
    return text;
}

static void test_emit_twice_gives_the_same_bytes(void **state)
{
    (void)state;
    for (enum format format = 0; format < FORMAT_COUNT; format++) {
        char *first = emit("auto", format);
        char *second = emit("auto", format);
        assert_true(strlen(first) > 1000);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
}

#define EXPECT_SAME(table, count)                                                                  \
    assert_memory_equal(linked->table, c->catalog.table, (count) * sizeof *linked->table)

/* The sources that are linked here were emitted, and a compiler makes of them
 * the very tables they came from. */
static void test_emit_c_compiles_to_the_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        const struct atp_catalog *linked = built_in[i].linked;
        struct compiled_catalog *c = open_dialect(built_in[i].dialect);
        assert_int_equal(linked->name_count, c->catalog.name_count);
        assert_int_equal(linked->record_count, c->catalog.record_count);
        assert_int_equal(linked->command_count, c->catalog.command_count);
        assert_int_equal(linked->hash_factor, c->catalog.hash_factor);
        assert_int_equal(linked->hash_shift, c->catalog.hash_shift);
        EXPECT_SAME(text, c->text_size);
        EXPECT_SAME(names, c->catalog.name_count);
        EXPECT_SAME(records, c->catalog.record_count);
        EXPECT_SAME(params, c->param_count);
        EXPECT_SAME(ranges, c->range_count);
        EXPECT_SAME(commands, c->catalog.command_count);
        EXPECT_SAME(forms, c->form_count);
        EXPECT_SAME(variants, c->variant_count);
        EXPECT_SAME(elements, c->element_count);
        EXPECT_SAME(slots, c->slot_count);
        compiled_catalog_free(c);
    }
}

static void test_emit_c_keeps_to_100_columns(void **state)
{
    char *text = emit("auto", FORMAT_C);
    (void)state;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        assert_in_range(strlen(line), 1, 100);
    free(text);
}

/* `"token"`, escaped as libFuzzer and AFL++ read it, or a comment. */
static bool is_dict_line(const char *line)
{
    size_t size = strlen(line);
    if (line[0] == '#') return true;
    if (size < 3 || line[0] != '"' || line[size - 1] != '"') return false;
    for (size_t i = 1; i < size - 1; i++) {
        bool is_hex =
            line[i] == '\\' && line[i + 1] == 'x' && strspn(line + i + 2, "0123456789ABCDEF") >= 2;
        bool is_mark = line[i] == '\\' && (line[i + 1] == '\\' || line[i + 1] == '"');
        if (line[i] < 0x20 || line[i] > 0x7E || line[i] == '"'
            || (line[i] == '\\' && !is_hex && !is_mark))
            return false;
        i += is_hex ? 3 : is_mark;
    }
    return true;
}

static void test_emit_dict_lines_are_escaped_tokens(void **state)
{
    char *text = emit("auto", FORMAT_DICT);
    (void)state;
    assert_non_null(strstr(text, "\n\"\\x0D\\x0AOK\\x0D\\x0A\"\n"));
    assert_non_null(strstr(text, "\n\"\\x0D\\x0A+HTTPREAD: \"\n"));
    assert_non_null(strstr(text, "\n\"\\\"recv\\\",\"\n"));
    assert_non_null(strstr(text, "\n\"LEN\"\n"));
    assert_non_null(strstr(text, "\n\"1461\"\n")); /* after the range of an upload */
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(is_dict_line(line));
    free(text);
}

static void test_emit_json_holds_every_set(void **state)
{
    char *text = emit("auto", FORMAT_JSON);
    json_error_t error;
    (void)state;
    json_t *all = json_loads(text, 0, &error);
    assert_non_null(all);
    json_t *sets = json_object_get(all, "sets");
    assert_int_equal(json_array_size(sets), 4);
    json_t *http = json_array_get(sets, 1);
    assert_string_equal(json_string_value(json_object_get(http, "set")), "simcom-http");
    assert_int_equal(json_array_size(json_object_get(http, "commands")), 9);
    json_decref(all);
    free(text);
}

static void test_emit_markdown_has_a_heading_for_every_command(void **state)
{
    char *text = emit("simcom", FORMAT_MARKDOWN);
    struct compiled_catalog *c = open_dialect("simcom");
    size_t headings = 0;
    (void)state;
    for (const char *at = text; (at = strstr(at, "\n### AT")); at++) headings++;
    assert_int_equal(headings, c->catalog.command_count);
    compiled_catalog_free(c);
    free(text);
}

static void test_emit_list_has_a_line_for_every_form(void **state)
{
    char *text = emit("quectel-ugxx", FORMAT_LIST);
    struct compiled_catalog *c = open_dialect("quectel-ugxx");
    size_t lines = 0;
    (void)state;
    for (const char *at = text; *at; at++) lines += *at == '\n';
    assert_int_equal(lines, c->form_count);
    assert_null(strstr(text, "ec200/"));
    assert_non_null(strstr(text, "quectel-ssl/ugxx/2.2.4"));
    compiled_catalog_free(c);
    free(text);
}

/* ---- a user's own ------------------------------------------------------------------- */

static void test_open_file_own_result_goes_before_core(void **state)
{
    struct compiled_catalog *c = NULL;
    char path[] = "/tmp/atproof-test-XXXXXX";
    (void)state;
    FILE *out = fdopen(mkstemp(path), "w");
    fputs("set: x\ntitle: t\nresults:\n  - {notation: OK, clause: 7, like: ERROR}\n", out);
    fclose(out);
    assert_int_equal(catalog_open_file(path, NULL, &c, stderr), 0);
    remove(path);
    const struct atp_name *name = &c->catalog.names[compiled_find_name(c, "OK", 2)];
    assert_int_equal(c->catalog.records[name->record].result, ATP_RESULT_ERROR);
    assert_int_equal(name->record_count, 1);
    assert_true(compiled_find_name(c, "NO CARRIER", 10) >= 0);
    assert_int_equal(c->catalog.command_count, 0);
    compiled_catalog_free(c);
}

static void test_open_unknown_dialect_is_refused(void **state)
{
    struct compiled_catalog *c = NULL;
    (void)state;
    assert_int_equal(catalog_open_dialect("hayes", &c, NULL), -1);
    assert_null(c);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin_tables_refer_within_their_bounds),
        cmocka_unit_test(test_builtin_records_have_one_name_each),
        cmocka_unit_test(test_builtin_hash_finds_every_name_and_no_other),
        cmocka_unit_test(test_builtin_union_stays_in_its_budget),
        cmocka_unit_test(test_emit_twice_gives_the_same_bytes),
        cmocka_unit_test(test_emit_c_compiles_to_the_tables),
        cmocka_unit_test(test_emit_c_keeps_to_100_columns),
        cmocka_unit_test(test_emit_dict_lines_are_escaped_tokens),
        cmocka_unit_test(test_emit_json_holds_every_set),
        cmocka_unit_test(test_emit_markdown_has_a_heading_for_every_command),
        cmocka_unit_test(test_emit_list_has_a_line_for_every_form),
        cmocka_unit_test(test_open_file_own_result_goes_before_core),
        cmocka_unit_test(test_open_unknown_dialect_is_refused),
    };
    return cmocka_run_group_tests_name("emit", tests, NULL, NULL) != 0;
}
