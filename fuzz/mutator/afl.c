/* The mutator as AFL++ calls it: AFL_CUSTOM_MUTATOR_LIBRARY is this library,
 * FUZZ_TARGET in the environment the target's name. AFL++'s own mutations go on
 * beside it. */
#include "mutator.h"

#include <stdlib.h>
#include <string.h>

struct afl_state;

void *afl_custom_init(struct afl_state *afl, unsigned seed);
size_t afl_custom_fuzz(void *data, uint8_t *bytes, size_t size, uint8_t **out, const uint8_t *other,
                       size_t other_size, size_t capacity);
void afl_custom_deinit(void *data);

struct afl_mutator {
    struct mutator mutator;
    struct random random;
    uint8_t out[FUZZ_INPUT_SIZE_MAX];
};

void *afl_custom_init(struct afl_state *afl, unsigned seed)
{
    const char *target = getenv("FUZZ_TARGET");
    struct afl_mutator *own = calloc(1, sizeof *own);
    (void)afl;
    if (own == NULL || target == NULL || !mutator_kinds(target, &own->mutator.kinds)) {
        free(own);
        return NULL;
    }
    own->random = (struct random){seed};
    return own;
}

void afl_custom_deinit(void *data)
{
    free(data);
}

size_t afl_custom_fuzz(void *data, uint8_t *bytes, size_t size, uint8_t **out, const uint8_t *other,
                       size_t other_size, size_t capacity)
{
    struct afl_mutator *own = data;
    size_t room = capacity < sizeof own->out ? capacity : sizeof own->out;
    *out = own->out;
    if (other != NULL && other_size > 0 && random_one_in(&own->random, 8))
        return mutator_splice(&own->mutator, bytes, size, other, other_size, own->out, room,
                              random_next(&own->random));
    if (size > room) size = room;
    memcpy(own->out, bytes, size);
    return mutator_mutate(&own->mutator, own->out, size, room, random_next(&own->random));
}
