/* What a part of the virtual module is, and what it can ask of the core.
 *
 * A part is a group of commands with what they remember: the file store,
 * SIMCom's HTTP commands, Quectel's SSL clients. The core knows its parts by
 * their tables (struct modem_part) alone; parts.c lists them. */
#ifndef ATPROOF_MODEM_PART_H
#define ATPROOF_MODEM_PART_H

#include "modem/core/module.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEM_ADDRESS "127.0.0.1" /* where sockets are opened              */
#define ARGUMENT_MAX  16          /* of a command                          */

/* ---- results ---------------------------------------------------------- */

/* How a command ends. A positive number is a code of 27.007 9.2. */
enum modem_result {
    MODEM_OK = 0,
    MODEM_ERROR = -1,
    MODEM_NO_CARRIER = -2,
    MODEM_CONNECT = -3,
    MODEM_PENDING = -4, /* modem_finish gives the result later              */
    MODEM_RESET = -5,   /* OK, and the module restarts                      */
    MODEM_CONNECT_FAIL = -6
};

#define CME_NOT_ALLOWED    3
#define CME_NOT_SUPPORTED  4
#define CME_MEMORY_FULL    20
#define CME_NOT_FOUND      22
#define CME_NO_NETWORK     30
#define CME_BAD_PARAMETERS 50
#define CME_UNSPECIFIED    148 /* of GPRS (27.007 9.2.2)                    */

/* ---- commands --------------------------------------------------------- */

/* An argument as the host wrote it. */
struct modem_argument {
    const struct catalog_field *field; /* of the form                       */
    char *text;                        /* without its quotes                */
    bool given;                        /* present and not empty             */
    bool is_number;
    int64_t number;
};

/* A command under way. */
struct modem_call {
    const struct catalog_set *set;
    const struct catalog_command *command;
    const struct catalog_form *form;
    struct modem_argument arguments[ARGUMENT_MAX];
    size_t argument_count;
};

/* Writes the lines of a response.
 * Returns: enum modem_result or a code of 27.007 9.2. */
typedef int modem_handler(struct modem *modem, const struct modem_call *call);

struct modem_entry {
    const char *name; /* as the catalogue has it: `+CSQ`, `E`               */
    modem_handler *handler;
    bool answers_test; /* its handler answers `=?` too, not the catalogue   */
};

/* The argument of that parameter, or NULL if it was not given. */
const struct modem_argument *modem_argument(const struct modem_call *call, const char *name);

/* Its number, or `otherwise`. */
int64_t modem_number(const struct modem_call *call, const char *name, int64_t otherwise);

/* Its text, or `otherwise`. Borrows from the call. */
const char *modem_text(const struct modem_call *call, const char *name, const char *otherwise);

/* Whether the call is of the read, test, write or execute form. */
bool modem_is(const struct modem_call *call, enum atp_form_kind kind);

/* Replaces the text that *out owns by a copy of `text`. */
void modem_set_text(char **out, const char *text);

/* ---- parts ------------------------------------------------------------ */

/* What a part remembers. Its address is the key; the core allocates `size`
 * bytes, zeroed, for each module. */
struct modem_memory {
    size_t size;
};

/* Facts of a vendor that the core itself needs. */
struct modem_vendor {
    const char *const *dialects; /* of the catalogue; NULL ends them        */
    const char *const *banner;   /* URCs of power-up; NULL ends them        */
    bool tells_speed;            /* `CONNECT <speed>`, unless X0            */
};

/* What a part is open to on the network; flags. */
enum modem_activity {
    MODEM_IDLE = 0,
    MODEM_ONLINE = 1, /* it has a connection or a request                   */
    MODEM_WORKING = 2 /* something is under way that the descriptor reports */
};

/* One part; a member is NULL where the part has nothing to do. Of all parts
 * `start` and `poll` are called in the order of the table, `stop` in reverse. */
struct modem_part {
    const char *name;
    const struct modem_vendor *vendor;
    const struct modem_entry *commands; /* the last has the name NULL       */
    const struct modem_memory *memory;
    void (*start)(struct modem *modem); /* at power-up and after each restart */
    void (*stop)(struct modem *modem);  /* releases what the memory points to */
    /* Every command of the catalogue that was tried, of any part: its result. */
    void (*after_command)(struct modem *modem, const struct modem_call *call, int result);
    /* A command line ended; its final result code is out. (No call is passed:
     * a command that ended later has none any more.) */
    void (*after_final)(struct modem *modem);
    void (*poll)(struct modem *modem); /* looks at connections and timers   */
    /* When to poll again, in µs of modem_now; MODEM_NEVER. */
    int64_t (*due)(const struct modem *modem);
    unsigned (*activity)(const struct modem *modem); /* of enum modem_activity */
};

