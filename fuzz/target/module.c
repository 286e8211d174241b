/* The virtual module (conformance/modem/modem.h), offline, and a host that types
 * what the input says: a session (session.h) of "s", "|" and "x" items.
 *
 *   manual  what the module says parses without a deviation, as the answer to
 *           what was sent
 *   answer  each command line gets its final result, or a prompt, within
 *           ANSWER_LIMIT_US
 *   I2      no byte of it is lost
 *
 * The setting's bits 0, 1 choose the dialect, 4 cuts the module's answers into
 * random chunks, 5 has it say URCs at random places, 6 begins with its banner, 7
 * begins with ATE0.
 * "x" lets time pass: up to what the module does next, and all of it, or a second.
 *
 * The host is one that V.250 allows, whatever the input is:
 *   - a command line begins with AT (it is put before what does not) or is A/;
 *     it ends in CR (put after a last one without); control bytes and DEL are
 *     left out, for they edit the line, and the parser is told whole ones
 *   - it does not type ahead: the next line comes after the final result, and
 *     after the asynchronous one if that comes
 *   - an upload begins after its prompt; it ends with the result
 *   - while the module echoes there is no V0 and no Q1: nothing would part an echo
 *     from what follows
 *   - A/ does not stand after a line that is longer than modules take: some
 *     repeat the line before it
 *   - E, V and Q stand alone on their line with 0, 1 or nothing, for whether they
 *     were done in one that is refused nobody can tell
 *   - without echo there is no E, Z, &F and AT+CFUN=, which switch it on, the last
 *     by a restart (an X is put for commands that are left out)
 *   - it does not ask for reports of the serving cell (AT+CPSI=<time>): they never
 *     end, and the catalogue does not have them as URCs
 * What is excused:
 *   - `unexpected` of an ERROR or +CME ERROR: of a command that is refused no
 *     variant need list the refusal
 *   - `unexpected`, `not-asked` and `stale` in the answer to a line of several commands,
 *     the last of which the parser takes for the pending one; and what is wrong
 *     with the fields of a line without a prefix, which it takes for that one's
 *   - after Q1 there is no result to wait for */
#include "lossless.h"
#include "session.h"

#include "catalog/builtin.h"
#include "modem/modem.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define US_A_S          INT64_C(1000000)
#define ANSWER_LIMIT_US (400 * US_A_S)
#define STEP_MAX        5000 /* of the clock while one answer is awaited      */
#define LINE_TAKEN      2000 /* bytes of a command line that the module takes */
#define PAUSE_US        1000 /* more than any between random chunks           */
#define GUARD_US        (11 * US_A_S / 10)

#define SETTING_CHUNKS 0x10u
#define SETTING_URCS   0x20u
#define SETTING_BANNER 0x40u
#define SETTING_SILENT 0x80u

struct host {
    struct modem *modem;
    int64_t now;
    uint64_t fed;
    struct lossless lossless;
    bool answered; /* a final result came since the last line was sent       */
    bool prompted; /* an upload is awaited                                   */
    bool quiet;    /* Q1 may have been set                                   */
    bool silent;   /* echo is off and stays so */
    bool several;  /* commands were on the last line */
    bool refused;  /* it was longer than the module takes: not what A/ repeats */
};

/* A line that is typed, in pieces. */
struct typed {
    size_t size;
    uint8_t bytes[FUZZ_INPUT_SIZE_MAX + 4];
    bool begins[FUZZ_INPUT_SIZE_MAX + 4]; /* a piece                         */
};

/* ---- what the module says --------------------------------------------- */

static uint32_t excused(const struct host *host, const struct atp_event *event)
{
    const uint32_t fields = ATP_DEV_NO_SPACE - 1; /* the bits of fields are the lowest */
    bool bare = event->name != NULL && (event->name->flags & ATP_NAME_BARE) != 0;
    const uint32_t of_several =
        ATP_DEV_UNEXPECTED | ATP_DEV_NOT_ASKED | ATP_DEV_STALE | (bare ? fields : 0);
    if (host->several) return of_several;
    if (event->kind == ATP_KIND_RESULT && event->result == ATP_RESULT_ERROR)
        return ATP_DEV_UNEXPECTED;
    return 0;
}

static void check_deviations(const struct host *host, const struct atp_event *event)
{
    uint32_t left = event->deviations & ~excused(host, event);
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++)
        if ((left >> bit & 1u) != 0)
            fuzz_fail("manual", "%s at %" PRIu64 ": %s: %.*s", atp_kind_name(event->kind),
                      event->offset, atp_deviation_name(bit), (int)event->size,
                      (const char *)event->bytes);
}

static void on_event(void *user, const struct atp_event *event)
{
    struct host *host = user;
    check_deviations(host, event);
    if (event->kind == ATP_KIND_PROMPT) host->prompted = true;
    if (event->kind != ATP_KIND_RESULT) return;
    /* of several commands the parser does not know which one asks for an upload */
    host->prompted = host->several && event->result == ATP_RESULT_CONNECT;
    host->answered = !host->prompted;
}

