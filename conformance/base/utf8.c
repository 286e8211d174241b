/* Well-formed UTF-8, as Table 3-7 of the Unicode standard has it:
 *
 *     00..7F
 *     C2..DF 80..BF
 *     E0     A0..BF 80..BF
 *     E1..EC 80..BF 80..BF
 *     ED     80..9F 80..BF            (no surrogates)
 *     EE..EF 80..BF 80..BF
 *     F0     90..BF 80..BF 80..BF
 *     F1..F3 80..BF 80..BF 80..BF
 *     F4     80..8F 80..BF 80..BF
 */
#include "base/utf8.h"

#include <stdbool.h>

/* Bytes that a character beginning with `lead` takes, 0 if none begins so. */
static size_t sequence_size(uint8_t lead)
{
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* The second byte bears the limits against overlong forms, surrogates and
 * what lies beyond U+10FFFF. */
static bool is_second(uint8_t lead, uint8_t byte)
{
    uint8_t min = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t max = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return byte >= min && byte <= max;
}

size_t utf8_decode(const uint8_t *bytes, size_t size, uint32_t *value)
{
    size_t length = size == 0 ? 0 : sequence_size(bytes[0]);
    if (length == 0 || length > size) return 0;
    if (length > 1 && !is_second(bytes[0], bytes[1])) return 0;
    uint32_t read = length == 1 ? bytes[0] : bytes[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) return 0;
        read = read << 6 | (bytes[i] & 0x3F);
    }
    *value = read;
    return length;
}

size_t utf8_text_size(const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    while (at < size) {
        uint32_t value = 0;
        size_t length = utf8_decode(bytes + at, size - at, &value);
        if (length == 0 || (value < ' ' && value != '\t') || value == 0x7F) break;
        at += length;
    }
    return at;
}
