/* Reader of transcripts.
 *
 *     file         = { line LF } ;             (CR LF is accepted)
 *     line         = comment | directive | sent | received
 *                  | raw-sent | raw-received | "" ;
 *     comment      = "#" text ;
 *     directive    = "@ " key ":" [ " " value ] ;
 *     sent         = "> " text ;
 *     received     = "< " text | "<" ;
 *     raw-sent     = ">> " string { " " string } ;
 *     raw-received = "<< " string { " " string } ;
 *     string       = '"' { char | escape } '"' [ "*" count ] ;
 *     escape       = "\" ( r | n | t | 0 | "\" | '"' | e | x hex hex ) ;
 *
 * The text is UTF-8 without control characters but the tab; each line is
 * looked through for that before it is read, so that what follows need not
 * care. All errors end the reading: the first one is the one to mend.
 */
#include "transcript.h"

#include "buffer.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line, read from left to right. */
struct reader {
    struct transcript *out;
    struct transcript_error *error;
    struct buffer bytes; /* becomes out->bytes                             */
    struct buffer items; /* becomes out->items                             */
    const uint8_t *line; /* the line without its line end                  */
    size_t size;         /* bytes                                          */
    size_t at;           /* next byte of the line                          */
    size_t number;       /* of the line, 1 the first                       */
    bool header_over;    /* an item has come                               */
    bool seen[TRANSCRIPT_KEY_COUNT];
};

static const char *const key_names[TRANSCRIPT_KEY_COUNT] = {
    [TRANSCRIPT_ID] = "id",         [TRANSCRIPT_DIALECT] = "dialect", [TRANSCRIPT_TITLE] = "title",
    [TRANSCRIPT_SOURCE] = "source", [TRANSCRIPT_ERRATUM] = "erratum",
};

/* ---- errors ----------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static bool fail(struct reader *reader, size_t at,
                                                       const char *format, ...)
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

/* ---- items ------------------------------------------------------------ */

static bool add_item(struct reader *reader, struct transcript_item item)
{
    if (reader->items.size / sizeof item >= TRANSCRIPT_ITEM_COUNT_MAX)
        return fail(reader, 0, "too many items; expected at most %zu", TRANSCRIPT_ITEM_COUNT_MAX);
    item.line = reader->number;
    item.size = reader->bytes.size - item.offset;
    if (item.kind == TRANSCRIPT_RECEIVED) reader->out->received_size += item.size;
    if (item.kind == TRANSCRIPT_HEADER) buffer_append(&reader->bytes, "", 1);
    else reader->header_over = true;
    buffer_append(&reader->items, &item, sizeof item);
    if (reader->bytes.failed || reader->items.failed) return fail(reader, 0, "out of memory");
    return true;
}

/* What is left of the line, with the line ends of its direction. */
static bool add_text(struct reader *reader, enum transcript_kind kind, const char *before,
                     const char *after)
{
    struct transcript_item item = {.kind = kind, .offset = reader->bytes.size};
    buffer_append_text(&reader->bytes, before);
    buffer_append(&reader->bytes, reader->line + reader->at, reader->size - reader->at);
    buffer_append_text(&reader->bytes, after);
    return add_item(reader, item);
}

/* ---- strings ---------------------------------------------------------- */

static int hex_value(uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t lower = byte >= 'A' && byte <= 'F' ? (uint8_t)(byte + ('a' - 'A')) : byte;
    const char *found = lower == 0 ? NULL : strchr(digits, lower);
    return found == NULL ? -1 : (int)(found - digits);
}

/* Behind `\x`. */
static bool read_hex(struct reader *reader, uint8_t *out)
{
    int value = 0;
    for (int i = 0; i < 2; i++) {
        int digit = reader->at < reader->size ? hex_value(reader->line[reader->at]) : -1;
        if (digit < 0)
            return fail(reader, reader->at, "bad \\x escape; expected two hexadecimal digits");
        value = value * 16 + digit;
        reader->at++;
    }
    *out = (uint8_t)value;
    return true;
}

/* Behind the backslash. */
static bool read_escape(struct reader *reader, uint8_t *out)
{
    static const char letters[] = "rnt0\\\"e";
    static const char values[] = "\r\n\t\0\\\"\x1B";
    size_t backslash = reader->at - 1;
    if (reader->at == reader->size)
        return fail(reader, backslash, "backslash at the end of the line; expected an escape");
    uint8_t letter = reader->line[reader->at++];
    if (letter == 'x') return read_hex(reader, out);
    const char *found = memchr(letters, letter, sizeof letters - 1);
    if (found == NULL) {
        return fail(
            reader, backslash,
            "backslash before %s is no escape; expected \\r \\n \\t \\0 \\\\ \\\" \\e or \\xHH",
            show(letter).text);
    }
    *out = (uint8_t)values[found - letters];
    return true;
}

static bool too_large(struct reader *reader, size_t at)
{
    return fail(reader, at, "more than %zu bytes in all; expected fewer",
                TRANSCRIPT_BYTES_SIZE_MAX);
}

