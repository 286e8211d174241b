/* Lines of the recording: whether one is what the case awaits, what stands
 * beside the case. */
#include "base/memory.h"
#include "match/match_internal.h"
#include "match/match_part.h"

#include <stdlib.h>
#include <string.h>

/* ---- places ----------------------------------------------------------- */

bool match_is_over(const struct matcher *matcher, struct match_place place)
{
    return place.segment == matcher->segment_count;
}

/* The end of a segment is the begin of the next. */
struct match_place match_settle(const struct matcher *matcher, struct match_place place)
{
    while (!match_is_over(matcher, place) && place.at == matcher->segments[place.segment].size) {
        place.segment++;
        place.at = 0;
    }
    return place;
}

const struct match_segment *match_segment_at(const struct matcher *matcher,
                                             struct match_place place)
{
    return match_is_over(matcher, place) ? NULL : &matcher->segments[place.segment];
}

bool match_is_last(const struct matcher *matcher, struct match_place place)
{
    return place.segment + 1 >= matcher->segment_count;
}

/* ---- lines ------------------------------------------------------------ */

enum match_fit match_bytes(const struct matcher *matcher, const struct match_segment *segment,
                           size_t *at, const uint8_t *bytes, size_t size)
{
    size_t left = segment->size - *at;
    size_t shorter = left < size ? left : size;
    match_spend(matcher, shorter);
    if (shorter > 0 && memcmp(segment->bytes + *at, bytes, shorter) != 0) return MATCH_FITS_NOT;
    *at += shorter;
    return shorter < size ? MATCH_CUT : MATCH_FITS;
}

/* The first LF. */
static const uint8_t *find_line_end(const struct matcher *matcher, const uint8_t *bytes,
                                    size_t size)
{
    const uint8_t *end = size == 0 ? NULL : memchr(bytes, '\n', size);
    match_spend(matcher, end == NULL ? size : (size_t)(end - bytes));
    return end;
}

static enum match_fit match_part(struct matcher *matcher, const struct script_part *part,
                                 const struct match_segment *segment, size_t *at)
{
    struct match_value value;
    if (part->kind == SCRIPT_LITERAL)
        return match_bytes(matcher, segment, at, part->bytes, part->size);
    if (part->kind == SCRIPT_REFERENCE)
        return match_find_value(matcher, part->slot, &value)
                   ? match_bytes(matcher, segment, at, value.bytes, value.size)
                   : MATCH_FITS_NOT;
    const uint8_t *bytes = segment->bytes + *at;
    size_t left = segment->size - *at;
    size_t size = match_capture_size(part->type, bytes, left);
    match_spend(matcher, size);
    bool is_open = size == 0 && left > 0 && bytes[0] == '"'; /* a quote that is not closed */
    if (size == left || (is_open && find_line_end(matcher, bytes, left) == NULL))
        return MATCH_CUT; /* more of it may come */
    if ((size == 0 && match_needs_text(part->type)) || !match_is_within(part, bytes, size))
        return MATCH_FITS_NOT;
    if (part->name != NULL)
        match_set_value(matcher, part->slot,
                        (struct match_value){.offset = segment->offset + *at, .size = size});
    *at += size;
    return MATCH_FITS;
}

/* The text of the line and the line end after it. */
enum match_fit match_parts(struct matcher *matcher, const struct script_node *node,
                           const struct match_segment *segment, size_t *at)
{
    for (size_t i = 0; i < node->part_count; i++) {
        enum match_fit fit = match_part(matcher, &node->parts[i], segment, at);
        if (fit != MATCH_FITS) return fit;
    }
    if (*at == segment->size) return MATCH_CUT;
    if (!match_is_line_end(segment->bytes[*at])) return MATCH_FITS_NOT;
    while (*at < segment->size && segment->bytes[*at] == '\r') (*at)++;
    if (*at < segment->size && segment->bytes[*at] == '\n') (*at)++;
    return MATCH_FITS;
}

