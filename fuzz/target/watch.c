/* One run of the parser, watched. */
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for what watch_recovers feeds after the input. */
#define INPUT_ROOM (FUZZ_INPUT_SIZE_MAX + 256u)

/* ---- memory ----------------------------------------------------------- */

/* Memory whose end is a wall: of the heap, where ASan sees a byte too far. */
static void *new_block(size_t size)
{
    void *block = malloc(size);
    if (block == NULL) abort();
    return block;
}

/* One line buffer a size, kept for the life of the process. */
static void *line_buffer(uint8_t setting)
{
    static struct {
        void *block;
    } buffers[4];
    unsigned index = setting >> 2 & 3u;
    if (buffers[index].block == NULL)
        buffers[index].block = new_block(ATP_BUFFER_SIZE(session_line_size(setting)) + 1);
    return (uint8_t *)buffers[index].block + 1; /* which the alignment makes flush */
}

/* A copy of a chunk, its end at a wall. The next chunk lies where this one did:
 * who keeps a pointer to it finds other bytes there. */
static const uint8_t *place_chunk(const uint8_t *bytes, size_t size)
{
    static uint8_t *wall;
    if (wall == NULL) wall = (uint8_t *)new_block(FUZZ_INPUT_SIZE_MAX) + FUZZ_INPUT_SIZE_MAX;
    if (size > 0) memcpy(wall - size, bytes, size);
    return wall - size;
}

/* ---- payload (I3) ----------------------------------------------------- */