/* `*count` behind a string that stands at `start` in the bytes. */
static bool read_count(struct reader *reader, size_t start)
{
    size_t first = ++reader->at;
    size_t count = 0;
    while (reader->at < reader->size && reader->line[reader->at] >= '0'
           && reader->line[reader->at] <= '9') {
        count = count * 10 + (size_t)(reader->line[reader->at++] - '0');
        if (count > TRANSCRIPT_BYTES_SIZE_MAX) return too_large(reader, first);
    }
    if (reader->at == first || count == 0)
        return fail(reader, first, "no count behind '*'; expected a number from 1");
    size_t size = reader->bytes.size - start;
    if (size > 0 && count > (TRANSCRIPT_BYTES_SIZE_MAX - start) / size)
        return too_large(reader, first);
    size_t left = size * (count - 1);
    if (buffer_reserve(&reader->bytes, left) == NULL) return fail(reader, first, "out of memory");
    while (left > 0) { /* what is there doubles: few copies make many */
        size_t part = reader->bytes.size - start;
        if (part > left) part = left;
        memcpy(reader->bytes.bytes + reader->bytes.size, reader->bytes.bytes + start, part);
        reader->bytes.size += part;
        left -= part;
    }
    return true;
}

/* Up to the closing quote, which must be there. */
static bool read_quoted(struct reader *reader)
{
    size_t quote = reader->at++;
    while (reader->at < reader->size) {
        uint8_t byte = reader->line[reader->at++];
        if (byte == '"') return true;
        if (byte == '\\' && !read_escape(reader, &byte)) return false;
        buffer_append(&reader->bytes, &byte, 1);
    }
    return fail(reader, quote, "string not closed; expected '\"' before the end of the line");
}

static bool read_string(struct reader *reader)
{
    if (reader->at == reader->size || reader->line[reader->at] != '"')
        return fail(reader, reader->at, "no string here; expected '\"'");
    size_t start = reader->bytes.size;
    if (!read_quoted(reader)) return false;
    if (reader->bytes.size > TRANSCRIPT_BYTES_SIZE_MAX) return too_large(reader, reader->at);
    if (reader->at < reader->size && reader->line[reader->at] == '*')
        return read_count(reader, start);
    return true;
}

/* ---- lines ------------------------------------------------------------ */

static bool read_strings(struct reader *reader, enum transcript_kind kind)
{
    struct transcript_item item = {.kind = kind, .offset = reader->bytes.size};
    reader->at = 2;
    while (reader->at == 2 || reader->at < reader->size) {
        if (reader->at == reader->size || reader->line[reader->at] != ' ') {
            return fail(reader, reader->at, "no blank here; expected ' ' and a string%s",
                        reader->at == 2 ? "" : ", or the end of the line");
        }
        reader->at++;
        if (!read_string(reader)) return false;
    }
    return add_item(reader, item);
}

static bool read_command(struct reader *reader)
{
    if (reader->size < 2 || reader->line[1] != ' ')
        return fail(reader, 1, "no blank behind '>'; expected \"> \" and a command");
    reader->at = 2;
    return add_text(reader, TRANSCRIPT_SENT, "", "\r");
}

static bool read_response(struct reader *reader)
{
    if (reader->size == 1) {
        reader->at = 1;
        return add_text(reader, TRANSCRIPT_RECEIVED, "", "\r\n");
    }
    if (reader->line[1] != ' ')
        return fail(reader, 1, "no blank behind '<'; expected \"< \" and a response");
    reader->at = 2;
    return add_text(reader, TRANSCRIPT_RECEIVED, "\r\n", "\r\n");
}

/* A key that says who or what the transcript is can stand there once only. */
static bool add_header(struct reader *reader, enum transcript_key key)
{
    struct transcript_item item = {
        .kind = TRANSCRIPT_HEADER, .key = key, .offset = reader->bytes.size};
    if (reader->header_over) {
        return fail(reader, 0, "header directive '%s' behind an item; expected it at the top",
                    key_names[key]);
    }
    if (reader->seen[key] && (key == TRANSCRIPT_ID || key == TRANSCRIPT_DIALECT))
        return fail(reader, 0, "second directive '%s'; expected one only", key_names[key]);
    reader->seen[key] = true;
    if (reader->at == reader->size) {
        return fail(reader, reader->at, "directive '%s' without a value; expected one",
                    key_names[key]);
    }
    item.column = reader->at + 1;
    buffer_append(&reader->bytes, reader->line + reader->at, reader->size - reader->at);
    return add_item(reader, item);
}

