/* Plays a recording back.
 *
 * `at` is the item that comes next. Items of the module between two of the
 * host's are sent when the first of those two was matched, each so long after
 * it as in the recording. A host that goes on earlier does not wait for the rest
 * of them: they are sent at once, so that the order holds. */
#include "record/player.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_MAX ((size_t)1 << 20) /* bytes of the host that fit nothing    */
#define NS_A_US   1000
#define BYTE_NS   INT64_C(10000000000) /* ten bits, at one baud             */

/* What is to be sent, and when. */
struct saying {
    const uint8_t *bytes; /* borrowed from the recording, or a constant      */
    size_t size;
    int64_t due_us;
};

struct player {
    const struct transcript *recording;
    struct player_options options;
    size_t at;
    struct buffer input; /* of the host, not matched yet                   */
    LIST(struct saying) sayings;
    size_t said;      /* of the sayings, those that are over            */
    size_t said_size; /* bytes of the next one                          */
    int64_t free_ns;  /* when the line is free                          */
};

/* ---- what the module sends -------------------------------------------- */

static void say(struct player *player, const void *bytes, size_t size, int64_t due_us)
{
    const struct saying saying = {bytes, size, due_us};
    if (player->said == player->sayings.count) {
        player->said = 0;
        player->sayings.count = 0;
    }
    if (size > 0) *LIST_ADD(&player->sayings) = saying;
}

/* What is left is due now. */
static void hurry(struct player *player, int64_t now)
{
    struct saying *sayings = player->sayings.items;
    for (size_t i = player->said; i < player->sayings.count; i++)
        if (sayings[i].due_us > now) sayings[i].due_us = now;
}

/* Sends what the module sent from `at` on, up to the host's next item. `from_us`:
 * when that began, in the recording. */
static void say_answers(struct player *player, int64_t from_us, int64_t now)
{
    const struct transcript *recording = player->recording;
    for (; player->at < recording->item_count; player->at++) {
        const struct transcript_item *item = &recording->items[player->at];
        if (item->kind == TRANSCRIPT_SENT) return;
        if (item->kind != TRANSCRIPT_RECEIVED) continue;
        bool is_timed = !player->options.fast && item->time_us != TRANSCRIPT_NO_TIME
                        && from_us != TRANSCRIPT_NO_TIME && item->time_us > from_us;
        say(player, recording->bytes + item->offset, item->size,
            now + (is_timed ? item->time_us - from_us : 0));
    }
}

/* ---- what the host sends ---------------------------------------------- */

enum fit { FITS_NOT, BEGINS, FITS };

static enum fit compare(const struct player *player, const struct transcript_item *item)
{
    size_t size = player->input.size < item->size ? player->input.size : item->size;
    if (memcmp(player->recording->bytes + item->offset, player->input.bytes, size) != 0)
        return FITS_NOT;
    return size == item->size ? FITS : BEGINS;
}

static bool begins_command(const uint8_t *bytes, size_t size)
{
    return size >= 2 && (bytes[0] | 0x20) == 'a' && ((bytes[1] | 0x20) == 't' || bytes[1] == '/');
}

static bool is_command(const struct player *player, const struct transcript_item *item)
{
    return begins_command(player->recording->bytes + item->offset, item->size);
}

/* The host's next item from `first` on, up to `end`, that the input is, or
 * begins. An upload is looked for in its own place alone: by itself it would
 * be found anywhere. Returns: its index, or `end`. */
static size_t find(const struct player *player, size_t first, size_t end, enum fit wanted)
{
    size_t i = first;
    for (; i < end; i++) {
        const struct transcript_item *item = &player->recording->items[i];
        if (item->kind != TRANSCRIPT_SENT || item->size == 0) continue;
        if ((i == player->at || is_command(player, item)) && compare(player, item) == wanted) break;
    }
    return i;
}

static void report_other(const struct player *player, const char *what, size_t size)
{
    const struct transcript *recording = player->recording;
    size_t line = player->at < recording->item_count ? recording->items[player->at].line : 0;
    if (player->options.on_other != NULL)
        player->options.on_other(player->options.user, line, what, player->input.bytes, size);
}

static void drop_input(struct player *player, size_t size)
{
    player->input.size -= size;
    if (player->input.size > 0)
        memmove(player->input.bytes, player->input.bytes + size, player->input.size);
}

static void play(struct player *player, size_t index, size_t size, int64_t now)
{
    hurry(player, now);
    drop_input(player, size);
    player->at = index + 1;
    say_answers(player, player->recording->items[index].time_us, now);
}

