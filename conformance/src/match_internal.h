/* What the files of the matcher share. */
#ifndef CONFORMANCE_MATCH_INTERNAL_H
#define CONFORMANCE_MATCH_INTERNAL_H

#include "match.h"

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
    const char *const *urc_names; /* any of them may come anywhere          */
    size_t urc_name_count;
    size_t steps;
    bool has_best;
    bool partial;                      /* some way agreed to the recording's end         */
    struct match_place best;           /* the furthest that was reached                  */
    const struct script_node *awaited; /* there; NULL: nothing more         */
    /* of the way under way */
    uint64_t within_us;      /* of the line awaited, 0: none                     */
    uint64_t stream_end;     /* bytes received before the stream ended, or UINT64_MAX */
    struct match_next *next; /* goes every way, and says what is awaited; NULL: the
                              * first way that fits is enough               */
};

const struct match_value *match_find_value(const struct matcher *matcher, const char *name);

/* Notes in matcher->next that `node` is awaited where the recording ends, or
 * that the case may be over there (NULL). */
void match_note(struct matcher *matcher, const struct script_node *node);

/* What is awaited; what stands there instead (NULL: the end). Owns: the caller. */
char *match_node_text(const struct script_node *node);
char *match_seen_text(const struct match_segment *segment, size_t at);

#endif