/* With `reader->at` at the value. */
static bool add_directive(struct reader *reader, const char *name, size_t size)
{
    for (int key = 0; key < TRANSCRIPT_KEY_COUNT; key++)
        if (strlen(key_names[key]) == size && memcmp(key_names[key], name, size) == 0)
            return add_header(reader, (enum transcript_key)key);
    struct transcript_item item = {.offset = reader->bytes.size, .column = reader->at + 1};
    /* What stands behind `@ expire:` and `@ stream-end:` is a remark, free text
     * for the reader alone: nothing is made of it. */
    if (size == strlen("expire") && memcmp(name, "expire", size) == 0) {
        item.kind = TRANSCRIPT_EXPIRE;
    } else if (size == strlen("stream-end") && memcmp(name, "stream-end", size) == 0) {
        item.kind = TRANSCRIPT_STREAM_END;
    } else {
        return fail(reader, 2,
                    "unknown directive '%.*s'; expected id, dialect, title, source, erratum, "
                    "expire or stream-end",
                    size < 32 ? (int)size : 32, name);
    }
    return add_item(reader, item);
}

static bool read_directive(struct reader *reader)
{
    if (reader->size < 2 || reader->line[1] != ' ')
        return fail(reader, 1, "no blank behind '@'; expected \"@ key: value\"");
    const uint8_t *name = reader->line + 2;
    const uint8_t *colon = memchr(name, ':', reader->size - 2);
    if (colon == NULL) return fail(reader, reader->size, "no colon; expected \"@ key: value\"");
    reader->at = (size_t)(colon - reader->line) + 1;
    if (reader->at < reader->size) {
        if (reader->line[reader->at] != ' ')
            return fail(reader, reader->at, "no blank behind ':'; expected \"@ key: value\"");
        reader->at++;
    }
    return add_directive(reader, (const char *)name, (size_t)(colon - name));
}

/* UTF-8 and no control character: any other byte has its escape. */
static bool check_line(struct reader *reader)
{
    size_t good = utf8_text_size(reader->line, reader->size);
    if (good < reader->size) {
        return fail(reader, good,
                    "byte 0x%02X is no text; expected UTF-8, or \\x%02X in a >> or << string",
                    reader->line[good], reader->line[good]);
    }
    return true;
}

static bool has_byte_order_mark(const struct reader *reader)
{
    return reader->number == 1 && reader->size >= 3 && memcmp(reader->line, "\xEF\xBB\xBF", 3) == 0;
}

static bool read_line(struct reader *reader)
{
    if (has_byte_order_mark(reader))
        return fail(reader, 0, "byte order mark; expected UTF-8 without one");
    if (!check_line(reader)) return false;
    if (reader->size == 0) return true;
    bool doubled = reader->size > 1 && reader->line[0] == reader->line[1];
    switch (reader->line[0]) {
    case '#': return true;
    case '@': return read_directive(reader);
    case '>': return doubled ? read_strings(reader, TRANSCRIPT_SENT) : read_command(reader);
    case '<': return doubled ? read_strings(reader, TRANSCRIPT_RECEIVED) : read_response(reader);
    case ' ':
    case '\t':
        return fail(reader, 0,
                    "blank before the line mark; expected > < >> << @ # at the line's start");
    default:
        return fail(reader, 0, "unknown line mark %s; expected > < >> << @ # or an empty line",
                    show(reader->line[0]).text);
    }
}

/* ---- the whole -------------------------------------------------------- */

static bool read_lines(struct reader *reader, const uint8_t *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        const uint8_t *end = memchr(text + at, '\n', size - at);
        size_t line_size = end == NULL ? size - at : (size_t)(end - (text + at));
        reader->number++;
        reader->line = text + at;
        reader->size = line_size;
        if (line_size > 0 && reader->line[line_size - 1] == '\r') reader->size--;
        if (!read_line(reader)) return false;
        if (reader->bytes.size > TRANSCRIPT_BYTES_SIZE_MAX) return too_large(reader, 0);
        at += line_size + 1;
    }
    return true;
}

bool transcript_parse(const void *text, size_t size, struct transcript *out,
                      struct transcript_error *error)
{
    struct transcript result = {0};
    struct reader reader = {.out = &result, .error = error};
    bool done = buffer_reserve(&reader.bytes, 1) == NULL ? fail(&reader, 0, "out of memory")
                                                         : read_lines(&reader, text, size);
    if (!done) {
        buffer_release(&reader.bytes);
        buffer_release(&reader.items);
        return false;
    }
    result.bytes = reader.bytes.bytes;
    result.items = (void *)reader.items.bytes;
    result.item_count = reader.items.size / sizeof(struct transcript_item);
    *out = result;
    return true;
}

void transcript_release(struct transcript *transcript)
{
    free(transcript->bytes);
    free(transcript->items);
    *transcript = (struct transcript){0};
}

const struct transcript_item *transcript_find_header(const struct transcript *transcript,
                                                     enum transcript_key key)
{
    for (size_t i = 0; i < transcript->item_count; i++) {
        const struct transcript_item *item = &transcript->items[i];
        if (item->kind == TRANSCRIPT_HEADER && item->key == key) return item;
    }
    return NULL;
}

const char *transcript_value(const struct transcript *transcript,
                             const struct transcript_item *item)
{
    return (const char *)transcript->bytes + item->offset;
}
