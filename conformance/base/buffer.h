/* A growable run of bytes. */
#ifndef CONFORMANCE_BUFFER_H
#define CONFORMANCE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is an empty buffer. Running out of memory is remembered in
 * `failed` and what comes after it is dropped, so that a writer of many
 * pieces looks once, at its end. */
struct buffer {
    uint8_t *bytes; /* owned                                               */
    size_t size;
    size_t capacity;
    bool failed;
};

/* Room for `size` more bytes behind the last, or NULL.
 * Writes: nothing yet; add to buffer->size what was used. */
uint8_t *buffer_reserve(struct buffer *buffer, size_t size);

void buffer_append(struct buffer *buffer, const void *bytes, size_t size);
void buffer_append_text(struct buffer *buffer, const char *text);

/* Gives the memory back; the buffer is empty then and may be used anew. */
void buffer_release(struct buffer *buffer);

#endif
