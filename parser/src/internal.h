/* What the four layers share. Calls go downward only:
 *
 *     parser.c     the public calls; joins the layers
 *     host.c       what the host sends: command lines, uploads, +++
 *     exchange.c   a command and its outcome
 *     args.c       text -> typed, range-checked fields
 *     classify.c   a line -> a name of the catalogue
 *     frame.c      bytes -> lines, prompts, payload, stream
 */
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

/* On the path that most bytes take: part of its caller where speed counts, on
 * its own where size and stack do (-Os). */
#if defined(__GNUC__) && defined(__OPTIMIZE_SIZE__)
#define HOT __attribute__((noinline))
#else
#define HOT inline
#endif

/* The contrary: on its own where speed counts, so that a caller's short cut
 * pays nothing for it; part of the caller where size and stack do. */
#if defined(__GNUC__) && !defined(__OPTIMIZE_SIZE__)
#define APART __attribute__((noinline))
#else
#define APART
#endif

/* Where the next byte stands. */
enum state {
    STATE_LINE,      /* in a line, or before one: up to its LF              */
    STATE_PROMPTED,  /* behind a >: one blank may belong to it              */
    STATE_LONG_TEXT, /* in a line that outgrew the buffer: passing on to LF */
    STATE_LONG_ECHO, /* the same, in the echo of a command                  */
    STATE_DATA,      /* counted payload: data_left bytes to pass on         */
    STATE_ECHO,      /* counted echo: data_left bytes to pass on            */
    STATE_STREAM,    /* transparent: everything is passed on                */
    STATE_ESCAPED    /* behind the result that ended a stream               */
};

#define FLAG_CONTEXT   0x001u /* the caller tells what is sent             */
#define FLAG_PENDING   0x002u /* a command was sent (or its echo seen)     */
#define FLAG_FINAL     0x004u /* its final result code has come            */
#define FLAG_ECHO_DUE  0x008u /* its echo has not come                     */
#define FLAG_ECHO_ON   0x010u /* the last command was echoed               */
#define FLAG_PROMPTED  0x020u /* its prompt has come                       */
#define FLAG_UPLOAD    0x040u /* the host owes data                        */
#define FLAG_UNCOUNTED 0x080u /* data is ended by Ctrl-Z                   */
#define FLAG_ESCAPE    0x100u /* +++ was sent into the stream              */
#define FLAG_NUMERIC   0x200u /* ATV0: result codes are digits, CR ends    */

#define FLAG_PROMPT_OK   0x400u   /* a > at a line's start is a prompt         */
#define FLAG_ECHO_OTHER  0x800u   /* what is echoed next may be no command     */
#define FLAG_ANSWERED    0x1000u  /* part of its response has come             */
#define FLAG_ECHO_OFF    0x2000u  /* ATE0: its echo is the last                */
#define FLAG_UPLOAD_ECHO 0x4000u  /* the module echoes the upload             */
#define FLAG_SEVERAL     0x8000u  /* several commands in the line              */
#define FLAG_BUSY        0x10000u /* the callback runs                         */

#define FORM_NONE 0xFFFFu

/* ---- frame ------------------------------------------------------------ */

enum unit_kind {
    UNIT_LINE,      /* a line with its line end                             */
    UNIT_PROMPT,    /* >                                                    */
    UNIT_SPACE,     /* the blank behind it                                  */
    UNIT_LONG,      /* span of an over-long line                            */
    UNIT_LONG_ECHO, /* span of an over-long line that is an echo            */
    UNIT_ECHO,      /* span of a counted echo                               */
    UNIT_DATA,      /* span of payload                                      */
    UNIT_STREAM     /* span of the stream                                   */
};

/* Cuts the next unit out of *in … end. False: more input is needed. */
bool atp_frame_next(struct atp_parser *p, const uint8_t **in, const uint8_t *end,
                    struct atp_unit *unit);

/* Behind the end of the line at `in`, if it lies whole before `end` and nothing
 * else is under way; else NULL. What atp_frame_next would find, without the
 * detour: the path of most lines. */
