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

/* ---- values ----------------------------------------------------------- */

bool match_find_value(const struct matcher *matcher, const char *name, struct match_value *out)
{
    for (size_t i = matcher->value_count; i > 0; i--) {
        const struct match_value *value = &matcher->values[i - 1];
        if (strcmp(value->name, name) != 0) continue;
        *out = *value;
        if (out->bytes == NULL) out->bytes = matcher->bytes + value->offset;
        return true;
    }
    return false;
}

void match_push_value(struct matcher *matcher, struct match_value value)
{
    matcher->values = memory_grow(matcher->values, matcher->value_count + 1,
                                  &matcher->value_capacity, sizeof *matcher->values);
    matcher->values[matcher->value_count++] = value;
}

/* ---- lines ------------------------------------------------------------ */

enum match_fit match_bytes(const struct match_segment *segment, size_t *at, const uint8_t *bytes,
                           size_t size)
{
    size_t left = segment->size - *at;
    size_t shorter = left < size ? left : size;
    if (shorter > 0 && memcmp(segment->bytes + *at, bytes, shorter) != 0) return MATCH_FITS_NOT;
    *at += shorter;
    return shorter < size ? MATCH_CUT : MATCH_FITS;
}

static enum match_fit match_part(struct matcher *matcher, const struct script_part *part,
                                 const struct match_segment *segment, size_t *at)
{
    if (part->kind == SCRIPT_LITERAL) return match_bytes(segment, at, part->bytes, part->size);
    if (part->kind == SCRIPT_REFERENCE) {
        struct match_value value;
        return match_find_value(matcher, part->name, &value)
                   ? match_bytes(segment, at, value.bytes, value.size)
                   : MATCH_FITS_NOT;
    }
    const uint8_t *bytes = segment->bytes + *at;
    size_t left = segment->size - *at;
    size_t size = match_capture_size(part->type, bytes, left);
    if (size == left
        || (size == 0 && left > 0 && bytes[0] == '"' && memchr(bytes, '\n', left) == NULL))
        return MATCH_CUT; /* more of it may come */
    if ((size == 0 && match_needs_text(part->type)) || !match_is_within(part, bytes, size))
        return MATCH_FITS_NOT;
    if (part->name != NULL)
        match_push_value(matcher, (struct match_value){.name = part->name,
                                                       .offset = segment->offset + *at,
                                                       .size = size});
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

static size_t line_size(const struct match_segment *segment, size_t at)
{
    size_t size = 0;
    while (at + size < segment->size && segment->bytes[at + size] != '\n') size++;
    return at + size < segment->size ? size + 1 : 0;
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
    char digits[12] = "";
    size_t length = size - last < sizeof digits ? size - last : sizeof digits - 1;
    if (count == 0 || fields != count) return 0;
    memcpy(digits, line + last, length);
    return (size_t)strtoul(digits, NULL, 10);
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
    for (size_t i = 0; i < matcher->urc_count; i++) {
        size_t values = matcher->value_count;
        *end = at;
        if (matcher->urcs[i]->part_count == 0 && strchr("+*^", segment->bytes[at]) != NULL) {
            *end = at + line_size(segment, at);
            if (*end > at) return true;
        } else if (matcher->urcs[i]->part_count > 0
                   && match_parts(matcher, matcher->urcs[i], segment, end) == MATCH_FITS) {
            matcher->value_count = values;
            return true;
        }
        matcher->value_count = values;
    }
    const uint8_t *line = segment->bytes + at;
    size_t size = anywhere_size(matcher, line, line_size(segment, at), segment->size - at);
    *end = at + size;
    return size > 0;
}

/* The command sent last, sent back. */
static size_t echo_size(const struct matcher *matcher, struct match_place place)
{
    if (place.segment == 0 || place.segment - 1 > matcher->silent_from) return 0;
    const struct match_segment *sent = &matcher->segments[place.segment - 1];
    const struct match_segment *here = &matcher->segments[place.segment];
    size_t size = sent->size;
    while (size > 0 && match_is_line_end(sent->bytes[size - 1])) size--;
    bool same = sent->is_sent && size > 0 && here->size - place.at > size
                && memcmp(here->bytes + place.at, sent->bytes, size) == 0
                && match_is_line_end(here->bytes[place.at + size]);
    return same ? size : 0;
}

size_t match_skip_line_ends(const struct match_segment *segment, size_t at)
{
    while (at < segment->size && match_is_line_end(segment->bytes[at])) at++;
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
    place->at = match_skip_line_ends(segment, place->at);
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
    size_t size = line_size(segment, at);
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
    size_t at = match_skip_line_ends(segment, place.at);
    if (segment->is_sent || at == segment->size) return false;
    return line_size(segment, at) == 0 || is_payload_half(matcher, segment, at);
}

bool match_may_grow(const struct matcher *matcher, struct match_place place)
{
    place = match_settle(matcher, place);
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (segment == NULL || segment->is_sent || place.segment + 1 < matcher->segment_count)
        return false;
    return match_skip_line_ends(segment, place.at) == segment->size
           || match_is_half(matcher, place);
}

/* What stands here may yet become the echo. */
static bool may_be_echo(const struct matcher *matcher, struct match_place place)
{
    if (place.segment == 0) return false;
    const struct match_segment *sent = &matcher->segments[place.segment - 1];
    const struct match_segment *here = &matcher->segments[place.segment];
    size_t left = here->size - place.at;
    return sent->is_sent && left <= sent->size
           && memcmp(here->bytes + place.at, sent->bytes, left) == 0;
}

bool match_is_settled(const struct matcher *matcher, struct match_place place)
{
    place = match_settle(matcher, place);
    if (!match_is_last(matcher, place)) return true;
    const struct match_segment *segment = match_segment_at(matcher, place);
    if (segment == NULL || segment->is_sent) return false;
    place.at = match_skip_line_ends(segment, place.at);
    return line_size(segment, place.at) > 0 && !is_payload_half(matcher, segment, place.at)
           && !may_be_echo(matcher, place);
}

bool match_skip_beside(struct matcher *matcher, struct match_place *place)
{
    *place = match_settle(matcher, *place);
    const struct match_segment *segment = match_segment_at(matcher, *place);
    if (segment == NULL || segment->is_sent) return false;
    struct match_place here = {place->segment, match_skip_line_ends(segment, place->at)};
    if (here.at == segment->size) return false;
    size_t echo = echo_size(matcher, here);
    if (echo > 0) place->at = here.at + echo + 1; /* its CR */
    size_t end = 0;
    if (echo == 0 && !is_urc(matcher, segment, here.at, &end)) return false;
    if (echo == 0) place->at = end;
    return true;
}
