/* A growable run of bytes. Lack of memory aborts, see base/memory.h. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty buffer. */
struct buffer {
    uint8_t *bytes; /* owned                                               */
    size_t size;
    size_t capacity;
};

/* Makes room for `size` more bytes. Returns: where they go; add to buffer->size
 * what was written. */
uint8_t *buffer_reserve(struct buffer *buffer, size_t size);

void buffer_append(struct buffer *buffer, const void *bytes, size_t size);
void buffer_append_text(struct buffer *buffer, const char *text);

/* Text of any length, as printf makes it. */
__attribute__((format(printf, 2, 3))) void buffer_format(struct buffer *buffer, const char *format,
                                                         ...);

/* The bytes as NUL-terminated text. The buffer is empty then. Owns: the caller. */
char *buffer_take_text(struct buffer *buffer);

/* Frees the memory; the buffer is empty then and can be used again. */
void buffer_release(struct buffer *buffer);

#endif
