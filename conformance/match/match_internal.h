/* What the files of the matcher share. */
#ifndef CONFORMANCE_MATCH_INTERNAL_H
#define CONFORMANCE_MATCH_INTERNAL_H

#include "match/match.h"

#define URC_MAX 32 /* patterns in force at a time */

struct match_segment {
    bool is_sent;
    const uint8_t *bytes;
    size_t offset; /* of them in the recording                              */
    size_t size;
    size_t line;
};

struct match_place {
    size_t segment;
    size_t at;
};

struct match_value {
    const char *name;
    const uint8_t *bytes; /* NULL: at `offset` of the recording, which may move */
    size_t offset;
    size_t size;
};

/* What is to be matched after a branch. */
struct match_frame {
    const struct script_branch *branch;
    size_t index;
    const struct script_node *repeat; /* the branch is a turn of it         */
    uint64_t turns;                   /* taken, with this one               */
    const struct script_node *order;  /* the branch is one of it            */
    uint32_t left;                    /* branches of it not matched yet     */
    const struct match_frame *below;
};

/* A way on which what is still to come decides: all that is needed to go on
 * with it from `place` (match_way.c). */
struct match_way {
    struct match_frame *frames; /* owned; the first is the innermost       */
    struct match_value *values; /* owned                                    */
    size_t value_count;
    const struct script_node *urcs[URC_MAX];
    size_t urc_count;
    struct match_place place;
    size_t silent_from;
    uint64_t within_us, stream_end;
};

struct match_ways {
    struct match_way **items; /* owned, in the order in which they are tried */
    size_t count, capacity;
};

/* Where a node was tried that what is still to come may decide otherwise. */
struct match_hold {
    bool is_set;
    size_t way_count;         /* that were kept before                      */
    struct match_place place; /* to try it again from                       */
};

struct matcher {
    const struct script_case *case_;
    struct match_segment *segments;
    size_t segment_count, segment_capacity;
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
    struct match_next *next; /* goes every way, and notes what is awaited; NULL: the
                              * first way that fits is enough               */
    struct match_ways ways;  /* with `next`: the undecided ones             */
    const uint8_t *bytes;    /* of the recording                            */
};

/* ---- places ----------------------------------------------------------- */

bool match_is_over(const struct matcher *matcher, struct match_place place);
struct match_place match_settle(const struct matcher *matcher, struct match_place place);
const struct match_segment *match_segment_at(const struct matcher *matcher,
                                             struct match_place place);

/* Whether it is in the last segment, or after it: more may come there. */
bool match_is_last(const struct matcher *matcher, struct match_place place);

/* Whether what stands at the place, up to the end of its line and of the payload
 * that it announces, is read the same whatever comes after it. */
bool match_is_settled(const struct matcher *matcher, struct match_place place);

/* ---- the whole -------------------------------------------------------- */

/* Variables have their values; no recording is read yet. */
void match_begin(struct matcher *matcher, const struct script_settings *settings);
void match_end_all(struct matcher *matcher);

/* The recording from item `first` on; its bytes may have moved as it grew. */
void match_read_segments(struct matcher *matcher, const struct transcript *recording, size_t first);

/* Goes on in a frame from a place. Returns: whether a way fits to the recording's
 * end; with `next` never. */
bool match_from(struct matcher *matcher, const struct match_frame *frame, struct match_place place);
bool match_is_given_up(const struct matcher *matcher);

/* How far it agreed; `good`: the recording is the case. */
void match_tell(const struct matcher *matcher, bool good, struct match_result *out);

/* ---- ways ------------------------------------------------------------- */

/* Notes, once, that what is to come decides: `from` is tried again then. */
void match_hold(const struct matcher *matcher, struct match_hold *hold, struct match_place from);

/* Keeps the way for a node that was held, in place of those that were found after it. */
void match_end_hold(struct matcher *matcher, const struct match_frame *frame,
                    const struct match_hold *hold);

/* Makes it the matcher's way. */
void match_take_way(struct matcher *matcher, const struct match_way *way);

void match_keep_way(struct matcher *matcher, const struct match_frame *frame,
                    struct match_place place);
void match_drop_ways(struct match_ways *ways, size_t count);
void match_release_ways(struct match_ways *ways);

/* ---- lines ------------------------------------------------------------ */

enum match_fit { MATCH_FITS, MATCH_FITS_NOT, MATCH_CUT /* it ends before it is decided */ };

/* From *at on; writes: *at, after what fits. `parts`: a line's text and its end. */
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

void match_push_value(struct matcher *matcher, struct match_value value);

/* The value that was pushed last, `bytes` set. Returns: false, there is none. */
bool match_find_value(const struct matcher *matcher, const char *name, struct match_value *out);

/* Notes in matcher->next that `node` is awaited where the recording ends, or
 * that the case may be over there (NULL). */
void match_note(struct matcher *matcher, const struct script_node *node);

/* A line of the host with its CR. Appends: to *out. */
void match_render_parts(const struct matcher *matcher, const struct script_node *node,
                        struct buffer *out);

/* What is awaited; what stands there instead (NULL: the end). Owns: the caller. */
char *match_node_text(const struct script_node *node);
char *match_seen_text(const struct match_segment *segment, size_t at);

#endif
