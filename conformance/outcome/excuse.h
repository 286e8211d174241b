/* Expected failures: cases that are known to fail, up to a day. */
#ifndef OUTCOME_EXCUSE_H
#define OUTCOME_EXCUSE_H

#include "script/transcript.h"

#include <stdbool.h>
#include <stddef.h>

/* A line `DATE ID REASON`: the case is known to fail up to that day. */
struct excuse {
    char *id; /* a shell pattern, as --select takes it                      */
    char *reason;
    char date[11]; /* 2027-06-30, the last day on which it holds            */
    size_t line;
    bool used; /* some case is of it                                        */
};

struct excuses {
    struct excuse *items;
    size_t count;
};

/* Reads a file of them: a line each, `#` comments, empty lines.
 * Writes: *error if false. */
bool excuses_read(const char *path, struct excuses *out, struct transcript_error *error);
void excuses_release(struct excuses *excuses);
struct excuse *excuse_find(struct excuses *excuses, const char *id);

#endif
