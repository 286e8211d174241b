/* Bytes -> lines, prompts, counted payload, transparent stream.
 *
 *     input   = { line | prompt | payload | stream } ;
 *     line    = { any byte but LF } LF ;        (CRs before the LF are its end)
 *             | digit [ digit ] CR ;                   (a result after ATV0)
 *     prompt  = ">" [ " " ] ;                   at a line's start, if awaited
 *     payload = data_left bytes ;               behind the header that says so
 *     stream  = all bytes, until its owner ends it ;
 *
 * A lone CR stays inside its line. No layer above is called: the driver asks
 * for the next unit, and sets `state` and `data_left` between two calls. */
#include "internal.h"

static bool give(struct atp_unit *unit, enum unit_kind kind, const uint8_t *bytes, size_t size,
                 bool more)
{
    unit->kind = (uint8_t)kind;
    unit->bytes = bytes;
    unit->size = size;
    unit->more = more;
    return true;
}

/* ---- counted bytes ---------------------------------------------------- */

static bool take_counted(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                         struct atp_unit *unit)
{
    const uint8_t *start = *in;
    size_t size = (size_t)(end - start);
    if (size > p->data_left) size = p->data_left;
    p->data_left -= (uint32_t)size;
    *in = start + size;
    give(unit, p->state == STATE_DATA ? UNIT_DATA : UNIT_ECHO, start, size, p->data_left > 0);
    if (p->data_left == 0) p->state = STATE_LINE;
    return true;
}

/* ---- lines ------------------------------------------------------------ */

/* A numeric result code (ATV0) ends at its CR: one or two digits, nothing else
 * on the line. Information ends at its LF there too. */
static const uint8_t *find_numeric_end(const struct atp_parser *p, const uint8_t *bytes,
                                       size_t size)
{
    for (size_t n = 0; n + p->line_size <= 2 && n < size; n++) {
        if (bytes[n] == '\r' && n + p->line_size > 0) return bytes + n;
        if ((uint8_t)(bytes[n] - '0') > 9) return NULL;
    }
    return NULL;
}

static bool holds_digits(const struct atp_parser *p)
{
    for (unsigned i = 0; i < p->line_size; i++)
        if ((uint8_t)(p->line[i] - '0') > 9) return false;
    return true;
}

static const uint8_t *find_line_end(const struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    if ((p->flags & FLAG_NUMERIC) != 0 && p->line_size <= 2 && holds_digits(p)) {
        const uint8_t *cr = find_numeric_end(p, bytes, size);
        if (cr != NULL) return cr;
    }
    return memchr(bytes, '\n', size);
}

/* Passes on an over-long line as it comes (I4: its tail is never a line). */
static bool take_long(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                      struct atp_unit *unit)
{
    const uint8_t *start = *in;
    const uint8_t *last = memchr(start, '\n', (size_t)(end - start));
    *in = last != NULL ? last + 1 : end;
    give(unit, p->state == STATE_LONG_ECHO ? UNIT_LONG_ECHO : UNIT_LONG, start,
         (size_t)(*in - start), last == NULL);
    if (last != NULL) p->state = STATE_LINE;
    return true;
}

/* The line outgrows the buffer. What is held of it goes first. */
COLD static bool enter_long(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                            struct atp_unit *unit)
{
    size_t held = p->line_size;
    uint8_t first = held > 0 ? p->line[0] : (*in)[0];
    uint8_t second = held > 1 ? p->line[1] : (*in)[1 - held];
    bool echo = (p->flags & FLAG_ECHO_DUE) != 0 && (first | 0x20) == 'a' && (second | 0x20) == 't';

    p->state = echo ? STATE_LONG_ECHO : STATE_LONG_TEXT;
    p->line_size = 0;
    if (echo && p->echo_size > p->echo_first_size && p->echo_first_size >= p->line_capacity) {
        p->state = STATE_ECHO; /* an LF inside the command ends no line */
        p->data_left = (uint32_t)(p->echo_size - held);
        if (held == 0) return take_counted(p, in, end, unit);
        return give(unit, UNIT_ECHO, p->line, held, true);
    }
    if (held == 0) return take_long(p, in, end, unit);
    return give(unit, echo ? UNIT_LONG_ECHO : UNIT_LONG, p->line, held, true);
}

