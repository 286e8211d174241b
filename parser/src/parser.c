/* The public calls: joins the layers.
 *
 * Each unit that the frame layer cuts becomes one event, or, where a line end
 * was lost, several. All state has moved on before the callback runs, so that
 * it may answer with atp_sent. */
#include "internal.h"

/* Events that one physical line may hold, where line ends between them were
 * lost; more is malformed. Bounds the work on one line (I7). */
#define PIECES_MAX 4

/* ---- delivery --------------------------------------------------------- */

static INLINE_FOR_SPEED void start_event(struct atp_parser *p, enum atp_kind kind,
                                         const uint8_t *bytes, size_t size)
{
    struct atp_event *event = p->event;
    event->kind = (uint8_t)kind;
    event->result = ATP_RESULT_NONE;
    event->more = 0;
    event->field_count = 0;
    event->text_offset = 0;
    event->text_size = 0;
    event->deviations = 0;
    event->left = 0;
    event->bytes = bytes;
    event->size = size;
    event->offset = p->offset;
    event->catalog = p->catalog;
    event->name = NULL;
    event->record = NULL;
}

static void deliver(struct atp_parser *p, struct atp_event *event)
{
    bool space = event->kind == ATP_KIND_BLANK && event->size == 1 && event->bytes[0] == ' ';
    if (event->kind != ATP_KIND_ECHO && !space)
        p->upload_first_size = 0; /* an upload's echo comes directly after the prompt */
    p->offset += event->size;
    event->exchange = p->exchange;
    p->in_callback = true;
    p->on_event(p->user, event);
    p->in_callback = false;
}

/* ---- lines ------------------------------------------------------------ */

/* How well a record fits a line. */
struct fit {
    uint8_t deviations; /* of its fields: ATP_DEV_FIELDS                    */
    bool selected;      /* a literal or keyword agrees                      */
};

/* The best record so far, NULL while there is none. */
struct choice {
    const struct atp_record *record;
    struct fit fit;
};

/* What has no deviation of a field goes first; then where a literal agrees; then
 * the smaller set of deviations, the graver being the higher bits. `other` is not
 * perfect. */
static bool is_better(struct fit one, struct fit other)
{
    if (one.deviations == 0) return true;
    if (one.selected != other.selected) return one.selected;
    return one.deviations < other.deviations;
}

static bool is_perfect(const struct choice *choice)
{
    return choice->record != NULL && choice->fit.deviations == 0;
}

/* Reads the line as `record`, and takes it if it fits better. */
static inline void consider(struct atp_parser *p, const struct atp_record *record,
                            struct choice *choice)
{
    if (!atpi_args_read(p, record)) return;
    struct fit fit = {(uint8_t)(p->reader.deviations & ATP_DEV_FIELDS), p->reader.selected};
    if (choice->record != NULL && !is_better(fit, choice->fit)) return;
    choice->record = record;
    choice->fit = fit;
}

/* The name's records that answer the pending command, or those that do not, up to
 * a perfect fit. */
static INLINE_FOR_SPEED void consider_all(struct atp_parser *p, const struct atp_name *name,
                                          bool asked, struct choice *choice)
{
    const struct atp_record *record = &p->catalog->records[name->record];
    for (unsigned left = name->record_count; left > 0 && !is_perfect(choice); left--, record++)
        if (atpi_exchange_asked(p, record) == asked) consider(p, record, choice);
}

/* The first pass: what answers the pending command goes before all that does not
 * fit perfectly. */
static void consider_asked(struct atp_parser *p, const struct atp_name *name, struct choice *choice)
{
    consider_all(p, name, true, choice);
    if (choice->record != NULL && !is_perfect(choice)) choice->fit = (struct fit){1, true};
}

/* The second pass. */
static void consider_others(struct atp_parser *p, const struct atp_name *name,
                            struct choice *choice)
{
    consider_all(p, name, false, choice);
}

/* Record of the name that the line is, its fields read; NULL if it is none. Of
 * equal fits the catalogue's order decides, which puts what comes unasked before
 * information, and test responses last. */
static const struct atp_record *choose_record(struct atp_parser *p, const struct atp_name *name)
{
    struct choice choice = {NULL, {0, false}};
    if (p->form != FORM_NONE) consider_asked(p, name, &choice);
    if (!is_perfect(&choice)) consider_others(p, name, &choice);
    if (choice.record == NULL) p->event->field_count = 0;
    else if (!is_perfect(&choice)) atpi_args_read(p, choice.record);
    return choice.record;
}

