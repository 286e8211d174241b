/* A transcript divided: what each side said, and what each part of it is. */
#include "mask/mask_internal.h"

#include "at/line.h"

#include <atproof/atproof.h>

#include <stdlib.h>
#include <string.h>

#define LINE_MAX ((size_t)16 << 10)
#define CTRL_Z   0x1A
#define ESCAPE   0x1B
#define ANY_END  UINT32_MAX

enum upload { UPLOAD_NONE, UPLOAD_COUNTED, UPLOAD_CTRL_Z };

struct walk {
    struct mask_traffic *out;
    struct atp_parser parser;
    size_t told;    /* of the sent side: divided                             */
    size_t begun;   /* where its command line begins                         */
    size_t command; /* where the last one began                              */
    size_t command_size;
    enum upload upload;
    size_t upload_left;
    bool is_open; /* the last region of the module goes on                    */
    uint8_t buffer[ATP_BUFFER_SIZE(LINE_MAX)];
};

static void add_region(struct walk *walk, enum mask_region_kind kind, bool is_sent, bool is_urc,
                       size_t offset, size_t size)
{
    if (size == 0) return;
    *LIST_ADD(&walk->out->regions) = (struct mask_region){kind, is_sent, is_urc, offset, size};
}

/* ---- the module --------------------------------------------------------- */

static void flag(struct mask_stream *side, size_t offset, size_t size, enum mask_flag flag)
{
    for (size_t i = offset; i < offset + size; i++) side->flags.bytes[i] |= (uint8_t)flag;
}

static void flag_line_ends(struct mask_stream *side, size_t offset, size_t size)
{
    for (size_t i = offset; i < offset + size; i++)
        if (side->bytes.bytes[i] == '\r' || side->bytes.bytes[i] == '\n')
            side->flags.bytes[i] |= MASK_BETWEEN;
}

static void expect_upload(struct walk *walk, const struct atp_event *event)
{
    struct atp_exchange exchange;
    uint32_t count = ANY_END;
    atp_exchange_read(&walk->parser, &exchange);
    bool is_upload = exchange.form != NULL && (exchange.form->flags & ATP_FORM_UPLOAD) != 0;
    bool is_prompt = event->text_size > 0 && event->bytes[event->text_offset] == '>';
    if (!is_upload && !is_prompt) return;
    if (is_upload && exchange.form->upload > 0)
        count = at_number(walk->out->sides[1].bytes.bytes + walk->command, walk->command_size,
                          exchange.form->upload - 1u, ANY_END);
    walk->upload = count == ANY_END ? UPLOAD_CTRL_Z : UPLOAD_COUNTED;
    walk->upload_left = count;
}

static enum mask_region_kind kind_of(const struct atp_event *event)
{
    if (event->kind == ATP_KIND_DATA) return MASK_DATA;
    if (event->kind == ATP_KIND_STREAM) return MASK_STREAM_DATA;
    bool is_result = event->kind == ATP_KIND_RESULT || event->kind == ATP_KIND_PROMPT;
    return is_result ? MASK_RESULT : MASK_LINE;
}

static void on_event(void *user, const struct atp_event *event)
{
    struct walk *walk = user;
    struct mask_stream *side = &walk->out->sides[0];
    enum mask_region_kind kind = kind_of(event);
    size_t offset = (size_t)event->offset;
    struct mask_region *last = walk->out->regions.count == 0
                                   ? NULL
                                   : &walk->out->regions.items[walk->out->regions.count - 1];
    bool goes_on = last != NULL && !last->is_sent && last->kind == kind
                   && last->offset + last->size == offset
                   && (walk->is_open || kind == MASK_DATA || kind == MASK_STREAM_DATA);
    bool is_urc = event->kind == ATP_KIND_URC;
    bool is_blank = event->kind == ATP_KIND_BLANK;
    if (goes_on) last->size += event->size;
    else if (!is_blank) add_region(walk, kind, false, is_urc, offset, event->size);
    walk->is_open = kind == MASK_LINE && event->more != 0;
    if (is_urc || is_blank) flag(side, offset, event->size, MASK_BETWEEN);
    else if (kind == MASK_LINE) flag_line_ends(side, offset, event->size);
    if (kind == MASK_RESULT) flag(side, offset, event->size, MASK_FIXED);
    if (event->kind == ATP_KIND_PROMPT) expect_upload(walk, event);
    if (event->kind == ATP_KIND_RESULT) walk->upload = UPLOAD_NONE;
}

/* ---- the host ----------------------------------------------------------- */

