/* What the parts of the virtual module share. */
#ifndef ATPROOF_MODEM_INTERNAL_H
#define ATPROOF_MODEM_INTERNAL_H

#include "base/buffer.h"
#include "modem/core/speech.h"
#include "modem/modem.h"
#include "modem/net/http.h"
#include "modem/quectel/ssl.h"
#include "modem/simcom/simcom.h"

#include <stdbool.h>

#define MODEM_REVISION ATPROOF_VERSION
#define MODEM_ADDRESS  "127.0.0.1"       /* where sockets are opened */
#define LINE_SIZE_MAX  2048              /* bytes of a command line; a longer one is refused  */
#define ARGUMENT_MAX   16                /* of a command                                      */
#define CONTEXT_COUNT  20                /* PDP contexts, 1 the first                         */
#define FILE_MAX       64                /* in the file store                                 */
#define FILE_BYTES_MAX ((size_t)4 << 20) /* all of them together                 */

/* ---- results ---------------------------------------------------------- */

/* How a command ends. A positive number is a code of 27.007 9.2. */
enum modem_result {
    MODEM_OK = 0,
    MODEM_ERROR = -1,
    MODEM_NO_CARRIER = -2,
    MODEM_CONNECT = -3,
    MODEM_PENDING = -4, /* modem_finish says it later                       */
    MODEM_RESET = -5,   /* OK, and the module starts anew                   */
    MODEM_CONNECT_FAIL = -6,
    MODEM_NOTHING = -7 /* of a defect: OK, and nothing is done             */
};

#define CME_NOT_ALLOWED    3
#define CME_NOT_SUPPORTED  4
#define CME_MEMORY_FULL    20
#define CME_NOT_FOUND      22
#define CME_BAD_PARAMETERS 50

/* ---- commands --------------------------------------------------------- */

