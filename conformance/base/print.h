/* printf for people: a terminal, or the log of a CI system.
 *
 * Every text that a conversion prints is foreign: a name of a file, bytes of a module,
 * a key of a catalogue. It stands on one line and is inert there. What would move the
 * cursor, break the line, turn the direction of writing or be no UTF-8 becomes `\xHH`,
 * byte by byte; so does what CI systems obey: a `::` that a text begins with
 * (`::error::` of GitHub; a `:` alone, which may get company) and the second of two `#` (`##vso[`
 * of Azure,
 * `##teamcity[`). Printed twice, it is the same. What the format itself says is
 * printed as it is.
 *
 * Nothing else prints to stdout or stderr but what has a syntax of its own (JSON,
 * transcripts, generated sources): .ci/checks/printing.py. reports/base/text.h does
 * the same for reports. */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include "base/buffer.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Conversions: d i u x X f c s %, with `-`, `0`, width, precision and length. */
__attribute__((format(printf, 2, 3))) void print(FILE *out, const char *format, ...);
__attribute__((format(printf, 2, 0))) void print_list(FILE *out, const char *format,
                                                      va_list arguments);

/* Whether a character is neither a control character nor a mark that changes how
 * others are shown: a direction, a tag; nor a noncharacter. */
bool print_is_shown(uint32_t value);

/* Appends the bytes as they are shown. */
void print_shown(struct buffer *out, const void *bytes, size_t size);

#endif
