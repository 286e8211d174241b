/* What the files of the matcher share. */
#ifndef CONFORMANCE_MATCH_INTERNAL_H
#define CONFORMANCE_MATCH_INTERNAL_H

#include "base/digest.h"
#include "base/memory.h"
#include "match/match.h"

/* ---- the recording ---------------------------------------------------- */

struct match_segment {
    bool is_sent;
    const uint8_t *bytes;
    size_t offset; /* of them in the recording                              */
    size_t size;
    size_t line;
    uint64_t received; /* bytes of the module before it                     */
};

struct match_place {
    size_t segment;
    size_t at;
};

/* ---- a way under way -------------------------------------------------- */

/* What a slot of the case holds. */
struct match_value {
    const uint8_t *bytes; /* NULL: at `offset` of the recording, which may move */
    size_t offset;
    size_t size;
    bool is_set;
};

/* Where a way stands. */
struct match_point {
    size_t frame;
    size_t index; /* of the node of the frame's branch that is next         */
    struct match_place place;
    size_t urc_count;
    size_t silent_from;  /* segment of the host's ATE0, SIZE_MAX: the echo is on */
    uint64_t within_us;  /* of the line awaited, 0: none                    */
    uint64_t stream_end; /* bytes received before the stream ended, or UINT64_MAX */
};

#define MATCH_NONE_BELOW SIZE_MAX

/* A branch under way, and what is to be matched after it. Frames stand in an array
 * and name each other by their place in it. */
struct match_frame {
    const struct script_branch *branch;
    const struct script_node *group; /* that it is a branch of; NULL: the case's body */
    size_t below;                    /* the frame that holds the group      */
    size_t after;                    /* node of that frame after the group  */
    uint64_t turns;                  /* of a repeat, with this one          */
    uint64_t left;                   /* of any-order: branches not matched yet */
    struct match_point began;
};

/* Where a node was tried that what is still to come may decide otherwise. */
struct match_hold {
    bool is_set;
    size_t way_count;         /* that were kept before                      */
    struct match_place place; /* to try it again from                       */
};

enum match_choice_kind {
    CHOICE_LINE,   /* a received line may stand after what is beside the case */
    CHOICE_BRANCH, /* of either, optional: the next one                     */
    CHOICE_ORDER,  /* of any-order: the next one                            */
    CHOICE_LEAVE,  /* of a repeat: no further turn                          */
    CHOICE_HOLD    /* none: what was held is kept when all was tried        */
};

/* What else can be tried if what follows does not fit. */
struct match_choice {
    enum match_choice_kind kind;
    struct match_point point;
    const struct script_node *group;
    size_t next;                    /* branch of it                                 */
    uint64_t left;                  /* as of a frame                                */
    size_t holder;                  /* of a line: the choice that keeps what it holds */
    struct match_hold hold;         /* of CHOICE_HOLD                               */
    size_t frame_count, undo_count; /* when it was made                     */
};

struct match_undo {
    size_t slot;
    struct match_value before;
};

/* A way on which what is still to come decides: all that is needed to go on
 * with it (match_way.c). */
struct match_way {
    struct match_point point;
    struct match_frame *frames; /* owned; the first is the innermost        */
    size_t frame_count;
    struct match_value *values; /* owned; of all slots                      */
    const struct script_node *urcs[SCRIPT_URC_COUNT_MAX];
};

struct match_ways {
    struct match_way **items; /* owned, in the order in which they are tried */
    size_t count, capacity;
    size_t size; /* bytes that they hold                                    */
};

/* Bytes whose digest is looked for, as far as they were read. */
struct match_digest {
    const struct script_node *node; /* NULL: none                           */
    struct digest running, scratch;
    size_t offset;
    size_t size;
    bool is_found;
};

