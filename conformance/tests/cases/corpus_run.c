/* One run of the parser over a sample, watched. */
#include "corpus_run.h"

#include "base/memory.h"
#include "judge/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- memory with a wall after it ------------------------------------- */

/* At least `size` bytes, the last of them before an unreadable page.
 * Returns: the first unreadable byte, or NULL. Lives as long as the test. */
static uint8_t *map_wall(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t readable = (size + page) / page * page;
    uint8_t *base =
        mmap(NULL, readable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED || mprotect(base + readable, page, PROT_NONE) != 0) return NULL;
    return base + readable;
}

static const uint8_t *place(void *user, const uint8_t *bytes, size_t size)
{
    const struct watched_run *run = user;
    return memcpy(run->wall - size, bytes, size);
}

/* ---- the run ---------------------------------------------------------- */

static void note_payload(struct watched_run *run, const struct atp_event *event)
{
    struct payload *last = NULL;
    if (run->payloads.size > 0)
        last = (void *)(run->payloads.bytes + run->payloads.size - sizeof *last);
    if (last != NULL && last->kind == (enum atp_kind)event->kind
        && last->offset + last->size == event->offset) {
        last->size += event->size;
        return;
    }
    struct payload payload = {event->offset, event->size, (enum atp_kind)event->kind};
    buffer_append(&run->payloads, &payload, sizeof payload);
}

static void on_event(void *user, const struct atp_event *event)
{
    struct watched_run *run = user;
    bool fits = event->offset == run->next && event->size <= run->sample->size - run->next;
    if (!fits
        || (event->size > 0
            && memcmp(event->bytes, run->received + event->offset, event->size) != 0))
        run->lossless = false;
    run->next += fits ? event->size : 0;
    if (event->kind == ATP_KIND_DATA || event->kind == ATP_KIND_STREAM) note_payload(run, event);
    eventlog_event(&run->log, event);
}

static void on_sent(void *user)
{
    struct watched_run *run = user;
    eventlog_sent(&run->log);
}

static void on_expired(void *user, uint64_t offset)
{
    struct watched_run *run = user;
    eventlog_expired(&run->log, offset);
}

void watched_replay(struct watched_run *run, const struct sample *sample,
                    const struct transcript *transcript, const uint8_t *received,
                    enum replay_chunking chunking, uint64_t chunk)
{
    struct atp_parser parser;
    struct replay replay = {
        .parser = &parser,
        .chunking = chunking,
        .chunk = chunk,
        .hooks = {.place = place, .sent = on_sent, .expired = on_expired, .user = run},
    };
    run->sample = sample;
    run->received = received;
    run->next = 0;
    run->lossless = true;
    run->payloads.size = 0;
    eventlog_reset(&run->log);
    eventlog_tell_exchanges(&run->log, run->exchanges ? &parser : NULL);
    size_t size = ATP_BUFFER_SIZE(run->line_size);
    if (atp_init(&parser, sample->catalog, run->buffer_wall - size, size, on_event, run) != ATP_OK)
        abort();
    replay_transcript(&replay, transcript);
    replay_finish(&replay);
    eventlog_over(&run->log, replay.fed);
    run->lossless = run->lossless && run->next == sample->size;
    eventlog_finish(&run->log);
}

bool watched_init(struct watched_run *run, size_t size)
{
    *run = (struct watched_run){0};
    run->wall = map_wall(size);
    run->buffer_wall = map_wall(ATP_BUFFER_SIZE(WATCHED_LINE_SIZE));
    run->line_size = WATCHED_LINE_SIZE;
    if (run->wall == NULL || run->buffer_wall == NULL) return false;
    eventlog_init(&run->log, NULL);
    return true;
}

#define SHOWN_SIZE_MAX 120 /* bytes of a line or an event in a message     */

/* ---- comparing -------------------------------------------------------- */

static int line_size(const char *text, size_t size)
{
    const char *end = size == 0 ? NULL : memchr(text, '\n', size);
    return end == NULL ? (int)size : (int)(end - text);
}

/* The item that the byte at `offset` of all that is received stands in. */
static const struct transcript_item *item_at(const struct transcript *t, uint64_t offset)
{
    const struct transcript_item *last = NULL;
    uint64_t end = 0;
    for (size_t i = 0; i < t->item_count; i++) {
        if (t->items[i].kind != TRANSCRIPT_RECEIVED) continue;
        last = &t->items[i];
        end += last->size;
        if (offset < end) break;
    }
    return last;
}

/* The line of the transcript that an event begins on, and the event's bytes. */
static char *place_of(const struct sample *sample, const char *event)
{
    unsigned long long offset = 0;
    unsigned long long size = 0;
    if (sscanf(event, "{\"offset\":%llu,\"size\":%llu", &offset, &size) < 1)
        return memory_text("  after the last event\n");
    const struct transcript_item *item = item_at(&sample->transcript, offset);
    if (item == NULL) return memory_text("  nothing is received\n");
    const uint8_t *text = sample->transcript.bytes + item->offset;
    char *line = judge_escape(text, item->size, SHOWN_SIZE_MAX);
    if (offset > sample->size) offset = sample->size;
    if (size > sample->size - offset) size = sample->size - offset;
    char *bytes = judge_escape(sample->received + offset, (size_t)size, SHOWN_SIZE_MAX);
    char *place = memory_format("  line %zu:  %s\n  bytes:    %s (%llu at offset %llu)\n",
                                item->line, line, bytes, size, offset);
    free(line);
    free(bytes);
    return place;
}

char *log_difference(const struct sample *sample, const char *what, const char *expected,
                     size_t expected_size, const char *seen, size_t seen_size)
{
    if (expected_size == seen_size && memcmp(expected, seen, seen_size) == 0) return NULL;
    size_t shorter = expected_size < seen_size ? expected_size : seen_size;
    size_t at = 0;
    unsigned event = 1;
    for (size_t i = 0; i < shorter && expected[i] == seen[i]; i++) {
        if (expected[i] != '\n') continue;
        at = i + 1;
        event++;
    }
    char *place = place_of(sample, at < expected_size ? expected + at : seen + at);
    char *text = memory_format("%s: %s: event %u differs\n%s  expected: %.*s\n  seen:     %.*s\n",
                               sample->path, what, event, place,
                               line_size(expected + at, expected_size - at), expected + at,
                               line_size(seen + at, seen_size - at), seen + at);
    free(place);
    return text;
}

bool same_log(const struct sample *sample, const char *what, const char *expected,
              size_t expected_size, const char *seen, size_t seen_size)
{
    char *difference = log_difference(sample, what, expected, expected_size, seen, seen_size);
    if (difference != NULL) fputs(difference, stderr);
    free(difference);
    return difference == NULL;
}
