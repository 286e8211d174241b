/* Target `exchange`: what a host sends and a module answers, payload, ticks of
 * the clock. The input is a session (session.h). Asserted:
 *
 *   I1  as the session splits it and in one piece: the same events
 *   I2, I4, I7, I8  of each event: watch.h
 *   I3  other bytes in payloads and streams: the same events. Those of a stream
 *       that +++ was sent into stay, for there an OK is the module's
 *   I4  an echo repeats what was sent, the data of an upload are no command, and
 *       a stream begins with the CONNECT that a variant awaits
 *   I5  after the session, a line and a whole exchange are recognised
 *   I8  a response that is judged complete is a variant of the manual, one that is
 *       judged violated is none; what nobody asked for changes nothing */
#include "variant.h"
#include "watch.h"

#include <string.h>

/* ---- other payload ---------------------------------------------------- */

/* What a server might send to forge a module's words. */
static const char *const forgeries[] = {
    "\r\nOK\r\n",
    "\r\nERROR\r\n+CSQ: 1,2\r\n",
    "\r\n+HTTPREAD: 0\r\n+CCHRECV: DATA,0,9999\r\n",
    "\r\n+QSSLURC: \"recv\",0,7\r\n+QSSLURC: \"closed\",0\r\n",
    "\r\nNO CARRIER\r\n\r\nCLOSED\r\n",
    "> AT+CSQ\r\r\n\r\n> ",
    "\n",
    "\xFF\r",
};

static void forge(const struct watch *watch, uint8_t *input, unsigned which)
{
    const char *text = forgeries[which % (sizeof forgeries / sizeof forgeries[0])];
    size_t period = strlen(text);
    for (size_t i = 0; i < watch->count; i++) {
        const struct watched_event *event = &watch->log[i];
        if (!event->replaceable) continue;
        for (uint32_t n = 0; n < event->size; n++)
            input[event->offset + n] = (uint8_t)text[n % period];
    }
}

static bool has_payload(const struct watch *watch)
{
    size_t i = 0;
    while (i < watch->count && !watch->log[i].replaceable) i++;
    return i < watch->count;
}

/* ---- the target ------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct session session;
    static struct watch whole, other;
    static struct variant_watch variants;
    static uint8_t input[FUZZ_INPUT_SIZE_MAX];

    session_read(&session, data, size, SESSION_ALL);
    size_t received = watch_join(&session, input);
    size_t count = variant_run(&variants, &whole, &session, input);

    watch_run(&other, &session, input, WATCH_AS_SPLIT);
    watch_compare(&whole, count, &other, "I1");
    watch_finish(&other);
    if (size % 8 == 5) { /* now and then: what was before a reset leaves no trace */
        watch_run_again(&other, &session, input, WATCH_WHOLE);
        watch_compare(&whole, count, &other, "I1");
    }
    if (has_payload(&whole)) {
        forge(&whole, input, (unsigned)received);
        watch_run(&other, &session, input, WATCH_WHOLE);
        watch_compare(&whole, count, &other, "I3");
        watch_finish(&other);
    }
    return 0;
}
