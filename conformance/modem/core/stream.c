/* Transparent access: what the host sends goes to the peer, what the peer sends
 * to the host, neither is looked at. Three ways lead out of it: the end of the
 * connection, DTR as &D sets, and the escape sequence of the manuals:
 *
 *     guard "+++" guard ;     guard: 1 s in which the host sends nothing; the
 *                             three come within 1 s
 */
#include "modem/core/core.h"

#include <stdio.h>
#include <string.h>

#define GUARD_US    1000000
#define ESCAPE_SIZE 3
#define SAID_MAX    4096  /* bytes of the peer that wait for the line     */
#define UNSENT_MAX  65536 /* bytes of the host beyond which CTS is off    */
#define USUAL_SPEED 115200
#define PART_SIZE   1024

/* ---- the host's bytes ------------------------------------------------- */

/* To the peer, as far as it takes them. */
static void send_unsent(struct modem *modem)
{
    struct modem_stream_state *state = &modem->stream;
    struct buffer *unsent = &state->unsent;
    if (state->of == NULL || unsent->size == 0) return;
    size_t sent = state->of->take(modem, unsent->bytes, unsent->size);
    memmove(unsent->bytes, unsent->bytes + sent, unsent->size - sent);
    unsent->size -= sent;
}

static void pass(struct modem *modem, const uint8_t *bytes, size_t size)
{
    buffer_append(&modem->stream.unsent, bytes, size);
    send_unsent(modem);
}

/* What began like the escape sequence was data. */
static void pass_held(struct modem *modem)
{
    size_t size = modem->stream.escape_size;
    modem->stream.escape_size = 0;
    if (size > 0) pass(modem, (const uint8_t *)"+++", size);
}

/* Whether all of it can belong to an escape sequence. */
static bool may_escape(const struct modem *modem, const uint8_t *bytes, size_t size)
{
    const struct modem_stream_state *state = &modem->stream;
    bool goes_on = state->escape_size > 0; /* the tick before saw to its time */
    return (goes_on || modem->now - state->last >= GUARD_US)
           && size <= ESCAPE_SIZE - state->escape_size && memcmp(bytes, "+++", size) == 0;
}

void stream_take(struct modem *modem, const uint8_t *bytes, size_t size)
{
    struct modem_stream_state *state = &modem->stream;
    if (may_escape(modem, bytes, size)) {
        if (state->escape_size == 0) state->escape_at = modem->now;
        state->escape_size += size;
    } else {
        pass_held(modem);
        pass(modem, bytes, size);
    }
    state->last = modem->now;
}

/* ---- the peer's bytes ------------------------------------------------- */

static void say_given(struct modem *modem)
{
    uint8_t part[PART_SIZE];
    size_t size;
    while (modem->mode == MODE_STREAM && modem->out.size - modem->sent < SAID_MAX
           && (size = modem->stream.of->give(modem, part, sizeof part)) > 0)
        modem_bytes(modem, part, size);
}

/* ---- in and out ------------------------------------------------------- */

static void leave(struct modem *modem, const char *text)
{
    pass_held(modem);
    modem->mode = MODE_COMMAND;
    modem->prefix = 0;
    modem_result_code(modem, text);
}

/* V.250 6.2.7: some vendors put the speed after CONNECT, unless X0. */
void stream_enter(struct modem *modem)
{
    char text[32] = "CONNECT";
    uint32_t speed = modem->options.speed > 0 ? modem->options.speed : USUAL_SPEED;
    bool tells = modem->settings.progress > 0 && modem->settings.verbose && modem->vendor != NULL
                 && modem->vendor->tells_speed;
    if (tells) snprintf(text, sizeof text, "CONNECT %u", (unsigned)speed);
    modem_result_code(modem, text);
    modem->mode = MODE_STREAM;
    modem->stream.last = modem->now;
    modem->stream.escape_size = 0;
}

void modem_set_stream(struct modem *modem, const struct modem_stream *stream)
{
    modem->stream.of = stream;
    modem->stream.unsent.size = 0;
}

void modem_end_stream(struct modem *modem, const char *text)
{
    modem->stream.of = NULL;
    modem->stream.escape_size = 0;
    modem->stream.unsent.size = 0;
    if (modem->mode == MODE_STREAM) leave(modem, text);
}

bool modem_has_stream(const struct modem *modem)
{
    return modem->stream.of != NULL;
}

bool modem_is_streaming(const struct modem *modem)
{
    return modem->mode == MODE_STREAM;
}

void modem_set_dtr(struct modem *modem, bool on, int64_t now)
{
    bool drops = modem->dtr && !on;
    modem->now = now;
    modem->dtr = on;
    if (!drops || modem->stream.of == NULL) return;
    if (modem->settings.dtr == 1 && modem->mode == MODE_STREAM) leave(modem, "OK");
    else if (modem->settings.dtr == 2) modem->stream.of->drop(modem);
}

/* ---- time ------------------------------------------------------------- */

void stream_tick(struct modem *modem)
{
    const struct modem_stream_state *state = &modem->stream;
    bool over =
        state->escape_size > 0
        && modem->now
               >= (state->escape_size == ESCAPE_SIZE ? state->last : state->escape_at) + GUARD_US;
    bool escapes = over && state->escape_size == ESCAPE_SIZE;
    if (escapes && !modem_strikes(modem, FAULT_ESCAPE_SWALLOWED)) {
        modem->stream.escape_size = 0;
        leave(modem, "OK");
    } else if (over) {
        pass_held(modem);
    }
    send_unsent(modem);
    say_given(modem);
}

int64_t stream_due(const struct modem *modem)
{
    const struct modem_stream_state *state = &modem->stream;
    if (modem->mode == MODE_STREAM && modem->out.size == modem->sent
        && state->of->waiting(modem) > 0)
        return modem->now;
    if (state->escape_size == 0) return MODEM_NEVER;
    return (state->escape_size == ESCAPE_SIZE ? state->last : state->escape_at) + GUARD_US;
}

bool modem_is_clear_to_send(const struct modem *modem)
{
    return modem->stream.unsent.size < UNSENT_MAX && modem->held.size < UNSENT_MAX;
}
