/* Random numbers of a mutator: reproducible from its seed. */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state; /* never 0 */
};

static inline void random_seed(struct random *random, uint64_t seed)
{
    random->state = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15) | 1u;
}

static inline uint32_t random_next(struct random *random)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return (uint32_t)(random->state >> 24);
}

/* 0 … count - 1; 0 if there is none. */
static inline uint32_t random_below(struct random *random, size_t count)
{
    return count > 0 ? random_next(random) % (uint32_t)count : 0;
}

/* True once in `count` times. */
static inline bool random_one_in(struct random *random, size_t count)
{
    return random_below(random, count) == 0;
}

#endif