/* With its LF; 0: it is not whole. */
static size_t line_size(const struct matcher *matcher, const struct match_segment *segment,
                        size_t at)
{
    const uint8_t *line = segment->bytes + at;
    const uint8_t *end = find_line_end(matcher, line, segment->size - at);
    return end == NULL ? 0 : (size_t)(end - line) + 1;
}

/* Bytes that the line announces by its last field of `count`; it has others:
 * none. */
static size_t announced(const uint8_t *line, size_t size, size_t count)
{
    size_t fields = 1;
    size_t last = 0;
    for (size_t i = 0; i < size; i++) {
        if (line[i] != ',') continue;
        fields++;
        last = i + 1;
    }
    size_t out = 0;
    while (size > last && match_is_line_end(line[size - 1])) size--;
    while (last < size && line[last] == ' ') last++;
    bool is_known =
        count > 0 && fields == count && match_read_length(line + last, size - last, &out);
    return is_known ? out : 0;
}

static bool begins(const uint8_t *line, size_t size, const char *beginning)
{
    size_t length = strlen(beginning);
    return length < size && memcmp(line, beginning, length) == 0
           && (line[length] == ':' || line[length] == ',' || match_is_line_end(line[length]));
}

/* A whole line of one that may come anywhere, its payload included.
 * Returns: its bytes; 0: it is none, or not whole. */
static size_t anywhere_size(const struct matcher *matcher, const uint8_t *line, size_t size,
                            size_t left)
{
    for (size_t i = 0; i < matcher->anywhere_count; i++) {
        const struct match_urc *urc = &matcher->anywhere[i];
        if (!begins(line, size, urc->beginning)) continue;
        size_t whole = size + announced(line, size, urc->field_count);
        if (whole <= left) return whole;
    }
    return 0;
}

static bool is_urc(struct matcher *matcher, const struct match_segment *segment, size_t at,
                   size_t *end)
{
    static const char marks[] = {'+', '*', '^'}; /* of any URC */
    for (size_t i = 0; i < matcher->point.urc_count; i++) {
        const struct script_node *urc = matcher->urcs[i];
        size_t undo_count = matcher->undo.count;
        *end = at;
        if (urc->part_count == 0 && memchr(marks, segment->bytes[at], sizeof marks) != NULL)
            *end = at + line_size(matcher, segment, at);
        bool fits = urc->part_count == 0 ? *end > at
                                         : match_parts(matcher, urc, segment, end) == MATCH_FITS;
        match_undo_values(matcher, undo_count);
        if (fits) return true;
    }
    const uint8_t *line = segment->bytes + at;
    size_t size = anywhere_size(matcher, line, line_size(matcher, segment, at), segment->size - at);
    *end = at + size;
    return size > 0;
}

/* The command sent last, sent back. */
static size_t echo_size(const struct matcher *matcher, struct match_place place)
{
    if (place.segment == 0 || place.segment - 1 > matcher->point.silent_from) return 0;
    const struct match_segment *sent = &matcher->segments[place.segment - 1];
    const struct match_segment *here = &matcher->segments[place.segment];
    size_t size = sent->size;
    while (size > 0 && match_is_line_end(sent->bytes[size - 1])) size--;
    match_spend(matcher, size < here->size - place.at ? size : 0);
    bool same = sent->is_sent && size > 0 && here->size - place.at > size
                && memcmp(here->bytes + place.at, sent->bytes, size) == 0
                && match_is_line_end(here->bytes[place.at + size]);
    return same ? size : 0;
}

size_t match_skip_line_ends(const struct matcher *matcher, const struct match_segment *segment,
                            size_t at)
{
    size_t from = at;
    while (at < segment->size && match_is_line_end(segment->bytes[at])) at++;
    match_spend(matcher, at - from);
    return at;
}

/* Lines take their line ends whole: only a payload that is counted too long
 * ends between CR and LF. */
