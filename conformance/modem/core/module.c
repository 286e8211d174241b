/* The line: what the host types, what the module says, and when. */
#include "modem/modem.h"

#include "base/memory.h"
#include "modem/core/core.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BITS_A_BYTE       10  /* with start and stop bit                           */
#define CHUNK_MAX         24  /* bytes between random pauses                       */
#define PAUSE_MAX         200 /* µs                                              */
#define NS_A_US           1000
#define NS_A_S            ((uint64_t)1000000000)
#define ACKNOWLEDGED_SIZE 1024  /* bytes of an upload                        */
#define SAID_MAX          65536 /* bytes that are kept though they were handed out  */
#define MARK_SEND         0x1A  /* Ctrl-Z                                          */
#define MARK_CANCEL       0x1B  /* ESC                                             */

/* ---- saying ----------------------------------------------------------- */

static void forget_said(struct modem *modem)
{
    size_t left = modem->out.size - modem->sent;
    if (modem->sent == 0 || (left > 0 && modem->sent < SAID_MAX)) return;
    memmove(modem->out.bytes, modem->out.bytes + modem->sent, left);
    modem->out.size = left;
    modem->sent = 0;
}

void modem_put(struct modem *modem, const void *bytes, size_t size)
{
    if (modem->defects.mute || modem->defects.frozen) return;
    forget_said(modem);
    /* a line that was at rest does not catch up, one that has more to say does */
    bool rested = modem->sent == modem->out.size && modem->free_ns < modem->now * NS_A_US;
    if (rested) modem->free_ns = modem->now * NS_A_US;
    buffer_append(&modem->out, bytes, size);
}

void modem_bytes(struct modem *modem, const void *bytes, size_t size)
{
    modem_speak(modem, SPEECH_RAW, bytes, size, "", "");
}

void modem_line(struct modem *modem, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) abort();
    va_end(arguments);
    modem_speak(modem, SPEECH_LINE, text, strlen(text), modem->settings.verbose ? "\r\n" : "",
                "\r\n");
    free(text);
}

static const char *numeric_of(const struct modem *modem, const char *text)
{
    const struct catalog_set *core = catalog_find_set(modem->model, "core");
    for (size_t i = 0; core != NULL && i < core->result_count; i++)
        if (core->results[i].numeric != NULL && strcmp(core->results[i].record.notation, text) == 0)
            return core->results[i].numeric;
    return NULL;
}

void modem_result_code(struct modem *modem, const char *text)
{
    if (modem->settings.quiet && !modem_strikes(modem, FAULT_QUIET_IGNORED)) return;
    bool words = modem->settings.verbose || modem_strikes(modem, FAULT_VERBOSE_IGNORED);
    const char *numeric = words ? NULL : numeric_of(modem, text);
    if (numeric == NULL) modem_line(modem, "%s", text);
    else modem_speak(modem, SPEECH_RESULT, numeric, strlen(numeric), "", "\r");
}

/* ---- unsolicited result codes ----------------------------------------- */

bool modem_may_interrupt(const struct modem *modem)
{
    return modem->mode == MODE_COMMAND && modem->prefix == 0;
}

static void say_waiting(struct modem *modem)
{
    if (!modem_may_interrupt(modem) || modem->urcs.size == 0) return;
    const char *text = (const char *)modem->urcs.bytes;
    const char *end = text + modem->urcs.size;
    while (text < end) {
        const char *payload = text + strlen(text) + 1 + sizeof(size_t);
        size_t size = 0;
        memcpy(&size, payload - sizeof size, sizeof size);
        modem_speak(modem, SPEECH_URC, text, strlen(text), "\r\n", "\r\n");
        if (size > 0) modem_bytes(modem, payload, size);
        text = payload + size;
    }
    modem->urcs.size = 0;
}

void modem_say_data(struct modem *modem, const char *text, const void *bytes, size_t size)
{
    if (!modem_may_interrupt(modem) && modem_strikes(modem, FAULT_URC_LOST_WHEN_BUSY)) return;
    buffer_append(&modem->urcs, text, strlen(text) + 1);
    buffer_append(&modem->urcs, &size, sizeof size);
    buffer_append(&modem->urcs, bytes, size);
    say_waiting(modem);
}

void modem_say(struct modem *modem, const char *text)
{
    modem_say_data(modem, text, NULL, 0);
}

bool modem_may_say(const struct modem *modem)
{
    return modem_may_interrupt(modem) && modem->urcs.size == 0;
}

