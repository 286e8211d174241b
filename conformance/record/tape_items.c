/* Bytes become items: what the module sends is cut by the parser's events.
 *
 * Live, the order is that of whole items: a line or a command counts when its
 * end came. Read from a file, each piece is one: the order is kept to the byte. */
#include "record/tape_internal.h"

#include "at/line.h"
#include "base/utf8.h"

#include <string.h>

#define RAW_GAP_US     INT64_C(50000) /* bytes further apart are two items */
#define UPLOAD_ANY_END UINT32_MAX

/* ---- items ------------------------------------------------------------ */

void tape_emit(struct tape *tape, struct tape_item item)
{
    if (item.time_us < tape->item_us) item.time_us = tape->item_us;
    tape->item_us = item.time_us;
    tape->options.on_item(tape->options.user, &item);
}

static void flush_raw(struct tape *tape)
{
    if (tape->raw.size == 0) return;
    tape_emit(tape, (struct tape_item){.kind = TAPE_BYTES,
                                       .bytes = tape->raw.bytes,
                                       .size = tape->raw.size,
                                       .time_us = tape->raw_us});
    tape->raw.size = 0;
}

static void add_raw(struct tape *tape, const void *bytes, size_t size, int64_t time_us)
{
    bool is_apart = time_us - tape->raw_us > RAW_GAP_US
                    || (tape->options.is_live && tape->raw.size >= PART_MAX);
    if (is_apart) flush_raw(tape);
    if (tape->raw.size == 0) tape->raw_us = time_us;
    buffer_append(&tape->raw, bytes, size);
}

/* A line end that no line has after it. */
static void flush_crlf(struct tape *tape)
{
    if (!tape->has_crlf) return;
    flush_raw(tape);
    tape->has_crlf = false;
    tape_emit(tape, (struct tape_item){.kind = TAPE_LINE, .time_us = tape->crlf_us});
}

void tape_flush_received(struct tape *tape)
{
    flush_crlf(tape);
    flush_raw(tape);
}

/* ---- what the module says --------------------------------------------- */

static int64_t time_at(const struct tape *tape, uint64_t offset)
{
    const struct mark *marks = (const void *)tape->marks.bytes;
    size_t count = tape->marks.size / sizeof *marks;
    int64_t time_us = tape->item_us;
    for (size_t i = 0; i < count && marks[i].offset <= offset; i++) time_us = marks[i].time_us;
    return time_us;
}

/* Of the marks before `offset` the last one stays. */
static void drop_marks(struct tape *tape, uint64_t offset)
{
    const struct mark *marks = (const void *)tape->marks.bytes;
    size_t count = tape->marks.size / sizeof *marks;
    size_t old = 0;
    while (old + 1 < count && marks[old + 1].offset <= offset) old++;
    if (old == 0) return;
    tape->marks.size -= old * sizeof *marks;
    memmove(tape->marks.bytes, tape->marks.bytes + old * sizeof *marks, tape->marks.size);
}

void tape_drop_front(struct buffer *buffer, size_t size)
{
    if (size > buffer->size) size = buffer->size;
    buffer->size -= size;
    if (buffer->size > 0) memmove(buffer->bytes, buffer->bytes + size, buffer->size);
}

bool tape_is_text(const uint8_t *bytes, size_t size)
{
    return size > 0 && utf8_text_size(bytes, size) == size;
}

/* A line between its line ends. */
static void take_line(struct tape *tape, const struct atp_event *event, int64_t time_us)
{
    struct buffer *line = &tape->scratch;
    size_t size = line->size;
    bool is_whole = tape->has_crlf && !tape->is_cut && size > 2
                    && memcmp(line->bytes + size - 2, "\r\n", 2) == 0
                    && tape_is_text(line->bytes, size - 2) && event->kind != ATP_KIND_ECHO;
    if (is_whole) {
        flush_raw(tape);
        tape->has_crlf = false;
        tape_emit(tape, (struct tape_item){.kind = TAPE_LINE,
                                           .bytes = line->bytes,
                                           .size = size - 2,
                                           .time_us = tape->crlf_us,
                                           .event = event});
        return;
    }
    /* an echo ends with its CR: the line end after it begins the response */
    bool begins_next = size > 3 && memcmp(line->bytes + size - 3, "\r\r\n", 3) == 0;
    if (tape->has_crlf) add_raw(tape, "\r\n", 2, tape->crlf_us);
    add_raw(tape, line->bytes, begins_next ? size - 2 : size, time_us);
    tape->has_crlf = begins_next;
    tape->crlf_us = time_us;
}

