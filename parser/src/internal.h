/* What the four layers share. Calls go downward only:
 *
 *     parser.c     the public calls; joins the layers
 *     host.c       what the host sends, and its echo
 *     exchange.c   a command and its outcome
 *     args.c       text -> typed, range-checked fields
 *     classify.c   a line -> a name of the catalogue
 *     frame.c      bytes -> lines, prompts, payload, stream
 *
 * Names: `atp_` is the public API; `atpi_` is shared between the layers, and
 * hidden from the users of the library; a static name has no prefix. */
#ifndef ATPROOF_INTERNAL_H
#define ATPROOF_INTERNAL_H

#include <atproof/atproof.h>
#include <string.h>

/* Kept out of the path that most bytes take. */
#if defined(__GNUC__)
#define COLD __attribute__((noinline, cold))
#else
#define COLD
#endif

/* Part of its caller where the compiler works for speed; a function of its own
 * where it works for size (-Os), which keeps code and stack small. */
#if defined(__GNUC__) && defined(__OPTIMIZE_SIZE__)
#define INLINE_FOR_SPEED __attribute__((noinline))
#else
#define INLINE_FOR_SPEED inline
#endif

/* The contrary: a function of its own where the compiler works for speed, so
 * that the short path of its caller saves no registers for it. */
#if defined(__GNUC__) && !defined(__OPTIMIZE_SIZE__)
#define APART_FOR_SPEED __attribute__((noinline))
#else
#define APART_FOR_SPEED
#endif

/* ---- state ------------------------------------------------------------ */

/* Where the next byte stands. */
enum state {
    STATE_LINE,      /* in a line, or before one: up to its LF              */
    STATE_PROMPTED,  /* after a >: one space may belong to it               */
    STATE_LONG_TEXT, /* in a line that outgrew the buffer: passing on to LF */
    STATE_LONG_ECHO, /* the same, in the echo of a command                  */
    STATE_DATA,      /* counted payload: data_left bytes to pass on         */
    STATE_ECHO,      /* counted echo: data_left bytes to pass on            */
    STATE_STREAM,    /* transparent: everything is passed on                */
    STATE_ESCAPING,  /* the same, after +++: what may be its OK is held     */
    STATE_ESCAPED    /* before the result code that ended a stream          */
};

/* Flags, grouped by how long they hold: a group is reset by one assignment.
 *
 * session_flags hold until atp_reset. */
#define SESSION_CONTEXT 0x01u /* the caller calls atp_sent                  */
#define SESSION_ECHO    0x02u /* the module echoes: the last command was    */
#define SESSION_NUMERIC 0x04u /* ATV0: result codes are digits, CR ends     */

/* command_flags hold until the next command line: what it asks for. */
#define COMMAND_UNCOUNTED 0x01u /* its upload is ended by Ctrl-Z            */
#define COMMAND_ECHO_OFF  0x02u /* ATE0: its echo is the last               */
#define COMMAND_SEVERAL   0x04u /* several commands in the line             */
#define COMMAND_OTHER                                                                              \
    0x08u /* sent after it, and may be echoed: a line                                              \
           * that is no command                       */

/* response_flags hold until the command is sent, or its response begins, anew:
 * what has come of it. */
#define RESPONSE_PENDING     0x01u /* a command was sent (or its echo seen)  */
#define RESPONSE_ECHO_DUE    0x02u /* its echo has not come                  */
#define RESPONSE_PROMPT_OK   0x04u /* a > at a line's start is a prompt      */
#define RESPONSE_PROMPTED    0x08u /* its prompt has come                    */
#define RESPONSE_UPLOAD      0x10u /* the host owes data                     */
#define RESPONSE_UPLOAD_ECHO 0x20u /* the module echoes the upload           */
#define RESPONSE_ANSWERED    0x40u /* part of its response has come          */
#define RESPONSE_FINAL       0x80u /* its final result code has come         */

/* What goes together, between two calls. `-`: not used, and may hold anything.
 *
 *     state       line_size  data_left  data_name    tail_size   upload_matched
 *                                       data_record
 *     LINE        any        0          -            0           any; 0 if line_size > 0
 *     PROMPTED    0          0          -            0           0
 *     LONG_TEXT   0          0          -            0           0
 *     LONG_ECHO   0          0          -            0           0
 *     DATA        0          > 0        the header's 0           0
 *     ECHO        0          > 0        -            0           0
 *     STREAM      0          0          -            any         0
 *     ESCAPING    0          0          -            any         0
 *     ESCAPED     only inside atp_feed, while the callback runs
 *
 *     UPLOAD         not with FINAL; PROMPTED is set, too
 *     UPLOAD_ECHO    only with PROMPTED
 *     ANSWERED       only with PENDING and a form
 *     upload_matched at most upload_first_size
 *     form           FORM_NONE if command is ATP_NONE
 *     alive          0 if form is FORM_NONE
 */
#define FORM_NONE 0xFFFFu

/* A shared object that holds the library does not export these. */
#if defined(__GNUC__) && defined(__ELF__)
#pragma GCC visibility push(hidden)
#endif

/* ---- frame ------------------------------------------------------------ */

