/* The grammar of a field:
 *
 *     field = '"' { byte } '"' | { byte but "," } | set | rest ;
 *
 * A token is cut out first, then judged by the type of its parameter. */
#include "reference_fields.h"

#include <string.h>

/* One field as it stands on the line. */
struct token {
    size_t at; /* of its text, without quotes                               */
    size_t size;
    size_t next; /* after it: a comma, or the end                          */
    bool quoted;
    bool closed; /* the quote that begins it is closed                      */
    uint32_t deviations;
};

/* ---- texts ------------------------------------------------------------ */

static bool is_blank(uint8_t byte)
{
    return byte == ' ';
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_bracket(uint8_t byte)
{
    return byte == '[' || byte == ']';
}

int reference_hex_digit(uint8_t byte)
{
    if (is_digit(byte)) return byte - '0';
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    return -1;
}

size_t reference_skip_blanks(struct span span)
{
    while (span.at < span.end && is_blank(span.text[span.at])) span.at++;
    return span.at;
}

bool reference_begins_with(const uint8_t *text, size_t size, const char *other)
{
    size_t at = 0;
    while (at < size && other[at] != 0 && text[at] == (uint8_t)other[at]) at++;
    return other[at] == 0;
}

static bool is_text(const uint8_t *text, size_t size, const char *other)
{
    return size == strlen(other) && reference_begins_with(text, size, other);
}

/* ---- numbers ---------------------------------------------------------- */

/* Whether a decimal text without leading zeros is above 2^32 - 1. */
static bool is_beyond(const uint8_t *digits, size_t size)
{
    return size > 10 || (size == 10 && memcmp(digits, "4294967295", 10) > 0);
}

static void read_int(const uint8_t *text, size_t size, struct reference_field *field)
{
    size_t at = 0;
    field->status = ATP_FIELD_MALFORMED;
    if (size > 0 && text[0] == '-') at = 1;
    if (at == size) return;
    for (size_t i = at; i < size; i++)
        if (!is_digit(text[i])) return;
    field->negative = at == 1;
    while (at < size && text[at] == '0') at++;
    field->status = is_beyond(text + at, size - at) ? ATP_FIELD_OVERFLOW : ATP_FIELD_VALID;
    if (field->status == ATP_FIELD_OVERFLOW) return;
    uint64_t value = 0;
    for (; at < size; at++) value = value * 10 + (uint64_t)(text[at] - '0');
    field->number = true;
    field->value = (uint32_t)value;
}

static void read_hex(const uint8_t *text, size_t size, struct reference_field *field)
{
    size_t at = 0;
    field->status = ATP_FIELD_MALFORMED;
    if (size >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) at = 2;
    if (at == size) return;
    for (size_t i = at; i < size; i++)
        if (reference_hex_digit(text[i]) < 0) return;
    while (at < size && text[at] == '0') at++;
    field->status = size - at > 8 ? ATP_FIELD_OVERFLOW : ATP_FIELD_VALID;
    if (field->status == ATP_FIELD_OVERFLOW) return;
    uint64_t value = 0;
    for (; at < size; at++) value = value * 16 + (uint64_t)reference_hex_digit(text[at]);
    field->number = true;
    field->value = (uint32_t)value;
}

/* Whether the parameter may have this value, or a text of this size. */
static bool is_in_range(const struct atp_catalog *catalog, const struct atp_param *param,
                        int64_t value)
{
    if (param->range == 0) return true;
    unsigned further = (param->type & ATP_PARAM_INTERVALS) >> 4;
    for (unsigned i = 0; i <= further; i++) {
        const struct atp_range *range = &catalog->ranges[param->range + i];
        bool open = range->max == INT32_MAX;
        if (value >= range->min && (open || value <= range->max)) return true;
    }
    return false;
}

/* ---- where a field ends ----------------------------------------------- */

/* A quoted text ends at the first quote that a comma or the end follows. */
static struct token read_quoted(struct span span)
{
    struct token token = {.at = span.at + 1, .quoted = true};
    for (size_t i = span.at + 1; i < span.end; i++) {
        if (span.text[i] != '"') continue;
        size_t after = reference_skip_blanks((struct span){span.text, i + 1, span.end});
        if (after == span.end || span.text[after] == ',') {
            if (after > i + 1) token.deviations |= ATP_DEV_EXTRA_SPACE;
            token.closed = true;
            token.size = i - token.at;
            token.next = after;
            return token;
        }
        token.deviations |= ATP_DEV_STRAY_QUOTE;
    }
    token.deviations |= ATP_DEV_STRAY_QUOTE;
    token.size = span.end - token.at;
    token.next = span.end;
    return token;
}

/* A number ends where the line end was lost: at a `+` and a capital. */
static size_t find_glued(struct span span)
{
    size_t end = span.at;
    while (end < span.end && is_digit(span.text[end])) end++;
    bool glued = end > span.at && span.end - end >= 2 && span.text[end] == '+'
                 && span.text[end + 1] >= 'A' && span.text[end + 1] <= 'Z';
    return glued ? end : 0;
}

static struct token read_bare(struct span span, bool number)
{
    struct token token = {.at = span.at};
    size_t end = span.at;
    size_t glued = number ? find_glued(span) : 0;
    if (glued > 0) {
        token.size = glued - span.at;
        token.next = glued;
        token.deviations = ATP_DEV_GLUED;
        return token;
    }
    while (end < span.end && span.text[end] != ',') end++;
    token.next = end;
    while (end > span.at && is_blank(span.text[end - 1])) end--;
    if (end < token.next) token.deviations |= ATP_DEV_EXTRA_SPACE;
    token.size = end - span.at;
    return token;
}

/* Where the text from span.at on has its first comma outside parentheses and
 * quotes, or ends. */
static size_t find_comma(struct span span)
{
    unsigned depth = 0;
    bool quoted = false;
    for (; span.at < span.end; span.at++) {
        uint8_t byte = span.text[span.at];
        if (byte == '"') quoted = !quoted;
        if (quoted) continue;
        if (byte == ',' && depth == 0) break;
        if (byte == '(') depth++;
        if (byte == ')' && depth > 0) depth--;
    }
    return span.at;
}

/* A field of a test response: commas within parentheses or quotes belong to
 * it, brackets around it do not. */
static struct token read_set(struct span span)
{
    struct token token = {.at = span.at};
    size_t end = find_comma(span);
    token.next = end;
    while (token.at < end && is_bracket(span.text[token.at])) token.at++;
    while (end > token.at && is_bracket(span.text[end - 1])) end--;
    token.size = end - token.at;
    return token;
}

static struct token read_rest(struct span span)
{
    return (struct token){.at = span.at, .size = span.end - span.at, .next = span.end};
}

static struct token read_token(struct span span, enum atp_type type)
{
    if (type == ATP_TYPE_CODE || type == ATP_TYPE_REST) return read_rest(span);
    if (type == ATP_TYPE_SET) return read_set(span);
    if (span.at < span.end && span.text[span.at] == '"') return read_quoted(span);
    return read_bare(span, type == ATP_TYPE_INT || type == ATP_TYPE_HEX);
}

/* ---- a field ---------------------------------------------------------- */

static bool is_fixed(enum atp_type type)
{
    return type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD;
}

/* Deviation that quotes, or none, are for the type; 0: they may be or not be. */
static uint32_t judge_quotes(enum atp_type type, bool quoted)
{
    switch (type) {
    case ATP_TYPE_STRING:
    case ATP_TYPE_KEYWORD: return quoted ? 0 : ATP_DEV_UNQUOTED;
    case ATP_TYPE_INT:
    case ATP_TYPE_HEX:
    case ATP_TYPE_WORD:
    case ATP_TYPE_LITERAL: return quoted ? ATP_DEV_QUOTED : 0;
    case ATP_TYPE_ANY:
    case ATP_TYPE_CODE:
    case ATP_TYPE_REST:
    case ATP_TYPE_SET: return 0;
    }
    return 0;
}

/* Reads the text of the field as the type has it. */
static void read_value(enum atp_type type, const uint8_t *bytes, struct reference_field *field)
{
    if (type == ATP_TYPE_INT || type == ATP_TYPE_CODE) read_int(bytes, field->size, field);
    if (type == ATP_TYPE_HEX) read_hex(bytes, field->size, field);
    if (type == ATP_TYPE_CODE && field->status == ATP_FIELD_MALFORMED)
        field->status = ATP_FIELD_VALID; /* a code may be words */
    if (type == ATP_TYPE_SET && bytes[0] != '(' && bytes[0] != '<' && bytes[0] != '"')
        field->status = ATP_FIELD_MALFORMED;
}

/* Whether the value, or the size of the text, is one that the manual allows. */
static bool is_allowed(const struct atp_catalog *catalog, const struct atp_param *param,
                       const struct reference_field *field)
{
    int64_t value = field->value;
    switch ((enum atp_type)(param->type & ATP_PARAM_TYPE)) {
    case ATP_TYPE_INT:
    case ATP_TYPE_HEX:
    case ATP_TYPE_CODE:
        return !field->number || is_in_range(catalog, param, field->negative ? -value : value);
    case ATP_TYPE_STRING:
    case ATP_TYPE_WORD:
        if (field->size == 0 && (param->type & ATP_PARAM_EMPTY) != 0) return true;
        return is_in_range(catalog, param, (int64_t)field->size);
    case ATP_TYPE_ANY:
    case ATP_TYPE_REST:
    case ATP_TYPE_SET:
    case ATP_TYPE_LITERAL:
    case ATP_TYPE_KEYWORD: return true;
    }
    return true;
}

static uint32_t status_deviation(enum atp_field_status status)
{
    switch (status) {
    case ATP_FIELD_VALID:
    case ATP_FIELD_EMPTY: return 0;
    case ATP_FIELD_MALFORMED: return ATP_DEV_MALFORMED_FIELD;
    case ATP_FIELD_RANGE:
    case ATP_FIELD_OVERFLOW: return ATP_DEV_RANGE;
    }
    return 0;
}

/* The field that the token is, for the parameter. Returns: what deviates. */
static uint32_t judge_field(const struct atp_catalog *catalog, const struct atp_param *param,
                            const uint8_t *text, struct token token, struct reference_field *field)
{
    enum atp_type type = (enum atp_type)(param->type & ATP_PARAM_TYPE);
    *field = (struct reference_field){.offset = token.at, .size = token.size};
    if (token.size == 0 && !token.quoted) {
        bool may_be = (param->type & ATP_PARAM_EMPTY) != 0 || type == ATP_TYPE_REST;
        field->status = ATP_FIELD_EMPTY;
        return may_be ? 0 : ATP_DEV_EMPTY_FIELD;
    }
    if (token.quoted && !token.closed) {
        field->status = ATP_FIELD_MALFORMED;
    } else {
        read_value(type, text + token.at, field);
        if (field->status == ATP_FIELD_VALID && !is_allowed(catalog, param, field))
            field->status = ATP_FIELD_RANGE;
    }
    return judge_quotes(type, token.quoted) | status_deviation(field->status);
}

static void keep_field(struct reference_line *line, const struct reference_field *field)
{
    if (line->field_count < ATP_FIELD_COUNT_MAX) line->fields[line->field_count++] = *field;
}

size_t reference_read_field(const struct atp_catalog *catalog, const struct atp_param *param,
                            struct span span, struct trial *trial)
{
    enum atp_type type = (enum atp_type)(param->type & ATP_PARAM_TYPE);
    const char *literal = catalog->text + param->name;
    bool blank = type == ATP_TYPE_LITERAL && literal[0] == ' '; /* it is the literal's */
    size_t first = blank ? span.at : reference_skip_blanks(span);
    if (first > span.at) trial->line.deviations |= ATP_DEV_EXTRA_SPACE;
    span.at = first;

    struct token token = read_token(span, type);
    struct reference_field field;
    trial->line.deviations |=
        token.deviations | judge_field(catalog, param, span.text, token, &field);
    bool agrees = is_text(span.text + token.at, token.size, literal);
    if (is_fixed(type) && agrees) trial->selected = true;
    if (is_fixed(type) && !agrees) trial->rejected = true;
    keep_field(&trial->line, &field);
    return token.next;
}

size_t reference_read_extra(struct span span, struct trial *trial)
{
    size_t first = reference_skip_blanks(span);
    trial->line.deviations |= ATP_DEV_EXTRA_FIELD | (first > span.at ? ATP_DEV_EXTRA_SPACE : 0);
    span.at = first;
    struct token token = read_set(span);
    struct reference_field field = {.offset = token.at, .size = token.size};
    if (token.size == 0) field.status = ATP_FIELD_EMPTY;
    keep_field(&trial->line, &field);
    return token.next;
}