static void take_upload(struct walk *walk, const uint8_t *bytes, size_t size)
{
    size_t part = 0;
    bool is_over = false;
    if (walk->upload == UPLOAD_COUNTED) {
        part = size < walk->upload_left ? size : walk->upload_left;
        walk->upload_left -= part;
        is_over = walk->upload_left == 0;
    } else {
        while (part < size && bytes[part] != CTRL_Z && bytes[part] != ESCAPE) part++;
        is_over = part < size;
    }
    struct mask_region *last = walk->out->regions.count == 0
                                   ? NULL
                                   : &walk->out->regions.items[walk->out->regions.count - 1];
    if (last != NULL && last->kind == MASK_UPLOAD && last->offset + last->size == walk->told)
        last->size += part;
    else add_region(walk, MASK_UPLOAD, true, false, walk->told, part);
    walk->told += part;
    if (is_over && walk->upload == UPLOAD_CTRL_Z) walk->told++;
    if (is_over) walk->upload = UPLOAD_NONE;
    walk->begun = walk->told;
}

/* Returns: false if the line is not whole yet. */
static bool take_command(struct walk *walk, const uint8_t *bytes, size_t size)
{
    const uint8_t *end = memchr(bytes, '\r', size);
    if (end == NULL) return false;
    walk->told += (size_t)(end - bytes) + 1;
    walk->command = walk->begun;
    walk->command_size = walk->told - walk->begun;
    add_region(walk, MASK_COMMAND, true, false, walk->begun, walk->command_size);
    walk->begun = walk->told;
    return true;
}

static void take_sent(struct walk *walk)
{
    const struct buffer *sent = &walk->out->sides[1].bytes;
    while (walk->told < sent->size) {
        const uint8_t *bytes = sent->bytes + walk->told;
        size_t size = sent->size - walk->told;
        if (walk->upload != UPLOAD_NONE) take_upload(walk, bytes, size);
        else if (!take_command(walk, bytes, size)) return;
    }
}

static void add_sent(struct walk *walk, const uint8_t *bytes, size_t size)
{
    struct mask_stream *side = &walk->out->sides[1];
    bool is_stream = atp_is_stream(&walk->parser);
    buffer_append(&side->bytes, bytes, size);
    memset(buffer_reserve(&side->flags, size), 0, size);
    side->flags.size += size;
    if (is_stream) {
        add_region(walk, MASK_STREAM_DATA, true, false, walk->told, side->bytes.size - walk->told);
        walk->told = walk->begun = side->bytes.size;
    } else take_sent(walk);
    atp_sent(&walk->parser, bytes, size);
}

/* ---- both --------------------------------------------------------------- */

static void add_received(struct walk *walk, const uint8_t *bytes, size_t size)
{
    struct mask_stream *side = &walk->out->sides[0];
    buffer_append(&side->bytes, bytes, size);
    memset(buffer_reserve(&side->flags, size), 0, size);
    side->flags.size += size;
    atp_feed(&walk->parser, bytes, size);
}

static void play(struct walk *walk, const struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->item_count; i++) {
        const struct transcript_item *item = &transcript->items[i];
        const uint8_t *bytes = transcript->bytes + item->offset;
        switch (item->kind) {
        case TRANSCRIPT_SENT:
            if (item->size > 0) add_sent(walk, bytes, item->size);
            break;
        case TRANSCRIPT_RECEIVED:
            if (item->size > 0) add_received(walk, bytes, item->size);
            break;
        case TRANSCRIPT_EXPIRE: atp_expire(&walk->parser); break;
        case TRANSCRIPT_STREAM_END: atp_stream_end(&walk->parser); break;
        }
    }
    atp_finish(&walk->parser);
}

void mask_walk(const struct compiled_catalog *compiled, const struct transcript *transcript,
               struct mask_traffic *out)
{
    struct walk *walk = memory_new(1, sizeof *walk);
    *out = (struct mask_traffic){0};
    walk->out = out;
    if (atp_init(&walk->parser, &compiled->catalog, walk->buffer, sizeof walk->buffer, on_event,
                 walk)
        != ATP_OK)
        abort();
    play(walk, transcript);
    const struct buffer *sent = &out->sides[1].bytes;
    add_region(walk, MASK_COMMAND, true, false, walk->begun, sent->size - walk->begun);
    free(walk);
}

void mask_traffic_release(struct mask_traffic *traffic)
{
    for (int i = 0; i < 2; i++) {
        buffer_release(&traffic->sides[i].bytes);
        buffer_release(&traffic->sides[i].flags);
    }
    free(traffic->regions.items);
    *traffic = (struct mask_traffic){0};
}
