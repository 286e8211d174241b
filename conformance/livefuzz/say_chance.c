/* The chance by which lines are made: the same seed gives the same lines. */
#include "livefuzz/say.h"

uint64_t say_below(struct say *say, uint64_t limit)
{
    return random_below(&say->random, limit);
}

bool say_once_in(struct say *say, uint64_t limit)
{
    return say_below(say, limit) == 0;
}
