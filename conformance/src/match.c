/* A backtracking matcher over a script's tree.
 *
 * The recording is a row of segments, what one side said until the other did.
 * A place is a segment and a byte of it. match_from() matches what stands in a
 * branch from a node on and then what the frames below it hold, so that every
 * choice is tried with all that follows it. */
#include "match.h"

#include "match_part.h"
#include "memory.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MAX  1000000u
#define SEEN_SIZE 64
#define URC_MAX   32

struct segment {
    bool is_sent;
    const uint8_t *bytes;
    size_t size;
    size_t line;
};

struct place {
    size_t segment;
    size_t at;
};

struct value {
    const char *name;
    const uint8_t *bytes;
    size_t size;
};

/* What is to be matched behind a branch. */
struct frame {
    const struct script_branch *branch;
    size_t index;
    const struct script_node *repeat; /* the branch is a turn of it         */
    uint64_t turns;                   /* taken, with this one               */
    const struct script_node *order;  /* the branch is one of it            */
    uint32_t left;                    /* branches of it not matched yet     */
    const struct frame *below;
};

struct matcher {
    const struct script_case *case_;
    struct segment *segments;
    size_t segment_count;
    struct value *values; /* a stack                                        */
    size_t value_count, value_capacity;
    const struct script_node *urcs[URC_MAX];
    size_t urc_count;
    size_t steps;
    bool has_best;
    bool partial;                      /* some way agreed to the recording's end         */
    struct place best;                 /* the furthest that was reached                  */
    const struct script_node *awaited; /* there; NULL: nothing more         */
};

static bool match_from(struct matcher *matcher, const struct frame *frame, struct place place);

/* ---- places ----------------------------------------------------------- */

static bool is_over(const struct matcher *matcher, struct place place)
{
    return place.segment == matcher->segment_count;
}

/* The end of a segment is the begin of the next. */
static struct place settle(const struct matcher *matcher, struct place place)
{
    while (!is_over(matcher, place) && place.at == matcher->segments[place.segment].size) {
        place.segment++;
        place.at = 0;
    }
    return place;
}

static const struct segment *segment_at(const struct matcher *matcher, struct place place)
{
    return is_over(matcher, place) ? NULL : &matcher->segments[place.segment];
}

static bool is_further(struct place a, struct place b)
{
    return a.segment != b.segment ? a.segment > b.segment : a.at > b.at;
}

static bool fail(struct matcher *matcher, struct place place, const struct script_node *node)
{
    if (!matcher->has_best || is_further(place, matcher->best)) {
        matcher->has_best = true;
        matcher->best = place;
        matcher->awaited = node;
    }
    return false;
}

/* The recording ends in the middle of what is awaited. */
static bool stop(struct matcher *matcher, struct place place, const struct script_node *node)
{
    matcher->partial = true;
    return fail(matcher, place, node);
}

/* ---- values ----------------------------------------------------------- */

static const struct value *find_value(const struct matcher *matcher, const char *name)
{
    for (size_t i = matcher->value_count; i > 0; i--)
        if (strcmp(matcher->values[i - 1].name, name) == 0) return &matcher->values[i - 1];
    return NULL;
}

static void push_value(struct matcher *matcher, const char *name, const uint8_t *bytes, size_t size)
{
    matcher->values = memory_grow(matcher->values, matcher->value_count + 1,
                                  &matcher->value_capacity, sizeof *matcher->values);
    matcher->values[matcher->value_count++] = (struct value){name, bytes, size};
}

/* ---- lines ------------------------------------------------------------ */

enum fit { FITS, FITS_NOT, CUT };

static enum fit match_bytes(const struct segment *segment, size_t *at, const uint8_t *bytes,
                            size_t size)
{
    size_t left = segment->size - *at;
    size_t shorter = left < size ? left : size;
    if (shorter > 0 && memcmp(segment->bytes + *at, bytes, shorter) != 0) return FITS_NOT;
    *at += shorter;
    return shorter < size ? CUT : FITS;
}

