/* The longest common subsequence of two sequences. */
#ifndef REPORTS_DIFF_ALIGN_H
#define REPORTS_DIFF_ALIGN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALIGN_NONE SIZE_MAX

typedef bool align_equal_fn(const void *user, size_t old, size_t new);

/* For each of old what it is in new, ALIGN_NONE if it is nothing. What is common
 * at both ends is taken first; of a middle beyond some million pairs the rest
 * stays unmatched, so that a run of any size takes bounded time. Of several that
 * are longest one is taken: `flip` is to be other with the sides swapped, then the
 * same pairs are matched. */
size_t *align(struct arena *arena, size_t old_count, size_t new_count, align_equal_fn *equal,
              const void *user, bool flip);

#endif
