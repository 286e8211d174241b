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

static void start_event(const struct atp_parser *p, struct atp_event *event, enum atp_kind kind,
                        const uint8_t *bytes, size_t size)
{
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
        p->upload_first_size = 0; /* an upload's echo comes directly behind the prompt */
    p->offset += event->size;
    event->exchange = p->exchange;
    p->flags |= FLAG_BUSY;
    p->on_event(p->user, event);
    p->flags &= ~FLAG_BUSY;
}

/* ---- echo ------------------------------------------------------------- */

/* The echo of the pending command, of `line_size` bytes with its line end.
 * Where the command holds an LF, the rest of it is echo by count (I4). */
static size_t match_pending(struct atp_parser *p, const uint8_t *text, size_t size,
                            size_t line_size)
{
    size_t first = p->echo_first_size;
    if ((p->flags & FLAG_PENDING) == 0 || first < 2 || size < first) return 0;
    if (atp_hash_text(text, first) != p->echo_hash) return 0;
    bool whole = size == first || text[first] == '\r';
    bool other = (p->flags & FLAG_ECHO_OTHER) != 0;
    if (!whole && (first == 2 || other)) return 0; /* too little to cut a line by */
    if (p->echo_size > first) {
        if (size != first || p->echo_size <= line_size) return 0;
        p->data_left = (uint32_t)(p->echo_size - line_size);
        p->state = STATE_ECHO;
    }
    return first;
}

static void note_echo(struct atp_parser *p)
{
    bool due = (p->flags & FLAG_ECHO_DUE) != 0;
    if (due && (p->flags & (FLAG_FINAL | FLAG_ANSWERED)) != 0) atp_exchange_restart(p);
    p->flags &= ~(FLAG_ECHO_DUE | FLAG_ECHO_OTHER);
    p->flags |= FLAG_ECHO_ON;
    if ((p->flags & FLAG_ECHO_OFF) != 0) p->flags &= ~FLAG_ECHO_ON;
}

/* Bytes of the line's text that are an echo, its CRs included; 0: none. */
COLD static size_t find_echo(struct atp_parser *p, struct atp_event *event, const uint8_t *text,
                             size_t size)
{
    size_t n = match_pending(p, text, size, event->size);
    if (n == 0) {
        if (!atp_is_command(text, size)) return 0;
        const uint8_t *cr = memchr(text, '\r', size);
        n = cr != NULL ? (size_t)(cr - text) : size;
        if ((p->flags & FLAG_CONTEXT) != 0) event->deviations |= ATP_DEV_ECHO_DIFFERS;
    }
    event->text_size = (uint16_t)n;
    if ((p->flags & FLAG_CONTEXT) == 0) atp_begin_command(p, text, n);
    note_echo(p);
    if (n < size && text[n] != '\r') event->deviations |= ATP_DEV_GLUED;
    while (n < size && text[n] == '\r') n++;
    return n;
}

/* ---- lines ------------------------------------------------------------ */

/* Reads the line as `record`; keeps it in the event if it deviates less than any
 * before. Returns the least deviations so far. */
static uint32_t try_record(struct atp_parser *p, const struct atp_record *record, unsigned at,
                           uint32_t least)
{
    if (!atp_args_read(p, record, at)) return least;
    uint32_t found = p->reader.deviations & DEV_FIELDS;
    if (found != 0 && !p->reader.selected) found |= DEV_FIELDS + 1; /* a literal that agrees wins */
    if (found >= least) return least;
    p->event->record = record;
    return found;
}

/* Candidates: first what answers the pending command, then the rest in the
 * catalogue's order, which puts what comes unasked before information, and
 * test responses last. A perfect fit ends the search; of others, the one that
 * deviates least is taken, of those that answer if there is one. */
static void choose_record(struct atp_parser *p, const struct atp_record *first, unsigned count,
                          unsigned at)
{
    uint32_t least = UINT32_MAX;

    for (unsigned pass = p->form == FORM_NONE; pass < 2; pass++) {
        if (least != UINT32_MAX) least = 1; /* only a perfect fit is better */
        for (unsigned i = 0; i < count; i++) {
            if (atp_exchange_asked(p, &first[i]) != pass)
                least = try_record(p, &first[i], at, least);
            if (least == 0) return;
        }
    }
    if (p->event->record != NULL) {
        atp_args_read(p, p->event->record, at);
        return;
    }
    p->event->field_count = 0;
    p->reader.deviations = ATP_DEV_UNKNOWN_RECORD;
}

static void set_kind(const struct atp_parser *p, struct atp_event *event)
{
    static const uint8_t kinds[] = {
        [ATP_ROLE_INFO] = ATP_KIND_INFO,     [ATP_ROLE_ASYNC] = ATP_KIND_URC,
        [ATP_ROLE_URC] = ATP_KIND_URC,       [ATP_ROLE_RESULT] = ATP_KIND_RESULT,
        [ATP_ROLE_PROMPT] = ATP_KIND_PROMPT,
    };
    const struct atp_form *form = atp_pending_form(p);
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
    return atp_exchange_asked(p, &p->catalog->records[name->record]) ? name : NULL;
}

