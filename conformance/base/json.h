/* JSON text for bytes of any value.
 *
 * A string is written byte by byte: a byte below 0x20 or above 0x7E as
 * `\u00XX`, one escape a byte, so that the bytes can be had back. That is
 * what no JSON library does, for it would take the bytes for UTF-8. */
#ifndef CONFORMANCE_JSON_H
#define CONFORMANCE_JSON_H

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