/* An argument as the host wrote it. */
struct modem_argument {
    const struct catalog_field *field; /* of the form                       */
    char *text;                        /* without its quotes                */
    bool given;                        /* there, and not empty              */
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

struct modem;

/* Says the lines of a response; returns how it ends. */
typedef int modem_handler(struct modem *modem, const struct modem_call *call);

struct modem_entry {
    const char *name;
    modem_handler *handler;
};

/* The argument of that parameter, or NULL if it was not given. */
const struct modem_argument *modem_argument(const struct modem_call *call, const char *name);

/* Its number, or `otherwise`. */
int64_t modem_number(const struct modem_call *call, const char *name, int64_t otherwise);

/* Its text, or `otherwise`. Borrows from the call. */
const char *modem_text(const struct modem_call *call, const char *name, const char *otherwise);

/* Puts a copy of `text` in the place of what *out owns. */
void modem_set_text(char **out, const char *text);

/* Whether the call is of the read, test, write or execute form. */
bool modem_is(const struct modem_call *call, enum atp_form_kind kind);

/* Takes `text`, what stands behind `=` or the name, apart as the form's
 * arguments. Writes: call->arguments; release them with modem_release_call.
 * Returns: MODEM_OK, or a code if an argument is not what the catalogue has. */
int modem_read_arguments(struct modem_call *call, const char *edition, const char *text);
void modem_release_call(struct modem_call *call);

/* Notes which command is under way; runs it as far as the defects leave it.
 * `result`: what its arguments gave. */
void defect_ask(struct modem *modem, const struct modem_call *call);
int defect_run(struct modem *modem, const struct modem_call *call, modem_handler *handler,
               int result);

/* The answer to `=?` that the catalogue states, said. */
void modem_answer_test(struct modem *modem, const struct modem_call *call);

/* ---- the line --------------------------------------------------------- */

/* A line of a response, between CR LF. */
__attribute__((format(printf, 2, 3))) void modem_line(struct modem *modem, const char *format, ...);

/* Bytes just as they are: payload, a prompt, a stream. */
void modem_bytes(struct modem *modem, const void *bytes, size_t size);

/* Bytes to the line, past everything else. */
void modem_put(struct modem *modem, const void *bytes, size_t size);

/* A result code in the form that V and X ask for; nothing with Q1. */
void modem_result_code(struct modem *modem, const char *text);

/* How a pending command ends; the rest of its command line goes on. */
void modem_finish(struct modem *modem, int result);

/* The same with a result code of another name; nothing goes on. */
void modem_finish_with(struct modem *modem, const char *text);

/* Runs a command line without its CR. */
void modem_run_line(struct modem *modem, const char *line);
void modem_resume_line(struct modem *modem);

/* Takes the next `size` bytes of the host, then calls `done` with them; earlier
 * and not complete if the host pauses for `limit_us`. The command must be
 * pending; `done` finishes it. */
typedef void modem_upload_done(struct modem *modem, const uint8_t *bytes, size_t size,
                               bool complete);
void modem_begin_upload(struct modem *modem, size_t size, int64_t limit_us,
                        modem_upload_done *done);

/* The parameter of a field of a command (NULL: of a URC), or NULL. */
const struct catalog_param *modem_param(const struct modem *modem, const struct catalog_set *set,
                                        const struct catalog_command *command,
                                        const struct catalog_field *field);

/* Whether the set, and in core the clause, is of the dialect. */
bool modem_has_set(const struct modem *modem, const struct catalog_set *set);
bool modem_has_clause(const struct modem *modem, const char *clause);

/* Takes bytes up to Ctrl-Z, at most `size` and, if there are more, one; not
 * complete behind ESC. */
void modem_begin_text(struct modem *modem, size_t size, int64_t limit_us, modem_upload_done *done);

/* As modem_say; `size` bytes follow the line as they are. */
void modem_say_data(struct modem *modem, const char *text, const void *bytes, size_t size);

/* Whether it would be said at once. */
bool modem_may_say(const struct modem *modem);

/* Bytes that were said and not handed out. */
size_t modem_unsaid(const struct modem *modem);

/* ---- transparent access ----------------------------------------------- */

/* A connection whose bytes pass. */
struct modem_stream {
    /* Takes bytes of the host for the peer. Returns: how many; the rest comes again. */
    size_t (*take)(struct modem *modem, const uint8_t *bytes, size_t size);
    /* Hands out bytes of the peer, 0: none now. */
    size_t (*give)(struct modem *modem, uint8_t *bytes, size_t capacity);
    /* Bytes that `give` would hand out. */
    size_t (*waiting)(const struct modem *modem);
    /* Ends the connection, for DTR went off with &D2; calls modem_end_stream. */
    void (*drop)(struct modem *modem);
};

/* From the next CONNECT on (a command that ends with MODEM_CONNECT, ATO) the
 * bytes are those of `stream`, until modem_end_stream. Borrows: `stream`. */
void modem_set_stream(struct modem *modem, const struct modem_stream *stream);

/* The connection is over, and all its bytes are handed out. Says `text`, if
 * bytes passed; then there is nothing for ATO to return to. */
void modem_end_stream(struct modem *modem, const char *text);

/* For the line alone. */
void modem_enter_stream(struct modem *modem);
void modem_take_stream(struct modem *modem, const uint8_t *bytes, size_t size);
void modem_stream_tick(struct modem *modem);
int64_t modem_stream_due(const struct modem *modem);

/* ---- state ------------------------------------------------------------ */

struct modem_context {
    bool defined, active;
    char type[8]; /* "IP", "IPV6", "IPV4V6", "PPP"                          */
    char *apn;
    char *user;
    char *password;
    char *dns[2];
    int compression[2];
    int authentication;
};

struct modem_file {
    char *name;
    struct buffer bytes;
    size_t read_at; /* QFREAD's                                             */
};

/* V.250's settings. */
struct modem_settings {
    bool echo, quiet, verbose;
    int progress; /* X                                                      */
    int dtr;      /* &D                                                     */
};

/* SIMCom's HTTP service. */
struct modem_http {
    bool on;
    char *url, *content_type, *accept, *user_data; /* NULL: not set         */
    long connect_limit_s, receive_limit_s;
    int ssl_context;
    bool reads_again;     /* READMODE 1                                     */
    struct buffer data;   /* of HTTPDATA                                    */
    struct http_job *job; /* under way, or NULL                             */
    int method;
    bool from_file, tells_method; /* how its result is told                 */
    struct http_response response;
    size_t read_at;          /* of the body: what is before is read         */
    size_t due_at, due_size; /* of the body, to be said behind the OK       */
};

struct modem_stream_state {
    const struct modem_stream *of; /* NULL: nothing to return to            */
    struct buffer unsent;          /* of the host, not yet taken            */
    size_t escape_size;            /* of "+++", so far                      */
    int64_t escape_at;             /* when it began                         */
    int64_t last;                  /* when the host last sent               */
};

enum modem_mode { MODE_COMMAND, MODE_UPLOAD, MODE_BUSY, MODE_STREAM };

struct modem {
    const struct catalog_model *model;
    struct modem_options options;
    int64_t now;
    /* the line */
    struct buffer out;
    size_t sent;     /* of out                                           */
    int64_t free_ns; /* when the next byte may go                        */
    uint64_t random; /* state                                            */
    size_t chunk;    /* bytes that may go before the next pause          */
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
    struct {
        struct buffer bytes;
        size_t size;
        int64_t limit_us, until;
        modem_upload_done *done;
        bool acknowledged; /* an A behind every kilobyte                    */
        bool marked;       /* ended by Ctrl-Z or ESC                        */
        bool may_pause;    /* the limit is the host's pause; else of it all */
    } upload;
    /* 27.007 */
    int64_t clock_offset;          /* seconds                               */
    int64_t cell_period, cell_due; /* CPSI                                  */
    struct modem_context contexts[CONTEXT_COUNT];
    char character_set[8];   /* CSCS                                        */
    int clock_zone;          /* quarters of an hour                         */
    int error_form;          /* CMEE                                        */
    int functionality;       /* CFUN                                        */
    int registration_urc[3]; /* n of CREG, CGREG, CEREG                     */
    int operator_mode, operator_format;
    int last_error; /* QIGETERROR                                           */
    int event;      /* eventfd that wakes the host's loop                   */
    bool attached;
    /* files and HTTP */
    char *upload_name;
    char *http_url; /* QHTTPURL's                                           */
    struct modem_file files[FILE_MAX];
    struct modem_http http;
    struct modem_qssl qssl;
    struct modem_ssl_context ssl[SSL_CONTEXT_COUNT];
    struct modem_cch cch;
};

const char *modem_edition(const struct modem *modem, const struct catalog_set *set);
bool modem_is_vendor(const struct modem *modem, const char *vendor);
void modem_start(struct modem *modem, bool told);
void modem_forget_contexts(struct modem *modem);
void modem_forget_files(struct modem *modem);

/* What the module takes for now, seconds since 1970 UTC: CCLK's time. */
int64_t modem_clock_s(const struct modem *modem);

/* A choice that the manual leaves open: true by the seed's chance, without one
 * never. */
bool modem_flips(struct modem *modem);

/* Whether a line may stand here: nothing typed, nothing under way. */
bool modem_may_interrupt(const struct modem *modem);

/* Whether F1013 takes that for a name of a certificate or key. */
bool modem_is_certificate(const char *name);

/* The file of that name, or NULL. */
struct modem_file *modem_find_file(struct modem *modem, const char *name);

/* Ends the service; the state is as before HTTPINIT. */
void modem_http_stop(struct modem *modem);

/* Tells of a request that is over. */
void modem_http_tick(struct modem *modem);
bool modem_http_is_under_way(const struct modem *modem);

/* Says what HTTPREAD promised, behind its OK. */
void modem_http_after_final(struct modem *modem);

/* What waits for the clock in 27.007. */
int64_t modem_core_due(const struct modem *modem);
void modem_core_tick(struct modem *modem);

/* The commands, a table a part; name NULL ends it. */
extern const struct modem_entry modem_v250_commands[];
extern const struct modem_entry modem_core_commands[];
extern const struct modem_entry modem_packet_commands[];
extern const struct modem_entry modem_file_commands[];
extern const struct modem_entry modem_http_commands[];
extern const struct modem_entry modem_qssl_config_commands[];
extern const struct modem_entry modem_qssl_commands[];
extern const struct modem_entry modem_socket_commands[];
extern const struct modem_entry modem_ssl_commands[];
extern const struct modem_entry modem_cch_commands[];

#endif
