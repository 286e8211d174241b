/* What must hold of one event by itself, and of the line after a run. */
#include "watch.h"

#include <string.h>

/* ---- I7: bounds ------------------------------------------------------- */

static void check_fields(const struct atp_event *event)
{
    if (event->field_count > ATP_FIELD_COUNT_MAX)
        fuzz_fail("I7", "%u fields", (unsigned)event->field_count);
    for (unsigned i = 0; i < event->field_count; i++) {
        const struct atp_field *field = &event->fields[i];
        unsigned status = event->status[i] & ~ATP_FIELD_NEGATIVE;
        if ((size_t)field->offset + field->size > event->size)
            fuzz_fail("I7", "field %u is bytes %u to %u of %zu", i, (unsigned)field->offset,
                      (unsigned)field->offset + field->size, event->size);
        if (status > ATP_FIELD_OVERFLOW) fuzz_fail("I6", "field %u has status %u", i, status);
        if (status != ATP_FIELD_VALID && status != ATP_FIELD_RANGE && field->value != 0)
            fuzz_fail("I6", "field %u has a value, and status %u", i, status);
        if (status == ATP_FIELD_EMPTY && field->size > 0)
            fuzz_fail("I6", "field %u is empty, and has %u bytes", i, (unsigned)field->size);
    }
}

static void check_bounds(const struct watch *watch, const struct atp_event *event)
{
    if (event->kind > ATP_KIND_TRUNCATED) fuzz_fail("I7", "kind %u", (unsigned)event->kind);
    if (event->deviations >> ATP_DEV_COUNT != 0)
        fuzz_fail("I8", "deviations %lx", (unsigned long)event->deviations);
    if (event->exchange > ATP_EXCHANGE_LATE)
        fuzz_fail("I8", "exchange state %u", (unsigned)event->exchange);
    if (event->catalog != watch->catalog) fuzz_fail("I7", "another catalogue");
    if ((size_t)event->text_offset + event->text_size > event->size)
        fuzz_fail("I7", "text is bytes %u to %u of %zu", (unsigned)event->text_offset,
                  (unsigned)event->text_offset + event->text_size, event->size);
    check_fields(event);
}

/* ---- I4: where a response begins -------------------------------------- */

static bool is_response(const struct atp_event *event)
{
    return event->kind == ATP_KIND_INFO || event->kind == ATP_KIND_RESULT
           || event->kind == ATP_KIND_URC;
}

/* What ends without a line end of its own. */
static bool ends_open(const struct atp_event *event)
{
    return event->kind == ATP_KIND_ECHO || event->kind == ATP_KIND_PROMPT
           || event->kind == ATP_KIND_DATA || event->kind == ATP_KIND_STREAM
           || event->kind == ATP_KIND_TRUNCATED || (event->deviations & ATP_DEV_GLUED) != 0;
}

/* 0 CR: a result code after ATV0. */
static bool is_numeric(const struct atp_event *event)
{
    return event->name != NULL && (event->name->flags & ATP_NAME_NUMERIC) != 0;
}

static void check_beginning(const struct watch *watch, const struct atp_event *event)
{
    const struct atp_event *last = &watch->last;
    if (event->offset == 0 || watch->input[event->offset - 1] == '\n' || ends_open(last)) return;
    uint8_t before = watch->input[event->offset - 1];
    bool blank = last->kind == ATP_KIND_BLANK && before == ' '; /* after > */
    if (blank || before == '\r') return;
    fuzz_fail("I4", "%s at offset %llu begins inside a line", atp_kind_name(event->kind),
              (unsigned long long)event->offset);
}

static void check_name(const struct atp_event *event)
{
    const struct atp_name *name = event->name;
    const uint8_t *text = event->bytes + event->text_offset;
    if (name == NULL || event->record == NULL) fuzz_fail("I4", "a response that is not known");
    if ((name->flags & ATP_NAME_BARE) != 0) return;
    if (event->text_size < name->size
        || memcmp(event->catalog->text + name->text, text, name->size) != 0)
        fuzz_fail("I4", "%.*s is taken for %s", (int)event->text_size, (const char *)text,
                  atp_event_name(event));
    if (event->text_size == name->size) return;
    uint8_t next = text[name->size];
    bool tail = next == ' ' && (name->flags & ATP_NAME_TAIL) != 0;
    if (next != ':' && next != ',' && next != '(' && !tail)
        fuzz_fail("I4", "%.*s is taken for %s", (int)event->text_size, (const char *)text,
                  atp_event_name(event));
}

/* A line that is longer than the buffer is passed on, never read. */
static void check_length(const struct watch *watch, const struct atp_event *event)
{
    size_t size = (size_t)(event->offset - watch->line) + event->size;
    if (size > watch->line_size)
        fuzz_fail("I4", "%s in a line of %zu bytes, the buffer is for %zu",
                  atp_kind_name(event->kind), size, watch->line_size);
}

/* ---- I8: deviations --------------------------------------------------- */

