/* The canonical form of a script: line by line, comments where they are.
 *
 * One empty line separates the header from the body and a case from the one
 * before it; no other empty lines follow each other, and none stands at the ends. Strings,
 * placeholders, payloads, times and ranges are written anew from what was
 * read; the text of `>` and `<` lines stays as it is. */
#include "base/digest.h"
#include "base/escape.h"
#include "base/memory.h"
#include "script/script_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const header_keys[] = {"id",      "dialect",  "title",    "source",
                                          "level",   "requires", "var",      "setup",
                                          "cleanup", "erratum",  "generated"};
#define HEADER_KEY_COUNT (sizeof header_keys / sizeof header_keys[0])

/* A header line with the comments that stood above it. */
struct header_line {
    size_t key;
    size_t offset, size; /* in the text of the header                       */
};

struct formatter {
    struct buffer *out;
    struct buffer header; /* texts of the lines                            */
    LIST(struct header_line) lines;
    size_t pending; /* of `header`: comments above the next key      */
    bool in_header;
    bool gap;      /* an empty line is due before the next one      */
    bool has_body; /* of the case under way                         */
};

/* ---- writing ---------------------------------------------------------- */

/* UTF-8 is not known of a byte here, so that all above 0x7E is escaped. */
void script_put_string(struct buffer *out, const uint8_t *bytes, size_t size)
{
    buffer_append_text(out, "\"");
    escape_bytes(out, bytes, size, ESCAPE_LETTERS | ESCAPE_QUOTES);
    buffer_append_text(out, "\"");
}

/* Where the string that begins at reader->at ends. */
static size_t string_end(const struct script_reader *reader)
{
    size_t end = reader->at + 1;
    while (end < reader->size && reader->line[end] != '"') end += reader->line[end] == '\\' ? 2 : 1;
    return end < reader->size ? end + 1 : reader->size;
}

static bool put_one_string(struct script_reader *reader, struct buffer *out)
{
    size_t size = 0;
    const uint8_t *bytes = NULL;
    struct script_reader one = *reader;
    one.size = string_end(reader);
    if (!script_read_strings(&one, &bytes, &size)) return false;
    script_put_string(out, bytes, size);
    reader->at = one.size;
    if (reader->at < reader->size && reader->line[reader->at] == '*') {
        size_t count = 1;
        while (reader->at + count < reader->size && reader->line[reader->at + count] >= '0'
               && reader->line[reader->at + count] <= '9')
            count++;
        buffer_append(out, reader->line + reader->at, count);
        reader->at += count;
    }
    return true;
}

/* The strings of a line, each as it stood, with its count. What is wrong with
 * them was told when the script was read. */
static bool put_strings(struct script_reader *reader, struct buffer *out)
{
    if (!put_one_string(reader, out)) return false;
    while (reader->size - reader->at >= 2 && memcmp(reader->line + reader->at, " \"", 2) == 0) {
        buffer_append_text(out, " ");
        reader->at++;
        if (!put_one_string(reader, out)) return false;
    }
    return true;
}

static void put_number(struct buffer *out, int64_t value)
{
    buffer_format(out, "%" PRId64, value);
}

static void put_capture(struct buffer *out, const struct script_part *part)
{
    buffer_format(out, "{%s:%s", part->name == NULL ? "" : part->name,
                  script_type_name(part->type));
    for (size_t i = 0; i < part->range_count; i++) {
        const struct script_interval *range = &part->ranges[i];
        buffer_append_text(out, i > 0 ? "," : " ");
        if (range->min != INT64_MIN) put_number(out, range->min);
        if (range->max == range->min) continue;
        buffer_append_text(out, "..");
        if (range->max != INT64_MAX) put_number(out, range->max);
    }
    if (part->has_example) {
        buffer_append_text(out, " =");
        buffer_append(out, part->bytes, part->size);
    }
    buffer_append_text(out, "}");
}

static void put_parts(struct buffer *out, const struct script_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct script_part *part = &parts[i];
        if (part->kind == SCRIPT_REFERENCE) buffer_format(out, "{%s}", part->name);
        else if (part->kind == SCRIPT_CAPTURE) put_capture(out, part);
        for (size_t k = 0; part->kind == SCRIPT_LITERAL && k < part->size; k++)
            buffer_append(out, part->bytes[k] == '{' ? "{{" : (const char *)&part->bytes[k],
                          part->bytes[k] == '{' ? 2 : 1);
    }
}

