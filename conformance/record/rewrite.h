/* A recording written anew: masked, or made a case. */
#ifndef CONFORMANCE_RECORD_REWRITE_H
#define CONFORMANCE_RECORD_REWRITE_H

#include "catalog/compile/compile.h"
#include "script/script.h"

#include <stdio.h>

struct rewrite_options {
    const struct compiled_catalog *compiled;
    const char *dialect;
    const char *id; /* of the case; NULL: as it was                         */
    bool masks;     /* see mask.h                                           */
    bool edits;     /* see edit.h; times are left out                       */
    bool digests;
    FILE *report; /* of what was masked; NULL: none                         */
};

/* Appends the script of the recording to *out. It expands to the recording,
 * byte for byte, masked if it is to be, and this is checked.
 * Returns: false with *error written. */
bool rewrite(const struct script_case *recording, const struct rewrite_options *options,
             struct buffer *out, struct transcript_error *error);

#endif
