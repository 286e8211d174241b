/* Bytes -> lines, prompts, counted payload, transparent stream.
 *
 *     input   = { line | prompt | payload | stream } ;
 *     line    = { any byte but LF } LF ;        (CRs before the LF are its end)
 *             | digit [ digit ] CR ;                   (a result after ATV0)
 *     prompt  = ">" [ " " ] ;                   at a line's start, if awaited
 *     payload = data_left bytes ;               after the header that announces it
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

/* What a span is that is passed on in this state. */
static enum unit_kind span_kind(const struct atp_parser *p)
{
    static const uint8_t kinds[] = {
        [STATE_LONG_TEXT] = UNIT_LONG,
        [STATE_LONG_ECHO] = UNIT_LONG_ECHO,
        [STATE_DATA] = UNIT_DATA,
        [STATE_ECHO] = UNIT_ECHO,
    };
    return (enum unit_kind)kinds[p->state];
}

static INLINE_FOR_SPEED bool take_counted(struct atp_parser *p, const uint8_t **in,
                                          const uint8_t *end, struct atp_unit *unit)
{
    const uint8_t *start = *in;
    size_t size = (size_t)(end - start);
    if (size > p->data_left) size = p->data_left;
    p->data_left -= (uint32_t)size;
    *in = start + size;
    give(unit, span_kind(p), start, size, p->data_left > 0);
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
    if ((p->session_flags & SESSION_NUMERIC) != 0 && p->line_size <= 2 && holds_digits(p)) {
        const uint8_t *cr = find_numeric_end(p, bytes, size);
        if (cr != NULL) return cr;
    }
    return memchr(bytes, '\n', size);
}

/* Passes on an over-long line as it comes (I4: its tail is never a line). */
static INLINE_FOR_SPEED bool take_long(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                                       struct atp_unit *unit)
{
    const uint8_t *start = *in;
    const uint8_t *last = memchr(start, '\n', (size_t)(end - start));
    *in = last != NULL ? last + 1 : end;
    give(unit, span_kind(p), start, (size_t)(*in - start), last == NULL);
    if (last != NULL) p->state = STATE_LINE;
    return true;
}

/* Byte `index` of the line under way, the first of which are held and the rest
 * stand at `in`. */
static uint8_t line_byte(const struct atp_parser *p, const uint8_t *in, unsigned index)
{
    return index < p->line_size ? p->line[index] : in[index - p->line_size];
}

/* What passes the over-long line on. It has more bytes, held and at `in`, than
 * the buffer, so that its first two are there. */
static enum state long_state(const struct atp_parser *p, const uint8_t *in)
{
    if ((p->response_flags & RESPONSE_ECHO_DUE) == 0 || (line_byte(p, in, 0) | 0x20) != 'a'
        || (line_byte(p, in, 1) | 0x20) != 't')
        return STATE_LONG_TEXT;
    bool several_lines = p->echo_size > p->echo_first_size;
    /* an LF inside the command ends no line */
    return several_lines && p->echo_first_size >= p->line_capacity ? STATE_ECHO : STATE_LONG_ECHO;
}

/* The line outgrows the buffer. What is held of it goes first. */
COLD static bool enter_long(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                            struct atp_unit *unit)
{
    size_t held = p->line_size;
    p->state = (uint8_t)long_state(p, *in);
    p->line_size = 0;
    if (p->state == STATE_ECHO) p->data_left = (uint32_t)(p->echo_size - held);
    if (held > 0) return give(unit, span_kind(p), p->line, held, true);
    return p->state == STATE_ECHO ? take_counted(p, in, end, unit) : take_long(p, in, end, unit);
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

/* Directly after the prompt, once the host has sent data to a module that
 * echoes: do the bytes repeat the data's first ones? If they do, all of it is
 * echo, counted, so that what the host sent is never read as a response (I4).
 * Data that begins with a line end is not looked for: a response does, too.
 * Returns false when undecided, or decided against. */
static bool take_upload_echo(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                             struct atp_unit *unit)
{
    size_t size = p->upload_first_size;
    while (*in < end && p->upload_matched < size && **in == p->upload_first[p->upload_matched]) {
        p->upload_matched++;
        (*in)++;
    }
    if (p->upload_matched == size) {
        p->data_left = p->upload_size - (uint32_t)size;
        p->upload_first_size = 0;
        p->upload_matched = 0;
        p->response_flags |= RESPONSE_UPLOAD_ECHO;
        p->state = p->data_left > 0 ? STATE_ECHO : STATE_LINE;
        return give(unit, UNIT_ECHO, p->upload_first, size, p->data_left > 0);
    }
    if (*in < end) atpi_frame_drop_upload_echo(p);
    return false;
}

void atpi_frame_drop_upload_echo(struct atp_parser *p)
{
    p->upload_first_size = 0;
    if (p->upload_matched == 0) return;
    memcpy(p->line, p->upload_first, p->upload_matched);
    p->line_size = p->upload_matched;
    p->upload_matched = 0;
}

static bool awaits_upload_echo(const struct atp_parser *p)
{
    return p->upload_first_size > 0 && (p->session_flags & SESSION_ECHO) != 0;
}

/* ---- the stream ------------------------------------------------------- */

/* What ends a stream, when it is no payload. The stream's last `tail_size`
 * bytes are the first of spelling `tail_spelling`. All begin with CR LF and
 * differ in the byte after it. */
#define SPELLING_COUNT 3
static const char spellings[SPELLING_COUNT][16] = {"\r\nOK\r\n", "\r\nNO CARRIER\r\n",
                                                   "\r\nCLOSED\r\n"};
static const uint8_t results[SPELLING_COUNT] = {ATP_RESULT_NONE, ATP_RESULT_NO_CARRIER,
                                                ATP_RESULT_CLOSED};

/* The spelling whose first byte after CR LF this is; the last if there is none. */
static uint8_t find_spelling(uint8_t byte)
{
    uint8_t i = 0;
    while (i < SPELLING_COUNT - 1 && (uint8_t)spellings[i][2] != byte) i++;
    return i;
}

/* Whether `byte` is the next of the spelling under way. */
static bool spells_on(struct atp_parser *p, uint8_t byte)
{
    if (p->tail_size == 2) p->tail_spelling = find_spelling(byte);
    if (byte == '\0' || (uint8_t)spellings[p->tail_spelling][p->tail_size] != byte) return false;
    p->tail_size++;
    return true;
}

static bool has_spelled(const struct atp_parser *p)
{
    return p->tail_size > 2 && spellings[p->tail_spelling][p->tail_size] == '\0';
}

static void watch_tail(struct atp_parser *p, const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        if (p->tail_size == 0) {
            at = memchr(at, '\r', (size_t)(end - at));
            if (at == NULL) return;
        }
        if (!spells_on(p, *at)) p->tail_size = *at == '\r';
        at++;
    }
}

