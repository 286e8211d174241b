/* Drives a parser over a transcript, or over bytes as they come. */
#ifndef CONFORMANCE_REPLAY_H
#define CONFORMANCE_REPLAY_H

#include "script/transcript.h"

#include <atproof/atproof.h>

/* How the module's bytes are split over calls of atp_feed. A run is what the
 * module sends between two actions of the host. */
enum replay_chunking {
    REPLAY_WHOLE, /* each run in one call                                  */
    REPLAY_EVERY, /* each run in chunks of `chunk`, its last one shorter   */
    REPLAY_SPLIT  /* each run in one call, but for a split before the byte
                   * at offset `chunk` of all that is received              */
};

/* The caller's part while it runs; NULL: none. */
struct replay_hooks {
    /* Where the parser shall read a chunk: a copy, in memory of a certain
     * kind. Borrows: the answer, until atp_feed returns. */
    const uint8_t *(*place)(void *user, const uint8_t *bytes, size_t size);

    /* After each atp_sent. */
    void (*sent)(void *user);

    /* After each atp_expire, which stands at `offset`. */
    void (*expired)(void *user, uint64_t offset);

    /* A transparent stream stands at `offset`, its last bytes spelling
     * `result`, and was ended there (by `end_at_tail` or `@ stream-end:`), or
     * was not (the input is over). */
    void (*tail)(void *user, enum atp_result result, uint64_t offset, bool ended);

    void *user;
};

struct replay {
    struct atp_parser *parser;
    enum replay_chunking chunking;
    uint64_t chunk;   /* bytes                                             */
    bool end_at_tail; /* a stream is over when its last bytes spell a
                       * result code                                      */
    struct replay_hooks hooks;
    uint64_t fed; /* bytes so far; begins at 0                             */
};

/* Feeds one run of bytes. With REPLAY_EVERY a run that comes in several calls
 * must come in multiples of `chunk`. */
void replay_feed(struct replay *replay, const uint8_t *bytes, size_t size);

/* All of a transcript; the caller calls replay_finish after it. */
void replay_transcript(struct replay *replay, const struct transcript *transcript);

/* The input is over. */
void replay_finish(struct replay *replay);

#endif
