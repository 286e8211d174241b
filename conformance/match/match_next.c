/* What a case awaits next, and how the matcher notes it. */
#include "base/escape.h"
#include "base/memory.h"
#include "match/match_internal.h"
#include "match/match_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN_SIZE 64

/* ---- what the host sends ---------------------------------------------- */

void match_render_parts(const struct matcher *matcher, const struct script_node *node,
                        struct buffer *out)
{
    for (size_t i = 0; i < node->part_count; i++) {
        const struct script_part *part = &node->parts[i];
        struct match_value value;
        if (part->kind == SCRIPT_LITERAL) buffer_append(out, part->bytes, part->size);
        else if (part->kind == SCRIPT_REFERENCE && match_find_value(matcher, part->slot, &value))
            buffer_append(out, value.bytes, value.size);
    }
    buffer_append_text(out, "\r");
}

/* Any bytes will do: digits in turn. */
static void render_digits(struct buffer *out, size_t size)
{
    for (size_t i = 0; i < size; i++) buffer_append(out, &"0123456789"[i % 10], 1);
}

static size_t length_of(const struct matcher *matcher, const struct script_payload *payload)
{
    size_t size = 0;
    if (!match_find_length(matcher, payload, &size)) return 0;
    return size < TRANSCRIPT_BYTES_SIZE_MAX ? size : 0;
}

static void render_payload(const struct matcher *matcher, const struct script_payload *payload,
                           struct buffer *out)
{
    if (payload->kind != SCRIPT_PAYLOAD_BYTES && payload->example != NULL)
        payload = payload->example;
    if (payload->kind == SCRIPT_PAYLOAD_BYTES)
        buffer_append(out, payload->bytes, (size_t)payload->size);
    else if (payload->kind == SCRIPT_PAYLOAD_REFERENCE)
        render_digits(out, length_of(matcher, payload));
    else if (payload->kind == SCRIPT_PAYLOAD_LENGTH) render_digits(out, (size_t)payload->size);
}

/* The first of several is the one. */
static void note_sent(struct matcher *matcher, const struct script_node *node)
{
    struct match_next *next = matcher->next;
    if (next->send != NULL) return;
    if (!next->may_end) next->stream_end = matcher->point.stream_end;
    next->send = node;
    if (node->kind == SCRIPT_LINE) match_render_parts(matcher, node, &next->bytes);
    else if (node->kind == SCRIPT_PAYLOAD) render_payload(matcher, node->payload, &next->bytes);
    else buffer_append(&next->bytes, node->bytes, node->size);
}

void match_note(struct matcher *matcher, const struct script_node *node)
{
    struct match_next *next = matcher->next;
    if (node == NULL) {
        if (!next->may_end && next->send == NULL) next->stream_end = matcher->point.stream_end;
        next->may_end = true;
    } else if (node->is_sent) {
        note_sent(matcher, node);
    } else {
        next->receive = node;
        if (matcher->point.within_us > next->within_us) next->within_us = matcher->point.within_us;
    }
}

/* ---- how far it went ---------------------------------------------------- */

static bool is_further(struct match_place a, struct match_place b)
{
    return a.segment != b.segment ? a.segment > b.segment : a.at > b.at;
}

bool match_fail(struct matcher *matcher, struct match_place place, const struct script_node *node)
{
    if (!matcher->has_best || is_further(place, matcher->best)) {
        matcher->has_best = true;
        matcher->best = place;
        matcher->awaited = node;
    }
    return false;
}

bool match_stop(struct matcher *matcher, struct match_place place, const struct script_node *node)
{
    matcher->partial = true;
    if (matcher->next != NULL) match_note(matcher, node);
    return match_fail(matcher, place, node);
}

/* ---- telling ---------------------------------------------------------- */

char *match_node_text(const struct script_node *node)
{
    struct buffer out = {0};
    if (node == NULL) return memory_text("nothing more");
    buffer_append_text(&out, node->is_sent ? ">" : "<");
    buffer_append_text(&out, node->kind == SCRIPT_PAYLOAD ? "= payload"
                             : node->kind == SCRIPT_BYTES ? "< bytes"
                                                          : " ");
    for (size_t i = 0; i < node->part_count; i++) {
        const struct script_part *part = &node->parts[i];
        if (part->kind == SCRIPT_LITERAL) {
            buffer_append(&out, part->bytes, part->size);
            continue;
        }
        buffer_append_text(&out, "{");
        buffer_append_text(&out, part->name == NULL ? "" : part->name);
        buffer_append_text(&out, "}");
    }
    return buffer_take_text(&out);
}

char *match_seen_text(const struct match_segment *segment, size_t at)
{
    struct buffer out = {0};
    if (segment == NULL) return memory_text("the end of the recording");
    size_t left = segment->size - at;
    escape_bytes(&out, segment->bytes + at, left < SEEN_SIZE ? left : SEEN_SIZE, ESCAPE_LETTERS);
    return buffer_take_text(&out);
}