static enum fit match_part(struct matcher *matcher, const struct script_part *part,
                           const struct segment *segment, size_t *at)
{
    if (part->kind == SCRIPT_LITERAL) return match_bytes(segment, at, part->bytes, part->size);
    if (part->kind == SCRIPT_REFERENCE) {
        const struct value *value = find_value(matcher, part->name);
        return value == NULL ? FITS_NOT : match_bytes(segment, at, value->bytes, value->size);
    }
    const uint8_t *bytes = segment->bytes + *at;
    size_t left = segment->size - *at;
    size_t size = match_capture_size(part->type, bytes, left);
    if (size == left
        || (size == 0 && left > 0 && bytes[0] == '"' && memchr(bytes, '\n', left) == NULL))
        return CUT; /* more of it may come */
    if ((size == 0 && match_needs_text(part->type)) || !match_is_within(part, bytes, size))
        return FITS_NOT;
    if (part->name != NULL) push_value(matcher, part->name, bytes, size);
    *at += size;
    return FITS;
}

/* The text of the line and the line end behind it. */
static enum fit match_parts(struct matcher *matcher, const struct script_node *node,
                            const struct segment *segment, size_t *at)
{
    for (size_t i = 0; i < node->part_count; i++) {
        enum fit fit = match_part(matcher, &node->parts[i], segment, at);
        if (fit != FITS) return fit;
    }
    if (*at == segment->size) return CUT;
    if (!match_is_line_end(segment->bytes[*at])) return FITS_NOT;
    while (*at < segment->size && segment->bytes[*at] == '\r') (*at)++;
    if (*at < segment->size && segment->bytes[*at] == '\n') (*at)++;
    return FITS;
}

static size_t line_size(const struct segment *segment, size_t at)
{
    size_t size = 0;
    while (at + size < segment->size && segment->bytes[at + size] != '\n') size++;
    return at + size < segment->size ? size + 1 : 0;
}

static bool is_urc(struct matcher *matcher, const struct segment *segment, size_t at, size_t *end)
{
    for (size_t i = 0; i < matcher->urc_count; i++) {
        size_t values = matcher->value_count;
        *end = at;
        if (matcher->urcs[i]->part_count == 0 && strchr("+*^", segment->bytes[at]) != NULL) {
            *end = at + line_size(segment, at);
            if (*end > at) return true;
        } else if (matcher->urcs[i]->part_count > 0
                   && match_parts(matcher, matcher->urcs[i], segment, end) == FITS) {
            matcher->value_count = values;
            return true;
        }
        matcher->value_count = values;
    }
    return false;
}

/* The command sent last, sent back. */
static size_t echo_size(const struct matcher *matcher, struct place place)
{
    if (place.segment == 0) return 0;
    const struct segment *sent = &matcher->segments[place.segment - 1];
    const struct segment *here = &matcher->segments[place.segment];
    size_t size = sent->size;
    while (size > 0 && match_is_line_end(sent->bytes[size - 1])) size--;
    bool same = sent->is_sent && size > 0 && here->size - place.at > size
                && memcmp(here->bytes + place.at, sent->bytes, size) == 0
                && match_is_line_end(here->bytes[place.at + size]);
    return same ? size : 0;
}

static size_t skip_line_ends(const struct segment *segment, size_t at)
{
    while (at < segment->size && match_is_line_end(segment->bytes[at])) at++;
    return at;
}

/* Lines take their line ends whole: only a payload that is counted too long
 * ends between CR and LF. */
static bool cuts_line_end(const struct segment *segment, size_t at)
{
    return at > 0 && segment->bytes[at] == '\n' && segment->bytes[at - 1] == '\r';
}

/* Past line ends, the echo, and with `urcs` one URC at a time: the caller
 * tries what it awaits in between.
 * Returns: whether anything was passed. */
static bool skip(struct matcher *matcher, struct place *place, bool urcs)
{
    const struct segment *segment = segment_at(matcher, *place);
    size_t before = place->at;
    if (segment == NULL || segment->is_sent) return false;
    place->at = skip_line_ends(segment, place->at);
    size_t end = 0;
    if (place->at < segment->size && echo_size(matcher, *place) > 0)
        place->at += echo_size(matcher, *place);
    else if (urcs && place->at < segment->size && is_urc(matcher, segment, place->at, &end))
        place->at = end;
    return place->at > before;
}

