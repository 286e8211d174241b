/* What was sent and received, in the order in which it is judged. */
#include "base/memory.h"
#include "run/session_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is decoded -------------------------------------------------- */

/* Lines that a module sends when it has just started. */
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

static const struct transcript_item *items_of(const struct transcript_builder *builder)
{
    return (const void *)builder->items.bytes;
}

static size_t item_count(const struct transcript_builder *builder)
{
    return builder->items.size / sizeof(struct transcript_item);
}

size_t session_item_count(const struct session *session)
{
    return item_count(&session->record);
}

/* Gives the judge what of the record it has not seen. */
static void decode_record(struct session *session)
{
    while (session->judged_count < session_item_count(session)) {
        struct transcript_item item = items_of(&session->record)[session->judged_count++];
        item.line = session->judged_count - session->judged_from;
        judge_course_take(session->judge, &item, session->record.bytes.bytes + item.offset);
    }
}

/* A judge anew, for what follows the first `from` items of the record. */
static void begin_judge(struct session *session, size_t from)
{
    judge_course_free(session->judge);
    session->judge = judge_course_new(session->compiled, 0, JUDGE_BOTH, on_event, session);
    session->judged_from = session->judged_count = from;
}

void session_judge(struct session *session)
{
    session_decode(session);
    begin_judge(session, session_item_count(session));
}

void session_take_judgement(struct session *session, const struct judge_options *options,
                            struct judgement *out)
{
    session_decode(session);
    judge_course_end(session->judge, options, out);
    session->judge = NULL;
    begin_judge(session, session_item_count(session));
}

bool session_is_stream(const struct session *session)
{
    return atp_is_stream(judge_course_parser(session->judge));
}

/* ---- the record ------------------------------------------------------- */

static void release_builder(struct transcript_builder *builder)
{
    buffer_release(&builder->bytes);
    buffer_release(&builder->items);
    *builder = (struct transcript_builder){0};
}

void session_open(struct session *session, struct line *line,
                  const struct compiled_catalog *compiled)
{
    *session =
        (struct session){.line = line, .compiled = compiled, .received_max = SESSION_RECEIVED_MAX};
    session_begin(session);
}

void session_close(struct session *session)
{
    judge_course_free(session->judge);
    session->judge = NULL;
    release_builder(&session->held);
    release_builder(&session->record);
}

void session_begin(struct session *session)
{
    release_builder(&session->held);
    release_builder(&session->record);
    session->begun_us = session->command_us = line_now(session->line);
    session->line_of_case = 0;
    session->booted = session->prompted = session->holds_stream = false;
    session->echoes = true;
    session->echo = SESSION_ECHO_CAME;
    session->data_left = 0;
    session->dropped_before += session->dropped;
    session->dropped = 0;
    session->ends = 0;
    session->final[0] = '\0';
    begin_judge(session, 0);
}

struct transcript session_record(const struct session *session, size_t first)
{
    struct transcript out = {
        .bytes = session->record.bytes.bytes,
        .item_count = session_item_count(session) - first,
        .received_size = session->record.received_size,
    };
    const struct transcript_item *items = items_of(&session->record);
    if (out.item_count > 0)
        out.items = (struct transcript_item *)(void *)session->record.items.bytes + first;
    for (size_t i = 0; i < first; i++) /* those before the case are few */
        if (items[i].kind == TRANSCRIPT_RECEIVED) out.received_size -= items[i].size;
    return out;
}

void session_keep(struct session *session, enum transcript_kind kind, int64_t now_us,
                  const void *bytes, size_t size)
{
    size_t line = kind == TRANSCRIPT_SENT ? session->line_of_case : 0;
    bool held = session->echo == SESSION_ECHO_AWAITED;
    transcript_add(held ? &session->held : &session->record, kind, line, now_us - session->begun_us,
                   bytes, size);
}

/* Appends to the record bytes `begin` to `end` of an item of `from`. */
static void put_part(struct session *session, const struct transcript_builder *from, size_t index,
                     size_t begin, size_t end)
{
    const struct transcript_item *item = &items_of(from)[index];
    if (end > begin || item->kind != TRANSCRIPT_RECEIVED)
        transcript_add(&session->record, item->kind, item->line, item->time_us,
                       from->bytes.bytes + item->offset + begin, end - begin);
}

/* Takes the items from `first` on off the record.
 * Owns: the caller releases what it gets with release_builder. */
