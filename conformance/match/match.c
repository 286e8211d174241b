/* A backtracking matcher over a script's tree.
 *
 * The recording is a row of segments: what one side sent until the other sent.
 * A place is a segment and a byte of it. match_from() matches what stands in a
 * branch from a node on and then what the frames below it hold, so that every
 * choice is tried with all that follows it. */
#include "base/digest.h"
#include "base/memory.h"
#include "match/match_internal.h"
#include "match/match_part.h"

#include <stdlib.h>
#include <string.h>

#define STEP_MAX 1000000u

/* ---- how far it went ---------------------------------------------------- */

static bool is_further(struct match_place a, struct match_place b)
{
    return a.segment != b.segment ? a.segment > b.segment : a.at > b.at;
}

bool match_is_given_up(const struct matcher *matcher)
{
    return matcher->steps > STEP_MAX;
}

static bool fail(struct matcher *matcher, struct match_place place, const struct script_node *node)
{
    if (!matcher->has_best || is_further(place, matcher->best)) {
        matcher->has_best = true;
        matcher->best = place;
        matcher->awaited = node;
    }
    return false;
}

/* The recording ends in the middle of what is awaited. */
static bool stop(struct matcher *matcher, struct match_place place, const struct script_node *node)
{
    matcher->partial = true;
    if (matcher->next != NULL) match_note(matcher, node);
    return fail(matcher, place, node);
}

/* ---- nodes ------------------------------------------------------------ */

static bool go_on(struct matcher *matcher, const struct match_frame *frame,
                  struct match_place place)
{
    struct match_frame next = *frame;
    next.index++;
    return match_from(matcher, &next, place);
}

/* The line as it stands at `place`, and what is after it. Writes: *start, where
 * its text begins. */
static bool match_line_here(struct matcher *matcher, const struct match_frame *frame,
                            const struct script_node *node, struct match_place place, size_t *start)
{
    const struct match_segment *segment = match_segment_at(matcher, place);
    size_t values = matcher->value_count;
    size_t at = *start = match_skip_line_ends(segment, place.at);
    enum match_fit fit = match_parts(matcher, node, segment, &at);
    if (fit == MATCH_FITS && go_on(matcher, frame, (struct match_place){place.segment, at}))
        return true;
    matcher->value_count = values;
    bool last = place.segment + 1 == matcher->segment_count;
    bool grows = fit == MATCH_CUT || (fit == MATCH_FITS_NOT && match_is_half(matcher, place));
    if (last && grows) stop(matcher, place, node);
    return false;
}

static bool match_received_line(struct matcher *matcher, const struct match_frame *frame,
                                const struct script_node *node, struct match_place place,
                                struct match_hold *hold)
{
    for (;;) {
        if (!match_is_settled(matcher, place)) match_hold(matcher, hold, place);
        place = match_settle(matcher, place);
        const struct match_segment *segment = match_segment_at(matcher, place);
        size_t start = 0;
        if (segment == NULL) return stop(matcher, place, node);
        if (segment->is_sent || match_cuts_line_end(segment, place.at))
            return fail(matcher, place, node);
        if (match_line_here(matcher, frame, node, place, &start)) return true;
        do { /* what begins at the same place would be tried twice */
            if (!match_skip(matcher, &place, true)) return fail(matcher, place, node);
        } while (place.at <= start);
    }
}

/* Skips what the module sent beside the case before the host sent again. */
static bool find_sent(struct matcher *matcher, struct match_place *place)
{
    *place = match_settle(matcher, *place);
    const struct match_segment *segment = match_segment_at(matcher, *place);
    while (segment != NULL && !segment->is_sent) {
        if (!match_skip(matcher, place, true)) return false;
        *place = match_settle(matcher, *place);
        segment = match_segment_at(matcher, *place);
    }
    return true;
}

