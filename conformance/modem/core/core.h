/* What the files of the core share, and the defects with them. The parts know
 * part.h alone. Lowest first: a file calls those above it here. */
#ifndef ATPROOF_MODEM_CORE_H
#define ATPROOF_MODEM_CORE_H

#include "base/buffer.h"
#include "modem/core/part.h"
#include "modem/core/speech.h"

#define LINE_SIZE_MAX 2048 /* bytes of a command line; a longer one is refused */

/* ---- state ------------------------------------------------------------ */

struct modem_stream_state {
    const struct modem_stream *of; /* NULL: nothing to return to            */
    struct buffer unsent;          /* of the host, not yet taken            */
    size_t escape_size;            /* of "+++", so far                      */
    int64_t escape_at;             /* when it began                         */
    int64_t last;                  /* when the host last sent               */
};

struct modem_upload {
    struct buffer bytes;
    size_t size;
    int64_t limit_us, until;
    modem_upload_done *done;
    bool acknowledged; /* an A after every kilobyte                         */
    bool marked;       /* ended by Ctrl-Z or ESC                            */
    bool may_pause;    /* the limit is that of a pause; else of the whole   */
};

enum modem_mode { MODE_COMMAND, MODE_UPLOAD, MODE_BUSY, MODE_STREAM };

struct modem {
    const struct catalog_model *model;
    struct modem_options options;
    const struct modem_part *const *parts;
    void **memories; /* of the parts, in their order                        */
    size_t part_count;
    const struct modem_vendor *vendor; /* NULL: no part is of the dialect's */
    int64_t now;
    int event; /* eventfd that wakes the host's loop                        */
    /* the line */
    struct buffer out;
    size_t sent;     /* of out                                              */
    int64_t free_ns; /* when the next byte may go                           */
    struct random random;
    size_t chunk; /* bytes that may go before the next pause             */
    struct defect_state defects;
    struct buffer urcs; /* that wait for their place: line, NUL, size, bytes */
    /* command lines */
    struct buffer held; /* bytes that came while busy                       */
    size_t line_size;
    char line[LINE_SIZE_MAX];
    char last[LINE_SIZE_MAX]; /* for A/                                     */
    char rest[LINE_SIZE_MAX]; /* of the line under way                      */
    enum modem_mode mode;
    unsigned prefix; /* of "AT" that came                                   */
    bool line_too_long;
    bool pending; /* a command's result is to come                          */
    bool dtr;     /* the line's                                             */
    struct modem_settings settings;
    struct modem_stream_state stream;
    struct modem_upload upload;
};

/* ---- the line (wire.c) ------------------------------------------------ */

/* Queues bytes for the line as they are. */
void wire_put(struct modem *modem, const void *bytes, size_t size);

/* Hands out what the line has carried by modem->now.
 * Returns: bytes written, at most `capacity`. */
size_t wire_take(struct modem *modem, uint8_t *bytes, size_t capacity);

/* When the line is ready to hand out more; MODEM_NEVER: there is nothing. */
int64_t wire_due(const struct modem *modem);

/* ---- the dialect (dialect.c) ------------------------------------------ */

/* The parameter of a field of a command (NULL: of a URC), or NULL. */
const struct catalog_param *dialect_param(const struct modem *modem, const struct catalog_set *set,
                                          const struct catalog_command *command,
                                          const struct catalog_field *field);

/* Whether the set, and what the vendor alone has (NULL: all have it), is of the dialect. */
bool dialect_has_set(const struct modem *modem, const struct catalog_set *set);
bool dialect_has_vendor(const struct modem *modem, const char *vendor);

/* Writes: call->set and call->command. */
bool dialect_find_command(const struct modem *modem, const char *name, struct modem_call *call);

/* The form of that kind whose keyword, if it has one, begins `text`.
 * Writes: call->form. */
bool dialect_find_form(const struct modem *modem, struct modem_call *call, enum atp_form_kind kind,
                       const char *text);

/* ---- random URCs (urc.c) ---------------------------------------------- */

/* Prints a random URC, with a chance of one in three. */
void urc_interrupt(struct modem *modem);

/* A command line is over: there may come one, if they are wanted. */
void urc_after_line(struct modem *modem);

/* ---- output (output.c) ------------------------------------------------ */

/* Prints a piece, unless a defect does otherwise. `before`, `after`: the line's
 * ends. */
void output_piece(struct modem *modem, enum speech_kind kind, const void *bytes, size_t size,
                  const char *before, const char *after);

/* ---- URCs (say.c) ----------------------------------------------------- */

/* Prints what waited, if it may stand here. */
void say_waiting(struct modem *modem);

/* ---- uploads (upload.c) ----------------------------------------------- */

/* Takes bytes of the upload under way. Returns: how many. */
size_t upload_take(struct modem *modem, const uint8_t *bytes, size_t size);

/* Ends it if its time is over. */
void upload_tick(struct modem *modem);
int64_t upload_due(const struct modem *modem);

/* ---- transparent access (stream.c) ------------------------------------ */

void stream_enter(struct modem *modem);
void stream_take(struct modem *modem, const uint8_t *bytes, size_t size);
void stream_tick(struct modem *modem);
int64_t stream_due(const struct modem *modem);

/* ---- power-up (start.c) ----------------------------------------------- */

/* Everything as when the module is switched on, but for files and clock; with
 * `banner` it prints the URCs of power-up. */
void module_start(struct modem *modem, bool banner);

/* ---- commands --------------------------------------------------------- */

/* Parses `text`, the bytes after `=` or the name, as the form's arguments.
 * Writes: call->arguments; release them with arguments_release.
 * Returns: MODEM_OK, or a code if an argument is not what the catalogue has. */
int arguments_read(struct modem_call *call, const char *edition, const char *text);
void arguments_release(struct modem_call *call);

/* Prints the answer to `=?` that the catalogue states. */
void answer_test(struct modem *modem, const struct modem_call *call);

/* Notes which command is under way. */
void command_fault_ask(struct modem *modem, const struct modem_call *call);

/* Runs it as far as the faults leave it. `result`: what its arguments gave. */
int command_fault_run(struct modem *modem, const struct modem_call *call, modem_handler *handler,
                      int result);

/* Runs a command line without its CR. */
void command_run_line(struct modem *modem, const char *line);

/* ---- typing (typing.c) ------------------------------------------------ */

/* Takes a byte of a command line. */
void typing_take(struct modem *modem, uint8_t byte);

#endif
