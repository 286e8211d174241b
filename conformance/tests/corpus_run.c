/* One run of the parser over a sample, watched. */
#include "corpus_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- memory with a wall behind it ------------------------------------- */

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
    return eventlog_init(&run->log, NULL);
}

/* ---- comparing -------------------------------------------------------- */

static int line_size(const char *text, size_t size)
{
    const char *end = size == 0 ? NULL : memchr(text, '\n', size);
    return end == NULL ? (int)size : (int)(end - text);
}

bool same_log(const char *path, const char *what, const char *expected, size_t expected_size,
              const char *seen, size_t seen_size)
{
    if (expected_size == seen_size && memcmp(expected, seen, seen_size) == 0) return true;
    size_t shorter = expected_size < seen_size ? expected_size : seen_size;
    size_t line_at = 0;
    unsigned line = 1;
    for (size_t i = 0; i < shorter && expected[i] == seen[i]; i++) {
        if (expected[i] != '\n') continue;
        line_at = i + 1;
        line++;
    }
    fprintf(stderr, "%s: %s: event %u differs\n  expected: %.*s\n  seen:     %.*s\n", path, what,
            line, line_size(expected + line_at, expected_size - line_at), expected + line_at,
            line_size(seen + line_at, seen_size - line_at), seen + line_at);
    return false;
}