/* text[first … last) of the line, without blanks round it. */
static void decode_line(struct atp_parser *p, struct atp_event *event, unsigned first,
                        unsigned last)
{
    const struct atp_name *name = atp_classify(p, event->bytes + first, last - first);
    if (name == NULL && (name = bare_name(p)) != NULL) {
        first = 0; /* free text may begin and end with blanks */
        last = event->text_size;
        p->reader.at = 0;
    }
    event->name = name;
    if (name == NULL) return;
    /* the blank behind a colon that nothing follows belongs */
    unsigned colon = event->bytes[last - 1] == ':' && p->reader.at == last - first;
    bool blank = first > 0 && event->bytes[first - 1] == ' ';
    if (blank || last + colon < event->text_size) event->deviations |= ATP_DEV_EXTRA_SPACE;
    event->text_offset = (uint16_t)first;
    event->text_size = (uint16_t)(last - first);
    choose_record(p, &p->catalog->records[name->record], name->record_count, p->reader.at);
    event->deviations |= p->reader.deviations;
    if (event->record == NULL) return;
    if ((event->deviations & ATP_DEV_GLUED) != 0) {
        p->reader.pieces--;
        event->text_size = (uint16_t)p->reader.end;
        event->size = first + event->text_size;
    }
    set_kind(p, event);
    if (event->record->payload > 0) begin_payload(p, event);
    atp_exchange_step(p, event);
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

    start_event(p, event, ATP_KIND_TEXT, bytes, size);
    event->text_size = (uint16_t)last;
    bool candidate = (bytes[0] | 0x20) == 'a' || (p->flags & FLAG_ECHO_OTHER) != 0;
    if (last > 0 && candidate && p->reader.pieces > 0) {
        p->reader.pieces--;
        echo = find_echo(p, event, bytes, last);
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
        if (atp_exchange_asked(p, record)) event->record = record;
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

    start_event(p, event, (enum atp_kind)kinds[unit->kind], unit->bytes, unit->size);
    event->more = unit->more;
    if (long_line) event->deviations = ATP_DEV_LONG_LINE;
    bool echo = unit->kind == UNIT_ECHO || unit->kind == UNIT_LONG_ECHO;
    if (echo && (p->flags & FLAG_ECHO_DUE) != 0) note_echo(p);
    if (unit->kind == UNIT_DATA) {
        event->left = p->data_left;
        set_data_name(p, event);
    }
    if (unit->kind == UNIT_PROMPT) {
        event->name = atp_find_name(p->catalog, unit->bytes, 1);
        event->text_size = 1;
        if (event->name != NULL) set_prompt_record(p, event);
        atp_exchange_step(p, event);
    }
    deliver(p, event);
}

static void on_line(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    if (size == 2 && bytes[0] == '\r') {
        start_event(p, p->event, ATP_KIND_BLANK, bytes, size);
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
APART static void feed_chunk(struct atp_parser *p, const uint8_t *in, const uint8_t *end)
{
    for (;;) {
        const uint8_t *next = in < end ? atp_frame_whole_line(p, in, end) : NULL;
        if (next != NULL) {
            on_line(p, in, (size_t)(next - in));
            in = next;
        } else if (!atp_frame_next(p, &in, end, &p->unit)) {
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
    if (p == NULL || (bytes == NULL && size > 0) || (p->flags & FLAG_BUSY) != 0)
        return ATP_ERROR_ARGUMENT;
    if (size == 0 || (size == 1 && atp_frame_hold_byte(p, *(const uint8_t *)bytes))) return ATP_OK;
    feed_chunk(p, bytes, (const uint8_t *)bytes + size);
    return ATP_OK;
}

/* ---- cutting off ------------------------------------------------------ */

/* What is held back of a line or a stream. False: nothing. */
static bool take_rest(struct atp_parser *p, struct atp_event *event)
{
    struct atp_unit unit;
    uint32_t ignored;
    if (!atp_frame_rest(p, &unit)) return false;
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

    start_event(p, event, ATP_KIND_TRUNCATED, p->line, 0);
    if (p->state == STATE_DATA) set_data_name(p, event);
    if (counted) {
        event->left = p->data_left;
        event->deviations = ATP_DEV_SHORT_PAYLOAD;
    } else if (long_line) {
        event->deviations = ATP_DEV_CUT;
    } else {
        some = take_rest(p, event);
    }
    if (p->state != STATE_STREAM) p->state = STATE_LINE;
    p->data_left = 0;
    if (some) deliver(p, event);
}

void atp_expire(struct atp_parser *p)
{
    atp_exchange_expire(p);
    cut(p);
}

void atp_finish(struct atp_parser *p)
{
    cut(p);
}

/* ---- lifecycle -------------------------------------------------------- */

void atp_reset(struct atp_parser *p)
{
    uint16_t capacity = p->line_capacity;
    memset(p, 0, offsetof(struct atp_parser, line));
    p->line_capacity = capacity;
    p->command = ATP_NONE;
    p->form = FORM_NONE;
    p->flags = FLAG_PROMPT_OK;
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
    atp_reset(p);
    return ATP_OK;
}

bool atp_is_stream(const struct atp_parser *p)
{
    return p->state == STATE_STREAM;
}

void atp_stream_end(struct atp_parser *p)
{
    if (p->state != STATE_STREAM) return;
    if ((p->flags & FLAG_ESCAPE) != 0 && p->match > 0) cut(p);
    p->flags &= ~FLAG_ESCAPE;
    p->match = 0;
    p->state = STATE_LINE;
}