static void take_payload(struct tape *tape)
{
    if (tape->span.size == 0) return;
    tape_flush_received(tape);
    tape_emit(tape, (struct tape_item){.kind = TAPE_PAYLOAD,
                                       .bytes = tape->span.bytes,
                                       .size = tape->span.size,
                                       .time_us = tape->span_us});
    tape->span.size = 0;
    tape->is_cut = false;
}

static void expect_upload(struct tape *tape, const struct atp_event *event)
{
    struct atp_exchange exchange;
    uint32_t count = UPLOAD_ANY_END;
    atp_exchange_read(&tape->parser, &exchange);
    bool is_upload = exchange.form != NULL && (exchange.form->flags & ATP_FORM_UPLOAD) != 0;
    bool is_prompt = event->text_size > 0 && event->bytes[event->text_offset] == '>';
    if (!is_upload && !is_prompt) return;
    if (is_upload && exchange.form->upload > 0)
        count = at_number(tape->command.bytes, tape->command.size, exchange.form->upload - 1u,
                          UPLOAD_ANY_END);
    tape->upload = count == UPLOAD_ANY_END ? UPLOAD_CTRL_Z : UPLOAD_COUNTED;
    tape->upload_left = count;
}

static void take_event(struct tape *tape, const struct atp_event *event, int64_t time_us)
{
    bool is_crlf = event->kind == ATP_KIND_BLANK && !tape->is_cut && tape->span.size == 2
                   && memcmp(tape->span.bytes, "\r\n", 2) == 0;
    if (is_crlf) {
        flush_crlf(tape);
        tape->has_crlf = true;
        tape->crlf_us = time_us;
    } else {
        struct buffer line = tape->scratch;
        tape->scratch = tape->span;
        tape->span = line;
        take_line(tape, event, time_us);
    }
    tape->span.size = 0;
    tape->is_cut = false;
    if (event->kind == ATP_KIND_PROMPT) expect_upload(tape, event);
    if (event->kind == ATP_KIND_RESULT) tape->upload = UPLOAD_NONE;
}

void tape_on_event(void *user, const struct atp_event *event)
{
    struct tape *tape = user;
    if (tape->data_is_open && event->kind != ATP_KIND_DATA) take_payload(tape); /* cut short */
    size_t early = tape->early < event->size ? tape->early : event->size;
    tape->early -= early;
    tape->is_cut |= early > 0;
    if (tape->span.size == 0) tape->span_us = time_at(tape, event->offset);
    if (event->size > early) buffer_append(&tape->span, event->bytes + early, event->size - early);
    tape->waiting_at += event->size;
    drop_marks(tape, event->offset + event->size);
    tape->data_is_open = event->kind == ATP_KIND_DATA && event->more != 0;
    bool is_part = tape->options.is_live && tape->span.size >= PART_MAX;
    if (event->kind == ATP_KIND_DATA) {
        if (event->more == 0 || is_part) take_payload(tape);
    } else if (event->more == 0 || event->kind == ATP_KIND_STREAM || is_part)
        take_event(tape, event, tape->span_us);
}

void tape_flush_early(struct tape *tape)
{
    struct buffer *early = &tape->scratch;
    size_t waiting = tape->waiting.size - tape->waiting_at - tape->early;
    if (tape->data_is_open) take_payload(tape);
    early->size = 0;
    buffer_append(early, tape->span.bytes, tape->span.size);
    if (waiting > 0)
        buffer_append(early, tape->waiting.bytes + tape->waiting.size - waiting, waiting);
    if (early->size == 0) return;
    flush_crlf(tape);
    add_raw(tape, early->bytes, early->size, tape->received_us);
    tape->is_cut = tape->span.size > 0;
    tape->span.size = 0;
    tape->early += waiting;
}

void tape_expire(struct tape *tape, int64_t now)
{
    atp_expire(&tape->parser);
    tape_flush_received(tape);
    tape_emit(tape, (struct tape_item){.kind = TAPE_EXPIRE, .time_us = now});
}

void tape_stream_end(struct tape *tape, int64_t now)
{
    tape_flush_received(tape);
    atp_stream_end(&tape->parser);
    tape_flush_received(tape);
    tape_emit(tape, (struct tape_item){.kind = TAPE_STREAM_END, .time_us = now});
}
