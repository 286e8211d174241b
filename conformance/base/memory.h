/* Allocation for the tools: what cannot be had ends the program, so that no
 * caller has a failure path it could never test. */
#ifndef ATPROOF_MEMORY_H
#define ATPROOF_MEMORY_H

#include <stddef.h>

/* Zeroed memory for `count` elements; never NULL, also for 0. */
void *memory_new(size_t count, size_t size);

/* `array`, grown so that it holds at least `count` elements. Writes: *capacity.
 * The new part is zeroed. */
void *memory_grow(void *array, size_t count, size_t *capacity, size_t size);

/* NUL-terminated copies. */
char *memory_text(const char *text);
char *memory_slice(const char *bytes, size_t size);

/* `list` (NULL: an empty one) with `name` behind it, ", " between them.
 * Owns: `list` is freed. */
char *memory_list(char *list, const char *name);

__attribute__((format(printf, 1, 2))) char *memory_format(const char *format, ...);

#endif
