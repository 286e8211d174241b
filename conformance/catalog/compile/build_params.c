/* Fields of a record as the parser's parameters. */
#include "base/memory.h"
#include "catalog/compile/build_internal.h"
#include "catalog/yaml_internal.h"

#include <string.h>

#define INTERVAL_MAX 4

/* ---- ranges ------------------------------------------------------------- */

/* Index of a run in the table of ranges, appended if it is not there. */
static size_t find_run(struct builder *builder, const struct atp_range *run, size_t count)
{
    for (size_t i = 1; i + count <= builder->range_count; i++)
        if (memcmp(&builder->ranges[i], run, count * sizeof *run) == 0) return i;
    size_t start = builder->range_count ? builder->range_count : 1;
    builder->ranges = memory_grow(builder->ranges, start + count, &builder->range_capacity,
                                  sizeof *builder->ranges);
    memcpy(&builder->ranges[start], run, count * sizeof *run);
    builder->range_count = start + count;
    return start;
}

static void set_range(struct builder *builder, struct build_param *param,
                      const struct catalog_interval *list, size_t count)
{
    struct atp_range run[INTERVAL_MAX];
    if (count == 0) return;
    if (count > INTERVAL_MAX) {
        run[0] = (struct atp_range){list[0].min, list[count - 1].max};
        count = 1;
    } else {
        for (size_t i = 0; i < count; i++) run[i] = (struct atp_range){list[i].min, list[i].max};
    }
    size_t start = find_run(builder, run, count);
    param->range = (uint8_t)(start > UINT8_MAX ? 0 : start); /* the count is checked at the end */
    param->type |= (uint8_t)((count - 1) << 4);
}

/* ---- test responses ------------------------------------------------------ */

static bool has_key(const struct catalog_syntax *syntax, const char *key)
{
    return key ? syntax->key && strcmp(syntax->key, key) == 0 : !syntax->key;
}

/* The write form with this key (NULL: without one) and enough arguments. */
static const struct catalog_syntax *find_write(const struct compiled_source *source,
                                               const char *key, size_t arg_count)
{
    for (size_t i = 0; i < source->command->form_count; i++) {
        const struct catalog_form *form = &source->command->forms[i];
        if (form->syntax.kind == ATP_FORM_WRITE && has_key(&form->syntax, key)
            && form->syntax.arg_count >= arg_count
            && catalog_is_of_edition(form->edition, source->edition))
            return &form->syntax;
    }
    return NULL;
}

/* The keyword that a test response begins with, if a form has it for a key. */
static const char *find_key(const struct compiled_source *source)
{
    const struct catalog_field *first = source->record->fields;
    if (source->record->field_count == 0 || first->kind != CATALOG_FIELD_KEYWORD) return NULL;
    return find_write(source, first->text, 1) ? first->text : NULL;
}

/* Whether field `index` of a response's record can name that of the test
 * response: a line of the same name and, if it has one, keyword. */
static bool names_field(const struct catalog_record *record, const struct catalog_record *test,
                        const char *key, size_t index)
{
    if (!record->name || !test->name || strcmp(record->name, test->name) != 0) return false;
    if (index >= record->field_count || record->fields[index].kind != CATALOG_FIELD_PARAM)
        return false;
    const struct catalog_field *first = &record->fields[0];
    bool is_keyed = first->kind == CATALOG_FIELD_KEYWORD;
    return key ? is_keyed && strcmp(first->text, key) == 0 : !is_keyed;
}

/* What a variant's information, up to its OK, calls field `index`, or NULL. */
static const char *find_in_variant(const struct catalog_variant *variant,
                                   const struct catalog_record *test, const char *key, size_t index)
{
    for (size_t i = 0; i < variant->element_count; i++) {
        const struct catalog_record *record = &variant->elements[i];
        if (record->name && strcmp(record->name, "OK") == 0) return NULL;
        if (names_field(record, test, key, index)) return record->fields[index].text;
    }
    return NULL;
}

