/* Bytes of any value, shown as text. UTF-8 as in RFC 3629, section 4. */
#define _GNU_SOURCE
#include "base/text.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- characters ------------------------------------------------------- */

/* Decodes the character at `at`. Returns: its size in bytes, 0 if it is not UTF-8. */
static size_t decode(const char *at, uint32_t *value)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)*at;
    size_t size = 0;
    if (first < 0x80) size = 1;
    else if (first >= 0xC2 && first < 0xE0) size = 2;
    else if (first >= 0xE0 && first < 0xF0) size = 3;
    else if (first >= 0xF0 && first < 0xF5) size = 4;
    if (size == 0) return 0;
    *value = size == 1 ? first : first & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        uint8_t byte = (uint8_t)at[i];
        if ((byte & 0xC0) != 0x80) return 0;
        *value = *value << 6 | (byte & 0x3F);
    }
    bool surrogate = *value >= 0xD800 && *value < 0xE000;
    return *value < least[size] || *value > 0x10FFFF || surrogate ? 0 : size;
}

static bool is_shown(uint32_t value)
{
    static const uint32_t hidden[][2] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200E, 0x200F}, {0x2028, 0x202E},
        {0x2066, 0x2069}, {0xFDD0, 0xFDEF}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (value >= hidden[i][0] && value <= hidden[i][1]) return false;
    return (value & 0xFFFE) != 0xFFFE;
}

/* Wide scripts start at U+1100; some narrow ones lie above it, too. */
static size_t columns_of(uint32_t value)
{
    return value >= 0x1100 && !(value >= 0x2000 && value < 0x2E80) ? 2 : 1;
}

/* ---- shown text ------------------------------------------------------- */

/* What CI systems obey in a log: `::error::` at the beginning of a line, `##vso[`
 * anywhere. */
static bool is_obeyed(const char *at, const char *begin)
{
    if (*at == '#') return at > begin && at[-1] == '#';
    return *at == ':' && (at[1] == ':' || at[1] == '\0') && begin + strspn(begin, " ") == at;
}

char *text_shown(const char *bytes)
{
    char *shown = arena_must(malloc(strlen(bytes) * 4 + 1));
    char *end = shown;
    const char *begin = bytes;
    while (*bytes != '\0') {
        uint32_t value = 0;
        size_t size = decode(bytes, &value);
        if (size > 0 && is_shown(value) && !is_obeyed(bytes, begin)) {
            memcpy(end, bytes, size);
            end += size;
            bytes += size;
        } else {
            end += snprintf(end, 5, "\\x%02X", (unsigned char)*bytes);
            bytes++;
        }
    }
    *end = '\0';
    return shown;
}

void text_put(FILE *out, const char *bytes)
{
    char *shown = text_shown(bytes);
    fputs(shown, out);
    free(shown);
}

/* Returns: the end of the longest beginning of `shown` that fits the columns. */
static const char *skip_columns(const char *shown, size_t columns)
{
    while (*shown != '\0') {
        uint32_t value = 0;
        size_t size = decode(shown, &value);
        if (columns_of(value) > columns) break;
        columns -= columns_of(value);
        shown += size;
    }
    return shown;
}

size_t text_columns(const char *shown)
{
    size_t columns = 0;
    while (*shown != '\0') {
        uint32_t value = 0;
        shown += decode(shown, &value);
        columns += columns_of(value);
    }
    return columns;
}

char *text_cut(const char *bytes, size_t columns)
{
    char *shown = text_shown(bytes);
    if (text_columns(shown) <= columns) return shown;
    size_t kept = columns == 0 ? 0 : (size_t)(skip_columns(shown, columns - 1) - shown);
    char *cut = text_format("%.*s%s", (int)kept, shown, columns == 0 ? "" : "…");
    free(shown);
    return cut;
}

char *text_cut_left(const char *bytes, size_t columns)
{
    char *shown = text_shown(bytes);
    size_t all = text_columns(shown);
    if (all <= columns) return shown;
    const char *rest = skip_columns(shown, all - columns + 1);
    while (text_columns(rest) + 1 > columns && *rest != '\0') {
        uint32_t value = 0;
        rest += decode(rest, &value);
    }
    char *cut = text_format("%s%s", columns == 0 ? "" : "…", rest);
    free(shown);
    return cut;
}

/* ---- words of a shell ------------------------------------------------- */

/* In the notation $'…'. */
static char *ansi_word(const char *bytes)
{
    char *word = arena_must(malloc(strlen(bytes) * 4 + 4));
    char *end = word + sprintf(word, "$'");
    for (; *bytes != '\0'; bytes++) {
        unsigned char byte = (unsigned char)*bytes;
        bool plain = byte >= 0x20 && byte < 0x7F && strchr("'\\#", byte) == NULL;
        end += sprintf(end, plain ? "%c" : "\\%03o", byte);
    }
    memcpy(end, "'", 2);
    return word;
}

static char *quoted_word(const char *bytes)
{
    char *word = arena_must(malloc(strlen(bytes) * 4 + 3));
    char *end = word;
    *end++ = '\'';
    for (; *bytes != '\0'; bytes++) {
        if (*bytes == '\'') end += sprintf(end, "'\\''");
        else *end++ = *bytes;
    }
    memcpy(end, "'", 2);
    return word;
}

char *text_shell_word(const char *bytes)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_./:@%+=,-";
    char *shown = text_shown(bytes);
    bool same = strcmp(shown, bytes) == 0;
    bool bare = *bytes != '\0' && strspn(bytes, plain) == strlen(bytes);
    if (same && bare) return shown;
    free(shown);
    return same ? quoted_word(bytes) : ansi_word(bytes);
}

char *text_grouped(uint64_t number)
{
    if (number < 1000) return text_format("%u", (unsigned)number);
    char *before = text_grouped(number / 1000);
    char *text = text_format("%s,%03u", before, (unsigned)(number % 1000));
    free(before);
    return text;
}

char *text_format(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);
    return arena_must(size < 0 ? NULL : text);
}
