/* Longest common subsequence by dynamic programming, ends trimmed. */
#include "diff/align.h"

#include <stdlib.h>

#define PAIR_MAX ((size_t)4 << 20)

/* The middle: old[from .. from + rows) against new[from .. from + columns). */
struct middle {
    size_t from, rows, columns;
    align_equal_fn *equal;
    const void *user;
    bool flip;
};

static bool equal_at(const struct middle *middle, size_t row, size_t column)
{
    return middle->equal(middle->user, middle->from + row, middle->from + column);
}

/* lengths[r][c]: the length of what is common from row r and column c on. */
static uint32_t *measure(const struct middle *middle)
{
    size_t width = middle->columns + 1;
    uint32_t *lengths = arena_must(calloc((middle->rows + 1) * width, sizeof *lengths));
    for (size_t row = middle->rows; row-- > 0;)
        for (size_t column = middle->columns; column-- > 0;) {
            uint32_t *here = &lengths[row * width + column];
            uint32_t below = here[width];
            uint32_t right = here[1];
            if (equal_at(middle, row, column)) *here = here[width + 1] + 1;
            else *here = below > right ? below : right;
        }
    return lengths;
}

static void match_middle(const struct middle *middle, size_t *matches)
{
    if (middle->rows == 0 || middle->columns == 0 || middle->rows > PAIR_MAX / middle->columns)
        return;
    uint32_t *lengths = measure(middle);
    size_t width = middle->columns + 1;
    size_t row = 0;
    size_t column = 0;
    while (row < middle->rows && column < middle->columns) {
        const uint32_t *here = &lengths[row * width + column];
        if (equal_at(middle, row, column)) matches[middle->from + row++] = middle->from + column++;
        else if (here[width] > here[1] || (here[width] == here[1] && !middle->flip)) row++;
        else column++;
    }
    free(lengths);
}

size_t *align(struct arena *arena, size_t old_count, size_t new_count, align_equal_fn *equal,
              const void *user, bool flip)
{
    size_t *matches = arena_new(arena, old_count, sizeof *matches);
    size_t least = old_count < new_count ? old_count : new_count;
    size_t front = 0;
    size_t back = 0;
    for (size_t i = 0; i < old_count; i++) matches[i] = ALIGN_NONE;
    for (; front < least && equal(user, front, front); front++) matches[front] = front;
    while (back < least - front && equal(user, old_count - 1 - back, new_count - 1 - back)) {
        matches[old_count - 1 - back] = new_count - 1 - back;
        back++;
    }
    const struct middle middle = {.from = front,
                                  .rows = old_count - front - back,
                                  .columns = new_count - front - back,
                                  .equal = equal,
                                  .user = user,
                                  .flip = flip};
    match_middle(&middle, matches);
    return matches;
}
