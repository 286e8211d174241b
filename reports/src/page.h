/* A page of HTML that needs nothing else: style and script stand in it. */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H

#include <stdio.h>

/* All up to where the body's content begins, and what ends it. The title is
 * any bytes. */
void page_begin(FILE *out, const char *title);
void page_end(FILE *out);

/* Any bytes as text (text.h), which no element and no attribute can be made of;
 * NULL: nothing. */
void page_text(FILE *out, const char *bytes);

#endif
