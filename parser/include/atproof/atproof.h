/* atproof: a streaming parser for what a cellular module sends over its AT
 * port. Bytes in, typed events out; no allocation, no copy of payload.
 *
 *     static uint8_t buffer[ATP_BUFFER_SIZE(512)];
 *     static struct atp_parser parser;
 *     atp_init(&parser, &atp_catalog_simcom, buffer, sizeof buffer, on_event, NULL);
 *     ...
 *     atp_sent(&parser, "AT+CSQ\r", 7);     // what goes to the module
 *     atp_feed(&parser, bytes, size);       // what comes from it
 *
 * The module is the DCE, the host the DTE. The caller owns all memory: the
 * parser struct and the line buffer. Nothing is global, nothing blocks. A
 * parser is not shared between threads without a lock; any number of them
 * may run at once.
 *
 * Every call checks its pointers. With NULL where an object is needed, a call
 * that returns a status changes nothing and returns ATP_ERROR_ARGUMENT; one
 * that returns something else returns what it does for an unknown thing (NULL,
 * -1, false, ATP_RESULT_NONE or ""). So does a call that the callback may not
 * make. The pointers inside a catalogue, an event and a parser are not checked:
 * they are the library's own.
 *
 * What holds between versions (ATP_VERSION_*) is in parser/README.md. In short: as
 * long as the first number is 0, objects compiled for 0.x link and run with every
 * 0.x.y. The sizes of the structs below are part of that.
 *
 * What holds for every input (tests and fuzz targets cite the numbers):
 *   I1 The same bytes give the same events however they are split over calls.
 *      Spans of payload, stream, echo and long lines are compared joined.
 *   I2 Every byte fed belongs to exactly one event, in order, without a gap.
 *   I3 Bytes inside a counted payload or a transparent stream change no event
 *      but that payload's own bytes.
 *   I4 The tail of an over-long line, a line inside an echo and a name that
 *      merely begins like a known one are never taken for a response.
 *   I5 After any garbage the next complete line is recognised; a payload that
 *      stays short is ended by atp_expire.
 *   I6 A field is present, empty, missing, malformed or out of range, each
 *      told apart; nothing wraps, nothing is clamped.
 *   I7 No allocation, no recursion, bounded stack, linear work; payload bytes
 *      are not read.
 *   I8 What deviates from the manual is decoded as far as it can be and carries
 *      named deviations; how strict to be is for the caller to judge.
 *   I9 The same events on every architecture.
 */
#ifndef ATPROOF_ATPROOF_H
#define ATPROOF_ATPROOF_H

#include <atproof/catalog.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version ---------------------------------------------------------- */

/* Of this header: the one place where the version is written. */
#define ATP_VERSION_MAJOR 0
#define ATP_VERSION_MINOR 2
#define ATP_VERSION_PATCH 0

/* The same as text: "0.2.0". */
#define ATP_VERSION_STRING                                                                         \
    ATP_TEXT_(ATP_VERSION_MAJOR)                                                                   \
    "." ATP_TEXT_(ATP_VERSION_MINOR) "." ATP_TEXT_(ATP_VERSION_PATCH)
#define ATP_TEXT_(number)  ATP_TEXT__(number)
#define ATP_TEXT__(number) #number

/* Version of the library that is linked: ATP_VERSION_STRING when it was built. */
const char *atp_version(void);

/* ---- limits ----------------------------------------------------------- */

/* Longest line that is decoded, bytes, its line end included: the caller's
 * choice between these. A longer one is passed on as spans of text. */
#define ATP_LINE_SIZE_MIN 64
#define ATP_LINE_SIZE_MAX 65535

/* Size of the buffer that lines of up to `line_size` bytes take: the event
 * under way lives in it as well, so that none of it is on the stack. */
#define ATP_BUFFER_SIZE(line_size) ((line_size) + sizeof(struct atp_event) + 7u)

/* ---- status ----------------------------------------------------------- */

