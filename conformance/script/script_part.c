/* Placeholders and payloads of scripts. */
#include "base/digest.h"
#include "script/script_line_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART_COUNT_MAX     64
#define INTERVAL_COUNT_MAX 16
#define PAYLOAD_FILE_MAX   ((size_t)16 << 20)

bool script_read_hex_bytes(struct script_reader *reader, const uint8_t **bytes, size_t *size);

static const char *const type_names[] = {
    [SCRIPT_INT] = "int",   [SCRIPT_HEX] = "hex", [SCRIPT_STRING] = "string",
    [SCRIPT_WORD] = "word", [SCRIPT_ANY] = "any", [SCRIPT_REST] = "rest",
};

const char *script_type_name(enum script_type type)
{
    return type_names[type];
}

/* ---- names ------------------------------------------------------------ */

static bool is_name_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

/* Possibly empty. */
static const char *read_name(struct script_reader *reader)
{
    size_t first = reader->at;
    while (reader->at < reader->size && is_name_byte(reader->line[reader->at])) reader->at++;
    if (reader->at == first) return NULL;
    return script_copy(reader->arena, reader->line + first, reader->at - first);
}

static bool is_next(const struct script_reader *reader, const char *text)
{
    size_t size = strlen(text);
    return reader->size - reader->at >= size && memcmp(reader->line + reader->at, text, size) == 0;
}

/* ---- placeholders ----------------------------------------------------- */

