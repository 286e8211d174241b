/* The longest common subsequence of two sequences. */
#ifndef REPORTS_DIFF_ALIGN_H
#define REPORTS_DIFF_ALIGN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALIGN_NONE SIZE_MAX

typedef bool align_equal_fn(const void *user, size_t old, size_t new);

/* Returns: for each index of old the index in new, or ALIGN_NONE. Common beginnings
 * and ends are matched first. A middle of more than some million pairs stays
 * unmatched, so that the time is bounded. Several subsequences can be the longest:
 * with the sides swapped and `flip` inverted the same pairs are matched. */
size_t *align(struct arena *arena, size_t old_count, size_t new_count, align_equal_fn *equal,
              const void *user, bool flip);

#endif
