/* What the host sent, and what the parser makes of it: echoes, uploads, results
 * of earlier commands. */
#include "watch.h"

#include <string.h>

/* ---- what is sent ----------------------------------------------------- */

static bool is_stop(uint8_t byte)
{
    return byte == '\r' || byte == '\n' || byte == 0x1A || byte == 0x1B;
}

/* Where the argument `index` of `AT+X=a,"b",c` begins; size: there is none. */
static size_t find_argument(const uint8_t *line, size_t size, unsigned index)
{
    bool quoted = false;
    size_t at = 0;
    while (at < size && line[at] != '=') at++;
    for (at++; at < size && index > 0; at++) {
        quoted ^= line[at] == '"';
        index -= line[at] == ',' && !quoted;
    }
    return at < size ? at : size;
}

/* How much data the command announces; 0: none, or it is not plain to see. */
static uint32_t read_count(const struct atp_form *form, const uint8_t *line, size_t size)
{
    uint32_t value = 0;
    if (form == NULL || (form->flags & ATP_FORM_UPLOAD) == 0 || form->upload == 0) return 0;
    if (size < 3 || (line[0] | 0x20) != 'a' || (line[1] | 0x20) != 't') return 0;
    if (line[size - 1] != '\r' || memchr(line, '\r', size - 1) != NULL
        || memchr(line, ';', size) != NULL)
        return 0;
    size_t at = find_argument(line, size, form->upload - 1u);
    size_t first = at;
    for (; at < size && line[at] >= '0' && line[at] <= '9' && at < first + 6; at++)
        value = value * 10 + (uint32_t)(line[at] - '0');
    return at > first && at < size && (line[at] == ',' || line[at] == '\r') ? value : 0;
}

static void keep_sent(struct watch_host *host, const void *bytes, size_t size)
{
    size_t room = sizeof host->sent - host->sent_size;
    if (size > room) size = room;
    memcpy(host->sent + host->sent_size, bytes, size);
    host->sent_size += size;
}

void watch_host_sent(struct watch *watch, const void *bytes, size_t size,
                     const struct atp_exchange *before)
{
    struct watch_host *host = &watch->host;
    struct atp_exchange after;
    atp_exchange_read(watch->parser, &after);
    host->stale = false;
    if (host->data == host->sent_size) host->data_from = watch->input_size;
    if (host->owed > 0) {
        if (size <= host->owed && after.command != before->command)
            fuzz_fail("I4",
                      "data of an upload, %lu bytes of which are due, are taken for a command",
                      (unsigned long)host->owed);
        host->owed = size < host->owed ? host->owed - (uint32_t)size : 0;
    } else {
        host->count = host->owing ? 0 : read_count(after.form, bytes, size);
        host->echoed = host->prompted = false;
    }
    keep_sent(host, bytes, size);
}

/* ---- echoes ----------------------------------------------------------- */

/* An echo that does not differ repeats what was sent, or what, before the host
 * told of anything, is known from an echo alone. */
static void check_echo(struct watch *watch, const struct atp_event *event)
{
    struct watch_host *host = &watch->host;
    const uint8_t *text = event->bytes + event->text_offset;
    size_t size = event->text_size;
    if (watch->sent == 0) keep_sent(host, text, size);
    if ((event->deviations & ATP_DEV_ECHO_DIFFERS) != 0 || size == 0
        || host->sent_size == sizeof host->sent)
        return;
    for (size_t at = 0; at + size <= host->sent_size; at++)
        if (memcmp(host->sent + at, text, size) == 0) return;
    fuzz_fail("I4", "%.*s is an echo, and was not sent", (int)size, (const char *)text);
}

/* Directly after the prompt of a module that echoes: the data that were sent
 * are echo, all of them. */
static void check_upload_echo(const struct watch *watch, const struct atp_event *event)
{
    const struct watch_host *host = &watch->host;
    const uint8_t *data = host->sent + host->data;
    size_t size = host->sent_size - host->data;
    size_t first = 0;
    if (!host->prompted || !host->echoed || host->count == 0 || event->offset < host->data_from)
        return;
    if (size > host->count) return; /* what is beyond may be a command, which ends it */
    while (first < size && first < 4 && !is_stop(data[first])) first++;
    if (first == 0 || data[0] == ' ' || watch->input_size - event->offset < first
        || memcmp(watch->input + event->offset, data, first) != 0)
        return;
    if (event->kind != ATP_KIND_ECHO)
        fuzz_fail("I4", "the echo of an upload is taken for %s", atp_kind_name(event->kind));
    if (event->size == first && event->more != (size > first))
        fuzz_fail("I4", "the echo of an upload of %zu bytes ends after %zu", size, first);
}

/* ---- the event -------------------------------------------------------- */

void watch_host_event(struct watch *watch, const struct atp_event *event)
{
    struct watch_host *host = &watch->host;
    bool space = event->kind == ATP_KIND_BLANK && event->size == 1 && event->bytes[0] == ' ';
    bool again = host->stale && (event->deviations & ATP_DEV_STALE) != 0;
    if (again) fuzz_fail("I8", "a second result code in a row is reported as stale");
    if ((event->deviations & ATP_DEV_STALE) != 0) host->stale = true;
    if (event->kind == ATP_KIND_PROMPT) {
        host->owed = host->owing ? 0 : host->count;
        host->owing = true;
        host->prompted = !host->prompted;
        host->data = host->sent_size;
        return;
    }
    if (space && host->prompted) return;
    check_upload_echo(watch, event);
    host->prompted = false;
    if (event->kind == ATP_KIND_ECHO) {
        check_echo(watch, event);
        host->stale = false;
        host->echoed = (event->deviations & ATP_DEV_ECHO_DIFFERS) == 0;
    } else if (event->kind != ATP_KIND_BLANK) {
        host->count = 0;
    }
    bool answer = event->result == ATP_RESULT_OK || event->result == ATP_RESULT_ERROR;
    if (event->kind == ATP_KIND_RESULT && answer && !host->stale) host->owing = false;
    host->owed = 0;
}

void watch_host_expired(struct watch *watch)
{
    struct atp_exchange exchange;
    atp_exchange_read(watch->parser, &exchange);
    if (exchange.state == ATP_EXCHANGE_OPEN || exchange.state == ATP_EXCHANGE_AWAITING)
        fuzz_fail("I5", "the clock ran out, and the exchange is %s",
                  atp_exchange_state_name(exchange.state));
    watch->host.owed = watch->host.count = 0;
    watch->host.owing = false;
}
