/* Reads the corpus for tests and for the seeds of fuzzers: inputs, and the events
 * that they must decode to. */
#ifndef CORPUS_H
#define CORPUS_H

#include "script/transcript.h"

#include <atproof/catalog.h>

/* One way of one case of a NAME.at, or a NAME.bin or NAME.raw, and its part of
 * the NAME.events beside it. */
struct sample {
    char *path; /* `NAME.at`, `NAME.at: ID, way 2` where there are several */
    struct transcript transcript;
    const struct atp_catalog *catalog; /* of its dialect, or auto           */
    uint8_t *received;                 /* all received bytes, joined        */
    size_t size;                       /* of them                           */
    char *expected;                    /* of the .events file               */
    size_t expected_size;
};

struct corpus {
    struct sample *samples;
    size_t count;
    size_t capacity;
    size_t fault_count; /* files that could not be used, each complained of */
};

/* Reads all samples below `root` (a folder or one file), sorted by name; folders
 * named `generated` only if `with_generated`. An input without its events and
 * events without their input are faults: printed on the standard error, counted
 * in `fault_count`. Owns: the caller, up to corpus_release. */
void corpus_read(const char *root, bool with_generated, struct corpus *out);
void corpus_release(struct corpus *corpus);

#endif
