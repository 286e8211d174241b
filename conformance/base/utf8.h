/* UTF-8 text, checked. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The character that the bytes begin with. Writes: *value. Returns: its size in bytes,
 * 0 if they are no well-formed UTF-8 there. */
size_t utf8_decode(const uint8_t *bytes, size_t size, uint32_t *value);

/* Size of the longest prefix of `bytes` that is well-formed UTF-8 without control
 * characters; a tab is allowed. */
size_t utf8_text_size(const uint8_t *bytes, size_t size);

#endif