#define DEV_WRITING                                                                                \
    (ATP_DEV_NO_SPACE | ATP_DEV_EXTRA_SPACE | ATP_DEV_NO_COLON | ATP_DEV_UNKNOWN_RECORD            \
     | ATP_DEV_BAD_LENGTH)
#define DEV_FIELDS                                                                                 \
    (ATP_DEV_QUOTED | ATP_DEV_UNQUOTED | ATP_DEV_STRAY_QUOTE | ATP_DEV_RANGE | ATP_DEV_EMPTY_FIELD \
     | ATP_DEV_EXTRA_FIELD | ATP_DEV_MISSING_FIELD | ATP_DEV_MALFORMED_FIELD)

struct rewritten {
    size_t size;
    uint8_t bytes[FUZZ_INPUT_SIZE_MAX + 512u];
};

static void put(struct rewritten *out, const void *bytes, size_t size)
{
    if (size > sizeof out->bytes - out->size) fuzz_fail("I7", "fields longer than the line");
    memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
}

static bool has_set(const struct atp_event *event)
{
    const struct atp_param *params = &event->catalog->params[event->record->param];
    for (unsigned i = 0; i < event->record->param_count; i++)
        if ((params[i].type & ATP_PARAM_TYPE) == ATP_TYPE_SET) return true;
    return false;
}

/* A field between quotes where the manual has it so; where either is legal, as
 * it came. */
static void put_field(struct rewritten *out, const struct atp_event *event, unsigned index)
{
    const struct atp_field *field = &event->fields[index];
    const uint8_t *text = event->bytes + field->offset;
    unsigned type = event->catalog->params[event->record->param + index].type & ATP_PARAM_TYPE;
    bool empty = event->status[index] == ATP_FIELD_EMPTY;
    bool quoted = (type == ATP_TYPE_STRING || type == ATP_TYPE_KEYWORD) && !empty;
    if (type == ATP_TYPE_ANY && field->offset > 0 && !empty) quoted = text[-1] == '"';
    if (quoted) put(out, "\"", 1);
    put(out, text, field->size);
    if (quoted) put(out, "\"", 1);
}

/* The line written again, from its record and fields. */
static void rewrite(struct rewritten *out, const struct atp_event *event)
{
    const struct atp_name *name = event->name;
    out->size = 0;
    bool bare = (name->flags & ATP_NAME_BARE) != 0;
    if (!bare || (event->field_count > 0 && event->fields[0].offset > event->text_offset)) {
        put(out, event->catalog->text + name->text, name->size);
        bool tail = (name->flags & ATP_NAME_TAIL) != 0;
        if (event->field_count > 0) put(out, tail ? " " : ": ", tail ? 1 : 2);
    }
    for (unsigned i = 0; i < event->field_count; i++) {
        if (i > 0) put(out, ",", 1);
        put_field(out, event, i);
    }
}

static void check_writing(const struct atp_event *event)
{
    static struct rewritten out;
    const uint8_t *text = event->bytes + event->text_offset;
    if ((event->deviations & (DEV_WRITING | DEV_FIELDS)) != 0 || has_set(event)) return;
    if (event->field_count > event->record->param_count)
        fuzz_fail("I8", "%u fields, the record has %u, and no deviation",
                  (unsigned)event->field_count, (unsigned)event->record->param_count);
    rewrite(&out, event);
    if (text[event->text_size - 1] == ':' && out.size == event->text_size + 1u) out.size--;
    if (out.size == event->text_size && memcmp(out.bytes, text, out.size) == 0) return;
    fuzz_fail("I8", "no deviation, but %.*s is written %.*s", (int)event->text_size,
              (const char *)text, (int)out.size, (const char *)out.bytes);
}

/* Each status that is not valid has its deviation. */
static void check_statuses(const struct atp_event *event)
{
    for (unsigned i = 0; i < event->field_count && i < event->record->param_count; i++) {
        unsigned status = event->status[i] & ~ATP_FIELD_NEGATIVE;
        uint8_t type = event->catalog->params[event->record->param + i].type;
        uint32_t awaited = 0;
        if (status == ATP_FIELD_RANGE || status == ATP_FIELD_OVERFLOW) awaited = ATP_DEV_RANGE;
        if (status == ATP_FIELD_MALFORMED) awaited = ATP_DEV_MALFORMED_FIELD;
        if (status == ATP_FIELD_EMPTY && (type & ATP_PARAM_EMPTY) == 0
            && (type & ATP_PARAM_TYPE) != ATP_TYPE_REST)
            awaited = ATP_DEV_EMPTY_FIELD;
        if ((event->deviations & awaited) != awaited)
            fuzz_fail("I8", "field %u of %s has status %u, and no deviation reports it", i,
                      atp_event_name(event), status);
    }
}

void watch_check_event(const struct watch *watch, const struct atp_event *event)
{
    check_bounds(watch, event);
    if (!is_response(event)) return;
    check_name(event);
    check_statuses(event);
    check_writing(event);
    if (is_numeric(event)) return;
    check_beginning(watch, event);
    check_length(watch, event);
}