/* What a call made of its arguments. Misuse changes nothing. */
enum atp_status {
    ATP_OK = 0,
    ATP_ERROR_ARGUMENT = -1,  /* a null pointer, a size out of its limits, or
                               * a call that the callback may not make      */
    ATP_ERROR_MISSING = -2,   /* there is no such field on the line          */
    ATP_ERROR_EMPTY = -3,     /* the field is there, and empty               */
    ATP_ERROR_MALFORMED = -4, /* its text is not of the type asked for      */
    ATP_ERROR_RANGE = -5,     /* its value does not fit the type asked for   */
    ATP_ERROR_CAPACITY = -6   /* the caller's buffer is too small for it     */
};

/* ---- events ----------------------------------------------------------- */

enum atp_kind {
    ATP_KIND_ECHO,     /* the host's own bytes, sent back                   */
    ATP_KIND_INFO,     /* a line that answers the pending command           */
    ATP_KIND_RESULT,   /* a result code: OK, +CME ERROR, SEND OK, CONNECT   */
    ATP_KIND_URC,      /* an unsolicited result code                        */
    ATP_KIND_PROMPT,   /* the module awaits data: >, DOWNLOAD, CONNECT      */
    ATP_KIND_DATA,     /* a span of a counted payload                       */
    ATP_KIND_STREAM,   /* a span of a transparent stream                    */
    ATP_KIND_TEXT,     /* a line the catalogue does not know                */
    ATP_KIND_BLANK,    /* an empty line, or one of spaces; the space after > */
    ATP_KIND_TRUNCATED /* what atp_expire or atp_finish cut off             */
};

/* How a line is decoded (leading and trailing spaces are ignored):
 *
 *   Name. A prefix begins with a symbol (`+CSQ`). A colon and one space follow it,
 *   unless a record of it has no fields. A lost colon is accepted before a comma,
 *   which then stands in its place, or a parenthesis. A word (`OK`) stands alone;
 *   with ATP_NAME_TAIL a space and text may follow it. The longest name counts.
 *   Fields. Spaces before a field are extra, except those that a literal begins
 *   with; so are spaces after a field without quotes. A quote closes where a comma
 *   or the end follows, with or without spaces between; what is between the outer
 *   quotes is the text. After a colon there is at least one field, if the record
 *   has any. Fields beyond the record are text, cut as ATP_TYPE_SET is.
 *   Glued. A number without quotes ends at a `+` and a capital after its digits:
 *   there the next line begins, if its end was lost (four times in a line).
 *   Record. A literal or keyword that differs rules a record of the name out; so
 *   does a value where the first field is an ATP_TYPE_SET. Of the others goes first
 *   what has no deviation of a field; then what answers the pending form; then
 *   where a literal or keyword agrees; then the smaller set of deviations of
 *   fields (ATP_DEV_FIELDS: the graver the higher); then the catalogue's order. What
 *   no variant awaits now is the URC of the same parameters, if there is one.
 */