struct matcher {
    const struct script_case *case_;
    struct match_segment *segments;
    size_t segment_count, segment_capacity;
    struct match_value *values; /* one a slot of the case                   */
    LIST(struct match_frame) frames;
    LIST(struct match_choice) choices;
    LIST(struct match_undo) undo;
    const struct script_node *urcs[SCRIPT_URC_COUNT_MAX]; /* in force       */
    struct match_point point; /* of the way under way                       */
    const struct match_urc *anywhere;
    size_t anywhere_count;
    size_t *steps; /* taken, see match_spend                                */
    size_t step_max;
    bool is_given_up;
    bool has_best;
    bool partial;                      /* some way agreed to the recording's end */
    struct match_place best;           /* the furthest that was reached         */
    const struct script_node *awaited; /* there; NULL: nothing more         */
    struct match_next *next;           /* goes every way, and notes what is awaited; NULL: the
                                        * first way that fits is enough               */
    struct match_ways ways;            /* with `next`: the undecided ones             */
    struct match_digest digest;
    const uint8_t *bytes; /* of the recording                               */
};

/* ---- its budget ------------------------------------------------------- */

/* Takes steps for work that a few bytes of a file or of a module can ask for many
 * times: a node tried, a placeholder read, SCAN_SIZE bytes looked at. */
#define MATCH_SCAN_SIZE 256u
void match_spend(const struct matcher *matcher, size_t bytes);
bool match_is_given_up(const struct matcher *matcher);

/* More is held than fits, or ways were left untried: there is no verdict any more. */
void match_give_up(struct matcher *matcher);

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

/* Goes on from matcher->point. Returns: whether a way fits to the recording's
 * end; with `next` never. */
bool match_run(struct matcher *matcher);

/* How far it agreed; `good`: the recording is the case. */
void match_tell(const struct matcher *matcher, bool good, struct match_result *out);

/* ---- nodes and groups: true if the way goes on, at matcher->point ------ */

/* Line, bytes, payload, from a place on; a line that was tried before goes on after
 * what stands beside the case. */
bool match_said(struct matcher *matcher, const struct script_node *node);
bool match_said_again(struct matcher *matcher, const struct match_choice *choice);

bool match_enter_group(struct matcher *matcher, const struct script_node *node);

/* The branch under way is matched; it is not the case's body. */
bool match_leave_branch(struct matcher *matcher);

bool match_take_choice(struct matcher *matcher, const struct match_choice *choice);

struct match_choice *match_push_choice(struct matcher *matcher, enum match_choice_kind kind);
void match_drop_choice(struct matcher *matcher);

/* Notes how far the way came, and what was awaited there. Returns: false. */
bool match_fail(struct matcher *matcher, struct match_place place, const struct script_node *node);

/* The same where the recording ends in the middle of it. */
bool match_stop(struct matcher *matcher, struct match_place place, const struct script_node *node);

/* ---- ways ------------------------------------------------------------- */

/* Notes, once, that what is to come decides: `from` is tried again then. `holder`:
 * the choice that keeps it; SIZE_MAX: none. */
void match_hold(struct matcher *matcher, size_t holder, struct match_place from);

/* Keeps the way for a node that was held, in place of those that were found after it. */
void match_end_hold(struct matcher *matcher, const struct match_choice *choice);

/* Makes it the matcher's way. */
void match_take_way(struct matcher *matcher, const struct match_way *way);

void match_keep_way(struct matcher *matcher, const struct match_point *point);
void match_release_ways(struct match_ways *ways);

/* ---- lines ------------------------------------------------------------ */

enum match_fit { MATCH_FITS, MATCH_FITS_NOT, MATCH_CUT /* it ends before it is decided */ };

/* From *at on; writes: *at, after what fits. `parts`: a line's text and its end. */
enum match_fit match_bytes(const struct matcher *matcher, const struct match_segment *segment,
                           size_t *at, const uint8_t *bytes, size_t size);
enum match_fit match_parts(struct matcher *matcher, const struct script_node *node,
                           const struct match_segment *segment, size_t *at);

size_t match_skip_line_ends(const struct matcher *matcher, const struct match_segment *segment,
                            size_t at);

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

void match_set_value(struct matcher *matcher, size_t slot, struct match_value value);

/* Takes back what was set after matcher->undo.count was `count`. */
void match_undo_values(struct matcher *matcher, size_t count);

/* The value of a slot, `bytes` set. Returns: false, there is none. */
bool match_find_value(const struct matcher *matcher, size_t slot, struct match_value *out);

/* The length that a payload's reference says. Returns: false, it is none. */
bool match_find_length(const struct matcher *matcher, const struct script_payload *payload,
                       size_t *out);

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
