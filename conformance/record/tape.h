/* A tape: what host and module say, byte by byte as it comes, becomes the items
 * of a transcript. A command is one item, and so is a line of the module, a
 * counted payload, an upload; what is none of these is bytes.
 *
 *     tape_sent(tape, bytes, size, now);        from the host
 *     tape_received(tape, bytes, size, now);    from the module
 *     tape_finish(tape);
 *
 * Joined, the items of either direction are the bytes of that direction. Which
 * came first is kept for whole items: a command counts when its end came, a
 * line when its own did; the echo of a command that is being typed stands
 * after it. */
#ifndef CONFORMANCE_TAPE_H
#define CONFORMANCE_TAPE_H

#include "base/buffer.h"

#include <atproof/atproof.h>

enum tape_kind {
    TAPE_LINE,      /* > < : text, and the line ends that belong to it       */
    TAPE_BYTES,     /* >> <<                                                 */
    TAPE_PAYLOAD,   /* >= <= : counted                                       */
    TAPE_EXPIRE,    /* @ expire:                                             */
    TAPE_STREAM_END /* @ stream-end:                                         */
};

/* Borrowed: all that is pointed to, until the callback returns. */
struct tape_item {
    enum tape_kind kind;
    bool is_sent;
    const uint8_t *bytes; /* of a line: its text                             */
    size_t size;
    int64_t time_us;               /* never before that of the item before   */
    const struct atp_event *event; /* of a received line, else NULL          */
};

typedef void tape_item_fn(void *user, const struct tape_item *item);

struct tape_options {
    const struct atp_catalog *catalog; /* borrowed                           */
    tape_item_fn *on_item;
    void *user;
    bool is_live; /* pieces are joined to items; else each is its own         */
};

struct tape;

struct tape *tape_new(const struct tape_options *options);
void tape_free(struct tape *tape); /* NULL is fine */

/* Units: microseconds of any clock that does not go back. */
void tape_sent(struct tape *tape, const void *bytes, size_t size, int64_t now);
void tape_received(struct tape *tape, const void *bytes, size_t size, int64_t now);

/* Whether a line or a payload of the module is under way. */
bool tape_is_open(const struct tape *tape);

/* Whether a transparent stream is. */
bool tape_is_stream(const struct tape *tape);

/* What is an item, but for what may yet be joined to it, is handed out. */
void tape_settle(struct tape *tape);

/* What the recording has as directives. */
void tape_expire(struct tape *tape, int64_t now);
void tape_stream_end(struct tape *tape, int64_t now);

/* No more will come: what is not whole becomes bytes. */
void tape_finish(struct tape *tape);

/* What belongs to no item yet, to keep it in case of a sudden end.
 * Borrows from the tape. */
struct tape_rest {
    const uint8_t *bytes;
    size_t size;
};
struct tape_rest tape_rest_sent(const struct tape *tape);
/* Appends: to *out. */
void tape_rest_received(const struct tape *tape, struct buffer *out);

#endif
