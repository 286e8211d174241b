/* Records and command syntax; the grammar is in catalog/notation_internal.h. */
#include "base/memory.h"
#include "catalog/notation_internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX    16
#define PAYLOAD_MARK "<CR><LF>"

/* A bracket that is open. */
struct group {
    size_t offset;
    size_t first_field; /* parsed after it                              */
    bool is_tail;       /* `[,…]` after a field, else `[…]` around one  */
    bool has_comma;     /* at its own level                              */
};

struct cursor {
    const char *text;
    size_t at;
    size_t end;
    struct notation_error *error;
    struct catalog_field *fields;
    size_t field_count;
    size_t field_capacity;
    struct group groups[DEPTH_MAX];
    size_t depth;
    bool has_payload;
};

__attribute__((format(printf, 3, 4))) static int fail(const struct cursor *c, size_t offset,
                                                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->error->text, sizeof c->error->text, format, arguments);
    va_end(arguments);
    c->error->offset = offset;
    return -1;
}

/* The byte at the cursor, NUL at the end. */
static char peek(const struct cursor *c)
{
    if (c->at == c->end) return '\0';
    return c->text[c->at];
}

static bool looking_at(const struct cursor *c, const char *text)
{
    size_t size = strlen(text);
    return c->end - c->at >= size && memcmp(c->text + c->at, text, size) == 0;
}

void notation_free_fields(struct catalog_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(fields[i].text);
        free(fields[i].ranges);
    }
    free(fields);
}

static int check_text(const struct cursor *c)
{
    for (size_t i = 0; i < c->end; i++) {
        unsigned char byte = (unsigned char)c->text[i];
        if (byte < 0x20 || byte > 0x7E)
            return fail(c, i, "byte 0x%02X in a notation; expected printable ASCII", byte);
    }
    return c->end ? 0 : fail(c, 0, "empty notation; expected a record or a command");
}

/* ---- one field ---------------------------------------------------------- */

static void set_text(struct catalog_field *field, const struct cursor *c, size_t from, size_t to)
{
    field->text = memory_slice(c->text + from, to - from);
}

/* `<name>` and `<name=ranges>`, the cursor on the `<`. */
static int parse_param(struct cursor *c, struct catalog_field *field)
{
    size_t start = c->at + 1;
    const char *close = memchr(c->text + start, '>', c->end - start);
    if (!close) return fail(c, c->at, "'<' without its '>'");
    size_t end = (size_t)(close - c->text);
    const char *equals = memchr(c->text + start, '=', end - start);
    size_t name_end = equals ? (size_t)(equals - c->text) : end;
    if (name_end == start)
        return fail(c, start, "'<>' without a name; expected the name of a parameter");
    if (memchr(c->text + start, '<', end - start))
        return fail(c, start, "'<' within '<'; expected the name of a parameter");
    if (equals
        && notation_parse_ranges(equals + 1, end - name_end - 1, &field->ranges,
                                 &field->range_count, c->error)
               != 0) {
        c->error->offset += name_end + 1;
        return -1;
    }
    field->kind = CATALOG_FIELD_PARAM;
    set_text(field, c, start, name_end);
    c->at = end + 1;
    return 0;
}

/* `"keyword"` and `"<name>"`, the cursor on the quote. */
static int parse_quoted(struct cursor *c, struct catalog_field *field)
{
    size_t start = c->at + 1;
    const char *close = memchr(c->text + start, '"', c->end - start);
    if (!close) return fail(c, c->at, "'\"' without its second");
    size_t end = (size_t)(close - c->text);
    if (end == start) return fail(c, c->at, "empty keyword; expected text in the quotes");
    if (c->text[start] != '<') {
        field->kind = CATALOG_FIELD_KEYWORD;
        set_text(field, c, start, end);
        c->at = end + 1;
        return 0;
    }
    c->at = start;
    if (parse_param(c, field) != 0) return -1;
    if (c->at != end) return fail(c, c->at, "text after a quoted parameter; expected '\"'");
    field->quoted = true;
    c->at = end + 1;
    return 0;
}

/* `(0-4)`, `("a","b")`, `(0,1)s`: kept as written. */
static int parse_set(struct cursor *c, struct catalog_field *field)
{
    size_t start = c->at;
    size_t depth = 0;
    for (; c->at < c->end; c->at++) {
        char byte = c->text[c->at];
        if (depth == 0 && strchr(",[]", byte)) break;
        depth += byte == '(';
        if (byte == ')' && depth-- == 0) return fail(c, c->at, "')' without its '('");
    }
    if (depth) return fail(c, start, "'(' without its ')'");
    field->kind = CATALOG_FIELD_SET;
    set_text(field, c, start, c->at);
    return 0;
}

static int parse_literal(struct cursor *c, struct catalog_field *field)
{
    size_t start = c->at;
    while (c->at < c->end && !strchr(",[]<>\"()", c->text[c->at])) c->at++;
    if (c->at == start && peek(c) && !strchr(",]", peek(c)))
        return fail(c, c->at, "unexpected '%c'; expected a field", peek(c));
    if (c->at > start && c->text[c->at - 1] == ' ')
        return fail(c, c->at - 1, "space at the end of a field; expected none");
    field->kind = c->at == start ? CATALOG_FIELD_SET : CATALOG_FIELD_LITERAL;
    set_text(field, c, start, c->at);
    return 0;
}

