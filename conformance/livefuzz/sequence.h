/* What the host says in one go: command lines, one after the other's answer. */
#ifndef CONFORMANCE_SEQUENCE_H
#define CONFORMANCE_SEQUENCE_H

#include "script/transcript.h"

#define SEQUENCE_STEP_MAX 12 /* of what is mutated; new ones are shorter     */
#define SEQUENCE_LINE_MAX 1400

/* A command line, and what answers its prompt if one comes. */
struct sequence_step {
    char *line;    /* without CR; bytes over 0x7F may stand in it, NUL not  */
    uint8_t *data; /* repeated or cut to the length that is awaited; NULL: digits */
    size_t data_size;
};

/* All zero is an empty one. */
struct sequence {
    struct sequence_step *steps;
    size_t count, capacity;
};

/* Adds a step after the last. Copies. */
void sequence_add(struct sequence *sequence, const char *line, const void *data, size_t data_size);

/* Puts a copy of a step before the one at `at`. */
void sequence_insert(struct sequence *sequence, size_t at, const struct sequence_step *step);
void sequence_drop(struct sequence *sequence, size_t at);
void sequence_set_line(struct sequence *sequence, size_t at, const char *line);
void sequence_set_data(struct sequence *sequence, size_t at, const void *data, size_t size);

void sequence_copy(struct sequence *out, const struct sequence *from);
void sequence_release(struct sequence *sequence);

/* Appends what the host says in a recording: command lines, and after them what
 * is none. */
void sequence_read(struct sequence *out, const struct transcript *transcript);

/* Bytes of all lines. */
size_t sequence_size(const struct sequence *sequence);

#endif