static void set_kind(const struct atp_parser *p, struct atp_event *event)
{
    static const uint8_t kinds[] = {
        [ATP_ROLE_INFO] = ATP_KIND_INFO,     [ATP_ROLE_ASYNC] = ATP_KIND_URC,
        [ATP_ROLE_URC] = ATP_KIND_URC,       [ATP_ROLE_RESULT] = ATP_KIND_RESULT,
        [ATP_ROLE_PROMPT] = ATP_KIND_PROMPT,
    };
    const struct atp_form *form = atpi_pending_form(p);
    event->kind = kinds[event->record->role];
    event->result = event->record->result;
    if (event->result == ATP_RESULT_CONNECT && form != NULL && (form->flags & ATP_FORM_UPLOAD) != 0)
        event->kind = ATP_KIND_PROMPT;
}

/* The header of a counted payload: what follows it is data (I3). */
COLD static void begin_payload(struct atp_parser *p, struct atp_event *event)
{
    unsigned index = event->record->payload - 1u;
    uint8_t status = index < event->field_count ? event->status[index] : ATP_FIELD_MALFORMED;
    if (status != ATP_FIELD_VALID && status != ATP_FIELD_RANGE) {
        event->deviations |= ATP_DEV_BAD_LENGTH;
        return;
    }
    if (event->fields[index].value == 0) return;
    p->state = STATE_DATA;
    p->data_left = event->fields[index].value;
    p->data_record = (uint16_t)(event->record - p->catalog->records);
    p->data_name = (uint8_t)(event->name - p->catalog->names);
}

/* Name that owns a line without a prefix just now. */
static const struct atp_name *bare_name(const struct atp_parser *p)
{
    if (p->exchange != ATP_EXCHANGE_OPEN) return NULL; /* so no final result code has come */
    const struct atp_name *name = &p->catalog->names[p->catalog->commands[p->command].name];
    if ((name->flags & ATP_NAME_BARE) == 0) return NULL;
    return atpi_exchange_asked(p, &p->catalog->records[name->record]) ? name : NULL;
}

/* Whether spaces stand around the text, `first` to `last` of the line, that do
 * not belong to it. A trailing `:` keeps one space: it is part of the prefix. */
static bool has_extra_space(const struct atp_parser *p, const struct atp_event *event,
                            unsigned first, unsigned last)
{
    bool leading = first > 0 && event->bytes[first - 1] == ' ';
    bool colon = event->bytes[last - 1] == ':' && p->reader.fields == last - first;
    unsigned own_end = colon ? last + 1 : last;
    return leading || own_end < event->text_size;
}

/* Finds the name of the line, whose text without the spaces around it is `first`
 * to `last`, and sets the event's text. False: the catalogue knows none. */
static bool name_line(struct atp_parser *p, struct atp_event *event, unsigned first, unsigned last)
{
    const struct atp_name *name = atpi_classify(p, event->bytes + first, last - first);
    if (name == NULL && (name = bare_name(p)) != NULL) {
        first = 0; /* free text may begin and end with spaces */
        last = event->text_size;
        p->reader.fields = 0;
    }
    if (name == NULL) return false;
    if (has_extra_space(p, event, first, last)) event->deviations |= ATP_DEV_EXTRA_SPACE;
    event->name = name;
    event->text_offset = (uint16_t)first;
    event->text_size = (uint16_t)(last - first);
    return true;
}

/* Another line is glued to this one: the event ends where it begins. */
COLD static void cut_at_glue(struct atp_parser *p, struct atp_event *event)
{
    p->reader.pieces--;
    event->text_size = (uint16_t)p->reader.end;
    event->size = (size_t)event->text_offset + event->text_size;
}

/* The line whose text without the spaces around it is `first` to `last`. */
static void decode_line(struct atp_parser *p, struct atp_event *event, unsigned first,
                        unsigned last)
{
    if (!name_line(p, event, first, last)) return;
    event->record = choose_record(p, event->name);
    if (event->record == NULL) {
        event->deviations |= ATP_DEV_UNKNOWN_RECORD;
        return;
    }
    event->deviations |= p->reader.deviations;
    if ((event->deviations & ATP_DEV_GLUED) != 0) cut_at_glue(p, event);
    set_kind(p, event);
    if (event->record->payload > 0) begin_payload(p, event);
    atpi_exchange_step(p, event);
}

/* How the line ends: the size of its text without CR and LF, and what
 * deviates. */
static size_t strip_line_end(const uint8_t *bytes, size_t size, uint32_t *deviations)
{
    size_t n = size;
    *deviations = 0;
    if (bytes[n - 1] == '\n') n--;
    bool lf = n < size;
    if (lf && (n == 0 || bytes[n - 1] != '\r')) *deviations = ATP_DEV_BARE_LF;
    else if (bytes[n - 1] == '\r') n--;
    if (n == 0 || bytes[n - 1] != '\r') return n;
    if (lf) *deviations |= ATP_DEV_EXTRA_CR;
    while (n > 0 && bytes[n - 1] == '\r') n--;
    return n;
}