/* The number that the text is, read slowly; UINT64_MAX: none, or too great. */
static uint64_t read_length(const uint8_t *text, size_t size)
{
    uint64_t value = 0;
    if (size == 0 || size > 18) return UINT64_MAX;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') return UINT64_MAX;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static void note_header(struct watch *watch, const struct atp_event *event)
{
    const struct atp_record *record = event->record;
    bool line = event->kind == ATP_KIND_INFO || event->kind == ATP_KIND_URC;
    if (!line || record == NULL || record->payload == 0) return;
    unsigned index = record->payload - 1u;
    uint8_t status = index < event->field_count ? event->status[index] : ATP_FIELD_MALFORMED;
    bool counts = status == ATP_FIELD_VALID || status == ATP_FIELD_RANGE;
    if (counts == ((event->deviations & ATP_DEV_BAD_LENGTH) != 0))
        fuzz_fail("I3", "a header whose length has status %u is %scalled bad", (unsigned)status,
                  counts ? "" : "not ");
    if (!counts) return;
    const struct atp_field *field = &event->fields[index];
    uint64_t value = read_length(event->bytes + field->offset, field->size);
    unsigned type = event->catalog->params[record->param + index].type & ATP_PARAM_TYPE;
    if (type == ATP_TYPE_INT && value != UINT64_MAX && value != field->value)
        fuzz_fail("I6", "the length %.*s is read as %lu", (int)field->size,
                  (const char *)event->bytes + field->offset, (unsigned long)field->value);
    if (field->value == 0) return; /* takes nothing from a header in the same line */
    watch->announced = field->value;
    watch->glued = (event->deviations & ATP_DEV_GLUED) != 0;
}

static void check_payload(struct watch *watch, const struct atp_event *event)
{
    if (event->kind == ATP_KIND_DATA) {
        if (event->size > watch->announced)
            fuzz_fail("I3", "%zu bytes of payload, %lu are left", event->size,
                      (unsigned long)watch->announced);
        watch->announced -= (uint32_t)event->size;
        if (event->left != watch->announced || event->more != (event->left > 0))
            fuzz_fail("I3", "a span reports that %lu bytes are left, it is %lu",
                      (unsigned long)event->left, (unsigned long)watch->announced);
        watch->glued = false;
    } else if (event->kind == ATP_KIND_TRUNCATED) {
        bool payload = (event->deviations & ATP_DEV_SHORT_PAYLOAD) != 0;
        if (watch->announced > 0 && (!payload || event->left != watch->announced))
            fuzz_fail("I3", "a payload was cut %lu bytes short, and it reports %lu",
                      (unsigned long)watch->announced, (unsigned long)event->left);
        watch->announced = 0;
    } else if (watch->announced > 0 && !watch->glued) {
        fuzz_fail("I3", "%s inside a payload, %lu bytes before its end", atp_kind_name(event->kind),
                  (unsigned long)watch->announced);
    }
}

/* ---- the log ---------------------------------------------------------- */

static uint64_t digest(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t digest_fields(const struct atp_event *event)
{
    uint64_t hash = event->field_count;
    for (unsigned i = 0; i < event->field_count; i++) {
        const struct atp_field *field = &event->fields[i];
        hash = digest(hash, (uint64_t)field->offset << 32 | field->size);
        hash = digest(hash, (uint64_t)event->status[i] << 32 | field->value);
    }
    return hash;
}

static bool is_payload(const struct atp_event *event)
{
    return event->kind == ATP_KIND_DATA || event->kind == ATP_KIND_STREAM;
}

static void keep(struct watch *watch, const struct atp_event *event)
{
    struct watched_event *kept = &watch->log[watch->count];
    bool replaceable = is_payload(event) && !watch->escaping;
    if (watch->count > 0 && watch->more && kept[-1].kind == event->kind
        && kept[-1].replaceable == replaceable) {
        kept[-1].size += (uint32_t)event->size;
        return;
    }
    if (watch->count == WATCHED_EVENT_COUNT_MAX) fuzz_fail("I2", "more events than bytes");
    watch->count++;
    *kept = (struct watched_event){
        .fields = digest_fields(event),
        .name = event->name,
        .record = event->record,
        .offset = (uint32_t)event->offset,
        .size = (uint32_t)event->size,
        .deviations = event->deviations,
        .left = event->kind == ATP_KIND_TRUNCATED ? event->left : 0,
        .text = (uint32_t)event->text_offset << 16 | event->text_size,
        .kind = event->kind,
        .result = event->result,
        .exchange = event->exchange,
        .replaceable = replaceable,
    };
}

static void check_place(const struct watch *watch, const struct atp_event *event)
{
    if (event->offset != watch->next)
        fuzz_fail("I2", "%s at offset %llu, %llu was next", atp_kind_name(event->kind),
                  (unsigned long long)event->offset, (unsigned long long)watch->next);
    if (event->size > watch->input_size - watch->next)
        fuzz_fail("I2", "%s at offset %llu has %zu bytes, %llu were fed",
                  atp_kind_name(event->kind), (unsigned long long)event->offset, event->size,
                  (unsigned long long)watch->input_size);
    if (event->size > 0 && memcmp(event->bytes, watch->input + event->offset, event->size) != 0)
        fuzz_fail("I2", "%s at offset %llu has other bytes than were fed",
                  atp_kind_name(event->kind), (unsigned long long)event->offset);
    if (event->size == 0 && event->kind != ATP_KIND_TRUNCATED)
        fuzz_fail("I2", "%s at offset %llu is empty", atp_kind_name(event->kind),
                  (unsigned long long)event->offset);
}

static void on_event(void *user, const struct atp_event *event)
{
    struct watch *watch = user;
    check_place(watch, event);
    watch_check_event(watch, event);
    check_payload(watch, event);
    note_header(watch, event);
    watch_host_event(watch, event);
    if (watch->on_event != NULL) watch->on_event(watch->user, event);
    keep(watch, event);
    watch->next += event->size;
    if ((event->deviations & ATP_DEV_GLUED) == 0) watch->line = watch->next;
    watch->more = event->more != 0;
    watch->last = *event;
}

/* ---- telling ---------------------------------------------------------- */

#define SHOWN_EVENT_COUNT 12u
#define SHOWN_SIZE        40u

static const struct watch *shown; /* the run under way */

static void print_bytes(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size && i < SHOWN_SIZE; i++)
        fprintf(stderr, bytes[i] >= ' ' && bytes[i] <= '~' ? "%c" : "\\x%02x", bytes[i]);
    if (size > SHOWN_SIZE) fputs("...", stderr);
}

static void print_event(const struct watch *watch, size_t index)
{
    if (index >= watch->count) {
        fprintf(stderr, "    (no event)\n");
        return;
    }
    const struct watched_event *event = &watch->log[index];
    fprintf(stderr, "    %zu: %s %s at %lu, %lu bytes, exchange %s, left %lu, fields %llx,", index,
            atp_kind_name(event->kind),
            event->name != NULL ? watch->catalog->text + event->name->text : "-",
            (unsigned long)event->offset, (unsigned long)event->size,
            atp_exchange_state_name(event->exchange), (unsigned long)event->left,
            (unsigned long long)event->fields);
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++)
        if ((event->deviations & 1u << bit) != 0) fprintf(stderr, " %s", atp_deviation_name(bit));
    fprintf(stderr, "\n       ");
    print_bytes(watch->input + event->offset, event->size);
    fprintf(stderr, "\n");
}

