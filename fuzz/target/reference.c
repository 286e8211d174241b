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

#define DEV_FIELDS 0xFFu /* mask: deviations of fields, of which a choice is made */

/* Part of a line: bytes [at, end). */
struct span {
    const uint8_t *text;
    size_t at;
    size_t end;
};

/* One record tried on a line. */
struct trial {
    struct reference_line line;
    bool rejected; /* a literal or keyword differs: another record          */
    bool selected; /* one agrees                                            */
    bool answers;  /* the record answers what is pending                    */
    size_t end;    /* where the last field ends                             */
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

static bool is_bracket(uint8_t byte)
{
    return byte == '[' || byte == ']';
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

static bool begins_with(const uint8_t *text, size_t size, const char *other)
{
    size_t at = 0;
    while (at < size && other[at] != 0 && text[at] == (uint8_t)other[at]) at++;
    return other[at] == 0;
}

static bool is_text(const uint8_t *text, size_t size, const char *other)
{
    return size == strlen(other) && begins_with(text, size, other);
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

/* Whether ranges limit values of the type. */
static bool is_limited(enum atp_type type)
{
    return type == ATP_TYPE_INT || type == ATP_TYPE_HEX || type == ATP_TYPE_CODE
           || type == ATP_TYPE_STRING || type == ATP_TYPE_WORD;
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
        if (bytes[0] != '(' && bytes[0] != '<' && bytes[0] != '"')
            field->status = ATP_FIELD_MALFORMED;
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
    if (field->size == 0 && (param->type & ATP_PARAM_EMPTY) != 0) return;
    if (field->status == ATP_FIELD_VALID && is_limited(type)
        && !is_in_range(catalog, param, judged))
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
    if (token.size == 0 && !token.quoted) {
        field.status = ATP_FIELD_EMPTY;
        bool may_be = (param->type & ATP_PARAM_EMPTY) != 0 || type == ATP_TYPE_REST;
        if (!may_be) line->deviations |= ATP_DEV_EMPTY_FIELD;
        if (type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD) trial->rejected = true;
    } else {
        if (!token.quoted && wants_quotes(type) == 1) line->deviations |= ATP_DEV_UNQUOTED;
        judge_value(catalog, param, span.text, trial, &field);
        if (token.quoted && !token.closed) {
            field.status = ATP_FIELD_MALFORMED;
            field.number = field.negative = false;
            field.value = 0;
        }
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
    return field->number && !field->negative;
}

/* A field beyond those of the record: text, cut as that of a test response. */
static size_t read_extra(struct span span, struct trial *trial)
{
    struct reference_line *line = &trial->line;
    size_t first = skip_blanks(span);
    line->deviations |= ATP_DEV_EXTRA_FIELD | (first > span.at ? ATP_DEV_EXTRA_SPACE : 0);
    span.at = first;
    struct token token = read_set(span);
    struct reference_field field = {.offset = token.at, .size = token.size};
    field.status = token.size == 0 ? ATP_FIELD_EMPTY : ATP_FIELD_VALID;
    if (line->field_count < ATP_FIELD_COUNT_MAX) line->fields[line->field_count++] = field;
    return token.next;
}

/* Reads all of the fields from span.at on as those of the record; `some`: there
 * is one at least, be it empty. */
static void try_record(const struct atp_catalog *catalog, const struct atp_record *record,
                       struct span span, bool some, struct trial *trial)
{
    const struct atp_param *params = &catalog->params[record->param];
    unsigned index = 0;
    for (; some; index++) {
        if (index < record->param_count) span.at = read_field(catalog, &params[index], span, trial);
        else span.at = read_extra(span, trial);
        some = span.at < span.end && (trial->line.deviations & ATP_DEV_GLUED) == 0;
        if (some) span.at++; /* the comma */
    }
    trial->end = span.at;
    for (; index < record->param_count; index++) {
        if ((params[index].type & ATP_PARAM_OPTIONAL) != 0) continue;
        trial->line.deviations |= ATP_DEV_MISSING_FIELD;
    }
    /* a test response does not begin with a value */
    if (record->param_count > 0 && (params[0].type & ATP_PARAM_TYPE) == ATP_TYPE_SET
        && trial->line.field_count > 0 && trial->line.fields[0].status == ATP_FIELD_MALFORMED)
        trial->rejected = true;
}

/* Whether the first fits the line better. What fits without a deviation of a
 * field is best, then what answers the pending command, then what a keyword
 * selects, then the smaller set of deviations. */
static bool fits_better(const struct trial *one, const struct trial *other)
{
    uint32_t deviations = one->line.deviations & DEV_FIELDS;
    uint32_t others = other->line.deviations & DEV_FIELDS;
    if (one->rejected || other->rejected) return other->rejected && !one->rejected;
    if ((deviations == 0) != (others == 0)) return deviations == 0;
    if (one->answers != other->answers) return one->answers;
    if (deviations == 0) return false;
    if (one->selected != other->selected) return one->selected;
    return deviations < others;
}

static bool answers(const struct atp_record *record, struct reference_pending pending)
{
    return pending.form != NULL && record->command == pending.command
           && (record->forms & pending.form->kind) != 0;
}

/* ---- a name ----------------------------------------------------------- */

/* Names are prefixes that begin with a symbol (`+CSQ`, `*ATREADY`), or words. */
static bool is_prefix(const struct atp_catalog *catalog, const struct atp_name *name)
{
    char first = catalog->text[name->text];
    return first > ' ' && first < '0';
}

static bool has_fields(const struct atp_catalog *catalog, const struct atp_name *name)
{
    for (unsigned i = 0; i < name->record_count; i++)
        if (catalog->records[name->record + i].param_count > 0) return true;
    return false;
}

/* Whether a line that begins with the name may go on as `rest`. A prefix whose
 * records have fields does not stand alone, a word whose records have none takes
 * no colon; the text behind CONNECT stands behind a blank. */
static bool may_follow(const struct atp_catalog *catalog, const struct atp_name *name,
                       struct span rest)
{
    bool tail = (name->flags & ATP_NAME_TAIL) != 0;
    bool prefix = is_prefix(catalog, name);
    bool fields = has_fields(catalog, name);
    if (name->record_count == 0 && !prefix) return false;
    if (rest.at == rest.end) return tail || !fields;
    uint8_t byte = rest.text[rest.at];
    if (tail) return byte == ' ';
    if (byte == ':') return prefix || fields;
    return prefix && (byte == ',' || byte == '(');
}

const struct atp_name *reference_find_name(const struct atp_catalog *catalog, const uint8_t *text,
                                           size_t size)
{
    const struct atp_name *longest = NULL;
    for (unsigned i = 0; i < catalog->name_count; i++) {
        const struct atp_name *name = &catalog->names[i];
        if (!begins_with(text, size, catalog->text + name->text)) continue;
        if ((name->flags & ATP_NAME_NUMERIC) != 0) continue; /* ATV0 is never sent */
        if ((name->flags & ATP_NAME_BARE) != 0 && !is_prefix(catalog, name)) continue;
        if (longest != NULL && longest->size > name->size) continue;
        if (may_follow(catalog, name, (struct span){text, name->size, size})) longest = name;
    }
    return longest;
}

/* Takes what stands between name and fields. Returns: where these begin. */
static size_t read_colon(struct span span, bool tail, uint32_t *deviations)
{
    if (span.at == span.end) return span.at;
    if (tail || span.text[span.at] != ':') {
        if (!tail) *deviations |= ATP_DEV_NO_COLON;
        return span.at + (span.text[span.at] != '(');
    }
    span.at++;
    if (span.at == span.end) return span.at;
    if (span.text[span.at] != ' ') *deviations |= ATP_DEV_NO_SPACE;
    return span.at + (span.text[span.at] == ' ');
}

/* The name whose command alone makes lines without a prefix known. */
static const struct atp_name *find_bare(const struct atp_catalog *catalog,
                                        struct reference_pending pending)
{
    if (pending.form == NULL) return NULL;
    const struct atp_name *name = &catalog->names[catalog->commands[pending.command].name];
    bool bare = (name->flags & ATP_NAME_BARE) != 0;
    for (unsigned i = 0; bare && i < name->record_count; i++)
        if (answers(&catalog->records[name->record + i], pending)) return name;
    return NULL;
}

/* The record of the name that fits the fields best, as read. */
static struct trial choose_record(const struct atp_catalog *catalog, const struct atp_name *name,
                                  struct span fields, bool colon, struct reference_pending pending)
{
    struct trial best = {.rejected = true};
    for (unsigned i = 0; i < name->record_count; i++) {
        const struct atp_record *record = &catalog->records[name->record + i];
        struct trial trial = {.answers = answers(record, pending)};
        bool some = fields.at < fields.end || (colon && record->param_count > 0);
        trial.line.record = record;
        try_record(catalog, record, fields, some, &trial);
        if (fits_better(&trial, &best)) best = trial;
    }
    return best;
}

/* ---- what is asked ---------------------------------------------------- */

/* Whether some variant of the form can begin with the record. */
static bool comes_first(const struct atp_catalog *catalog, const struct atp_form *form,
                        const struct atp_record *record)
{
    for (unsigned v = 0; form != NULL && v < form->variant_count; v++) {
        const struct atp_variant *variant = &catalog->variants[form->variant + v];
        for (unsigned e = 0; e < variant->element_count; e++) {
            uint16_t element = catalog->elements[variant->element + e];
            if (&catalog->records[element & ATP_ELEMENT_RECORD] == record) return true;
            if ((element & ATP_ELEMENT_OPTIONAL) == 0) break;
        }
    }
    return false;
}

/* A URC that is written like the record, or NULL. */
static const struct atp_record *find_twin(const struct atp_catalog *catalog,
                                          const struct reference_line *line)
{
    for (unsigned i = 0; i < line->name->record_count; i++) {
        const struct atp_record *twin = &catalog->records[line->name->record + i];
        if (twin->role == ATP_ROLE_URC && twin->param == line->record->param
            && twin->param_count == line->record->param_count)
            return twin;
    }
    return NULL;
}

/* Information where something is asked: awaited, unasked, of another form or of
 * another command. */
static void judge_information(const struct atp_catalog *catalog, struct reference_pending pending,
                              struct reference_line *line)
{
    const struct atp_record *twin = find_twin(catalog, line);
    if (comes_first(catalog, pending.form, line->record)) {
        line->kind = ATP_KIND_INFO;
    } else if (twin != NULL) {
        line->kind = ATP_KIND_URC;
        line->record = twin;
    } else if (line->record->command == pending.command) {
        line->deviations |= ATP_DEV_UNEXPECTED;
    } else if (line->record->role == ATP_ROLE_INFO) {
        line->kind = ATP_KIND_URC;
        line->deviations |= ATP_DEV_NOT_ASKED;
    }
}

static void judge_kind(const struct atp_catalog *catalog, struct reference_pending pending,
                       struct reference_line *line)
{
    static const uint8_t kinds[] = {
        [ATP_ROLE_INFO] = ATP_KIND_INFO,     [ATP_ROLE_ASYNC] = ATP_KIND_URC,
        [ATP_ROLE_URC] = ATP_KIND_URC,       [ATP_ROLE_RESULT] = ATP_KIND_RESULT,
        [ATP_ROLE_PROMPT] = ATP_KIND_PROMPT,
    };
    bool uploads = pending.form != NULL && (pending.form->flags & ATP_FORM_UPLOAD) != 0;
    line->kind = (enum atp_kind)kinds[line->record->role];
    if (uploads && line->record->result == ATP_RESULT_CONNECT) line->kind = ATP_KIND_PROMPT;
    bool information = line->record->role == ATP_ROLE_INFO || line->record->role == ATP_ROLE_ASYNC;
    if (pending.form != NULL && information) judge_information(catalog, pending, line);
}

/* ---- the line --------------------------------------------------------- */

/* Reads text[first, last), which has neither blanks round it nor a line end. */
static void read_record(const struct atp_catalog *catalog, const struct atp_name *name,
                        struct span span, struct reference_pending pending, bool bare,
                        struct reference_line *line)
{
    uint32_t common = line->deviations;
    size_t first = span.at;
    if (!bare) {
        span.at += name->size;
        span.at = read_colon(span, (name->flags & ATP_NAME_TAIL) != 0, &common);
    }
    bool colon = span.at > first && span.text[span.at - 1] == ':';
    struct trial best = choose_record(catalog, name, span, colon, pending);
    if (best.rejected) {
        line->deviations = common | ATP_DEV_UNKNOWN_RECORD;
        return;
    }
    size_t offset = line->offset;
    *line = best.line;
    line->name = name;
    line->offset = offset;
    line->size = best.end - offset;
    line->deviations |= common;
    if (line->record->payload > 0 && !is_length(line, line->record->payload - 1u))
        line->deviations |= ATP_DEV_BAD_LENGTH;
    judge_kind(catalog, pending, line);
}

void reference_read(const struct atp_catalog *catalog, const uint8_t *text, size_t size,
                    struct reference_pending pending, struct reference_line *line)
{
    struct span span = {text, 0, size};
    memset(line, 0, sizeof *line);
    line->kind = ATP_KIND_TEXT;
    line->size = size;
    span.at = skip_blanks(span);
    while (span.end > span.at && is_blank(text[span.end - 1])) span.end--;
    const struct atp_name *name = reference_find_name(catalog, text + span.at, span.end - span.at);
    if (name == NULL) {
        line->name = find_bare(catalog, pending);
        /* free text: blanks round it are its own */
        if (line->name != NULL)
            read_record(catalog, line->name, (struct span){text, 0, size}, pending, true, line);
        return;
    }
    line->name = name;
    line->offset = span.at;
    line->size = span.end - span.at;
    /* one blank behind a colon that nothing follows is the colon's */
    bool colon = line->size == name->size + 1u && text[span.end - 1] == ':';
    if (span.at > 0 || size > span.end + colon) line->deviations |= ATP_DEV_EXTRA_SPACE;
    read_record(catalog, name, span, pending, false, line);
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