static bool take_stream(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                        struct atp_unit *unit)
{
    const uint8_t *start = *in;
    *in = end;
    watch_tail(p, start, end);
    return give(unit, UNIT_STREAM, start, (size_t)(end - start), true);
}

/* The bytes held after +++. They equal their spelling: nothing is copied. */
static bool give_tail(struct atp_parser *p, struct atp_unit *unit)
{
    size_t held = p->tail_size;
    p->tail_size = 0;
    return give(unit, UNIT_STREAM, (const uint8_t *)spellings[p->tail_spelling], held, true);
}

/* After +++: a result code ends the stream, so bytes that may be one are held
 * until they are, or are no more. */
static bool take_escaping(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                          struct atp_unit *unit)
{
    const uint8_t *start = *in;
    if (p->tail_size == 0) {
        const uint8_t *cr = memchr(start, '\r', (size_t)(end - start));
        if (cr == NULL) cr = end;
        *in = cr;
        if (cr > start) return give(unit, UNIT_STREAM, start, (size_t)(cr - start), true);
    }
    while (*in < end) {
        if (!spells_on(p, **in)) return give_tail(p, unit);
        (*in)++;
        if (has_spelled(p)) {
            p->state = STATE_ESCAPED;
            return give(unit, UNIT_LINE, (const uint8_t *)spellings[p->tail_spelling], 2, false);
        }
    }
    return false;
}

/* The result code itself, after its leading CR LF. */
static bool take_escaped(struct atp_parser *p, struct atp_unit *unit)
{
    size_t size = (size_t)p->tail_size - 2;
    p->state = STATE_LINE;
    p->tail_size = 0;
    return give(unit, UNIT_LINE, (const uint8_t *)spellings[p->tail_spelling] + 2, size, false);
}

enum atp_result atp_stream_tail(const struct atp_parser *p)
{
    if (p == NULL || p->state != STATE_STREAM || !has_spelled(p)) return ATP_RESULT_NONE;
    return (enum atp_result)results[p->tail_spelling];
}

/* ---- the next unit ---------------------------------------------------- */

/* At a line's start. */
COLD static bool take_first(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                            struct atp_unit *unit)
{
    if (awaits_upload_echo(p)) {
        if (take_upload_echo(p, in, end, unit)) return true;
        if (*in == end) return false; /* it may yet be the echo: more input is needed */
    }
    if (p->line_size == 0 && **in == '>' && (p->response_flags & RESPONSE_PROMPT_OK) != 0) {
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
    case STATE_ESCAPING: return take_escaping(p, in, end, unit);
    case STATE_PROMPTED:
        p->state = STATE_LINE;
        if (**in == ' ') return give(unit, UNIT_SPACE, (*in)++, 1, false);
        break;
    case STATE_LINE:; /* read below, as what follows a prompt is */
    }
    return take_first(p, in, end, unit);
}

bool atpi_frame_next(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                     struct atp_unit *unit)
{
    bool line = p->state == STATE_LINE && *in < end;
    if (line && (p->line_size > 0 || (**in != '>' && p->upload_first_size == 0)))
        return take_line(p, in, end, unit);
    return take_other(p, in, end, unit);
}

bool atpi_frame_rest(struct atp_parser *p, struct atp_unit *unit)
{
    if (atpi_in_stream(p)) {
        if (p->state == STATE_STREAM || p->tail_size == 0) return false;
        return give_tail(p, unit);
    }
    if (p->upload_matched > 0) atpi_frame_drop_upload_echo(p);
    size_t held = p->line_size;
    if (held == 0) return false;
    p->line_size = 0;
    return give(unit, UNIT_LINE, p->line, held, false);
}
