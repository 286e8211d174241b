/* The line: bytes that wait to be handed out, and its pace. */
#include "modem/core/core.h"

#include <string.h>

#define BITS_A_BYTE 10  /* with start and stop bit                          */
#define CHUNK_MAX   24  /* bytes between random pauses                      */
#define PAUSE_MAX   200 /* µs                                               */
#define NS_A_US     1000
#define NS_A_S      ((uint64_t)1000000000)
#define SENT_MAX    65536 /* bytes that are kept though they were handed out */

static void forget_sent(struct modem *modem)
{
    size_t left = modem->out.size - modem->sent;
    if (modem->sent == 0 || (left > 0 && modem->sent < SENT_MAX)) return;
    memmove(modem->out.bytes, modem->out.bytes + modem->sent, left);
    modem->out.size = left;
    modem->sent = 0;
}

void wire_put(struct modem *modem, const void *bytes, size_t size)
{
    if (modem->defects.mute || modem->defects.frozen) return;
    forget_sent(modem);
    /* a line that was at rest does not catch up, one that has more to send does */
    bool rested = modem->sent == modem->out.size && modem->free_ns < modem->now * NS_A_US;
    if (rested) modem->free_ns = modem->now * NS_A_US;
    buffer_append(&modem->out, bytes, size);
}

/* ---- pace ------------------------------------------------------------- */

bool modem_flips(struct modem *modem)
{
    return modem->options.seed != 0 && random_below(&modem->random, 2) == 1;
}

/* How many of `left` bytes may go at once. */
static size_t next_chunk(struct modem *modem, size_t left)
{
    if (modem->options.seed == 0) return left;
    if (modem->chunk == 0) modem->chunk = 1 + (size_t)random_below(&modem->random, CHUNK_MAX);
    return modem->chunk < left ? modem->chunk : left;
}

/* Bytes that the line has carried by now since it was free. */
static size_t carried(const struct modem *modem, size_t left)
{
    if (modem->options.speed == 0) return left;
    uint64_t passed = (uint64_t)(modem->now * NS_A_US - modem->free_ns);
    uint64_t bytes = passed / (BITS_A_BYTE * NS_A_S / modem->options.speed) + 1;
    return bytes < left ? (size_t)bytes : left;
}

/* Notes when the line is free after `size` bytes more. */
static void advance(struct modem *modem, size_t size)
{
    if (modem->options.speed > 0)
        modem->free_ns += (int64_t)(size * BITS_A_BYTE * NS_A_S / modem->options.speed);
    if (modem->options.seed == 0) return;
    modem->chunk -= size < modem->chunk ? size : modem->chunk;
    if (modem->chunk == 0)
        modem->free_ns += (int64_t)random_below(&modem->random, PAUSE_MAX) * NS_A_US;
}

size_t wire_take(struct modem *modem, uint8_t *bytes, size_t capacity)
{
    size_t left = modem->out.size - modem->sent;
    if (left > capacity) left = capacity;
    if (left == 0 || modem->free_ns > modem->now * NS_A_US) return 0;
    if (modem->options.speed == 0) modem->free_ns = modem->now * NS_A_US;
    size_t size = carried(modem, next_chunk(modem, left));
    memcpy(bytes, modem->out.bytes + modem->sent, size);
    modem->sent += size;
    advance(modem, size);
    return size;
}

int64_t wire_due(const struct modem *modem)
{
    if (modem->sent == modem->out.size) return MODEM_NEVER;
    return (modem->free_ns + NS_A_US - 1) / NS_A_US;
}