static bool read_signed(struct script_reader *reader, int64_t *out)
{
    bool negative = is_next(reader, "-");
    uint64_t value = 0;
    if (negative) reader->at++;
    if (!script_read_number(reader, "a number of the range", INT64_MAX / 2, &value)) return false;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static bool read_interval(struct script_reader *reader, struct script_interval *out)
{
    size_t first = reader->at;
    *out = (struct script_interval){INT64_MIN, INT64_MAX};
    if (!is_next(reader, "..")) {
        if (!read_signed(reader, &out->min)) return false;
        out->max = out->min;
    }
    if (is_next(reader, "..")) {
        reader->at += 2;
        out->max = INT64_MAX;
        bool open = reader->at == reader->size || strchr(",} ", reader->line[reader->at]) != NULL;
        if (!open && !read_signed(reader, &out->max)) return false;
    }
    if (out->max < out->min)
        return script_fail(reader, first, "empty range; expected its end at or above its begin");
    return true;
}

static bool read_ranges(struct script_reader *reader, struct script_part *part)
{
    struct script_interval ranges[INTERVAL_COUNT_MAX];
    size_t count = 0;
    do {
        if (count == INTERVAL_COUNT_MAX)
            return script_fail(reader, reader->at, "more than %d intervals; expected fewer",
                               INTERVAL_COUNT_MAX);
        if (count > 0) reader->at++;
        if (!read_interval(reader, &ranges[count++])) return false;
    } while (is_next(reader, ","));
    part->ranges = script_new(reader->arena, count, sizeof ranges[0]);
    memcpy((void *)(uintptr_t)part->ranges, ranges, count * sizeof ranges[0]);
    part->range_count = count;
    return true;
}

static bool read_type(struct script_reader *reader, struct script_part *part)
{
    size_t first = reader->at;
    const char *name = read_name(reader);
    for (size_t i = 0; name != NULL && i < sizeof type_names / sizeof type_names[0]; i++) {
        if (strcmp(type_names[i], name) != 0) continue;
        part->type = (enum script_type)i;
        return true;
    }
    return script_fail(reader, first,
                       "unknown type '%.20s'; expected int, hex, string, word, any "
                       "or rest",
                       name == NULL ? "" : name);
}

/* After `=`, up to the brace. */
static bool read_example(struct script_reader *reader, struct script_part *part)
{
    const uint8_t *first = reader->line + reader->at;
    const uint8_t *brace = memchr(first, '}', reader->size - reader->at);
    if (brace == NULL) return script_fail(reader, reader->at, "no '}' after the example");
    part->size = (size_t)(brace - first);
    part->bytes = (const uint8_t *)script_copy(reader->arena, first, part->size);
    part->has_example = true;
    reader->at += part->size;
    return true;
}

static bool read_capture(struct script_reader *reader, struct script_part *part)
{
    part->kind = SCRIPT_CAPTURE;
    reader->at++;
    if (!read_type(reader, part)) return false;
    if (is_next(reader, " ") && !is_next(reader, " =")) {
        reader->at++;
        if (!read_ranges(reader, part)) return false;
    }
    if (!is_next(reader, " =")) return true;
    reader->at += 2;
    return read_example(reader, part);
}

/* At the brace. */
static bool read_placeholder(struct script_reader *reader, struct script_part *part)
{
    size_t brace = reader->at++;
    part->column = brace + 1;
    part->name = read_name(reader);
    part->kind = SCRIPT_REFERENCE;
    if (is_next(reader, ":")) {
        if (!read_capture(reader, part)) return false;
    } else if (part->name == NULL) {
        return script_fail(reader, brace,
                           "a brace that opens no placeholder; expected {name}, {name:type …}, or "
                           "{{ for the brace itself");
    }
    if (!is_next(reader, "}"))
        return script_fail(reader, reader->at, "placeholder not closed; expected '}'%s",
                           part->kind == SCRIPT_CAPTURE ? ", a range or \" =example\""
                                                        : ", or ':'"
                                                          " and a type");
    reader->at++;
    return true;
}

static void read_literal(struct script_reader *reader, struct script_part *part)
{
    struct buffer text = {0};
    part->kind = SCRIPT_LITERAL;
    part->column = reader->at + 1;
    while (reader->at < reader->size && (!is_next(reader, "{") || is_next(reader, "{{"))) {
        buffer_append(&text, reader->line + reader->at, 1);
        reader->at += is_next(reader, "{{") ? 2 : 1;
    }
    part->size = text.size;
    part->bytes = (const uint8_t *)script_copy(reader->arena, text.bytes, text.size);
    buffer_release(&text);
}

bool script_read_parts(struct script_reader *reader, const struct script_part **parts,
                       size_t *count)
{
    struct script_part found[PART_COUNT_MAX] = {0};
    *count = 0;
    while (reader->at < reader->size) {
        if (*count == PART_COUNT_MAX)
            return script_fail(reader, reader->at, "more than %d parts; expected fewer",
                               PART_COUNT_MAX);
        struct script_part *part = &found[(*count)++];
        if (!is_next(reader, "{") || is_next(reader, "{{")) read_literal(reader, part);
        else if (!read_placeholder(reader, part)) return false;
    }
    struct script_part *kept = script_new(reader->arena, *count, sizeof *kept);
    if (*count > 0) memcpy(kept, found, *count * sizeof *kept);
    *parts = kept;
    reader->bytes_size += reader->size;
    return true;
}

/* ---- payload ---------------------------------------------------------- */

static bool read_length(struct script_reader *reader, struct script_payload *out)
{
    out->kind = SCRIPT_PAYLOAD_LENGTH;
    if (!is_next(reader, "{"))
        return script_read_number(reader, "a length in bytes", TRANSCRIPT_BYTES_SIZE_MAX,
                                  &out->size);
    size_t brace = reader->at++;
    out->kind = SCRIPT_PAYLOAD_REFERENCE;
    out->name = read_name(reader);
    if (out->name == NULL || !is_next(reader, "}"))
        return script_fail(reader, brace, "bad reference; expected {name}");
    reader->at++;
    return true;
}

static bool read_digest(struct script_reader *reader, struct script_payload *out)
{
    size_t first = reader->at;
    size_t size = 0;
    out->kind = SCRIPT_PAYLOAD_SHA256;
    if (!script_read_hex_bytes(reader, &out->bytes, &size)) return false;
    if (size != DIGEST_SIZE)
        return script_fail(reader, first, "%zu bytes of digest; expected 64 hexadecimal digits",
                           size);
    return true;
}

/* A relative path that does not lead upwards: a transcript reads its own data
 * and nothing else. Of links on the way, base/file.h takes care. */
static bool is_below(const char *path)
{
    return path[0] != '\0' && path[0] != '/' && strncmp(path, "../", 3) != 0
           && strstr(path, "/../") == NULL && strcmp(path, "..") != 0;
}

static bool load_file(struct script_reader *reader, size_t at, const char *path,
                      struct script_payload *out)
{
    struct buffer bytes = {0};
    struct transcript_error error;
    if (reader->directory == NULL) return script_fail(reader, at, "a file cannot be read here");
    bool good =
        transcript_read_file_below(reader->directory, path, PAYLOAD_FILE_MAX, &bytes, &error);
    if (good) {
        out->bytes = (const uint8_t *)script_copy(reader->arena, bytes.bytes, bytes.size);
        out->size = bytes.size;
        reader->bytes_size += bytes.size;
    }
    buffer_release(&bytes);
    return good || script_fail(reader, at, "%.60s: %.100s", path, error.text);
}

static bool read_file_name(struct script_reader *reader, struct script_payload *out)
{
    size_t first = reader->at;
    const char *rest = (const char *)reader->line + first;
    size_t size = reader->size - first;
    const char *example = memmem(rest, size, " = ", 3);
    if (example != NULL) size = (size_t)(example - rest);
    const char *path = script_copy(reader->arena, rest, size);
    reader->at += size;
    out->kind = SCRIPT_PAYLOAD_BYTES;
    out->name = path;
    if (!is_below(path))
        return script_fail(reader, first, "path leads out of the folder; expected a file below it");
    return reader->without_files || load_file(reader, first, path, out);
}

static bool read_spec(struct script_reader *reader, struct script_payload *out)
{
    size_t first = reader->at;
    const char *word = read_name(reader);
    size_t size = 0;
    if (word == NULL || !is_next(reader, " "))
        return script_fail(reader, first,
                           "no payload here; expected length, text, hex, file or sha256, and its "
                           "value");
    reader->at++;
    if (strcmp(word, "length") == 0) return read_length(reader, out);
    if (strcmp(word, "sha256") == 0) return read_digest(reader, out);
    if (strcmp(word, "file") == 0) return read_file_name(reader, out);
    out->kind = SCRIPT_PAYLOAD_BYTES;
    bool good = false;
    if (strcmp(word, "text") == 0) good = script_read_strings(reader, &out->bytes, &size);
    else if (strcmp(word, "hex") == 0) good = script_read_hex_bytes(reader, &out->bytes, &size);
    else
        return script_fail(reader, first,
                           "unknown payload '%.20s'; expected length, text, hex, file or sha256",
                           word);
    out->size = size;
    return good;
}

/* Whether the example is one of what it stands for. */
static bool agrees(const struct script_payload *payload, const struct script_payload *example)
{
    uint8_t digest[DIGEST_SIZE];
    switch (payload->kind) {
    case SCRIPT_PAYLOAD_LENGTH: return payload->size == example->size;
    case SCRIPT_PAYLOAD_REFERENCE: return true;
    case SCRIPT_PAYLOAD_BYTES: return false;
    case SCRIPT_PAYLOAD_SHA256: break;
    }
    digest_bytes(example->bytes, (size_t)example->size, digest);
    return memcmp(digest, payload->bytes, sizeof digest) == 0;
}

bool script_read_payload(struct script_reader *reader, const struct script_payload **out)
{
    struct script_payload *payload = script_new(reader->arena, 1, sizeof *payload);
    *out = payload;
    if (!read_spec(reader, payload)) return false;
    if (is_next(reader, " = ")) {
        struct script_payload *example = script_new(reader->arena, 1, sizeof *example);
        size_t first = reader->at += 3;
        if (!read_spec(reader, example)) return false;
        if (example->kind != SCRIPT_PAYLOAD_BYTES
            || (!reader->without_files && !agrees(payload, example)))
            return script_fail(reader, first,
                               "the example does not fit; expected bytes of the "
                               "length or digest before it");
        payload->example = example;
    } else if (payload->kind == SCRIPT_PAYLOAD_LENGTH) {
        reader->bytes_size += (size_t)payload->size; /* they are made when it is shown */
    }
    if (reader->at < reader->size)
        return script_fail(reader, reader->at,
                           "text after the payload; expected \" = \" and an "
                           "example, or the end of the line");
    return true;
}
