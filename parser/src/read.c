/* Fields of an event, as the caller asks for them. */
#include "internal.h"

/* The parameter that field `index` is, or NULL. */
static const struct atp_param *find_param(const struct atp_event *event, unsigned index)
{
    if (event == NULL || event->record == NULL || index >= event->record->param_count) return NULL;
    return &event->catalog->params[event->record->param + index];
}

static enum atp_status find_field(const struct atp_event *event, unsigned index)
{
    if (event == NULL) return ATP_ERROR_ARGUMENT;
    if (index >= event->field_count) return ATP_ERROR_MISSING;
    return event->status[index] == ATP_FIELD_EMPTY ? ATP_ERROR_EMPTY : ATP_OK;
}

/* A code may be text: it is a number if it is digits to its end. */
static bool is_digits(const struct atp_event *event, const struct atp_field *field)
{
    const uint8_t *text = event->bytes + field->offset;
    unsigned i = field->size > 1 && text[0] == '-';
    for (; i < field->size; i++)
        if ((uint8_t)(text[i] - '0') > 9) return false;
    return field->size > 0;
}

static bool is_number(const struct atp_event *event, unsigned index)
{
    const struct atp_param *param = find_param(event, index);
    if (param == NULL) return false;
    unsigned type = param->type & ATP_PARAM_TYPE;
    if (type == ATP_TYPE_CODE) return is_digits(event, &event->fields[index]);
    return type == ATP_TYPE_INT || type == ATP_TYPE_HEX;
}

static enum atp_status check_number(const struct atp_event *event, unsigned index)
{
    enum atp_status status = find_field(event, index);
    if (status != ATP_OK) return status;
    unsigned found = event->status[index] & ~ATP_FIELD_NEGATIVE;
    if (found == ATP_FIELD_MALFORMED || !is_number(event, index)) return ATP_ERROR_MALFORMED;
    return found == ATP_FIELD_OVERFLOW ? ATP_ERROR_RANGE : ATP_OK;
}

enum atp_status atp_read_u32(const struct atp_event *event, unsigned index, uint32_t *out)
{
    enum atp_status status = out != NULL ? check_number(event, index) : ATP_ERROR_ARGUMENT;
    if (status != ATP_OK) return status;
    uint32_t value = event->fields[index].value;
    if ((event->status[index] & ATP_FIELD_NEGATIVE) != 0 && value > 0) return ATP_ERROR_RANGE;
    *out = value;
    return ATP_OK;
}

enum atp_status atp_read_i32(const struct atp_event *event, unsigned index, int32_t *out)
{
    enum atp_status status = out != NULL ? check_number(event, index) : ATP_ERROR_ARGUMENT;
    if (status != ATP_OK) return status;
    uint32_t value = event->fields[index].value;
    if ((event->status[index] & ATP_FIELD_NEGATIVE) == 0) {
        if (value > (uint32_t)INT32_MAX) return ATP_ERROR_RANGE;
        *out = (int32_t)value;
        return ATP_OK;
    }
    if (value > (uint32_t)INT32_MAX + 1u) return ATP_ERROR_RANGE;
    *out = value == (uint32_t)INT32_MAX + 1u ? INT32_MIN : -(int32_t)value;
    return ATP_OK;
}

enum atp_status atp_read_bytes(const struct atp_event *event, unsigned index, const uint8_t **bytes,
                               size_t *size)
{
    if (bytes == NULL || size == NULL) return ATP_ERROR_ARGUMENT;
    enum atp_status status = find_field(event, index);
    if (status != ATP_OK) return status;
    *bytes = event->bytes + event->fields[index].offset;
    *size = event->fields[index].size;
    return ATP_OK;
}

enum atp_status atp_read_string(const struct atp_event *event, unsigned index, void *out,
                                size_t capacity, size_t *size)
{
    const uint8_t *bytes;
    size_t left;
    size_t n = 0;
    if ((out == NULL && capacity > 0) || size == NULL) return ATP_ERROR_ARGUMENT;
    enum atp_status status = atp_read_bytes(event, index, &bytes, &left);
    if (status != ATP_OK) return status;
    for (; left > 0; n++) {
        uint8_t byte = *bytes;
        size_t step = 1;
        if (byte == '\\' && left >= 3 && atpi_digit(bytes[1]) < 16 && atpi_digit(bytes[2]) < 16) {
            byte = (uint8_t)(atpi_digit(bytes[1]) * 16 + atpi_digit(bytes[2]));
            step = 3;
        }
        if (n < capacity) ((uint8_t *)out)[n] = byte;
        bytes += step;
        left -= step;
    }
    if (n > capacity) return ATP_ERROR_CAPACITY;
    *size = n;
    return ATP_OK;
}

const char *atp_field_name(const struct atp_event *event, unsigned index)
{
    const struct atp_param *param = find_param(event, index);
    return param != NULL ? event->catalog->text + param->name : NULL;
}

bool atp_is_literal(const struct atp_event *event, unsigned index)
{
    const struct atp_param *param = find_param(event, index);
    return param != NULL && (param->type & ATP_PARAM_TYPE) >= ATP_TYPE_LITERAL;
}

static bool is_same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) a++, b++;
    return *a == *b;
}

int atp_find_field(const struct atp_event *event, const char *name)
{
    if (event == NULL || name == NULL) return -1;
    for (unsigned i = 0; i < event->field_count; i++) {
        const char *found = atp_field_name(event, i);
        if (found != NULL && !atp_is_literal(event, i) && is_same(found, name)) return (int)i;
    }
    return -1;
}

const char *atp_event_name(const struct atp_event *event)
{
    bool known = event != NULL && event->name != NULL;
    return known ? event->catalog->text + event->name->text : "";
}