/* The line without its echo: `last` bytes of text. */
static void split_line(struct atp_parser *p, struct atp_event *event, size_t last)
{
    size_t first = 0;
    size_t end = last;
    while (first < end && event->bytes[first] == '\r') first++;
    if (first > 0) event->deviations |= ATP_DEV_EXTRA_CR;
    while (first < end && event->bytes[first] == ' ') first++;
    while (end > first && event->bytes[end - 1] == ' ') end--;
    if (end == first) {
        event->kind = ATP_KIND_BLANK;
        event->text_size = 0;
        event->deviations = 0;
        return;
    }
    decode_line(p, event, (unsigned)first, (unsigned)end);
}

/* Delivers the first event of a line. Returns the bytes it took. */
static size_t take_event(struct atp_parser *p, struct atp_event *event, const uint8_t *bytes,
                         size_t size)
{
    uint32_t deviations;
    size_t last = strip_line_end(bytes, size, &deviations);
    size_t echo = 0;

    start_event(p, ATP_KIND_TEXT, bytes, size);
    event->text_size = (uint16_t)last;
    bool candidate = (bytes[0] | 0x20) == 'a' || (p->command_flags & COMMAND_OTHER) != 0;
    if (last > 0 && candidate && p->reader.pieces > 0) {
        p->reader.pieces--;
        echo = atpi_find_echo(p, event, bytes, last);
    }
    if (echo > 0) {
        event->kind = ATP_KIND_ECHO;
        event->more = p->state == STATE_ECHO;
        if (echo < last) event->size = echo;
    } else {
        event->deviations = deviations;
        split_line(p, event, last);
    }
    size = event->size;
    deliver(p, event);
    return size;
}

/* ---- spans ------------------------------------------------------------ */

static void set_data_name(const struct atp_parser *p, struct atp_event *event)
{
    event->record = &p->catalog->records[p->data_record];
    event->name = &p->catalog->names[p->data_name];
}

/* Every command that prompts has a record of its own for it. */
static void set_prompt_record(const struct atp_parser *p, struct atp_event *event)
{
    const struct atp_record *record = &p->catalog->records[event->name->record];
    event->record = record;
    for (unsigned left = event->name->record_count; left > 0; left--, record++)
        if (atpi_exchange_asked(p, record)) event->record = record;
}

COLD static void on_span(struct atp_parser *p, struct atp_event *event, const struct atp_unit *unit)
{
    static const uint8_t kinds[] = {
        [UNIT_PROMPT] = ATP_KIND_PROMPT, [UNIT_SPACE] = ATP_KIND_BLANK,
        [UNIT_LONG] = ATP_KIND_TEXT,     [UNIT_LONG_ECHO] = ATP_KIND_ECHO,
        [UNIT_ECHO] = ATP_KIND_ECHO,     [UNIT_DATA] = ATP_KIND_DATA,
        [UNIT_STREAM] = ATP_KIND_STREAM,
    };
    bool long_line = unit->kind == UNIT_LONG || unit->kind == UNIT_LONG_ECHO;

    start_event(p, (enum atp_kind)kinds[unit->kind], unit->bytes, unit->size);
    event->more = unit->more;
    if (long_line) event->deviations = ATP_DEV_LONG_LINE;
    bool echo = unit->kind == UNIT_ECHO || unit->kind == UNIT_LONG_ECHO;
    if (echo && (p->response_flags & RESPONSE_ECHO_DUE) != 0) atpi_note_echo(p);
    if (unit->kind == UNIT_DATA) {
        event->left = p->data_left;
        set_data_name(p, event);
    }
    if (unit->kind == UNIT_PROMPT) {
        event->name = atpi_find_name(p->catalog, unit->bytes, 1);
        event->text_size = 1;
        if (event->name != NULL) set_prompt_record(p, event);
        atpi_exchange_step(p, event);
    }
    deliver(p, event);
}

static void on_line(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    if (size == 2 && bytes[0] == '\r') {
        start_event(p, ATP_KIND_BLANK, bytes, size);
        deliver(p, p->event);
        return;
    }
    p->reader.pieces = PIECES_MAX;
    while (size > 0) {
        size_t taken = take_event(p, p->event, bytes, size);
        bytes += taken;
        size -= taken;
    }
}

/* All that is not a single byte within a line. */
APART_FOR_SPEED static void feed_chunk(struct atp_parser *p, const uint8_t *in, const uint8_t *end)
{
    for (;;) {
        const uint8_t *next = in < end ? atpi_frame_whole_line(p, in, end) : NULL;
        if (next != NULL) {
            on_line(p, in, (size_t)(next - in));
            in = next;
        } else if (!atpi_frame_next(p, &in, end, &p->unit)) {
            return;
        } else if (p->unit.kind == UNIT_LINE) {
            on_line(p, p->unit.bytes, p->unit.size);
        } else {
            on_span(p, p->event, &p->unit);
        }
    }
}

