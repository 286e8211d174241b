/* Bytes as printable text: C escapes, hexadecimal digits. JSON: base/json.h. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/buffer.h"

/* Always escaped: a backslash as `\\`, bytes below 0x20 and above 0x7E as `\xHH`. */
#define ESCAPE_QUOTES  1u /* and `"` as `\"`                                 */
#define ESCAPE_LETTERS 2u /* CR, LF, tab, NUL, ESC as `\r \n \t \0 \e`       */

/* Appends the bytes. With both options it is the inside of a string of a script. */
void escape_bytes(struct buffer *out, const void *bytes, size_t size, unsigned options);

/* Appends two lower-case digits a byte, with `between` from one byte to the next. */
void escape_hex(struct buffer *out, const void *bytes, size_t size, const char *between);

/* Writes the two lower-case digits of a byte, without NUL. */
void escape_digits(uint8_t byte, char out[2]);

#endif
