/* Bytes kept for later: up to SPOOL_MEMORY_SIZE in memory, more in a temporary
 * file. A line of the event log has an event's size before its text, and the text
 * of a line that never ends is as long as the input. */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdio.h>

/* Bytes kept in memory before a file is made. */
#define SPOOL_MEMORY_SIZE ((size_t)1 << 20)

/* All zero is an empty spool. */
struct spool {
    struct buffer memory;
    FILE *file; /* NULL: everything is in memory                           */
    uint64_t size;
    bool failed; /* the file could not be written or read                  */
};

typedef void spool_fn(void *user, const uint8_t *bytes, size_t size);

void spool_append(struct spool *spool, const uint8_t *bytes, size_t size);

/* Calls `take` with the first `size` bytes, in pieces. Returns: false if they could
 * not be kept or read back. */
bool spool_replay(struct spool *spool, uint64_t size, spool_fn *take, void *user);

/* Drops the bytes, keeps the memory for the next ones. */
void spool_clear(struct spool *spool);
void spool_release(struct spool *spool);

#endif
