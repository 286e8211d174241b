/* JSON text for bytes of any value. Escapes of RFC 8259, section 7. */
#include "base/json.h"

#include "base/escape.h"

#include <string.h>

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte <= 0x7E && byte != '"' && byte != '\\';
}

static void put_escape(struct buffer *out, uint8_t byte)
{
    if (byte == '"' || byte == '\\') {
        char pair[2] = {'\\', (char)byte};
        buffer_append(out, pair, sizeof pair);
        return;
    }
    char unit[6] = {'\\', 'u', '0', '0'};
    escape_digits(byte, unit + 4);
    buffer_append(out, unit, sizeof unit);
}

void json_escape(struct buffer *out, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    size_t i = 0;
    while (i < size) {
        size_t plain = i;
        while (plain < size && is_plain(at[plain])) plain++;
        buffer_append(out, at + i, plain - i);
        i = plain;
        if (i < size) put_escape(out, at[i++]);
    }
}

void json_bytes(struct buffer *out, const void *bytes, size_t size)
{
    buffer_append(out, "\"", 1);
    json_escape(out, bytes, size);
    buffer_append(out, "\"", 1);
}

void json_text(struct buffer *out, const char *text)
{
    json_bytes(out, text, strlen(text));
}

void json_unsigned(struct buffer *out, uint64_t value)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buffer_append(out, digits + first, sizeof digits - first);
}

bool json_is_integer(const uint8_t *text, size_t size)
{
    size_t first = size > 0 && text[0] == '-' ? 1 : 0;
    if (first == size || (text[first] == '0' && size > first + 1)) return false;
    for (size_t i = first; i < size; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return true;
}
