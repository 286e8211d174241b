/* The stores of a run: a file, or the folder that `atproof run --out` leaves. */
#ifndef CONFORMANCE_STORES_H
#define CONFORMANCE_STORES_H

#include <stdbool.h>
#include <stddef.h>

struct stores {
    char **paths; /* owned, by name */
    size_t count, capacity;
};

/* The files *.jsonl of a folder; any other path, `-` too, is a store itself.
 * Returns: false with a complaint made: the folder cannot be read, or has none.
 * Owns: the caller releases *out, also if false. */
bool stores_list(const char *path, struct stores *out);

/* Another store, by its path. */
void stores_add(struct stores *stores, const char *path);

bool stores_is_folder(const char *path);

void stores_release(struct stores *stores);

#endif
