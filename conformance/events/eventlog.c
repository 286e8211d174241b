/* The event log: a parser's events as JSON, one object a line.
 *
 * An event that comes whole is written at once. Of one that comes in spans
 * (payload, stream, over-long line, echo of an upload) the first span's
 * description is kept, its bytes go to a digest or, for text, to a spool, and
 * the line is written when another event comes. */
#include "events/eventlog.h"

#include "at/form.h"
#include "base/json.h"
#include "events/eventlog_values_internal.h"

#include <string.h>

#define DRAIN_SIZE ((size_t)32 << 10)

/* ---- parts of a line of the log --------------------------------------- */

static void write_digest(struct eventlog *log)
{
    char text[DIGEST_TEXT_SIZE];
    digest_end(&log->digest, text);
    buffer_append_text(&log->out, ",\"sha256\":");
    json_text(&log->out, text);
}

static bool is_payload(const struct atp_event *event)
{
    return event->kind == ATP_KIND_DATA || event->kind == ATP_KIND_STREAM;
}

/* A stream bears the name of the code that opened it, however that was
 * spelled: in numeric form it is `1`. */
static const char *name_of(const struct atp_event *event)
{
    return event->kind == ATP_KIND_STREAM ? "CONNECT" : atp_event_name(event);
}

static void write_head(struct eventlog *log, const struct atp_event *event, uint64_t size)
{
    struct buffer *out = &log->out;
    const char *name = name_of(event);
    buffer_append_text(out, "{\"offset\":");
    json_unsigned(out, event->offset);
    buffer_append_text(out, ",\"size\":");
    json_unsigned(out, size);
    buffer_append_text(out, ",\"kind\":");
    json_text(out, atp_kind_name((enum atp_kind)event->kind));
    if (name[0] != '\0') {
        buffer_append_text(out, ",\"name\":");
        json_text(out, name);
    }
}

static void write_deviations(struct eventlog *log, uint32_t deviations)
{
    const char *separator = "";
    buffer_append_text(&log->out, ",\"deviations\":[");
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++) {
        if ((deviations & (1u << bit)) != 0) {
            buffer_append_text(&log->out, separator);
            json_text(&log->out, atp_deviation_name(bit));
            separator = ",";
        }
    }
    buffer_append(&log->out, "]", 1);
}

static void write_exchange(struct eventlog *log, const struct atp_exchange *exchange)
{
    struct buffer *out = &log->out;
    const struct atp_catalog *catalog = log->parser->catalog;
    buffer_append_text(out, ",\"exchange\":{");
    if (exchange->command != NULL) {
        buffer_append_text(out, "\"command\":");
        json_text(out, catalog->text + catalog->names[exchange->command->name].text);
        buffer_append(out, ",", 1);
    }
    if (exchange->form != NULL) {
        buffer_append_text(out, "\"form\":");
        json_text(out, at_form_name(exchange->form->kind));
        buffer_append(out, ",", 1);
    }
    if (exchange->variant != NULL) {
        buffer_append_text(out, "\"variant\":");
        json_text(out, catalog->text + exchange->variant->label);
        buffer_append(out, ",", 1);
    }
    buffer_append_text(out, "\"state\":");
    json_text(out, atp_exchange_state_name(exchange->state));
    buffer_append(out, "}", 1);
}

static void write_tail(struct eventlog *log, const struct atp_event *event)
{
    if (event->kind == ATP_KIND_TRUNCATED) {
        buffer_append_text(&log->out, ",\"missing\":");
        json_unsigned(&log->out, event->left);
    }
    write_deviations(log, event->deviations);
    if (log->ended) {
        write_exchange(log, &log->exchange);
        log->ended = false;
    }
    buffer_append_text(&log->out, "}\n");
    if (log->out.size >= DRAIN_SIZE) eventlog_drain(log);
}

/* ---- events that come whole ------------------------------------------- */