size_t modem_unsaid(const struct modem *modem)
{
    return modem->out.size - modem->sent;
}

/* ---- command lines ---------------------------------------------------- */

static void run(struct modem *modem, const char *line)
{
    modem->mode = MODE_BUSY;
    defect_line_begins(modem);
    modem_run_line(modem, line);
    if (modem->mode == MODE_BUSY && !modem->pending) modem->mode = MODE_COMMAND;
    if (!modem->pending) defect_line_ends(modem);
}

static void end_line(struct modem *modem)
{
    modem->line[modem->line_size] = '\0';
    modem->prefix = 0;
    if (modem->line_too_long && !modem_strikes(modem, FAULT_LONG_LINE_EXECUTED)) {
        defect_line_begins(modem);
        modem_result_code(modem, "ERROR");
        return;
    }
    memcpy(modem->last, modem->line, modem->line_size + 1);
    run(modem, modem->last);
}

/* `A`, then `T` or `/`, in either case. */
static void take_prefix(struct modem *modem, uint8_t byte)
{
    int letter = byte | 0x20; /* small */
    if (modem->prefix == 1 && byte == '/') {
        modem->prefix = 0;
        if (!modem_strikes(modem, FAULT_REPEAT_DEAD)) run(modem, modem->last);
    } else if (modem->prefix == 1 && letter == 't') {
        modem->prefix = 2;
        modem->line_size = 0;
        modem->line_too_long = false;
    } else {
        modem->prefix = letter == 'a';
    }
}

static void take_back(struct modem *modem)
{
    if (modem->line_size > 0 && !modem_strikes(modem, FAULT_EDITING_IGNORED)) modem->line_size--;
}

static void take_text(struct modem *modem, uint8_t byte)
{
    if (byte == '\r') end_line(modem);
    else if (byte == '\b' || byte == 0x7F) take_back(modem);
    else if (byte < 0x20) return; /* V.250 5.2.2: ignored */
    else if (modem->line_size == LINE_SIZE_MAX - 1) modem->line_too_long = true;
    else modem->line[modem->line_size++] = (char)byte;
}

static void echo(struct modem *modem, uint8_t byte)
{
    bool first = modem->prefix == 2 && modem->line_size == 0 && byte != '\r';
    if (!first || !modem_strikes(modem, FAULT_ECHO_LOSES_BYTE)) modem_put(modem, &byte, 1);
}

static void take_command(struct modem *modem, uint8_t byte)
{
    if (modem->settings.echo && byte != '\n') echo(modem, byte);
    if (modem->prefix < 2) take_prefix(modem, byte);
    else take_text(modem, byte);
}

/* ---- uploads ---------------------------------------------------------- */

void modem_begin_upload(struct modem *modem, size_t size, int64_t limit_us, modem_upload_done *done)
{
    modem->mode = MODE_UPLOAD;
    modem->upload.bytes.size = 0;
    modem->upload.size = size + modem_strikes(modem, FAULT_UPLOAD_AWAITS_ONE_MORE);
    modem->upload.limit_us = limit_us;
    modem->upload.until = modem->now + limit_us;
    modem->upload.done = done;
    modem->upload.acknowledged = false;
    modem->upload.marked = false;
    modem->upload.may_pause = true;
}

void modem_begin_text(struct modem *modem, size_t size, int64_t limit_us, modem_upload_done *done)
{
    modem_begin_upload(modem, size, limit_us, done);
    modem->upload.marked = true;
}

static void end_upload(struct modem *modem, bool complete)
{
    size_t size = modem->upload.bytes.size;
    if (complete && size > 0 && modem_strikes(modem, FAULT_UPLOAD_LOSES_LAST)) size--;
    modem->mode = MODE_BUSY;
    modem->upload.done(modem, modem->upload.bytes.bytes, size, complete);
}

/* Up to the mark; of what is too much one byte is kept, to show that it is. */
static size_t take_marked(struct modem *modem, const uint8_t *bytes, size_t size)
{
    size_t taken = 0;
    while (taken < size && bytes[taken] != MARK_SEND && bytes[taken] != MARK_CANCEL) taken++;
    size_t room = modem->upload.size + 1 - modem->upload.bytes.size;
    buffer_append(&modem->upload.bytes, bytes, taken < room ? taken : room);
    modem->upload.until = modem->now + modem->upload.limit_us;
    if (taken == size) return size;
    end_upload(modem, bytes[taken] == MARK_SEND);
    return taken + 1;
}

