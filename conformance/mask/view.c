/* The ways in which a value is written: how it is read, and how a stand-in is put. */
#include "mask/mask_internal.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS_MIN 7 /* digits that are looked for among separators, or exchanged by pairs */
#define BASE64_MIN 6 /* digits of base64 that are read                        */

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

static bool is_letter(uint8_t byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26 && byte < 0x80;
}

static int hex_value(uint8_t byte)
{
    if (is_digit(byte)) return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The byte of two hexadecimal digits, which they are. */
static uint8_t hex_byte(const uint8_t *digits)
{
    return (uint8_t)((unsigned)hex_value(digits[0]) << 4 | (unsigned)hex_value(digits[1]));
}

void mask_view_add(struct mask_view *view, size_t at, uint8_t byte, enum mask_code code)
{
    view->items = memory_grow(view->items, view->count + 1, &view->capacity, sizeof *view->items);
    view->items[view->count++] = (struct mask_unit){(uint32_t)at, byte, (uint8_t)code};
}

/* ---- writing ------------------------------------------------------------ */

static int base64_value(uint8_t byte)
{
    if (byte >= 'A' && byte <= 'Z') return byte - 'A';
    if (byte >= 'a' && byte <= 'z') return byte - 'a' + 26;
    if (is_digit(byte)) return byte - '0' + 52;
    if (byte == '+' || byte == '-') return 62;
    return byte == '/' || byte == '_' ? 63 : -1;
}

static void put_base64_digit(uint8_t *byte, unsigned value)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (base64_value(*byte) != (int)value) *byte = (uint8_t)digits[value];
}

static void put_hex(uint8_t *digits, uint8_t byte)
{
    bool is_lower =
        (digits[0] >= 'a' && digits[0] <= 'f') || (digits[1] >= 'a' && digits[1] <= 'f');
    const char *set = is_lower ? "0123456789abcdef" : "0123456789ABCDEF";
    digits[0] = (uint8_t)set[byte >> 4];
    digits[1] = (uint8_t)set[byte & 15];
}

static void put_unit(uint8_t *bytes, const struct mask_unit *unit, uint8_t byte)
{
    uint8_t *at = bytes + unit->at;
    unsigned bit = (unsigned)(unit->code - MASK_BASE64_0) * 2; /* of the first digit */
    switch ((enum mask_code)unit->code) {
    case MASK_RAW: *at = byte; return;
    case MASK_HEX: put_hex(at, byte); return;
    case MASK_BASE64_0:
    case MASK_BASE64_2:
    case MASK_BASE64_4: break;
    }
    unsigned both = (unsigned)base64_value(at[0]) << 6 | (unsigned)base64_value(at[1]);
    unsigned shift = 4 - bit;
    both = (both & ~(0xFFu << shift)) | (unsigned)byte << shift;
    put_base64_digit(&at[0], both >> 6);
    put_base64_digit(&at[1], both & 63);
}

void mask_put(struct mask *mask, struct mask_stream *stream, const struct mask_pair *pair,
              const struct mask_unit *units)
{
    for (size_t i = 0; i < pair->size; i++) {
        uint8_t byte = pair->stand_in[i];
        if (units[i].byte != pair->secret[i] && is_letter(byte)) byte ^= 0x20;
        put_unit(stream->bytes.bytes, &units[i], byte);
    }
    mask->place_count++;
}

void mask_hide(struct mask *mask, struct mask_stream *stream, enum catalog_secret kind,
               const struct mask_unit *units, size_t count)
{
    struct buffer value = {0};
    for (size_t i = 0; i < count; i++) buffer_append(&value, &units[i].byte, 1);
    const struct mask_pair *pair =
        count == 0 ? NULL : mask_pair_of(mask, kind, value.bytes, value.size);
    if (pair != NULL) mask_put(mask, stream, pair, units);
    buffer_release(&value);
}

/* ---- reading ------------------------------------------------------------ */

static void view_raw(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    (void)variant;
    for (size_t i = 0; i < stream->bytes.size; i++)
        mask_view_add(out, i, stream->bytes.bytes[i], MASK_RAW);
}

/* Without line ends and lines that may come within others. */
static void view_joined(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    (void)variant;
    for (size_t i = 0; i < stream->bytes.size; i++)
        if (stream->flags.size == 0 || (stream->flags.bytes[i] & MASK_BETWEEN) == 0)
            mask_view_add(out, i, stream->bytes.bytes[i], MASK_RAW);
}

/* Payload alone: the lines that announce its blocks are left out. */
static void view_payload(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    (void)variant;
    for (size_t i = 0; i < stream->flags.size; i++)
        if ((stream->flags.bytes[i] & MASK_PAYLOAD) != 0)
            mask_view_add(out, i, stream->bytes.bytes[i], MASK_RAW);
}

/* Size of an escape at `text`: `%41`, `\x41`, `\u0041`, `\41`; 0: none is there.
 * Writes: where its two digits begin. */
static size_t escape_size(const uint8_t *text, size_t size, size_t *digits)
{
    *digits = 1;
    if (text[0] == '\\' && size > 1 && (text[1] | 0x20) == 'x') *digits = 2;
    else if (size > 3 && memcmp(text, "\\u00", 4) == 0) *digits = 4;
    else if (text[0] != '%' && text[0] != '\\') return 0;
    bool good =
        size >= *digits + 2 && hex_value(text[*digits]) >= 0 && hex_value(text[*digits + 1]) >= 0;
    return good ? *digits + 2 : 0;
}

