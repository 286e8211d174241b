/* Numbers and days that a text gives, read whole or not at all: digits alone, without a
 * sign, a space or a tail, and within their range. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes: *out if true. */
bool number_read(const char *text, size_t size, uint64_t most, uint64_t *out);

/* Whether the text is a day of the calendar, as 2028-02-29: from 0001-01-01 to
 * 9999-12-31, months and leap years as they are. */
bool number_is_day(const char *text, size_t size);

#endif
