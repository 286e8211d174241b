/* Placeholders for what varies.
 *
 * A field becomes one if the catalogue gives it a range or leaves it free. It
 * stays what it is
 *   - if it is a literal, or a code that the manual lists (a state, an error),
 *   - if a command has sent the same of the same parameter (a session's number),
 *   - if it is not what the catalogue states: a deviation is no example.
 * What counts a payload is captured, and the payload awaited by that count. */
#include "record/edit.h"

#include "at/line.h"
#include "base/digest.h"
#include "base/memory.h"
#include "match/match_part.h"
#include "record/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_SIZE 40
#define INTERVAL_MAX  4 /* of a field: see ATP_PARAM_INTERVALS               */

/* A parameter and the value a command gave it. */
struct said {
    char *name;
    char *value;
};

struct edit {
    const struct compiled_catalog *compiled;
    bool digests;
    struct said *said;
    size_t said_count, said_capacity;
    char **names; /* of placeholders, in use                                 */
    size_t name_count, name_capacity;
    char count_name[NAME_MAX_SIZE + 16]; /* of the payload to come; "": none  */
    uint64_t count;
};

/* A field on its line. */
struct field {
    const struct atp_param *param;
    const struct catalog_param *model; /* NULL: not known                    */
    const char *name;
    size_t offset, size; /* with its quotes                                  */
    unsigned index;
};

/* ---- what commands sent ----------------------------------------------- */

static void note_argument(struct edit *edit, const char *name, const char *bytes, size_t size)
{
    edit->said =
        memory_grow(edit->said, edit->said_count + 1, &edit->said_capacity, sizeof *edit->said);
    edit->said[edit->said_count++] = (struct said){memory_text(name), memory_slice(bytes, size)};
}

static bool is_form(const struct catalog_form *form, const struct at_command *command,
                    const uint8_t *line)
{
    struct at_span key;
    if (form->syntax.kind != command->form) return false;
    if (form->syntax.key == NULL) return true;
    return at_field(line, at_arguments(command), 0, &key) && strlen(form->syntax.key) == key.size
           && memcmp(form->syntax.key, line + key.offset, key.size) == 0;
}

static void note_form(struct edit *edit, const struct catalog_form *form, const uint8_t *line,
                      const struct at_command *command)
{
    struct at_span field;
    if (!is_form(form, command, line)) return;
    for (unsigned i = 0; i < form->syntax.arg_count; i++)
        if (form->syntax.args[i].kind == CATALOG_FIELD_PARAM
            && at_field(line, at_arguments(command), i, &field))
            note_argument(edit, form->syntax.args[i].text, (const char *)line + field.offset,
                          field.size);
}

static void note_command(struct edit *edit, const uint8_t *line, const struct at_command *command)
{
    const struct catalog_model *model = edit->compiled->model;
    char *name = memory_slice((const char *)line + command->name.offset, command->name.size);
    for (char *at = name; *at != '\0'; at++)
        if (*at >= 'a' && *at <= 'z') *at = (char)(*at - 'a' + 'A');
    for (size_t i = 0; i < model->set_count; i++) {
        const struct catalog_command *found = catalog_find_command(model->sets[i], name);
        for (size_t k = 0; found != NULL && k < found->form_count; k++)
            note_form(edit, &found->forms[k], line, command);
    }
    free(name);
}

static void note_line(struct edit *edit, const uint8_t *line, size_t size)
{
    struct at_command command;
    size_t at = 0;
    while (at_next(line, size, &at, &command))
        if (command.form == ATP_FORM_WRITE) note_command(edit, line, &command);
}

static bool was_said(const struct edit *edit, const char *name, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < edit->said_count; i++) {
        const struct said *said = &edit->said[i];
        if (strcmp(said->name, name) == 0 && strlen(said->value) == size
            && memcmp(said->value, bytes, size) == 0)
            return true;
    }
    return false;
}

/* ---- what varies ------------------------------------------------------ */

static size_t interval_count(const struct atp_param *param)
{
    if (param->range == 0) return 0;
    return 1 + (size_t)((param->type & ATP_PARAM_INTERVALS) >> 4);
}

/* Whether the manual lists all that may come. */
static bool is_code(const struct field *field)
{
    const struct catalog_param *model = field->model;
    if (model == NULL || (model->value_count == 0 && model->table == NULL)) return false;
    if (model->table != NULL || model->range_count == 0) return true;
    uint64_t span = 0;
    for (size_t i = 0; i < model->range_count; i++) {
        if (model->ranges[i].max == INT32_MAX) return false;
        span += (uint64_t)((int64_t)model->ranges[i].max - model->ranges[i].min) + 1;
    }
    return span <= model->value_count;
}

