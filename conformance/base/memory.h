/* Allocation, with one policy for lack of memory: the program prints a message and
 * aborts. Nothing here returns NULL, and no caller has a failure path that no test
 * could reach. Whatever takes memory for the tools takes it here, or by
 * base/buffer.h, which keeps to the same policy.
 *
 * An array that grows is bytes in a struct buffer, or elements of another type in
 * memory_grow: by itself where the array is handed on, else as a LIST. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* `pointer`, which a library allocated; aborts if it is NULL. */
void *memory_checked(void *pointer);

/* Zeroed memory for `count` elements of `size` bytes, also for 0 of them. */
void *memory_new(size_t count, size_t size);

/* realloc of an array: what is new is not zeroed. */
void *memory_resize(void *array, size_t count, size_t size);

/* `array`, grown so that it holds at least `count` elements. Writes: *capacity.
 * The new part is zeroed. */
void *memory_grow(void *array, size_t count, size_t *capacity, size_t size);

/* An array of elements of one type; all zero is an empty one. Owns: `items`. */
#define LIST(type)                                                                                 \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

/* A zeroed element at the end of a list: *LIST_ADD(&list) = element. */
#define LIST_ADD(list)                                                                             \
    ((list)->items =                                                                               \
         memory_grow((list)->items, (list)->count + 1, &(list)->capacity, sizeof *(list)->items),  \
     (list)->items + (list)->count++)

/* NUL-terminated copies. */
char *memory_text(const char *text);
char *memory_slice(const char *bytes, size_t size);

/* `list` (NULL: an empty one) with `name` after it, ", " between them.
 * Owns: `list` is freed. */
char *memory_list(char *list, const char *name);

__attribute__((format(printf, 1, 2))) char *memory_format(const char *format, ...);
__attribute__((format(printf, 1, 0))) char *memory_format_list(const char *format,
                                                               va_list arguments);

#endif
