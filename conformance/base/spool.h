/* Bytes kept until they are wanted: a few in memory, many in a temporary
 * file. A line of the event log tells an event's size before its text, and
 * the text of an endless line is as long as the input. */
#ifndef CONFORMANCE_SPOOL_H
#define CONFORMANCE_SPOOL_H

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
    bool failed;
};

typedef void spool_fn(void *user, const uint8_t *bytes, size_t size);

void spool_append(struct spool *spool, const uint8_t *bytes, size_t size);

/* Hands the first `size` bytes over, in pieces. False: they could not be kept
 * or read back. */
bool spool_replay(struct spool *spool, uint64_t size, spool_fn *take, void *user);

/* Forgets the bytes, keeps the memory. */
void spool_clear(struct spool *spool);
void spool_release(struct spool *spool);

#endif
