/* Arguments of a command, against what the catalogue states of them. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- cutting ---------------------------------------------------------- */

/* Bytes of the argument at `at`: up to a comma outside quotes, or the end. */
static size_t argument_size(const char *at)
{
    bool inside = false;
    size_t size = 0;
    for (; at[size] != '\0' && (inside || at[size] != ','); size++) inside ^= at[size] == '"';
    return size;
}

static char *trimmed(const char *text, size_t size)
{
    while (size > 0 && text[0] == ' ') {
        text++;
        size--;
    }
    while (size > 0 && text[size - 1] == ' ') size--;
    return memory_slice(text, size);
}

/* ---- checking --------------------------------------------------------- */

static bool is_in(const struct catalog_interval *ranges, size_t count, int64_t value)
{
    for (size_t i = 0; i < count; i++)
        if (value >= ranges[i].min && (value <= ranges[i].max || ranges[i].max == INT32_MAX))
            return true;
    return count == 0;
}

static bool is_in_ranges(const struct catalog_field *field, const struct catalog_param *param,
                         int64_t value)
{
    if (field->range_count > 0) return is_in(field->ranges, field->range_count, value);
    return is_in(param->ranges, param->range_count, value);
}

static bool is_listed(const struct catalog_param *param, const char *text)
{
    for (size_t i = 0; i < param->value_count; i++)
        if (strcmp(param->values[i].code, text) == 0) return true;
    return param->value_count == 0;
}

static bool read_number(struct modem_argument *argument, int base)
{
    char *end = NULL;
    const char *text = argument->text;
    if (strlen(text) > 12 || !(isxdigit((unsigned char)text[0]) || text[0] == '-')) return false;
    argument->number = strtoll(text, &end, base);
    argument->is_number = *end == '\0' && end != text;
    return argument->is_number;
}

static bool check_number(struct modem_argument *argument, const struct catalog_param *param)
{
    const struct catalog_field *field = argument->field;
    if (!read_number(argument, param->type == ATP_TYPE_HEX ? 16 : 10)) return false;
    if (!is_in_ranges(field, param, argument->number)) return false;
    /* values beside a range name some of its numbers alone */
    return param->range_count > 0 || field->range_count > 0 || is_listed(param, argument->text);
}

/* Takes the quotes off. False: one is missing, or there is one inside. */
static bool unquote(struct modem_argument *argument, bool *quoted)
{
    char *text = argument->text;
    size_t size = strlen(text);
    *quoted = size > 0 && text[0] == '"';
    if (!*quoted) return strchr(text, '"') == NULL;
    if (size < 2 || text[size - 1] != '"') return false;
    memmove(text, text + 1, size - 2);
    text[size - 2] = '\0';
    return strchr(text, '"') == NULL;
}

static bool check_text(struct modem_argument *argument, const struct catalog_param *param,
                       bool quoted)
{
    bool free_form = param->type == ATP_TYPE_ANY || param->type == ATP_TYPE_REST;
    if (!free_form && quoted != (param->type == ATP_TYPE_STRING || argument->field->quoted))
        return false;
    return is_in_ranges(argument->field, param, (int64_t)strlen(argument->text))
           && is_listed(param, argument->text);
}

static bool check(struct modem_call *call, const char *edition, struct modem_argument *argument)
{
    const struct catalog_field *field = argument->field;
    bool quoted = false;
    if (field->kind != CATALOG_FIELD_PARAM) return unquote(argument, &quoted);
    const struct catalog_param *param =
        catalog_find_param(call->set, call->command, edition, field->text);
    if (argument->text[0] == '\0') return field->optional || field->can_be_empty;
    argument->given = true;
    if (param == NULL || param->type == ATP_TYPE_REST) return true;
    if (!unquote(argument, &quoted)) return false;
    bool number =
        param->type == ATP_TYPE_INT || param->type == ATP_TYPE_HEX || param->type == ATP_TYPE_CODE;
    if (number) return quoted == field->quoted && check_number(argument, param);
    return check_text(argument, param, quoted);
}

/* ---- the whole -------------------------------------------------------- */

static bool takes_rest(const struct modem_call *call, const char *edition, size_t index)
{
    const struct catalog_field *field = &call->form->syntax.args[index];
    if (index + 1 < call->form->syntax.arg_count || field->kind != CATALOG_FIELD_PARAM)
        return false;
    const struct catalog_param *param =
        catalog_find_param(call->set, call->command, edition, field->text);
    return param != NULL && param->type == ATP_TYPE_REST;
}

static bool are_optional(const struct catalog_syntax *syntax, size_t first)
{
    for (size_t i = first; i < syntax->arg_count; i++)
        if (!syntax->args[i].optional && !syntax->args[i].can_be_empty) return false;
    return true;
}

static size_t count_arguments(const char *text)
{
    size_t count = text[0] != '\0';
    for (text += argument_size(text); *text != '\0'; text += 1 + argument_size(text + 1)) count++;
    return count;
}

/* `[<start_offset>,]<byte_size>`: optional arguments in front are those that
 * are left out. */
static size_t first_field(const struct catalog_syntax *syntax, size_t count)
{
    size_t first = 0;
    if (syntax->arg_count == 0 || syntax->args[syntax->arg_count - 1].optional) return 0;
    while (syntax->arg_count - first > count && syntax->args[first].optional) first++;
    return first;
}

int arguments_read(struct modem_call *call, const char *edition, const char *text)
{
    const struct catalog_syntax *syntax = &call->form->syntax;
    size_t first = first_field(syntax, count_arguments(text));
    bool more = text[0] != '\0';
    while (more) {
        size_t index = first + call->argument_count;
        if (index >= syntax->arg_count || call->argument_count == ARGUMENT_MAX)
            return CME_BAD_PARAMETERS;
        struct modem_argument *argument = &call->arguments[call->argument_count++];
        bool rest = takes_rest(call, edition, index);
        size_t size = rest ? strlen(text) : argument_size(text);
        argument->field = &syntax->args[index];
        argument->text = trimmed(text, size);
        if (!check(call, edition, argument)) return CME_BAD_PARAMETERS;
        more = text[size] == ',';
        text += size + more;
    }
    return are_optional(syntax, first + call->argument_count) ? MODEM_OK : CME_BAD_PARAMETERS;
}

void arguments_release(struct modem_call *call)
{
    for (size_t i = 0; i < call->argument_count; i++) free(call->arguments[i].text);
    call->argument_count = 0;
}

const struct modem_argument *modem_argument(const struct modem_call *call, const char *name)
{
    for (size_t i = 0; i < call->argument_count; i++) {
        const struct modem_argument *argument = &call->arguments[i];
        if (argument->given && strcmp(argument->field->text, name) == 0) return argument;
    }
    return NULL;
}

int64_t modem_number(const struct modem_call *call, const char *name, int64_t otherwise)
{
    const struct modem_argument *argument = modem_argument(call, name);
    return argument != NULL && argument->is_number ? argument->number : otherwise;
}

const char *modem_text(const struct modem_call *call, const char *name, const char *otherwise)
{
    const struct modem_argument *argument = modem_argument(call, name);
    return argument != NULL ? argument->text : otherwise;
}

void modem_set_text(char **out, const char *text)
{
    free(*out);
    *out = memory_text(text);
}

bool modem_is(const struct modem_call *call, enum atp_form_kind kind)
{
    return call->form->syntax.kind == kind;
}
