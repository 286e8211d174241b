/* Memory that is freed all at once. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 << 10)

struct arena_chunk {
    struct arena_chunk *next;
    size_t size, used; /* bytes */
    max_align_t bytes[];
};

void *arena_must(void *pointer)
{
    if (pointer != NULL) return pointer;
    fputs("atproof: out of memory\n", stderr);
    exit(2);
}

void *arena_new(struct arena *arena, size_t count, size_t size)
{
    const size_t align = sizeof(max_align_t);
    if (size > 0 && count > (SIZE_MAX - CHUNK_SIZE) / size) arena_must(NULL);
    size_t needed = (count * size + align - 1) / align * align;
    struct arena_chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->size - chunk->used < needed) {
        size_t room = needed > CHUNK_SIZE ? needed : CHUNK_SIZE;
        chunk = arena_must(calloc(1, sizeof *chunk + room));
        chunk->size = room;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    void *given = (char *)chunk->bytes + chunk->used;
    chunk->used += needed;
    return given;
}

void *arena_room(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) return items;
    *capacity = *capacity * 2 + 8;
    void *longer = arena_new(arena, *capacity, size);
    if (count > 0) memcpy(longer, items, count * size);
    return longer;
}

void arena_release(struct arena *arena)
{
    while (arena->chunks != NULL) {
        struct arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
}

void arena_clear(struct arena *arena)
{
    struct arena_chunk *kept = arena->chunks;
    if (kept == NULL) return;
    arena->chunks = kept->next;
    arena_release(arena);
    memset(kept->bytes, 0, kept->used);
    kept->used = 0;
    kept->next = NULL;
    arena->chunks = kept;
}