/* Notes whether commands after this one are echoed. */
static void note_echo(struct matcher *matcher, struct match_place place, size_t end)
{
    const struct match_segment *segment = match_segment_at(matcher, place);
    const char *text = (const char *)segment->bytes + place.at;
    size_t size = end - place.at;
    if (size == 5 && memcmp(text, "ATE0\r", 5) == 0) matcher->silent_from = place.segment;
    else if (size >= 4 && (memcmp(text, "ATE", 3) == 0 || memcmp(text, "ATZ", 3) == 0))
        matcher->silent_from = SIZE_MAX;
}

static bool match_sent_line(struct matcher *matcher, const struct match_frame *frame,
                            const struct script_node *node, struct match_place place,
                            struct match_hold *hold)
{
    struct match_place from = place;
    bool is_found = find_sent(matcher, &place);
    if (!match_is_settled(matcher, place)) match_hold(matcher, hold, from);
    if (!is_found)
        return match_is_half(matcher, place) ? stop(matcher, place, &match_anything)
                                             : fail(matcher, place, node);
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (segment == NULL) return stop(matcher, place, node);
    size_t at = place.at;
    enum match_fit fit = match_parts(matcher, node, segment, &at);
    if (fit == MATCH_CUT && place.segment + 1 == matcher->segment_count)
        return stop(matcher, place, node);
    if (fit != MATCH_FITS) return fail(matcher, place, node);
    size_t before = matcher->silent_from;
    note_echo(matcher, place, at);
    bool good = go_on(matcher, frame, (struct match_place){place.segment, at});
    matcher->silent_from = before;
    return good;
}

/* Bytes just as they are; NULL: any, this many. Writes: *place, where they were
 * looked for; *fit. */
static bool match_exactly_here(struct matcher *matcher, const struct match_frame *frame,
                               const struct script_node *node, struct match_place *place,
                               const uint8_t *bytes, size_t size, enum match_fit *fit)
{
    *fit = MATCH_FITS_NOT;
    if (node->is_sent && !find_sent(matcher, place))
        return match_is_half(matcher, *place) ? stop(matcher, *place, &match_anything)
                                              : fail(matcher, *place, node);
    *place = match_settle(matcher, *place);
    const struct match_segment *segment = match_segment_at(matcher, *place);
    *fit = size == 0 ? MATCH_FITS : MATCH_CUT;
    if (size == 0) return go_on(matcher, frame, *place);
    if (segment == NULL) return stop(matcher, *place, node);
    size_t at = place->at;
    bool cut = segment->size - at < size;
    if (segment->is_sent != node->is_sent) *fit = MATCH_FITS_NOT;
    else if (bytes != NULL) *fit = match_bytes(segment, &at, bytes, size);
    else *fit = cut ? MATCH_CUT : MATCH_FITS;
    if (*fit == MATCH_CUT && match_is_last(matcher, *place)) return stop(matcher, *place, node);
    if (*fit != MATCH_FITS) return fail(matcher, *place, node);
    return go_on(matcher, frame, (struct match_place){place->segment, place->at + size});
}

/* In a case under way the echo or a URC may stand before. */
static bool match_exactly(struct matcher *matcher, const struct match_frame *frame,
                          const struct script_node *node, struct match_place place,
                          const uint8_t *bytes, size_t size, struct match_hold *hold)
{
    enum match_fit fit = MATCH_FITS_NOT;
    do {
        struct match_place here = place;
        if (match_exactly_here(matcher, frame, node, &here, bytes, size, &fit)) return true;
        bool is_cut = fit == MATCH_CUT && match_is_last(matcher, here);
        if (is_cut || (fit == MATCH_FITS_NOT && !match_is_settled(matcher, here)))
            match_hold(matcher, hold, place);
        if (fit != MATCH_FITS_NOT || node->is_sent || matcher->next == NULL) return false;
    } while (match_skip_beside(matcher, &place));
    return match_may_grow(matcher, place) && stop(matcher, place, node);
}

