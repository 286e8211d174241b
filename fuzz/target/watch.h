/* One run of the parser over a session, every event checked as it comes:
 *
 *   I2  events are contiguous, and their bytes are those that were fed
 *   I3  a payload has the announced size, or is TRUNCATED with the rest of it
 *   I4  what is taken for a response begins where a line begins, with the whole
 *       name and what may stand after one
 *   I7  all that an event points to lies inside it; chunks end at the end of
 *       their memory, and so does the line buffer
 *   I8  a line without a deviation is what its record and fields say, written
 *       out again
 *
 * What the run found is kept as a log, for runs to be compared (I1, I3). */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include "session.h"

/* An event, its spans joined, without its bytes: those are the input's. */
struct watched_event {
    uint64_t fields; /* digest of the fields' places, values and statuses  */
    const struct atp_name *name;
    const struct atp_record *record;
    uint32_t offset;
    uint32_t size;
    uint32_t deviations;
    uint32_t left; /* of TRUNCATED                                          */
    uint32_t text; /* offset and size of its text                           */
    uint8_t kind;
    uint8_t result;
    uint8_t exchange;
    uint8_t replaceable; /* payload or stream that may be any bytes         */
};

/* An atp_expire or the session's end may each cut off one more event than
 * there are bytes. */
#define WATCHED_EVENT_COUNT_MAX (FUZZ_INPUT_SIZE_MAX + SESSION_ITEM_COUNT_MAX + 64u)

enum watch_chunking {
    WATCH_WHOLE,    /* what is received between two things the host does     */
    WATCH_AS_SPLIT, /* as the session splits it                              */
    WATCH_BYTES     /* one byte at a time                                    */
};

/* Called after the checks of each event; NULL: nothing. */
typedef void watch_event_fn(void *user, const struct atp_event *event);

/* What the host sent. */
struct watch_host {
    uint32_t count;   /* of data that the pending command announces, 0: none  */
    uint32_t owed;    /* of them, after the prompt                           */
    bool owing;       /* data may be due: a prompt came, and no result since  */
    bool prompted;    /* its prompt was the last that came                    */
    bool echoed;      /* the module has echoed the command                    */
    bool stale;       /* the last result code was one of an earlier command   */
    size_t data;      /* where in `sent` the data begin                       */
    size_t data_from; /* received by when they were sent                    */
    size_t sent_size;
    uint8_t sent[2u * FUZZ_INPUT_SIZE_MAX]; /* all of it                    */
};

/* Large: make it static. */
struct watch {
    struct atp_parser *parser; /* flush against the end of its memory       */
    const struct atp_catalog *catalog;
    size_t line_size;      /* longest line that is decoded                    */
    const uint8_t *input;  /* all that is received, joined                   */
    size_t input_size;     /* of what was fed so far                         */
    uint64_t next;         /* offset that the next event must have           */
    uint64_t line;         /* where the line under way began */
    uint32_t announced;    /* payload bytes that must come next              */
    bool glued;            /* but for what else stood in the header's line   */
    unsigned sent;         /* calls of watch_sent so far                      */
    unsigned expired;      /* calls of watch_expire so far                   */
    bool escaping;         /* +++ was sent into the stream                   */
    bool more;             /* a further span of the last event must follow   */
    struct atp_event last; /* its scalars                                   */
    struct watch_host host;
    watch_event_fn *on_event;
    void *user;
    size_t count;
    struct watched_event log[WATCHED_EVENT_COUNT_MAX];
};

/* Joins what the session's module says. Writes: `input`, of at least
 * FUZZ_INPUT_SIZE_MAX bytes. Returns: how many. */
size_t watch_join(const struct session *session, uint8_t *input);

/* Runs the session; `input` is what watch_join gave, or other bytes of the same
 * size. The parser is left as the last item leaves it. */
void watch_run(struct watch *watch, const struct session *session, const uint8_t *input,
               enum watch_chunking chunking);

/* The same with the parser that ran before, reset. */
void watch_run_again(struct watch *watch, const struct session *session, const uint8_t *input,
                     enum watch_chunking chunking);

/* After watch_run. */
void watch_feed(struct watch *watch, const void *bytes, size_t size);
void watch_sent(struct watch *watch, const void *bytes, size_t size);
void watch_expire(struct watch *watch);
void watch_finish(struct watch *watch); /* and checks that nothing is left  */

/* Fails with `invariant` unless `seen` has seen the same as the first `count`
 * events that were expected. */
void watch_compare(const struct watch *expected, size_t count, const struct watch *seen,
                   const char *invariant);

/* The checks of what the host sent (I4, I5, I8): watch_host.c. `before`: the
 * exchange before it was sent. */
void watch_host_sent(struct watch *watch, const void *bytes, size_t size,
                     const struct atp_exchange *before);
void watch_host_event(struct watch *watch, const struct atp_event *event);
void watch_host_expired(struct watch *watch);

/* The checks of one event by itself (I4, I7, I8): watch_check.c. */
void watch_check_event(const struct watch *watch, const struct atp_event *event);

/* What must hold whatever came before (I5): a line that follows is recognised,
 * outside a payload at once, and after watch_expire in any case; then a whole
 * exchange is. After watch_run. */
void watch_recovers(struct watch *watch);

#endif
