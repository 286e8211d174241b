/* What the host says, cut by what is awaited of it: a command line up to its CR,
 * an upload by its count or Ctrl-Z, a transparent stream as it comes. */
#include "record/tape_internal.h"

#include "at/line.h"

#include <string.h>

#define UNTERMINATED ((size_t)64 << 10) /* of a command without its CR     */
#define EXPIRE_US    INT64_C(1000000)   /* the host goes on without the rest of a payload */

static void emit_sent(struct tape *tape, enum tape_kind kind, const uint8_t *bytes, size_t size)
{
    tape_flush_received(tape);
    tape_emit(
        tape,
        (struct tape_item){
            .kind = kind, .is_sent = true, .bytes = bytes, .size = size, .time_us = tape->sent_us});
}

static void tell(struct tape *tape, size_t size)
{
    if (size > tape->told)
        atp_sent(&tape->parser, tape->sent.bytes + tape->told, size - tape->told);
    tape->told = size;
}

/* The first `size` bytes are an item. */
static void take_sent(struct tape *tape, enum tape_kind kind, size_t size)
{
    if (size == 0) return;
    tell(tape, size);
    tape->scratch.size = 0;
    buffer_append(&tape->scratch, tape->sent.bytes, size);
    emit_sent(tape, kind, tape->scratch.bytes, size);
    tape_drop_front(&tape->sent, size);
    tape->told -= size;
}

/* A short payload, and the host goes on: its clock ran out. */
static void expire_if_left(struct tape *tape, int64_t now)
{
    if (!tape->options.is_live || !tape->data_is_open || now - tape->received_us < EXPIRE_US)
        return;
    tape_expire(tape, now);
}

/* A command up to its CR; a LF that follows belongs to it. */
static void take_command(struct tape *tape, size_t size)
{
    const uint8_t *bytes = tape->sent.bytes;
    bool has_lf = size < tape->sent.size && bytes[size] == '\n';
    bool is_line = !has_lf && tape_is_text(bytes, size - 1);
    size_t whole = size + has_lf;
    tape->upload = UPLOAD_NONE;
    tape->command.size = 0;
    buffer_append(&tape->command, bytes, size - 1);
    tape->scratch.size = 0;
    buffer_append(&tape->scratch, bytes, whole);
    tell(tape, whole);
    emit_sent(tape, is_line ? TAPE_LINE : TAPE_BYTES, tape->scratch.bytes,
              is_line ? size - 1 : whole);
    tape_drop_front(&tape->sent, whole);
    tape->told -= whole;
}

/* What stands alone without a CR: +++, A/, Ctrl-Z, ESC, a LF. */
static bool is_alone(const uint8_t *bytes, size_t size)
{
    if (size == 1) return bytes[0] == 0x1A || bytes[0] == 0x1B || bytes[0] == '\n';
    if (size == 2) return memcmp(bytes, "A/", 2) == 0 || memcmp(bytes, "a/", 2) == 0;
    return size == 3 && memcmp(bytes, "+++", 3) == 0;
}

/* Returns: whether an item was taken. */
static bool take_in_upload(struct tape *tape)
{
    size_t size = tape->sent.size;
    if (tape->upload == UPLOAD_COUNTED) {
        bool is_whole = size >= tape->upload_left;
        size_t part = is_whole ? tape->upload_left : size;
        if (!is_whole && tape->options.is_live && size < PART_MAX) {
            tell(tape, size);
            return false;
        }
        tape->upload_left -= part;
        if (tape->upload_left == 0) tape->upload = UPLOAD_NONE;
        take_sent(tape, TAPE_PAYLOAD, part);
        return true;
    }
    size_t end = 0;
    while (end < size && tape->sent.bytes[end] != 0x1A && tape->sent.bytes[end] != 0x1B) end++;
    bool is_whole = end < size;
    if (is_whole) tape->upload = UPLOAD_NONE;
    else if (tape->options.is_live && size < PART_MAX) {
        tell(tape, size);
        return false;
    }
    take_sent(tape, TAPE_BYTES, end + is_whole);
    return true;
}

static bool take_in_command(struct tape *tape)
{
    const uint8_t *bytes = tape->sent.bytes;
    size_t size = tape->sent.size;
    const uint8_t *cr = memchr(bytes, '\r', size);
    if (cr != NULL) take_command(tape, (size_t)(cr - bytes) + 1);
    else if (is_alone(bytes, size) || size >= UNTERMINATED) take_sent(tape, TAPE_BYTES, size);
    else return false;
    return true;
}

static void take_all_sent(struct tape *tape)
{
    bool went_on = true;
    while (tape->sent.size > 0 && went_on) {
        if (atp_is_stream(&tape->parser)) take_sent(tape, TAPE_BYTES, tape->sent.size);
        else if (tape->upload != UPLOAD_NONE) went_on = take_in_upload(tape);
        else went_on = take_in_command(tape);
    }
}

void tape_sent(struct tape *tape, const void *bytes, size_t size, int64_t now)
{
    if (size == 0) return;
    bool is_command = at_line_kind(bytes, size) == AT_LINE_COMMANDS;
    expire_if_left(tape, now);
    if (tape->options.is_live && is_command && atp_is_stream(&tape->parser)
        && atp_stream_tail(&tape->parser) != ATP_RESULT_NONE)
        tape_stream_end(tape, now);
    if (!tape->options.is_live) tape_flush_early(tape);
    buffer_append(&tape->sent, bytes, size);
    tape->sent_us = now;
    take_all_sent(tape);
    if (!tape->options.is_live) take_sent(tape, TAPE_BYTES, tape->sent.size);
}

void tape_finish_sent(struct tape *tape)
{
    take_sent(tape, TAPE_BYTES, tape->sent.size);
}
