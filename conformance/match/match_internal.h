/* What the files of the matcher share. */
#ifndef CONFORMANCE_MATCH_INTERNAL_H
#define CONFORMANCE_MATCH_INTERNAL_H

#include "match/match.h"

#define URC_MAX 32 /* patterns in force at a time */

struct match_segment {
    bool is_sent;
    const uint8_t *bytes;
    size_t size;
    size_t line;
};

struct match_place {
    size_t segment;
    size_t at;
};

struct match_value {
    const char *name;
    const uint8_t *bytes;
    size_t size;
};

struct matcher {
    const struct script_case *case_;
    struct match_segment *segments;
    size_t segment_count;
    struct match_value *values; /* a stack                                        */
    size_t value_count, value_capacity;
    const struct script_node *urcs[URC_MAX];
    size_t urc_count;
    const struct match_urc *anywhere;
    size_t anywhere_count;
    size_t steps;
    bool has_best;
    bool partial;                      /* some way agreed to the recording's end         */
    struct match_place best;           /* the furthest that was reached                  */
    const struct script_node *awaited; /* there; NULL: nothing more         */
    /* of the way under way */
    size_t silent_from;      /* segment of the host's ATE0, SIZE_MAX: the echo is on */
    uint64_t within_us;      /* of the line awaited, 0: none                     */
    uint64_t stream_end;     /* bytes received before the stream ended, or UINT64_MAX */
    struct match_next *next; /* goes every way, and says what is awaited; NULL: the
                              * first way that fits is enough               */
};

/* ---- places ----------------------------------------------------------- */

bool match_is_over(const struct matcher *matcher, struct match_place place);
struct match_place match_settle(const struct matcher *matcher, struct match_place place);
const struct match_segment *match_segment_at(const struct matcher *matcher,
                                             struct match_place place);

/* ---- lines ------------------------------------------------------------ */

enum match_fit { MATCH_FITS, MATCH_FITS_NOT, MATCH_CUT /* it ends before it is decided */ };

/* From *at on; writes: *at, behind what fits. `parts`: a line's text and its end. */
enum match_fit match_bytes(const struct match_segment *segment, size_t *at, const uint8_t *bytes,
                           size_t size);
enum match_fit match_parts(struct matcher *matcher, const struct script_node *node,
                           const struct match_segment *segment, size_t *at);

size_t match_skip_line_ends(const struct match_segment *segment, size_t at);

/* Whether the place is within a line end. */
bool match_cuts_line_end(const struct match_segment *segment, size_t at);

/* Past line ends, the echo, and with `urcs` one URC at a time.
 * Returns: whether anything was passed. */
bool match_skip(struct matcher *matcher, struct match_place *place, bool urcs);

/* The same of a case under way, where bytes are awaited exactly: past an echo or
 * a URC. */
bool match_skip_beside(struct matcher *matcher, struct match_place *place);

/* In a case under way: a line, or payload of a URC, stands here and is not whole;
 * or nothing but line ends does. */
bool match_is_half(const struct matcher *matcher, struct match_place place);
bool match_may_grow(const struct matcher *matcher, struct match_place place);

/* Awaited: the rest of a line. */
extern const struct script_node match_anything;

/* ---- values ----------------------------------------------------------- */

void match_push_value(struct matcher *matcher, const char *name, const uint8_t *bytes, size_t size);
const struct match_value *match_find_value(const struct matcher *matcher, const char *name);

/* Notes in matcher->next that `node` is awaited where the recording ends, or
 * that the case may be over there (NULL). */
void match_note(struct matcher *matcher, const struct script_node *node);

/* What is awaited; what stands there instead (NULL: the end). Owns: the caller. */
char *match_node_text(const struct script_node *node);
char *match_seen_text(const struct match_segment *segment, size_t at);

#endif