static bool is_optional(const struct cursor *c)
{
    bool optional = false;
    for (size_t i = 0; i < c->depth; i++) optional |= c->groups[i].is_tail;
    return optional;
}

static int parse_field(struct cursor *c)
{
    if (c->field_count == ATP_FIELD_COUNT_MAX)
        return fail(c, c->at, "more than %d fields", ATP_FIELD_COUNT_MAX);
    c->fields = memory_grow(c->fields, c->field_count + 1, &c->field_capacity, sizeof *c->fields);
    struct catalog_field *field = &c->fields[c->field_count++];
    field->offset = c->at;
    field->optional = is_optional(c);
    switch (peek(c)) {
    case '<': return parse_param(c, field);
    case '"': return parse_quoted(c, field);
    case '(': return parse_set(c, field);
    default: return parse_literal(c, field);
    }
}

/* ---- brackets ----------------------------------------------------------- */

static int open_group(struct cursor *c, bool is_tail)
{
    if (c->depth == DEPTH_MAX) return fail(c, c->at, "brackets nested deeper than %d", DEPTH_MAX);
    c->groups[c->depth++] = (struct group){c->at, c->field_count, is_tail, false};
    c->at += is_tail ? 2 : 1;
    return 0;
}

/* `[<a>]`: present, can be empty. `[<a>,<b>]` and `[<a>,]`: can be absent. */
static int close_group(struct cursor *c)
{
    if (c->depth == 0) return fail(c, c->at, "']' without its '['");
    const struct group *group = &c->groups[--c->depth];
    if (!group->is_tail && !group->has_comma) c->fields[group->first_field].can_be_empty = true;
    else if (!group->is_tail)
        for (size_t i = group->first_field; i < c->field_count; i++) c->fields[i].optional = true;
    c->at++;
    return 0;
}

/* Whether the cursor is on the `]` of `[<a>,]`. */
static bool closes_leading_group(const struct cursor *c)
{
    const struct group *group = c->depth ? &c->groups[c->depth - 1] : NULL;
    return peek(c) == ']' && group && !group->is_tail && group->has_comma;
}

/* ---- a list of fields --------------------------------------------------- */

/* A field is awaited. Writes: *awaited. */
static int parse_at_field(struct cursor *c, bool first, bool *awaited)
{
    if (closes_leading_group(c)) return close_group(c);
    if (peek(c) == '[') return open_group(c, false);
    if (first && (c->at == c->end || strchr(",]", peek(c))))
        return fail(c, c->at, "expected a field");
    *awaited = false;
    return parse_field(c);
}

static int parse_payload(struct cursor *c)
{
    size_t start = c->at;
    struct catalog_field data = {0};
    c->at += strlen(PAYLOAD_MARK);
    if (peek(c) != '<') return fail(c, c->at, "expected <data> after " PAYLOAD_MARK);
    if (parse_param(c, &data) != 0) return -1;
    free(data.text);
    free(data.ranges);
    const struct catalog_field *last = &c->fields[c->field_count - 1];
    if (last->kind != CATALOG_FIELD_PARAM)
        return fail(c, start, "payload without a length; expected a parameter before it");
    c->has_payload = true;
    return 0;
}

/* A field has ended. Writes: *awaited. */
static int parse_after_field(struct cursor *c, bool *awaited)
{
    if (peek(c) == ']') return close_group(c);
    if (c->has_payload) return fail(c, c->at, "text after a payload; expected the end");
    if (looking_at(c, PAYLOAD_MARK)) return parse_payload(c);
    if (looking_at(c, "[,")) {
        *awaited = true;
        return open_group(c, true);
    }
    if (peek(c) != ',')
        return fail(c, c->at, "unexpected '%c'; expected ',', '[,' or the end", peek(c));
    if (c->depth) c->groups[c->depth - 1].has_comma = true;
    c->at++;
    *awaited = true;
    return 0;
}

/* A first field that can be empty can be absent if nothing must follow it. */
static void settle_first(struct cursor *c)
{
    bool alone = c->fields[0].can_be_empty;
    for (size_t i = 1; i < c->field_count; i++) alone &= c->fields[i].optional;
    if (alone) c->fields[0].optional = true;
}

static int parse_fields(struct cursor *c)
{
    size_t start = c->at;
    bool awaited = true;
    while (awaited || c->at < c->end) {
        bool first = c->at == start || c->text[c->at - 1] == '[';
        int status = awaited ? parse_at_field(c, first, &awaited) : parse_after_field(c, &awaited);
        if (status != 0) return -1;
    }
    if (c->depth) return fail(c, c->groups[c->depth - 1].offset, "'[' without its ']'");
    settle_first(c);
    return 0;
}

/* ---- records ------------------------------------------------------------ */