/* Bytes whose digest is known and whose number is not: the first that fit. */
static bool match_digest(struct matcher *matcher, const struct match_frame *frame,
                         const struct script_node *node, struct match_place place,
                         struct match_hold *hold)
{
    struct match_place from = place;
    place = match_settle(matcher, place);
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (segment == NULL) match_hold(matcher, hold, from);
    if (segment == NULL) return stop(matcher, place, node);
    for (size_t size = 0; segment->is_sent == node->is_sent && size <= segment->size - place.at;
         size++) {
        uint8_t digest[DIGEST_SIZE];
        digest_bytes(segment->bytes + place.at, size, digest);
        if (memcmp(digest, node->payload->bytes, sizeof digest) == 0)
            return go_on(matcher, frame, (struct match_place){place.segment, place.at + size});
    }
    if (!match_is_last(matcher, place)) return fail(matcher, place, node);
    match_hold(matcher, hold, from);
    return stop(matcher, place, node);
}

static bool match_payload(struct matcher *matcher, const struct match_frame *frame,
                          const struct script_node *node, struct match_place place,
                          struct match_hold *hold)
{
    const struct script_payload *payload = node->payload;
    struct match_value value;
    char text[24];
    switch (payload->kind) {
    case SCRIPT_PAYLOAD_SHA256: return match_digest(matcher, frame, node, place, hold);
    case SCRIPT_PAYLOAD_BYTES:
        return match_exactly(matcher, frame, node, place, payload->bytes, (size_t)payload->size,
                             hold);
    case SCRIPT_PAYLOAD_LENGTH:
        return match_exactly(matcher, frame, node, place, NULL, (size_t)payload->size, hold);
    case SCRIPT_PAYLOAD_REFERENCE: break;
    }
    if (!match_find_value(matcher, payload->name, &value) || value.size == 0
        || value.size >= sizeof text)
        return fail(matcher, place, node);
    memcpy(text, value.bytes, value.size);
    text[value.size] = '\0';
    return match_exactly(matcher, frame, node, place, NULL, (size_t)strtoull(text, NULL, 10), hold);
}

/* ---- groups ----------------------------------------------------------- */

/* Matches a branch and then what stands after its group. */
static bool enter(struct matcher *matcher, struct match_frame *below,
                  const struct script_branch *branch, struct match_place place)
{
    const struct match_frame inside = {.branch = branch, .below = below};
    return match_from(matcher, &inside, place);
}

static bool match_repeat(struct matcher *matcher, const struct match_frame *frame,
                         const struct script_node *node, uint64_t turns, struct match_place place)
{
    if (turns < node->max) {
        const struct match_frame turn = {
            .branch = &node->branches[0], .repeat = node, .turns = turns + 1, .below = frame};
        if (match_from(matcher, &turn, place)) return true;
    }
    return turns >= node->min && go_on(matcher, frame, place);
}

static bool match_order(struct matcher *matcher, const struct match_frame *frame,
                        const struct script_node *node, uint32_t left, struct match_place place)
{
    if (left == 0) return go_on(matcher, frame, place);
    for (size_t i = 0; i < node->branch_count; i++) {
        if ((left & 1u << i) == 0) continue;
        const struct match_frame one = {
            .branch = &node->branches[i], .order = node, .left = left & ~(1u << i), .below = frame};
        if (match_from(matcher, &one, place)) return true;
    }
    return false;
}

static bool match_group(struct matcher *matcher, const struct match_frame *frame,
                        const struct script_node *node, struct match_place place)
{
    struct match_frame after = *frame;
    after.index++;
    if (node->kind == SCRIPT_REPEAT) return match_repeat(matcher, frame, node, 0, place);
    if (node->kind == SCRIPT_ANY_ORDER)
        return match_order(matcher, frame, node, (uint32_t)((1ull << node->branch_count) - 1),
                           place);
    for (size_t i = 0; i < node->branch_count; i++)
        if (enter(matcher, &after, &node->branches[i], place)) return true;
    return node->kind == SCRIPT_OPTIONAL && go_on(matcher, frame, place);
}

