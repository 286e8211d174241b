/* What a side says: lines, exact bytes, payload. */
#include "match/match_internal.h"
#include "match/match_part.h"

#include <stdlib.h>
#include <string.h>

#define DIGEST_SCAN ((size_t)4 * MATCH_SCAN_SIZE) /* a digest costs what four steps do */

static bool go_on(struct matcher *matcher, struct match_place place)
{
    matcher->point.place = place;
    matcher->point.index++;
    return true;
}

/* ---- what the module says --------------------------------------------- */

/* Past what stands beside the case at the line that begins at `start`: what begins at
 * the same place would be tried twice. */
static bool pass_line(struct matcher *matcher, struct match_place *place, size_t start)
{
    do {
        if (!match_skip(matcher, place, true)) return false;
    } while (place->at <= start);
    return true;
}

/* The line as it stands at *place, which is within a segment of the module. Writes:
 * *place, past what stands beside the case; *passes, whether there is any of it. If the
 * line fits, the way goes on after it, and with what stands beside it as a choice. */
static bool try_line(struct matcher *matcher, const struct script_node *node,
                     struct match_place *place, size_t holder, bool *passes)
{
    const struct match_segment *segment = match_segment_at(matcher, *place);
    const struct match_place here = *place;
    size_t undo_count = matcher->undo.count;
    size_t at = match_skip_line_ends(matcher, segment, here.at);
    *passes = pass_line(matcher, place, at);
    if (*passes) {
        struct match_choice *choice = match_push_choice(matcher, CHOICE_LINE);
        choice->point.place = *place;
        choice->holder = holder;
    }
    enum match_fit fit = match_parts(matcher, node, segment, &at);
    if (fit == MATCH_FITS) {
        if (!*passes) match_fail(matcher, *place, node);
        return go_on(matcher, (struct match_place){here.segment, at});
    }
    match_undo_values(matcher, undo_count);
    if (*passes) match_drop_choice(matcher);
    bool grows = fit == MATCH_CUT || match_is_half(matcher, here);
    if (match_is_last(matcher, here) && grows) match_stop(matcher, here, node);
    return false;
}

static bool match_received_line(struct matcher *matcher, const struct script_node *node,
                                struct match_place place, size_t holder)
{
    bool passes = true;
    while (passes && !match_is_given_up(matcher)) {
        if (matcher->next != NULL && !match_is_settled(matcher, place))
            match_hold(matcher, holder, place);
        place = match_settle(matcher, place);
        const struct match_segment *segment = match_segment_at(matcher, place);
        if (segment == NULL) return match_stop(matcher, place, node);
        if (segment->is_sent || match_cuts_line_end(segment, place.at))
            return match_fail(matcher, place, node);
        if (try_line(matcher, node, &place, holder, &passes)) return true;
    }
    return match_fail(matcher, place, node);
}

/* ---- what the host says ----------------------------------------------- */