/* ---- nodes ------------------------------------------------------------ */

static bool go_on(struct matcher *matcher, const struct frame *frame, struct place place)
{
    struct frame next = *frame;
    next.index++;
    return match_from(matcher, &next, place);
}

static bool match_received_line(struct matcher *matcher, const struct frame *frame,
                                const struct script_node *node, struct place place)
{
    for (struct place here = place;;) {
        const struct segment *segment = segment_at(matcher, settle(matcher, here));
        here = settle(matcher, here);
        if (segment == NULL) return stop(matcher, here, node);
        if (segment->is_sent) return fail(matcher, here, node);
        if (cuts_line_end(segment, here.at)) return fail(matcher, here, node);
        size_t values = matcher->value_count;
        size_t at = skip_line_ends(segment, here.at);
        enum fit fit = match_parts(matcher, node, segment, &at);
        if (fit == FITS && go_on(matcher, frame, (struct place){here.segment, at})) return true;
        matcher->value_count = values;
        bool last = here.segment + 1 == matcher->segment_count;
        if (fit == CUT && last) stop(matcher, here, node);
        if (!skip(matcher, &here, true)) return fail(matcher, here, node);
    }
}

/* What the module said beside the case before the host went on. */
static bool find_sent(struct matcher *matcher, struct place *place)
{
    *place = settle(matcher, *place);
    while (!is_over(matcher, *place) && !matcher->segments[place->segment].is_sent) {
        if (!skip(matcher, place, true)) return false;
        *place = settle(matcher, *place);
    }
    return true;
}

static bool match_sent_line(struct matcher *matcher, const struct frame *frame,
                            const struct script_node *node, struct place place)
{
    if (!find_sent(matcher, &place)) return fail(matcher, place, node);
    const struct segment *segment = segment_at(matcher, place);
    if (segment == NULL) return stop(matcher, place, node);
    size_t at = place.at;
    enum fit fit = match_parts(matcher, node, segment, &at);
    if (fit == CUT && place.segment + 1 == matcher->segment_count)
        return stop(matcher, place, node);
    if (fit != FITS) return fail(matcher, place, node);
    return go_on(matcher, frame, (struct place){place.segment, at});
}

static bool match_exactly(struct matcher *matcher, const struct frame *frame,
                          const struct script_node *node, struct place place, const uint8_t *bytes,
                          size_t size)
{
    if (node->is_sent && !find_sent(matcher, &place)) return fail(matcher, place, node);
    place = settle(matcher, place);
    const struct segment *segment = segment_at(matcher, place);
    if (size == 0) return go_on(matcher, frame, place);
    if (segment == NULL) return stop(matcher, place, node);
    if (segment->is_sent != node->is_sent) return fail(matcher, place, node);
    size_t at = place.at;
    size_t left = segment->size - at;
    enum fit fit = FITS;
    if (bytes != NULL) fit = match_bytes(segment, &at, bytes, size);
    else if (left < size) fit = CUT;
    else at += size;
    if (fit == CUT && place.segment + 1 == matcher->segment_count)
        return stop(matcher, place, node);
    if (fit != FITS) return fail(matcher, place, node);
    return go_on(matcher, frame, (struct place){place.segment, at});
}

/* Bytes whose digest is known and whose number is not: the first that fit. */
static bool match_digest(struct matcher *matcher, const struct frame *frame,
                         const struct script_node *node, struct place place)
{
    place = settle(matcher, place);
    const struct segment *segment = segment_at(matcher, place);
    if (segment == NULL) return stop(matcher, place, node);
    for (size_t size = 0; segment->is_sent == node->is_sent && size <= segment->size - place.at;
         size++) {
        uint8_t digest[SHA256_DIGEST_LENGTH];
        SHA256(segment->bytes + place.at, size, digest);
        if (memcmp(digest, node->payload->bytes, sizeof digest) == 0)
            return go_on(matcher, frame, (struct place){place.segment, place.at + size});
    }
    if (place.segment + 1 == matcher->segment_count) return stop(matcher, place, node);
    return fail(matcher, place, node);
}

