/* A recording as the text of a script. */
#ifndef CONFORMANCE_TRANSCRIPT_OUT_H
#define CONFORMANCE_TRANSCRIPT_OUT_H

#include "script/transcript.h"

/* Appends an item as it came, after its time: a command line as `>`, all else as
 * strings. Two lines; the item's is the second. */
void transcript_out(struct buffer *out, const struct transcript *transcript,
                    const struct transcript_item *item);

#endif
