/* Random numbers that a seed fixes: SplitMix64. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any state is a seed. */
struct random {
    uint64_t state;
};

/* The finisher of SplitMix64: each bit of the result depends on all of `value`. */
static inline uint64_t random_mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

#define RANDOM_STEP UINT64_C(0x9E3779B97F4A7C15) /* 2^64 by the golden ratio */

static inline uint64_t random_next(struct random *random)
{
    return random_mix(random->state += RANDOM_STEP);
}

/* 0 to limit - 1; 0 for a limit of 0, without a step. */
static inline uint64_t random_below(struct random *random, uint64_t limit)
{
    return limit == 0 ? 0 : random_next(random) % limit;
}

/* The same for an array of fewer than 2^32 elements. */
static inline uint32_t random_index(struct random *random, size_t count)
{
    return (uint32_t)random_below(random, count);
}

/* True once in `limit` times. */
static inline bool random_one_in(struct random *random, uint64_t limit)
{
    return random_below(random, limit) == 0;
}

#endif
