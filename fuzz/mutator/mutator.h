/* The mutator that knows AT: changes sessions (session.h) as a session may
 * change, with what the catalogue says. It is one for libFuzzer and AFL++. */
#ifndef FUZZ_MUTATOR_H
#define FUZZ_MUTATOR_H

#include "base/random.h"
#include "session.h"

/* Large: make it static. */
struct mutator {
    struct random random;
    unsigned kinds; /* that the target's inputs may have, 1 << kind           */
    struct session session;
    struct session other;  /* spliced into it                              */
    struct session spoken; /* a new exchange                               */
};

/* The kinds of the inputs of a target, `stream`; false: it takes no sessions. */
bool mutator_kinds(const char *target, unsigned *kinds);

/* Changes the input in place. Returns: its new size, at most `capacity`. */
size_t mutator_mutate(struct mutator *mutator, uint8_t *data, size_t size, size_t capacity,
                      uint64_t seed);

/* Makes one input of two. Returns: its size, at most `capacity`. */
size_t mutator_splice(struct mutator *mutator, const uint8_t *data, size_t size,
                      const uint8_t *other, size_t other_size, uint8_t *out, size_t capacity,
                      uint64_t seed);

/* What a mutation works on. Returns: whether it changed anything. */
typedef bool mutation_fn(struct mutator *mutator, struct session *session);

/* ---- within lines: mutate_line.c -------------------------------------- */

mutation_fn mutate_line_end, mutate_number, mutate_field, mutate_line, mutate_urc, mutate_move,
    mutate_length, mutate_long, mutate_bytes, mutate_forge;

/* Any item of the kind that has bytes (a split goes on with what was before);
 * item_count if there is none. */
unsigned pick_item(struct mutator *mutator, const struct session *session, unsigned kind);

#endif