static void explain(void)
{
    size_t first = shown->count > SHOWN_EVENT_COUNT ? shown->count - SHOWN_EVENT_COUNT : 0;
    fprintf(stderr, "  the last events of %zu:\n", shown->count);
    for (size_t i = first; i < shown->count; i++) print_event(shown, i);
}

/* ---- the run ---------------------------------------------------------- */

/* What an item goes on with; a split at the beginning is the module's. */
static unsigned kind_of(const struct session_item *item, unsigned before)
{
    if (item->kind != SESSION_SPLIT) return item->kind;
    return before == SESSION_SENT ? SESSION_SENT : SESSION_RECEIVED;
}

size_t watch_join(const struct session *session, uint8_t *input)
{
    unsigned kind = SESSION_RECEIVED;
    size_t size = 0;
    for (unsigned i = 0; i < session->item_count; i++) {
        const struct session_item *item = &session->items[i];
        kind = kind_of(item, kind);
        if (kind != SESSION_RECEIVED) continue;
        memcpy(input + size, session->bytes + item->offset, item->size);
        size += item->size;
    }
    return size;
}

/* `bytes` follow what was fed before in watch->input. */
static void feed(struct watch *watch, size_t size)
{
    const uint8_t *bytes = watch->input + watch->input_size;
    watch->input_size += size;
    if (atp_feed(watch->parser, place_chunk(bytes, size), size) != ATP_OK)
        fuzz_fail("I7", "atp_feed refuses %zu bytes", size);
}

static void feed_bytes(struct watch *watch, size_t size)
{
    for (; size > 0; size--) feed(watch, 1);
}

void watch_sent(struct watch *watch, const void *bytes, size_t size)
{
    bool escape = size == 3 && memcmp(bytes, "+++", 3) == 0;
    if (escape && atp_is_stream(watch->parser)) watch->escaping = true;
    struct atp_exchange before;
    atp_exchange_read(watch->parser, &before);
    watch->sent++;
    if (atp_sent(watch->parser, place_chunk(bytes, size), size) != ATP_OK)
        fuzz_fail("I7", "atp_sent refuses %zu bytes", size);
    watch_host_sent(watch, bytes, size, &before);
    if (!atp_is_stream(watch->parser)) watch->escaping = false;
}

void watch_expire(struct watch *watch)
{
    watch->expired++;
    atp_expire(watch->parser);
    watch_host_expired(watch);
    if (watch->announced > 0) fuzz_fail("I5", "atp_expire leaves a payload open");
}

/* The parser's memory, and what it is given, hold something else each time:
 * what depends on it differs from run to run. */
static void begin_parser(struct watch *watch, const struct session *session)
{
    static uint8_t filler = 0xA5;
    size_t size = ATP_BUFFER_SIZE(session_line_size(session->setting));
    void *buffer = line_buffer(session->setting);
    filler ^= 0xFF;
    if (watch->parser == NULL) watch->parser = new_block(sizeof *watch->parser);
    memset(watch->parser, filler, sizeof *watch->parser);
    memset(buffer, filler, size < 512 ? size : 512);
    if (atp_init(watch->parser, session_catalog(session->setting), buffer, size, on_event, watch)
        != ATP_OK)
        fuzz_fail("I7", "atp_init refuses a buffer for lines of %zu bytes",
                  session_line_size(session->setting));
}

