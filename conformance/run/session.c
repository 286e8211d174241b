/* Sending, receiving, asking. */
#include "base/memory.h"
#include "run/session_internal.h"

#include <stdlib.h>
#include <string.h>

#define LINE_US INT64_C(50000) /* between two pieces of a line            */

bool session_send(struct session *session, const void *bytes, size_t size, bool is_command)
{
    int64_t now = line_now(session->line);
    session_decode(session);
    if (is_command) {
        session->command_us = now;
        session->final[0] = '\0';
        session->prompted = false;
    }
    if (is_command && session->echoes) {
        session_hold(session, now, bytes, size);
    } else {
        if (is_command) session->echo = SESSION_ECHO_MISSED;
        session_keep(session, TRANSCRIPT_SENT, now, bytes, size);
        session_decode(session);
    }
    session->sent_us = now;
    if (line_write(session->line, bytes, size) == PORT_OK) return true;
    session->vanished = true;
    session_decode(session);
    return false;
}

/* How many of `size` bytes the record still takes. */
static size_t take_in(struct session *session, const uint8_t *bytes, size_t size)
{
    uint64_t kept = session->record.received_size + session->held.received_size;
    uint64_t room = kept < session->received_max ? session->received_max - kept : 0;
    size_t most = size < room ? size : (size_t)room;
    size_t taken = 0;
    for (; taken < most && session->ends < SESSION_ENDS_MAX; taken++)
        session->ends += bytes[taken] == '\r' || bytes[taken] == '\n';
    session->dropped += size - taken;
    return taken;
}

static void take(struct session *session, const uint8_t *bytes, size_t size)
{
    session->received_us = line_now(session->line);
    session->read_us = port_now_us();
    size = take_in(session, bytes, size);
    if (size == 0) return;
    session_keep(session, TRANSCRIPT_RECEIVED, session->received_us, bytes, size);
    bool waits = session->echo == SESSION_ECHO_AWAITED
                     ? session->held.received_size <= SESSION_HELD_MAX
                     : session->holds_stream && session_is_stream(session);
    if (!waits) session_decode(session);
    else if (session->echo == SESSION_ECHO_AWAITED) session_look_for_echo(session);
}

/* No echo within its time: what is held is decoded as it came. */
static size_t give_up_echo(struct session *session)
{
    size_t size = session->held.received_size;
    session_decode(session);
    return size;
}

ssize_t session_receive(struct session *session, int64_t deadline_us)
{
    uint8_t bytes[4096];
    int64_t echo_us = session->command_us + SESSION_ECHO_US;
    ssize_t size = 0;
    bool for_echo = true;
    while (size == 0 && for_echo) {
        for_echo = session->echo == SESSION_ECHO_AWAITED && echo_us <= deadline_us;
        size = line_read(session->line, bytes, sizeof bytes, for_echo ? echo_us : deadline_us);
        if (size == 0 && for_echo) {
            size_t held = give_up_echo(session);
            if (held > 0) return (ssize_t)held;
        }
    }
    if (size > 0) take(session, bytes, (size_t)size);
    if (size >= 0) return size;
    session->vanished = true;
    session_decode(session);
    return size;
}

void session_end_line(struct session *session)
{
    const struct buffer *bytes = &session->record.bytes;
    while (session->data_left > 0 || (bytes->size > 0 && bytes->bytes[bytes->size - 1] != '\n'))
        if (session_receive(session, line_now(session->line) + LINE_US) <= 0
            || session->dropped > 0)
            return;
}

bool session_is_over(const struct session *session)
{
    struct atp_exchange exchange;
    if (session->echo == SESSION_ECHO_AWAITED) return false;
    atp_exchange_read(judge_course_parser(session->judge), &exchange);
    if (exchange.form == NULL) return session->final[0] != '\0';
    return exchange.state != ATP_EXCHANGE_OPEN && exchange.state != ATP_EXCHANGE_AWAITING;
}

void session_expire(struct session *session)
{
    session_decode(session);
    session_keep(session, TRANSCRIPT_EXPIRE, line_now(session->line), "", 0);
    session_decode(session);
    session->prompted = false;
}

int64_t session_limit(const struct session *session, int64_t otherwise_us)
{
    struct atp_exchange exchange;
    atp_exchange_read(judge_course_parser(session->judge), &exchange);
    return exchange.time_limit_ms > 0 ? (int64_t)exchange.time_limit_ms * 1000 : otherwise_us;
}

enum session_answer session_command(struct session *session, const char *text, int64_t limit_us)
{
    char *line = memory_format("%s\r", text);
    bool sent = session_send(session, line, strlen(line), true);
    int64_t deadline = session->command_us + limit_us;
    free(line);
    while (sent && !session_is_over(session))
        if (session_receive(session, deadline) <= 0 || session->dropped > 0) break;
    if (session->vanished) return SESSION_VANISHED;
    if (session->final[0] == '\0') return SESSION_SILENT;
    return strcmp(session->final, "OK") == 0 ? SESSION_OK : SESSION_ERROR;
}