static bool match_payload(struct matcher *matcher, const struct frame *frame,
                          const struct script_node *node, struct place place)
{
    const struct script_payload *payload = node->payload;
    const struct value *value = NULL;
    char text[24];
    switch (payload->kind) {
    case SCRIPT_PAYLOAD_SHA256: return match_digest(matcher, frame, node, place);
    case SCRIPT_PAYLOAD_BYTES:
        return match_exactly(matcher, frame, node, place, payload->bytes, (size_t)payload->size);
    case SCRIPT_PAYLOAD_LENGTH:
        return match_exactly(matcher, frame, node, place, NULL, (size_t)payload->size);
    case SCRIPT_PAYLOAD_REFERENCE: value = find_value(matcher, payload->name); break;
    }
    if (value == NULL || value->size == 0 || value->size >= sizeof text)
        return fail(matcher, place, node);
    memcpy(text, value->bytes, value->size);
    text[value->size] = '\0';
    return match_exactly(matcher, frame, node, place, NULL, (size_t)strtoull(text, NULL, 10));
}

/* ---- groups ----------------------------------------------------------- */

/* Matches a branch and then what stands behind its group. */
static bool enter(struct matcher *matcher, struct frame *below, const struct script_branch *branch,
                  struct place place)
{
    const struct frame inside = {.branch = branch, .below = below};
    return match_from(matcher, &inside, place);
}

static bool match_repeat(struct matcher *matcher, const struct frame *frame,
                         const struct script_node *node, uint64_t turns, struct place place)
{
    if (turns < node->max) {
        const struct frame turn = {
            .branch = &node->branches[0], .repeat = node, .turns = turns + 1, .below = frame};
        if (match_from(matcher, &turn, place)) return true;
    }
    return turns >= node->min && go_on(matcher, frame, place);
}

static bool match_order(struct matcher *matcher, const struct frame *frame,
                        const struct script_node *node, uint32_t left, struct place place)
{
    if (left == 0) return go_on(matcher, frame, place);
    for (size_t i = 0; i < node->branch_count; i++) {
        if ((left & 1u << i) == 0) continue;
        const struct frame one = {
            .branch = &node->branches[i], .order = node, .left = left & ~(1u << i), .below = frame};
        if (match_from(matcher, &one, place)) return true;
    }
    return false;
}

static bool match_group(struct matcher *matcher, const struct frame *frame,
                        const struct script_node *node, struct place place)
{
    struct frame behind = *frame;
    behind.index++;
    if (node->kind == SCRIPT_REPEAT) return match_repeat(matcher, frame, node, 0, place);
    if (node->kind == SCRIPT_ANY_ORDER)
        return match_order(matcher, frame, node, (uint32_t)((1ull << node->branch_count) - 1),
                           place);
    for (size_t i = 0; i < node->branch_count; i++)
        if (enter(matcher, &behind, &node->branches[i], place)) return true;
    return node->kind == SCRIPT_OPTIONAL && go_on(matcher, frame, place);
}

static bool match_urc(struct matcher *matcher, const struct frame *frame,
                      const struct script_node *node, struct place place)
{
    size_t count = matcher->urc_count;
    if (count < URC_MAX) matcher->urcs[matcher->urc_count++] = node;
    bool good = go_on(matcher, frame, place);
    matcher->urc_count = count;
    return good;
}

static bool match_node(struct matcher *matcher, const struct frame *frame,
                       const struct script_node *node, struct place place)
{
    switch (node->kind) {
    case SCRIPT_LINE:
        return node->is_sent ? match_sent_line(matcher, frame, node, place)
                             : match_received_line(matcher, frame, node, place);
    case SCRIPT_BYTES: return match_exactly(matcher, frame, node, place, node->bytes, node->size);
    case SCRIPT_PAYLOAD: return match_payload(matcher, frame, node, place);
    case SCRIPT_URC: return match_urc(matcher, frame, node, place);
    case SCRIPT_EITHER:
    case SCRIPT_ANY_ORDER:
    case SCRIPT_OPTIONAL:
    case SCRIPT_REPEAT: return match_group(matcher, frame, node, place);
    default: return go_on(matcher, frame, place);
    }
}