static bool match_urc(struct matcher *matcher, const struct match_frame *frame,
                      const struct script_node *node, struct match_place place)
{
    size_t count = matcher->urc_count;
    if (count < URC_MAX) matcher->urcs[matcher->urc_count++] = node;
    bool good = go_on(matcher, frame, place);
    matcher->urc_count = count;
    return good;
}

/* Bytes that the module sent before the place. */
static uint64_t received_before(const struct matcher *matcher, struct match_place place)
{
    uint64_t size = 0;
    for (size_t i = 0; i < place.segment; i++)
        if (!matcher->segments[i].is_sent) size += matcher->segments[i].size;
    return size + place.at;
}

static bool match_stream_end(struct matcher *matcher, const struct match_frame *frame,
                             struct match_place place)
{
    uint64_t before = matcher->stream_end;
    matcher->stream_end = received_before(matcher, place);
    bool good = go_on(matcher, frame, place);
    matcher->stream_end = before;
    return good;
}

static bool match_within(struct matcher *matcher, const struct match_frame *frame,
                         const struct script_node *node, struct match_place place)
{
    uint64_t before = matcher->within_us;
    matcher->within_us = node->number;
    bool good = go_on(matcher, frame, place);
    matcher->within_us = before;
    return good;
}

static bool match_said(struct matcher *matcher, const struct match_frame *frame,
                       const struct script_node *node, struct match_place place)
{
    struct match_hold hold = {0};
    bool good = false;
    if (node->kind == SCRIPT_PAYLOAD) good = match_payload(matcher, frame, node, place, &hold);
    else if (node->kind == SCRIPT_BYTES)
        good = match_exactly(matcher, frame, node, place, node->bytes, node->size, &hold);
    else if (node->is_sent) good = match_sent_line(matcher, frame, node, place, &hold);
    else good = match_received_line(matcher, frame, node, place, &hold);
    match_end_hold(matcher, frame, &hold);
    return good;
}

static bool match_node(struct matcher *matcher, const struct match_frame *frame,
                       const struct script_node *node, struct match_place place)
{
    switch (node->kind) {
    case SCRIPT_LINE:
    case SCRIPT_BYTES:
    case SCRIPT_PAYLOAD: return match_said(matcher, frame, node, place);
    case SCRIPT_URC: return match_urc(matcher, frame, node, place);
    case SCRIPT_STREAM_END: return match_stream_end(matcher, frame, place);
    case SCRIPT_WITHIN: return match_within(matcher, frame, node, place);
    case SCRIPT_EITHER:
    case SCRIPT_ANY_ORDER:
    case SCRIPT_OPTIONAL:
    case SCRIPT_REPEAT: return match_group(matcher, frame, node, place);
    default: return go_on(matcher, frame, place);
    }
}

/* ---- the whole -------------------------------------------------------- */

/* The case is over: what is left may be line ends and URCs. */
static bool match_end(struct matcher *matcher, const struct match_frame *frame,
                      struct match_place place)
{
    struct match_hold hold = {0};
    struct match_place from = place;
    place = match_settle(matcher, place);
    while (match_skip(matcher, &place, true)) place = match_settle(matcher, place);
    if (!match_is_settled(matcher, place)) match_hold(matcher, &hold, from);
    match_end_hold(matcher, frame, &hold);
    if (match_is_half(matcher, place)) return stop(matcher, place, &match_anything);
    if (!match_is_over(matcher, place)) return fail(matcher, place, NULL);
    if (matcher->next == NULL) return true;
    match_note(matcher, NULL);
    return false;
}

bool match_from(struct matcher *matcher, const struct match_frame *frame, struct match_place place)
{
    if (++matcher->steps > STEP_MAX) return false;
    if (frame->index < frame->branch->node_count)
        return match_node(matcher, frame, &frame->branch->nodes[frame->index], place);
    if (frame->repeat != NULL)
        return match_repeat(matcher, frame->below, frame->repeat, frame->turns, place);
    if (frame->order != NULL)
        return match_order(matcher, frame->below, frame->order, frame->left, place);
    if (frame->below != NULL) return match_from(matcher, frame->below, place);
    return match_end(matcher, frame, place);
}

