/* Files of transcripts and of raw bytes, read whole and within a limit. */
#include "script/transcript.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
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

bool transcript_read_file(const char *path, size_t limit, struct buffer *out,
                          struct transcript_error *error)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : file_open(path);
    if (file == NULL) return fail(error, "cannot open: ", file_error(errno));
    bool done = read_stream(file, limit, out, error);
    if (!standard) fclose(file);
    return done;
}

bool transcript_read_file_below(const char *folder, const char *path, size_t limit,
                                struct buffer *out, struct transcript_error *error)
{
    FILE *file = file_open_below(folder, path);
    if (file == NULL) return fail(error, "cannot open: ", file_error(errno));
    bool done = read_stream(file, limit, out, error);
    fclose(file);
    return done;
}

bool transcript_read_raw(const char *path, struct transcript *out, struct transcript_error *error)
{
    struct buffer bytes = {0};
    struct transcript_builder builder = {0};
    bool done = transcript_read_file(path, TRANSCRIPT_BYTES_SIZE_MAX, &bytes, error);
    if (done) {
        transcript_add(&builder, TRANSCRIPT_RECEIVED, 1, TRANSCRIPT_NO_TIME, bytes.bytes,
                       bytes.size);
        done = transcript_build(&builder, out, error);
    }
    buffer_release(&bytes);
    return done;
}

/* A command line ends in CR; an LF after it belongs to it. */
static size_t command_size(const uint8_t *bytes, size_t size)
{
    const uint8_t *end = memchr(bytes, '\r', size);
    size_t length = end == NULL ? size : (size_t)(end - bytes) + 1;
    return length < size && bytes[length] == '\n' ? length + 1 : length;
}

bool transcript_read_sent(const char *path, struct transcript *out, struct transcript_error *error)
{
    struct buffer bytes = {0};
    struct transcript_builder builder = {0};
    if (!transcript_read_file(path, TRANSCRIPT_BYTES_SIZE_MAX, &bytes, error)) {
        buffer_release(&bytes);
        return false;
    }
    for (size_t at = 0, line = 1; at < bytes.size; line++) {
        size_t size = command_size(bytes.bytes + at, bytes.size - at);
        transcript_add(&builder, TRANSCRIPT_SENT, line, TRANSCRIPT_NO_TIME, bytes.bytes + at, size);
        at += size;
    }
    buffer_release(&bytes);
    return transcript_build(&builder, out, error);
}

int transcript_complain(const char *path, const struct transcript_error *error)
{
    char text[512];
    transcript_error_format(error, path, text, sizeof text);
    complain("%s", text);
    return EXIT_USAGE;
}
