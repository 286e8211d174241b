/* What a set must fulfil beyond its form. Names are resolved once for each
 * edition that a node belongs to.
 */
#include "base/memory.h"
#include "catalog/load_internal.h"
#include "catalog/notation_internal.h"

#include <stdlib.h>
#include <string.h>

/* What a record or a syntax is part of. */
struct scope {
    const struct catalog_set *set;
    const struct catalog_command *command; /* NULL: of none */
    const char *edition;                   /* NULL: every */
    bool is_test;                          /* a response of a test form */
    struct catalog_errors *errors;
};

static bool has_edition(const struct catalog_set *set, const char *name)
{
    for (size_t i = 0; i < set->edition_count; i++)
        if (strcmp(set->editions[i].name, name) == 0) return true;
    return !name;
}

/* Frees `known`, the names there are, NULL if there are none. */
static void complain_of_name(struct catalog_errors *errors, struct catalog_location at,
                             const char *what, const char *name, char *known)
{
    catalog_complain(errors, at, "unknown %s \"%s\"; %s%s", what, name,
                     known ? "expected one of " : "none is defined", known ? known : "");
    free(known);
}

static void check_edition(const struct catalog_set *set, const char *name,
                          struct catalog_location at, struct catalog_errors *errors)
{
    if (!name || has_edition(set, name)) return;
    char *known = NULL;
    for (size_t i = 0; i < set->edition_count; i++)
        known = memory_list(known, set->editions[i].name);
    complain_of_name(errors, at, "edition", name, known);
}

static void check_vendor(const struct catalog_set *set, const char *name,
                         struct catalog_location at, struct catalog_errors *errors)
{
    if (!name) return;
    char *known = NULL;
    for (size_t i = 0; i < set->vendor_count; i++) {
        if (strcmp(set->vendors[i].name, name) == 0) {
            free(known);
            return;
        }
        known = memory_list(known, set->vendors[i].name);
    }
    complain_of_name(errors, at, "vendor", name, known);
}

/* ---- parameters --------------------------------------------------------- */

static bool is_number(enum atp_type type)
{
    return type == ATP_TYPE_INT || type == ATP_TYPE_HEX || type == ATP_TYPE_CODE;
}

/* Whether a code or default may be given for a parameter: a number within its
 * range, where it has one. */
static bool fits(const struct catalog_param *param, const char *text)
{
    struct notation_error error;
    struct catalog_interval *value = NULL;
    size_t count = 0;
    if (!is_number(param->type) || param->type == ATP_TYPE_CODE || !param->range_count) return true;
    bool ok = notation_parse_ranges(text, strlen(text), &value, &count, &error) == 0
              && notation_ranges_within(value, count, param->ranges, param->range_count);
    free(value);
    return ok;
}

static void check_range_type(const struct catalog_param *param, struct catalog_errors *errors)
{
    if (!param->range_count) return;
    if (param->type == ATP_TYPE_ANY || param->type == ATP_TYPE_REST)
        catalog_complain(errors, param->at, "range of <%s>; expected none with its type",
                         param->name);
    else if (param->type != ATP_TYPE_INT && param->ranges[0].min < 0)
        catalog_complain(errors, param->at, "negative range of <%s>; expected one from 0",
                         param->name);
}

static void check_table(const struct catalog_set *set, const struct catalog_param *param,
                        struct catalog_errors *errors)
{
    if (!param->table || catalog_find_table(set, param->table)) return;
    char *known = NULL;
    for (size_t i = 0; i < set->table_count; i++) known = memory_list(known, set->tables[i].name);
    complain_of_name(errors, param->at, "table", param->table, known);
}

static void check_param(const struct catalog_set *set, const struct catalog_param *param,
                        struct catalog_errors *errors)
{
    check_edition(set, param->edition, param->at, errors);
    check_range_type(param, errors);
    if (!param->clause)
        catalog_complain(errors, param->at, "missing clause; expected it in a parameter");
    check_table(set, param, errors);
    for (size_t i = 0; i < param->value_count; i++)
        if (!fits(param, param->values[i].code))
            catalog_complain(errors, param->values[i].at, "code %s is out of the range of <%s>",
                             param->values[i].code, param->name);
    if (param->default_value && !fits(param, param->default_value))
        catalog_complain(errors, param->at, "default %s is out of the range of <%s>",
                         param->default_value, param->name);
}

/* ---- fields ------------------------------------------------------------- */

static void check_use(const struct scope *scope, const struct catalog_field *field,
                      const struct catalog_param *param)
{
    if (field->quoted && param->type != ATP_TYPE_STRING && param->type != ATP_TYPE_ANY)
        catalog_complain(scope->errors, field->at,
                         "<%s> in quotes; expected a parameter of type string", field->text);
    if (field->range_count && !is_number(param->type))
        catalog_complain(scope->errors, field->at,
                         "<%s> narrowed; expected a parameter of type int, hex or code",
                         field->text);
    else if (field->range_count && param->range_count
             && !notation_ranges_within(field->ranges, field->range_count, param->ranges,
                                        param->range_count))
        catalog_complain(scope->errors, field->at, "<%s> narrowed to values out of its range",
                         field->text);
}

/* Returns: whether the name resolves; a complaint is made if not. */
static bool resolve(const struct scope *scope, const struct catalog_field *field,
                    const char *edition)
{
    const struct catalog_param *param =
        catalog_find_param(scope->set, scope->command, edition, field->text);
    if (!param) {
        catalog_complain(scope->errors, field->at,
                         "<%s> is not defined%s%s; expected it among the parameters", field->text,
                         edition ? " in edition " : "", edition ? edition : "");
        return false;
    }
    check_use(scope, field, param);
    return true;
}