/* The word is kept, its value is written anew. */
static bool put_spec(struct script_reader *reader, struct buffer *out,
                     const struct script_payload *payload)
{
    const char *line = (const char *)reader->line + reader->at;
    size_t word = strcspn(line, " ");
    buffer_append(out, line, word);
    buffer_append_text(out, " ");
    bool is_text = strncmp(line, "text ", 5) == 0;
    reader->at += word + 1;
    if (payload->kind == SCRIPT_PAYLOAD_LENGTH) buffer_format(out, "%" PRIu64, payload->size);
    else if (payload->kind == SCRIPT_PAYLOAD_REFERENCE) buffer_format(out, "{%s}", payload->name);
    else if (payload->kind == SCRIPT_PAYLOAD_SHA256)
        escape_hex(out, payload->bytes, DIGEST_SIZE, "");
    else if (payload->name != NULL) buffer_append_text(out, payload->name);
    else if (!is_text) escape_hex(out, payload->bytes, (size_t)payload->size, " ");
    else return put_strings(reader, out);
    return true;
}

static bool put_payload(struct script_reader *reader, struct buffer *out,
                        const struct script_payload *payload)
{
    const char *line = (const char *)reader->line + reader->at;
    size_t left = reader->size - reader->at;
    if (!put_spec(reader, out, payload)) return false;
    if (payload->example == NULL) return true;
    buffer_append_text(out, " = ");
    const char *equals = memmem(line, left, " = ", 3);
    reader->at = (size_t)(equals - (const char *)reader->line) + 3;
    return put_spec(reader, out, payload->example);
}

/* ---- directives ------------------------------------------------------- */

static void put_seconds(struct buffer *out, uint64_t microseconds)
{
    buffer_format(out, "%" PRIu64, microseconds / 1000000);
    unsigned rest = (unsigned)(microseconds % 1000000);
    unsigned digits = 6;
    if (rest == 0) return;
    for (; rest % 10 == 0; digits--) rest /= 10;
    buffer_format(out, ".%0*u", (int)digits, rest);
}

static bool put_time(struct script_reader *reader, struct buffer *out)
{
    uint64_t number = 0;
    if (!script_read_seconds(reader, &number)) return false;
    put_seconds(out, number);
    return true;
}

static bool put_repeat(struct script_reader *reader, struct buffer *out)
{
    uint64_t min = 0;
    uint64_t max = 0;
    if (!script_read_repeat(reader, &min, &max)) return false;
    buffer_format(out, "%" PRIu64, min);
    if (max != min) buffer_append_text(out, "..");
    if (max != min && max != UINT64_MAX) buffer_format(out, "%" PRIu64, max);
    return true;
}

static bool put_pattern(struct script_reader *reader, struct buffer *out)
{
    const struct script_part *parts = NULL;
    size_t count = 0;
    if (!script_read_parts(reader, &parts, &count)) return false;
    put_parts(out, parts, count);
    return true;
}

/* A line of spaces alone is dropped. */
static bool put_remark(struct script_reader *reader, struct buffer *out)
{
    size_t size = reader->size;
    while (size > reader->at && reader->line[size - 1] == ' ') size--;
    if (size > reader->at) buffer_append_text(out, " ");
    buffer_append(out, reader->line + reader->at, size - reader->at);
    return true;
}

static bool is_remark(const char *key)
{
    static const char *const others[] = {"time", "within", "repeat", "urc"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(key, others[i]) == 0) return false;
    return true;
}

static bool put_value(struct script_reader *reader, struct buffer *out, const char *key)
{
    buffer_format(out, "@ %s:", key);
    if (reader->at >= reader->size) return true;
    if (is_remark(key)) return put_remark(reader, out);
    buffer_append_text(out, " ");
    if (strcmp(key, "repeat") == 0) return put_repeat(reader, out);
    if (strcmp(key, "urc") == 0) return put_pattern(reader, out);
    return put_time(reader, out);
}

/* ---- the header ------------------------------------------------------- */

static size_t find_header_key(const char *key)
{
    size_t i = 0;
    while (i < HEADER_KEY_COUNT && strcmp(header_keys[i], key) != 0) i++;
    return i;
}

/* Ends the header: its lines in the order of the keys, then the comments that
 * stood after the last of them. */
static void end_header(struct formatter *formatter)
{
    const struct header_line *lines = formatter->lines.items;
    size_t count = formatter->lines.count;
    for (size_t key = 0; key < HEADER_KEY_COUNT; key++)
        for (size_t i = 0; i < count; i++)
            if (lines[i].key == key)
                buffer_append(formatter->out, formatter->header.bytes + lines[i].offset,
                              lines[i].size);
    formatter->gap = count > 0;
    if (formatter->pending < formatter->header.size) {
        if (formatter->gap && formatter->has_body) buffer_append_text(formatter->out, "\n");
        buffer_append(formatter->out, formatter->header.bytes + formatter->pending,
                      formatter->header.size - formatter->pending);
        formatter->gap = false;
    }
    formatter->header.size = 0;
    formatter->lines.count = 0;
    formatter->pending = 0;
    formatter->in_header = false;
}

