/* Transcripts: the two directions of an AT port as readable text (`.at`).
 * The format is described in corpus/README.md. */
#ifndef CONFORMANCE_TRANSCRIPT_H
#define CONFORMANCE_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- limits ----------------------------------------------------------- */

/* A file beyond them is refused, so that a hostile one (`"x"*4000000000`)
 * costs no memory. Units: bytes, bytes, items. */
#define TRANSCRIPT_FILE_SIZE_MAX  ((size_t)16 << 20)
#define TRANSCRIPT_BYTES_SIZE_MAX ((size_t)64 << 20)
#define TRANSCRIPT_ITEM_COUNT_MAX ((size_t)1 << 20)

/* ---- items ------------------------------------------------------------ */

enum transcript_kind {
    TRANSCRIPT_HEADER,    /* a header directive; its value is the bytes    */
    TRANSCRIPT_SENT,      /* bytes the host sent, with their CR            */
    TRANSCRIPT_RECEIVED,  /* bytes the module sent, with their line ends   */
    TRANSCRIPT_EXPIRE,    /* the host's clock ran out here                 */
    TRANSCRIPT_STREAM_END /* the connection's owner ended the stream here   */
};

enum transcript_key {
    TRANSCRIPT_ID,
    TRANSCRIPT_DIALECT,
    TRANSCRIPT_TITLE,
    TRANSCRIPT_SOURCE,
    TRANSCRIPT_ERRATUM,
    TRANSCRIPT_KEY_COUNT
};

struct transcript_item {
    enum transcript_kind kind;
    enum transcript_key key; /* of a header directive                      */
    size_t line;             /* in the file, 1 the first                   */
    size_t column;           /* of a directive's value, 1 the first        */
    size_t offset;           /* of its first byte in transcript->bytes     */
    size_t size;             /* bytes; a directive's value is followed by a
                              * NUL that is not counted                     */
};

/* Received items that follow each other have their bytes side by side. */
struct transcript {
    uint8_t *bytes;                /* owned                                */
    struct transcript_item *items; /* owned                                */
    size_t item_count;
    size_t received_size; /* bytes of all received items                   */
};

/* ---- reading ---------------------------------------------------------- */

/* What was wrong and what was expected, and where. */
struct transcript_error {
    size_t line;   /* 0: the file as a whole                               */
    size_t column; /* bytes, 1 the first                                   */
    char text[192];
};

/* Reads a transcript, from a file or from memory.
 * Owns: the caller releases *out with transcript_release.
 * Writes: *out if true, *error if false. */
bool transcript_read(const char *path, struct transcript *out, struct transcript_error *error);
bool transcript_parse(const void *text, size_t size, struct transcript *out,
                      struct transcript_error *error);

/* Reads a file of a module's bytes, just as they came, as a transcript of one
 * received item. At most TRANSCRIPT_BYTES_SIZE_MAX bytes. */
bool transcript_read_raw(const char *path, struct transcript *out, struct transcript_error *error);

void transcript_release(struct transcript *transcript);

/* ---- use -------------------------------------------------------------- */

/* Whether the name of a file says that it is a transcript: it ends in `.at`. */
bool transcript_is_name(const char *path);

/* The first header directive of that key, or NULL. */
const struct transcript_item *transcript_find_header(const struct transcript *transcript,
                                                     enum transcript_key key);

/* A header directive's value, NUL-terminated. Borrows from the transcript. */
const char *transcript_value(const struct transcript *transcript,
                             const struct transcript_item *item);

/* `FILE:LINE:COL: text`, or `FILE: text`, as snprintf does. */
int transcript_error_format(const struct transcript_error *error, const char *path, char *out,
                            size_t capacity);

#endif
