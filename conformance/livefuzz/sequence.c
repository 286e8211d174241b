/* Sequences of command lines. */
#include "livefuzz/sequence.h"

#include "at/line.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *copy_bytes(const void *bytes, size_t size)
{
    if (size == 0) return NULL;
    uint8_t *copy = memory_new(size, 1);
    memcpy(copy, bytes, size);
    return copy;
}

static void release_step(struct sequence_step *step)
{
    free(step->line);
    free(step->data);
}

void sequence_insert(struct sequence *sequence, size_t at, const struct sequence_step *step)
{
    struct sequence_step copy = {memory_text(step->line), copy_bytes(step->data, step->data_size),
                                 step->data_size};
    sequence->steps = memory_grow(sequence->steps, sequence->count + 1, &sequence->capacity,
                                  sizeof *sequence->steps);
    memmove(sequence->steps + at + 1, sequence->steps + at,
            (sequence->count - at) * sizeof *sequence->steps);
    sequence->steps[at] = copy;
    sequence->count++;
}

void sequence_add(struct sequence *sequence, const char *line, const void *data, size_t data_size)
{
    const struct sequence_step step = {(char *)(uintptr_t)line, (uint8_t *)(uintptr_t)data,
                                       data_size};
    sequence_insert(sequence, sequence->count, &step);
}

void sequence_drop(struct sequence *sequence, size_t at)
{
    release_step(&sequence->steps[at]);
    sequence->count--;
    memmove(sequence->steps + at, sequence->steps + at + 1,
            (sequence->count - at) * sizeof *sequence->steps);
}

void sequence_set_line(struct sequence *sequence, size_t at, const char *line)
{
    char *copy = memory_text(line);
    free(sequence->steps[at].line);
    sequence->steps[at].line = copy;
}

void sequence_set_data(struct sequence *sequence, size_t at, const void *data, size_t size)
{
    uint8_t *copy = copy_bytes(data, size);
    free(sequence->steps[at].data);
    sequence->steps[at].data = copy;
    sequence->steps[at].data_size = size;
}

void sequence_copy(struct sequence *out, const struct sequence *from)
{
    *out = (struct sequence){0};
    for (size_t i = 0; i < from->count; i++) sequence_insert(out, i, &from->steps[i]);
}

void sequence_release(struct sequence *sequence)
{
    for (size_t i = 0; i < sequence->count; i++) release_step(&sequence->steps[i]);
    free(sequence->steps);
    *sequence = (struct sequence){0};
}

static bool is_command(const uint8_t *bytes, size_t size)
{
    return at_line_kind(bytes, size) == AT_LINE_COMMANDS
           && memchr(bytes, '\r', size) == bytes + size - 1 && memchr(bytes, '\0', size) == NULL;
}

/* Data that come in several pieces are one. */
static void read_data(struct sequence *out, const uint8_t *bytes, size_t size)
{
    if (out->count == 0) return;
    struct sequence_step *step = &out->steps[out->count - 1];
    struct buffer all = {0};
    buffer_append(&all, step->data, step->data_size);
    buffer_append(&all, bytes, size);
    sequence_set_data(out, out->count - 1, all.bytes, all.size);
    buffer_release(&all);
}

void sequence_read(struct sequence *out, const struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->item_count; i++) {
        const struct transcript_item *item = &transcript->items[i];
        const uint8_t *bytes = transcript->bytes + item->offset;
        if (item->kind != TRANSCRIPT_SENT) continue;
        if (!is_command(bytes, item->size)) {
            if (item->size != 3 || memcmp(bytes, "+++", 3) != 0) read_data(out, bytes, item->size);
            continue;
        }
        char *line = memory_slice((const char *)bytes, item->size - 1);
        sequence_add(out, line, NULL, 0);
        free(line);
    }
}

size_t sequence_size(const struct sequence *sequence)
{
    size_t size = 0;
    for (size_t i = 0; i < sequence->count; i++) size += strlen(sequence->steps[i].line);
    return size;
}