/* ---- the whole -------------------------------------------------------- */

/* The case is over: what is left may be line ends and URCs. */
static bool match_end(struct matcher *matcher, struct place place)
{
    place = settle(matcher, place);
    while (skip(matcher, &place, true)) place = settle(matcher, place);
    return is_over(matcher, place) || fail(matcher, place, NULL);
}

static bool match_from(struct matcher *matcher, const struct frame *frame, struct place place)
{
    if (++matcher->steps > STEP_MAX) return false;
    if (frame->index < frame->branch->node_count)
        return match_node(matcher, frame, &frame->branch->nodes[frame->index], place);
    if (frame->repeat != NULL)
        return match_repeat(matcher, frame->below, frame->repeat, frame->turns, place);
    if (frame->order != NULL)
        return match_order(matcher, frame->below, frame->order, frame->left, place);
    if (frame->below != NULL) return match_from(matcher, frame->below, place);
    return match_end(matcher, place);
}

static void read_segments(struct matcher *matcher, const struct transcript *recording)
{
    matcher->segments = memory_new(recording->item_count, sizeof *matcher->segments);
    for (size_t i = 0; i < recording->item_count; i++) {
        const struct transcript_item *item = &recording->items[i];
        bool is_sent = item->kind == TRANSCRIPT_SENT;
        if ((!is_sent && item->kind != TRANSCRIPT_RECEIVED) || item->size == 0) continue;
        struct segment *last =
            matcher->segment_count == 0 ? NULL : &matcher->segments[matcher->segment_count - 1];
        if (last != NULL && last->is_sent == is_sent) {
            last->size += item->size; /* bytes of items stand side by side */
            continue;
        }
        matcher->segments[matcher->segment_count++] =
            (struct segment){is_sent, recording->bytes + item->offset, item->size, item->line};
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
        push_value(matcher, variable->name, (const uint8_t *)text, strlen(text));
    }
}

/* ---- telling ---------------------------------------------------------- */

static char *node_text(const struct script_node *node)
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
    char *text = memory_slice((const char *)out.bytes, out.size);
    buffer_release(&out);
    return text;
}

static char *seen_text(const struct matcher *matcher, struct place place)
{
    const struct segment *segment = segment_at(matcher, place);
    char *out = NULL;
    size_t size = 0;
    if (segment == NULL) return memory_text("the end of the recording");
    FILE *file = open_memstream(&out, &size);
    size_t end = segment->size - place.at < SEEN_SIZE ? segment->size : place.at + SEEN_SIZE;
    for (size_t i = place.at; i < end; i++) {
        uint8_t byte = segment->bytes[i];
        if (byte >= 0x20 && byte < 0x7F) fputc(byte, file);
        else if (match_is_line_end(byte)) fputs(byte == '\r' ? "\\r" : "\\n", file);
        else fprintf(file, "\\x%02X", byte);
    }
    fclose(file);
    return out;
}

void match_case(const struct script_case *case_, const struct transcript *recording,
                const struct script_settings *settings, struct match_result *out)
{
    struct matcher matcher = {.case_ = case_};
    const struct frame whole = {.branch = &case_->body};
    read_segments(&matcher, recording);
    set_variables(&matcher, settings);
    bool good = match_from(&matcher, &whole, (struct place){0, 0});
    *out = (struct match_result){.outcome = MATCH_NONE};
    if (good) out->outcome = MATCH_WHOLE;
    else if (matcher.steps > STEP_MAX) out->outcome = MATCH_UNKNOWN;
    else if (matcher.partial) out->outcome = MATCH_PARTIAL;
    if (!good) {
        const struct segment *segment = segment_at(&matcher, matcher.best);
        out->recording_line = segment == NULL ? 0 : segment->line;
        out->case_line = matcher.awaited == NULL ? 0 : matcher.awaited->line;
        out->expected = node_text(matcher.awaited);
        out->seen = seen_text(&matcher, matcher.best);
    }
    free(matcher.segments);
    free(matcher.values);
}

void match_release(struct match_result *result)
{
    free(result->expected);
    free(result->seen);
    *result = (struct match_result){0};
}
