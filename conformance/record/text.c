/* Items as lines of a script. What script_format makes of them is the same. */
#include "record/text.h"

#include "base/escape.h"
#include "script/script.h"

#include <inttypes.h>
#include <string.h>

void text_literal(struct buffer *out, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '{') buffer_append_text(out, "{");
        buffer_append(out, &bytes[i], 1);
    }
}

void text_bytes(struct buffer *out, bool is_sent, const uint8_t *bytes, size_t size)
{
    buffer_append_text(out, is_sent ? ">> " : "<< ");
    script_put_string(out, bytes, size);
    buffer_append_text(out, "\n");
}

static bool is_mostly_text(const uint8_t *bytes, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += (bytes[i] >= 0x20 && bytes[i] <= 0x7E)
                 || (bytes[i] != 0 && strchr("\r\n\t", bytes[i]) != NULL);
    return count >= size - size / 4;
}

void text_payload(struct buffer *out, const uint8_t *bytes, size_t size)
{
    if (is_mostly_text(bytes, size)) {
        buffer_append_text(out, "text ");
        script_put_string(out, bytes, size);
        return;
    }
    buffer_append_text(out, "hex ");
    escape_hex(out, bytes, size, " ");
}

void text_time(struct buffer *out, int64_t time_us)
{
    unsigned digits = 6;
    unsigned rest = (unsigned)(time_us % 1000000);
    buffer_format(out, "@ time: %" PRId64, time_us / 1000000);
    if (rest > 0) {
        for (; rest % 10 == 0; digits--) rest /= 10;
        buffer_format(out, ".%0*u", (int)digits, rest);
    }
    buffer_append_text(out, "\n");
}

void text_item(struct buffer *out, const struct tape_item *item)
{
    const char *mark = item->is_sent ? ">" : "<";
    switch (item->kind) {
    case TAPE_EXPIRE: buffer_append_text(out, "@ expire:\n"); return;
    case TAPE_STREAM_END: buffer_append_text(out, "@ stream-end:\n"); return;
    case TAPE_BYTES: text_bytes(out, item->is_sent, item->bytes, item->size); return;
    case TAPE_PAYLOAD:
        buffer_format(out, "%s= ", mark);
        text_payload(out, item->bytes, item->size);
        break;
    case TAPE_LINE:
        buffer_format(out, "%s%s", mark, item->size > 0 ? " " : "");
        text_literal(out, item->bytes, item->size);
        break;
    }
    buffer_append_text(out, "\n");
}
