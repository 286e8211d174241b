/* Transcripts: the literal bytes of the two directions of an AT port.
 * They come from scripts (script.h), from captures (capture.h), or are the
 * bytes of a module just as they came. */
#ifndef CONFORMANCE_TRANSCRIPT_H
#define CONFORMANCE_TRANSCRIPT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- limits ----------------------------------------------------------- */

/* What is beyond them is refused, so that a hostile file (`"x"*4000000000`)
 * costs no memory. Units: bytes, items. */
#define TRANSCRIPT_BYTES_SIZE_MAX ((size_t)64 << 20)
#define TRANSCRIPT_ITEM_COUNT_MAX ((size_t)1 << 20)

/* ---- items ------------------------------------------------------------ */

enum transcript_kind {
    TRANSCRIPT_SENT,      /* bytes the host sent, with their CR            */
    TRANSCRIPT_RECEIVED,  /* bytes the module sent, with their line ends   */
    TRANSCRIPT_EXPIRE,    /* the host's clock ran out here                 */
    TRANSCRIPT_STREAM_END /* the connection's owner ended the stream here   */
};

#define TRANSCRIPT_NO_TIME INT64_MIN

struct transcript_item {
    enum transcript_kind kind;
    size_t line;     /* in the file, 1 the first                           */
    size_t offset;   /* of its first byte in transcript->bytes             */
    size_t size;     /* bytes                                              */
    int64_t time_us; /* when it began, from any start; TRANSCRIPT_NO_TIME  */
};

/* Received items that follow each other have their bytes side by side. */
struct transcript {
    uint8_t *bytes;                /* owned                                */
    struct transcript_item *items; /* owned                                */
    size_t item_count;
    size_t received_size; /* bytes of all received items                   */
};

/* What was wrong and what was expected, and where. */
struct transcript_error {
    size_t line;   /* 0: the file as a whole                               */
    size_t column; /* bytes, 1 the first                                   */
    char text[192];
};

/* Builds a transcript item by item. All zero is an empty one. */
struct transcript_builder {
    struct buffer bytes;
    struct buffer items;
    size_t received_size;
};

/* Adds an item with these bytes. The line and time are the caller's. */
void transcript_add(struct transcript_builder *builder, enum transcript_kind kind, size_t line,
                    int64_t time_us, const void *bytes, size_t size);

/* Moves what was built to *out and leaves the builder empty.
 * Returns: false, with everything released and *error written, if a limit was
 * exceeded. */
bool transcript_build(struct transcript_builder *builder, struct transcript *out,
                      struct transcript_error *error);

/* Reads a file of a module's bytes, just as they came, as a transcript of one
 * received item (or, of the host's bytes, a sent item a command line). At most
 * TRANSCRIPT_BYTES_SIZE_MAX bytes; `-` is the standard input.
 * Owns: the caller releases *out with transcript_release.
 * Writes: *out if true, *error if false. */
bool transcript_read_raw(const char *path, struct transcript *out, struct transcript_error *error);
bool transcript_read_sent(const char *path, struct transcript *out, struct transcript_error *error);

/* A whole file (`-`: the standard input) of at most `limit` bytes. Below a folder: one
 * that another file names, see base/file.h. */
bool transcript_read_file(const char *path, size_t limit, struct buffer *out,
                          struct transcript_error *error);
bool transcript_read_file_below(const char *folder, const char *path, size_t limit,
                                struct buffer *out, struct transcript_error *error);

void transcript_release(struct transcript *transcript);

/* `FILE:LINE:COL: text`, or `FILE: text`, as snprintf does. */
int transcript_error_format(const struct transcript_error *error, const char *path, char *out,
                            size_t capacity);

/* Prints the error as a complaint about the file. Returns: EXIT_USAGE. */
int transcript_complain(const char *path, const struct transcript_error *error);

#endif