static struct transcript_builder cut_record(struct session *session, size_t first)
{
    struct transcript_builder *record = &session->record;
    struct transcript_builder tail = {0};
    const struct transcript_item *items = items_of(record);
    if (first == item_count(record)) return tail;
    for (size_t i = first; i < item_count(record); i++)
        transcript_add(&tail, items[i].kind, items[i].line, items[i].time_us,
                       record->bytes.bytes + items[i].offset, items[i].size);
    record->bytes.size = items[first].offset;
    record->items.size = first * sizeof *items;
    record->received_size -= tail.received_size;
    return tail;
}

void session_end_stream(struct session *session, size_t first, uint64_t received)
{
    size_t at = first;
    for (; at < session_item_count(session); at++) {
        const struct transcript_item *item = &items_of(&session->record)[at];
        if (item->kind != TRANSCRIPT_RECEIVED) continue;
        if (received <= item->size) break;
        received -= item->size;
    }
    struct transcript_builder tail = cut_record(session, at);
    int64_t time_us = line_now(session->line) - session->begun_us;
    if (item_count(&tail) > 0) {
        time_us = items_of(&tail)[0].time_us;
        put_part(session, &tail, 0, 0, (size_t)received);
    }
    transcript_add(&session->record, TRANSCRIPT_STREAM_END, 0, time_us, "", 0);
    for (size_t i = 0; i < item_count(&tail); i++)
        put_part(session, &tail, i, i == 0 ? (size_t)received : 0, items_of(&tail)[i].size);
    release_builder(&tail);
    session->rewrite_count++;
    if (at < session->judged_count) begin_judge(session, session->judged_from);
}

/* ---- the command line that is held ------------------------------------- */

void session_hold(struct session *session, int64_t now_us, const void *bytes, size_t size)
{
    session->echo = SESSION_ECHO_AWAITED;
    session_keep(session, TRANSCRIPT_SENT, now_us, bytes, size);
}

/* The first `early` bytes that came go before the command line: they had not been
 * read yet when the host sent it. */
static void release_command(struct session *session, size_t early, enum session_echo echo)
{
    struct transcript_builder held = session->held;
    size_t left = early;
    session->held = (struct transcript_builder){0};
    session->echo = echo;
    for (size_t i = 1; left > 0 && i < item_count(&held); i++) {
        size_t head = items_of(&held)[i].size < left ? items_of(&held)[i].size : left;
        put_part(session, &held, i, 0, head);
        left -= head;
    }
    decode_record(session);
    session->final[0] = '\0';
    session->prompted = false;
    put_part(session, &held, 0, 0, items_of(&held)[0].size);
    for (size_t i = 1; i < item_count(&held); i++) {
        size_t head = items_of(&held)[i].size < early ? items_of(&held)[i].size : early;
        put_part(session, &held, i, head, items_of(&held)[i].size);
        early -= head;
    }
    release_builder(&held);
    decode_record(session);
}

/* Whether the line is a result code: what answers a command. */
static bool is_result(const struct atp_catalog *catalog, const char *line, size_t size)
{
    for (size_t i = 0; i < catalog->record_count; i++) {
        const struct atp_record *record = &catalog->records[i];
        if (record->result == ATP_RESULT_NONE) continue;
        const char *name = atp_record_name(catalog, record);
        size_t length = strlen(name);
        if (size >= length && memcmp(line, name, length) == 0
            && (size == length || line[length] == ':' || line[length] == ' '))
            return true;
    }
    return false;
}

static bool has_result(const struct atp_catalog *catalog, const char *text, size_t size)
{
    const char *end = text + size;
    for (const char *at = text; at < end; at++) {
        const char *line = at;
        while (at < end && *at != '\r' && *at != '\n') at++;
        if (at < end && is_result(catalog, line, (size_t)(at - line))) return true;
    }
    return false;
}

void session_look_for_echo(struct session *session)
{
    const struct transcript_builder *held = &session->held;
    if (session->echo != SESSION_ECHO_AWAITED || held->received_size == 0) return;
    const uint8_t *command = held->bytes.bytes;
    size_t size = items_of(held)[0].size;
    const uint8_t *came = command + size;
    const uint8_t *echo = memmem(came, held->received_size, command, size);
    if (echo != NULL) {
        release_command(session, (size_t)(echo - came), SESSION_ECHO_CAME);
    } else if (has_result(&session->compiled->catalog, (const char *)came, held->received_size)) {
        session->echoes = false;
        release_command(session, 0, SESSION_ECHO_MISSED);
    }
}

void session_decode(struct session *session)
{
    if (session->echo == SESSION_ECHO_AWAITED) release_command(session, 0, SESSION_ECHO_MISSED);
    decode_record(session);
}