/* All that it says by now. */
static void listen(struct host *host)
{
    uint8_t bytes[512];
    size_t size = 0;
    while ((size = modem_send(host->modem, bytes, sizeof bytes, host->now)) > 0) {
        atp_feed(&host->lossless.parser, bytes, size);
        host->fed += size;
    }
}

/* To what it does next, but not beyond `until`. Returns: false: nothing is due
 * by then. */
static bool pass_time(struct host *host, int64_t until)
{
    int64_t due = modem_due(host->modem, host->now);
    if (due > until) return false;
    host->now = due > host->now ? due : host->now + 1;
    listen(host);
    return true;
}

/* Whether a stream or an upload has begun, or nothing of the answer is to come. */
static bool is_over(const struct host *host)
{
    struct atp_exchange exchange;
    if (host->prompted || atp_is_stream(&host->lossless.parser)) return true;
    atp_exchange_read(&host->lossless.parser, &exchange);
    return host->answered && exchange.state != ATP_EXCHANGE_AWAITING;
}

static void await_answer(struct host *host, const struct typed *line)
{
    int64_t until = host->now + ANSWER_LIMIT_US;
    listen(host);
    for (unsigned step = 0; step < STEP_MAX && !is_over(host); step++)
        if (!pass_time(host, until)) break;
    if (!host->answered && !host->prompted && !host->quiet && !is_over(host))
        fuzz_fail("answer", "none to %.*s", (int)line->size, (const char *)line->bytes);
}

/* ---- what the host sends ---------------------------------------------- */

static void send_piece(struct host *host, const uint8_t *bytes, size_t size)
{
    modem_receive(host->modem, bytes, size, host->now);
    listen(host);
}

static bool has_prefix(const uint8_t *bytes, size_t size, char second)
{
    return size >= 2 && (bytes[0] | 0x20) == 'a' && (bytes[1] | 0x20) == second;
}

/* Puts AT before what is no command, and CR after it. */
static void complete(struct typed *line)
{
    if (has_prefix(line->bytes, line->size, '/')) {
        line->size = 2;
        return;
    }
    if (!has_prefix(line->bytes, line->size, 't')) {
        memmove(line->bytes + 2, line->bytes, line->size);
        memmove(line->begins + 2, line->begins, line->size);
        memcpy(line->bytes, "AT", 2);
        line->begins[0] = line->begins[1] = false;
        line->size += 2;
    }
    line->begins[line->size] = false;
    line->bytes[line->size++] = '\r';
}

/* The next command of the line from *at on. Writes: *at, after its name, or
 * after all of it if it is an extended one. Returns: NULL if there is none. */
static uint8_t *next_command(struct typed *line, size_t *at)
{
    while (*at < line->size && isdigit(line->bytes[*at])) (*at)++; /* of the one before */
    while (*at < line->size && strchr(" ;\r", line->bytes[*at]) != NULL) (*at)++;
    if (*at >= line->size) return NULL;
    uint8_t *first = &line->bytes[(*at)++];
    if (*first == '&' && isalpha(line->bytes[*at])) {
        (*at)++; /* its letter: &D does not dial */
        return first;
    }
    if ((*first | 0x20) == 'd') *at = line->size; /* the rest is its number   */
    if (strchr("+*$^%#", *first) == NULL) return first;
    for (bool quoted = false; *at < line->size; (*at)++) {
        if (line->bytes[*at] == ';' && !quoted) break;
        quoted ^= line->bytes[*at] == '"';
    }
    return first;
}

static bool has_several(struct typed *line)
{
    size_t at = 2;
    const uint8_t *first = next_command(line, &at);
    return first != NULL && next_command(line, &at) != NULL;
}

/* Whether the command begins so, and does not end in `=?`. */
static bool is_set(const uint8_t *bytes, size_t size, const char *name)
{
    size_t length = strlen(name);
    return size > length && strncasecmp((const char *)bytes, name, length) == 0
           && bytes[length] != '?';
}

/* See the host above. */
static void leave_out(struct host *host, struct typed *line)
{
    size_t at = 2;
    bool alone = line->size == 4 || (line->size == 5 && strchr("01", line->bytes[3]) != NULL);
    const char *refused = host->silent ? (alone ? "EZ&" : "EZ&VQ") : (alone ? "VQ" : "EVQ");
    for (uint8_t *first; (first = next_command(line, &at)) != NULL;) {
        uint8_t upper = *first == '&' ? '&' : (uint8_t)(*first & ~0x20);
        size_t size = (size_t)(line->bytes + line->size - first);
        bool left_out =
            is_set(first, size, "+CPSI=") || (host->silent && is_set(first, size, "+CFUN="));
        if (strchr(refused, upper) != NULL || left_out) *first = 'X';
        else if (upper == 'Q' && at < line->size && line->bytes[at] != '0') host->quiet = true;
    }
}

static void send_whole(struct host *host, struct typed *line)
{
    if (host->refused && has_prefix(line->bytes, line->size, '/')) return;
    host->refused = line->size > LINE_TAKEN;
    host->answered = host->prompted = false;
    if (!has_prefix(line->bytes, line->size, '/'))
        host->several = has_several(line); /* A/: as before */
    atp_sent(&host->lossless.parser, line->bytes, line->size);
    for (size_t at = 0, end = 0; at < line->size; at = end) {
        for (end = at + 1; end < line->size && !line->begins[end];) end++;
        send_piece(host, line->bytes + at, end - at);
    }
    await_answer(host, line);
}

