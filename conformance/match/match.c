/* A backtracking matcher over a script's tree.
 *
 * The recording is a row of segments: what one side sent until the other sent.
 * A place is a segment and a byte of it. A point is where a way stands: a node of a
 * frame, and a place. Where a way forks a choice is pushed; when it ends in nothing
 * the choice on top is taken. Nothing here recurses: frames and choices stand in
 * arrays, within FRAME_MAX, and the steps are counted (match_spend), so that neither
 * a script nor a module can make it take more than its input is worth. */
#include "base/memory.h"
#include "match/match_internal.h"
#include "match/match_part.h"

#include <stdlib.h>
#include <string.h>

/* Steps that a recording may take: some, and more for each byte of it. A case under
 * way looks at what came last again as more comes. */
#define STEP_MAX           ((size_t)1 << 22)
#define STEPS_A_BYTE       ((size_t)8)
#define STEPS_A_BYTE_ALIVE ((size_t)64)

#define FRAME_MAX ((size_t)1 << 18)

/* ---- choices ---------------------------------------------------------- */

/* Takes the choice on top. Returns: whether a way goes on. */
static bool go_back(struct matcher *matcher)
{
    struct match_choice choice = matcher->choices.items[--matcher->choices.count];
    match_undo_values(matcher, choice.undo_count);
    matcher->frames.count = choice.frame_count;
    matcher->point = choice.point;
    switch (choice.kind) {
    case CHOICE_LINE: return match_said_again(matcher, &choice);
    case CHOICE_HOLD: match_end_hold(matcher, &choice); return false;
    default: return match_take_choice(matcher, &choice);
    }
}

/* ---- nodes ------------------------------------------------------------ */

static bool take_urc(struct matcher *matcher, const struct script_node *node)
{
    struct match_point *point = &matcher->point;
    size_t known = 0;
    while (known < point->urc_count && matcher->urcs[known] != node) known++;
    if (known == point->urc_count && known < SCRIPT_URC_COUNT_MAX) /* no case has more */
        matcher->urcs[point->urc_count++] = node;
    return true;
}

/* Bytes that the module sent before the place. */
static uint64_t received_before(const struct matcher *matcher, struct match_place place)
{
    const struct match_segment *segment = match_segment_at(matcher, place);
    size_t at = place.at;
    if (segment == NULL && matcher->segments != NULL) {
        segment = &matcher->segments[matcher->segment_count - 1];
        at = segment->size;
    }
    if (segment == NULL) return 0;
    return segment->received + (segment->is_sent ? 0 : at);
}

static bool match_node(struct matcher *matcher, const struct script_node *node)
{
    struct match_point *point = &matcher->point;
    switch (node->kind) {
    case SCRIPT_LINE:
    case SCRIPT_BYTES:
    case SCRIPT_PAYLOAD: return match_said(matcher, node);
    case SCRIPT_EITHER:
    case SCRIPT_ANY_ORDER:
    case SCRIPT_OPTIONAL:
    case SCRIPT_REPEAT: return match_enter_group(matcher, node);
    case SCRIPT_URC: take_urc(matcher, node); break;
    case SCRIPT_STREAM_END: point->stream_end = received_before(matcher, point->place); break;
    case SCRIPT_WITHIN: point->within_us = node->number; break;
    case SCRIPT_EXPIRE:
    case SCRIPT_TIME:
    case SCRIPT_DEVIATES: break;
    }
    point->index++;
    return true;
}

/* ---- the whole -------------------------------------------------------- */

/* The case is over: what is left may be line ends and URCs. */
static bool match_end(struct matcher *matcher)
{
    struct match_place place = match_settle(matcher, matcher->point.place);
    while (match_skip(matcher, &place, true)) place = match_settle(matcher, place);
    if (matcher->next != NULL && !match_is_settled(matcher, place))
        match_keep_way(matcher, &matcher->point);
    if (match_is_half(matcher, place)) return match_stop(matcher, place, &match_anything);
    if (!match_is_over(matcher, place)) return match_fail(matcher, place, NULL);
    if (matcher->next == NULL) return true;
    match_note(matcher, NULL);
    return false;
}

