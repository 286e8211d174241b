/* The log of the line: what was said during each exchange, payload cut. */
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the item under way ----------------------------------------------- */

static void take(struct judge_tape *tape, const uint8_t *bytes, size_t size)
{
    size_t room = JUDGE_WIRE_TEXT - tape->head.size;
    tape->open->size += size;
    if (tape->open->size > JUDGE_WIRE_TEXT) {
        if (!tape->digest.is_open) digest_add(&tape->digest, tape->head.bytes, tape->head.size);
        digest_add(&tape->digest, bytes, size);
    }
    buffer_append(&tape->head, bytes, size < room ? size : room);
}

void judge_tape_close(struct judge_tape *tape)
{
    if (tape->open == NULL) return;
    tape->open->text = judge_escape(tape->head.bytes, tape->head.size, JUDGE_WIRE_TEXT);
    if (tape->digest.is_open) digest_end(&tape->digest, tape->open->sha256);
    tape->head.size = 0;
    tape->open = NULL;
}

void judge_tape_release(struct judge_tape *tape)
{
    judge_tape_close(tape);
    buffer_release(&tape->head);
    digest_release(&tape->digest);
}

static void open_item(struct judge_tape *tape, struct judge_work *work)
{
    struct judge_exchange *out = &work->out;
    judge_tape_close(tape);
    out->wire =
        memory_grow(out->wire, out->wire_count + 1, &work->wire_capacity, sizeof *out->wire);
    tape->open = &out->wire[out->wire_count++];
    *tape->open = (struct judge_wire){.time_us = TRANSCRIPT_NO_TIME};
}

/* ---- items ------------------------------------------------------------ */

void judge_tape_sent(struct judge_tape *tape, struct judge_work *work, bool is_command,
                     const uint8_t *bytes, const struct transcript_item *item)
{
    open_item(tape, work);
    tape->open->is_sent = true;
    tape->open->kind = is_command ? "command" : "data";
    tape->open->line = item->line;
    tape->open->time_us = item->time_us;
    take(tape, bytes, item->size);
    judge_tape_close(tape);
}

/* Owns: the caller; NULL: there are none. */
static char *deviation_names(uint32_t deviations)
{
    struct buffer out = {0};
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++) {
        if ((deviations & (1u << bit)) == 0) continue;
        if (out.size > 0) buffer_append_text(&out, ",");
        buffer_append_text(&out, atp_deviation_name(bit));
    }
    return out.size == 0 ? NULL : buffer_take_text(&out);
}

/* Whether the event is a further span of the item under way. */
static bool continues(const struct judge_tape *tape, const struct atp_event *event)
{
    const struct judge_wire *open = tape->open;
    if (open == NULL || open->offset + open->size != event->offset) return false;
    return strcmp(open->kind, atp_kind_name(event->kind)) == 0
           && (tape->goes_on || event->kind == ATP_KIND_STREAM);
}

void judge_tape_event(struct judge_tape *tape, struct judge_work *work,
                      const struct atp_event *event, size_t line, int64_t time_us)
{
    if (!continues(tape, event)) {
        open_item(tape, work);
        tape->open->kind = atp_kind_name(event->kind);
        tape->open->name = event->name == NULL ? NULL : atp_event_name(event);
        tape->open->offset = event->offset;
        tape->open->line = line;
        tape->open->time_us = time_us;
        tape->open->deviations = deviation_names(event->deviations);
    }
    take(tape, event->bytes, event->size);
    tape->goes_on = event->more != 0;
}
