/* Unsolicited result codes: they wait until one may stand on the line. */
#include "modem/core/core.h"

#include <string.h>

static bool may_interrupt(const struct modem *modem)
{
    return modem->mode == MODE_COMMAND && modem->prefix == 0;
}

void say_waiting(struct modem *modem)
{
    if (!may_interrupt(modem) || modem->urcs.size == 0) return;
    const char *text = (const char *)modem->urcs.bytes;
    const char *end = text + modem->urcs.size;
    while (text < end) {
        const char *payload = text + strlen(text) + 1 + sizeof(size_t);
        size_t size = 0;
        memcpy(&size, payload - sizeof size, sizeof size);
        output_piece(modem, SPEECH_URC, text, strlen(text), "\r\n", "\r\n");
        if (size > 0) modem_bytes(modem, payload, size);
        text = payload + size;
    }
    modem->urcs.size = 0;
}

void modem_say_data(struct modem *modem, const char *text, const void *bytes, size_t size)
{
    if (!may_interrupt(modem) && modem_strikes(modem, FAULT_URC_LOST_WHEN_BUSY)) return;
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
    return may_interrupt(modem) && modem->urcs.size == 0;
}

size_t modem_unsent(const struct modem *modem)
{
    return modem->out.size - modem->sent;
}
