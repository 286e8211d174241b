/* Writes a recording: items as they come, each second or exchange on disk. */
#ifndef CONFORMANCE_RECORD_SCRIBE_H
#define CONFORMANCE_RECORD_SCRIBE_H

#include "record/tape.h"

struct scribe_options {
    const char *path;   /* `-`: the standard output                        */
    const char *header; /* its lines, canonical                            */
    bool hides_rest;    /* what is no item yet is told by its size alone   */
    int64_t start_us;
};

struct scribe;

/* Returns: NULL, with errno, if the file cannot be written. */
struct scribe *scribe_open(const struct scribe_options *options);

/* A tape_item_fn: `user` is the scribe. */
void scribe_item(void *user, const struct tape_item *item);

/* A comment. `text`: one line. */
void scribe_note(struct scribe *scribe, int64_t now, const char *text);

/* Writes what there is, and after it, to be written over later, what is no
 * item yet (rewritten once a second if it is long). `held`: bytes of items that wait
 * to be masked. Returns: false, with errno, if it cannot be. */
bool scribe_keep(struct scribe *scribe, const struct tape *tape, size_t held, int64_t now);

/* Begins the file anew. Returns: false if it is none that can be. */
bool scribe_restart(struct scribe *scribe);

/* Bytes of whole items in the file. */
uint64_t scribe_size(const struct scribe *scribe);

/* The same without a rest, and closes. NULL is fine. */
bool scribe_close(struct scribe *scribe);

#endif