static void view_escapes(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    const uint8_t *bytes = stream->bytes.bytes;
    size_t size = stream->bytes.size;
    (void)variant;
    for (size_t i = 0; i < size;) {
        size_t digits = 0;
        size_t escape = escape_size(bytes + i, size - i, &digits);
        if (escape > 0) {
            mask_view_add(out, i + digits, hex_byte(bytes + i + digits), MASK_HEX);
            i += escape;
            continue;
        }
        bool quotes = bytes[i] == '\\' && i + 1 < size && strchr("\\\"'/", bytes[i + 1]) != NULL;
        if (!quotes) mask_view_add(out, i, bytes[i], MASK_RAW);
        i++;
        if (quotes) mask_view_add(out, i, bytes[i], MASK_RAW), i++;
    }
}

/* Pairs of hexadecimal digits, perhaps with something between the pairs. */
static void view_hex(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    const uint8_t *bytes = stream->bytes.bytes;
    size_t size = stream->bytes.size;
    size_t i = 0;
    while (i < size) {
        size_t first = i;
        while (i < size && hex_value(bytes[i]) >= 0) i++;
        for (size_t k = first + variant; k + 1 < i; k += 2)
            mask_view_add(out, k, hex_byte(bytes + k), MASK_HEX);
        bool parts = i > first && i < size && strchr(" :-", bytes[i]) != NULL && bytes[i] != 0;
        if (i > first && !parts) mask_view_add(out, first, 0, MASK_RAW); /* no value goes on */
        i++;
    }
}

/* UCS-2 in hexadecimal digits: the second byte of each character, the first being 0. */
static void view_hex_ucs2(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    const uint8_t *bytes = stream->bytes.bytes;
    size_t size = stream->bytes.size;
    for (size_t i = 0; i < size; i++) {
        size_t first = i;
        while (i < size && hex_value(bytes[i]) >= 0) i++;
        for (size_t k = first + variant; k + 3 < i; k += 4) {
            bool is_low = bytes[k] == '0' && bytes[k + 1] == '0';
            mask_view_add(out, k + 2, is_low ? hex_byte(bytes + k + 2) : 0, MASK_HEX);
        }
        if (i > first) mask_view_add(out, first, 0, MASK_RAW);
    }
}

/* UTF-16 of either order, from any byte on: one byte of each character is 0. */
static void view_utf16(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    const uint8_t *bytes = stream->bytes.bytes;
    size_t order = variant >> 1; /* 1: the low byte comes second                */
    for (size_t i = variant & 1; i + 1 < stream->bytes.size; i += 2) {
        bool is_low = bytes[i + 1 - order] == 0;
        mask_view_add(out, i + order, is_low ? bytes[i + order] : 0, MASK_RAW);
    }
}

/* The digits of each pair exchanged (24.008, 11.11: how a SIM keeps numbers). */
static void view_swapped(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    const uint8_t *bytes = stream->bytes.bytes;
    size_t size = stream->bytes.size;
    for (size_t i = 0; i < size;) {
        size_t first = i;
        while (i < size && hex_value(bytes[i]) >= 0) i++;
        for (size_t k = first + variant; k + 1 < i; k += 2) {
            mask_view_add(out, k + 1, bytes[k + 1], MASK_RAW);
            mask_view_add(out, k, bytes[k], MASK_RAW);
        }
        if (i > first) mask_view_add(out, first, 0, MASK_RAW);
        else i++;
    }
}

/* Digits that one space, dash, dot or slash parts. */
static void view_spaced(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    const uint8_t *bytes = stream->bytes.bytes;
    size_t size = stream->bytes.size;
    (void)variant;
    for (size_t i = 0; i < size; i++) {
        bool is_inside = i > 0 && i + 1 < size && is_digit(bytes[i - 1]) && is_digit(bytes[i + 1]);
        if (is_inside && bytes[i] != 0 && strchr(" -./()", bytes[i]) != NULL) continue;
        mask_view_add(out, i, bytes[i], MASK_RAW);
    }
}

static void view_base64(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    const uint8_t *bytes = stream->bytes.bytes;
    size_t size = stream->bytes.size;
    for (size_t i = 0; i < size;) {
        size_t first = i;
        while (i < size && base64_value(bytes[i]) >= 0) i++;
        bool is_long = i - first >= BASE64_MIN + variant;
        for (size_t k = first + variant, n = 0; is_long && k + 1 < i; k++, n++) {
            unsigned both =
                (unsigned)base64_value(bytes[k]) << 6 | (unsigned)base64_value(bytes[k + 1]);
            unsigned bit = n % 4 * 2; /* digits 0, 1, 2 of four begin a byte */
            if (bit < 6)
                mask_view_add(out, k, (uint8_t)(both >> (4 - bit)),
                              (enum mask_code)(MASK_BASE64_0 + bit / 2));
        }
        if (is_long) mask_view_add(out, first, 0, MASK_RAW);
        if (i == first) i++;
    }
}

const struct mask_way mask_ways[] = {
    {view_raw, MASK_KNOWN_MIN, 1, false, true},
    {view_escapes, MASK_KNOWN_MIN, 1, false, true},
    {view_joined, MASK_KNOWN_MIN, 1, false, true},
    {view_payload, MASK_KNOWN_MIN, 1, false, true},
    {view_spaced, DIGITS_MIN, 1, true, false},
    {view_swapped, DIGITS_MIN, 2, true, false},
    {view_hex, MASK_KNOWN_MIN, 2, false, false},
    {view_hex_ucs2, MASK_KNOWN_MIN, 4, false, false},
    {view_utf16, MASK_KNOWN_MIN, 4, false, false},
    {view_base64, MASK_KNOWN_MIN, 4, false, false},
    {0},
};
