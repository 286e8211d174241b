/* The module as its caller sees it: bytes in, bytes out, when to ask again; and
 * its life. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- the host's bytes ------------------------------------------------- */

static size_t take(struct modem *modem, const uint8_t *bytes, size_t size)
{
    if (modem->mode == MODE_UPLOAD) return upload_take(modem, bytes, size);
    if (modem->mode == MODE_BUSY) {
        buffer_append(&modem->held, bytes, size);
        return size;
    }
    if (modem->mode == MODE_STREAM) {
        stream_take(modem, bytes, size);
        return size;
    }
    typing_take(modem, *bytes);
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

/* A defect wants a restart, as soon as no command is under way. */
static void reboot(struct modem *modem)
{
    if (!modem->defects.reboots) return;
    modem->defects.reboots = modem->defects.mute = false;
    modem->pending = false;
    modem->rest[0] = '\0';
    modem->mode = MODE_COMMAND;
    module_start(modem, true);
}

static void take_held(struct modem *modem)
{
    if (modem->mode == MODE_BUSY || modem->held.size == 0) return;
    struct buffer held = modem->held;
    modem->held = (struct buffer){0};
    take_all(modem, held.bytes, held.size);
    buffer_release(&held);
}

static void tick(struct modem *modem, int64_t now)
{
    uint64_t events = 0;
    modem->now = now;
    if (read(modem->event, &events, sizeof events) < 0 && errno != EAGAIN) abort();
    upload_tick(modem);
    reboot(modem);
    stream_tick(modem);
    for (size_t i = 0; i < modem->part_count; i++)
        if (modem->parts[i]->poll != NULL) modem->parts[i]->poll(modem);
    take_held(modem);
    say_waiting(modem);
}

void modem_receive(struct modem *modem, const uint8_t *bytes, size_t size, int64_t now)
{
    tick(modem, now);
    take_all(modem, bytes, size);
    say_waiting(modem);
}

size_t modem_send(struct modem *modem, uint8_t *bytes, size_t capacity, int64_t now)
{
    tick(modem, now);
    return wire_take(modem, bytes, capacity);
}

/* ---- when to ask again ------------------------------------------------ */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t core_due(const struct modem *modem)
{
    return earlier(stream_due(modem), earlier(upload_due(modem), wire_due(modem)));
}

int64_t modem_due(const struct modem *modem, int64_t now)
{
    int64_t due = core_due(modem);
    for (size_t i = 0; i < modem->part_count; i++)
        if (modem->parts[i]->due != NULL) due = earlier(due, modem->parts[i]->due(modem));
    return due < now ? now : due;
}

static unsigned activity(const struct modem *modem)
{
    unsigned all = MODEM_IDLE;
    for (size_t i = 0; i < modem->part_count; i++)
        if (modem->parts[i]->activity != NULL) all |= modem->parts[i]->activity(modem);
    return all;
}

bool modem_is_working(const struct modem *modem)
{
    return (activity(modem) & MODEM_WORKING) != 0;
}

bool modem_owes(const struct modem *modem)
{
    return core_due(modem) != MODEM_NEVER || modem_is_working(modem);
}

bool modem_is_online(const struct modem *modem)
{
    return (activity(modem) & MODEM_ONLINE) != 0;
}

int modem_descriptor(const struct modem *modem)
{
    return modem->event;
}

/* ---- what parts read -------------------------------------------------- */

struct modem_settings *modem_settings(struct modem *modem)
{
    return &modem->settings;
}

int64_t modem_now(const struct modem *modem)
{
    return modem->now;
}

const struct modem_options *modem_options(const struct modem *modem)
{
    return &modem->options;
}

const struct catalog_model *modem_catalog(const struct modem *modem)
{
    return modem->model;
}

void *modem_memory(const struct modem *modem, const struct modem_memory *key)
{
    for (size_t i = 0; i < modem->part_count; i++)
        if (modem->parts[i]->memory == key) return modem->memories[i];
    abort(); /* the table of parts lacks the part that has it */
}

/* ---- life ------------------------------------------------------------- */

static bool is_of(const struct modem_vendor *vendor, const char *dialect)
{
    for (size_t i = 0; vendor != NULL && vendor->dialects[i] != NULL; i++)
        if (strcmp(vendor->dialects[i], dialect) == 0) return true;
    return false;
}

static void add_parts(struct modem *modem, const struct modem_part *const *parts)
{
    modem->parts = parts;
    while (parts[modem->part_count] != NULL) modem->part_count++;
    modem->memories = memory_new(modem->part_count, sizeof *modem->memories);
    for (size_t i = 0; i < modem->part_count; i++) {
        if (parts[i]->memory != NULL) modem->memories[i] = memory_new(1, parts[i]->memory->size);
        if (is_of(parts[i]->vendor, modem->options.dialect->name)) modem->vendor = parts[i]->vendor;
    }
}

struct modem *modem_new_with_parts(const struct catalog_model *model,
                                   const struct modem_options *options,
                                   const struct modem_part *const *parts)
{
    struct modem *modem = memory_new(1, sizeof *modem);
    modem->model = model;
    modem->options = *options;
    modem->random = (struct random){options->seed};
    fault_begin(modem);
    add_parts(modem, parts);
    modem->dtr = true;
    modem->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (modem->event < 0) abort();
    module_start(modem, options->banner);
    return modem;
}

/* In reverse: a part may use what stands before it in the table. */
static void remove_parts(struct modem *modem)
{
    for (size_t i = modem->part_count; i > 0; i--)
        if (modem->parts[i - 1]->stop != NULL) modem->parts[i - 1]->stop(modem);
    for (size_t i = 0; i < modem->part_count; i++) free(modem->memories[i]);
    free(modem->memories);
}

void modem_free(struct modem *modem)
{
    if (modem == NULL) return;
    remove_parts(modem);
    fault_end(modem);
    close(modem->event);
    buffer_release(&modem->out);
    buffer_release(&modem->urcs);
    buffer_release(&modem->held);
    buffer_release(&modem->stream.unsent);
    buffer_release(&modem->upload.bytes);
    free(modem);
}