static void switch_echo_off(struct host *host)
{
    static struct typed line = {.size = 5, .bytes = "ATE0\r"};
    send_whole(host, &line);
}

static void send_line(struct host *host, struct typed *line)
{
    if (line->size == 0) return;
    complete(line);
    leave_out(host, line);
    send_whole(host, line);
    line->size = 0;
}

/* +++ and its guard times, or bytes that pass. */
static void send_into_stream(struct host *host, const uint8_t *bytes, size_t size)
{
    bool escapes = size == 3 && memcmp(bytes, "+++", 3) == 0;
    if (escapes) host->now += GUARD_US;
    atp_sent(&host->lossless.parser, bytes, size);
    send_piece(host, bytes, size);
    if (escapes) host->now += GUARD_US;
    listen(host);
}

/* Byte by byte, so that none comes after the result. */
static size_t send_upload(struct host *host, const uint8_t *bytes, size_t size)
{
    size_t sent = 0;
    while (sent < size && host->prompted) {
        atp_sent(&host->lossless.parser, bytes + sent, 1);
        send_piece(host, bytes + sent++, 1);
        while (pass_time(host, host->now + PAUSE_US)) continue;
    }
    return sent;
}

static void type_byte(struct host *host, struct typed *line, uint8_t byte, bool begins)
{
    if (byte == '\r') {
        send_line(host, line);
    } else if (byte >= 0x20 && byte != 0x7F) {
        line->begins[line->size] = begins;
        line->bytes[line->size++] = byte;
    }
}

/* A piece of an item. */
static void send_bytes(struct host *host, struct typed *line, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        if (atp_is_stream(&host->lossless.parser)) {
            send_into_stream(host, bytes + at, size - at);
            return;
        }
        if (host->prompted) {
            at += send_upload(host, bytes + at, size - at);
        } else {
            type_byte(host, line, bytes[at], at == 0);
            at++;
        }
    }
}

/* An item and the pieces after it. Returns: how many there are. */
static unsigned send_item(struct host *host, const struct session *session, unsigned first)
{
    static struct typed line;
    unsigned item = first;
    line.size = 0;
    do {
        const struct session_item *piece = &session->items[item];
        send_bytes(host, &line, session->bytes + piece->offset, piece->size);
    } while (++item < session->item_count && session->items[item].kind == SESSION_SPLIT);
    send_line(host, &line);
    return item - first;
}

/* ---- the target ------------------------------------------------------- */

static const struct catalog_model *builtin(void)
{
    static const struct catalog_model *model;
    if (model == NULL) model = catalog_load_builtin(stderr);
    if (model == NULL) abort();
    return model;
}

static const char *dialect_name(uint8_t setting)
{
    static const char *const names[] = {"simcom", "simcom", "quectel-ugxx", "quectel-ec200"};
    return names[setting & 3u];
}

static const struct atp_catalog *tables(uint8_t setting)
{
    return session_catalog((setting & 3u) == 0 ? 1 : setting);
}

static void begin(struct host *host, uint8_t setting)
{
    const struct modem_options options = {
        .dialect = catalog_find_dialect(dialect_name(setting)),
        .offline = true,
        .seed = (setting & SETTING_CHUNKS) != 0 ? 1 : 0,
        .urcs = (setting & SETTING_URCS) != 0 ? 1 : 0,
        .banner = (setting & SETTING_BANNER) != 0,
    };
    host->modem = modem_new(builtin(), &options);
    host->now = 0;
    host->fed = 0;
    host->answered = host->prompted = host->quiet = false;
    host->several = false;
    lossless_init(&host->lossless, tables(setting));
    host->lossless.then = on_event;
    host->lossless.user = host;
    host->silent = (setting & SETTING_SILENT) != 0;
    listen(host);
    if (host->silent) switch_echo_off(host);
}

static void end(struct host *host)
{
    int64_t until = host->now + ANSWER_LIMIT_US;
    for (unsigned step = 0; step < STEP_MAX && pass_time(host, until);) step++;
    atp_finish(&host->lossless.parser);
    lossless_end(&host->lossless, host->fed);
    modem_free(host->modem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct session session;
    static struct host host;
    if (size > FUZZ_INPUT_SIZE_MAX) size = FUZZ_INPUT_SIZE_MAX;
    session_read(&session, data, size,
                 1u << SESSION_SENT | 1u << SESSION_SPLIT | 1u << SESSION_EXPIRE);
    begin(&host, session.setting);
    for (unsigned i = 0; i < session.item_count;) {
        if (session.items[i].kind == SESSION_EXPIRE) {
            if (!pass_time(&host, host.now + US_A_S)) host.now += US_A_S;
            while (pass_time(&host, host.now + PAUSE_US)) continue; /* no half of a line */
            i++;
        } else {
            i += send_item(&host, &session, i);
        }
    }
    end(&host);
    return 0;
}