static bool has_values(const struct atp_event *event)
{
    switch ((enum atp_kind)event->kind) {
    case ATP_KIND_INFO:
    case ATP_KIND_RESULT:
    case ATP_KIND_URC: return true;
    case ATP_KIND_PROMPT:
    case ATP_KIND_TEXT: return event->record != NULL && event->field_count > 0;
    case ATP_KIND_ECHO:
    case ATP_KIND_DATA:
    case ATP_KIND_STREAM:
    case ATP_KIND_BLANK:
    case ATP_KIND_TRUNCATED: break;
    }
    return false;
}

static bool has_text(const struct atp_event *event)
{
    return event->kind == ATP_KIND_TEXT || event->kind == ATP_KIND_ECHO
           || (event->kind == ATP_KIND_TRUNCATED && event->size > 0);
}

static void write_whole(struct eventlog *log, const struct atp_event *event)
{
    write_head(log, event, event->size);
    if (has_values(event)) {
        eventlog_write_tag(&log->out, event);
        eventlog_write_values(&log->out, event);
        eventlog_write_extra(&log->out, event);
    }
    if (has_text(event)) {
        buffer_append_text(&log->out, ",\"text\":");
        json_bytes(&log->out, event->bytes + event->text_offset, event->text_size);
    }
    write_tail(log, event);
}

/* ---- events that come in spans ---------------------------------------- */

