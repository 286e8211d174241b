/* The grammar of a line, as the catalogue's notation has it:
 *
 *     line   = result | prefix body | text ;
 *     result = name [ " " tail ] ;          a name that has a record without fields
 *     body   = ": " field { "," field } ;   a name whose records have fields
 *     field  = '"' { byte } '"' | { byte but "," } | set | rest ;
 *
 * What is written otherwise is read all the same, and named. */
#include "reference.h"

#include <string.h>

/* Part of a line: bytes [at, end). */
struct span {
    const uint8_t *text;
    size_t at;
    size_t end;
};

/* One record tried on a line. */
struct trial {
    struct reference_line line;
    bool rejected; /* a literal or keyword differs, or is not there         */
    bool selected; /* one agrees                                            */
    bool answers;  /* the record answers what is pending                    */
};

/* One field as it stands on the line. */
struct token {
    size_t at; /* of its text, without quotes                               */
    size_t size;
    size_t next; /* behind it: a comma, or the end                          */
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

static int hex_digit(uint8_t byte)
{
    if (is_digit(byte)) return byte - '0';
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    return -1;
}

static size_t skip_blanks(struct span span)
{
    while (span.at < span.end && is_blank(span.text[span.at])) span.at++;
    return span.at;
}

static bool is_text(const uint8_t *text, size_t size, const char *other)
{
    return size == strlen(other) && memcmp(text, other, size) == 0;
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
        if (hex_digit(text[i]) < 0) return;
    while (at < size && text[at] == '0') at++;
    field->status = size - at > 8 ? ATP_FIELD_OVERFLOW : ATP_FIELD_VALID;
    if (field->status == ATP_FIELD_OVERFLOW) return;
    uint64_t value = 0;
    for (; at < size; at++) value = value * 16 + (uint64_t)hex_digit(text[at]);
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
        size_t behind = skip_blanks((struct span){span.text, i + 1, span.end});
        if (behind == span.end || span.text[behind] == ',') {
            if (behind > i + 1) token.deviations |= ATP_DEV_EXTRA_SPACE;
            token.closed = true;
            token.size = i - token.at;
            token.next = behind;
            return token;
        }
        token.deviations |= ATP_DEV_STRAY_QUOTE;
    }
    token.deviations |= ATP_DEV_STRAY_QUOTE;
    token.size = span.end - token.at;
    token.next = span.end;
    return token;
}

static struct token read_bare(struct span span)
{
    struct token token = {.at = span.at};
    size_t end = span.at;
    while (end < span.end && span.text[end] != ',') end++;
    token.next = end;
    while (end > span.at && is_blank(span.text[end - 1])) end--;
    if (end < token.next) token.deviations |= ATP_DEV_EXTRA_SPACE;
    token.size = end - span.at;
    return token;
}

/* A field of a test response: commas within parentheses or quotes belong to
 * it, brackets round it do not. */
static struct token read_set(struct span span)
{
    struct token token = {.at = span.at};
    unsigned depth = 0;
    bool quoted = false;
    size_t end = span.at;
    for (; end < span.end; end++) {
        uint8_t byte = span.text[end];
        if (byte == '"') quoted = !quoted;
        if (quoted) continue;
        if (byte == '(') depth++;
        if (byte == ')' && depth > 0) depth--;
        if (byte == ',' && depth == 0) break;
    }
    token.next = end;
    while (token.at < end && span.text[token.at] == '[') token.at++;
    while (end > token.at && (span.text[end - 1] == '[' || span.text[end - 1] == ']')) end--;
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
    return read_bare(span);
}

/* ---- a field ---------------------------------------------------------- */

/* Whether quotes belong round a value of the type; -1 if it is free. */
static int wants_quotes(enum atp_type type)
{
    switch (type) {
    case ATP_TYPE_STRING:
    case ATP_TYPE_KEYWORD: return 1;
    case ATP_TYPE_INT:
    case ATP_TYPE_HEX:
    case ATP_TYPE_WORD:
    case ATP_TYPE_LITERAL: return 0;
    case ATP_TYPE_ANY:
    case ATP_TYPE_CODE:
    case ATP_TYPE_REST:
    case ATP_TYPE_SET: return -1;
    }
    return -1;
}

