/* Finds secrets in traffic, and puts stand-ins in their place. */
#include "base/print.h"
#include "mask/mask_internal.h"

#include "base/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- traffic ------------------------------------------------------------ */

static void note_left(struct mask *mask, const struct mask_region *region)
{
    if (region->kind == MASK_DATA) mask->left.payload += region->size;
    else if (region->kind == MASK_UPLOAD) mask->left.uploads += region->size;
    else if (region->kind == MASK_STREAM_DATA) mask->left.streams += region->size;
}

static void add_region(struct mask_view *view, const struct mask_stream *side,
                       const struct mask_region *region)
{
    for (size_t i = region->offset; i < region->offset + region->size; i++)
        mask_view_add(view, i, side->bytes.bytes[i], MASK_RAW);
}

static bool has_text(const struct mask_view *view, const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= view->count; i++) {
        size_t n = 0;
        while (n < size && view->items[i + n].byte == (uint8_t)text[n]) n++;
        if (n == size) return true;
    }
    return false;
}

/* Payload of one side up to a command: its blocks are one text. */
static void take_payload(struct mask_context *context, int side)
{
    struct mask *mask = context->mask;
    struct mask_stream *stream = &context->traffic->sides[side];
    struct mask_view *view = &context->payload[side];
    bool is_secret = side == 1 && context->has_upload && context->upload != CATALOG_SECRET_NONE
                     && !has_text(view, "-----BEGIN "); /* mask_scan reads that */
    for (size_t i = 0; i < view->count; i++) stream->flags.bytes[view->items[i].at] |= MASK_PAYLOAD;
    if (is_secret) mask_hide(mask, stream, context->upload, view->items, view->count);
    else if (mask->finds) mask_scan(mask, stream, view);
    view->count = 0;
}

static void take_payloads(struct mask_context *context)
{
    take_payload(context, 0);
    take_payload(context, 1);
    context->has_upload = false;
}

static void scan_region(struct mask_context *context, const struct mask_region *region)
{
    struct mask_stream *side = &context->traffic->sides[region->is_sent ? 1 : 0];
    struct mask_view view = {0};
    add_region(&view, side, region);
    if (context->mask->finds) mask_scan(context->mask, side, &view);
    free(view.items);
}

static void find_in(struct mask_context *context, const struct mask_region *region)
{
    int side = region->is_sent ? 1 : 0;
    note_left(context->mask, region);
    switch (region->kind) {
    case MASK_COMMAND:
        take_payloads(context);
        mask_find_command(context, region);
        scan_region(context, region);
        break;
    case MASK_LINE:
        mask_find_line(context, region);
        scan_region(context, region);
        break;
    case MASK_RESULT:
        mask_find_rest(context);
        context->prefix[0] = '\0';
        break;
    case MASK_UPLOAD:
        context->has_upload = true;
        add_region(&context->payload[side], &context->traffic->sides[side], region);
        break;
    case MASK_DATA:
    case MASK_STREAM_DATA:
        add_region(&context->payload[side], &context->traffic->sides[side], region);
        break;
    }
}

/* Copies the masked bytes of both sides back to their items. */
static void put_back(const struct mask_traffic *traffic, struct transcript *transcript)
{
    size_t at[2] = {0};
    for (size_t i = 0; i < transcript->item_count; i++) {
        const struct transcript_item *item = &transcript->items[i];
        bool has_bytes = item->kind == TRANSCRIPT_SENT || item->kind == TRANSCRIPT_RECEIVED;
        size_t side = item->kind == TRANSCRIPT_SENT;
        if (!has_bytes || item->size == 0) continue;
        memcpy(transcript->bytes + item->offset, traffic->sides[side].bytes.bytes + at[side],
               item->size);
        at[side] += item->size;
    }
}

void mask_transcript(struct mask *mask, struct transcript *transcript, bool finds)
{
    struct mask_traffic traffic;
    struct mask_context *context = memory_new(1, sizeof *context);
    if (mask->compiled == NULL) abort(); /* nothing to divide it by */
    mask_walk(mask->compiled, transcript, &traffic);
    mask->finds = finds;
    context->mask = mask;
    context->traffic = &traffic;
    for (size_t i = 0; i < traffic.regions.count; i++) find_in(context, &traffic.regions.items[i]);
    mask_find_rest(context);
    take_payloads(context);
    mask->finds = false;
    mask_apply(mask, &traffic.sides[0]);
    mask_apply(mask, &traffic.sides[1]);
    put_back(&traffic, transcript);
    mask_traffic_release(&traffic);
    free(context->payload[0].items);
    free(context->payload[1].items);
    free(context);
}

/* ---- texts -------------------------------------------------------------- */

char *mask_text(struct mask *mask, const char *text, bool finds)
{
    if (text == NULL) return NULL;
    size_t size = strlen(text);
    struct mask_stream stream = {0};
    buffer_append(&stream.bytes, text, size + 1);
    stream.bytes.size = size;
    mask->finds = finds;
    struct mask_view view = {0};
    for (size_t i = 0; i < size && finds; i++) mask_view_add(&view, i, (uint8_t)text[i], MASK_RAW);
    mask_scan(mask, &stream, &view);
    free(view.items);
    mask->finds = false;
    mask_apply(mask, &stream);
    return (char *)stream.bytes.bytes;
}

void mask_restart(struct mask *mask)
{
    mask->left = (struct mask_left){0};
    mask->place_count = 0;
}

/* ---- life --------------------------------------------------------------- */

struct mask *mask_new(const struct compiled_catalog *compiled)
{
    struct mask *mask = memory_new(1, sizeof *mask);
    mask->compiled = compiled;
    return mask;
}

void mask_free(struct mask *mask)
{
    if (mask == NULL) return;
    for (size_t i = 0; i < mask->pairs.count; i++) {
        free(mask->pairs.items[i].secret);
        free(mask->pairs.items[i].stand_in);
    }
    free(mask->pairs.items);
    free(mask->slots);
    free(mask->settings.items);
    free(mask);
}

void mask_add(struct mask *mask, enum catalog_secret kind, const void *bytes, size_t size)
{
    if (size == 0) return;
    mask->finds = true;
    mask_pair_of(mask, kind, bytes, size);
    mask->finds = false;
}

/* ---- the report --------------------------------------------------------- */

void mask_report(const struct mask *mask, FILE *out)
{
    size_t counts[CATALOG_SECRET_COUNT] = {0};
    const struct mask_left *left = &mask->left;
    for (size_t i = 0; i < mask->pairs.count; i++) counts[mask->pairs.items[i].kind]++;
    print(out, "masked: ");
    if (mask->pairs.count == 0) print(out, "nothing");
    for (size_t i = 0, told = 0; i < CATALOG_SECRET_COUNT; i++)
        if (counts[i] > 0)
            print(out, "%s%zu %s", told++ > 0 ? ", " : "", counts[i],
                  catalog_secret_name((enum catalog_secret)i));
    if (mask->pairs.count > 0) print(out, ", in %" PRIu64 " places", mask->place_count);
    print(out,
          "\nnot read but searched: %" PRIu64 " bytes of payload, %" PRIu64 " of uploads, %" PRIu64
          " of transparent streams\n",
          left->payload, left->uploads, left->streams);
    if (left->numbers > 0)
        print(out,
              "left: %" PRIu64 " numbers or names that other bytes depend on, equal to a secret\n",
              left->numbers);
}
