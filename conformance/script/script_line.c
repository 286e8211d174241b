/* Lexer of scripts: marks, keys, strings, numbers. The grammar is in
 * corpus/README.md.
 *
 * The text is UTF-8 without control characters but the tab; each line is
 * checked for that first, so that what follows need not check. The first error
 * ends the reading. */
#include "script/script_line_internal.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ----------------------------------------------------------- */

void *script_new(struct script_arena *arena, size_t count, size_t size)
{
    arena->blocks =
        memory_grow(arena->blocks, arena->count + 1, &arena->capacity, sizeof *arena->blocks);
    arena->size += count * size;
    return arena->blocks[arena->count++] = memory_new(count, size);
}

char *script_copy(struct script_arena *arena, const void *bytes, size_t size)
{
    char *copy = script_new(arena, size + 1, 1);
    if (size > 0) memcpy(copy, bytes, size);
    return copy;
}

void script_arena_release(struct script_arena *arena)
{
    for (size_t i = 0; i < arena->count; i++) free(arena->blocks[i]);
    free(arena->blocks);
    *arena = (struct script_arena){0};
}

/* ---- errors ----------------------------------------------------------- */

bool script_fail(struct script_reader *reader, size_t at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    reader->error->line = reader->number;
    reader->error->column = at + 1;
    vsnprintf(reader->error->text, sizeof reader->error->text, format, arguments);
    va_end(arguments);
    return false;
}

/* How a byte is shown in a message: itself, or its value. */
struct shown {
    char text[8];
};

static struct shown show(uint8_t byte)
{
    struct shown shown;
    snprintf(shown.text, sizeof shown.text, byte > ' ' && byte < 0x7F ? "'%c'" : "0x%02X", byte);
    return shown;
}

static bool too_large(struct script_reader *reader, size_t at)
{
    return script_fail(reader, at, "more than %zu bytes in all; expected fewer",
                       TRANSCRIPT_BYTES_SIZE_MAX);
}

/* ---- marks ------------------------------------------------------------ */

static bool need_blank(struct script_reader *reader, const char *mark, const char *expected)
{
    size_t at = strlen(mark);
    if (reader->size <= at || reader->line[at] != ' ')
        return script_fail(reader, at, "no space after '%s'; expected \"%s \" and %s", mark, mark,
                           expected);
    reader->at = at + 1;
    return true;
}

static bool read_direction(struct script_reader *reader, enum script_mark *mark, bool is_sent)
{
    uint8_t second = reader->size > 1 ? reader->line[1] : 0;
    *mark = SCRIPT_MARK_LINE;
    if (second == reader->line[0]) {
        *mark = SCRIPT_MARK_BYTES;
        return need_blank(reader, is_sent ? ">>" : "<<", "a string");
    }
    if (second == '=') {
        *mark = SCRIPT_MARK_PAYLOAD;
        return need_blank(reader, is_sent ? ">=" : "<=", "a payload");
    }
    if (reader->size == 1 && !is_sent) {
        *mark = SCRIPT_MARK_CRLF;
        return true;
    }
    return is_sent ? need_blank(reader, ">", "a command") : need_blank(reader, "<", "a response");
}

static bool check_text(struct script_reader *reader)
{
    if (reader->number == 1 && reader->size >= 3 && memcmp(reader->line, "\xEF\xBB\xBF", 3) == 0)
        return script_fail(reader, 0, "byte order mark; expected UTF-8 without one");
    size_t good = utf8_text_size(reader->line, reader->size);
    if (good == reader->size) return true;
    return script_fail(reader, good,
                       "byte 0x%02X is no text; expected UTF-8, or \\x%02X in a >> or << string",
                       reader->line[good], reader->line[good]);
}

bool script_read_mark(struct script_reader *reader, enum script_mark *mark, bool *is_sent)
{
    if (!check_text(reader)) return false;
    reader->at = 0;
    *mark = SCRIPT_MARK_BLANK;
    if (reader->size == 0) return true;
    *is_sent = reader->line[0] == '>';
    switch (reader->line[0]) {
    case '#': *mark = SCRIPT_MARK_COMMENT; return true;
    case '@': *mark = SCRIPT_MARK_DIRECTIVE; return need_blank(reader, "@", "\"key: value\"");
    case '>':
    case '<': return read_direction(reader, mark, *is_sent);
    case ' ':
    case '\t':
        return script_fail(
            reader, 0,
            "space or tab before the line mark; expected > < >> << >= <= @ # at its start");
    default:
        return script_fail(reader, 0,
                           "unknown line mark %s; expected > < >> << >= <= @ # or an empty line",
                           show(reader->line[0]).text);
    }
}