static void judge_value(const struct atp_catalog *catalog, const struct atp_param *param,
                        const uint8_t *text, struct trial *trial, struct reference_field *field)
{
    enum atp_type type = (enum atp_type)(param->type & ATP_PARAM_TYPE);
    const uint8_t *bytes = text + field->offset;
    int64_t judged = (int64_t)field->size; /* texts are limited in size */
    switch (type) {
    case ATP_TYPE_INT: read_int(bytes, field->size, field); break;
    case ATP_TYPE_HEX: read_hex(bytes, field->size, field); break;
    case ATP_TYPE_CODE:
        read_int(bytes, field->size, field);
        if (field->status == ATP_FIELD_MALFORMED) {
            field->status = ATP_FIELD_VALID;
            return;
        }
        break;
    case ATP_TYPE_SET:
        if (strchr("(\"<[", bytes[0]) == NULL) field->status = ATP_FIELD_MALFORMED;
        break;
    case ATP_TYPE_LITERAL:
    case ATP_TYPE_KEYWORD:
        if (is_text(bytes, field->size, catalog->text + param->name)) trial->selected = true;
        else trial->rejected = true;
        return;
    case ATP_TYPE_STRING:
    case ATP_TYPE_WORD:
    case ATP_TYPE_ANY:
    case ATP_TYPE_REST: break;
    }
    if (field->number) judged = field->negative ? -(int64_t)field->value : (int64_t)field->value;
    if (field->status == ATP_FIELD_VALID && !is_in_range(catalog, param, judged))
        field->status = ATP_FIELD_RANGE;
}

/* Reads the field at span.at. Returns: where it ends. */
static size_t read_field(const struct atp_catalog *catalog, const struct atp_param *param,
                         struct span span, struct trial *trial)
{
    struct reference_line *line = &trial->line;
    enum atp_type type = (enum atp_type)(param->type & ATP_PARAM_TYPE);
    bool fixed = type == ATP_TYPE_LITERAL && catalog->text[param->name] == ' ';
    size_t first = fixed ? span.at : skip_blanks(span);
    if (first > span.at) line->deviations |= ATP_DEV_EXTRA_SPACE;
    span.at = first;

    struct token token = read_token(span, type);
    struct reference_field field = {.offset = token.at, .size = token.size};
    line->deviations |= token.deviations;
    if (token.quoted && wants_quotes(type) == 0) line->deviations |= ATP_DEV_QUOTED;
    if (token.size == 0 && (!token.quoted || type == ATP_TYPE_INT || type == ATP_TYPE_HEX)) {
        field.status = ATP_FIELD_EMPTY;
        if ((param->type & ATP_PARAM_EMPTY) == 0) line->deviations |= ATP_DEV_EMPTY_FIELD;
        if (type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD) trial->rejected = true;
    } else {
        if (!token.quoted && wants_quotes(type) == 1) line->deviations |= ATP_DEV_UNQUOTED;
        judge_value(catalog, param, span.text, trial, &field);
        if (token.quoted && !token.closed) field.status = ATP_FIELD_MALFORMED;
        if (field.status == ATP_FIELD_MALFORMED) line->deviations |= ATP_DEV_MALFORMED_FIELD;
        if (field.status == ATP_FIELD_RANGE || field.status == ATP_FIELD_OVERFLOW)
            line->deviations |= ATP_DEV_RANGE;
    }
    if (line->field_count < ATP_FIELD_COUNT_MAX) line->fields[line->field_count++] = field;
    return token.next;
}

/* ---- a record --------------------------------------------------------- */

static bool is_length(const struct reference_line *line, unsigned index)
{
    if (index >= line->field_count) return false;
    const struct reference_field *field = &line->fields[index];
    return field->number && (!field->negative || field->value == 0);
}

/* Reads all of the fields from span.at on as those of the record; behind a
 * name alone there is none. */
