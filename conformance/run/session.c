/* Sending, receiving, recording. */
#include "session.h"

#include "memory.h"

#include <string.h>

/* Lines that a module says when it has just started. */
static bool is_start(const char *name)
{
    return strcmp(name, "RDY") == 0 || strcmp(name, "*ATREADY") == 0;
}

static void note_garbage(struct session *session, const struct atp_event *event)
{
    for (size_t i = 0; i < event->size; i++)
        session->garbage += event->bytes[i] >= 0x7F || event->bytes[i] == 0;
}

static void on_event(void *user, const struct atp_event *event)
{
    struct session *session = user;
    const char *name = atp_event_name(event);
    bool is_line = event->kind != ATP_KIND_DATA && event->kind != ATP_KIND_STREAM;
    if (event->kind == ATP_KIND_RESULT && event->result != ATP_RESULT_CONNECT)
        snprintf(session->final, sizeof session->final, "%s", name);
    if (is_line && is_start(name)) session->booted = true;
    if (event->kind == ATP_KIND_TEXT || event->kind == ATP_KIND_TRUNCATED)
        note_garbage(session, event);
}

void session_open(struct session *session, struct line *line,
                  const struct compiled_catalog *compiled)
{
    *session = (struct session){.line = line, .compiled = compiled};
    session_begin(session);
}

static void release_record(struct session *session)
{
    buffer_release(&session->record.bytes);
    buffer_release(&session->record.items);
    session->record = (struct transcript_builder){0};
}

void session_close(struct session *session)
{
    release_record(session);
}

void session_begin(struct session *session)
{
    release_record(session);
    session->begun_us = session->command_us = line_now(session->line);
    session->garbage = 0;
    session->booted = false;
    session->final[0] = '\0';
    atp_init(&session->parser, &session->compiled->catalog, session->buffer, sizeof session->buffer,
             on_event, session);
}

size_t session_item_count(const struct session *session)
{
    return session->record.items.size / sizeof(struct transcript_item);
}

struct transcript session_record(const struct session *session, size_t first)
{
    struct transcript out = {
        .bytes = session->record.bytes.bytes,
        .items = (struct transcript_item *)(void *)session->record.items.bytes + first,
        .item_count = session_item_count(session) - first,
    };
    for (size_t i = 0; i < out.item_count; i++)
        if (out.items[i].kind == TRANSCRIPT_RECEIVED) out.received_size += out.items[i].size;
    return out;
}

/* Adds the items again, the mark among them. */
void session_end_stream(struct session *session, size_t first, uint64_t received)
{
    struct buffer before = session->record.items;
    const struct transcript_item *items = (const void *)before.bytes;
    size_t count = session_item_count(session);
    struct transcript_item mark = {.kind = TRANSCRIPT_STREAM_END};
    session->record.items = (struct buffer){0};
    struct buffer *out = &session->record.items;
    for (size_t i = 0; i < count; i++) {
        struct transcript_item item = items[i];
        bool counts = i >= first && item.kind == TRANSCRIPT_RECEIVED && mark.time_us == 0;
        if (counts && received <= item.size) {
            struct transcript_item head = item;
            head.size = (size_t)received;
            mark.time_us = item.time_us;
            mark.offset = item.offset + head.size;
            if (head.size > 0) buffer_append(out, &head, sizeof head);
            buffer_append(out, &mark, sizeof mark);
            item.offset += head.size;
            item.size -= head.size;
            if (item.size == 0) continue;
        } else if (counts) {
            received -= item.size;
        }
        buffer_append(out, &item, sizeof item);
    }
    buffer_release(&before);
}

static void keep(struct session *session, enum transcript_kind kind, int64_t at, const void *bytes,
                 size_t size)
{
    transcript_add(&session->record, kind, 0, at - session->begun_us, bytes, size);
}

bool session_send(struct session *session, const void *bytes, size_t size, bool is_command)
{
    int64_t now = line_now(session->line);
    if (is_command) {
        session->command_us = now;
        session->final[0] = '\0';
    }
    keep(session, TRANSCRIPT_SENT, now, bytes, size);
    atp_sent(&session->parser, bytes, size);
    session->sent_us = now;
    if (line_write(session->line, bytes, size) == PORT_OK) return true;
    session->vanished = true;
    return false;
}

ssize_t session_receive(struct session *session, int64_t deadline_us)
{
    uint8_t bytes[4096];
    ssize_t size = line_read(session->line, bytes, sizeof bytes, deadline_us);
    if (size < 0) session->vanished = true;
    if (size <= 0) return size;
    session->received_us = line_now(session->line);
    keep(session, TRANSCRIPT_RECEIVED, session->received_us, bytes, (size_t)size);
    atp_feed(&session->parser, bytes, (size_t)size);
    return size;
}

/* By the parser's view of the exchange; of a command that it does not know, by
 * the final result code. */
static bool is_over(const struct session *session)
{
    struct atp_exchange exchange;
    atp_exchange_read(&session->parser, &exchange);
    if (exchange.form == NULL) return session->final[0] != '\0';
    return exchange.state != ATP_EXCHANGE_OPEN && exchange.state != ATP_EXCHANGE_AWAITING;
}

int64_t session_limit(const struct session *session, int64_t otherwise_us)
{
    struct atp_exchange exchange;
    atp_exchange_read(&session->parser, &exchange);
    return exchange.time_limit_ms > 0 ? (int64_t)exchange.time_limit_ms * 1000 : otherwise_us;
}

enum session_answer session_command(struct session *session, const char *text, int64_t limit_us)
{
    char *line = memory_format("%s\r", text);
    bool sent = session_send(session, line, strlen(line), true);
    int64_t deadline = session->command_us + limit_us;
    ssize_t size = 0;
    free(line);
    while (sent && !is_over(session))
        if ((size = session_receive(session, deadline)) <= 0) break;
    if (session->vanished) return SESSION_VANISHED;
    if (session->final[0] == '\0') return SESSION_SILENT;
    return strcmp(session->final, "OK") == 0 ? SESSION_OK : SESSION_ERROR;
}