static size_t take_upload(struct modem *modem, const uint8_t *bytes, size_t size)
{
    if (modem->upload.marked) return take_marked(modem, bytes, size);
    size_t left = modem->upload.size - modem->upload.bytes.size;
    size_t taken = size < left ? size : left;
    const uint8_t *ctrl_z = memchr(bytes, 0x1A, taken);
    bool ends = ctrl_z != NULL && modem_strikes(modem, FAULT_UPLOAD_ENDS_AT_CTRL_Z);
    if (ends) taken = (size_t)(ctrl_z + 1 - bytes);
    size_t before = modem->upload.bytes.size / ACKNOWLEDGED_SIZE;
    buffer_append(&modem->upload.bytes, bytes, taken);
    size_t acknowledged = modem->upload.bytes.size / ACKNOWLEDGED_SIZE - before;
    for (; modem->upload.acknowledged && acknowledged > 0; acknowledged--)
        modem_bytes(modem, "A", 1);
    if (modem->upload.may_pause) modem->upload.until = modem->now + modem->upload.limit_us;
    if (ends || modem->upload.bytes.size == modem->upload.size) end_upload(modem, true);
    return taken;
}

/* ---- the host's bytes ------------------------------------------------- */

static size_t take(struct modem *modem, const uint8_t *bytes, size_t size)
{
    if (modem->mode == MODE_UPLOAD) return take_upload(modem, bytes, size);
    if (modem->mode == MODE_BUSY) {
        buffer_append(&modem->held, bytes, size);
        return size;
    }
    if (modem->mode == MODE_STREAM) {
        modem_take_stream(modem, bytes, size);
        return size;
    }
    take_command(modem, *bytes);
    return 1;
}

static void take_all(struct modem *modem, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        size_t taken = take(modem, bytes, size);
        bytes += taken;
        size -= taken;
    }
}

static void tick(struct modem *modem, int64_t now)
{
    uint64_t events = 0;
    modem->now = now;
    if (read(modem->event, &events, sizeof events) < 0 && errno != EAGAIN) abort();
    if (modem->mode == MODE_UPLOAD && now >= modem->upload.until) end_upload(modem, false);
    defect_tick(modem);
    modem_core_tick(modem);
    modem_http_tick(modem);
    modem_cch_tick(modem);
    modem_stream_tick(modem);
    modem_qssl_tick(modem);
    if (modem->mode != MODE_BUSY && modem->held.size > 0) {
        struct buffer held = modem->held;
        modem->held = (struct buffer){0};
        take_all(modem, held.bytes, held.size);
        buffer_release(&held);
    }
    say_waiting(modem);
}

void modem_receive(struct modem *modem, const uint8_t *bytes, size_t size, int64_t now)
{
    tick(modem, now);
    take_all(modem, bytes, size);
    say_waiting(modem);
}

/* ---- pace ------------------------------------------------------------- */