/* Deviations from the manual, as bits. */
#define ATP_DEV_QUOTED          (1u << 0)  /* a number or word in quotes     */
#define ATP_DEV_UNQUOTED        (1u << 1)  /* a string without quotes        */
#define ATP_DEV_STRAY_QUOTE     (1u << 2)  /* quotes unbalanced              */
#define ATP_DEV_RANGE           (1u << 3)  /* outside its range              */
#define ATP_DEV_EMPTY_FIELD     (1u << 4)  /* a required field is empty      */
#define ATP_DEV_EXTRA_FIELD     (1u << 5)  /* more fields than the record    */
#define ATP_DEV_MISSING_FIELD   (1u << 6)  /* a required field is absent     */
#define ATP_DEV_MALFORMED_FIELD (1u << 7)  /* not of its type                */
#define ATP_DEV_NO_SPACE        (1u << 8)  /* none after the colon           */
#define ATP_DEV_EXTRA_SPACE     (1u << 9)  /* spaces where none belong       */
#define ATP_DEV_NO_COLON        (1u << 10) /* prefix without its colon       */
#define ATP_DEV_BARE_LF         (1u << 11) /* line ended by LF alone         */
#define ATP_DEV_EXTRA_CR        (1u << 12) /* line ended by CR CR LF         */
#define ATP_DEV_GLUED           (1u << 13) /* no line end before what follows */
#define ATP_DEV_LONG_LINE       (1u << 14) /* longer than the line buffer    */
#define ATP_DEV_SHORT_PAYLOAD   (1u << 15) /* fewer bytes than announced     */
#define ATP_DEV_BAD_LENGTH      (1u << 16) /* announced length is no length (2) */
#define ATP_DEV_ECHO_DIFFERS    (1u << 17) /* echo is not what was sent      */
#define ATP_DEV_NOT_ASKED       (1u << 18) /* answers no pending command (1) */
#define ATP_DEV_UNEXPECTED      (1u << 19) /* in no variant, or not here (1) */
#define ATP_DEV_STALE           (1u << 20) /* a result ahead of the echo     */
#define ATP_DEV_CUT             (1u << 21) /* a line without its end         */
#define ATP_DEV_UNKNOWN_RECORD  (1u << 22) /* known name, in none of its records */
#define ATP_DEV_COUNT           23
#define ATP_DEV_FIELDS          0xFFu /* mask: the deviations of fields      */
/* (1) Only if the caller uses atp_sent.
 * (2) Not there, empty, no number of 32 bits, or with a minus sign. */

/* How far a field could be read. */
enum atp_field_status {
    ATP_FIELD_VALID,
    ATP_FIELD_EMPTY,
    ATP_FIELD_MALFORMED, /* its text is not of its type                     */
    ATP_FIELD_RANGE,     /* of its type, and outside its range              */
    ATP_FIELD_OVERFLOW   /* a number beyond 32 bits                         */
};
#define ATP_FIELD_NEGATIVE 0x80u /* or-ed to the status: has a minus sign  */

/* One field of a line. Its text, without quotes, begins at
 * event->bytes + offset. Quotes with nothing between are an empty text, which no
 * number is; nothing at all is an empty field. */
struct atp_field {
    uint32_t value;  /* magnitude of a number of 32 bits, else 0            */
    uint16_t offset; /* bytes                                               */
    uint16_t size;   /* bytes                                               */
};

/* How the response to the pending command stands. */
enum atp_exchange_state {
    ATP_EXCHANGE_NONE,     /* no command is pending, or an unknown one       */
    ATP_EXCHANGE_OPEN,     /* the response is under way                      */
    ATP_EXCHANGE_AWAITING, /* OK came; the asynchronous result has not      */
    ATP_EXCHANGE_COMPLETE, /* one variant of the manual, whole              */
    ATP_EXCHANGE_VIOLATED, /* ended as no variant of the manual does        */
    ATP_EXCHANGE_LATE      /* atp_expire found it unfinished                */
};

/* One event. It and all it points to are valid until the callback returns,
 * but for the catalogue's own tables. */
struct atp_event {
    uint8_t kind;     /* enum atp_kind                                  */
    uint8_t result;   /* enum atp_result; of RESULT and CONNECT prompts */
    uint8_t exchange; /* enum atp_exchange_state once this has come     */
    uint8_t more;     /* 1: a further span of the same event follows    */
    uint8_t field_count;
    uint8_t status[ATP_FIELD_COUNT_MAX]; /* of the fields: atp_field_status */
    uint16_t text_offset;                /* of the line without its line end, in bytes;    */
    uint16_t text_size;                  /* of a known one without the spaces around it;   */
                                         /* 0 for spans                                    */
    uint32_t deviations;                 /* ATP_DEV_*                                      */
    uint32_t left;                       /* DATA: payload bytes yet to come; TRUNCATED:
                                          * bytes that never came                          */
    const uint8_t *bytes;                /* borrowed                                       */
    size_t size;                         /* bytes                                          */
    uint64_t offset;                     /* of its first byte in all that was fed          */
    const struct atp_catalog *catalog;
    const struct atp_name *name;     /* NULL if the catalogue knows none    */
    const struct atp_record *record; /* NULL likewise                       */
    struct atp_field fields[ATP_FIELD_COUNT_MAX];
};

