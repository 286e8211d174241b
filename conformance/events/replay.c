/* Drives a parser over a transcript: what was sent is announced, what was received
 * is fed, in the order of the items. */
#include "events/replay.h"

static size_t chunk_size(const struct replay *replay, size_t left)
{
    uint64_t size = left;
    if (replay->chunking == REPLAY_EVERY) size = replay->chunk;
    else if (replay->chunking == REPLAY_SPLIT && replay->chunk > replay->fed)
        size = replay->chunk - replay->fed;
    return size < left ? (size_t)size : left;
}

static void tell_tail(const struct replay *replay, enum atp_result result, bool ended)
{
    if (result != ATP_RESULT_NONE && replay->hooks.tail != NULL)
        replay->hooks.tail(replay->hooks.user, result, replay->fed, ended);
}

static void end_stream(struct replay *replay)
{
    tell_tail(replay, atp_stream_tail(replay->parser), true);
    atp_stream_end(replay->parser);
}

static void feed_chunk(struct replay *replay, const uint8_t *bytes, size_t size)
{
    const struct replay_hooks *hooks = &replay->hooks;
    const uint8_t *placed = hooks->place == NULL ? bytes : hooks->place(hooks->user, bytes, size);
    atp_feed(replay->parser, placed, size);
    replay->fed += size;
}

/* A stream may begin within the chunk, so with `end_at_tail` every byte is a
 * chunk: else bytes after the tail would be in it before it is looked at. */
void replay_feed(struct replay *replay, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        size_t part = replay->end_at_tail ? 1 : chunk_size(replay, size);
        feed_chunk(replay, bytes, part);
        bytes += part;
        size -= part;
        if (replay->end_at_tail && atp_stream_tail(replay->parser) != ATP_RESULT_NONE)
            end_stream(replay);
    }
}

/* Received items that follow each other are one run.
 * Returns: how many there are. */
static size_t feed_run(struct replay *replay, const struct transcript *transcript, size_t first)
{
    size_t size = 0;
    size_t count = 0;
    while (first + count < transcript->item_count
           && transcript->items[first + count].kind == TRANSCRIPT_RECEIVED) {
        size += transcript->items[first + count].size;
        count++;
    }
    replay_feed(replay, transcript->bytes + transcript->items[first].offset, size);
    return count;
}

static void replay_item(struct replay *replay, const struct transcript *transcript,
                        const struct transcript_item *item)
{
    switch (item->kind) {
    case TRANSCRIPT_SENT:
        atp_sent(replay->parser, transcript->bytes + item->offset, item->size);
        if (replay->hooks.sent != NULL) replay->hooks.sent(replay->hooks.user);
        return;
    case TRANSCRIPT_EXPIRE:
        atp_expire(replay->parser);
        if (replay->hooks.expired != NULL) replay->hooks.expired(replay->hooks.user, replay->fed);
        return;
    case TRANSCRIPT_STREAM_END: end_stream(replay); return;
    case TRANSCRIPT_RECEIVED: return;
    }
}

void replay_transcript(struct replay *replay, const struct transcript *transcript)
{
    size_t at = 0;
    while (at < transcript->item_count) {
        if (transcript->items[at].kind == TRANSCRIPT_RECEIVED) {
            at += feed_run(replay, transcript, at);
        } else {
            replay_item(replay, transcript, &transcript->items[at]);
            at++;
        }
    }
}

void replay_finish(struct replay *replay)
{
    tell_tail(replay, atp_stream_tail(replay->parser), false);
    atp_finish(replay->parser);
}
