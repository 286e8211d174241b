/* The mutator as libFuzzer calls it; every other input is left to libFuzzer's
 * own mutations. Engines that take the mutator otherwise do not call this, and
 * have no LLVMFuzzerMutate. */
#include "mutator.h"

#include <stdlib.h>

__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t capacity, unsigned seed);

extern const char fuzz_target_name[];

static struct mutator *mutator(void)
{
    static struct mutator mutator;
    if (!mutator_kinds(fuzz_target_name, &mutator.kinds)) abort();
    return &mutator;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed)
{
    if ((seed & 1u) != 0) return LLVMFuzzerMutate(data, size, capacity);
    return mutator_mutate(mutator(), data, size, capacity, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t capacity, unsigned seed)
{
    return mutator_splice(mutator(), data, size, other, other_size, out, capacity, seed);
}