static void try_record(const struct atp_catalog *catalog, const struct atp_record *record,
                       struct span span, bool alone, struct trial *trial)
{
    static const struct atp_param extra = {.type = ATP_TYPE_ANY | ATP_PARAM_EMPTY};
    bool more = !alone;
    unsigned index = 0;
    for (; more; index++) {
        bool known = index < record->param_count;
        const struct atp_param *param = known ? &catalog->params[record->param + index] : &extra;
        if (!known) trial->line.deviations |= ATP_DEV_EXTRA_FIELD;
        span.at = read_field(catalog, param, span, trial);
        more = span.at < span.end; /* a comma stands there */
        span.at += more;
    }
    for (; index < record->param_count; index++) {
        const struct atp_param *param = &catalog->params[record->param + index];
        enum atp_type type = (enum atp_type)(param->type & ATP_PARAM_TYPE);
        if ((param->type & ATP_PARAM_OPTIONAL) == 0)
            trial->line.deviations |= ATP_DEV_MISSING_FIELD;
        if (type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD) trial->rejected = true;
    }
}

/* Whether the first fits the line better: a keyword selects, then the smaller
 * set of deviations, then what is asked, then what the manual has first. */
static bool fits_better(const struct trial *one, const struct trial *other)
{
    if (one->rejected != other->rejected) return other->rejected;
    if (one->selected != other->selected) return one->selected;
    if (one->line.deviations != other->line.deviations)
        return one->line.deviations < other->line.deviations;
    return one->answers && !other->answers;
}

static bool answers(const struct atp_record *record, struct reference_pending pending)
{
    return pending.command != ATP_NONE && record->command == pending.command
           && (record->forms & pending.form) != 0;
}

/* ---- a name ----------------------------------------------------------- */

static bool has_record(const struct atp_catalog *catalog, const struct atp_name *name,
                       bool with_fields)
{
    for (unsigned i = 0; i < name->record_count; i++)
        if ((catalog->records[name->record + i].param_count > 0) == with_fields) return true;
    return false;
}

/* Whether a line that begins with the name may go on as `rest`. */
static bool may_follow(const struct atp_catalog *catalog, const struct atp_name *name,
                       struct span rest)
{
    bool tail = (name->flags & ATP_NAME_TAIL) != 0;
    if (skip_blanks(rest) == rest.end) return tail || has_record(catalog, name, false);
    uint8_t byte = rest.text[rest.at];
    if (tail) return byte == ' ';
    bool prefix = catalog->text[name->text] == '+';
    if (!has_record(catalog, name, true)) return false;
    return byte == ':' || (prefix && strchr(",( ", byte) != NULL && byte != 0);
}

const struct atp_name *reference_find_name(const struct atp_catalog *catalog, const uint8_t *text,
                                           size_t size)
{
    const struct atp_name *longest = NULL;
    for (unsigned i = 0; i < catalog->name_count; i++) {
        const struct atp_name *name = &catalog->names[i];
        if ((name->flags & (ATP_NAME_NUMERIC | ATP_NAME_BARE)) != 0) continue;
        if (name->size > size || memcmp(text, catalog->text + name->text, name->size) != 0)
            continue;
        if (longest != NULL && longest->size > name->size) continue;
        if (may_follow(catalog, name, (struct span){text, name->size, size})) longest = name;
    }
    return longest;
}

/* Takes the colon and its blank. Returns: where the fields begin. */
static size_t read_colon(struct span span, bool tail, uint32_t *deviations)
{
    uint8_t byte = span.text[span.at];
    if (tail) return span.at + 1;
    if (byte == ':') {
        span.at++;
        if (span.at < span.end && span.text[span.at] != ' ') *deviations |= ATP_DEV_NO_SPACE;
        return span.at + (span.at < span.end && span.text[span.at] == ' ');
    }
    *deviations |= ATP_DEV_NO_COLON;
    return span.at + (byte != '(');
}

/* The name whose command alone makes lines without a prefix known. */
static const struct atp_name *find_bare(const struct atp_catalog *catalog,
                                        struct reference_pending pending)
{
    if (pending.command == ATP_NONE) return NULL;
    const struct atp_name *name = &catalog->names[catalog->commands[pending.command].name];
    bool bare = (name->flags & ATP_NAME_BARE) != 0;
    for (unsigned i = 0; bare && i < name->record_count; i++)
        if (answers(&catalog->records[name->record + i], pending)) return name;
    return NULL;
}