/* Part of a line: kept until its end comes. */
static bool hold(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    memcpy(p->line + p->line_size, bytes, size);
    p->line_size = (uint16_t)(p->line_size + size);
    return false;
}

static bool take_line(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                      struct atp_unit *unit)
{
    const uint8_t *start = *in;
    const uint8_t *last = find_line_end(p, start, (size_t)(end - start));
    size_t taken = last != NULL ? (size_t)(last - start) + 1 : (size_t)(end - start);
    size_t held = p->line_size;

    if (held + taken + (last == NULL) > p->line_capacity) return enter_long(p, in, end, unit);
    *in = start + taken;
    if (last == NULL) return hold(p, start, taken);
    if (held == 0) return give(unit, UNIT_LINE, start, taken, false);
    hold(p, start, taken);
    p->line_size = 0;
    return give(unit, UNIT_LINE, p->line, held + taken, false);
}

/* ---- the echo of an upload -------------------------------------------- */

/* Directly behind the prompt, once the host has sent data to a module that
 * echoes: do the bytes repeat the data's first ones? If they do, all of it is
 * echo, counted, so that what the host sent is never read as a response (I4).
 * Data that begins with a line end is not looked for: a response does, too.
 * Returns false when undecided, or decided against. */
static bool take_upload_echo(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                             struct atp_unit *unit)
{
    while (*in < end && p->match < p->upload_first_size && **in == p->upload_first[p->match]) {
        p->match++;
        (*in)++;
    }
    if (p->match == p->upload_first_size) {
        size_t size = p->match;
        p->data_left = p->upload_size - p->match;
        p->upload_first_size = 0;
        p->match = 0;
        p->flags |= FLAG_UPLOAD_ECHO;
        p->state = p->data_left > 0 ? STATE_ECHO : STATE_LINE;
        return give(unit, UNIT_ECHO, p->upload_first, size, p->data_left > 0);
    }
    if (*in < end) atp_frame_drop_upload_echo(p);
    return false;
}

void atp_frame_drop_upload_echo(struct atp_parser *p)
{
    p->upload_first_size = 0;
    if (p->match == 0 || p->state != STATE_LINE) return;
    memcpy(p->line, p->upload_first, p->match);
    p->line_size = p->match;
    p->match = 0;
}

static bool awaits_upload_echo(const struct atp_parser *p)
{
    return p->upload_first_size > 0 && (p->flags & FLAG_ECHO_ON) != 0;
}

/* ---- the stream ------------------------------------------------------- */

/* What ends a stream, when it is no payload. `match` counts the bytes of one
 * of these that the stream's last bytes are; `spelled` says of which. */
static const char spellings[3][16] = {"\r\nOK\r\n", "\r\nNO CARRIER\r\n", "\r\nCLOSED\r\n"};
static const uint8_t results[3] = {ATP_RESULT_NONE, ATP_RESULT_NO_CARRIER, ATP_RESULT_CLOSED};

static bool spells_on(struct atp_parser *p, uint8_t byte)
{
    if (p->match == 2) p->spelled = byte == 'O' ? 0 : byte == 'N' ? 1 : 2;
    if (byte != 0 && (uint8_t)spellings[p->spelled][p->match] == byte) {
        p->match++;
        return true;
    }
    return false;
}

static bool has_spelled(const struct atp_parser *p)
{
    return p->match > 2 && spellings[p->spelled][p->match] == '\0';
}

static void watch_tail(struct atp_parser *p, const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        if (p->match == 0) {
            at = memchr(at, '\r', (size_t)(end - at));
            if (at == NULL) return;
        }
        if (!spells_on(p, *at)) p->match = *at == '\r';
        at++;
    }
}

/* After +++: a result code ends the stream, so bytes that may be one are held
 * back until they are. What is held equals its spelling: nothing is copied. */