/* Called for each event, in stream order, from within atp_feed, atp_expire
 * and atp_finish. It may call atp_sent, atp_stream_end, atp_exchange_read and
 * the readers; other calls of the same parser return ATP_ERROR_ARGUMENT. */
typedef void atp_event_fn(void *user, const struct atp_event *event);

/* ---- the parser ------------------------------------------------------- */

/* What the frame layer has cut. Private. */
struct atp_unit {
    const uint8_t *bytes; /* borrowed from the input or the line buffer     */
    size_t size;          /* bytes                                          */
    uint8_t kind;         /* enum unit_kind, of parser/src/internal.h       */
    bool more;            /* a further span of the same follows             */
};

/* The line whose fields are being read. Private. */
struct atp_reader {
    uint8_t status;      /* of the field: enum atp_field_status             */
    uint8_t type;        /* of the field: enum atp_type                     */
    bool quoted;         /* the field stands in quotes                      */
    bool rejected;       /* a literal differs: another record               */
    bool selected;       /* a literal agrees                                */
    uint8_t pieces;      /* more lines that may be glued to this one        */
    const uint8_t *text; /* the line without its end, and spaces around it  */
    unsigned fields;     /* where its fields begin: from the name           */
    unsigned at;         /* next byte to read                               */
    unsigned end;        /* of the line; earlier where another is glued     */
    unsigned first;      /* of the field's text, without quotes             */
    unsigned size;       /* of that text, bytes                             */
    uint32_t value;      /* of the field, if a number                       */
    uint32_t deviations; /* of the fields so far                            */
};

/* How far the variants of the pending form have come. Private. */
struct atp_progress {
    uint8_t alive;                     /* variants still possible, as bits  */
    uint8_t at[ATP_VARIANT_COUNT_MAX]; /* of each: its next element         */
};

/* All members are private; the struct stands here so that the caller can
 * own it. 160 bytes or less where pointers have 32 bits; small members first,
 * where Thumb reaches them in one instruction. Flags and what goes together:
 * parser/src/internal.h. */
struct atp_parser {
    uint8_t state;          /* where the next byte stands: enum state       */
    uint8_t session_flags;  /* SESSION_*: until atp_reset                   */
    uint8_t command_flags;  /* COMMAND_*: until the next command line       */
    uint8_t response_flags; /* RESPONSE_*: until the response begins anew   */
    bool in_callback;       /* while on_event runs                          */
    uint8_t exchange;       /* enum atp_exchange_state                      */
    uint8_t command;        /* pending: index, or ATP_NONE                  */
    uint8_t tail_size;      /* bytes of a result that the stream ends with  */
    uint8_t tail_spelling;  /* which result that may be                     */
    uint8_t data_name;      /* of the payload: index of its name            */
    uint8_t upload_matched; /* bytes of upload_first that came back         */
    uint8_t upload_first_size;
    uint8_t upload_first[4]; /* first bytes of the upload, by which its echo
                              * is known                                    */
    struct atp_progress progress;
    uint16_t form;            /* pending: index, or 0xFFFF: none   */
    uint16_t line_size;       /* bytes held in line                */
    uint16_t line_capacity;   /* bytes that line has room for      */
    uint16_t echo_size;       /* of what was sent last, no CR      */
    uint16_t echo_first_size; /* of the same, up to its first LF   */
    uint16_t data_record;     /* of the payload: its record        */
    uint32_t data_left;       /* bytes of payload or echo to come  */
    uint32_t upload_size;     /* bytes of the upload sent so far   */
    uint32_t upload_left;     /* bytes of it yet to be sent        */
    uint32_t upload_count;    /* bytes of it that were announced   */
    uint32_t echo_hash;       /* of those echo_first_size bytes    */
    uint64_t offset;          /* of the next event in all input    */