/* Whether the recording's host sent data next, and this one may be about to. */
static bool awaits_data(const struct player *player)
{
    const struct transcript *recording = player->recording;
    return player->at < recording->item_count && !is_command(player, &recording->items[player->at])
           && !begins_command(player->input.bytes, player->input.size);
}

/* Data of another content than the recorded, of as many bytes.
 * Returns: whether it was taken. */
static bool take_other_data(struct player *player, int64_t now)
{
    size_t size = player->recording->items[player->at].size;
    if (player->input.size < size) return false;
    report_other(player, "other data than recorded", size);
    play(player, player->at, size, now);
    return true;
}

/* A command line that is nowhere. Returns: whether there was one. */
static bool refuse(struct player *player, int64_t now)
{
    static const char error[] = "\r\nERROR\r\n";
    const uint8_t *cr = memchr(player->input.bytes, '\r', player->input.size);
    if (cr == NULL && player->input.size < INPUT_MAX) return false;
    size_t size = cr == NULL ? player->input.size : (size_t)(cr - player->input.bytes) + 1;
    report_other(player, "not recorded, answered with ERROR", size);
    drop_input(player, size);
    hurry(player, now);
    say(player, error, sizeof error - 1, now);
    return true;
}

/* The best place for what the host has sent so far. Returns: whether anything
 * was taken. */
static bool take(struct player *player, int64_t now)
{
    size_t count = player->recording->item_count;
    if (player->input.size == 0) return false;
    if (player->input.bytes[0] == '\n' && find(player, player->at, count, FITS) == count) {
        drop_input(player, 1); /* after the CR of hosts that end lines so */
        return true;
    }
    size_t found = find(player, player->at, count, FITS);
    if (found == count) {
        if (find(player, player->at, count, BEGINS) < count) return false;
        found = find(player, 0, player->at, FITS);
        if (found == player->at) {
            if (find(player, 0, player->at, BEGINS) < player->at) return false;
            return awaits_data(player) ? take_other_data(player, now) : refuse(player, now);
        }
    }
    play(player, found, player->recording->items[found].size, now);
    return true;
}

void player_receive(struct player *player, const uint8_t *bytes, size_t size, int64_t now)
{
    buffer_append(&player->input, bytes, size);
    while (take(player, now)) continue;
}

/* ---- the line --------------------------------------------------------- */

static const struct saying *next_saying(const struct player *player)
{
    return player->said < player->sayings.count ? &player->sayings.items[player->said] : NULL;
}

/* Bytes that the line has carried by `now` since it was free. */
static size_t carried(struct player *player, size_t size, int64_t now)
{
    int64_t byte_ns = player->options.speed == 0 ? 0 : BYTE_NS / player->options.speed;
    if (byte_ns == 0) return size;
    if (player->free_ns < now * NS_A_US - byte_ns) player->free_ns = now * NS_A_US - byte_ns;
    uint64_t count = (uint64_t)((now * NS_A_US - player->free_ns) / byte_ns);
    if (count > size) count = size;
    player->free_ns += (int64_t)count * byte_ns;
    return (size_t)count;
}

size_t player_send(struct player *player, uint8_t *bytes, size_t capacity, int64_t now)
{
    size_t sent = 0;
    const struct saying *saying = next_saying(player);
    while (saying != NULL && saying->due_us <= now && sent < capacity) {
        size_t left = saying->size - player->said_size;
        size_t size = carried(player, left < capacity - sent ? left : capacity - sent, now);
        if (size == 0) break;
        memcpy(bytes + sent, saying->bytes + player->said_size, size);
        sent += size;
        player->said_size += size;
        if (player->said_size < saying->size) continue;
        player->said++;
        player->said_size = 0;
        saying = next_saying(player);
    }
    return sent;
}

int64_t player_due(const struct player *player, int64_t now)
{
    const struct saying *saying = next_saying(player);
    if (saying == NULL) return INT64_MAX;
    int64_t due = saying->due_us;
    if (player->options.speed > 0) {
        int64_t byte_ns = BYTE_NS / player->options.speed;
        int64_t free_at = (player->free_ns + byte_ns + NS_A_US - 1) / NS_A_US;
        if (free_at > due) due = free_at;
    }
    return due < now ? now : due;
}

/* ---- life ------------------------------------------------------------- */

struct player *player_new(const struct transcript *recording, const struct player_options *options,
                          int64_t now)
{
    struct player *player = memory_new(1, sizeof *player);
    player->recording = recording;
    player->options = *options;
    say_answers(player, 0, now);
    return player;
}

void player_free(struct player *player)
{
    if (player == NULL) return;
    buffer_release(&player->input);
    free(player->sayings.items);
    free(player);
}