static bool take_escaping(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                          struct atp_unit *unit)
{
    const uint8_t *start = *in;
    if (p->match == 0) {
        const uint8_t *cr = memchr(start, '\r', (size_t)(end - start));
        if (cr == NULL) cr = end;
        *in = cr;
        if (cr > start) return give(unit, UNIT_STREAM, start, (size_t)(cr - start), true);
    }
    while (*in < end) {
        if (!spells_on(p, **in)) {
            size_t held = p->match;
            p->match = 0;
            return give(unit, UNIT_STREAM, (const uint8_t *)spellings[p->spelled], held, true);
        }
        (*in)++;
        if (has_spelled(p)) {
            p->state = STATE_ESCAPED;
            p->flags &= ~FLAG_ESCAPE;
            return give(unit, UNIT_LINE, (const uint8_t *)spellings[p->spelled], 2, false);
        }
    }
    return false;
}

static bool take_stream(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                        struct atp_unit *unit)
{
    if ((p->flags & FLAG_ESCAPE) != 0) return take_escaping(p, in, end, unit);
    const uint8_t *start = *in;
    *in = end;
    watch_tail(p, start, end);
    return give(unit, UNIT_STREAM, start, (size_t)(end - start), true);
}

/* The result code itself, behind its leading CR LF. */
static bool take_escaped(struct atp_parser *p, struct atp_unit *unit)
{
    size_t size = (size_t)p->match - 2;
    p->state = STATE_LINE;
    p->match = 0;
    return give(unit, UNIT_LINE, (const uint8_t *)spellings[p->spelled] + 2, size, false);
}

enum atp_result atp_stream_tail(const struct atp_parser *p)
{
    return (enum atp_result)(atp_is_stream(p) && has_spelled(p) ? results[p->spelled] : 0);
}

/* ---- the next unit ---------------------------------------------------- */

/* At a line's start. */
COLD static bool take_first(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                            struct atp_unit *unit)
{
    if (awaits_upload_echo(p)) {
        if (take_upload_echo(p, in, end, unit)) return true;
        if (*in == end) return false; /* what seemed an echo may begin a line now */
    }
    if (p->line_size == 0 && **in == '>' && (p->flags & FLAG_PROMPT_OK) != 0) {
        p->state = STATE_PROMPTED;
        return give(unit, UNIT_PROMPT, (*in)++, 1, false);
    }
    return take_line(p, in, end, unit);
}

COLD static bool take_other(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                            struct atp_unit *unit)
{
    if (*in == end && p->state != STATE_ESCAPED) return false;
    switch ((enum state)p->state) {
    case STATE_ESCAPED: return take_escaped(p, unit);
    case STATE_LONG_TEXT:
    case STATE_LONG_ECHO: return take_long(p, in, end, unit);
    case STATE_DATA:
    case STATE_ECHO: return take_counted(p, in, end, unit);
    case STATE_STREAM: return take_stream(p, in, end, unit);
    case STATE_PROMPTED:
        p->state = STATE_LINE;
        if (**in == ' ') return give(unit, UNIT_SPACE, (*in)++, 1, false);
        break;
    case STATE_LINE:; /* read below, as what stands behind a prompt */
    }
    return take_first(p, in, end, unit);
}

bool atp_frame_next(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                    struct atp_unit *unit)
{
    bool line = p->state == STATE_LINE && *in < end;
    if (line && (p->line_size > 0 || (**in != '>' && p->upload_first_size == 0)))
        return take_line(p, in, end, unit);
    return take_other(p, in, end, unit);
}

bool atp_frame_rest(struct atp_parser *p, struct atp_unit *unit)
{
    size_t held = p->match;
    if (p->state == STATE_STREAM) {
        if (held == 0 || (p->flags & FLAG_ESCAPE) == 0) return false;
        p->match = 0;
        return give(unit, UNIT_STREAM, (const uint8_t *)spellings[p->spelled], held, true);
    }
    if (held > 0) memcpy(p->line, p->upload_first, held);
    held += p->line_size;
    p->match = 0;
    p->line_size = 0;
    if (held == 0) return false;
    return give(unit, UNIT_LINE, p->line, held, false);
}