/* From item `first` on. The bytes of a recording may have moved as it grew. */
void match_read_segments(struct matcher *matcher, const struct transcript *recording, size_t first)
{
    for (size_t i = 0; recording->bytes != matcher->bytes && i < matcher->segment_count; i++)
        matcher->segments[i].bytes = recording->bytes + matcher->segments[i].offset;
    matcher->bytes = recording->bytes;
    for (size_t i = first; i < recording->item_count; i++) {
        const struct transcript_item *item = &recording->items[i];
        bool is_sent = item->kind == TRANSCRIPT_SENT;
        if ((!is_sent && item->kind != TRANSCRIPT_RECEIVED) || item->size == 0) continue;
        struct match_segment *last =
            matcher->segment_count == 0 ? NULL : &matcher->segments[matcher->segment_count - 1];
        if (last != NULL && last->is_sent == is_sent) {
            last->size += item->size; /* bytes of items stand side by side */
            continue;
        }
        matcher->segments = memory_grow(matcher->segments, matcher->segment_count + 1,
                                        &matcher->segment_capacity, sizeof *matcher->segments);
        matcher->segments[matcher->segment_count++] = (struct match_segment){
            is_sent, recording->bytes + item->offset, item->offset, item->size, item->line};
    }
}

static void set_variables(struct matcher *matcher, const struct script_settings *settings)
{
    for (size_t i = 0; i < matcher->case_->variable_count; i++) {
        const struct script_variable *variable = &matcher->case_->variables[i];
        const char *text = variable->text;
        for (size_t k = 0; settings != NULL && k < settings->count; k++)
            if (strcmp(settings->items[k].name, variable->name) == 0)
                text = settings->items[k].text;
        match_push_value(matcher, (struct match_value){.name = variable->name,
                                                       .bytes = (const uint8_t *)text,
                                                       .size = strlen(text)});
    }
}

void match_begin(struct matcher *matcher, const struct script_settings *settings)
{
    matcher->stream_end = UINT64_MAX;
    matcher->silent_from = SIZE_MAX;
    set_variables(matcher, settings);
}

void match_end_all(struct matcher *matcher)
{
    free(matcher->segments);
    free(matcher->values);
    match_release_ways(&matcher->ways);
}

/* `good`: the recording is the case. */
void match_tell(const struct matcher *matcher, bool good, struct match_result *out)
{
    *out = (struct match_result){.outcome = MATCH_NONE};
    if (match_is_given_up(matcher)) out->outcome = MATCH_UNKNOWN;
    else if (matcher->partial) out->outcome = MATCH_PARTIAL;
    if (good) out->outcome = MATCH_WHOLE;
    if (good) return;
    const struct match_segment *segment = match_segment_at(matcher, matcher->best);
    out->recording_line = segment == NULL ? 0 : segment->line;
    out->case_line = matcher->awaited == NULL ? 0 : matcher->awaited->line;
    out->expected = match_node_text(matcher->awaited);
    out->seen = match_seen_text(segment, matcher->best.at);
    out->offset = received_before(matcher, matcher->best);
}

void match_case(const struct script_case *case_, const struct transcript *recording,
                const struct script_settings *settings, struct match_result *out)
{
    struct matcher matcher = {.case_ = case_};
    const struct match_frame whole = {.branch = &case_->body};
    match_begin(&matcher, settings);
    match_read_segments(&matcher, recording, 0);
    bool good = match_from(&matcher, &whole, (struct match_place){0, 0});
    match_tell(&matcher, good, out);
    match_end_all(&matcher);
}

void match_release(struct match_result *result)
{
    free(result->expected);
    free(result->seen);
    *result = (struct match_result){0};
}
