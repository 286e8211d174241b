/* A list of changes. */
#include "diff/diff.h"

void diff_add(struct arena *arena, struct diff_changes *out, enum diff_kind kind,
              const char *command, const char *old, const char *new, const char *key)
{
    out->items = arena_room(arena, out->items, out->count, &out->capacity, sizeof *out->items);
    out->items[out->count++] =
        (struct diff_change){.kind = kind, .command = command, .texts = {old, new}, .key = key};
}