bool match_cuts_line_end(const struct match_segment *segment, size_t at)
{
    return at > 0 && segment->bytes[at] == '\n' && segment->bytes[at - 1] == '\r';
}

/* Past line ends, the echo, and with `urcs` one URC at a time: the caller
 * tries what it awaits in between.
 * Returns: whether anything was passed. */
bool match_skip(struct matcher *matcher, struct match_place *place, bool urcs)
{
    const struct match_segment *segment = match_segment_at(matcher, *place);
    size_t before = place->at;
    if (segment == NULL || segment->is_sent) return false;
    place->at = match_skip_line_ends(matcher, segment, place->at);
    size_t end = 0;
    if (place->at < segment->size && echo_size(matcher, *place) > 0)
        place->at += echo_size(matcher, *place);
    else if (urcs && place->at < segment->size && is_urc(matcher, segment, place->at, &end))
        place->at = end;
    return place->at > before;
}

/* A URC whose payload has not come whole. */
static bool is_payload_half(const struct matcher *matcher, const struct match_segment *segment,
                            size_t at)
{
    const uint8_t *line = segment->bytes + at;
    size_t size = line_size(matcher, segment, at);
    for (size_t i = 0; i < matcher->anywhere_count; i++) {
        const struct match_urc *urc = &matcher->anywhere[i];
        if (begins(line, size, urc->beginning)
            && size + announced(line, size, urc->field_count) > segment->size - at)
            return true;
    }
    return false;
}

/* Awaited: the rest of a line. */
const struct script_node match_anything = {.kind = SCRIPT_LINE};

/* In a case under way a line that is not whole yet may become anything. */
bool match_is_half(const struct matcher *matcher, struct match_place place)
{
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (matcher->next == NULL || segment == NULL || place.segment + 1 < matcher->segment_count)
        return false;
    size_t at = match_skip_line_ends(matcher, segment, place.at);
    if (segment->is_sent || at == segment->size) return false;
    return line_size(matcher, segment, at) == 0 || is_payload_half(matcher, segment, at);
}

bool match_may_grow(const struct matcher *matcher, struct match_place place)
{
    place = match_settle(matcher, place);
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (segment == NULL || segment->is_sent || place.segment + 1 < matcher->segment_count)
        return false;
    return match_skip_line_ends(matcher, segment, place.at) == segment->size
           || match_is_half(matcher, place);
}

/* What stands here may yet become the echo. */
static bool may_be_echo(const struct matcher *matcher, struct match_place place)
{
    if (place.segment == 0) return false;
    const struct match_segment *sent = &matcher->segments[place.segment - 1];
    const struct match_segment *here = &matcher->segments[place.segment];
    size_t left = here->size - place.at;
    match_spend(matcher, left <= sent->size ? left : 0);
    return sent->is_sent && left <= sent->size
           && memcmp(here->bytes + place.at, sent->bytes, left) == 0;
}

bool match_is_settled(const struct matcher *matcher, struct match_place place)
{
    place = match_settle(matcher, place);
    if (!match_is_last(matcher, place)) return true;
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (segment == NULL || segment->is_sent) return false;
    place.at = match_skip_line_ends(matcher, segment, place.at);
    return line_size(matcher, segment, place.at) > 0 && !is_payload_half(matcher, segment, place.at)
           && !may_be_echo(matcher, place);
}

bool match_skip_beside(struct matcher *matcher, struct match_place *place)
{
    *place = match_settle(matcher, *place);
    const struct match_segment *segment = match_segment_at(matcher, *place);
    if (segment == NULL || segment->is_sent) return false;
    struct match_place here = {place->segment, match_skip_line_ends(matcher, segment, place->at)};
    if (here.at == segment->size) return false;
    size_t echo = echo_size(matcher, here);
    if (echo > 0) place->at = here.at + echo + 1; /* its CR */
    size_t end = 0;
    if (echo == 0 && !is_urc(matcher, segment, here.at, &end)) return false;
    if (echo == 0) place->at = end;
    return true;
}