void reference_read(const struct atp_catalog *catalog, const uint8_t *text, size_t size,
                    struct reference_pending pending, struct reference_line *line)
{
    struct span span = {text, 0, size};
    uint32_t common = 0;
    bool alone = false;
    memset(line, 0, sizeof *line);
    line->size = size;
    const struct atp_name *name = reference_find_name(catalog, text, size);
    if (name != NULL) {
        span.at = name->size;
        alone = skip_blanks(span) == span.end;
        if (alone && span.at < span.end) common |= ATP_DEV_EXTRA_SPACE;
        if (!alone) span.at = read_colon(span, (name->flags & ATP_NAME_TAIL) != 0, &common);
    } else {
        name = find_bare(catalog, pending);
    }
    if (name == NULL) return;

    struct trial best = {.rejected = true};
    for (unsigned i = 0; i < name->record_count; i++) {
        struct trial trial = {.answers = answers(&catalog->records[name->record + i], pending)};
        trial.line.record = &catalog->records[name->record + i];
        try_record(catalog, trial.line.record, span, alone, &trial);
        if (fits_better(&trial, &best)) best = trial;
    }
    *line = best.line;
    line->name = name;
    line->size = size;
    if (best.rejected) {
        line->record = NULL;
        line->field_count = 0;
        line->deviations = ATP_DEV_UNKNOWN_RECORD;
        return;
    }
    line->deviations |= common;
    if (line->record->payload > 0 && !is_length(line, line->record->payload - 1u))
        line->deviations |= ATP_DEV_BAD_LENGTH;
}

/* ---- readers ---------------------------------------------------------- */

/* The status of a field before its value is looked at. */
static enum atp_status check(const struct reference_line *line, unsigned index)
{
    if (index >= line->field_count) return ATP_ERROR_MISSING;
    return line->fields[index].status == ATP_FIELD_EMPTY ? ATP_ERROR_EMPTY : ATP_OK;
}

enum atp_status reference_u32(const struct reference_line *line, unsigned index, uint32_t *out)
{
    enum atp_status status = check(line, index);
    if (status != ATP_OK) return status;
    const struct reference_field *field = &line->fields[index];
    if (field->status == ATP_FIELD_OVERFLOW) return ATP_ERROR_RANGE;
    if (!field->number) return ATP_ERROR_MALFORMED;
    if (field->negative && field->value > 0) return ATP_ERROR_RANGE;
    *out = field->value;
    return ATP_OK;
}

enum atp_status reference_i32(const struct reference_line *line, unsigned index, int32_t *out)
{
    enum atp_status status = check(line, index);
    if (status != ATP_OK) return status;
    const struct reference_field *field = &line->fields[index];
    if (field->status == ATP_FIELD_OVERFLOW) return ATP_ERROR_RANGE;
    if (!field->number) return ATP_ERROR_MALFORMED;
    int64_t value = field->negative ? -(int64_t)field->value : (int64_t)field->value;
    if (value < INT32_MIN || value > INT32_MAX) return ATP_ERROR_RANGE;
    *out = (int32_t)value;
    return ATP_OK;
}

enum atp_status reference_string(const struct reference_line *line, const uint8_t *text,
                                 unsigned index, uint8_t *out, size_t capacity, size_t *size)
{
    enum atp_status status = check(line, index);
    if (status != ATP_OK) return status;
    const uint8_t *bytes = text + line->fields[index].offset;
    size_t count = line->fields[index].size;
    size_t written = 0;
    for (size_t i = 0; i < count; written++) {
        bool escape = bytes[i] == '\\' && count - i >= 3 && hex_digit(bytes[i + 1]) >= 0
                      && hex_digit(bytes[i + 2]) >= 0;
        int value = escape ? hex_digit(bytes[i + 1]) * 16 + hex_digit(bytes[i + 2]) : bytes[i];
        if (written == capacity) return ATP_ERROR_RANGE;
        out[written] = (uint8_t)value;
        i += escape ? 3 : 1;
    }
    *size = written;
    return ATP_OK;
}

int reference_find_field(const struct atp_catalog *catalog, const struct reference_line *line,
                         const char *name)
{
    if (line->record == NULL) return -1;
    for (unsigned i = 0; i < line->record->param_count && i < line->field_count; i++) {
        const struct atp_param *param = &catalog->params[line->record->param + i];
        unsigned type = param->type & ATP_PARAM_TYPE;
        if (type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD) continue;
        if (strcmp(catalog->text + param->name, name) == 0) return (int)i;
    }
    return -1;
}
