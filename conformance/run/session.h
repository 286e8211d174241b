/* A host that talks to a module and keeps all of it: every byte with its time
 * in a record, the parser beside it. */
#ifndef CONFORMANCE_SESSION_H
#define CONFORMANCE_SESSION_H

#include "run/line.h"
#include "script/transcript.h"

#include <atproof/atproof.h>

#define SESSION_LINE_SIZE 4096 /* bytes of the parser's line buffer          */

struct session {
    struct line *line;                       /* borrowed                    */
    const struct compiled_catalog *compiled; /* borrowed                    */
    struct transcript_builder record;        /* since session_begin         */
    size_t rewrite_count;                    /* how often items of it were put elsewhere */
    int64_t begun_us;                        /* times of the record are from here */
    int64_t sent_us, received_us;            /* the last byte; of line_now  */
    int64_t read_us;                         /* the last byte, by the machine's clock */
    int64_t command_us;                      /* the last command line       */
    size_t line_of_case;                     /* given to the items that are sent */
    uint32_t data_left;                      /* bytes of payload that are to come */
    bool prompted;                           /* an upload is awaited         */
    bool vanished;                           /* the port did; see line_error */
    bool booted;                             /* the module said that it started */
    struct atp_parser parser;
    uint8_t buffer[ATP_BUFFER_SIZE(SESSION_LINE_SIZE)];
    char final[32]; /* the last final result code; "" since the command: none */
};

/* How a command of ours ended. */
enum session_answer { SESSION_OK, SESSION_ERROR, SESSION_SILENT, SESSION_VANISHED };

void session_open(struct session *session, struct line *line,
                  const struct compiled_catalog *compiled);
void session_close(struct session *session);

/* Begins a record, the parser's state anew. */
void session_begin(struct session *session);

/* The record from item `first` on. Borrows: until the next call. */
struct transcript session_record(const struct session *session, size_t first);
size_t session_item_count(const struct session *session);

/* Notes in the record that the transparent stream ended when the module had
 * said `received` bytes since item `first`. */
void session_end_stream(struct session *session, size_t first, uint64_t received);

/* Puts what the module said before the echo of the last command line in front
 * of that line: it had not been read yet when the host went on.
 * Returns: whether the echo has come. */
bool session_sort_echo(struct session *session);

/* Says it. A command line is whole, with its CR; what is none is an upload, a
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
