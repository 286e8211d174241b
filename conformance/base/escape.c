#include "base/escape.h"

#include <string.h>

/* The letter that stands for the byte after a backslash, or NUL. */
static char letter_of(uint8_t byte, unsigned options)
{
    static const char values[] = "\r\n\t\0\x1B";
    static const char letters[] = "rnt0e";
    if (byte == '\\' || (byte == '"' && (options & ESCAPE_QUOTES) != 0)) return (char)byte;
    const char *found = memchr(values, byte, sizeof values - 1);
    if (found == NULL || (options & ESCAPE_LETTERS) == 0) return '\0';
    return letters[found - values];
}

static void escape_byte(struct buffer *out, uint8_t byte, unsigned options)
{
    static const char digits[] = "0123456789ABCDEF";
    char letter = letter_of(byte, options);
    if (letter != '\0') {
        const char pair[] = {'\\', letter};
        buffer_append(out, pair, sizeof pair);
    } else if (byte < 0x20 || byte > 0x7E) {
        const char unit[] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        buffer_append(out, unit, sizeof unit);
    } else {
        buffer_append(out, &byte, 1);
    }
}

void escape_bytes(struct buffer *out, const void *bytes, size_t size, unsigned options)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) escape_byte(out, at[i], options);
}

void escape_digits(uint8_t byte, char out[2])
{
    static const char digits[] = "0123456789abcdef";
    out[0] = digits[byte >> 4];
    out[1] = digits[byte & 15];
}

void escape_hex(struct buffer *out, const void *bytes, size_t size, const char *between)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        char pair[2];
        if (i > 0) buffer_append_text(out, between);
        escape_digits(at[i], pair);
        buffer_append(out, pair, sizeof pair);
    }
}
