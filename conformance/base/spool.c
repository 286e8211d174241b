/* Bytes kept for later. Full memory is written to the file; it is the buffer for
 * writing and reading the file from then on. */
#include "base/spool.h"

static void spill(struct spool *spool)
{
    if (spool->file == NULL) spool->file = tmpfile();
    struct buffer *memory = &spool->memory;
    if (spool->file == NULL || fwrite(memory->bytes, 1, memory->size, spool->file) != memory->size)
        spool->failed = true;
    memory->size = 0;
}

void spool_append(struct spool *spool, const uint8_t *bytes, size_t size)
{
    while (size > 0 && !spool->failed) {
        size_t room = SPOOL_MEMORY_SIZE - spool->memory.size;
        size_t part = size < room ? size : room;
        buffer_append(&spool->memory, bytes, part);
        spool->size += part;
        bytes += part;
        size -= part;
        if (spool->memory.size == SPOOL_MEMORY_SIZE) spill(spool);
    }
}

static bool replay_file(struct spool *spool, uint64_t size, spool_fn *take, void *user)
{
    struct buffer *memory = &spool->memory;
    spill(spool);
    if (spool->failed || fseek(spool->file, 0, SEEK_SET) != 0) return false;
    while (size > 0) {
        size_t wanted = size < memory->capacity ? (size_t)size : memory->capacity;
        size_t got = fread(memory->bytes, 1, wanted, spool->file);
        if (got == 0) return false;
        take(user, memory->bytes, got);
        size -= got;
    }
    return true;
}

bool spool_replay(struct spool *spool, uint64_t size, spool_fn *take, void *user)
{
    if (spool->failed || size > spool->size) return false;
    if (spool->file != NULL) return replay_file(spool, size, take, user);
    if (size > 0) take(user, spool->memory.bytes, (size_t)size);
    return true;
}

void spool_clear(struct spool *spool)
{
    if (spool->file != NULL) {
        fclose(spool->file);
        spool->file = NULL;
    }
    spool->memory.size = 0;
    spool->failed = false;
    spool->size = 0;
}

void spool_release(struct spool *spool)
{
    spool_clear(spool);
    buffer_release(&spool->memory);
}