static bool placeholder_type(const struct atp_param *param, enum script_type *out)
{
    switch (param->type & ATP_PARAM_TYPE) {
    case ATP_TYPE_INT: *out = SCRIPT_INT; return true;
    case ATP_TYPE_HEX: *out = SCRIPT_HEX; return true;
    case ATP_TYPE_STRING: *out = SCRIPT_STRING; return true;
    case ATP_TYPE_WORD: *out = SCRIPT_WORD; return true;
    case ATP_TYPE_ANY: *out = SCRIPT_ANY; return true;
    case ATP_TYPE_REST: *out = SCRIPT_REST; return true;
    default: return false;
    }
}

static size_t read_intervals(const struct edit *edit, const struct atp_param *param,
                             struct script_interval *out)
{
    const struct atp_range *ranges = edit->compiled->catalog.ranges;
    size_t count = interval_count(param);
    for (size_t i = 0; i < count; i++) {
        const struct atp_range *range = &ranges[param->range + i];
        out[i].min = range->min == INT32_MIN ? INT64_MIN : range->min;
        out[i].max = range->max == INT32_MAX ? INT64_MAX : range->max;
    }
    return count;
}

/* Whether its range leaves no choice. */
static bool is_fixed(const struct script_part *part)
{
    return part->range_count == 1 && part->ranges[0].min == part->ranges[0].max;
}

/* Whether a placeholder of that type takes just the field where it stands, and
 * is written as it reads. */
static bool fits(const struct field *field, const struct script_part *part, const uint8_t *line,
                 size_t size)
{
    const uint8_t *at = line + field->offset;
    struct buffer rest = {0};
    buffer_append(&rest, at, size - field->offset);
    buffer_append_text(&rest, "\r");
    bool good = field->size > 0
                && match_capture_size(part->type, rest.bytes, rest.size) == field->size
                && match_is_within(part, at, field->size) && memchr(at, '}', field->size) == NULL;
    buffer_release(&rest);
    return good;
}

/* ---- placeholders ----------------------------------------------------- */

static bool is_name_used(const struct edit *edit, const char *name)
{
    for (size_t i = 0; i < edit->name_count; i++)
        if (strcmp(edit->names[i], name) == 0) return true;
    return false;
}

/* `datalen`, and where it comes again `datalen2`: each is captured by itself. */
static const char *new_name(struct edit *edit, const char *wanted)
{
    char base[NAME_MAX_SIZE];
    size_t size = 0;
    for (; *wanted != '\0' && size + 1 < sizeof base; wanted++) {
        bool is_letter = (*wanted | 0x20) >= 'a' && (*wanted | 0x20) <= 'z';
        bool is_other = (*wanted >= '0' && *wanted <= '9') || *wanted == '_' || *wanted == '-';
        if (is_letter || (is_other && size > 0)) base[size++] = *wanted;
    }
    base[size] = '\0';
    char *name = memory_text(size > 0 ? base : "value");
    for (unsigned i = 2; is_name_used(edit, name); i++) {
        free(name);
        name = memory_format("%s%u", size > 0 ? base : "value", i);
    }
    edit->names =
        memory_grow(edit->names, edit->name_count + 1, &edit->name_capacity, sizeof *edit->names);
    edit->names[edit->name_count++] = name;
    return name;
}

static void put_ranges(struct buffer *out, const struct script_part *part)
{
    for (size_t i = 0; i < part->range_count; i++) {
        const struct script_interval *range = &part->ranges[i];
        buffer_append_text(out, i > 0 ? "," : " ");
        if (range->min != INT64_MIN) buffer_format(out, "%" PRId64, range->min);
        if (range->min == range->max) continue;
        buffer_append_text(out, "..");
        if (range->max != INT64_MAX) buffer_format(out, "%" PRId64, range->max);
    }
}

static void put_capture(struct edit *edit, struct buffer *out, const struct field *field,
                        const struct script_part *part, const uint8_t *line, bool counts)
{
    static const char *const types[] = {"int", "hex", "string", "word", "any", "rest"};
    const char *name = new_name(edit, field->name);
    buffer_format(out, "{%s:%s", name, types[part->type]);
    put_ranges(out, part);
    buffer_append_text(out, " =");
    buffer_append(out, line + field->offset, field->size);
    buffer_append_text(out, "}");
    if (!counts) return;
    char number[24] = "";
    memcpy(number, line + field->offset, field->size < 23 ? field->size : 23);
    edit->count = strtoull(number, NULL, 10);
    snprintf(edit->count_name, sizeof edit->count_name, "%s", name);
}