/* What the execute or read form answers in the same place, or NULL. */
static const char *find_in_answers(const struct compiled_source *source, const char *key,
                                   size_t index)
{
    const struct catalog_command *command = source->command;
    for (size_t i = 0; i < command->form_count; i++) {
        const struct catalog_form *form = &command->forms[i];
        bool asks = form->syntax.kind == ATP_FORM_EXECUTE || form->syntax.kind == ATP_FORM_READ;
        if (!asks || !catalog_is_of_edition(form->edition, source->edition)) continue;
        for (size_t j = 0; j < form->variant_count; j++) {
            const char *name = find_in_variant(&form->variants[j], source->record, key, index);
            if (name) return name;
        }
    }
    return NULL;
}

static void set_test_field(const struct compiled_source *source, const char *key, size_t index,
                           struct build_param *out)
{
    const struct catalog_field *field = &source->record->fields[index];
    const struct catalog_syntax *write = find_write(source, key, index + 1);
    const char *answered = find_in_answers(source, key, index);
    out->type = ATP_TYPE_SET;
    out->name = answered ? answered : "";
    if (field->kind == CATALOG_FIELD_PARAM) {
        const struct catalog_param *param =
            catalog_find_param(source->set, source->command, source->edition, field->text);
        out->name = field->text;
        /* a list; ahead of it a set must tell the line from a value's */
        if (index > 0 && param && param->type == ATP_TYPE_REST) out->type = ATP_TYPE_REST;
    }
    if (write && write->args[index].kind == CATALOG_FIELD_PARAM)
        out->name = write->args[index].text;
    if (field->kind == CATALOG_FIELD_SET && !field->text[0]) out->type |= ATP_PARAM_EMPTY;
}

/* ---- other records ------------------------------------------------------- */

static void set_param_field(struct builder *builder, const struct compiled_source *source,
                            const struct catalog_field *field, struct build_param *out)
{
    const struct catalog_param *param =
        catalog_find_param(source->set, source->command, source->edition, field->text);
    if (!param) { /* an edition that the set's own check did not try */
        catalog_complain(builder->errors, field->at, "<%s> is not defined", field->text);
        return;
    }
    bool is_string = field->quoted && param->type == ATP_TYPE_ANY;
    out->type = (uint8_t)(is_string ? ATP_TYPE_STRING : param->type);
    out->name = field->text;
    if (field->range_count) set_range(builder, out, field->ranges, field->range_count);
    else set_range(builder, out, param->ranges, param->range_count);
}

static void set_field(struct builder *builder, const struct compiled_source *source,
                      const struct catalog_field *field, struct build_param *out)
{
    out->name = field->text;
    switch (field->kind) {
    case CATALOG_FIELD_PARAM: set_param_field(builder, source, field, out); break;
    case CATALOG_FIELD_LITERAL: out->type = ATP_TYPE_LITERAL; break;
    case CATALOG_FIELD_KEYWORD: out->type = ATP_TYPE_KEYWORD; break;
    case CATALOG_FIELD_SET: out->type = ATP_TYPE_SET; break;
    }
}

void build_params(struct builder *builder, const struct compiled_source *source,
                  enum atp_form_kind kind, struct build_record *out)
{
    const struct catalog_record *record = source->record;
    bool is_test = kind == ATP_FORM_TEST;
    const char *key = is_test ? find_key(source) : NULL;
    out->param_count = record->field_count;
    for (size_t i = 0; i < record->field_count; i++) {
        const struct catalog_field *field = &record->fields[i];
        struct build_param *param = &out->params[i];
        *param = (struct build_param){.name = ""};
        if (is_test && (i > 0 || !key)) set_test_field(source, key, i, param);
        else set_field(builder, source, field, param);
        if (field->optional) param->type |= ATP_PARAM_OPTIONAL;
        if (field->can_be_empty) param->type |= ATP_PARAM_EMPTY;
    }
}

void build_tail(struct build_record *out, const char *name)
{
    out->params[0] = (struct build_param){name, ATP_TYPE_REST | ATP_PARAM_OPTIONAL, 0};
    out->param_count = 1;
}