bool script_read_key(struct script_reader *reader, const char **key)
{
    const uint8_t *name = reader->line + reader->at;
    const uint8_t *colon = memchr(name, ':', reader->size - reader->at);
    if (colon == NULL)
        return script_fail(reader, reader->size, "no colon; expected \"@ key: value\"");
    *key = script_copy(reader->arena, name, (size_t)(colon - name));
    reader->at = (size_t)(colon - reader->line) + 1;
    if (reader->at == reader->size) return true;
    if (reader->line[reader->at] != ' ')
        return script_fail(reader, reader->at, "no space after ':'; expected \"@ key: value\"");
    reader->at++;
    return true;
}

/* ---- strings ---------------------------------------------------------- */

static int hex_value(uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t lower = byte >= 'A' && byte <= 'F' ? (uint8_t)(byte + ('a' - 'A')) : byte;
    const char *found = lower == 0 ? NULL : strchr(digits, lower);
    return found == NULL ? -1 : (int)(found - digits);
}

/* Two digits. */
static bool read_hex(struct script_reader *reader, const char *what, uint8_t *out)
{
    int value = 0;
    for (int i = 0; i < 2; i++) {
        int digit = reader->at < reader->size ? hex_value(reader->line[reader->at]) : -1;
        if (digit < 0)
            return script_fail(reader, reader->at, "bad %s; expected two hexadecimal digits", what);
        value = value * 16 + digit;
        reader->at++;
    }
    *out = (uint8_t)value;
    return true;
}

/* After the backslash. */
static bool read_escape(struct script_reader *reader, uint8_t *out)
{
    static const char letters[] = "rnt0\\\"e";
    static const char values[] = "\r\n\t\0\\\"\x1B";
    size_t backslash = reader->at - 1;
    if (reader->at == reader->size)
        return script_fail(reader, backslash,
                           "backslash at the end of the line; expected an escape");
    uint8_t letter = reader->line[reader->at++];
    if (letter == 'x') return read_hex(reader, "\\x escape", out);
    const char *found = memchr(letters, letter, sizeof letters - 1);
    if (found == NULL)
        return script_fail(
            reader, backslash,
            "backslash before %s is no escape; expected \\r \\n \\t \\0 \\\\ \\\" \\e or \\xHH",
            show(letter).text);
    *out = (uint8_t)values[found - letters];
    return true;
}

/* `*count` after a string that stands at `start` in the bytes. */
static bool read_count(struct script_reader *reader, struct buffer *out, size_t start)
{
    size_t first = ++reader->at;
    size_t count = 0;
    while (reader->at < reader->size && reader->line[reader->at] >= '0'
           && reader->line[reader->at] <= '9') {
        count = count * 10 + (size_t)(reader->line[reader->at++] - '0');
        if (count > TRANSCRIPT_BYTES_SIZE_MAX) return too_large(reader, first);
    }
    if (reader->at == first || count == 0)
        return script_fail(reader, first, "no count after '*'; expected a number from 1");
    size_t size = out->size - start;
    if (size > 0 && count > (TRANSCRIPT_BYTES_SIZE_MAX - start) / size)
        return too_large(reader, first);
    size_t left = size * (count - 1);
    buffer_reserve(out, left);
    while (left > 0) { /* what is there doubles: few copies make many */
        size_t part = out->size - start;
        if (part > left) part = left;
        memcpy(out->bytes + out->size, out->bytes + start, part);
        out->size += part;
        left -= part;
    }
    return true;
}

/* Up to the closing quote, which must be there. */
static bool read_quoted(struct script_reader *reader, struct buffer *out)
{
    size_t quote = reader->at++;
    while (reader->at < reader->size) {
        uint8_t byte = reader->line[reader->at++];
        if (byte == '"') return true;
        if (byte == '\\' && !read_escape(reader, &byte)) return false;
        buffer_append(out, &byte, 1);
    }
    return script_fail(reader, quote,
                       "string not closed; expected '\"' before the end of the line");
}

static bool read_string(struct script_reader *reader, struct buffer *out)
{
    if (reader->at == reader->size || reader->line[reader->at] != '"')
        return script_fail(reader, reader->at, "no string here; expected '\"'");
    size_t start = out->size;
    if (!read_quoted(reader, out)) return false;
    if (reader->at < reader->size && reader->line[reader->at] == '*')
        return read_count(reader, out, start);
    return true;
}

static bool is_example(const struct script_reader *reader)
{
    return reader->size - reader->at >= 3 && memcmp(reader->line + reader->at, " = ", 3) == 0;
}