static void take_header(struct script_reader *reader, struct formatter *formatter, size_t key)
{
    struct header_line line = {.key = key, .offset = formatter->pending};
    struct buffer *out = &formatter->header;
    buffer_format(out, "@ %s:", header_keys[key]);
    if (reader->at < reader->size) buffer_append_text(out, " ");
    buffer_append(out, reader->line + reader->at, reader->size - reader->at); /* spaces, too */
    buffer_append_text(out, "\n");
    line.size = formatter->header.size - line.offset;
    formatter->pending = formatter->header.size;
    *LIST_ADD(&formatter->lines) = line;
}

/* ---- lines ------------------------------------------------------------ */

static void begin_line(struct formatter *formatter)
{
    if (formatter->in_header) {
        formatter->has_body = true;
        end_header(formatter);
    }
    formatter->has_body = true;
    if (formatter->gap && formatter->out->size > 0) buffer_append_text(formatter->out, "\n");
    formatter->gap = false;
}

static bool take_directive(struct script_reader *reader, struct formatter *formatter)
{
    const char *key = NULL;
    if (!script_read_key(reader, &key)) return false;
    size_t header = find_header_key(key);
    if (header == HEADER_KEY_COUNT) {
        begin_line(formatter);
        bool good = put_value(reader, formatter->out, key);
        buffer_append_text(formatter->out, "\n");
        return good;
    }
    if (!formatter->in_header) {
        bool remarked = !formatter->has_body && !formatter->gap; /* comments of the header's */
        if (formatter->out->size > 0 && !remarked) buffer_append_text(formatter->out, "\n");
        formatter->in_header = true;
        formatter->gap = false;
    }
    take_header(reader, formatter, header);
    return true;
}

static bool take_item(struct script_reader *reader, struct formatter *formatter,
                      enum script_mark mark, bool is_sent)
{
    const struct script_part *parts = NULL;
    const struct script_payload *payload = NULL;
    size_t count = 0;
    bool good = true;
    struct buffer *out = formatter->out;
    begin_line(formatter);
    buffer_append_text(out, is_sent ? ">" : "<");
    if (mark == SCRIPT_MARK_BYTES) {
        buffer_append_text(out, is_sent ? "> " : "< ");
        good = put_strings(reader, out);
    } else if (mark == SCRIPT_MARK_LINE) {
        buffer_append_text(out, " ");
        good = script_read_parts(reader, &parts, &count);
        if (good) put_parts(out, parts, count);
    } else if (mark == SCRIPT_MARK_PAYLOAD) {
        size_t first = reader->at;
        buffer_append_text(out, "= ");
        good = script_read_payload(reader, &payload);
        reader->at = first;
        good = good && put_payload(reader, out, payload);
    }
    buffer_append_text(out, "\n");
    return good;
}

static bool format_line(struct script_reader *reader, struct formatter *formatter)
{
    enum script_mark mark = SCRIPT_MARK_BLANK;
    bool is_sent = false;
    if (!script_read_mark(reader, &mark, &is_sent)) return false;
    if (mark == SCRIPT_MARK_BLANK) {
        if (!formatter->in_header) formatter->gap = formatter->out->size > 0;
        return true;
    }
    if (mark == SCRIPT_MARK_DIRECTIVE) return take_directive(reader, formatter);
    if (mark != SCRIPT_MARK_COMMENT) return take_item(reader, formatter, mark, is_sent);
    struct buffer *out = formatter->in_header ? &formatter->header : formatter->out;
    if (!formatter->in_header && formatter->gap) buffer_append_text(out, "\n");
    if (!formatter->in_header) formatter->gap = false;
    buffer_append(out, reader->line, reader->size);
    buffer_append_text(out, "\n");
    return true;
}

/* Nothing of what was read of a line outlives it. */
static bool take_line(struct script_reader *reader, void *user)
{
    bool good = format_line(reader, user);
    script_arena_release(reader->arena);
    return good;
}

bool script_format(const void *text, size_t size, struct buffer *out,
                   struct transcript_error *error)
{
    struct script script;
    struct script_arena arena = {0};
    if (!script_parse_without_files(text, size, &script, error)) return false;
    script_release(&script);
    struct formatter formatter = {.out = out};
    struct script_reader reader = {.arena = &arena, .error = error, .without_files = true};
    bool good = script_each_line(&reader, text, size, take_line, &formatter);
    if (good && formatter.in_header) end_header(&formatter);
    buffer_release(&formatter.header);
    free(formatter.lines.items);
    script_arena_release(&arena);
    return good;
}
