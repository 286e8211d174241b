/* I5: whatever came before, what follows is recognised. */
#include "watch.h"

#include <string.h>

/* ---- what comes after ------------------------------------------------ */

struct awaited {
    enum atp_kind kind;
    const char *name;
    size_t size;
};

/* How an event that was logged differs from what is awaited; NULL: not. */
static const char *difference(const struct watch *watch, const struct watched_event *event,
                              const struct awaited *awaited)
{
    const char *name = event->name != NULL ? watch->catalog->text + event->name->text : "";
    if (event->kind != (uint8_t)awaited->kind) return atp_kind_name(event->kind);
    if (strcmp(name, awaited->name) != 0) return "another name";
    if (event->size != awaited->size) return "another size";
    if (event->deviations != 0) return "deviations";
    return NULL;
}

/* A payload that is under way is cut off, a stream ended. */
static void end_payload(struct watch *watch)
{
    if (watch->announced > 0) watch_expire(watch);
    if (atp_is_stream(watch->parser)) atp_stream_end(watch->parser);
    watch->escaping = false;
}

/* Whether the host's own bytes, echoed by count, are among the events from
 * `first` on: what stands in them is no line. */
static bool has_echo(const struct watch *watch, size_t first)
{
    size_t i = first > 0 ? first - 1 : 0;
    while (i < watch->count && watch->log[i].kind != ATP_KIND_ECHO) i++;
    return i < watch->count;
}

/* How the line comes: after a line that is ended, at once when the clock ran
 * out, with one CR more. */
enum way { WAY_PLAIN, WAY_EXPIRED, WAY_EXTRA_CR, WAY_COUNT };

/* The complete line that comes next: outside a payload, without anything else
 * having to happen. */
static void recovers_at_a_line(struct watch *watch, enum way way)
{
    static const char *const lines[WAY_COUNT] = {"\r\n+CSQ: 23,99\r\n", "+CSQ: 23,99\r\n",
                                                 "\r\n+CSQ: 23,99\r\r\n"};
    size_t first = watch->count;
    if (way == WAY_EXPIRED) watch_expire(watch);
    end_payload(watch);
    if (way != WAY_EXPIRED) watch_feed(watch, "\n", 1); /* ends a line that is under way */
    end_payload(watch);
    watch_feed(watch, lines[way], strlen(lines[way]));
    if (has_echo(watch, first)) return;
    const struct watched_event *event = &watch->log[watch->count - 1];
    const char *name = event->name != NULL ? watch->catalog->text + event->name->text : "";
    size_t size = strlen(strchr(lines[way], '+'));
    uint32_t deviations = event->deviations & ~(ATP_DEV_NOT_ASKED | ATP_DEV_UNEXPECTED);
    if (strcmp(name, "+CSQ") != 0 || event->record == NULL || event->size != size)
        fuzz_fail("I5", "the next complete line is not recognised");
    if (deviations != (way == WAY_EXTRA_CR ? ATP_DEV_EXTRA_CR : 0u))
        fuzz_fail("I5", "the next complete line deviates otherwise");
}

/* A whole exchange, once the host's clock ran out. */
static void recovers_in_an_exchange(struct watch *watch)
{
    static const char answer[] = "AT+CSQ\r\r\n+CSQ: 23,99\r\n\r\nOK\r\n";
    static const struct awaited events[] = {
        {ATP_KIND_ECHO, "", 9},
        {ATP_KIND_INFO, "+CSQ", 13},
        {ATP_KIND_BLANK, "", 2},
        {ATP_KIND_RESULT, "OK", 4},
    };
    const size_t count = sizeof events / sizeof events[0];
    watch_expire(watch);
    end_payload(watch);
    watch_sent(watch, "AT+CSQ\r", 7);
    size_t first = watch->count;
    watch->more = false;
    watch_feed(watch, answer, sizeof answer - 1);
    for (size_t i = 0; i < count && first + i < watch->count; i++) {
        const char *wrong = difference(watch, &watch->log[first + i], &events[i]);
        if (wrong != NULL)
            fuzz_fail("I5", "event %zu of the next exchange: %s, expected %s %s", i, wrong,
                      atp_kind_name(events[i].kind), events[i].name);
    }
    if (watch->count != first + count)
        fuzz_fail("I5", "the next exchange has %zu events", watch->count - first);
    if (watch->log[watch->count - 1].exchange != ATP_EXCHANGE_COMPLETE)
        fuzz_fail("I5", "the next exchange is %s",
                  atp_exchange_state_name(watch->log[watch->count - 1].exchange));
}

void watch_recovers(struct watch *watch)
{
    watch->more = false; /* what is logged so far stays as it is */
    recovers_at_a_line(watch, (enum way)(watch->input_size % WAY_COUNT));
    recovers_in_an_exchange(watch);
}