static struct field find_field(const struct edit *edit, const struct atp_event *event,
                               unsigned index, const uint8_t *line, size_t size)
{
    const struct atp_record *record = event->record;
    struct field field = {.param = &edit->compiled->catalog.params[record->param + index],
                          .name = atp_field_name(event, index),
                          .offset = event->fields[index].offset,
                          .size = event->fields[index].size,
                          .index = index};
    field.model =
        compiled_param(edit->compiled, compiled_record_index(edit->compiled, record), index);
    bool quoted = field.offset > 0 && line[field.offset - 1] == '"'
                  && field.offset + field.size < size && line[field.offset + field.size] == '"';
    if (quoted) {
        field.offset--;
        field.size += 2;
    }
    return field;
}

/* Returns: whether the field is a placeholder now. */
static bool edit_field(struct edit *edit, struct buffer *out, const struct atp_event *event,
                       const struct field *field, const uint8_t *line, size_t size)
{
    struct script_interval ranges[INTERVAL_MAX];
    struct script_part part = {.kind = SCRIPT_CAPTURE, .ranges = ranges};
    bool counts = event->record->payload == field->index + 1;
    const struct atp_field *raw = &event->fields[field->index];
    if (event->status[field->index] & ~ATP_FIELD_NEGATIVE || field->name == NULL
        || !placeholder_type(field->param, &part.type))
        return false;
    part.range_count = read_intervals(edit, field->param, ranges);
    if (is_fixed(&part) || !fits(field, &part, line, size)) return false;
    if (!counts && (is_code(field) || was_said(edit, field->name, line + raw->offset, raw->size)))
        return false;
    put_capture(edit, out, field, &part, line, counts);
    return true;
}

/* ---- items ------------------------------------------------------------ */

static void edit_line(struct edit *edit, struct buffer *out, const struct tape_item *item)
{
    const struct atp_event *event = item->event;
    size_t at = 0;
    buffer_append_text(out, "< ");
    for (unsigned i = 0; i < event->field_count && i < event->record->param_count; i++) {
        struct field field = find_field(edit, event, i, item->bytes, item->size);
        if (field.offset < at || field.offset + field.size > item->size) continue;
        size_t before = out->size;
        text_literal(out, item->bytes + at, field.offset - at);
        if (edit_field(edit, out, event, &field, item->bytes, item->size))
            at = field.offset + field.size;
        else out->size = before;
    }
    text_literal(out, item->bytes + at, item->size - at);
    buffer_append_text(out, "\n");
}

static void put_digest(struct buffer *out, const uint8_t *bytes, size_t size)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_text(bytes, size, digest);
    buffer_append_text(out, "sha256 ");
    buffer_append_text(out, digest);
}

static void edit_payload(struct edit *edit, struct buffer *out, const struct tape_item *item)
{
    bool is_counted = edit->count_name[0] != '\0' && edit->count == item->size;
    buffer_append_text(out, "<= ");
    if (edit->digests) put_digest(out, item->bytes, item->size);
    else if (is_counted) buffer_format(out, "length {%s}", edit->count_name);
    else buffer_format(out, "length %zu", item->size);
    edit->count_name[0] = '\0';
    buffer_append_text(out, " = ");
    text_payload(out, item->bytes, item->size);
    buffer_append_text(out, "\n");
}

void edit_item(struct edit *edit, struct buffer *out, const struct tape_item *item)
{
    bool has_record = item->event != NULL && item->event->record != NULL;
    if (item->is_sent && item->kind == TAPE_LINE) note_line(edit, item->bytes, item->size);
    if (!item->is_sent && item->kind == TAPE_PAYLOAD) edit_payload(edit, out, item);
    else if (item->kind == TAPE_LINE && has_record) edit_line(edit, out, item);
    else text_item(out, item);
}

struct edit *edit_new(const struct compiled_catalog *compiled, bool digests)
{
    struct edit *edit = memory_new(1, sizeof *edit);
    edit->compiled = compiled;
    edit->digests = digests;
    return edit;
}

void edit_free(struct edit *edit)
{
    if (edit == NULL) return;
    for (size_t i = 0; i < edit->said_count; i++) {
        free(edit->said[i].name);
        free(edit->said[i].value);
    }
    for (size_t i = 0; i < edit->name_count; i++) free(edit->names[i]);
    free(edit->said);
    free(edit->names);
    free(edit);
}
