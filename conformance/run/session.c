/* Sending, receiving, recording. */
#include "run/session.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_US INT64_C(50000) /* between two pieces of a line           */

/* Lines that a module says when it has just started. */
static bool is_start(const char *name)
{
    return strcmp(name, "RDY") == 0 || strcmp(name, "*ATREADY") == 0;
}

static void on_event(void *user, const struct atp_event *event)
{
    struct session *session = user;
    const char *name = atp_event_name(event);
    bool is_line = event->kind != ATP_KIND_DATA && event->kind != ATP_KIND_STREAM;
    session->data_left = event->kind == ATP_KIND_DATA ? event->left : 0;
    if (event->kind == ATP_KIND_RESULT && event->result != ATP_RESULT_CONNECT)
        snprintf(session->final, sizeof session->final, "%s", name);
    if (event->kind == ATP_KIND_PROMPT) session->prompted = true;
    if (event->kind == ATP_KIND_RESULT) session->prompted = false;
    if (is_line && is_start(name)) session->booted = true;
}

static void release_record(struct session *session)
{
    buffer_release(&session->record.bytes);
    buffer_release(&session->record.items);
    session->record = (struct transcript_builder){0};
}

void session_open(struct session *session, struct line *line,
                  const struct compiled_catalog *compiled)
{
    *session = (struct session){.line = line, .compiled = compiled};
    session_begin(session);
}

void session_close(struct session *session)
{
    release_record(session);
}

void session_begin(struct session *session)
{
    release_record(session);
    session->begun_us = session->command_us = line_now(session->line);
    session->line_of_case = 0;
    session->booted = session->prompted = false;
    session->data_left = 0;
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
        .item_count = session_item_count(session) - first,
    };
    if (out.item_count > 0)
        out.items = (struct transcript_item *)(void *)session->record.items.bytes + first;
    for (size_t i = 0; i < out.item_count; i++)
        if (out.items[i].kind == TRANSCRIPT_RECEIVED) out.received_size += out.items[i].size;
    return out;
}

static void copy_item(struct transcript_builder *out, const struct transcript_builder *from,
                      const struct transcript_item *item, size_t begin, size_t end)
{
    if (end > begin || item->kind != TRANSCRIPT_RECEIVED)
        transcript_add(out, item->kind, item->line, item->time_us,
                       from->bytes.bytes + item->offset + begin, end - begin);
}

/* The items once more, the mark among them. */
void session_end_stream(struct session *session, size_t first, uint64_t received)
{
    const struct transcript_item *items = (const void *)session->record.items.bytes;
    struct transcript_builder out = {0};
    bool marked = false;
    for (size_t i = 0; i < session_item_count(session); i++) {
        const struct transcript_item *item = &items[i];
        bool counts = !marked && i >= first && item->kind == TRANSCRIPT_RECEIVED;
        size_t head = counts && received < item->size ? (size_t)received : item->size;
        copy_item(&out, &session->record, item, 0, head);
        if (counts && received <= item->size) {
            transcript_add(&out, TRANSCRIPT_STREAM_END, 0, item->time_us, "", 0);
            marked = true;
        }
        if (head < item->size) copy_item(&out, &session->record, item, head, item->size);
        if (counts) received -= head;
    }
    release_record(session);
    session->record = out;
}

/* How much came after item `at` before the echo of it; SIZE_MAX: no echo did. */
static size_t before_echo(const struct session *session, size_t at)
{
    const struct transcript_item *items = (const void *)session->record.items.bytes;
    const uint8_t *bytes = session->record.bytes.bytes;
    struct buffer said = {0};
    for (size_t i = at + 1; i < session_item_count(session); i++)
        buffer_append(&said, bytes + items[i].offset, items[i].size);
    const uint8_t *echo =
        said.size == 0 ? NULL
                       : memmem(said.bytes, said.size, bytes + items[at].offset, items[at].size);
    size_t size = echo == NULL ? SIZE_MAX : (size_t)(echo - said.bytes);
    buffer_release(&said);
    return size;
}

/* Copies what is received from item `at` on: the first `early` bytes, or the others. */
static void copy_received(struct transcript_builder *out, const struct session *session, size_t at,
                          size_t early, bool others)
{
    const struct transcript_item *items = (const void *)session->record.items.bytes;
    for (size_t i = at; i < session_item_count(session); i++) {
        size_t head = items[i].size < early ? items[i].size : early;
        if (others) copy_item(out, &session->record, &items[i], head, items[i].size);
        else if (head > 0) copy_item(out, &session->record, &items[i], 0, head);
        early -= head;
    }
}

bool session_sort_echo(struct session *session)
{
    const struct transcript_item *items = (const void *)session->record.items.bytes;
    struct transcript_builder out = {0};
    size_t sent = session_item_count(session);
    while (sent > 0 && items[sent - 1].kind != TRANSCRIPT_SENT) sent--;
    size_t early = sent == 0 ? SIZE_MAX : before_echo(session, sent - 1);
    if (early == 0 || early == SIZE_MAX) return early == 0;
    for (size_t i = 0; i + 1 < sent; i++)
        copy_item(&out, &session->record, &items[i], 0, items[i].size);
    copy_received(&out, session, sent, early, false);
    copy_item(&out, &session->record, &items[sent - 1], 0, items[sent - 1].size);
    copy_received(&out, session, sent, early, true);
    release_record(session);
    session->record = out;
    session->rewrite_count++;
    return true;
}

static void keep(struct session *session, enum transcript_kind kind, int64_t at, const void *bytes,
                 size_t size)
{
    size_t line = kind == TRANSCRIPT_SENT ? session->line_of_case : 0;
    transcript_add(&session->record, kind, line, at - session->begun_us, bytes, size);
}

bool session_send(struct session *session, const void *bytes, size_t size, bool is_command)
{
    int64_t now = line_now(session->line);
    if (is_command) {
        session->command_us = now;
        session->final[0] = '\0';
        session->prompted = false;
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
    session->read_us = port_now_us();
    keep(session, TRANSCRIPT_RECEIVED, session->received_us, bytes, (size_t)size);
    atp_feed(&session->parser, bytes, (size_t)size);
    return size;
}

void session_end_line(struct session *session)
{
    const struct buffer *bytes = &session->record.bytes;
    while (session->data_left > 0 || (bytes->size > 0 && bytes->bytes[bytes->size - 1] != '\n'))
        if (session_receive(session, line_now(session->line) + LINE_US) <= 0) return;
}

bool session_is_over(const struct session *session)
{
    struct atp_exchange exchange;
    atp_exchange_read(&session->parser, &exchange);
    if (exchange.form == NULL) return session->final[0] != '\0';
    return exchange.state != ATP_EXCHANGE_OPEN && exchange.state != ATP_EXCHANGE_AWAITING;
}

void session_expire(struct session *session)
{
    keep(session, TRANSCRIPT_EXPIRE, line_now(session->line), "", 0);
    atp_expire(&session->parser);
    session->prompted = false;
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
    free(line);
    while (sent && !session_is_over(session))
        if (session_receive(session, deadline) <= 0) break;
    if (session->vanished) return SESSION_VANISHED;
    if (session->final[0] == '\0') return SESSION_SILENT;
    return strcmp(session->final, "OK") == 0 ? SESSION_OK : SESSION_ERROR;
}
