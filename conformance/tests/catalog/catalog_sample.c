#include "catalog_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- small catalogues ------------------------------------------------------ */

static const char core_yaml[] =
    "set: core\ntitle: results\n"
    "parameters:\n"
    "  err: {clause: 9.2, type: code, range: 0..}\n"
    "  text: {clause: 5.7, type: rest}\n"
    "results:\n"
    "  - {notation: OK, clause: 5.7, class: final, numeric: 0}\n"
    "  - {notation: CONNECT, clause: 5.7, class: intermediate, numeric: 1, tail: text}\n"
    "  - {notation: '+CME ERROR: <err>', clause: 9.2, like: ERROR, numeric: 4}\n"
    "  - {notation: ERROR, clause: 5.7, numeric: 4}\n"
    "  - {notation: SHUT OK, clause: 1}\n"
    "  - {notation: CONNECT OK, clause: 1, class: unsolicited}\n"
    "  - {notation: CLOSED, clause: 1, class: unsolicited}\n"
    "commands:\n"
    "  +CORE: {clause: 1, forms: [{syntax: AT+CORE, variants: [{response: [OK]}]}]}\n"
    "urcs:\n"
    "  - {notation: RDY, clause: 1}\n";

/* Compiles `yaml` with the results of core; `complaint` NULL: it succeeds. */
struct compiled_catalog *compile_sample(const char *yaml, const char *edition,
                                        const char *complaint)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct catalog_errors errors = {.out = out};
    struct catalog_model *model = catalog_new();
    struct compiled_catalog *compiled = NULL;
    const struct catalog_part parts[] = {{"core", NULL, true}, {"x", edition, false}};
    assert_int_equal(catalog_load_memory(model, "core.yaml", core_yaml, strlen(core_yaml), &errors),
                     0);
    int status = catalog_load_memory(model, "x.yaml", yaml, strlen(yaml), &errors);
    if (status == 0) status = catalog_compile(model, parts, 2, &compiled, &errors);
    fclose(out);
    assert_string_equal(text, complaint ? complaint : "");
    assert_int_equal(status, complaint ? -1 : 0);
    free(text);
    if (compiled) compiled->owns_model = true;
    else catalog_free(model);
    return compiled;
}

/* ---- a plain form of what was compiled ------------------------------------- */

static void put_param(FILE *out, const struct atp_catalog *catalog, const struct atp_param *param)
{
    static const char *const types[] = {"int",  "hex",  "string", "word",    "any",
                                        "code", "rest", "set",    "literal", "keyword"};
    fprintf(out, " %s:%s%s%s", catalog->text + param->name, types[param->type & ATP_PARAM_TYPE],
            param->type & ATP_PARAM_OPTIONAL ? "?" : "", param->type & ATP_PARAM_EMPTY ? "~" : "");
    unsigned count = param->range ? 1 + ((param->type & ATP_PARAM_INTERVALS) >> 4) : 0;
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "{%d,%d}", catalog->ranges[param->range + i].min,
                catalog->ranges[param->range + i].max);
}

static void put_record(FILE *out, const struct atp_catalog *catalog,
                       const struct atp_record *record)
{
    static const char *const roles[] = {"info", "async", "urc", "result", "prompt"};
    fprintf(out, "%s %x", roles[record->role], record->forms);
    if (record->command != ATP_NONE)
        fprintf(out, " AT%s",
                catalog->text + catalog->names[catalog->commands[record->command].name].text);
    if (record->result) fprintf(out, " =%d", record->result);
    for (unsigned i = 0; i < record->param_count; i++)
        put_param(out, catalog, &catalog->params[record->param + i]);
    if (record->payload) fprintf(out, " payload %u", record->payload);
    fputc('\n', out);
}

const struct atp_name *find_sample_name(const struct compiled_catalog *compiled, const char *name)
{
    int index = compiled_find_name(compiled, name, strlen(name));
    return index < 0 ? NULL : &compiled->catalog.names[index];
}

/* The records of a name, a line each. */
void expect_records(const struct compiled_catalog *compiled, const char *name, const char *expected)
{
    const struct atp_name *found = find_sample_name(compiled, name);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(found);
    for (unsigned i = 0; i < found->record_count; i++)
        put_record(out, &compiled->catalog, &compiled->catalog.records[found->record + i]);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

/* The same, of a catalogue that is asked nothing else. */
void expect_only(const char *yaml, const char *name, const char *expected)
{
    struct compiled_catalog *compiled = compile_sample(yaml, NULL, NULL);
    expect_records(compiled, name, expected);
    compiled_catalog_free(compiled);
}

const struct atp_form *form_of(const struct compiled_catalog *compiled, const char *command,
                               unsigned index)
{
    const struct atp_name *name = find_sample_name(compiled, command);
    const struct atp_command *found = &compiled->catalog.commands[name->command];
    assert_true(index < found->form_count);
    return &compiled->catalog.forms[found->form + index];
}
