/* printf for people. Of a format:
 *
 *     conversion = "%" { "-" | "0" } [ number | "*" ] [ "." ( number | "*" ) ]
 *                  { "h" | "l" | "j" | "z" | "t" } ( "d" | "i" | "u" | "x" | "X" | "f"
 *                  | "c" | "s" | "%" ) ;
 *
 * Compilers check it against its arguments; any other conversion aborts. */
#include "base/print.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is shown ---------------------------------------------------- */

bool print_is_shown(uint32_t value)
{
    static const uint32_t hidden[][2] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C},   {0x200E, 0x200F},
        {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},
        {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE007F},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (value >= hidden[i][0] && value <= hidden[i][1]) return false;
    return (value & 0xFFFE) != 0xFFFE;
}

/* Bytes of the character at `at` that stays as it is; 0: its first byte does not. */
static size_t plain_size(const uint8_t *bytes, size_t at, size_t size, bool begins)
{
    uint32_t value = 0;
    size_t length = utf8_decode(bytes + at, size - at, &value);
    if (length == 0 || !print_is_shown(value)) return 0;
    if (value == ':' && begins && (at + 1 == size || bytes[at + 1] == ':')) return 0;
    return value == '#' && at > 0 && bytes[at - 1] == '#' ? 0 : length;
}

static void escape(struct buffer *out, uint8_t byte)
{
    static const char digits[] = "0123456789ABCDEF";
    const char unit[] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    buffer_append(out, unit, sizeof unit);
}

void print_shown(struct buffer *out, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    bool begins = true; /* spaces alone came before                            */
    for (size_t at = 0; at < size;) {
        size_t length = plain_size(from, at, size, begins);
        if (from[at] != ' ') begins = false;
        if (length > 0) buffer_append(out, from + at, length);
        else escape(out, from[at]);
        at += length > 0 ? length : 1;
    }
}

/* ---- conversions ------------------------------------------------------ */

struct conversion {
    bool left, zero;
    int width;
    int precision; /* -1: none                                               */
    size_t longs;  /* 0: int; 1: long, size_t, ptrdiff_t; 2: long long, intmax_t */
};

/* A va_list that functions can take on. */
struct arguments {
    va_list list;
};

/* Digits, or `*`. Returns: where it ends. */
static const char *read_number(const char *at, struct arguments *arguments, int *out)
{
    if (*at == '*') {
        *out = va_arg(arguments->list, int);
        return at + 1;
    }
    for (*out = 0; *at >= '0' && *at <= '9'; at++) *out = *out * 10 + (*at - '0');
    return at;
}

/* What stands between `%` and the letter. */
static const char *read_conversion(const char *at, struct arguments *arguments,
                                   struct conversion *out)
{
    *out = (struct conversion){.precision = -1};
    for (; *at == '-' || *at == '0'; at++) *(*at == '-' ? &out->left : &out->zero) = true;
    at = read_number(at, arguments, &out->width);
    if (out->width < 0) {
        out->left = true;
        out->width = -out->width;
    }
    if (*at == '.') at = read_number(at + 1, arguments, &out->precision);
    for (; *at != '\0' && strchr("hljzt", *at) != NULL; at++)
        out->longs += *at == 'h' ? 0 : *at == 'j' ? 2 : 1;
    return at;
}

static intmax_t take_signed(const struct conversion *how, struct arguments *arguments)
{
    if (how->longs == 0) return va_arg(arguments->list, int);
    return how->longs == 1 ? va_arg(arguments->list, long) : va_arg(arguments->list, long long);
}

static uintmax_t take_unsigned(const struct conversion *how, struct arguments *arguments)
{
    if (how->longs == 0) return va_arg(arguments->list, unsigned);
    return how->longs == 1 ? va_arg(arguments->list, unsigned long)
                           : va_arg(arguments->list, unsigned long long);
}

static void put_text(struct buffer *out, const struct conversion *how, const char *text)
{
    size_t size = how->precision < 0 ? strlen(text) : strnlen(text, (size_t)how->precision);
    print_shown(out, text, size);
}

/* Returns: false, there is no such conversion. */
static bool put_value(struct buffer *out, const struct conversion *how, char letter,
                      struct arguments *arguments)
{
    char byte = '\0';
    switch (letter) {
    case 'd':
    case 'i': buffer_format(out, "%jd", take_signed(how, arguments)); return true;
    case 'u': buffer_format(out, "%ju", take_unsigned(how, arguments)); return true;
    case 'x': buffer_format(out, "%jx", take_unsigned(how, arguments)); return true;
    case 'X': buffer_format(out, "%jX", take_unsigned(how, arguments)); return true;
    case 'f':
        buffer_format(out, "%.*f", how->precision, va_arg(arguments->list, double));
        return true;
    case 's': put_text(out, how, va_arg(arguments->list, const char *)); return true;
    case 'c':
        byte = (char)va_arg(arguments->list, int);
        print_shown(out, &byte, 1);
        return true;
    case '%': buffer_append(out, "%", 1); return true;
    default: return false;
    }
}

/* Pads what stands from `first` on to the width, counting bytes as printf does. */
static void pad(struct buffer *out, size_t first, const struct conversion *how, char letter)
{
    size_t size = out->size - first;
    if ((size_t)how->width <= size) return;
    size_t room = (size_t)how->width - size;
    buffer_reserve(out, room);
    uint8_t *value = out->bytes + first;
    bool zero = how->zero && !how->left && strchr("sc", letter) == NULL && *value != '-';
    if (!how->left) memmove(value + room, value, size);
    memset(how->left ? value + size : value, zero ? '0' : ' ', room);
    out->size += room;
}

void print_list(FILE *out, const char *format, va_list arguments)
{
    struct buffer text = {0};
    struct arguments taken;
    struct conversion how;
    va_copy(taken.list, arguments);
    while (*format != '\0') {
        size_t size = strcspn(format, "%");
        buffer_append(&text, format, size);
        format += size;
        if (*format == '\0') break;
        size_t first = text.size;
        const char *letter = read_conversion(format + 1, &taken, &how);
        if (!put_value(&text, &how, *letter, &taken)) abort();
        pad(&text, first, &how, *letter);
        format = letter + 1;
    }
    va_end(taken.list);
    if (text.size > 0) fwrite(text.bytes, 1, text.size, out);
    buffer_release(&text);
}

void print(FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_list(out, format, arguments);
    va_end(arguments);
}
