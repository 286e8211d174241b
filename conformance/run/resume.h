/* How often each case was played, and the part of a run that another one left. */
#ifndef CONFORMANCE_RESUME_H
#define CONFORMANCE_RESUME_H

#include "base/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct run;
struct run_cases;

/* The rounds of one id: cases of one id and --repeat play it more than once. */
struct run_round {
    char *id;        /* owned                                                  */
    size_t finished; /* results that the store had when the run was resumed   */
    size_t begun;    /* rounds of this run, those that were finished included */
};

/* Begins the next round of the id. Returns: its number, 1 the first. Writes:
 * *finished, whether the store has its result. */
size_t run_begin_round(struct run *run, const char *id, bool *finished);
void run_release_rounds(struct run *run);

/* The SHA-256 of what is played: ids, what they skip for, files, seed, repeats, retries. */
void run_digest_cases(const struct run *run, const struct run_cases *cases,
                      char out[DIGEST_TEXT_SIZE]);

/* Takes the results of finished cases from the store at `path`, counts them, and puts
 * a store without the others in its place. `cases`: what run_digest_cases gives.
 * Writes: run->store, open for the results to come.
 * Returns: false with a complaint made: no such store, or one of another version, dialect,
 * module, firmware or seed, or of other cases. The store is as it was then. */
bool run_resume(struct run *run, const char *path, const char *cases);

#endif
