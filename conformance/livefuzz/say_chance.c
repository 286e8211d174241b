/* The chance by which lines are made: the same seed gives the same lines. */
#include "livefuzz/say.h"

/* splitmix64 */
static uint64_t next(struct say *say)
{
    uint64_t x = say->random += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t say_below(struct say *say, uint64_t limit)
{
    return limit == 0 ? 0 : next(say) % limit;
}

bool say_once_in(struct say *say, uint64_t limit)
{
    return say_below(say, limit) == 0;
}
