/* JSON for bytes of any value: the event log and what `decode` prints beside it.
 *
 * A byte below 0x20 or above 0x7E is written as `\u00xx`, one escape a byte, so
 * that a reader gets the same bytes back. jansson cannot do that: it reads the
 * bytes as UTF-8, writes 0x0A as `\n`, 0x7F as itself and 0xE9 as `\u00E9`. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buffer.h"

#include <stdbool.h>

/* The inside of a string, without its quotes. */
void json_escape(struct buffer *out, const void *bytes, size_t size);

/* Not json_string: jansson has that name, and one program links both. */
void json_bytes(struct buffer *out, const void *bytes, size_t size);
void json_text(struct buffer *out, const char *text);
void json_unsigned(struct buffer *out, uint64_t value);

/* Whether the text is a JSON number without fraction and exponent. */
bool json_is_integer(const uint8_t *text, size_t size);

#endif
