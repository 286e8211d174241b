/* Values of generated cases. */
#include "base/memory.h"
#include "cases/cases_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct catalog_param *cases_param(const struct cases_maker *maker,
                                        const struct catalog_field *field)
{
    if (field->kind != CATALOG_FIELD_PARAM) return NULL;
    return catalog_find_param(maker->set, maker->command, maker->edition, field->text);
}

const struct catalog_interval *cases_ranges(const struct catalog_field *field,
                                            const struct catalog_param *param, size_t *count)
{
    bool own = field->range_count > 0;
    *count = own ? field->range_count : param->range_count;
    return own ? field->ranges : param->ranges;
}

bool cases_is_legal(const struct catalog_field *field, const struct catalog_param *param,
                    int64_t value)
{
    size_t count = 0;
    const struct catalog_interval *ranges = cases_ranges(field, param, &count);
    for (size_t i = 0; i < count; i++)
        if (value >= ranges[i].min && (value <= ranges[i].max || ranges[i].max == INT32_MAX))
            return true;
    return count == 0;
}

bool cases_is_number(const struct catalog_param *param)
{
    return param->type == ATP_TYPE_INT || param->type == ATP_TYPE_HEX
           || param->type == ATP_TYPE_CODE;
}

char *cases_value_text(const struct catalog_param *param, bool quoted, int64_t value)
{
    if (param->type == ATP_TYPE_HEX) return memory_format("%" PRIX64, (uint64_t)value);
    if (cases_is_number(param))
        return memory_format(quoted ? "\"%" PRId64 "\"" : "%" PRId64, value);
    bool wrapped = param->type == ATP_TYPE_STRING || quoted;
    size_t size = value > 0 ? (size_t)value : 0;
    char *text = memory_new(size + 3, 1);
    memset(text + wrapped, 'x', size);
    if (wrapped) text[0] = text[size + 1] = '"';
    return text;
}

/* The number of a code; those of hexadecimal parameters are written as such. */
bool cases_code(const struct catalog_param *param, const char *code, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoll(code, &end, param->type == ATP_TYPE_HEX ? 16 : 10);
    return errno == 0 && *code != '\0' && *end == '\0';
}

/* The first code of a parameter's table that is legal here. */
static bool first_code(const struct cases_maker *maker, const struct catalog_field *field,
                       const struct catalog_param *param, int64_t *out)
{
    const struct catalog_table *table =
        param->table == NULL ? NULL : catalog_find_table(maker->set, param->table);
    const struct catalog_value *values = table == NULL ? param->values : table->values;
    size_t count = table == NULL ? param->value_count : table->value_count;
    for (size_t i = 0; i < count; i++)
        if (cases_code(param, values[i].code, out) && cases_is_legal(field, param, *out))
            return true;
    return false;
}

char *cases_example(const struct cases_maker *maker, const struct catalog_field *field,
                    bool is_length)
{
    const struct catalog_param *param = cases_param(maker, field);
    size_t count = 0;
    bool in_test = maker->form != NULL && maker->form->syntax.kind == ATP_FORM_TEST;
    if (field->kind == CATALOG_FIELD_KEYWORD) return memory_format("\"%s\"", field->text);
    if (param == NULL) return memory_text(field->text);
    if (in_test && param->type != ATP_TYPE_STRING) return memory_text("(0-1)");
    const struct catalog_interval *ranges = cases_ranges(field, param, &count);
    int64_t value = count > 0 ? ranges[0].min : 1;
    if (is_length) value = PAYLOAD_SIZE;
    else if (cases_is_number(param) && first_code(maker, field, param, &value)) count = 0;
    else if (!cases_is_number(param) && value < 1 && (count == 0 || ranges[0].max > 0)) value = 1;
    return cases_value_text(param, field->quoted, value);
}
