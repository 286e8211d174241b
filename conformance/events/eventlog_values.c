/* The fields of one line as JSON.
 *
 *     tag    = ,"tag":"recv"               text literals, joined by commas
 *     values = ,"values":{"id":1,"size":500}
 *     extra  = ,"extra":["7","abc"]        fields beyond the record's
 *
 * What a value becomes is decided by the type the manual gives it; a field
 * that is not of its type is printed as the text it is, so nothing is lost. */
#include "events/eventlog_values_internal.h"

#include "base/json.h"

#include <string.h>

static unsigned param_count(const struct atp_event *event)
{
    unsigned known = event->record == NULL ? 0 : event->record->param_count;
    return event->field_count < known ? event->field_count : known;
}

static const struct atp_param *param_at(const struct atp_event *event, unsigned index)
{
    return &event->catalog->params[event->record->param + index];
}

static bool is_number_text(const char *text)
{
    return json_is_integer((const uint8_t *)text, strlen(text));
}

void eventlog_write_tag(struct buffer *out, const struct atp_event *event)
{
    bool first = true;
    for (unsigned i = 0; i < param_count(event); i++) {
        const char *literal = atp_is_literal(event, i) ? atp_field_name(event, i) : NULL;
        if (literal == NULL || is_number_text(literal)) continue;
        buffer_append_text(out, first ? ",\"tag\":\"" : ",");
        json_escape(out, literal, strlen(literal));
        first = false;
    }
    if (!first) buffer_append(out, "\"", 1);
}

/* ---- one value -------------------------------------------------------- */

static bool is_signed_decimal(const uint8_t *text, size_t size)
{
    size_t first = size > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    for (size_t i = first; i < size; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return size > first;
}

/* A number of the line, as it stands if JSON has it, else by its value if
 * 32 bits held that, else as text. */
static void write_number(struct buffer *out, const struct atp_event *event, unsigned index)
{
    const struct atp_field *field = &event->fields[index];
    const uint8_t *text = event->bytes + field->offset;
    unsigned status = event->status[index] & ~ATP_FIELD_NEGATIVE;
    if (json_is_integer(text, field->size)) {
        buffer_append(out, text, field->size);
    } else if ((status == ATP_FIELD_VALID || status == ATP_FIELD_RANGE)
               && is_signed_decimal(text, field->size)) {
        if ((event->status[index] & ATP_FIELD_NEGATIVE) != 0 && field->value != 0)
            buffer_append(out, "-", 1);
        json_unsigned(out, field->value);
    } else {
        json_bytes(out, text, field->size);
    }
}

static void write_value(struct buffer *out, const struct atp_event *event, unsigned index)
{
    const struct atp_field *field = &event->fields[index];
    enum atp_type type = (enum atp_type)(param_at(event, index)->type & ATP_PARAM_TYPE);
    if ((event->status[index] & ~ATP_FIELD_NEGATIVE) == ATP_FIELD_EMPTY)
        buffer_append_text(out, "null");
    else if (type == ATP_TYPE_INT || type == ATP_TYPE_CODE) write_number(out, event, index);
    else json_bytes(out, event->bytes + field->offset, field->size);
}

/* ---- all values ------------------------------------------------------- */

/* Fields of test responses that nothing names. */
static bool is_nameless(const struct atp_event *event, unsigned index)
{
    return atp_field_name(event, index)[0] == '\0';
}

/* How many fields before this one have its name: JSON readers keep but one
 * value of a key. Equal texts are one in the pool. */
static unsigned count_before(const struct atp_event *event, unsigned index)
{
    unsigned count = 0;
    for (unsigned i = 0; i < index; i++) {
        count +=
            param_at(event, i)->name == param_at(event, index)->name && !atp_is_literal(event, i);
    }
    return count;
}

static void write_key(struct buffer *out, const struct atp_event *event, unsigned index)
{
    const char *name = atp_field_name(event, index);
    unsigned before = count_before(event, index);
    bool nameless = is_nameless(event, index);
    buffer_append(out, "\"", 1);
    json_escape(out, name, strlen(name));
    if (nameless || before > 0) {
        buffer_append(out, "#", 1);
        json_unsigned(out, (nameless ? index : before) + 1);
    }
    buffer_append(out, "\":", 2);
}

void eventlog_write_values(struct buffer *out, const struct atp_event *event)
{
    const char *separator = "";
    buffer_append_text(out, ",\"values\":{");
    for (unsigned i = 0; i < param_count(event); i++) {
        if (atp_is_literal(event, i)) continue;
        buffer_append_text(out, separator);
        write_key(out, event, i);
        write_value(out, event, i);
        separator = ",";
    }
    buffer_append(out, "}", 1);
}

void eventlog_write_extra(struct buffer *out, const struct atp_event *event)
{
    const char *separator = ",\"extra\":[";
    unsigned first = param_count(event);
    for (unsigned i = first; i < event->field_count; i++) {
        const struct atp_field *field = &event->fields[i];
        buffer_append_text(out, separator);
        json_bytes(out, event->bytes + field->offset, field->size);
        separator = ",";
    }
    if (event->field_count > first) buffer_append(out, "]", 1);
}
