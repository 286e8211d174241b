/* A host that talks to a module and keeps all of it: every byte with its time
 * in a record, the judge beside it.
 *
 * What is received goes into the record at once and to the judge, which decodes
 * it, as soon as its place is certain: each byte once, in the order of the record.
 * Two things make it wait. After a command line it waits for the line's echo: what
 * the module sent before that stands before the command. In a transparent stream it
 * waits, if the caller asks for it, until the caller knows where the stream ended. */
#ifndef CONFORMANCE_SESSION_H
#define CONFORMANCE_SESSION_H

#include "judge/judge.h"
#include "run/line.h"
#include "script/transcript.h"

#include <atproof/atproof.h>

#define SESSION_ECHO_US INT64_C(500000) /* how long an echo is awaited        */

/* Bytes that a module may send in one case, from session_begin on: more is a flood.
 * What comes then is read, counted and dropped. So is what comes after as many line
 * ends, CR or LF: each line may have a finding, of some hundred bytes. */
#define SESSION_RECEIVED_MAX (UINT64_C(1) << 20)
#define SESSION_ENDS_MAX     (UINT64_C(1) << 15)
#define SESSION_HELD_MAX     (UINT64_C(1) << 16) /* bytes of them that await an echo */

/* The echo of a command line. */
enum session_echo { SESSION_ECHO_CAME, SESSION_ECHO_AWAITED, SESSION_ECHO_MISSED };

struct session {
    struct line *line;                       /* borrowed                    */
    const struct compiled_catalog *compiled; /* borrowed                    */
    struct transcript_builder record;        /* since session_begin         */
    struct judge_course *judge;              /* since session_begin or session_judge */
    size_t judged_from;                      /* item of the record that the judge saw first */
    size_t judged_count;                     /* items of the record that are decoded */
    struct transcript_builder held;          /* the command line whose echo is awaited, and
                                              * what came since             */
    uint64_t received_max;                   /* bytes of a record                */
    uint64_t ends;                           /* CR and LF of them                */
    uint64_t dropped;                        /* bytes that came after them       */
    uint64_t dropped_before;                 /* of records before this one       */
    size_t rewrite_count;                    /* how often items of the record moved */
    int64_t begun_us;                        /* times of the record are from here */
    int64_t sent_us, received_us;            /* the last byte; of line_now  */
    int64_t read_us;                         /* the last byte, by the machine's clock */
    int64_t command_us;                      /* the last command line       */
    size_t line_of_case;                     /* given to the items that are sent */
    uint32_t data_left;                      /* bytes of payload that are to come */
    bool echoes;                             /* the module does, as far as known */
    enum session_echo echo;                  /* of the last command line    */
    bool holds_stream;                       /* set by the caller, see above */
    bool prompted;                           /* an upload is awaited         */
    bool vanished;                           /* the port did; see line_error */
    bool booted;                             /* the module started           */
    char final[32]; /* the last final result code; "" since the command: none */
};

/* How a command of ours ended. */
enum session_answer { SESSION_OK, SESSION_ERROR, SESSION_SILENT, SESSION_VANISHED };

void session_open(struct session *session, struct line *line,
                  const struct compiled_catalog *compiled);
void session_close(struct session *session);

/* Begins a record, and a judge, anew. */
void session_begin(struct session *session);

/* From here on it is judged: a judge anew, the record goes on. */
void session_judge(struct session *session);

/* What was judged since then. The lines that it names are numbers of items, 1 the
 * first since session_judge (judgement_set_lines). A judge anew goes on.
 * Owns: the caller releases *out with judgement_release. */
void session_take_judgement(struct session *session, const struct judge_options *options,
                            struct judgement *out);

/* The record from item `first` on. Borrows: until the next call. */
struct transcript session_record(const struct session *session, size_t first);
size_t session_item_count(const struct session *session);

/* Notes in the record that the transparent stream ended after the module had
 * sent `received` bytes since item `first`. */
void session_end_stream(struct session *session, size_t first, uint64_t received);

/* Whether the module sends a transparent stream, as far as it is decoded. */
bool session_is_stream(const struct session *session);

/* Decodes what is held. */
void session_decode(struct session *session);

/* Sends it. A command line is whole, with its CR; what is none is an upload, a
 * stream, or an escape.
 * Returns: false if the port vanished. */
bool session_send(struct session *session, const void *bytes, size_t size, bool is_command);

/* Waits until something comes. Returns: bytes; 0 at the deadline (of
 * line_now); -1 if the port vanished. */
ssize_t session_receive(struct session *session, int64_t deadline_us);

/* Sends a command line (without CR) and waits until its exchange is over, an
 * awaited URC included, for at most `limit_us`. */
enum session_answer session_command(struct session *session, const char *text, int64_t limit_us);

/* Whether the last command's exchange is: by the parser's view of it; of a
 * command that it does not know, by the final result code. */
bool session_is_over(const struct session *session);

/* The host's clock ran out: nothing more of the exchange is awaited. */
void session_expire(struct session *session);

/* Waits, a moment at most, until a line or payload that is under way is whole. */
void session_end_line(struct session *session);

/* How long the module may take for the pending command by the catalogue, else
 * `otherwise_us`. */
int64_t session_limit(const struct session *session, int64_t otherwise_us);

#endif
