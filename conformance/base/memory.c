#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *memory_checked(void *pointer)
{
    if (pointer == NULL) {
        fputs("atproof: out of memory\n", stderr);
        abort();
    }
    return pointer;
}

void *memory_new(size_t count, size_t size)
{
    return memory_checked(calloc(count ? count : 1, size));
}

void *memory_resize(void *array, size_t count, size_t size)
{
    return memory_checked(reallocarray(array, count, size));
}

void *memory_grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count <= *capacity) return array;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    while (wanted < count) wanted *= 2;
    char *grown = memory_resize(array, wanted, size);
    memset(grown + *capacity * size, 0, (wanted - *capacity) * size);
    *capacity = wanted;
    return grown;
}

char *memory_text(const char *text)
{
    return memory_slice(text, strlen(text));
}

char *memory_slice(const char *bytes, size_t size)
{
    char *copy = memory_new(size + 1, 1);
    if (size > 0) memcpy(copy, bytes, size);
    return copy;
}

char *memory_format_list(const char *format, va_list arguments)
{
    char *text = NULL;
    return memory_checked(vasprintf(&text, format, arguments) < 0 ? NULL : text);
}

char *memory_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = memory_format_list(format, arguments);
    va_end(arguments);
    return text;
}

char *memory_list(char *list, const char *name)
{
    char *longer = memory_format("%s%s%s", list ? list : "", list ? ", " : "", name);
    free(list);
    return longer;
}
