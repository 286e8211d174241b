/* What depends on the engine that the target is built for. */
#define _GNU_SOURCE
#include "target.h"

#include <string.h>

bool fuzz_is_for_engine(const uint8_t *script, size_t size)
{
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
    return memmem(script, size, "sha256", 6) == NULL;
#endif
#endif
    return script != NULL || size == 0;
}
