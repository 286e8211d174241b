/* Ways of a case under way on which what is still to come decides. */
#include "base/memory.h"
#include "match/match_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- one way ---------------------------------------------------------- */

static struct match_frame *copy_frames(const struct match_frame *frame)
{
    size_t count = 0;
    for (const struct match_frame *at = frame; at != NULL; at = at->below) count++;
    struct match_frame *out = memory_new(count, sizeof *out);
    for (size_t i = 0; i < count; i++, frame = frame->below) {
        out[i] = *frame;
        if (frame->below != NULL) out[i].below = &out[i + 1];
    }
    return out;
}

void match_keep_way(struct matcher *matcher, const struct match_frame *frame,
                    struct match_place place)
{
    struct match_ways *ways = &matcher->ways;
    struct match_way *way = memory_new(1, sizeof *way);
    *way = (struct match_way){.frames = copy_frames(frame),
                              .values = memory_new(matcher->value_count, sizeof *way->values),
                              .value_count = matcher->value_count,
                              .urc_count = matcher->urc_count,
                              .place = place,
                              .silent_from = matcher->silent_from,
                              .within_us = matcher->within_us,
                              .stream_end = matcher->stream_end};
    for (size_t i = 0; i < way->value_count; i++) way->values[i] = matcher->values[i];
    memcpy(way->urcs, matcher->urcs, sizeof way->urcs);
    ways->items =
        memory_grow(ways->items, ways->count + 1, &ways->capacity, sizeof(struct match_way *));
    ways->items[ways->count++] = way;
}

void match_take_way(struct matcher *matcher, const struct match_way *way)
{
    matcher->value_count = 0;
    for (size_t i = 0; i < way->value_count; i++) match_push_value(matcher, way->values[i]);
    memcpy(matcher->urcs, way->urcs, sizeof way->urcs);
    matcher->urc_count = way->urc_count;
    matcher->silent_from = way->silent_from;
    matcher->within_us = way->within_us;
    matcher->stream_end = way->stream_end;
}

/* ---- all of them ------------------------------------------------------ */

void match_drop_ways(struct match_ways *ways, size_t count)
{
    while (ways->count > count) {
        struct match_way *way = ways->items[--ways->count];
        free(way->frames);
        free(way->values);
        free(way);
    }
}

void match_release_ways(struct match_ways *ways)
{
    match_drop_ways(ways, 0);
    free(ways->items);
    *ways = (struct match_ways){0};
}

/* ---- a node that is tried again --------------------------------------- */

void match_hold(const struct matcher *matcher, struct match_hold *hold, struct match_place from)
{
    if (matcher->next == NULL || hold->is_set) return;
    *hold = (struct match_hold){true, matcher->ways.count, from};
}

void match_end_hold(struct matcher *matcher, const struct match_frame *frame,
                    const struct match_hold *hold)
{
    if (!hold->is_set) return;
    match_drop_ways(&matcher->ways, hold->way_count);
    match_keep_way(matcher, frame, hold->place);
}