    /* what atp_init was given: atp_reset keeps it */
    uint8_t *line;           /* buffer of the line that is held             */
    struct atp_event *event; /* the event under way, in the same buffer     */
    const struct atp_catalog *catalog;
    atp_event_fn *on_event;
    void *user; /* of on_event                                              */

    /* used inside a call only */
    struct atp_unit unit;     /* the unit that is being decoded             */
    struct atp_reader reader; /* the line that is being decoded             */
};

/* Prepares a parser. No other call is allowed before it has returned ATP_OK.
 * Owns: nothing; `catalog` and `buffer` are borrowed for the parser's life.
 * Units: `buffer_size` bytes: ATP_BUFFER_SIZE(n), n from ATP_LINE_SIZE_MIN to
 * ATP_LINE_SIZE_MAX. The buffer needs no alignment.
 * Returns: ATP_OK, or ATP_ERROR_ARGUMENT. */
enum atp_status atp_init(struct atp_parser *parser, const struct atp_catalog *catalog, void *buffer,
                         size_t buffer_size, atp_event_fn *on_event, void *user);

/* Forgets all it was fed and sent; the offset begins anew at 0. Bytes
 * of an unfinished line are dropped: call atp_finish first to keep them.
 * Returns: ATP_OK, or ATP_ERROR_ARGUMENT (also from within a callback). */
enum atp_status atp_reset(struct atp_parser *parser);

/* Takes bytes that came from the module, any number, and delivers the events
 * they complete. Lines that lie whole in `bytes` are not copied.
 * Borrows: `bytes` until it returns.
 * Returns: ATP_OK, or ATP_ERROR_ARGUMENT (also from within a callback). */
enum atp_status atp_feed(struct atp_parser *parser, const void *bytes, size_t size);

/* Tells the parser what the host sends, before or while it is sent. A command
 * line must be whole in one call, with its CR; an upload may come in pieces;
 * `+++` is one call of its own, its guard times kept by the caller (after
 * ATV0, whose results are no lines, end the stream with atp_stream_end).
 * Optional: without it, commands are known from their echo alone. Of several
 * commands in one line the last is the pending one. A piece of a command is
 * taken for a command of that name: unknown, most likely.
 * Borrows: `bytes` until it returns.
 * Returns: ATP_OK, or ATP_ERROR_ARGUMENT.
 * Spec: V.250 5.2, 5.3; quectel-ssl/1.3 on `+++`. */
enum atp_status atp_sent(struct atp_parser *parser, const void *bytes, size_t size);

/* The caller's clock ran out. Ends an unfinished payload or line with a
 * TRUNCATED event that states how much is missing; the next line is recognised.
 * An unfinished exchange is late, which makes no event: ask
 * atp_exchange_read.
 * Returns: ATP_OK, or ATP_ERROR_ARGUMENT (also from within a callback). */
enum atp_status atp_expire(struct atp_parser *parser);

/* No more bytes will come. Ends an unfinished payload or line as atp_expire
 * does, and delivers the held bytes of a stream; the exchange stays as it is.
 * Returns: ATP_OK, or ATP_ERROR_ARGUMENT (also from within a callback). */
enum atp_status atp_finish(struct atp_parser *parser);

/* The owner of the connection knows that the transparent stream is over (DTR,
 * DCD, its own knowledge): what follows is lines again. Without a stream nothing
 * changes.
 * Returns: ATP_OK, or ATP_ERROR_ARGUMENT. */
enum atp_status atp_stream_end(struct atp_parser *parser);

/* Result code that the last bytes of the stream spell (ATP_RESULT_NO_CARRIER,
 * ATP_RESULT_CLOSED), or ATP_RESULT_NONE. They have been delivered as stream:
 * the peer may have sent them. If the caller knows better, it takes the other
 * reading with atp_stream_end. */
enum atp_result atp_stream_tail(const struct atp_parser *parser);

/* Whether a transparent stream is under way. */
bool atp_is_stream(const struct atp_parser *parser);

