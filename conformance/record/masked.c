/* Items wait until their exchange is whole: a secret may be cut, or be known only by
 * what comes after it. */
#include "record/masked.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define SILENCE_US INT64_C(1000000)
#define KEPT_MAX   TRANSCRIPT_BYTES_SIZE_MAX /* bytes in memory              */
#define OPEN_MAX   ((size_t)1 << 20)         /* of an exchange under way     */

struct entry {
    struct tape_item item; /* `bytes` owned; of a note its text              */
    bool is_note;
};

struct masked {
    const struct compiled_catalog *compiled;
    struct scribe *scribe;
    struct mask *mask;
    LIST(struct entry) entries;
    size_t done; /* entries that the scribe has                              */
    size_t size, open_size;
    int64_t last_us;
    bool is_short; /* the first entries are no longer there                  */
};

struct masked *masked_new(const struct compiled_catalog *compiled, struct scribe *scribe)
{
    struct masked *masked = memory_new(1, sizeof *masked);
    masked->compiled = compiled;
    masked->scribe = scribe;
    masked->mask = mask_new(compiled);
    return masked;
}

static void drop(struct masked *masked, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        masked->size -= masked->entries.items[i].item.size;
        free((void *)(uintptr_t)masked->entries.items[i].item.bytes);
    }
    masked->entries.count -= count;
    if (masked->entries.count > 0)
        memmove(masked->entries.items, masked->entries.items + count,
                masked->entries.count * sizeof *masked->entries.items);
    masked->done -= count;
}

void masked_free(struct masked *masked)
{
    if (masked == NULL) return;
    masked->done = masked->entries.count;
    drop(masked, masked->entries.count);
    free(masked->entries.items);
    mask_free(masked->mask);
    free(masked);
}

/* ---- masking ------------------------------------------------------------ */

/* The bytes of an item on the line. Returns: how many stand before its text. */
static size_t add_item(struct transcript_builder *out, const struct tape_item *item)
{
    struct buffer bytes = {0};
    enum transcript_kind kind = item->is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED;
    bool is_line = item->kind == TAPE_LINE;
    size_t before = is_line && !item->is_sent ? 2 : 0;
    if (item->kind == TAPE_EXPIRE) kind = TRANSCRIPT_EXPIRE;
    if (item->kind == TAPE_STREAM_END) kind = TRANSCRIPT_STREAM_END;
    buffer_append(&bytes, "\r\n", before);
    buffer_append(&bytes, item->bytes, item->size);
    if (is_line && item->is_sent) buffer_append(&bytes, "\r", 1);
    else if (is_line && item->size > 0) buffer_append(&bytes, "\r\n", 2);
    transcript_add(out, kind, 0, item->time_us, bytes.bytes == NULL ? "" : (char *)bytes.bytes,
                   bytes.size);
    buffer_release(&bytes);
    return before;
}

static void write_entries(struct masked *masked, size_t first, const struct transcript *transcript)
{
    size_t at = 0;
    for (size_t i = first; i < masked->entries.count; i++) {
        const struct entry *entry = &masked->entries.items[i];
        struct tape_item item = entry->item;
        if (entry->is_note) {
            scribe_note(masked->scribe, item.time_us, (const char *)item.bytes);
            continue;
        }
        size_t before = item.kind == TAPE_LINE && !item.is_sent ? 2 : 0;
        item.bytes = transcript->bytes + transcript->items[at++].offset + before;
        scribe_item(masked->scribe, &item);
    }
}

/* Masks the entries from `first` on, and hands them to the scribe. */
static void write_from(struct masked *masked, size_t first)
{
    struct transcript_builder builder = {0};
    struct transcript transcript;
    struct transcript_error error;
    for (size_t i = first; i < masked->entries.count; i++)
        if (!masked->entries.items[i].is_note) add_item(&builder, &masked->entries.items[i].item);
    if (!transcript_build(&builder, &transcript, &error)) abort(); /* KEPT_MAX is below it */
    mask_transcript(masked->mask, &transcript, true);
    write_entries(masked, first, &transcript);
    transcript_release(&transcript);
}

static void write_open(struct masked *masked)
{
    if (masked->done == masked->entries.count) return;
    write_from(masked, masked->done);
    masked->done = masked->entries.count;
    masked->open_size = 0;
    if (masked->size > KEPT_MAX / 4 || masked->done > TRANSCRIPT_ITEM_COUNT_MAX / 2) {
        drop(masked, masked->done);
        masked->is_short = true;
    }
}

/* ---- what comes --------------------------------------------------------- */

static void add(struct masked *masked, const struct tape_item *item, bool is_note)
{
    struct entry *entry = LIST_ADD(&masked->entries);
    *entry = (struct entry){*item, is_note};
    entry->item.event = NULL;
    entry->item.bytes = (const uint8_t *)memory_slice(
        item->bytes == NULL ? "" : (const char *)item->bytes, item->size);
    masked->size += item->size;
    masked->open_size += item->size;
    masked->last_us = item->time_us;
}

void masked_item(struct masked *masked, const struct tape_item *item)
{
    bool begins = item->is_sent && item->kind == TAPE_LINE;
    if (begins || masked->open_size > OPEN_MAX) write_open(masked);
    add(masked, item, false);
}

void masked_note(struct masked *masked, int64_t now, const char *text)
{
    add(masked,
        &(struct tape_item){.time_us = now, .bytes = (const uint8_t *)text, .size = strlen(text)},
        true);
}

size_t masked_settle(struct masked *masked, int64_t now)
{
    if (now - masked->last_us > SILENCE_US) write_open(masked);
    return masked->open_size;
}

bool masked_finish(struct masked *masked)
{
    if (masked->is_short || !scribe_restart(masked->scribe)) {
        write_open(masked);
        return false;
    }
    mask_restart(masked->mask);
    write_from(masked, 0);
    masked->done = masked->entries.count;
    return true;
}

void masked_report(const struct masked *masked, FILE *out)
{
    mask_report(masked->mask, out);
}
