/* The arguments of a command line, against the syntax of its form.
 *
 *     line      = "AT" { command ";" } command CR ;
 *     command   = name [ "=" arguments | value ] ;
 *     arguments = argument { "," argument } ;      (a comma in quotes is text)
 *
 * Of several commands the last is taken, as the parser does. Whether a string
 * stands in quotes is left to the module. */
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct text {
    const char *bytes;
    size_t size;
};

/* ---- taking it apart -------------------------------------------------- */

/* Size up to the first `stop` outside quotes, or all. */
static size_t up_to(struct text text, char stop)
{
    bool quoted = false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == '"') quoted = !quoted;
        else if (text.bytes[i] == stop && !quoted) return i;
    }
    return text.size;
}

static struct text skip(struct text text, size_t size)
{
    if (size > text.size) size = text.size;
    return (struct text){text.bytes + size, text.size - size};
}

static struct text last_command(struct text line)
{
    for (size_t end = up_to(line, ';'); end + 1 < line.size; end = up_to(line, ';'))
        line = skip(line, end + 1);
    if (line.size > 0 && line.bytes[line.size - 1] == ';') line.size--;
    return line;
}

static bool begins_with(struct text text, const char *word)
{
    size_t size = strlen(word);
    return text.size >= size && strncasecmp(text.bytes, word, size) == 0;
}

/* What stands behind the name, `=` left out; empty for a read or test form. */
static struct text arguments_of(struct text line, const char *name)
{
    if (begins_with(line, "AT")) line = skip(line, 2);
    line = last_command(line);
    if (!begins_with(line, name)) return (struct text){"", 0};
    line = skip(line, strlen(name));
    if (line.size > 0 && line.bytes[0] == '=') return skip(line, 1);
    if (line.size > 0 && line.bytes[0] == '?') return (struct text){"", 0};
    return line;
}

static size_t count_parts(struct text text)
{
    size_t count = text.size > 0;
    for (size_t end = up_to(text, ','); end < text.size; end = up_to(text, ',')) {
        text = skip(text, end + 1);
        count++;
    }
    return count;
}

/* Blanks round an argument count for nothing (V.250 5.2.2). */
static struct text trimmed(struct text text)
{
    while (text.size > 0 && text.bytes[0] == ' ') text = skip(text, 1);
    while (text.size > 0 && text.bytes[text.size - 1] == ' ') text.size--;
    return text;
}

static struct text unquoted(struct text text)
{
    if (text.size >= 2 && text.bytes[0] == '"' && text.bytes[text.size - 1] == '"')
        return (struct text){text.bytes + 1, text.size - 2};
    return text;
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
                     struct text text)
{
    int64_t value = 0;
    bool quoted = text.size > 0 && text.bytes[0] == '"';
    if (text.size == 0) return field->can_be_empty || field->optional;
    switch (param->type) {
    case ATP_TYPE_INT: return read_number(text, 10, &value) && fits(field, param, value);
    case ATP_TYPE_HEX: return read_number(unquoted(text), 16, &value) && fits(field, param, value);
    case ATP_TYPE_STRING:
    case ATP_TYPE_WORD:
        if (quoted && (text.size < 2 || text.bytes[text.size - 1] != '"')) return false;
        return fits(field, param, (int64_t)unquoted(text).size);
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

static void take(struct judge_work *work, const struct catalog_field *field, struct text text)
{
    const struct compiled_source *source = work->source;
    struct judge_argument *argument = &work->arguments[work->argument_count++];
    struct text inner = unquoted(text);
    argument->text = memory_slice(inner.bytes, inner.size);
    if (field->kind != CATALOG_FIELD_PARAM) return;
    argument->param =
        catalog_find_param(source->set, source->command, source->edition, field->text);
    if (argument->param == NULL) return;
    argument->is_number =
        argument->param->type == ATP_TYPE_INT && read_number(inner, 10, &argument->value);
    if (!is_legal(field, argument->param, text))
        blame(work, range_text(field, argument->param), text);
}

static size_t required_from(const struct catalog_syntax *syntax, size_t first)
{
    size_t count = 0;
    for (size_t i = first; i < syntax->arg_count; i++) count += !syntax->args[i].optional;
    return count;
}

/* An optional argument is given if more stand there than are required behind
 * it. The last one of type rest takes all. */
static void assign(struct judge_work *work, const struct catalog_syntax *syntax, struct text text)
{
    size_t left = count_parts(text);
    struct text all = text;
    for (size_t i = 0; i < syntax->arg_count && left > 0; i++) {
        const struct catalog_field *field = &syntax->args[i];
        if (field->optional && left <= required_from(syntax, i)) continue;
        struct text part = {text.bytes, up_to(text, ',')};
        text = skip(text, part.size + 1);
        left--;
        take(work, field, trimmed(part));
    }
    if (left > 0) blame(work, memory_text(syntax->text), all);
    if (work->argument_count < required_from(syntax, 0))
        blame(work, memory_text(syntax->text), all);
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
    struct text line = {(const char *)bytes, size};
    while (line.size > 0
           && (line.bytes[line.size - 1] == '\r' || line.bytes[line.size - 1] == '\n'))
        line.size--;
    work->arguments = memory_new(syntax->arg_count, sizeof *work->arguments);
    if (syntax->kind == ATP_FORM_READ || syntax->kind == ATP_FORM_TEST) return;
    if (takes_rest(work->source)) return;
    assign(work, syntax, arguments_of(line, work->source->command->name));
}