/* As modem_new, with other parts than parts.c lists. Borrows: `parts` (NULL
 * ends them), until modem_free. */
struct modem *modem_new_with_parts(const struct catalog_model *model,
                                   const struct modem_options *options,
                                   const struct modem_part *const *parts);

/* The bytes of that key. The part that has it must be in the module's table. */
void *modem_memory(const struct modem *modem, const struct modem_memory *key);

/* ---- the module ------------------------------------------------------- */

/* V.250's settings, and what ATZ resets with them. */
struct modem_settings {
    bool echo, quiet, verbose;
    int progress;   /* X                                                    */
    int dtr;        /* &D                                                   */
    int error_form; /* CMEE                                                 */
};

struct modem_settings *modem_settings(struct modem *modem);
void modem_reset_settings(struct modem *modem);

/* Time of the caller, in µs. */
int64_t modem_now(const struct modem *modem);

const struct modem_options *modem_options(const struct modem *modem);
const struct catalog_model *modem_catalog(const struct modem *modem);

/* The edition of the set that the dialect has, or NULL. */
const char *modem_edition(const struct modem *modem, const struct catalog_set *set);

/* A choice that the manual leaves open: true by the seed's chance; false
 * without a seed. */
bool modem_flips(struct modem *modem);

/* Whether the module has that fault and it strikes now. */
bool modem_strikes(struct modem *modem, enum modem_fault fault);

/* ---- output ----------------------------------------------------------- */

/* A line of a response, between CR LF. */
__attribute__((format(printf, 2, 3))) void modem_line(struct modem *modem, const char *format, ...);

/* Bytes just as they are: payload, a prompt, a stream. */
void modem_bytes(struct modem *modem, const void *bytes, size_t size);

/* A result code in the form that V and X ask for; nothing with Q1. */
void modem_result_code(struct modem *modem, const char *text);

/* Ends a pending command with `result`; the rest of its command line goes on. */
void modem_finish(struct modem *modem, int result);

/* The same with a result code of another name; nothing goes on. */
void modem_finish_with(struct modem *modem, const char *text);

/* As modem_say; `size` bytes follow the line as they are. */
void modem_say_data(struct modem *modem, const char *text, const void *bytes, size_t size);

/* Whether modem_say would write at once. */
bool modem_may_say(const struct modem *modem);

/* Bytes that are written and were not handed out. */
size_t modem_unsent(const struct modem *modem);

/* ---- uploads ---------------------------------------------------------- */

/* `complete`: all that was awaited came. */
typedef void modem_upload_done(struct modem *modem, const uint8_t *bytes, size_t size,
                               bool complete);

/* Takes the next `size` bytes of the host, then calls `done` with them; earlier
 * and not complete if the host pauses for `limit_us`. The command must be
 * pending; `done` finishes it. */
void modem_begin_upload(struct modem *modem, size_t size, int64_t limit_us,
                        modem_upload_done *done);

/* Of the upload that was just begun: prints an A after every kilobyte. */
void modem_acknowledge_upload(struct modem *modem);

/* The same: its limit is that of the whole upload, not of a pause. */
void modem_limit_upload(struct modem *modem);

/* Takes bytes up to Ctrl-Z, at most `size` and, if there are more, one; not
 * complete after ESC. */
void modem_begin_text(struct modem *modem, size_t size, int64_t limit_us, modem_upload_done *done);

/* ---- transparent access ----------------------------------------------- */

/* A connection whose bytes pass. */
struct modem_stream {
    /* Takes bytes of the host for the peer. Returns: how many; the rest comes again. */
    size_t (*take)(struct modem *modem, const uint8_t *bytes, size_t size);
    /* Hands out bytes of the peer, 0: none now. */
    size_t (*give)(struct modem *modem, uint8_t *bytes, size_t capacity);
    /* Bytes that `give` would hand out. */
    size_t (*waiting)(const struct modem *modem);
    /* DTR went off with &D2: ends the connection and calls modem_end_stream. */
    void (*drop)(struct modem *modem);
};

/* From the next CONNECT on (a command that ends with MODEM_CONNECT, ATO) the
 * bytes are those of `stream`, until modem_end_stream. Borrows: `stream`. */
void modem_set_stream(struct modem *modem, const struct modem_stream *stream);

/* The connection is over, and all its bytes are handed out. Prints `text` if
 * bytes passed; then ATO has nothing to return to. */
void modem_end_stream(struct modem *modem, const char *text);

/* Whether there is a stream that ATO can return to, or that is on the line. */
bool modem_has_stream(const struct modem *modem);

/* Whether its bytes are on the line now. */
bool modem_is_streaming(const struct modem *modem);

#endif
