/* A recording as the text of a script. */
#ifndef CONFORMANCE_TRANSCRIPT_OUT_H
#define CONFORMANCE_TRANSCRIPT_OUT_H

#include "transcript.h"

#include <stdio.h>

/* Writes the items with their times, what is a whole line as `>` or `<`, else
 * as strings. `line`: of the file, the next one. Writes: the items' lines.
 * Returns: the line behind them. */
size_t transcript_out(FILE *out, struct transcript *transcript, size_t line);

#endif
