/* What is said between a host and a module, as an input of fuzz targets:
 *
 *     input    = setting { item } ;
 *     setting  = byte ;            bits 0, 1: dialect; bits 2, 3: line size
 *     item     = [ mark ] bytes ;  what the module says, until a mark says else
 *     mark     = 0xFE ( "s"        the host sends what follows, in one call
 *                     | "r"        the module says what follows
 *                     | "|"        what follows comes in another call
 *                     | "x"        the host's clock ran out
 *                     | "e"        the connection's owner ended the stream ) ;
 *     bytes    = { byte | 0xFE 0xFE } ;              0xFE 0xFE stands for 0xFE
 *
 * Every sequence of bytes is a session: a 0xFE with anything else after it
 * stands for itself. So an engine that knows nothing of this can mutate it. */
#ifndef FUZZ_SESSION_H
#define FUZZ_SESSION_H

#include "target.h"

#include <atproof/atproof.h>
#include <stdbool.h>

#define SESSION_ITEM_COUNT_MAX 256 /* what is beyond belongs to the last */
#define SESSION_MARK           0xFEu

enum session_kind {
    SESSION_RECEIVED,  /* bytes the module says                              */
    SESSION_SENT,      /* bytes the host sends                               */
    SESSION_SPLIT,     /* the same as the item before it, in another call    */
    SESSION_EXPIRE,    /* the host's clock runs out; no bytes                */
    SESSION_STREAM_END /* the owner ends the stream; no bytes                */
};
#define SESSION_CHUNKS (1u << SESSION_SPLIT) /* kinds beside received: raw bytes */
#define SESSION_ALL    0x1Fu

struct session_item {
    uint8_t kind; /* enum session_kind                                      */
    uint32_t offset;
    uint32_t size; /* bytes, at session->bytes + offset                     */
};

/* Large: make it static. */
struct session {
    uint8_t setting;
    unsigned item_count;
    size_t size; /* of bytes                                                */
    struct session_item items[SESSION_ITEM_COUNT_MAX];
    uint8_t bytes[FUZZ_INPUT_SIZE_MAX];
};

/* Reads an input; `kinds` are the marks it may have, as bits 1 << kind: others
 * stand for themselves. What is beyond the limits is cut off. */
void session_read(struct session *session, const uint8_t *data, size_t size, unsigned kinds);

/* Writes the session as an input that session_read with the same `kinds` reads
 * back (items that no mark can tell apart as one). Returns: its size in bytes, at
 * most `capacity`; items that do not fit are left out. */
size_t session_write(const struct session *session, uint8_t *data, size_t capacity, unsigned kinds);

/* What the setting chooses. */
const struct atp_catalog *session_catalog(uint8_t setting);
size_t session_line_size(uint8_t setting);

#endif
