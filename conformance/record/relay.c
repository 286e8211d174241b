/* Passes on what host and module send. What came is passed on first, then put on
 * the tape, and on disk before this waits again: it costs the line nothing but
 * one process more. */
#include "record/relay.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "port/serve.h"
#include "port/signals.h"
#include "record/masked.h"
#include "record/tape.h"
#include "record/text.h"
#include "script/script.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK_SIZE      16384
#define LAST_SILENCE_US INT64_C(500000)    /* of the module ends it, after the host's end */
#define READ_COUNT      16                 /* chunks of a side before it is written */
#define UNSENT_MAX      ((size_t)64 << 10) /* bytes that a side has not taken    */
#define RETRY_US        INT64_C(250000)    /* between tries to open the module's port, */
#define RETRY_MAX_US    INT64_C(4000000)   /* if it does not stay,                */
#define STEADY_US       INT64_C(5000000)   /* which is so long                    */
#define TRY_US          INT64_C(2000000)   /* for one of them                     */
#define OPEN_US         INT64_C(5000000)
#define LINE_US         INT64_C(2000000) /* for a setting of the line           */

struct relay {
    const struct relay_options *options;
    struct port *host, *module;
    struct tape *tape;
    struct scribe *scribe;
    struct masked *masked; /* NULL: nothing is masked                */
    struct buffer to_host, to_module;
    struct port_line line;     /* as the host set it last                    */
    int64_t lost_us, retry_us; /* the module's port vanished then; 0: it is there */
    int64_t opened_us;         /* when it was opened last                    */
    int64_t unsteady_us;       /* since when it has not stayed               */
    int64_t pause_us;          /* before the next try                        */
    size_t lost_size;          /* bytes that the host sent meanwhile         */
    size_t held;               /* bytes that wait to be masked                */
    bool is_large;             /* it was reported                                       */
    bool host_is_over;         /* its input ended: what the module sends yet is awaited   */
    bool is_over;
    int code;
};

static void note(struct relay *relay, const char *text)
{
    tape_settle(relay->tape);
    if (relay->masked != NULL) masked_note(relay->masked, port_now_us(), text);
    else scribe_note(relay->scribe, port_now_us(), text);
}

/* ---- passing on ------------------------------------------------------- */

static void push(struct port *port, struct buffer *unsent)
{
    size_t written = 0;
    if (unsent->size == 0) return;
    enum port_status status = port_write(port, unsent->bytes, unsent->size, 0, &written);
    if (status == PORT_VANISHED) written = unsent->size; /* nobody is there */
    unsent->size -= written;
    if (unsent->size > 0) memmove(unsent->bytes, unsent->bytes + written, unsent->size);
}

/* What the module sends while nobody is there is kept, but goes nowhere. */
static void pass_to_host(struct relay *relay, const uint8_t *bytes, size_t size)
{
    if (!port_is_connected(relay->host) && !relay->host_is_over) return;
    buffer_append(&relay->to_host, bytes, size);
    push(relay->host, &relay->to_host);
}

static bool can_read_host(const struct relay *relay)
{
    return !relay->host_is_over && relay->to_module.size <= UNSENT_MAX;
}

static bool can_read_module(const struct relay *relay)
{
    return relay->lost_us == 0 && relay->to_host.size <= UNSENT_MAX;
}

static bool read_host(struct relay *relay)
{
    uint8_t bytes[CHUNK_SIZE];
    int64_t time_us = 0;
    if (!can_read_host(relay)) return false;
    ssize_t size = port_read(relay->host, bytes, sizeof bytes, 0, &time_us);
    if (size < 0) relay->host_is_over = true;
    if (size <= 0) return false;
    if (relay->lost_us != 0) {
        relay->lost_size += (size_t)size;
        return true;
    }
    buffer_append(&relay->to_module, bytes, (size_t)size);
    push(relay->module, &relay->to_module);
    tape_sent(relay->tape, bytes, (size_t)size, time_us);
    return true;
}

/* ---- the module's port ------------------------------------------------ */

static void give_up(struct relay *relay)
{
    complain("%s", port_error(relay->module)->text);
    relay->is_over = true;
    relay->code = EXIT_LAB;
}

/* One that comes back and vanishes, as a program that ends at once, is opened ever more
 * rarely, and counts as away since it vanished first. */
static void back_off(struct relay *relay, int64_t now)
{
    if (now - relay->opened_us >= STEADY_US || relay->pause_us == 0) {
        relay->unsteady_us = now;
        relay->pause_us = RETRY_US;
    } else if (relay->pause_us < RETRY_MAX_US) {
        relay->pause_us *= 2;
    }
    relay->retry_us = now + relay->pause_us;
}

static bool is_away_too_long(const struct relay *relay)
{
    return relay->retry_us >= relay->unsteady_us + relay->options->wait_us;
}