enum unit_kind {
    UNIT_LINE,      /* a line with its line end                             */
    UNIT_PROMPT,    /* >                                                    */
    UNIT_SPACE,     /* the space after it                                   */
    UNIT_LONG,      /* span of an over-long line                            */
    UNIT_LONG_ECHO, /* span of an over-long line that is an echo            */
    UNIT_ECHO,      /* span of a counted echo                               */
    UNIT_DATA,      /* span of payload                                      */
    UNIT_STREAM     /* span of the stream                                   */
};

/* Whether a transparent stream is under way. */
static inline bool atpi_in_stream(const struct atp_parser *p)
{
    return p->state == STATE_STREAM || p->state == STATE_ESCAPING;
}

/* Cuts the next unit out of *in … end. False: more input is needed. */
bool atpi_frame_next(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                     struct atp_unit *unit);

/* After the end of the line at `in`, if it lies whole before `end` and nothing
 * else is under way; else NULL. What atpi_frame_next would find, without the
 * detour: the path of most lines. */
static inline const uint8_t *atpi_frame_whole_line(const struct atp_parser *p, const uint8_t *in,
                                                   const uint8_t *end)
{
    if (p->state != STATE_LINE || p->line_size > 0 || p->upload_first_size > 0 || *in == '>'
        || (p->session_flags & SESSION_NUMERIC) != 0)
        return NULL;
    const uint8_t *last = memchr(in, '\n', (size_t)(end - in));
    return last != NULL && (size_t)(last - in) < p->line_capacity ? last + 1 : NULL;
}

/* Keeps a byte that only makes a line longer. False: it may be more. */
static inline bool atpi_frame_hold_byte(struct atp_parser *p, uint8_t byte)
{
    if (p->state != STATE_LINE || byte == '\n' || (p->session_flags & SESSION_NUMERIC) != 0
        || (size_t)p->line_size + 1 >= p->line_capacity)
        return false;
    if (p->line_size == 0 && (byte == '>' || p->upload_first_size > 0)) return false;
    p->line[p->line_size++] = byte;
    return true;
}

/* The upload's echo, if it was being looked for, is not what comes: its bytes
 * so far begin an ordinary line. */
void atpi_frame_drop_upload_echo(struct atp_parser *p);

/* Takes what is held of an unfinished line or stream into `unit`. False:
 * nothing is held. */
bool atpi_frame_rest(struct atp_parser *p, struct atp_unit *unit);

/* ---- classify --------------------------------------------------------- */

/* Name of exactly these bytes, or NULL. */
const struct atp_name *atpi_find_name(const struct atp_catalog *catalog, const uint8_t *bytes,
                                      size_t size);

/* Finds the name that the line `text` begins with; NULL: it is not in the
 * catalogue.
 * Writes: reader.fields; ors what deviates into the event's deviations. */
const struct atp_name *atpi_classify(struct atp_parser *p, const uint8_t *text, size_t size);

/* ---- args ------------------------------------------------------------- */

/* Reads the text of p->event, from reader.fields on, into its fields as
 * `record` says. reader.fields is 0 only if the text is not empty: the byte
 * before the fields is looked at where there are none.
 * Writes: what deviates to reader.deviations; reader.selected; to reader.end
 * where the line ends, earlier than its text where another line is glued to
 * the last field.
 * Returns false if a literal differs: this is another record. */
bool atpi_args_read(struct atp_parser *p, const struct atp_record *record);

/* ---- exchange --------------------------------------------------------- */

/* The response to the same command begins anew (A/, or a late echo). */
void atpi_exchange_restart(struct atp_parser *p);

/* Whether the pending command has a form that `record` answers. */
bool atpi_exchange_asked(const struct atp_parser *p, const struct atp_record *record);

/* Counts the event in; decides its kind where the exchange decides. */
void atpi_exchange_step(struct atp_parser *p, struct atp_event *event);

/* The caller's clock ran out: an unfinished exchange is late. */
void atpi_exchange_expire(struct atp_parser *p);

/* ---- host -------------------------------------------------------------- */

/* Bytes of a line's text that are the echo of what was sent, its CRs included; 0:
 * it is none. Without atp_sent the echo is how the command is known.
 * Writes: the event's text_size; ors what deviates into its deviations. */
size_t atpi_find_echo(struct atp_parser *p, struct atp_event *event, const uint8_t *text,
                      size_t size);

/* The echo has come. */
void atpi_note_echo(struct atp_parser *p);

#if defined(__GNUC__) && defined(__ELF__)
#pragma GCC visibility pop
#endif

/* ---- shared ----------------------------------------------------------- */

static inline uint32_t atpi_hash_text(const uint8_t *bytes, size_t size)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 16777619u;
    return hash;
}

static inline bool atpi_is_letter(uint8_t byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26;
}

/* Value of a decimal or hexadecimal digit, 16 if it is none. */
static inline unsigned atpi_digit(uint8_t byte)
{
    unsigned digit = (unsigned)byte - '0';
    if (digit < 10) return digit;
    digit = (byte | 0x20u) - 'a';
    return digit < 6 ? digit + 10 : 16;
}

static inline const struct atp_form *atpi_pending_form(const struct atp_parser *p)
{
    return p->form == FORM_NONE ? NULL : &p->catalog->forms[p->form];
}

#endif
