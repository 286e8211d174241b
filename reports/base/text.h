/* Shows bytes of any value as text.
 *
 * Well-formed UTF-8 stays as it is. Bytes that would break a line, an XML document
 * or a terminal become `\xHH`, byte by byte: bytes that are not UTF-8, control
 * characters, noncharacters, and marks that change the writing direction; and what CI
 * systems obey in a log: a `::` that the text begins with, the second of two `#`.
 * The same as conformance/base/print.h, which this folder does not use. */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The bytes as text on one line. Owns: the caller frees it. */
char *text_shown(const char *bytes);

/* Prints them so. */
void text_put(FILE *out, const char *bytes);

/* The same, cut to at most `columns`: `…` replaces what is cut off at the end (at
 * the beginning). A wide character counts as two columns. */
char *text_cut(const char *bytes, size_t columns);
char *text_cut_left(const char *bytes, size_t columns);

/* The width of shown text in columns. */
size_t text_columns(const char *shown);

/* The bytes as one word of a shell's command line (POSIX quotes; $'…' for bytes that
 * are not text). Owns: the caller frees it. */
char *text_shell_word(const char *bytes);

/* The number with a comma before every three digits: `12,345,678`.
 * Owns: the caller frees it. */
char *text_grouped(uint64_t number);

/* Formats as printf does. Owns: the caller frees it. */
__attribute__((format(printf, 1, 2))) char *text_format(const char *format, ...);

#endif
