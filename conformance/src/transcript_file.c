/* Files of transcripts and of raw bytes, read whole and within a limit. */
#include "buffer.h"
#include "transcript.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_SIZE ((size_t)64 << 10)

static bool fail(struct transcript_error *error, const char *what, const char *why)
{
    error->line = 0;
    error->column = 0;
    snprintf(error->text, sizeof error->text, "%s%s", what, why);
    return false;
}

/* The loop asks for what is there rather than for a size told beforehand:
 * pipes and files of /proc tell none. */
static bool read_stream(FILE *file, size_t limit, struct buffer *out,
                        struct transcript_error *error)
{
    for (;;) {
        uint8_t *room = buffer_reserve(out, READ_SIZE);
        if (room == NULL) return fail(error, "out of memory", "");
        size_t size = fread(room, 1, READ_SIZE, file);
        out->size += size;
        if (out->size > limit) {
            char why[64];
            snprintf(why, sizeof why, "; expected at most %zu bytes", limit);
            return fail(error, "file too large", why);
        }
        if (size == 0) return ferror(file) ? fail(error, "cannot read: ", strerror(errno)) : true;
    }
}

static bool read_file(const char *path, size_t limit, struct buffer *out,
                      struct transcript_error *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) return fail(error, "cannot open: ", strerror(errno));
    bool done = read_stream(file, limit, out, error);
    fclose(file);
    return done;
}

bool transcript_read(const char *path, struct transcript *out, struct transcript_error *error)
{
    struct buffer text = {0};
    bool done = read_file(path, TRANSCRIPT_FILE_SIZE_MAX, &text, error)
                && transcript_parse(text.bytes, text.size, out, error);
    buffer_release(&text);
    return done;
}

bool transcript_read_raw(const char *path, struct transcript *out, struct transcript_error *error)
{
    struct buffer bytes = {0};
    struct transcript_item *item = calloc(1, sizeof *item);
    if (item == NULL) return fail(error, "out of memory", "");
    if (!read_file(path, TRANSCRIPT_BYTES_SIZE_MAX, &bytes, error)) {
        buffer_release(&bytes);
        free(item);
        return false;
    }
    *item = (struct transcript_item){.kind = TRANSCRIPT_RECEIVED, .line = 1, .size = bytes.size};
    *out = (struct transcript){
        .bytes = bytes.bytes, .items = item, .item_count = 1, .received_size = bytes.size};
    return true;
}

bool transcript_is_name(const char *path)
{
    size_t size = strlen(path);
    return size >= 3 && strcmp(path + size - 3, ".at") == 0;
}

int transcript_error_format(const struct transcript_error *error, const char *path, char *out,
                            size_t capacity)
{
    if (error->line == 0) return snprintf(out, capacity, "%s: %s", path, error->text);
    return snprintf(out, capacity, "%s:%zu:%zu: %s", path, error->line, error->column, error->text);
}
