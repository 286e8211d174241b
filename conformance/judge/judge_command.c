/* The arguments of a command line, checked against the syntax of its form. Of
 * several commands the last one is taken, as the parser does. Whether a string
 * stands in quotes is left to the module. */
#include "at/line.h"
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct text {
    const char *bytes;
    size_t size;
};

/* An argument where it stands. */
struct argument {
    struct text all;   /* with its quotes                                   */
    struct text inner; /* without                                           */
};

static struct text text_at(const uint8_t *line, struct at_span place)
{
    return (struct text){(const char *)line + place.offset, place.size};
}

static struct argument argument_at(const uint8_t *line, struct at_span place)
{
    place = at_trimmed(line, place);
    return (struct argument){text_at(line, place), text_at(line, at_unquoted(line, place))};
}

/* ---- what is legal ---------------------------------------------------- */

static bool read_number(struct text text, int base, int64_t *out)
{
    char digits[32];
    if (text.size == 0 || text.size >= sizeof digits) return false;
    memcpy(digits, text.bytes, text.size);
    digits[text.size] = '\0';
    if (strspn(digits, base == 16 ? "0123456789abcdefABCDEFxX" : "-0123456789") != text.size)
        return false;
    char *end = NULL;
    errno = 0;
    *out = strtoll(digits, &end, base);
    return errno == 0 && *end == '\0';
}

static bool lies_within(int64_t value, const struct catalog_interval *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (value >= ranges[i].min && (value <= ranges[i].max || ranges[i].max == INT32_MAX))
            return true;
    return count == 0;
}

static bool fits(const struct catalog_field *field, const struct catalog_param *param,
                 int64_t value)
{
    if (field->range_count > 0) return lies_within(value, field->ranges, field->range_count);
    return lies_within(value, param->ranges, param->range_count);
}

static bool is_legal(const struct catalog_field *field, const struct catalog_param *param,
                     const struct argument *argument)
{
    int64_t value = 0;
    struct text text = argument->all;
    struct text inner = argument->inner;
    bool quoted = text.size > 0 && text.bytes[0] == '"';
    if (text.size == 0) return field->can_be_empty || field->optional;
    switch (param->type) {
    case ATP_TYPE_INT: return read_number(text, 10, &value) && fits(field, param, value);
    case ATP_TYPE_HEX: return read_number(inner, 16, &value) && fits(field, param, value);
    case ATP_TYPE_STRING:
    case ATP_TYPE_WORD:
        if (quoted && (text.size < 2 || text.bytes[text.size - 1] != '"')) return false;
        return fits(field, param, (int64_t)inner.size);
    case ATP_TYPE_CODE: return !read_number(text, 10, &value) || fits(field, param, value);
    default: return true;
    }
}

/* ---- the whole -------------------------------------------------------- */

static void blame(struct judge_work *work, char *expected, struct text seen)
{
    work->illegal = true;
    free(work->illegal_expected);
    free(work->illegal_seen);
    work->illegal_expected = expected;
    work->illegal_seen = judge_escape((const uint8_t *)seen.bytes, seen.size, 80);
}

static char *range_text(const struct catalog_field *field, const struct catalog_param *param)
{
    const struct catalog_interval *ranges = field->range_count > 0 ? field->ranges : param->ranges;
    size_t count = field->range_count > 0 ? field->range_count : param->range_count;
    bool sized = param->type == ATP_TYPE_STRING || param->type == ATP_TYPE_WORD;
    char *text = memory_format("<%s>", field->text);
    for (size_t i = 0; i < count; i++) {
        const char *between = i > 0 ? " or " : sized ? " of so many bytes: " : " in ";
        char *longer =
            ranges[i].max == INT32_MAX
                ? memory_format("%s%s%d..", text, between, ranges[i].min)
                : memory_format("%s%s%d..%d", text, between, ranges[i].min, ranges[i].max);
        free(text);
        text = longer;
    }
    return text;
}

static void take(struct judge_work *work, const struct catalog_field *field,
                 const struct argument *given)
{
    const struct compiled_source *source = work->source;
    struct judge_argument *argument = &work->arguments[work->argument_count++];
    argument->text = memory_slice(given->inner.bytes, given->inner.size);
    if (field->kind != CATALOG_FIELD_PARAM) return;
    argument->param =
        catalog_find_param(source->set, source->command, source->edition, field->text);
    if (argument->param == NULL) return;
    argument->is_number =
        argument->param->type == ATP_TYPE_INT && read_number(given->inner, 10, &argument->value);
    if (!is_legal(field, argument->param, given))
        blame(work, range_text(field, argument->param), given->all);
}

static size_t required_from(const struct catalog_syntax *syntax, size_t first)
{
    size_t count = 0;
    for (size_t i = first; i < syntax->arg_count; i++) count += !syntax->args[i].optional;
    return count;
}

/* An optional argument is given if more arguments are left than are required
 * after it. */
static void assign(struct judge_work *work, const struct catalog_syntax *syntax,
                   const uint8_t *line, struct at_span arguments)
{
    size_t count = at_argument_count(line, arguments);
    size_t next = 0;
    for (size_t i = 0; i < syntax->arg_count && next < count; i++) {
        const struct catalog_field *field = &syntax->args[i];
        struct at_span place;
        if (field->optional && count - next <= required_from(syntax, i)) continue;
        at_argument(line, arguments, next++, &place);
        const struct argument given = argument_at(line, place);
        take(work, field, &given);
    }
    if (next < count || work->argument_count < required_from(syntax, 0))
        blame(work, memory_text(syntax->text), text_at(line, arguments));
}

static bool takes_rest(const struct compiled_source *source)
{
    const struct catalog_syntax *syntax = &source->form->syntax;
    if (syntax->arg_count == 0) return false;
    const struct catalog_field *last = &syntax->args[syntax->arg_count - 1];
    if (last->kind != CATALOG_FIELD_PARAM) return false;
    const struct catalog_param *param =
        catalog_find_param(source->set, source->command, source->edition, last->text);
    return param != NULL && param->type == ATP_TYPE_REST;
}

void judge_command(const struct judge *judge, struct judge_work *work, const uint8_t *bytes,
                   size_t size)
{
    (void)judge;
    const struct catalog_syntax *syntax = &work->source->form->syntax;
    struct at_command command;
    work->arguments = memory_new(syntax->arg_count, sizeof *work->arguments);
    if (syntax->kind == ATP_FORM_READ || syntax->kind == ATP_FORM_TEST) return;
    if (takes_rest(work->source) || !at_last(bytes, size, &command)) return;
    assign(work, syntax, bytes, at_arguments(&command));
}