/* ---- the exchange ----------------------------------------------------- */

/* The pending command and how its response stands. */
struct atp_exchange {
    const struct atp_command *command; /* NULL: none, or an unknown one     */
    const struct atp_form *form;       /* NULL: the command has no such form */
    const struct atp_variant *variant; /* the one that came or is under way;
                                        * NULL while several are possible,
                                        * or none is                        */
    const struct atp_record *missing;  /* record awaited next, NULL if none
                                        * or not yet decided                */
    uint32_t time_limit_ms;            /* maximum response time, 0 unstated */
    enum atp_exchange_state state;
};

/* Writes: *out only on ATP_OK.
 * Returns: ATP_OK, or ATP_ERROR_ARGUMENT. */
enum atp_status atp_exchange_read(const struct atp_parser *parser, struct atp_exchange *out);

/* ---- readers ---------------------------------------------------------- */

/* Reads field `index`, 0 the first after the colon, literals counted.
 * Writes: *out only on ATP_OK. A value out of the manual's range is read all
 * the same (its status shows it); one that does not fit *out is not.
 * Returns: ATP_OK, ATP_ERROR_ARGUMENT, ATP_ERROR_MISSING, ATP_ERROR_EMPTY,
 * ATP_ERROR_MALFORMED or ATP_ERROR_RANGE. */
enum atp_status atp_read_u32(const struct atp_event *event, unsigned index, uint32_t *out);
enum atp_status atp_read_i32(const struct atp_event *event, unsigned index, int32_t *out);

/* Text of field `index`, as the module sent it, without its quotes.
 * Borrows: *bytes points into the event.
 * Writes: *bytes and *size only on ATP_OK.
 * Returns: ATP_OK, ATP_ERROR_ARGUMENT, ATP_ERROR_MISSING or ATP_ERROR_EMPTY. */
enum atp_status atp_read_bytes(const struct atp_event *event, unsigned index, const uint8_t **bytes,
                               size_t *size);

/* The same, with V.250's escapes (`\22`, `\5C`: a backslash and two
 * hexadecimal digits) undone. No terminator is added. `out` may be NULL if
 * `capacity` is 0.
 * Units: `capacity` bytes.
 * Writes: *size only on ATP_OK; up to `capacity` bytes of `out` in any case.
 * Returns also: ATP_ERROR_CAPACITY if `out` is too small.
 * Spec: V.250 5.4.2.2. */
enum atp_status atp_read_string(const struct atp_event *event, unsigned index, void *out,
                                size_t capacity, size_t *size);

/* Index of the field that the manual calls `name`, or -1. */
int atp_find_field(const struct atp_event *event, const char *name);

/* The manual's name of field `index`, or its text if it is a literal; NULL if
 * there is no such field. */
const char *atp_field_name(const struct atp_event *event, unsigned index);

/* Whether field `index` is a literal of the record. */
bool atp_is_literal(const struct atp_event *event, unsigned index);

/* ---- names ------------------------------------------------------------ */

/* Prefix without its colon, or result code, as the catalogue has it; "" if
 * the line is unknown. */
const char *atp_event_name(const struct atp_event *event);

/* Lower-case words for enum atp_kind and enum atp_exchange_state: "echo",
 * "info", …; "" for any other number. */
const char *atp_kind_name(unsigned kind);
const char *atp_exchange_state_name(unsigned state);

/* Names of an exchange: its command (`+CSQ`), the manual's label of its
 * variant (`a`), the record awaited next (`OK`, `+CSQ`). "" for NULL. */
const char *atp_command_name(const struct atp_catalog *catalog, const struct atp_command *command);
const char *atp_variant_label(const struct atp_catalog *catalog, const struct atp_variant *variant);
const char *atp_record_name(const struct atp_catalog *catalog, const struct atp_record *record);

/* Name of deviation bit `bit` (0 … ATP_DEV_COUNT - 1): "missing-field", … */
const char *atp_deviation_name(unsigned bit);

#ifdef __cplusplus
}
#endif
#endif