/* Offset of the `]` that closes the `[` at `from`, or the end. */
static size_t find_closing(const struct cursor *c, size_t from)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = from; i < c->end; i++) {
        char byte = c->text[i];
        quoted ^= byte == '"';
        if (quoted) continue;
        depth += byte == '[';
        if (byte == ']' && --depth == 0) return i;
    }
    return c->end;
}

static void strip_repeat(struct cursor *c, struct catalog_record *out)
{
    if (c->end - c->at > 4 && memcmp(c->text + c->end - 4, " ...", 4) == 0) {
        c->end -= 4;
        out->repeated = true;
    }
}

static void strip_marks(struct cursor *c, struct catalog_record *out)
{
    strip_repeat(c, out);
    if (peek(c) == '[' && find_closing(c, c->at) == c->end - 1) {
        c->at++;
        c->end--;
        out->optional = true;
        strip_repeat(c, out);
    }
}

static int parse_name(struct cursor *c, struct catalog_record *out)
{
    size_t start = c->at;
    size_t size = 0;
    while (start + size < c->end && !strchr(":,\"<>[]()", c->text[start + size])) size++;
    c->at = start + size;
    if (size == 0) return parse_fields(c);
    if (size > ATP_NAME_SIZE_MAX)
        return fail(c, start, "prefix of %zu bytes; expected at most %d", size, ATP_NAME_SIZE_MAX);
    bool whole = c->at == c->end;
    bool word = c->text[start] >= 'A' && c->text[start] <= 'Z';
    bool tail = word && looking_at(c, "<") && c->text[start + size - 1] == ' '; /* CONNECT <n> */
    if (!whole && !tail && !looking_at(c, ": "))
        return fail(c, c->at, "expected ': ' after the prefix");
    if (tail) size--;
    if (size == 0 || c->text[start] == ' ' || c->text[start + size - 1] == ' ')
        return fail(c, start, "space beside a prefix; expected none");
    c->at += whole || tail ? 0 : 2;
    out->has_colon = !whole && !tail;
    if (!whole && parse_fields(c) != 0) return -1;
    out->name = memory_slice(c->text + start, size);
    return 0;
}

static bool is_prompt(const struct cursor *c)
{
    return looking_at(c, ">")
           && (c->end - c->at == 1 || (c->end - c->at == 2 && looking_at(c, "> ")));
}

int notation_parse_record(const char *text, struct catalog_record *out,
                          struct notation_error *error)
{
    struct cursor c = {.text = text, .end = strlen(text), .error = error};
    if (check_text(&c) != 0) return -1;
    struct catalog_record record = {0};
    strip_marks(&c, &record);
    if (is_prompt(&c)) {
        record.name = memory_text(">");
    } else if (parse_name(&c, &record) != 0) {
        notation_free_fields(c.fields, c.field_count);
        return -1;
    }
    record.notation = memory_text(text);
    record.has_payload = c.has_payload;
    record.fields = c.fields;
    record.field_count = c.field_count;
    *out = record;
    return 0;
}

/* ---- command syntax ----------------------------------------------------- */

/* Basic commands (ATE, AT&D) have their value right after the name. */
static bool is_basic(const char *command)
{
    return command[0] == '&' || (command[0] >= 'A' && command[0] <= 'Z');
}

static int parse_rest(struct cursor *c, const char *command, struct catalog_syntax *out)
{
    out->kind = ATP_FORM_EXECUTE;
    if (c->at == c->end) return 0;
    if (c->end - c->at == 1 && looking_at(c, "?")) {
        out->kind = ATP_FORM_READ;
        return 0;
    }
    if (c->end - c->at == 2 && looking_at(c, "=?")) {
        out->kind = ATP_FORM_TEST;
        return 0;
    }
    if (peek(c) == '=') {
        out->kind = ATP_FORM_WRITE;
        c->at++;
    } else if (!is_basic(command)) {
        return fail(c, c->at, "unexpected '%c'; expected '=', '?', '=?' or the end", peek(c));
    }
    return parse_fields(c);
}

int notation_parse_syntax(const char *text, const char *command, struct catalog_syntax *out,
                          struct notation_error *error)
{
    struct cursor c = {.text = text, .end = strlen(text), .error = error};
    if (check_text(&c) != 0) return -1;
    if (!looking_at(&c, "AT"))
        return fail(&c, 0, "expected the syntax to begin with AT%s", command);
    c.at = 2;
    if (!looking_at(&c, command))
        return fail(&c, 2, "expected the syntax to begin with AT%s", command);
    c.at += strlen(command);
    struct catalog_syntax syntax = {0};
    if (parse_rest(&c, command, &syntax) != 0 || c.has_payload) {
        notation_free_fields(c.fields, c.field_count);
        return c.has_payload ? fail(&c, c.at, "payload in a command; expected none") : -1;
    }
    syntax.text = memory_text(text);
    syntax.args = c.fields;
    syntax.arg_count = c.field_count;
    if (syntax.kind == ATP_FORM_WRITE && c.fields[0].kind == CATALOG_FIELD_KEYWORD)
        syntax.key = memory_text(c.fields[0].text);
    *out = syntax;
    return 0;
}
