/* The log of the line: what was sent during each exchange, payload cut. */
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
    if (tape->digest.is_open) {
        char *sha256 = memory_new(DIGEST_TEXT_SIZE, 1);
        digest_end(&tape->digest, sha256);
        tape->open->sha256 = sha256;
    }
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
    judge_tape_close(tape);
    work->wire =
        memory_grow(work->wire, work->wire_count + 1, &work->wire_capacity, sizeof *work->wire);
    tape->open = &work->wire[work->wire_count++];
    *tape->open = (struct reports_wire){.time_us = TRANSCRIPT_NO_TIME};
}

/* ---- items ------------------------------------------------------------ */

void judge_tape_sent(struct judge_tape *tape, struct judge_work *work, bool is_command,
                     const uint8_t *bytes, const struct transcript_item *item)
{
    open_item(tape, work);
    tape->open->direction = REPORTS_SENT;
    tape->open->kind = is_command ? REPORTS_WIRE_COMMAND : REPORTS_WIRE_DATA;
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

static enum reports_wire_kind kind_of(const struct atp_event *event)
{
    static const enum reports_wire_kind kinds[] = {
        [ATP_KIND_ECHO] = REPORTS_WIRE_ECHO,     [ATP_KIND_INFO] = REPORTS_WIRE_INFO,
        [ATP_KIND_RESULT] = REPORTS_WIRE_RESULT, [ATP_KIND_URC] = REPORTS_WIRE_URC,
        [ATP_KIND_PROMPT] = REPORTS_WIRE_PROMPT, [ATP_KIND_DATA] = REPORTS_WIRE_DATA,
        [ATP_KIND_STREAM] = REPORTS_WIRE_STREAM, [ATP_KIND_TEXT] = REPORTS_WIRE_TEXT,
        [ATP_KIND_BLANK] = REPORTS_WIRE_BLANK,   [ATP_KIND_TRUNCATED] = REPORTS_WIRE_TRUNCATED,
    };
    return kinds[event->kind];
}

/* Whether the event is a further span of the item under way. */
static bool continues(const struct judge_tape *tape, const struct atp_event *event)
{
    const struct reports_wire *open = tape->open;
    if (open == NULL || open->offset + open->size != event->offset) return false;
    return open->direction == REPORTS_RECEIVED && open->kind == kind_of(event)
           && (tape->goes_on || event->kind == ATP_KIND_STREAM);
}

void judge_tape_event(struct judge_tape *tape, struct judge_work *work,
                      const struct atp_event *event, size_t line, int64_t time_us)
{
    if (!continues(tape, event)) {
        open_item(tape, work);
        tape->open->direction = REPORTS_RECEIVED;
        tape->open->kind = kind_of(event);
        tape->open->name = event->name == NULL ? NULL : atp_event_name(event);
        tape->open->offset = event->offset;
        tape->open->line = line;
        tape->open->time_us = time_us;
        tape->open->deviations = deviation_names(event->deviations);
    }
    take(tape, event->bytes, event->size);
    tape->goes_on = event->more != 0;
}
