/* Memory that is given back all at once. What cannot be had ends the program,
 * so that no caller has a failure path it could never test. */
#ifndef REPORTS_ARENA_H
#define REPORTS_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* All zero is an empty arena. */
struct arena {
    struct arena_chunk *chunks; /* the one under way first */
};

/* Zeroed memory for `count` elements; never NULL, also for 0. */
void *arena_new(struct arena *arena, size_t count, size_t size);

/* An array of `count` elements with room for one more: `items`, or a copy of it
 * that is twice as long. The one way in which arrays grow here. Both begin as
 * zero. Writes: *capacity, elements. */
void *arena_room(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

void arena_release(struct arena *arena);

/* `pointer`, which an allocation gave; ends the program if it is NULL. */
void *arena_must(void *pointer);

#endif