/* Skips what the module sent beside the case before the host sent again. */
static bool find_sent(struct matcher *matcher, struct match_place *place)
{
    *place = match_settle(matcher, *place);
    const struct match_segment *segment = match_segment_at(matcher, *place);
    while (segment != NULL && !segment->is_sent) {
        if (!match_skip(matcher, place, true) || match_is_given_up(matcher)) return false;
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
    if (size == 5 && memcmp(text, "ATE0\r", 5) == 0) matcher->point.silent_from = place.segment;
    else if (size >= 4 && (memcmp(text, "ATE", 3) == 0 || memcmp(text, "ATZ", 3) == 0))
        matcher->point.silent_from = SIZE_MAX;
}

static bool match_sent_line(struct matcher *matcher, const struct script_node *node,
                            struct match_place place, size_t holder)
{
    struct match_place from = place;
    bool is_found = find_sent(matcher, &place);
    if (matcher->next != NULL && !match_is_settled(matcher, place))
        match_hold(matcher, holder, from);
    if (!is_found)
        return match_is_half(matcher, place) ? match_stop(matcher, place, &match_anything)
                                             : match_fail(matcher, place, node);
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (segment == NULL) return match_stop(matcher, place, node);
    size_t at = place.at;
    enum match_fit fit = match_parts(matcher, node, segment, &at);
    if (fit == MATCH_CUT && match_is_last(matcher, place)) return match_stop(matcher, place, node);
    if (fit != MATCH_FITS) return match_fail(matcher, place, node);
    note_echo(matcher, place, at);
    return go_on(matcher, (struct match_place){place.segment, at});
}

/* ---- exact bytes, payload --------------------------------------------- */

/* Bytes just as they are; NULL: any, this many. */
struct wanted {
    const uint8_t *bytes;
    size_t size;
};

/* Writes: *place, where they were looked for; *fit. */
static bool match_exactly_here(struct matcher *matcher, const struct script_node *node,
                               struct match_place *place, struct wanted wanted, enum match_fit *fit)
{
    *fit = wanted.size == 0 ? MATCH_FITS : MATCH_FITS_NOT;
    if (wanted.size == 0) return go_on(matcher, *place); /* nothing, wherever it is */
    if (node->is_sent && !find_sent(matcher, place))
        return match_is_half(matcher, *place) ? match_stop(matcher, *place, &match_anything)
                                              : match_fail(matcher, *place, node);
    *place = match_settle(matcher, *place);
    const struct match_segment *segment = match_segment_at(matcher, *place);
    *fit = MATCH_CUT;
    if (segment == NULL) return match_stop(matcher, *place, node);
    size_t at = place->at;
    bool cut = segment->size - at < wanted.size;
    if (segment->is_sent != node->is_sent) *fit = MATCH_FITS_NOT;
    else if (wanted.bytes != NULL)
        *fit = match_bytes(matcher, segment, &at, wanted.bytes, wanted.size);
    else *fit = cut ? MATCH_CUT : MATCH_FITS;
    if (*fit == MATCH_CUT && match_is_last(matcher, *place))
        return match_stop(matcher, *place, node);
    if (*fit != MATCH_FITS) return match_fail(matcher, *place, node);
    return go_on(matcher, (struct match_place){place->segment, place->at + wanted.size});
}

/* In a case under way the echo or a URC may stand before. */
static bool match_exactly(struct matcher *matcher, const struct script_node *node,
                          struct match_place place, struct wanted wanted, size_t holder)
{
    enum match_fit fit = MATCH_FITS_NOT;
    do {
        struct match_place here = place;
        bool goes_on = match_exactly_here(matcher, node, &here, wanted, &fit);
        bool is_cut = fit == MATCH_CUT && match_is_last(matcher, here);
        if (is_cut || (fit == MATCH_FITS_NOT && !match_is_settled(matcher, here)))
            match_hold(matcher, holder, place);
        if (goes_on) return true;
        if (fit != MATCH_FITS_NOT || node->is_sent || matcher->next == NULL) return false;
        if (match_is_given_up(matcher)) return false;
    } while (match_skip_beside(matcher, &place));
    return match_may_grow(matcher, place) && match_stop(matcher, place, node);
}

/* Looks for the first bytes from `offset` on that have the digest, each byte once as
 * the recording grows. Returns: whether there are any. Writes: matcher->digest. */
static bool find_digest(struct matcher *matcher, const struct script_node *node, size_t offset,
                        size_t left)
{
    struct match_digest *found = &matcher->digest;
    uint8_t digest[DIGEST_SIZE];
    if (found->node != node || found->offset != offset || found->size > left) {
        digest_restart(&found->running);
        found->node = node;
        found->offset = offset;
        found->size = 0;
        found->is_found = false;
    }
    for (; !found->is_found; found->size++) {
        digest_peek(&found->running, &found->scratch, digest);
        found->is_found = memcmp(digest, node->payload->bytes, sizeof digest) == 0;
        if (found->is_found || found->size == left || match_is_given_up(matcher)) break;
        match_spend(matcher, DIGEST_SCAN);
        digest_add(&found->running, matcher->bytes + offset + found->size, 1);
    }
    return found->is_found;
}

/* Bytes whose digest is known and whose number is not: the first that fit. */
static bool match_digest(struct matcher *matcher, const struct script_node *node,
                         struct match_place place, size_t holder)
{
    struct match_place from = place;
    place = match_settle(matcher, place);
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (segment == NULL) match_hold(matcher, holder, from);
    if (segment == NULL) return match_stop(matcher, place, node);
    if (segment->is_sent == node->is_sent
        && find_digest(matcher, node, segment->offset + place.at, segment->size - place.at))
        return go_on(matcher, (struct match_place){place.segment, place.at + matcher->digest.size});
    if (!match_is_last(matcher, place)) return match_fail(matcher, place, node);
    match_hold(matcher, holder, from);
    return match_stop(matcher, place, node);
}

static bool match_payload(struct matcher *matcher, const struct script_node *node,
                          struct match_place place, size_t holder)
{
    const struct script_payload *payload = node->payload;
    struct wanted wanted = {NULL, (size_t)payload->size};
    switch (payload->kind) {
    case SCRIPT_PAYLOAD_SHA256:
        if (payload->example == NULL) return match_digest(matcher, node, place, holder);
        payload = payload->example; /* of this digest no other bytes are known */
        wanted = (struct wanted){payload->bytes, (size_t)payload->size};
        break;
    case SCRIPT_PAYLOAD_BYTES: wanted.bytes = payload->bytes; break;
    case SCRIPT_PAYLOAD_LENGTH: break;
    case SCRIPT_PAYLOAD_REFERENCE:
        if (!match_find_length(matcher, payload, &wanted.size))
            return match_fail(matcher, place, node);
        break;
    }
    return match_exactly(matcher, node, place, wanted, holder);
}

/* ---- all of them ------------------------------------------------------ */

static bool match_at(struct matcher *matcher, const struct script_node *node,
                     struct match_place place, size_t holder)
{
    if (node->kind == SCRIPT_PAYLOAD) return match_payload(matcher, node, place, holder);
    if (node->kind == SCRIPT_BYTES)
        return match_exactly(matcher, node, place, (struct wanted){node->bytes, node->size},
                             holder);
    return node->is_sent ? match_sent_line(matcher, node, place, holder)
                         : match_received_line(matcher, node, place, holder);
}

bool match_said(struct matcher *matcher, const struct script_node *node)
{
    size_t holder = SIZE_MAX;
    if (matcher->next != NULL) {
        holder = matcher->choices.count;
        match_push_choice(matcher, CHOICE_HOLD);
    }
    bool goes_on = match_at(matcher, node, matcher->point.place, holder);
    bool is_last = holder != SIZE_MAX && matcher->choices.count == holder + 1;
    if (is_last && !matcher->choices.items[holder].hold.is_set) match_drop_choice(matcher);
    return goes_on;
}

bool match_said_again(struct matcher *matcher, const struct match_choice *choice)
{
    const struct match_frame *frame = &matcher->frames.items[choice->point.frame];
    const struct script_node *node = &frame->branch->nodes[choice->point.index];
    return match_received_line(matcher, node, choice->point.place, choice->holder);
}
