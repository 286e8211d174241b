/* Ways of a case under way on which what is still to come decides. */
#include "base/memory.h"
#include "match/match_internal.h"

#include <stdlib.h>
#include <string.h>

#define WAYS_SIZE_MAX ((size_t)64 << 20) /* bytes of all of them */

/* ---- one way ---------------------------------------------------------- */

static size_t depth_of(const struct matcher *matcher, size_t frame)
{
    size_t depth = 0;
    for (; frame != MATCH_NONE_BELOW; frame = matcher->frames.items[frame].below) depth++;
    return depth;
}

static size_t size_of(const struct match_way *way, size_t slot_count)
{
    return sizeof *way + way->frame_count * sizeof *way->frames + slot_count * sizeof *way->values;
}

void match_keep_way(struct matcher *matcher, const struct match_point *point)
{
    struct match_ways *ways = &matcher->ways;
    size_t slot_count = matcher->case_->slot_count;
    struct match_way *way = memory_new(1, sizeof *way);
    way->point = *point;
    way->point.frame = 0;
    way->frame_count = depth_of(matcher, point->frame);
    way->frames = memory_new(way->frame_count, sizeof *way->frames);
    size_t frame = point->frame;
    for (size_t i = 0; i < way->frame_count; i++) {
        way->frames[i] = matcher->frames.items[frame];
        frame = way->frames[i].below;
        if (frame != MATCH_NONE_BELOW) way->frames[i].below = i + 1;
    }
    way->values = memory_new(slot_count, sizeof *way->values);
    memcpy(way->values, matcher->values, slot_count * sizeof *way->values);
    memcpy(way->urcs, matcher->urcs, sizeof way->urcs);
    ways->items =
        memory_grow(ways->items, ways->count + 1, &ways->capacity, sizeof(struct match_way *));
    ways->items[ways->count++] = way;
    ways->size += size_of(way, slot_count);
    if (ways->size > WAYS_SIZE_MAX) match_give_up(matcher);
}

void match_take_way(struct matcher *matcher, const struct match_way *way)
{
    matcher->frames.count = matcher->choices.count = matcher->undo.count = 0;
    for (size_t i = 0; i < way->frame_count; i++) *LIST_ADD(&matcher->frames) = way->frames[i];
    memcpy(matcher->values, way->values, matcher->case_->slot_count * sizeof *way->values);
    memcpy(matcher->urcs, way->urcs, sizeof matcher->urcs);
    matcher->point = way->point;
}

/* ---- all of them ------------------------------------------------------ */

static void drop_ways(struct matcher *matcher, size_t count)
{
    struct match_ways *ways = &matcher->ways;
    while (ways->count > count) {
        struct match_way *way = ways->items[--ways->count];
        ways->size -= size_of(way, matcher->case_->slot_count);
        free(way->frames);
        free(way->values);
        free(way);
    }
}

void match_release_ways(struct match_ways *ways)
{
    for (size_t i = 0; i < ways->count; i++) {
        free(ways->items[i]->frames);
        free(ways->items[i]->values);
        free(ways->items[i]);
    }
    free(ways->items);
    *ways = (struct match_ways){0};
}

/* ---- a node that is tried again --------------------------------------- */

void match_hold(struct matcher *matcher, size_t holder, struct match_place from)
{
    if (holder == SIZE_MAX || matcher->choices.items[holder].hold.is_set) return;
    matcher->choices.items[holder].hold = (struct match_hold){true, matcher->ways.count, from};
}

void match_end_hold(struct matcher *matcher, const struct match_choice *choice)
{
    struct match_point point = choice->point;
    if (!choice->hold.is_set) return;
    drop_ways(matcher, choice->hold.way_count);
    point.place = choice->hold.place;
    match_keep_way(matcher, &point);
}
