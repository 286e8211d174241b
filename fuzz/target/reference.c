/* The grammar of a line, as the catalogue's notation has it:
 *
 *     line   = result | prefix body | text ;
 *     result = name [ " " tail ] ;          a name that has a record without fields
 *     body   = ": " field { "," field } ;   a name whose records have fields
 *
 * What is written otherwise is read all the same, and named. */
#include "reference.h"

#include "reference_fields.h"

#include <string.h>

#define DEV_FIELDS 0xFFu /* mask: deviations of fields, of which a choice is made */

/* ---- a record --------------------------------------------------------- */

static bool is_length(const struct reference_line *line, unsigned index)
{
    if (index >= line->field_count) return false;
    const struct reference_field *field = &line->fields[index];
    return field->number && !field->negative;
}

/* Reads all of the fields from span.at on as those of the record; `some`: there
 * is one at least, be it empty. */
static void try_record(const struct atp_catalog *catalog, const struct atp_record *record,
                       struct span span, bool some, struct trial *trial)
{
    const struct atp_param *params = &catalog->params[record->param];
    unsigned index = 0;
    for (; some; index++) {
        if (index < record->param_count)
            span.at = reference_read_field(catalog, &params[index], span, trial);
        else span.at = reference_read_extra(span, trial);
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
 * records have fields, or that has none, does not stand alone, a word whose records have none takes
 * no colon; the text after CONNECT stands after a space. */
static bool may_follow(const struct atp_catalog *catalog, const struct atp_name *name,
                       struct span rest)
{
    bool tail = (name->flags & ATP_NAME_TAIL) != 0;
    bool prefix = is_prefix(catalog, name);
    bool fields = has_fields(catalog, name);
    if (name->record_count == 0 && !prefix) return false;
    if (rest.at == rest.end) return tail || (name->record_count > 0 && !fields);
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
        if (!reference_begins_with(text, size, catalog->text + name->text)) continue;
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
        bool some = fields.at < fields.end || colon;
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

/* Reads text[first, last), which has neither spaces around it nor a line end. */
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
    span.at = reference_skip_blanks(span);
    while (span.end > span.at && text[span.end - 1] == ' ') span.end--;
    const struct atp_name *name = reference_find_name(catalog, text + span.at, span.end - span.at);
    if (name == NULL) {
        line->name = find_bare(catalog, pending);
        /* free text: spaces around it are its own */
        if (line->name != NULL)
            read_record(catalog, line->name, (struct span){text, 0, size}, pending, true, line);
        return;
    }
    line->name = name;
    line->offset = span.at;
    line->size = span.end - span.at;
    /* one space after a colon that nothing follows is the colon's */
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
        bool escape = bytes[i] == '\\' && count - i >= 3 && reference_hex_digit(bytes[i + 1]) >= 0
                      && reference_hex_digit(bytes[i + 2]) >= 0;
        int value = escape
                        ? reference_hex_digit(bytes[i + 1]) * 16 + reference_hex_digit(bytes[i + 2])
                        : bytes[i];
        if (written == capacity) return ATP_ERROR_CAPACITY;
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
