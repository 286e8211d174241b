/* A growable run of bytes: capacity doubles, so appending is linear. */
#include "base/buffer.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 256u

uint8_t *buffer_reserve(struct buffer *buffer, size_t size)
{
    size_t needed = buffer->size + size;
    if (needed > buffer->capacity || buffer->bytes == NULL) {
        size_t capacity = buffer->capacity < CAPACITY_FIRST ? CAPACITY_FIRST : buffer->capacity;
        if (size > SIZE_MAX / 2 - buffer->size) memory_checked(NULL);
        while (capacity < needed) capacity *= 2;
        buffer->bytes = memory_resize(buffer->bytes, capacity, 1);
        buffer->capacity = capacity;
    }
    return buffer->bytes + buffer->size;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0) return;
    memcpy(buffer_reserve(buffer, size), bytes, size);
    buffer->size += size;
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

char *buffer_take_text(struct buffer *buffer)
{
    buffer_append(buffer, "", 1);
    char *text = memory_resize(buffer->bytes, buffer->size, 1);
    *buffer = (struct buffer){0};
    return text;
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = memory_format_list(format, arguments);
    va_end(arguments);
    buffer_append_text(buffer, text);
    free(text);
}
