/* One run of the parser over a sample, watched.
 *
 * Every chunk lies flush against an unreadable page, and so does the parser's
 * buffer: one byte read beyond them ends the test. A chunk lies where the one
 * before it lay: who kept a pointer to that finds other bytes there. */
#ifndef CORPUS_RUN_H
#define CORPUS_RUN_H

#include "corpus/corpus.h"
#include "events/eventlog.h"
#include "events/replay.h"

/* What `atproof decode` takes, so that the events are those it prints. */
#define WATCHED_LINE_SIZE 4096

/* A part of the received bytes that is payload or stream. */
struct payload {
    uint64_t offset;
    uint64_t size;
    enum atp_kind kind;
};

struct watched_run {
    struct eventlog log;
    const struct sample *sample;
    const uint8_t *received; /* what the events must be when joined        */
    uint64_t next;           /* offset the next event must have            */
    bool lossless;           /* I2 held so far                             */
    struct buffer payloads;  /* struct payload, of the last run            */
    uint8_t *buffer_wall;    /* first unreadable byte after the buffer    */
    size_t line_size;        /* of the parser's buffer; may be changed     */
    bool exchanges;          /* whether the log tells them; may be changed */
    uint8_t *wall;           /* first unreadable byte after the chunks    */
};

/* For inputs of at most `size` bytes. False: memory is short. */
bool watched_init(struct watched_run *run, size_t size);

/* Runs `transcript`, which is the sample's own or one of the same shape, whose
 * received bytes joined are `received`. The log stays in run->log. */
void watched_replay(struct watched_run *run, const struct sample *sample,
                    const struct transcript *transcript, const uint8_t *received,
                    enum replay_chunking chunking, uint64_t chunk);

/* NULL if the logs are the same. Else the first event that differs: the line of
 * the transcript it stands on, its bytes, what was expected and what was seen
 * when `what` was run. Owns: the caller. */
char *log_difference(const struct sample *sample, const char *what, const char *expected,
                     size_t expected_size, const char *seen, size_t seen_size);

/* Whether they are the same; the difference is told on the standard error. */
bool same_log(const struct sample *sample, const char *what, const char *expected,
              size_t expected_size, const char *seen, size_t seen_size);

#endif
