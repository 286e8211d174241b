/* What the parts of the comparison's page share: html.c, html_change.c,
 * html_latency.c. */
#ifndef REPORTS_DIFF_HTML_H
#define REPORTS_DIFF_HTML_H

#include "diff/diff.h"
#include "page/page.h"

/* All values live in the arena. */

/* A change, and the lines around it if `with_lines`. */
struct diff_html_change {
    const char *kind, *text;
    bool is_natural;
    const void *lines;
};
extern const struct template_shape diff_html_change_shape;
struct diff_html_change diff_html_change(struct arena *arena, const struct diff_change *change,
                                         bool with_lines);

/* A change, and the cases that have it. */
struct diff_html_group {
    const void *change;
    size_t case_count, more; /* more than are listed                         */
    struct template_list cases;
};
extern const struct template_shape diff_html_group_shape;
struct diff_html_group diff_html_group(struct arena *arena, const struct diff_group *group,
                                       bool with_lines);

/* A row a command. */
extern const struct template_shape diff_latency_shape;
struct template_list diff_html_latencies(struct arena *arena, const struct reports_diff *diff);

#define DIFF_HTML_LINES_MAX 40  /* of a change, and changes of a case         */
#define DIFF_HTML_IDS_MAX   200 /* of a set or a change                      */

#endif
