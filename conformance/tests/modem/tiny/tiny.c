/* AT+TINY=<number>: answers the number, after the result code the sum of all,
 * and a second later a URC. 9 restarts the module. */
#include "tiny/tiny.h"

#include <stdio.h>

#define SECOND_US 1000000

struct tiny {
    int64_t sum;
    int64_t due_at; /* of the URC; 0: none                                  */
    bool answered;  /* the sum is due                                       */
};

struct tiny_calls tiny_calls;

static const struct modem_memory memory = {sizeof(struct tiny)};

static struct tiny *tiny_of(const struct modem *modem)
{
    return modem_memory(modem, &memory);
}

static int take_number(struct modem *modem, const struct modem_call *call)
{
    struct tiny *tiny = tiny_of(modem);
    int64_t number = modem_number(call, "number", 0);
    if (number == 9) return MODEM_RESET;
    modem_line(modem, "+TINY: %d", (int)number);
    tiny->sum += number;
    tiny->due_at = modem_now(modem) + SECOND_US;
    tiny->answered = true;
    return MODEM_OK;
}

static void start(struct modem *modem)
{
    tiny_calls.starts++;
    *tiny_of(modem) = (struct tiny){0};
}

static void stop(struct modem *modem)
{
    (void)modem;
    tiny_calls.stops++;
}

static void after_command(struct modem *modem, const struct modem_call *call, int result)
{
    (void)modem;
    (void)call;
    tiny_calls.commands += result == MODEM_OK;
}

static void after_final(struct modem *modem)
{
    struct tiny *tiny = tiny_of(modem);
    tiny_calls.finals++;
    if (tiny->answered) modem_line(modem, "+TINYSUM: %d", (int)tiny->sum);
    tiny->answered = false;
}

static void poll(struct modem *modem)
{
    struct tiny *tiny = tiny_of(modem);
    tiny_calls.polls++;
    if (tiny->due_at == 0 || modem_now(modem) < tiny->due_at) return;
    tiny->due_at = 0;
    modem_say(modem, "+TINYURC");
}

static int64_t due(const struct modem *modem)
{
    const struct tiny *tiny = tiny_of(modem);
    return tiny->due_at == 0 ? MODEM_NEVER : tiny->due_at;
}

static unsigned activity(const struct modem *modem)
{
    return tiny_of(modem)->due_at == 0 ? MODEM_IDLE : MODEM_WORKING;
}

static const char *const dialects[] = {"tiny", NULL};
static const char *const banner[] = {"TINY READY", NULL};
static const struct modem_vendor vendor = {.dialects = dialects, .banner = banner};

static const struct modem_entry commands[] = {
    {.name = "+TINY", .handler = take_number},
    {0},
};

const struct modem_part modem_tiny_part = {
    .name = "tiny",
    .vendor = &vendor,
    .commands = commands,
    .memory = &memory,
    .start = start,
    .stop = stop,
    .after_command = after_command,
    .after_final = after_final,
    .poll = poll,
    .due = due,
    .activity = activity,
};
