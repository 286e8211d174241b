/* How often each case was played. */
#ifndef CONFORMANCE_ROUNDS_H
#define CONFORMANCE_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>

struct run;

/* The rounds of one id: cases of one id and --repeat play it more than once. */
struct run_round {
    char *id;        /* owned                                                  */
    size_t finished; /* results that the store had when the run was resumed   */
    size_t begun;    /* rounds of this run, those that were finished included */
};

/* The rounds of the id, none yet if it is new. Borrows: until the next call. */
struct run_round *run_find_round(struct run *run, const char *id);

/* Begins the next round of the id. Returns: its number, 1 the first. Writes:
 * *finished, whether the store has its result. */
size_t run_begin_round(struct run *run, const char *id, bool *finished);
void run_release_rounds(struct run *run);

#endif
