/* A tape from its first byte to its last. What the module sends becomes items in
 * tape_items.c, what the host sends in tape_host.c. */
#include "record/tape_internal.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void feed(struct tape *tape, const uint8_t *bytes, size_t size, int64_t now)
{
    struct mark mark = {tape->fed, now};
    const struct mark *marks = (const void *)tape->marks.bytes;
    size_t count = tape->marks.size / sizeof mark;
    if (count == 0 || marks[count - 1].time_us != now)
        buffer_append(&tape->marks, &mark, sizeof mark);
    tape_drop_front(&tape->waiting, tape->waiting_at);
    tape->waiting_at = 0;
    buffer_append(&tape->waiting, bytes, size);
    tape->fed += size;
    atp_feed(&tape->parser, bytes, size);
}

void tape_received(struct tape *tape, const void *bytes, size_t size, int64_t now)
{
    if (size == 0) return;
    tape->received_us = now;
    feed(tape, bytes, size, now);
}

bool tape_is_open(const struct tape *tape)
{
    return tape->data_is_open || tape->waiting.size > tape->waiting_at;
}

bool tape_is_stream(const struct tape *tape)
{
    return atp_is_stream(&tape->parser);
}

void tape_settle(struct tape *tape)
{
    tape_flush_received(tape);
}

/* ---- the end ---------------------------------------------------------- */

void tape_finish(struct tape *tape)
{
    tape_finish_sent(tape);
    atp_finish(&tape->parser);
    tape_flush_received(tape);
}

struct tape_rest tape_rest_sent(const struct tape *tape)
{
    return (struct tape_rest){tape->sent.bytes, tape->sent.size};
}

void tape_rest_received(const struct tape *tape, struct buffer *out)
{
    buffer_append(out, tape->raw.bytes, tape->raw.size);
    if (tape->has_crlf) buffer_append(out, "\r\n", 2);
    buffer_append(out, tape->span.bytes, tape->span.size);
    size_t waiting = tape->waiting.size - tape->waiting_at;
    if (waiting > 0) buffer_append(out, tape->waiting.bytes + tape->waiting_at, waiting);
}

/* ---- life ------------------------------------------------------------- */

struct tape *tape_new(const struct tape_options *options)
{
    struct tape *tape = memory_new(1, sizeof *tape);
    tape->options = *options;
    tape->item_us = INT64_MIN;
    tape->raw_us = INT64_MIN / 2;
    if (atp_init(&tape->parser, options->catalog, tape->buffer, sizeof tape->buffer, tape_on_event,
                 tape)
        != ATP_OK)
        abort();
    return tape;
}

void tape_free(struct tape *tape)
{
    if (tape == NULL) return;
    buffer_release(&tape->marks);
    buffer_release(&tape->waiting);
    buffer_release(&tape->span);
    buffer_release(&tape->raw);
    buffer_release(&tape->scratch);
    buffer_release(&tape->sent);
    buffer_release(&tape->command);
    free(tape);
}
