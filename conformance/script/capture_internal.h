/* What the files of the log reader share. */
#ifndef CONFORMANCE_CAPTURE_INTERNAL_H
#define CONFORMANCE_CAPTURE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#define CAPTURE_PATTERN_SIZE_MAX 255 /* bytes of a prefix pattern              */
#define CAPTURE_PREFIX_SIZE_MAX  256 /* bytes of a line that a prefix stands in */

/* Why a prefix pattern is refused before it is compiled; NULL: it is not. */
const char *capture_find_fault(const char *text);

#endif
