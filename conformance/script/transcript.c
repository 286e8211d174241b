/* Transcripts, built item by item. */
#include "script/transcript.h"

#include <stdio.h>
#include <stdlib.h>

void transcript_add(struct transcript_builder *builder, enum transcript_kind kind, size_t line,
                    int64_t time_us, const void *bytes, size_t size)
{
    struct transcript_item item = {
        .kind = kind,
        .line = line,
        .offset = builder->bytes.size,
        .size = size,
        .time_us = time_us,
    };
    buffer_append(&builder->bytes, bytes, size);
    buffer_append(&builder->items, &item, sizeof item);
    if (kind == TRANSCRIPT_RECEIVED) builder->received_size += size;
}

static const char *find_excess(const struct transcript_builder *builder)
{
    if (builder->bytes.size > TRANSCRIPT_BYTES_SIZE_MAX)
        return "more than 67108864 bytes in all; expected fewer";
    if (builder->items.size / sizeof(struct transcript_item) > TRANSCRIPT_ITEM_COUNT_MAX)
        return "more than 1048576 items in all; expected fewer";
    return NULL;
}

bool transcript_build(struct transcript_builder *builder, struct transcript *out,
                      struct transcript_error *error)
{
    const char *excess = find_excess(builder);
    buffer_append(&builder->bytes, "", 1); /* so that an empty one has bytes, too */
    if (excess != NULL) {
        *error = (struct transcript_error){0};
        snprintf(error->text, sizeof error->text, "%s", excess);
        buffer_release(&builder->bytes);
        buffer_release(&builder->items);
    } else {
        *out = (struct transcript){
            .bytes = builder->bytes.bytes,
            .items = (void *)builder->items.bytes,
            .item_count = builder->items.size / sizeof(struct transcript_item),
            .received_size = builder->received_size,
        };
    }
    *builder = (struct transcript_builder){0};
    return excess == NULL;
}

void transcript_release(struct transcript *transcript)
{
    free(transcript->bytes);
    free(transcript->items);
    *transcript = (struct transcript){0};
}

int transcript_error_format(const struct transcript_error *error, const char *path, char *out,
                            size_t capacity)
{
    if (error->line == 0) return snprintf(out, capacity, "%s: %s", path, error->text);
    return snprintf(out, capacity, "%s:%zu:%zu: %s", path, error->line, error->column, error->text);
}
