/* A page of HTML that needs nothing else: style and script stand in it, and its
 * policy (CSP) lets nothing else in, neither from the network nor from its text.
 * reports/page/page.css lists the classes. */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H

#include <stddef.h>
#include <stdio.h>

/* All up to where the body's content begins, and what ends it. The title is
 * any bytes. */
void page_begin(FILE *out, const char *title);
void page_end(FILE *out);

/* HTML with values in it, as printf takes them: %s, %zu, %u, %d, %lu, %llu and
 * %.Nf, nothing else. The format is HTML; %s is any bytes, put as page_text does,
 * so that a text is never more than text or an attribute's value. */
__attribute__((format(printf, 2, 3))) void page_put(FILE *out, const char *format, ...);

/* Any bytes as text (text.h), which no element and no attribute can be made of;
 * NULL: nothing. */
void page_text(FILE *out, const char *bytes);

/* The same of `size` bytes of shown text. */
void page_shown(FILE *out, const char *shown, size_t size);

/* A number with a comma before every three digits. */
void page_number(FILE *out, size_t number);

/* `1 case`, `1,234 cases`. */
void page_count(FILE *out, size_t count, const char *what);

/* Time in a unit that suits it: `0.3 ms`, `1.50 s`. */
void page_duration(FILE *out, double seconds);

/* What was expected beside what was seen, where they differ marked; NULL: not
 * known. The heads are `Expected` and `Seen` of a report. */
struct page_sides {
    const char *left_head, *right_head;
    const char *left, *right;
};
void page_sides(FILE *out, const struct page_sides *sides);

/* `<b class="badge CLASS">SHOWN</b>` */
void page_badge(FILE *out, const char *class, const char *shown);

/* What a shell runs, to be copied. */
void page_command(FILE *out, const char *command);

/* A table or plot that scrolls within itself where the page is narrow. The label
 * tells a screen reader what it is. */
void page_scroll_begin(FILE *out, const char *label);
void page_scroll_end(FILE *out);

#endif
