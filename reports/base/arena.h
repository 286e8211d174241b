/* Memory that is freed all at once, and the one policy for lack of memory: a
 * failed allocation ends the program with exit code 2. No caller has an error path
 * that no test can reach. */
#ifndef REPORTS_ARENA_H
#define REPORTS_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* All zero is an empty arena. */
struct arena {
    struct arena_chunk *chunks; /* the one in use first */
};

/* Zeroed memory for `count` elements. Returns: never NULL, not even for 0. */
void *arena_new(struct arena *arena, size_t count, size_t size);

/* Makes room for one more element after `count` of them. All arrays of reports/
 * grow by this function. `items` and *capacity start as NULL and 0.
 * Writes: *capacity, in elements. Returns: `items`, or a longer copy of it. */
void *arena_room(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

void arena_release(struct arena *arena);

/* Takes all memory back, but keeps some of it for the next arena_new. */
void arena_clear(struct arena *arena);

/* Checks the result of an allocation: returns it, or ends the program if it is
 * NULL. */
void *arena_must(void *pointer);

#endif