enum atp_status atp_feed(struct atp_parser *p, const void *bytes, size_t size)
{
    if (p == NULL || (bytes == NULL && size > 0) || p->in_callback) return ATP_ERROR_ARGUMENT;
    if (size == 0 || (size == 1 && atpi_frame_hold_byte(p, *(const uint8_t *)bytes))) return ATP_OK;
    feed_chunk(p, bytes, (const uint8_t *)bytes + size);
    return ATP_OK;
}

/* ---- cutting off ------------------------------------------------------ */

/* Whether a call that makes events is allowed: not from within the callback. */
static bool may_deliver(const struct atp_parser *p)
{
    return p != NULL && !p->in_callback;
}

/* What is held of a line or a stream. False: nothing. */
static bool take_rest(struct atp_parser *p, struct atp_event *event)
{
    struct atp_unit unit;
    uint32_t ignored;
    if (!atpi_frame_rest(p, &unit)) return false;
    event->bytes = unit.bytes;
    event->size = unit.size;
    if (unit.kind == UNIT_STREAM) {
        event->kind = ATP_KIND_STREAM;
        event->more = 1;
    } else {
        event->deviations = ATP_DEV_CUT;
        event->text_size = (uint16_t)strip_line_end(unit.bytes, unit.size, &ignored);
    }
    return true;
}

/* Ends what is under way. */
static void cut(struct atp_parser *p)
{
    struct atp_event *event = p->event;
    bool counted = p->state == STATE_DATA || p->state == STATE_ECHO;
    bool long_line = p->state == STATE_LONG_TEXT || p->state == STATE_LONG_ECHO;
    bool some = true;

    start_event(p, ATP_KIND_TRUNCATED, p->line, 0);
    if (p->state == STATE_DATA) set_data_name(p, event);
    if (counted) {
        event->left = p->data_left;
        event->deviations = ATP_DEV_SHORT_PAYLOAD;
    } else if (long_line) {
        event->deviations = ATP_DEV_CUT;
    } else {
        some = take_rest(p, event);
    }
    if (!atpi_in_stream(p)) p->state = STATE_LINE;
    p->data_left = 0;
    if (some) deliver(p, event);
}

enum atp_status atp_expire(struct atp_parser *p)
{
    if (!may_deliver(p)) return ATP_ERROR_ARGUMENT;
    atpi_exchange_expire(p);
    cut(p);
    return ATP_OK;
}

enum atp_status atp_finish(struct atp_parser *p)
{
    if (!may_deliver(p)) return ATP_ERROR_ARGUMENT;
    cut(p);
    return ATP_OK;
}

/* ---- lifecycle -------------------------------------------------------- */

enum atp_status atp_reset(struct atp_parser *p)
{
    if (!may_deliver(p)) return ATP_ERROR_ARGUMENT;
    uint16_t capacity = p->line_capacity;
    memset(p, 0, offsetof(struct atp_parser, line));
    memset(&p->unit, 0, sizeof *p - offsetof(struct atp_parser, unit));
    p->line_capacity = capacity;
    p->command = ATP_NONE;
    p->form = FORM_NONE;
    p->response_flags = RESPONSE_PROMPT_OK;
    return ATP_OK;
}

/* The event comes first in the buffer, aligned; the line takes the rest. */
enum atp_status atp_init(struct atp_parser *p, const struct atp_catalog *catalog, void *buffer,
                         size_t buffer_size, atp_event_fn *on_event, void *user)
{
    if (p == NULL || catalog == NULL || buffer == NULL || on_event == NULL
        || buffer_size < ATP_BUFFER_SIZE(ATP_LINE_SIZE_MIN)
        || buffer_size > ATP_BUFFER_SIZE(ATP_LINE_SIZE_MAX))
        return ATP_ERROR_ARGUMENT;
    size_t skipped = (0u - (uintptr_t)buffer) & 7u;
    p->event = (struct atp_event *)(void *)((uint8_t *)buffer + skipped);
    p->line = (uint8_t *)(p->event + 1);
    p->line_capacity = (uint16_t)(buffer_size - ATP_BUFFER_SIZE(0));
    p->catalog = catalog;
    p->on_event = on_event;
    p->user = user;
    p->in_callback = false;
    return atp_reset(p);
}

bool atp_is_stream(const struct atp_parser *p)
{
    return p != NULL && atpi_in_stream(p);
}

enum atp_status atp_stream_end(struct atp_parser *p)
{
    if (p == NULL) return ATP_ERROR_ARGUMENT;
    if (!atpi_in_stream(p)) return ATP_OK;
    if (p->state == STATE_ESCAPING && p->tail_size > 0) cut(p);
    p->tail_size = 0;
    p->state = STATE_LINE;
    return ATP_OK;
}
