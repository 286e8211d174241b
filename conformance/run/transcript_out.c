/* Items as lines of text. */
#include "transcript_out.h"

#include <string.h>

static void put_string(FILE *out, const uint8_t *bytes, size_t size)
{
    fputs(" \"", out);
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = bytes[i];
        if (byte == '\r') fputs("\\r", out);
        else if (byte == '\n') fputs("\\n", out);
        else if (byte == '"' || byte == '\\') fprintf(out, "\\%c", byte);
        else if (byte >= 0x20 && byte < 0x7F) fputc(byte, out);
        else fprintf(out, "\\x%02X", byte);
    }
    fputc('"', out);
}

/* A command line that a `>` line can hold: printable, no brace, no blank at
 * its end, CR behind it. */
static bool is_plain_command(const uint8_t *bytes, size_t size)
{
    if (size < 2 || bytes[size - 1] != '\r' || bytes[size - 2] == ' ') return false;
    for (size_t i = 0; i + 1 < size; i++)
        if (bytes[i] < 0x20 || bytes[i] > 0x7E || bytes[i] == '{') return false;
    return true;
}

static void put_item(FILE *out, const uint8_t *bytes, const struct transcript_item *item)
{
    if (item->kind == TRANSCRIPT_EXPIRE) fputs("@ expire:", out);
    else if (item->kind == TRANSCRIPT_STREAM_END) fputs("@ stream-end:", out);
    else if (item->kind == TRANSCRIPT_SENT && is_plain_command(bytes, item->size)) {
        fputs("> ", out);
        fwrite(bytes, 1, item->size - 1, out);
    } else {
        fputs(item->kind == TRANSCRIPT_SENT ? ">>" : "<<", out);
        put_string(out, bytes, item->size);
    }
    fputc('\n', out);
}

size_t transcript_out(FILE *out, struct transcript *transcript, size_t line)
{
    for (size_t i = 0; i < transcript->item_count; i++) {
        struct transcript_item *item = &transcript->items[i];
        if (item->time_us != TRANSCRIPT_NO_TIME) {
            fprintf(out, "@ time: %lld.%06lld\n", (long long)(item->time_us / 1000000),
                    (long long)(item->time_us % 1000000));
            line++;
        }
        item->line = line++;
        put_item(out, transcript->bytes + item->offset, item);
    }
    return line;
}
