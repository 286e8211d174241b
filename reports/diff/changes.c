/* A list of changes. */
#include "diff/diff.h"

#include <string.h>

void diff_add(struct arena *arena, struct diff_changes *out, enum diff_kind kind,
              const char *command, const char *old, const char *new, const char *key)
{
    if (out->count == out->capacity) {
        out->capacity = out->capacity * 2 + 8;
        struct diff_change *items = arena_new(arena, out->capacity, sizeof *items);
        if (out->count > 0) memcpy(items, out->items, out->count * sizeof *items);
        out->items = items;
    }
    out->items[out->count++] =
        (struct diff_change){.kind = kind, .command = command, .texts = {old, new}, .key = key};
}
