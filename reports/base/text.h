/* Bytes of any value, shown as text.
 *
 * Well-formed UTF-8 stays as it is. What would break a line, an XML document
 * or a terminal stands as `\xHH`, byte by byte: what is no UTF-8, control
 * characters, noncharacters, and what turns the direction of writing. */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* As text, on one line. Owns: the caller frees it. */
char *text_shown(const char *bytes);

/* The same, of at most so many columns: what is cut off at the end (at the
 * beginning) stands as `…`. A wide character counts two columns. */
char *text_cut(const char *bytes, size_t columns);
char *text_cut_left(const char *bytes, size_t columns);

/* Columns that shown text takes. */
size_t text_columns(const char *shown);

/* As one word of a shell's command line (POSIX, and $'…' where bytes are no
 * text). Owns: the caller frees it. */
char *text_shell_word(const char *bytes);

/* With a comma before every three digits: `12,345,678`. Owns: the caller. */
char *text_grouped(uint64_t number);

/* As printf does. Owns: the caller frees it. */
__attribute__((format(printf, 1, 2))) char *text_format(const char *format, ...);

#endif