/* Returns: whether the way goes on. Writes: *is_whole, it ends where the recording
 * does. */
static bool step(struct matcher *matcher, bool *is_whole)
{
    const struct match_frame *frame = &matcher->frames.items[matcher->point.frame];
    match_spend(matcher, 0);
    if (matcher->frames.count > FRAME_MAX) match_give_up(matcher);
    if (matcher->choices.count == 0) matcher->undo.count = 0;
    if (matcher->point.index < frame->branch->node_count)
        return match_node(matcher, &frame->branch->nodes[matcher->point.index]);
    if (frame->below != MATCH_NONE_BELOW) return match_leave_branch(matcher);
    *is_whole = match_end(matcher);
    return false;
}

bool match_run(struct matcher *matcher)
{
    bool goes_on = true;
    bool is_whole = false;
    while (goes_on && !match_is_given_up(matcher)) {
        goes_on = step(matcher, &is_whole);
        while (!goes_on && !is_whole && matcher->choices.count > 0) goes_on = go_back(matcher);
    }
    matcher->choices.count = matcher->undo.count = 0;
    return is_whole && !match_is_given_up(matcher);
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
        matcher->step_max +=
            item->size * (matcher->next == NULL ? STEPS_A_BYTE : STEPS_A_BYTE_ALIVE);
        struct match_segment *last =
            matcher->segment_count == 0 ? NULL : &matcher->segments[matcher->segment_count - 1];
        if (last != NULL && last->is_sent == is_sent) {
            last->size += item->size; /* bytes of items stand side by side */
            continue;
        }
        uint64_t received =
            received_before(matcher, (struct match_place){matcher->segment_count, 0});
        matcher->segments = memory_grow(matcher->segments, matcher->segment_count + 1,
                                        &matcher->segment_capacity, sizeof *matcher->segments);
        matcher->segments[matcher->segment_count++] =
            (struct match_segment){.is_sent = is_sent,
                                   .bytes = recording->bytes + item->offset,
                                   .offset = item->offset,
                                   .size = item->size,
                                   .line = item->line,
                                   .received = received};
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
        matcher->values[variable->slot] = (struct match_value){
            .bytes = (const uint8_t *)text, .size = strlen(text), .is_set = true};
    }
}

void match_begin(struct matcher *matcher, const struct script_settings *settings)
{
    matcher->step_max = STEP_MAX;
    matcher->values = memory_new(matcher->case_->slot_count, sizeof *matcher->values);
    *LIST_ADD(&matcher->frames) =
        (struct match_frame){.branch = &matcher->case_->body, .below = MATCH_NONE_BELOW};
    matcher->point = (struct match_point){.stream_end = UINT64_MAX, .silent_from = SIZE_MAX};
    set_variables(matcher, settings);
}

void match_end_all(struct matcher *matcher)
{
    free(matcher->segments);
    free(matcher->values);
    free(matcher->frames.items);
    free(matcher->choices.items);
    free(matcher->undo.items);
    digest_release(&matcher->digest.running);
    digest_release(&matcher->digest.scratch);
    match_release_ways(&matcher->ways);
}

/* `good`: the recording is the case. */
void match_tell(const struct matcher *matcher, bool good, struct match_result *out)
{
    *out = (struct match_result){.outcome = MATCH_NONE, .steps = *matcher->steps};
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
    size_t steps = 0;
    struct matcher matcher = {.case_ = case_, .steps = &steps};
    match_begin(&matcher, settings);
    match_read_segments(&matcher, recording, 0);
    bool good = match_run(&matcher);
    match_tell(&matcher, good, out);
    match_end_all(&matcher);
}

void match_release(struct match_result *result)
{
    free(result->expected);
    free(result->seen);
    *result = (struct match_result){0};
}