static void check_param_field(const struct scope *scope, const struct catalog_field *field)
{
    if (scope->edition || !scope->set->edition_count) {
        resolve(scope, field, scope->edition);
        return;
    }
    for (size_t i = 0; i < scope->set->edition_count; i++) {
        unsigned before = scope->errors->count;
        resolve(scope, field, scope->set->editions[i].name);
        if (scope->errors->count != before) return;
    }
}

static void check_fields(const struct scope *scope, const struct catalog_field *fields,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].kind == CATALOG_FIELD_PARAM) check_param_field(scope, &fields[i]);
        else if (fields[i].kind == CATALOG_FIELD_SET && !scope->is_test)
            catalog_complain(scope->errors, fields[i].at,
                             fields[i].text[0]
                                 ? "range in a field; expected it in a test form alone"
                                 : "empty field; expected one");
    }
}

static void check_record(const struct scope *scope, const struct catalog_record *record)
{
    check_fields(scope, record->fields, record->field_count);
    if (!record->has_payload) return;
    const struct catalog_field *counter = &record->fields[record->field_count - 1];
    const struct catalog_param *param =
        catalog_find_param(scope->set, scope->command, scope->edition, counter->text);
    if (param && param->type != ATP_TYPE_INT)
        catalog_complain(scope->errors, counter->at,
                         "<%s> counts a payload; expected a parameter of type int", counter->text);
}

/* ---- commands ----------------------------------------------------------- */

static bool editions_meet(const char *left, const char *right)
{
    return !left || !right || strcmp(left, right) == 0;
}

static bool is_same_edition(const char *left, const char *right)
{
    return left && right && strcmp(left, right) == 0;
}

static void check_repeats(const struct scope *scope, size_t index)
{
    const struct catalog_form *form = &scope->command->forms[index];
    for (size_t i = 0; i < index; i++) {
        const struct catalog_form *other = &scope->command->forms[i];
        if (strcmp(form->syntax.text, other->syntax.text) == 0
            && form->syntax.kind == other->syntax.kind
            && editions_meet(form->edition, other->edition))
            catalog_complain(scope->errors, form->syntax.at,
                             "form is there twice; first in line %u", other->syntax.at.line);
    }
}

static void check_form(struct scope *scope, size_t index)
{
    const struct catalog_form *form = &scope->command->forms[index];
    scope->edition = form->edition;
    scope->is_test = false;
    if (!is_same_edition(form->edition, scope->command->edition)) /* the command's is checked */
        check_edition(scope->set, form->edition, form->at, scope->errors);
    check_fields(scope, form->syntax.args, form->syntax.arg_count);
    if (form->secret != CATALOG_SECRET_NONE && form->upload == CATALOG_UPLOAD_NONE)
        catalog_complain(scope->errors, form->at,
                         "secret in a form without upload; expected it of a parameter");
    check_repeats(scope, index);
    scope->is_test = form->syntax.kind == ATP_FORM_TEST;
    for (size_t i = 0; i < form->variant_count; i++)
        for (size_t j = 0; j < form->variants[i].element_count; j++)
            check_record(scope, &form->variants[i].elements[j]);
}

static void check_command(struct scope *scope, const struct catalog_command *command)
{
    scope->command = command;
    for (size_t i = 0; i < command->param_count; i++)
        check_param(scope->set, &command->params[i], scope->errors);
    check_edition(scope->set, command->edition, command->at, scope->errors);
    check_vendor(scope->set, command->vendor, command->at, scope->errors);
    for (size_t i = 0; i < command->form_count; i++) check_form(scope, i);
}

/* ---- result codes and unsolicited result codes -------------------------- */

static void check_result(struct scope *scope, size_t index)
{
    const struct catalog_result *result = &scope->set->results[index];
    check_record(scope, &result->record);
    if (!result->record.name)
        catalog_complain(scope->errors, result->at,
                         "result code without a prefix; expected text before its fields");
    if (result->tail
        && (result->record.has_colon || !catalog_find_param(scope->set, NULL, NULL, result->tail)))
        catalog_complain(scope->errors, result->at,
                         "tail <%s>; expected a parameter, and a result code without fields",
                         result->tail);
    for (size_t i = 0; i < index; i++)
        if (result->record.name && scope->set->results[i].record.name
            && strcmp(result->record.name, scope->set->results[i].record.name) == 0)
            catalog_complain(scope->errors, result->at,
                             "result code is there twice; first in line %u",
                             scope->set->results[i].at.line);
}

static void check_urc(struct scope *scope, size_t index)
{
    const struct catalog_urc *urc = &scope->set->urcs[index];
    scope->edition = urc->edition;
    check_edition(scope->set, urc->edition, urc->at, scope->errors);
    check_vendor(scope->set, urc->vendor, urc->at, scope->errors);
    check_record(scope, &urc->record);
    if (!urc->record.name)
        catalog_complain(scope->errors, urc->at,
                         "unsolicited result code without a prefix; expected one");
    for (size_t i = 0; i < index; i++) {
        const struct catalog_urc *other = &scope->set->urcs[i];
        if (strcmp(urc->record.notation, other->record.notation) == 0
            && editions_meet(urc->edition, other->edition))
            catalog_complain(scope->errors, urc->at,
                             "unsolicited result code is there twice; first in line %u",
                             other->at.line);
    }
}

void catalog_check_set(const struct catalog_set *set, struct catalog_errors *errors)
{
    struct scope scope = {.set = set, .errors = errors};
    for (size_t i = 0; i < set->param_count; i++) check_param(set, &set->params[i], errors);
    for (size_t i = 0; i < set->result_count; i++) check_result(&scope, i);
    for (size_t i = 0; i < set->urc_count; i++) check_urc(&scope, i);
    for (size_t i = 0; i < set->command_count; i++) check_command(&scope, &set->commands[i]);
}
