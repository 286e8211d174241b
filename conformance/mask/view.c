/* Values written in several ways, and secrets replaced in all of them. */
#include "mask/mask_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define APART_BELOW   8 /* bytes of a secret that must stand apart: shorter ones may be chance */
#define DIGITS_MIN    7 /* digits that are looked for among separators, or exchanged by pairs */
#define PIECE_SIZE    ((size_t)1 << 20)
#define PIECE_OVERLAP ((size_t)8 << 10)
#define BASE64_MIN    6 /* digits of base64 that are read                       */

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

static bool is_alphanumeric(uint8_t byte)
{
    return is_digit(byte) || ((uint8_t)((byte | 0x20) - 'a') < 26 && byte < 0x80);
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
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

/* Writes the stand-in over the units; a letter in another case stays in it. */
static void put_stand_in(struct mask *mask, struct mask_stream *stream,
                         const struct mask_pair *pair, const struct mask_unit *units)
{
    for (size_t i = 0; i < pair->size; i++) {
        uint8_t byte = pair->stand_in[i];
        if (units[i].byte != pair->secret[i] && is_alphanumeric(byte)) byte ^= 0x20;
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
    if (pair != NULL) put_stand_in(mask, stream, pair, units);
    buffer_release(&value);
}

/* ---- reading ------------------------------------------------------------ */

/* Makes a view of a stream; `variant`: the phase. */
typedef void view_fn(const struct mask_stream *stream, unsigned variant, struct mask_view *out);

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

static void view_utf16(const struct mask_stream *stream, unsigned variant, struct mask_view *out)
{
    for (size_t i = variant; i < stream->bytes.size; i += 2)
        mask_view_add(out, i, stream->bytes.bytes[i], MASK_RAW);
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

/* The ways in which a value may be written. */
static const struct view {
    view_fn *make;
    size_t min; /* bytes of a secret                                         */
    unsigned variants;
    bool digits_only; /* only of secrets that are digits                     */
    bool is_text;     /* a short secret must stand apart                     */
} views[] = {
    {view_raw, MASK_KNOWN_MIN, 1, false, true},    {view_escapes, MASK_KNOWN_MIN, 1, false, true},
    {view_joined, MASK_KNOWN_MIN, 1, false, true}, {view_payload, MASK_KNOWN_MIN, 1, false, true},
    {view_spaced, DIGITS_MIN, 1, true, false},     {view_swapped, DIGITS_MIN, 2, true, false},
    {view_hex, MASK_KNOWN_MIN, 2, false, false},   {view_hex_ucs2, MASK_KNOWN_MIN, 4, false, false},
    {view_utf16, MASK_KNOWN_MIN, 2, false, false}, {view_base64, MASK_KNOWN_MIN, 4, false, false},
};

/* ---- searching ---------------------------------------------------------- */

static bool is_number(const struct mask_pair *pair)
{
    for (size_t i = 0; i < pair->size; i++)
        if (!is_digit(pair->secret[i])) return false;
    return true;
}

/* Whether no letter or digit stands beside it. */
static bool is_apart(const struct mask_stream *stream, const struct mask_unit *units, size_t count)
{
    size_t before = units[0].at;
    size_t after = units[count - 1].at + (units[count - 1].code == MASK_HEX ? 2 : 1);
    return (before == 0 || !is_alphanumeric(stream->bytes.bytes[before - 1]))
           && (after >= stream->bytes.size || !is_alphanumeric(stream->bytes.bytes[after]));
}

static bool is_fixed(const struct mask_stream *stream, const struct mask_unit *units, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (stream->flags.size > units[i].at
            && (stream->flags.bytes[units[i].at] & MASK_FIXED) != 0)
            return true;
    return false;
}

/* Returns: whether it was replaced. */
static bool replace(struct mask *mask, struct mask_stream *stream, const struct view *view,
                    const struct mask_pair *pair, const struct mask_unit *units)
{
    if (view->is_text && pair->size < APART_BELOW && !is_apart(stream, units, pair->size))
        return false;
    if (is_fixed(stream, units, pair->size)) {
        if (view->make == view_raw) mask->left.numbers++;
        return false;
    }
    put_stand_in(mask, stream, pair, units);
    return true;
}

/* `text`: the view's bytes in lower case; what is replaced becomes NUL there. */
static void search(struct mask *mask, struct mask_stream *stream, const struct view *view,
                   const struct mask_view *seen, uint8_t *text, const struct mask_pair *pair)
{
    uint8_t *needle = memory_new(pair->size, 1);
    for (size_t i = 0; i < pair->size; i++) needle[i] = lower(pair->secret[i]);
    uint8_t *at = text;
    while ((at = memmem(at, seen->count - (size_t)(at - text), needle, pair->size)) != NULL) {
        if (replace(mask, stream, view, pair, seen->items + (at - text))) memset(at, 0, pair->size);
        at++;
    }
    free(needle);
}

static int compare_sizes(const void *a, const void *b)
{
    size_t left = (*(const struct mask_pair *const *)a)->size;
    size_t right = (*(const struct mask_pair *const *)b)->size;
    return (left < right) - (left > right);
}

static void apply_view(struct mask *mask, struct mask_stream *stream, const struct view *view,
                       unsigned variant, const struct mask_pair *const *pairs)
{
    struct mask_view seen = {0};
    view->make(stream, variant, &seen);
    uint8_t *text = memory_new(seen.count + 1, 1);
    for (size_t i = 0; i < seen.count; i++) text[i] = lower(seen.items[i].byte);
    for (size_t i = 0; i < mask->pairs.count; i++)
        if (pairs[i]->size >= view->min && (!view->digits_only || is_number(pairs[i])))
            search(mask, stream, view, &seen, text, pairs[i]);
    free(text);
    free(seen.items);
}

/* A long stream piece by piece: a view takes eight bytes for each of it. */
static void apply_pieces(struct mask *mask, const struct mask_stream *stream,
                         const struct view *view, unsigned variant,
                         const struct mask_pair *const *pairs)
{
    size_t size = stream->bytes.size;
    for (size_t at = 0; at < size; at += PIECE_SIZE - PIECE_OVERLAP) {
        size_t part = size - at < PIECE_SIZE ? size - at : PIECE_SIZE;
        struct mask_stream piece = {.bytes = {.bytes = stream->bytes.bytes + at, .size = part}};
        if (stream->flags.size > 0)
            piece.flags = (struct buffer){.bytes = stream->flags.bytes + at, .size = part};
        apply_view(mask, &piece, view, variant, pairs);
        if (at + part == size) return;
    }
}

void mask_apply(struct mask *mask, struct mask_stream *stream)
{
    const struct mask_pair **pairs =
        memory_new(mask->pairs.count, sizeof(const struct mask_pair *));
    for (size_t i = 0; i < mask->pairs.count; i++) pairs[i] = &mask->pairs.items[i];
    qsort(pairs, mask->pairs.count, sizeof(const struct mask_pair *), compare_sizes);
    for (size_t i = 0; mask->pairs.count > 0 && i < sizeof views / sizeof *views; i++)
        for (unsigned k = 0; k < views[i].variants; k++)
            apply_pieces(mask, stream, &views[i], k, pairs);
    free(pairs);
}
