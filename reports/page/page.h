/* What the pages share. A page needs nothing else: style and script stand in it,
 * and its policy (CSP) lets nothing else in, neither from the network nor from its
 * texts. page/README.md describes how to change one. */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H

#include "base/arena.h"
#include "page/template.h"

/* ---- values ----------------------------------------------------------- */

/* The values of head.html. */
struct page_frame {
    const char *title;
    const char *style_digest, *script_digest; /* SHA-256 in base64           */
};
extern const struct template_shape page_frame_shape;

/* A text of which a part is marked (marked.html); mark NULL: none is. */
struct page_marked {
    const char *before, *mark, *after;
};
extern const struct template_shape page_marked_shape;

/* What was expected beside what was seen (sides.html). */
struct page_sides {
    const void *expected, *seen; /* struct page_marked                       */
};
extern const struct template_shape page_sides_shape;

/* The spread of some durations: places on a plot, in per cent of its width. */
struct page_spread {
    double least_x, median_x, most_x, box_width;
};
extern const struct template_shape page_spread_shape;

/* A name, of a list of names. */
struct page_name {
    const char *name;
};
extern const struct template_shape page_name_shape;

/* ---- making them ------------------------------------------------------ */

/* Texts in the arena: as printf makes them; `size` bytes; a text of malloc, which
 * is freed (NULL: NULL). */
__attribute__((format(printf, 2, 3))) const char *page_format(struct arena *arena,
                                                              const char *format, ...);
const char *page_slice(struct arena *arena, const char *bytes, size_t size);
const char *page_keep(struct arena *arena, char *text);

const struct page_frame *page_frame(struct arena *arena, const char *title);

/* The text with the bytes from `begin` to `end` marked; begin == end: none. */
struct page_marked page_mark(struct arena *arena, const char *text, size_t begin, size_t end);

/* Both sides of a finding, the words marked in which they differ; NULL: not known.
 * Returns: NULL if neither is known. */
const struct page_sides *page_sides(struct arena *arena, const char *expected, const char *seen);

/* ---- writing ---------------------------------------------------------- */

/* The files of this folder, as they were when the program was built. */
extern const struct template_file page_files[];

/* Writes the template `name`, filled. A template that cannot be read ends the
 * program: it is part of it, and tests read each. */
void page_write(const char *name, const struct template_shape *shape, const void *values,
                FILE *out);

#endif