static bool keep(struct script_reader *reader, struct buffer *from, const uint8_t **bytes,
                 size_t *size)
{
    reader->bytes_size += from->size;
    bool fits = reader->bytes_size <= TRANSCRIPT_BYTES_SIZE_MAX;
    if (fits) {
        *bytes = (const uint8_t *)script_copy(reader->arena, from->bytes, from->size);
        *size = from->size;
    }
    buffer_release(from);
    return fits || too_large(reader, reader->at);
}

bool script_read_strings(struct script_reader *reader, const uint8_t **bytes, size_t *size)
{
    struct buffer out = {0};
    bool good = read_string(reader, &out);
    while (good && reader->at < reader->size && !is_example(reader)) {
        if (reader->line[reader->at] != ' ')
            good = script_fail(reader, reader->at,
                               "no space here; expected ' ' and a string, or the end of the line");
        reader->at++;
        good = good && read_string(reader, &out);
    }
    if (good) return keep(reader, &out, bytes, size);
    buffer_release(&out);
    return false;
}

bool script_read_hex_bytes(struct script_reader *reader, const uint8_t **bytes, size_t *size);
bool script_read_hex_bytes(struct script_reader *reader, const uint8_t **bytes, size_t *size)
{
    struct buffer out = {0};
    bool good = true;
    while (good && (out.size == 0 || (reader->at < reader->size && !is_example(reader)))) {
        uint8_t byte = 0;
        if (out.size > 0 && reader->line[reader->at] == ' ') reader->at++;
        good = read_hex(reader, "hexadecimal byte", &byte);
        buffer_append(&out, &byte, 1);
    }
    if (good) return keep(reader, &out, bytes, size);
    buffer_release(&out);
    return false;
}

/* ---- numbers ---------------------------------------------------------- */

bool script_read_number(struct script_reader *reader, const char *what, uint64_t max, uint64_t *out)
{
    size_t first = reader->at;
    uint64_t value = 0;
    while (reader->at < reader->size && reader->line[reader->at] >= '0'
           && reader->line[reader->at] <= '9') {
        uint64_t digit = (uint64_t)(reader->line[reader->at] - '0');
        if (value > (max - digit) / 10)
            return script_fail(reader, first, "%s too large; expected at most %llu", what,
                               (unsigned long long)max);
        value = value * 10 + digit;
        reader->at++;
    }
    if (reader->at == first) return script_fail(reader, first, "no number here; expected %s", what);
    *out = value;
    return true;
}

bool script_read_seconds(struct script_reader *reader, uint64_t *out)
{
    uint64_t value = 0;
    if (!script_read_number(reader, "seconds", 1000000000, &value)) return false;
    value *= 1000000;
    if (reader->at < reader->size && reader->line[reader->at] == '.') {
        uint64_t scale = 100000;
        size_t first = ++reader->at;
        while (reader->at < reader->size && reader->line[reader->at] >= '0'
               && reader->line[reader->at] <= '9' && reader->at - first < 6) {
            value += scale * (uint64_t)(reader->line[reader->at++] - '0');
            scale /= 10;
        }
    }
    if (reader->at < reader->size)
        return script_fail(reader, reader->at,
                           "text after the seconds; expected a number such as 1.5");
    *out = value;
    return true;
}

bool script_read_repeat(struct script_reader *reader, uint64_t *min, uint64_t *max)
{
    size_t first = reader->at;
    if (!script_read_number(reader, "how often, such as 1..4", 1000000, min)) return false;
    *max = *min;
    if (reader->size - reader->at >= 2 && memcmp(reader->line + reader->at, "..", 2) == 0) {
        reader->at += 2;
        *max = UINT64_MAX;
        if (reader->at < reader->size
            && !script_read_number(reader, "how often at most", 1000000, max))
            return false;
    }
    if (reader->at < reader->size)
        return script_fail(reader, reader->at, "text after the count; expected 1..4, 1.. or 4");
    if (*max < *min || *max == 0)
        return script_fail(reader, first, "empty range; expected its end at or above its begin");
    return true;
}

/* ---- lines ------------------------------------------------------------ */

bool script_each_line(struct script_reader *reader, const void *text, size_t size,
                      bool (*take)(struct script_reader *reader, void *user), void *user)
{
    const uint8_t *bytes = text;
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(bytes + at, '\n', size - at);
        size_t length = end == NULL ? size - at : (size_t)(end - (bytes + at));
        reader->number++;
        reader->line = bytes + at;
        reader->size = length;
        if (length > 0 && reader->line[length - 1] == '\r') reader->size--;
        if (!take(reader, user)) return false;
        at += length + 1;
    }
    return true;
}
