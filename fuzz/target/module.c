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
 * random chunks, 5 has it say URCs at random places, 6 begins with its banner.
 * "x" lets time pass: to what the module does next, or a second.
 *
 * The host is one that V.250 allows, whatever the input is:
 *   - a command line begins with AT (it is put before what does not) or is A/;
 *     it ends in CR (put behind a last one without); control bytes and DEL are
 *     left out, for they edit the line, and the parser is told whole ones
 *   - it does not type ahead: the next line comes behind the final result
 *   - an upload begins behind its prompt; it ends with the result
 * What is excused:
 *   - `unexpected` of an ERROR or +CME ERROR: of a command that is refused no
 *     variant need list the refusal
 *   - `unexpected` of any other result but OK, where the pending command is not
 *     the line's first: a line ends with the first command that fails, and the
 *     parser takes its last one for the pending one
 *   - behind Q1 there is no result to wait for; and, since then nothing parts an
 *     echo from the next one, `echo-differs` of an echo */
#include "lossless.h"
#include "session.h"

#include "catalog_builtin.h"
#include "modem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define US_A_S          INT64_C(1000000)
#define ANSWER_LIMIT_US (400 * US_A_S)
#define STEP_MAX        5000 /* of the clock while one answer is awaited      */
#define GUARD_US        (11 * US_A_S / 10)

#define SETTING_CHUNKS 0x10u
#define SETTING_URCS   0x20u
#define SETTING_BANNER 0x40u

struct typed;

struct host {
    struct modem *modem;
    int64_t now;
    uint64_t fed;
    struct lossless lossless;
    bool answered;            /* a final result came since the last line was sent       */
    bool prompted;            /* an upload is awaited                                   */
    bool quiet;               /* Q1 may have been set                                   */
    const struct typed *line; /* the last                                    */
};

/* A line that is typed, in pieces. */
struct typed {
    size_t size;
    uint8_t bytes[FUZZ_INPUT_SIZE_MAX + 4];
    bool begins[FUZZ_INPUT_SIZE_MAX + 4]; /* a piece                         */
};

/* ---- what the module says --------------------------------------------- */

/* Whether the pending command is another than the line begins with. */
static bool is_further(const struct host *host)
{
    struct atp_exchange exchange;
    atp_exchange_read(&host->lossless.parser, &exchange);
    const char *name = atp_command_name(host->lossless.parser.catalog, exchange.command);
    const char *first = (const char *)host->line->bytes + 2;
    return strncasecmp(first, name, strlen(name)) != 0;
}

static uint32_t excused(const struct host *host, const struct atp_event *event)
{
    if (event->kind == ATP_KIND_ECHO) return host->quiet ? ATP_DEV_ECHO_DIFFERS : 0;
    if (event->kind != ATP_KIND_RESULT || event->result == ATP_RESULT_OK) return 0;
    bool may_be = event->result == ATP_RESULT_ERROR || is_further(host);
    return may_be ? ATP_DEV_UNEXPECTED : 0;
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
    host->answered = true;
    host->prompted = false;
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

static void await_answer(struct host *host, const struct typed *line)
{
    int64_t until = host->now + ANSWER_LIMIT_US;
    listen(host);
    for (unsigned step = 0; step < STEP_MAX; step++) {
        if (host->answered || host->prompted || atp_is_stream(&host->lossless.parser)) return;
        if (!pass_time(host, until)) break;
    }
    if (!host->quiet)
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

/* Puts AT before what is no command, and CR behind it. */
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

/* Q1, in either case: no result codes from then on, until a reset. */
static bool may_be_quiet(const struct typed *line)
{
    for (size_t i = 0; i + 1 < line->size; i++)
        if ((line->bytes[i] | 0x20) == 'q' && line->bytes[i + 1] >= '1'
            && line->bytes[i + 1] <= '9')
            return true;
    return false;
}

static void send_line(struct host *host, struct typed *line)
{
    if (line->size == 0) return;
    complete(line);
    host->quiet |= may_be_quiet(line);
    host->answered = host->prompted = false;
    host->line = line;
    atp_sent(&host->lossless.parser, line->bytes, line->size);
    for (size_t at = 0, end = 0; at < line->size; at = end) {
        for (end = at + 1; end < line->size && !line->begins[end];) end++;
        send_piece(host, line->bytes + at, end - at);
    }
    await_answer(host, line);
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

/* Byte by byte, so that none comes behind the result. */
static size_t send_upload(struct host *host, const uint8_t *bytes, size_t size)
{
    size_t sent = 0;
    while (sent < size && host->prompted) {
        atp_sent(&host->lossless.parser, bytes + sent, 1);
        send_piece(host, bytes + sent, 1);
        sent++;
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

/* An item and the pieces behind it. Returns: how many there are. */
static unsigned send_item(struct host *host, const struct session *session, unsigned first)
{
    static struct typed line;
    unsigned item = first;
    line.size = 0;
    do {
        const uint8_t *bytes = session->bytes + session->items[item].offset;
        size_t size = session->items[item].size;
        for (size_t at = 0; at < size;) {
            if (atp_is_stream(&host->lossless.parser)) {
                send_into_stream(host, bytes + at, size - at);
                break;
            }
            if (host->prompted) at += send_upload(host, bytes + at, size - at);
            else type_byte(host, &line, bytes[at], at == 0), at++;
        }
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
    static const struct typed none = {.size = 0};
    host->answered = host->prompted = host->quiet = false;
    host->line = &none;
    lossless_init(&host->lossless, tables(setting));
    host->lossless.then = on_event;
    host->lossless.user = host;
    listen(host);
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
            i++;
        } else {
            i += send_item(&host, &session, i);
        }
    }
    end(&host);
    return 0;
}