static inline const uint8_t *atp_frame_whole_line(const struct atp_parser *p, const uint8_t *in,
                                                  const uint8_t *end)
{
    if (p->state != STATE_LINE || p->line_size > 0 || p->upload_first_size > 0 || *in == '>'
        || (p->flags & FLAG_NUMERIC) != 0)
        return NULL;
    const uint8_t *last = memchr(in, '\n', (size_t)(end - in));
    return last != NULL && (size_t)(last - in) < p->line_capacity ? last + 1 : NULL;
}

/* Keeps a byte that only makes a line longer. False: it may be more. */
static inline bool atp_frame_hold_byte(struct atp_parser *p, uint8_t byte)
{
    if (p->state != STATE_LINE || byte == '\n' || (p->flags & FLAG_NUMERIC) != 0
        || (size_t)p->line_size + 1 >= p->line_capacity)
        return false;
    if (p->line_size == 0 && (byte == '>' || p->upload_first_size > 0)) return false;
    p->line[p->line_size++] = byte;
    return true;
}

/* The upload's echo, if it was being looked for, is not what comes: its bytes
 * so far are a line's. */
void atp_frame_drop_upload_echo(struct atp_parser *p);

/* Takes what is held back of an unfinished line into `unit`; false: nothing. */
bool atp_frame_rest(struct atp_parser *p, struct atp_unit *unit);

/* ---- classify --------------------------------------------------------- */

/* Name of exactly these bytes, or NULL. */
const struct atp_name *atp_find_name(const struct atp_catalog *catalog, const uint8_t *bytes,
                                     size_t size);

/* Finds the name that the line `text` begins with; NULL: it is not in the
 * catalogue.
 * Writes: the offset of the fields to reader.at; ors what deviates into the
 * event's deviations. */
const struct atp_name *atp_classify(struct atp_parser *p, const uint8_t *text, size_t size);

/* ---- args ------------------------------------------------------------- */

#define DEV_FIELDS 0xFFu /* mask: deviations of fields                     */

/* Reads the text of p->event, from `at` on, into its fields as `record` says.
 * Writes: what deviates to reader.deviations; to reader.end where the line
 * ends, earlier than its text where another is glued to the last field.
 * Returns false if a literal differs: this is another record. */
bool atp_args_read(struct atp_parser *p, const struct atp_record *record, unsigned at);

/* ---- host -------------------------------------------------------------- */

/* A command line goes out: text from `AT` to before its CR. */
void atp_begin_command(struct atp_parser *p, const uint8_t *text, size_t size);

/* Whether a line has the shape of a command, not just its first letters. */
bool atp_is_command(const uint8_t *text, size_t size);

/* ---- exchange --------------------------------------------------------- */

/* The same command's response begins anew (A/, or a late echo). */
void atp_exchange_restart(struct atp_parser *p);

/* Whether the pending command has a form that `record` answers. */
bool atp_exchange_asked(const struct atp_parser *p, const struct atp_record *record);

/* Counts the event in; decides its kind where the exchange decides. */
void atp_exchange_step(struct atp_parser *p, struct atp_event *event);

/* The caller's clock ran out: an unfinished exchange is late. */
void atp_exchange_expire(struct atp_parser *p);

/* ---- shared ----------------------------------------------------------- */

static inline uint32_t atp_hash_text(const uint8_t *bytes, size_t size)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 16777619u;
    return hash;
}

static inline bool atp_is_letter(uint8_t byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26;
}

/* Value of a decimal or hexadecimal digit, 16 if it is none. */
static inline unsigned atp_digit(uint8_t byte)
{
    unsigned digit = (unsigned)byte - '0';
    if (digit < 10) return digit;
    digit = (byte | 0x20u) - 'a';
    return digit < 6 ? digit + 10 : 16;
}

static inline const struct atp_form *atp_pending_form(const struct atp_parser *p)
{
    return p->form == FORM_NONE ? NULL : &p->catalog->forms[p->form];
}

#endif
