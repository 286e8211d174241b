/* The pool of texts, and the slots through which names are found. */
#include "base/memory.h"
#include "catalog/compile/build_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- texts -------------------------------------------------------------- */

void text_pool_add(struct text_pool *pool, const char *text)
{
    if (!text || !*text) return; /* offset 0 */
    pool->texts = memory_grow(pool->texts, pool->count + 1, &pool->capacity, sizeof(*pool->texts));
    pool->texts[pool->count++] = text;
}

/* Compares from the last byte backwards: a text comes right before those that
 * end like it. */
static int by_end(const void *left, const void *right)
{
    const char *a = *(const char *const *)left;
    const char *b = *(const char *const *)right;
    size_t i = strlen(a);
    size_t j = strlen(b);
    while (i > 0 && j > 0) {
        unsigned char x = (unsigned char)a[--i];
        unsigned char y = (unsigned char)b[--j];
        if (x != y) return x < y ? -1 : 1;
    }
    return (i > 0) - (j > 0);
}

static bool ends_like(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static void drop_doubles(struct text_pool *pool)
{
    size_t kept = 0;
    for (size_t i = 0; i < pool->count; i++)
        if (kept == 0 || strcmp(pool->texts[kept - 1], pool->texts[i]) != 0)
            pool->texts[kept++] = pool->texts[i];
    pool->count = kept;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(**(const char **const *)left, **(const char **const *)right);
}

/* Places the texts that no other ends like, in the order of the alphabet. */
static void place_whole(struct text_pool *pool)
{
    const char ***order = memory_new(pool->count, sizeof(*order));
    size_t count = 0;
    for (size_t i = 0; i < pool->count; i++)
        if (i + 1 == pool->count || !ends_like(pool->texts[i + 1], pool->texts[i]))
            order[count++] = &pool->texts[i];
    qsort(order, count, sizeof(*order), by_text);
    pool->size = 1;
    for (size_t i = 0; i < count; i++) {
        pool->offsets[order[i] - pool->texts] = pool->size;
        pool->size += strlen(*order[i]) + 1;
    }
    pool->bytes = memory_new(pool->size, 1);
    for (size_t i = 0; i < count; i++)
        memcpy(pool->bytes + pool->offsets[order[i] - pool->texts], *order[i], strlen(*order[i]));
    free(order);
}

void text_pool_close(struct text_pool *pool)
{
    if (pool->count) qsort(pool->texts, pool->count, sizeof(*pool->texts), by_end);
    drop_doubles(pool);
    pool->offsets = memory_new(pool->count, sizeof *pool->offsets);
    place_whole(pool);
    for (size_t i = pool->count; i-- > 0;)
        if (!pool->offsets[i])
            pool->offsets[i] =
                pool->offsets[i + 1] + strlen(pool->texts[i + 1]) - strlen(pool->texts[i]);
}

size_t text_pool_offset(const struct text_pool *pool, const char *text)
{
    if (!text || !*text) return 0;
    const char **found = bsearch(&text, pool->texts, pool->count, sizeof(*pool->texts), by_end);
    return found ? pool->offsets[found - pool->texts] : 0;
}

void text_pool_free(struct text_pool *pool)
{
    free(pool->texts);
    free(pool->offsets);
}

/* ---- slots -------------------------------------------------------------- */

#define SLOT_MAX     512u
#define FACTOR_TRIES 20000u

/* Names placed one after the other; a slot is taken if it bears the number of
 * the present try, so that nothing need be cleared. */
struct trial {
    const uint32_t *keys;
    size_t count;
    unsigned shift;
    uint32_t number;
    uint32_t taken[SLOT_MAX];
};

/* Probes beyond the first that all names take together with this factor;
 * given up at `limit`. */
static size_t count_collisions(struct trial *trial, uint32_t factor, size_t limit)
{
    uint32_t mask = UINT32_MAX >> trial->shift;
    size_t collisions = 0;
    trial->number++;
    for (size_t i = 0; i < trial->count && collisions < limit; i++) {
        uint32_t slot = (trial->keys[i] * factor) >> trial->shift;
        for (; trial->taken[slot] == trial->number; slot = (slot + 1) & mask) collisions++;
        trial->taken[slot] = trial->number;
    }
    return collisions;
}

/* The best of a fixed sequence of odd factors. */
static uint32_t find_factor(const uint32_t *keys, size_t count, unsigned shift, size_t *least)
{
    struct trial trial = {.keys = keys, .count = count, .shift = shift};
    uint32_t best = 1;
    uint32_t random = 1;
    *least = SIZE_MAX;
    for (unsigned i = 0; i<FACTOR_TRIES && * least> 0; i++) {
        random = random * 1664525u + 1013904223u;
        size_t collisions = count_collisions(&trial, random | 1u, *least);
        if (collisions < *least) {
            *least = collisions;
            best = random | 1u;
        }
    }
    return best;
}

void build_slots(struct atp_catalog *catalog, size_t *slot_count, size_t *collision_count)
{
    static const struct atp_catalog plain = {.hash_factor = 1, .hash_shift = 0};
    uint32_t keys[ATP_NAME_COUNT_MAX] = {0};
    unsigned bits = 1;
    while (1u << bits < 2u * catalog->name_count) bits++;
    for (size_t i = 0; i < catalog->name_count; i++)
        keys[i] = atp_catalog_hash(&plain, (const uint8_t *)catalog->text + catalog->names[i].text,
                                   catalog->names[i].size);
    catalog->hash_shift = (uint8_t)(32 - bits);
    catalog->hash_factor =
        find_factor(keys, catalog->name_count, catalog->hash_shift, collision_count);
    *slot_count = (size_t)1 << bits;
    uint8_t *slots = memory_new(*slot_count, 1);
    for (size_t i = 0; i < catalog->name_count; i++) {
        uint32_t slot = (keys[i] * catalog->hash_factor) >> catalog->hash_shift;
        while (slots[slot]) slot = (slot + 1) & (uint32_t)(*slot_count - 1);
        slots[slot] = (uint8_t)(i + 1);
    }
    catalog->slots = slots;
}
