/* Captures of the matcher: what they take of a line. */
#ifndef CONFORMANCE_MATCH_PART_H
#define CONFORMANCE_MATCH_PART_H

#include "script/script.h"

bool match_is_line_end(uint8_t byte);

/* Decimal digits alone, at least one. Returns: false, they are none. Writes: *out,
 * SIZE_MAX for what is beyond it. */
bool match_read_length(const uint8_t *bytes, size_t size, size_t *out);

/* Bytes that a capture takes, greedily; whether it must take any; whether what
 * it took lies within its ranges. */
size_t match_capture_size(enum script_type type, const uint8_t *bytes, size_t size);
bool match_needs_text(enum script_type type);
bool match_is_within(const struct script_part *part, const uint8_t *bytes, size_t size);

#endif
