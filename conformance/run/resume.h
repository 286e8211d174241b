/* The part of a run that another one left. */
#ifndef CONFORMANCE_RESUME_H
#define CONFORMANCE_RESUME_H

#include "base/digest.h"

#include <stdbool.h>

struct run;
struct run_cases;

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