static void lose(struct relay *relay)
{
    int64_t now = port_now_us();
    if (tape_is_open(relay->tape)) tape_expire(relay->tape, now);
    complain("%s; waiting %" PRId64 " s for it", port_error(relay->module)->text,
             relay->options->wait_us / 1000000);
    note(relay, "the module's port vanished");
    relay->to_module.size = 0;
    relay->lost_us = now;
    relay->lost_size = 0;
    back_off(relay, now);
    if (relay->unsteady_us != now && is_away_too_long(relay)) give_up(relay);
}

static bool read_module(struct relay *relay)
{
    uint8_t bytes[CHUNK_SIZE];
    int64_t time_us = 0;
    if (!can_read_module(relay)) return false;
    ssize_t size = port_read(relay->module, bytes, sizeof bytes, 0, &time_us);
    if (size < 0) lose(relay);
    if (size <= 0) return false;
    pass_to_host(relay, bytes, (size_t)size);
    tape_received(relay->tape, bytes, (size_t)size, time_us);
    return true;
}

static void find_again(struct relay *relay)
{
    int64_t now = port_now_us();
    char text[96] = "the module's port is back";
    if (relay->lost_us == 0 || now < relay->retry_us) return;
    if (port_try(relay->module, now + TRY_US) == PORT_OK) {
        if (relay->lost_size > 0)
            snprintf(text, sizeof text, "the module's port is back; the host lost %zu bytes",
                     relay->lost_size);
        complain("%s: %s", relay->options->target, text);
        note(relay, text);
        relay->lost_us = 0;
        relay->opened_us = port_now_us();
        return;
    }
    relay->retry_us = port_now_us() + RETRY_US;
    if (is_away_too_long(relay)) give_up(relay);
}

/* ---- the line --------------------------------------------------------- */

static void note_line(struct relay *relay, enum port_status status, const char *what,
                      unsigned value)
{
    char text[96];
    bool good = status == PORT_OK;
    snprintf(text, sizeof text, "the host set %s %u%s%s", what, value,
             good ? "" : "; the module's port: ", good ? "" : port_status_name(status));
    note(relay, text);
}

static void pass_dtr(struct relay *relay, bool on)
{
    int64_t deadline = port_now_us() + LINE_US;
    if (on == relay->line.dtr) return;
    relay->line.dtr = on;
    /* &D1 and &D2 end it; of &D0 nothing is known here */
    if (!on && tape_is_stream(relay->tape)) tape_stream_end(relay->tape, port_now_us());
    note_line(relay, port_set_dtr(relay->module, on, deadline), "DTR", on);
}

/* What an RFC 2217 host set goes on to the module, where its port has it. */
static void pass_line(struct relay *relay)
{
    struct port_line line;
    struct port *module = relay->module;
    int64_t deadline = port_now_us() + LINE_US;
    port_line(relay->host, &line);
    const struct port_line old = relay->line;
    if (relay->lost_us != 0) return;
    if (line.speed != old.speed)
        note_line(relay, port_set_speed(module, line.speed, deadline), "speed", line.speed);
    if (line.dtr_drop_count != old.dtr_drop_count) { /* may be on again already */
        pass_dtr(relay, true);
        pass_dtr(relay, false);
    }
    pass_dtr(relay, line.dtr);
    if (line.rts != old.rts)
        note_line(relay, port_set_rts(module, line.rts, deadline), "RTS", line.rts);
    if (line.break_count != old.break_count)
        note_line(relay, port_send_break(module), "break", line.break_count);
    relay->line = line;
}

/* ---- the loop --------------------------------------------------------- */

static void keep(struct relay *relay)
{
    int64_t now = port_now_us();
    relay->held = relay->masked == NULL ? 0 : masked_settle(relay->masked, now);
    if (scribe_keep(relay->scribe, relay->tape, relay->held, now)) {
        if (!relay->is_large && scribe_size(relay->scribe) > SCRIPT_FILE_SIZE_MAX) {
            relay->is_large = true;
            complain("%s: over %zu MiB, more than atproof check reads; end it, begin another",
                     relay->options->path, SCRIPT_FILE_SIZE_MAX >> 20);
        }
        return;
    }
    complain("%s: cannot write: %s", relay->options->path, file_error(errno));
    relay->is_over = true;
    relay->code = EXIT_USAGE;
}

static void wait_for_news(struct relay *relay)
{
    if ((can_read_host(relay) && port_has_bytes(relay->host))
        || (can_read_module(relay) && port_has_bytes(relay->module)))
        return;
    if (relay->to_host.size > 0) port_await_room(relay->host);
    if (relay->to_module.size > 0) port_await_room(relay->module);
    /* once a second, for what scribe_keep holds back */
    bool is_due = relay->held > 0 || tape_is_open(relay->tape);
    int64_t due = is_due ? port_now_us() + 1000000 : PORT_NO_DEADLINE;
    if (relay->lost_us != 0) due = relay->retry_us;
    int64_t silent_at = port_now_us() + LAST_SILENCE_US;
    if (relay->host_is_over && due > silent_at) due = silent_at;
    port_await(relay->host, due);
    if (relay->host_is_over && port_now_us() >= silent_at) relay->is_over = true;
}