static bool is_line_end(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

/* The echo of an upload is data: its line ends are the host's. */
static bool is_line(const struct atp_event *event)
{
    return event->kind != ATP_KIND_ECHO || (event->deviations & ATP_DEV_LONG_LINE) != 0;
}

/* Only the line ends around all of a line are no part of its text. */
static void add_text(struct eventlog *log, const uint8_t *bytes, size_t size)
{
    struct eventlog_span *span = &log->span;
    if (!is_line(&span->event)) {
        spool_append(&log->text, bytes, size);
        return;
    }
    while (size > 0 && log->text.size == 0 && is_line_end(bytes[0])) {
        bytes++;
        size--;
    }
    spool_append(&log->text, bytes, size);
    size_t ends = 0;
    while (ends < size && is_line_end(bytes[size - 1 - ends])) ends++;
    span->line_ends = ends < size ? ends : span->line_ends + ends;
}

static void add_span(struct eventlog *log, const struct atp_event *event)
{
    struct eventlog_span *span = &log->span;
    span->size += event->size;
    span->event.deviations |= event->deviations;
    span->event.left = event->left;
    span->event.more = event->more;
    if (is_payload(event)) digest_add(&log->digest, event->bytes, event->size);
    else add_text(log, event->bytes, event->size);
}

static void begin_span(struct eventlog *log, const struct atp_event *event)
{
    struct eventlog_span *span = &log->span;
    span->open = true;
    span->event = *event;
    span->event.bytes = NULL;
    span->size = 0;
    span->line_ends = 0;
    log->digest.is_open = false;
    if (!is_payload(event)) spool_clear(&log->text);
    add_span(log, event);
}

static void write_text_part(void *user, const uint8_t *bytes, size_t size)
{
    struct eventlog *log = user;
    while (size > 0) {
        size_t part = size < DRAIN_SIZE ? size : DRAIN_SIZE;
        json_escape(&log->out, bytes, part);
        eventlog_drain(log);
        bytes += part;
        size -= part;
    }
}

static void end_span(struct eventlog *log)
{
    struct eventlog_span *span = &log->span;
    if (!span->open) return;
    span->open = false;
    write_head(log, &span->event, span->size);
    if (is_payload(&span->event)) {
        write_digest(log);
    } else {
        buffer_append_text(&log->out, ",\"text\":\"");
        if (!spool_replay(&log->text, log->text.size - span->line_ends, write_text_part, log))
            log->failed = true;
        buffer_append(&log->out, "\"", 1);
    }
    write_tail(log, &span->event);
}

/* Nothing announces a stream's last span: the next event shows it. */
static bool continues_span(const struct eventlog *log, const struct atp_event *event)
{
    const struct atp_event *first = &log->span.event;
    return log->span.open && event->kind == first->kind
           && (first->more || event->kind == ATP_KIND_STREAM);
}

static bool is_span(const struct atp_event *event)
{
    return is_payload(event) || (has_text(event) && (event->more || event->text_size == 0));
}

/* ---- exchanges -------------------------------------------------------- */

/* No event shows that an exchange is late: eventlog_expired does. */
static void watch_exchange(struct eventlog *log, const struct atp_event *event)
{
    enum atp_exchange_state state = (enum atp_exchange_state)event->exchange;
    if (state == ATP_EXCHANGE_LATE) return;
    bool changed = state != log->state;
    log->state = state;
    if (changed && log->parser != NULL && state >= ATP_EXCHANGE_COMPLETE) {
        log->ended = true;
        atp_exchange_read(log->parser, &log->exchange);
        log->exchange.state = state;
    }
}

void eventlog_tell_exchanges(struct eventlog *log, const struct atp_parser *parser)
{
    log->parser = parser;
}

void eventlog_sent(void *user)
{
    struct eventlog *log = user;
    if (log->parser != NULL) {
        struct atp_exchange exchange;
        atp_exchange_read(log->parser, &exchange);
        log->state = exchange.state;
    }
}

/* A line without an event. A stream goes on after it. */
static void write_exchange_line(struct eventlog *log, const struct atp_exchange *exchange,
                                uint64_t offset)
{
    if (!atp_is_stream(log->parser)) end_span(log);
    buffer_append_text(&log->out, "{\"offset\":");
    json_unsigned(&log->out, offset);
    write_exchange(log, exchange);
    buffer_append_text(&log->out, "}\n");
}

void eventlog_expired(void *user, uint64_t offset)
{
    struct eventlog *log = user;
    struct atp_exchange exchange;
    if (log->parser == NULL) return;
    atp_exchange_read(log->parser, &exchange);
    if (exchange.state != ATP_EXCHANGE_LATE || log->state == ATP_EXCHANGE_LATE) return;
    log->state = exchange.state;
    write_exchange_line(log, &exchange, offset);
}

void eventlog_over(struct eventlog *log, uint64_t offset)
{
    struct atp_exchange exchange;
    if (log->parser == NULL) return;
    atp_exchange_read(log->parser, &exchange);
    if (exchange.state == ATP_EXCHANGE_OPEN || exchange.state == ATP_EXCHANGE_AWAITING) {
        end_span(log);
        write_exchange_line(log, &exchange, offset);
    }
}

/* ---- the whole -------------------------------------------------------- */

void eventlog_event(void *user, const struct atp_event *event)
{
    struct eventlog *log = user;
    if (continues_span(log, event)) {
        watch_exchange(log, event);
        add_span(log, event);
        return;
    }
    end_span(log);
    watch_exchange(log, event);
    if (is_span(event)) begin_span(log, event);
    else write_whole(log, event);
}

void eventlog_drain(struct eventlog *log)
{
    if (log->file == NULL) return;
    if (fwrite(log->out.bytes, 1, log->out.size, log->file) != log->out.size) log->failed = true;
    log->out.size = 0;
}

bool eventlog_finish(struct eventlog *log)
{
    end_span(log);
    eventlog_drain(log);
    return !log->failed;
}

const char *eventlog_text(const struct eventlog *log, size_t *size)
{
    *size = log->out.size;
    return (const char *)log->out.bytes;
}

void eventlog_reset(struct eventlog *log)
{
    log->out.size = 0;
    log->failed = false;
    log->span.open = false;
    log->ended = false;
    log->state = ATP_EXCHANGE_NONE;
    spool_clear(&log->text);
}

void eventlog_init(struct eventlog *log, FILE *file)
{
    *log = (struct eventlog){.file = file};
    buffer_reserve(&log->out, 1); /* eventlog_text never returns NULL */
}

void eventlog_release(struct eventlog *log)
{
    digest_release(&log->digest);
    spool_release(&log->text);
    buffer_release(&log->out);
    *log = (struct eventlog){0};
}