static void begin(struct watch *watch, const struct session *session, const uint8_t *input)
{
    shown = watch;
    fuzz_explain = explain;
    watch->catalog = session_catalog(session->setting);
    watch->line_size = session_line_size(session->setting);
    watch->input = input;
    watch->input_size = 0;
    watch->next = watch->line = 0;
    watch->announced = 0;
    watch->glued = watch->escaping = watch->more = false;
    watch->count = 0;
    watch->sent = watch->expired = 0;
    memset(&watch->last, 0, sizeof watch->last);
    memset(&watch->host, 0, offsetof(struct watch_host, sent));
}

static void run_item(struct watch *watch, const struct session *session,
                     const struct session_item *item, unsigned kind)
{
    switch ((enum session_kind)kind) {
    case SESSION_SENT: watch_sent(watch, session->bytes + item->offset, item->size); break;
    case SESSION_EXPIRE: watch_expire(watch); break;
    case SESSION_STREAM_END:
        atp_stream_end(watch->parser);
        watch->escaping = false;
        break;
    case SESSION_RECEIVED:
    case SESSION_SPLIT: break;
    }
}

static void run(struct watch *watch, const struct session *session, const uint8_t *input,
                enum watch_chunking chunking)
{
    unsigned kind = SESSION_RECEIVED;
    size_t waiting = 0; /* received, and not fed yet */
    begin(watch, session, input);
    for (unsigned i = 0; i < session->item_count; i++) {
        const struct session_item *item = &session->items[i];
        kind = kind_of(item, kind);
        if (kind == SESSION_RECEIVED) {
            if (chunking == WATCH_WHOLE) waiting += item->size;
            else if (chunking == WATCH_BYTES) feed_bytes(watch, item->size);
            else feed(watch, item->size);
            continue;
        }
        feed(watch, waiting);
        waiting = 0;
        run_item(watch, session, item, kind);
    }
    feed(watch, waiting);
}

void watch_run(struct watch *watch, const struct session *session, const uint8_t *input,
               enum watch_chunking chunking)
{
    begin_parser(watch, session);
    run(watch, session, input, chunking);
}

void watch_run_again(struct watch *watch, const struct session *session, const uint8_t *input,
                     enum watch_chunking chunking)
{
    atp_reset(watch->parser);
    run(watch, session, input, chunking);
}

/* What is fed after the run is copied after the input. */
void watch_feed(struct watch *watch, const void *bytes, size_t size)
{
    static uint8_t longer[INPUT_ROOM];
    if (size > sizeof longer - watch->input_size) abort();
    if (watch->input != longer) memcpy(longer, watch->input, watch->input_size);
    memcpy(longer + watch->input_size, bytes, size);
    watch->input = longer;
    feed(watch, size);
}

void watch_finish(struct watch *watch)
{
    atp_finish(watch->parser);
    if (watch->next != watch->input_size)
        fuzz_fail("I2", "the events have %llu bytes, %zu were fed", (unsigned long long)watch->next,
                  watch->input_size);
}

/* ---- comparing -------------------------------------------------------- */

static bool is_same(const struct watched_event *a, const struct watched_event *b)
{
    return a->fields == b->fields && a->name == b->name && a->record == b->record
           && a->offset == b->offset && a->size == b->size && a->deviations == b->deviations
           && a->left == b->left && a->text == b->text && a->kind == b->kind
           && a->result == b->result && a->exchange == b->exchange;
}

void watch_compare(const struct watch *expected, size_t count, const struct watch *seen,
                   const char *invariant)
{
    size_t most = count > seen->count ? count : seen->count;
    size_t i = 0;
    while (i < count && i < seen->count && is_same(&expected->log[i], &seen->log[i])) i++;
    if (i == most) return;
    fprintf(stderr, "  expected:\n");
    print_event(expected, i);
    fprintf(stderr, "  seen:\n");
    print_event(seen, i);
    fuzz_fail(invariant, "event %zu differs", i);
}
