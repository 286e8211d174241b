/* UTF-8 text, checked. */
#ifndef CONFORMANCE_UTF8_H
#define CONFORMANCE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Size of the longest beginning of `bytes` that is well-formed UTF-8 without
 * control characters but the tab. */
size_t utf8_text_size(const uint8_t *bytes, size_t size);

#endif
