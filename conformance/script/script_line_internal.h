/* Lines of a script: what the reader and the formatter both take apart. */
#ifndef CONFORMANCE_SCRIPT_LINE_H
#define CONFORMANCE_SCRIPT_LINE_H

#include "script/script.h"

/* Memory of a script, freed as a whole. */
struct script_arena {
    void **blocks;
    size_t count;
    size_t capacity;
    size_t size; /* bytes handed out */
};
void *script_new(struct script_arena *arena, size_t count, size_t size);
char *script_copy(struct script_arena *arena, const void *bytes, size_t size);
void script_arena_release(struct script_arena *arena);

/* One line, read from left to right. */
struct script_reader {
    struct script_arena *arena;
    struct transcript_error *error;
    const char *directory; /* NULL: files are refused                       */
    bool without_files;    /* `file` payloads are taken without their bytes */
    const uint8_t *line;   /* without its line end                          */
    size_t size;           /* bytes                                         */
    size_t at;             /* next byte of the line                         */
    size_t number;         /* of the line, 1 the first                      */
    size_t bytes_size;     /* of all strings and payloads so far            */
};

enum script_mark {
    SCRIPT_MARK_BLANK,
    SCRIPT_MARK_COMMENT,
    SCRIPT_MARK_DIRECTIVE,
    SCRIPT_MARK_LINE,   /* > < , with a text                               */
    SCRIPT_MARK_CRLF,   /* < alone                                         */
    SCRIPT_MARK_BYTES,  /* >> <<                                           */
    SCRIPT_MARK_PAYLOAD /* >= <=                                           */
};

/* Writes *error and returns false. */
__attribute__((format(printf, 3, 4))) bool script_fail(struct script_reader *reader, size_t at,
                                                       const char *format, ...);

/* Checks that the line is text, and finds its mark. What belongs to the mark
 * begins at reader->at. */
bool script_read_mark(struct script_reader *reader, enum script_mark *mark, bool *is_sent);

/* From reader->at to the end of the line. Memory: the arena's. */
bool script_read_strings(struct script_reader *reader, const uint8_t **bytes, size_t *size);
bool script_read_parts(struct script_reader *reader, const struct script_part **parts,
                       size_t *count);
bool script_read_payload(struct script_reader *reader, const struct script_payload **out);

/* `key: value`. Writes: the key, and reader->at to the value. */
bool script_read_key(struct script_reader *reader, const char **key);

/* A decimal number that ends where the line, or a byte of `stops`, does. */
bool script_read_number(struct script_reader *reader, const char *what, uint64_t max,
                        uint64_t *out);

/* Seconds with at most six decimals, as microseconds, to the line's end. */
bool script_read_seconds(struct script_reader *reader, uint64_t *out);

/* `min..max`, `min..`, or one number. */
bool script_read_repeat(struct script_reader *reader, uint64_t *min, uint64_t *max);

const char *script_type_name(enum script_type type);

/* Calls `take` for each line of a text. */
bool script_each_line(struct script_reader *reader, const void *text, size_t size,
                      bool (*take)(struct script_reader *reader, void *user), void *user);

#endif