static uint64_t next_random(struct modem *modem)
{
    modem->random += 0x9E3779B97F4A7C15u; /* splitmix64 */
    uint64_t z = modem->random;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

bool modem_flips(struct modem *modem)
{
    return modem->options.seed != 0 && next_random(modem) % 2 == 1;
}

/* How many of `left` bytes may go at once. */
static size_t next_chunk(struct modem *modem, size_t left)
{
    if (modem->options.seed == 0) return left;
    if (modem->chunk == 0) modem->chunk = 1 + (size_t)(next_random(modem) % CHUNK_MAX);
    return modem->chunk < left ? modem->chunk : left;
}

/* Bytes that the line has carried by `now` since it was free. */
static size_t carried(const struct modem *modem, size_t left, int64_t now)
{
    if (modem->options.speed == 0) return left;
    uint64_t passed = (uint64_t)(now * NS_A_US - modem->free_ns);
    uint64_t bytes = passed / (BITS_A_BYTE * NS_A_S / modem->options.speed) + 1;
    return bytes < left ? (size_t)bytes : left;
}

/* When the line is free behind `size` bytes more. */
static void advance(struct modem *modem, size_t size)
{
    if (modem->options.speed > 0)
        modem->free_ns += (int64_t)(size * BITS_A_BYTE * NS_A_S / modem->options.speed);
    if (modem->options.seed == 0) return;
    modem->chunk -= size < modem->chunk ? size : modem->chunk;
    if (modem->chunk == 0) modem->free_ns += (int64_t)(next_random(modem) % PAUSE_MAX) * NS_A_US;
}

size_t modem_send(struct modem *modem, uint8_t *bytes, size_t capacity, int64_t now)
{
    tick(modem, now);
    size_t left = modem->out.size - modem->sent;
    if (left > capacity) left = capacity;
    if (left == 0 || modem->free_ns > now * NS_A_US) return 0;
    if (modem->options.speed == 0) modem->free_ns = now * NS_A_US;
    size_t size = carried(modem, next_chunk(modem, left), now);
    memcpy(bytes, modem->out.bytes + modem->sent, size);
    modem->sent += size;
    advance(modem, size);
    return size;
}

int64_t modem_due(const struct modem *modem, int64_t now)
{
    int64_t due = modem_core_due(modem);
    int64_t qssl_due = modem_qssl_due(modem);
    int64_t free_at = (modem->free_ns + NS_A_US - 1) / NS_A_US;
    int64_t stream_due = modem_stream_due(modem);
    if (stream_due < due) due = stream_due;
    int64_t cch_due = modem_cch_due(modem);
    if (cch_due < due) due = cch_due;
    if (modem->mode == MODE_UPLOAD && modem->upload.until < due) due = modem->upload.until;
    if (modem->sent < modem->out.size && free_at < due) due = free_at;
    if (qssl_due < due) due = qssl_due;
    return due < now ? now : due;
}

bool modem_is_working(const struct modem *modem)
{
    return modem_http_is_under_way(modem) || modem_qssl_is_opening(modem)
           || modem_cch_is_opening(modem);
}

int modem_descriptor(const struct modem *modem)
{
    return modem->event;
}

bool modem_is_online(const struct modem *modem)
{
    if (modem->http.job != NULL) return true;
    for (size_t i = 0; i < SESSION_COUNT; i++)
        if (modem->cch.sessions[i].link != NULL) return true;
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++)
        if (modem->qssl.clients[i].link != NULL) return true;
    return false;
}

bool modem_is_dialect(const struct catalog_dialect *dialect)
{
    static const char *const names[] = {"simcom", "quectel-ugxx", "quectel-ec200"};
    for (size_t i = 0; dialect != NULL && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(dialect->name, names[i]) == 0) return true;
    return false;
}

/* ---- life ------------------------------------------------------------- */

static void say_banner(struct modem *modem)
{
    static const char *const simcom[] = {"*ATREADY: 1", "+CPIN: READY", "SMS DONE", "PB DONE",
                                         NULL};
    static const char *const quectel[] = {
        "RDY", "+CFUN: 1", "+CPIN: READY", "+QIND: SMS DONE", "+QIND: PB DONE", NULL};
    const char *const *lines = modem_is_vendor(modem, "quectel") ? quectel : simcom;
    for (; *lines != NULL; lines++) modem_say(modem, *lines);
}

void modem_start(struct modem *modem, bool told)
{
    modem->settings =
        (struct modem_settings){.echo = true, .verbose = true, .progress = 4, .dtr = 2};
    modem->error_form = 0;
    modem->functionality = 1;
    snprintf(modem->character_set, sizeof modem->character_set, "IRA");
    memset(modem->registration_urc, 0, sizeof modem->registration_urc);
    modem->operator_mode = modem->operator_format = 0;
    modem->attached = true;
    modem->cell_period = 0;
    modem->last_error = 0;
    modem->prefix = 0;
    modem->urcs.size = 0;
    modem_forget_contexts(modem);
    modem_http_stop(modem);
    modem_qssl_stop(modem);
    modem_cch_reset(modem);
    modem_ssl_reset(modem);
    modem_set_stream(modem, NULL);
    if (told) say_banner(modem);
}

struct modem *modem_new(const struct catalog_model *model, const struct modem_options *options)
{
    struct modem *modem = memory_new(1, sizeof *modem);
    modem->model = model;
    modem->options = *options;
    modem->random = options->seed;
    defect_begin(modem);
    modem->dtr = true;
    modem->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (modem->event < 0) abort();
    modem_start(modem, options->banner);
    return modem;
}

void modem_free(struct modem *modem)
{
    if (modem == NULL) return;
    modem_cch_stop(modem);
    modem_ssl_release(modem);
    modem_http_stop(modem);
    modem_qssl_stop(modem);
    modem_forget_contexts(modem);
    modem_forget_files(modem);
    defect_end(modem);
    close(modem->event);
    free(modem->upload_name);
    free(modem->http_url);
    buffer_release(&modem->out);
    buffer_release(&modem->urcs);
    buffer_release(&modem->held);
    buffer_release(&modem->stream.unsent);
    buffer_release(&modem->upload.bytes);
    free(modem);
}
