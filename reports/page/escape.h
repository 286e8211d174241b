/* The only way by which a text reaches a page. */
#ifndef REPORTS_PAGE_ESCAPE_H
#define REPORTS_PAGE_ESCAPE_H

#include <stdio.h>

/* Writes any bytes as text (text.h) of an element or of an attribute in double
 * quotes: neither an element nor an attribute can be made of it. NULL: nothing. */
void escape_text(FILE *out, const char *bytes);

#endif
