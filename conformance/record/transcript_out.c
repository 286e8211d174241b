/* Items as lines of text. */
#include "record/transcript_out.h"

#include "record/text.h"

/* A command line that a `>` line can hold: printable, no space at its end, CR
 * after it. */
static bool is_plain_command(const uint8_t *bytes, size_t size)
{
    if (size < 2 || bytes[size - 1] != '\r' || bytes[size - 2] == ' ') return false;
    for (size_t i = 0; i + 1 < size; i++)
        if (bytes[i] < 0x20 || bytes[i] > 0x7E) return false;
    return true;
}

static void put_item(struct buffer *out, const uint8_t *bytes, const struct transcript_item *item)
{
    bool is_sent = item->kind == TRANSCRIPT_SENT;
    if (item->kind == TRANSCRIPT_EXPIRE) text_item(out, &(struct tape_item){.kind = TAPE_EXPIRE});
    else if (item->kind == TRANSCRIPT_STREAM_END)
        text_item(out, &(struct tape_item){.kind = TAPE_STREAM_END});
    else if (is_sent && is_plain_command(bytes, item->size))
        text_item(out,
                  &(struct tape_item){
                      .kind = TAPE_LINE, .is_sent = true, .bytes = bytes, .size = item->size - 1});
    else text_bytes(out, is_sent, bytes, item->size);
}

void transcript_out(struct buffer *out, const struct transcript *transcript,
                    const struct transcript_item *item)
{
    text_time(out, item->time_us);
    put_item(out, transcript->bytes + item->offset, item);
}
