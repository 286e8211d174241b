/* What a capture takes, and whether it may. */
#include "match/match_part.h"

#include <stdlib.h>
#include <string.h>

bool match_is_line_end(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

bool match_read_length(const uint8_t *bytes, size_t size, size_t *out)
{
    size_t value = 0;
    for (size_t i = 0; i < size; i++) {
        size_t digit = (size_t)bytes[i] - '0';
        if (digit > 9) return false;
        value = value > (SIZE_MAX - digit) / 10 ? SIZE_MAX : value * 10 + digit;
    }
    *out = value;
    return size > 0;
}

static size_t digits_size(const uint8_t *bytes, size_t size, bool hex)
{
    size_t at = !hex && size > 0 && bytes[0] == '-';
    for (; at < size; at++) {
        uint8_t lower = bytes[at] | 0x20;
        bool digit = bytes[at] >= '0' && bytes[at] <= '9';
        if (!digit && !(hex && lower >= 'a' && lower <= 'f')) break;
    }
    return at;
}

static size_t quoted_size(const uint8_t *bytes, size_t size)
{
    if (size == 0 || bytes[0] != '"') return 0;
    for (size_t at = 1; at < size && !match_is_line_end(bytes[at]); at++)
        if (bytes[at] == '"') return at + 1;
    return 0;
}

static size_t text_size(const uint8_t *bytes, size_t size, bool word)
{
    size_t at = 0;
    while (at < size && !match_is_line_end(bytes[at])
           && !(word && (bytes[at] == ',' || bytes[at] == '"')))
        at++;
    return at;
}

/* Bytes that a capture takes, greedily. */
size_t match_capture_size(enum script_type type, const uint8_t *bytes, size_t size)
{
    size_t quoted = 0;
    switch (type) {
    case SCRIPT_INT: return digits_size(bytes, size, false);
    case SCRIPT_HEX: return digits_size(bytes, size, true);
    case SCRIPT_STRING: return quoted_size(bytes, size);
    case SCRIPT_WORD: return text_size(bytes, size, true);
    case SCRIPT_REST: return text_size(bytes, size, false);
    case SCRIPT_ANY: quoted = quoted_size(bytes, size); break;
    }
    return quoted > 0 ? quoted : text_size(bytes, size, true);
}

bool match_needs_text(enum script_type type)
{
    return type != SCRIPT_ANY && type != SCRIPT_REST;
}

bool match_is_within(const struct script_part *part, const uint8_t *bytes, size_t size)
{
    char text[32];
    int64_t value = (int64_t)size;
    if (part->range_count == 0) return true;
    if (part->type == SCRIPT_INT || part->type == SCRIPT_HEX) {
        if (size >= 20) return false;
        memcpy(text, bytes, size);
        text[size] = '\0';
        value = strtoll(text, NULL, part->type == SCRIPT_HEX ? 16 : 10);
    } else if (size >= 2 && bytes[0] == '"') {
        value -= 2; /* the quotes are not counted */
    }
    for (size_t i = 0; i < part->range_count; i++)
        if (value >= part->ranges[i].min && value <= part->ranges[i].max) return true;
    return false;
}