static void run(struct relay *relay)
{
    while (!relay->is_over && !signals_stopped) {
        bool went_on = true;
        push(relay->host, &relay->to_host);
        if (relay->lost_us == 0) push(relay->module, &relay->to_module);
        pass_line(relay);
        for (int i = 0; went_on && i < READ_COUNT; i++) {
            went_on = read_host(relay);
            went_on |= read_module(relay);
        }
        find_again(relay);
        keep(relay);
        if (!relay->is_over) wait_for_news(relay);
    }
}

/* ---- the ends --------------------------------------------------------- */

static void on_item(void *user, const struct tape_item *item)
{
    const struct relay *relay = user;
    if (relay->masked != NULL) masked_item(relay->masked, item);
    else scribe_item(relay->scribe, item);
}

/* What is masked is written as a whole once more. */
static void finish(struct relay *relay)
{
    if (relay->tape != NULL) tape_finish(relay->tape);
    if (relay->masked == NULL) return;
    if (!masked_finish(relay->masked))
        complain("%s: masked as it came; what was known for a secret only later may stand in it",
                 relay->options->path);
    masked_report(relay->masked, stderr);
}

/* An address may name a user and a password. */
static void mask_header(struct buffer *header)
{
    struct mask *mask = mask_new(NULL);
    char *text = mask_text(mask, (const char *)header->bytes, true);
    header->size = 0;
    buffer_append(header, text, strlen(text) + 1);
    free(text);
    mask_free(mask);
}

static bool open_scribe(struct relay *relay)
{
    const struct relay_options *options = relay->options;
    struct buffer header = {0};
    char when[32] = "";
    struct tm parts;
    time_t now = time(NULL);
    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", gmtime_r(&now, &parts));
    buffer_format(&header, "@ dialect: %s\n@ source: %.200s, recorded %s UTC\n", options->dialect,
                  options->target, when);
    buffer_append(&header, "", 1);
    if (options->masks) mask_header(&header);
    relay->scribe = scribe_open(&(struct scribe_options){.path = options->path,
                                                         .header = (const char *)header.bytes,
                                                         .hides_rest = options->masks,
                                                         .start_us = port_now_us()});
    buffer_release(&header);
    if (relay->scribe != NULL) return true;
    complain("%s: cannot write: %s", options->path, file_error(errno));
    relay->code = EXIT_USAGE;
    return false;
}

static void warn_of_rival(const struct relay *relay)
{
    struct port_rival rival;
    if (port_find_rival(relay->module, &rival))
        complain("%s: %s (process %d) has it open too, and takes some of its bytes",
                 relay->options->target, rival.name, (int)rival.pid);
}

static bool open_ports(struct relay *relay)
{
    const struct relay_options *options = relay->options;
    struct port_error error;
    relay->host =
        port_listen(options->listen, &(struct port_options){.link = options->link}, &error);
    if (relay->host != NULL)
        relay->module =
            port_open(options->target,
                      &(struct port_options){
                          .beside = relay->host, .open_us = OPEN_US, .stop = &signals_stopped},
                      &error);
    relay->code = EXIT_LAB;
    if (relay->module == NULL) {
        complain("%s", error.text);
        return false;
    }
    if (!signals_watch(relay->host)) {
        complain("%s", port_error(relay->host)->text);
        return false;
    }
    relay->code = EXIT_AS_EXPECTED;
    relay->opened_us = port_now_us();
    port_line(relay->host, &relay->line);
    warn_of_rival(relay);
    return true;
}

static void close_all(struct relay *relay)
{
    finish(relay);
    if (!scribe_close(relay->scribe)) {
        complain("%s: cannot write: %s", relay->options->path, file_error(errno));
        relay->code = EXIT_USAGE;
    }
    if (relay->host != NULL) push(relay->host, &relay->to_host);
    port_close(relay->module);
    port_close(relay->host);
    signals_release();
    tape_free(relay->tape);
    masked_free(relay->masked);
    buffer_release(&relay->to_host);
    buffer_release(&relay->to_module);
}

int relay(const struct relay_options *options)
{
    struct relay relay = {.options = options};
    if (open_ports(&relay) && open_scribe(&relay)
        && serve_announce(relay.host, options->listen, options->link)) {
        if (options->masks) relay.masked = masked_new(options->compiled, relay.scribe);
        relay.tape = tape_new(&(struct tape_options){.catalog = &options->compiled->catalog,
                                                     .on_item = on_item,
                                                     .user = &relay,
                                                     .is_live = true});
        run(&relay);
    }
    int code = relay.code;
    close_all(&relay);
    return relay.code > code ? relay.code : code;
}
