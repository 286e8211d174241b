/* What gcovr counted, as a line of a comment. */
#ifndef REPORTS_MARKDOWN_COVERAGE_H
#define REPORTS_MARKDOWN_COVERAGE_H

#include <stdio.h>

/* From `summary.json` of the folder (`gcovr --json-summary`); one that cannot be
 * read is told. */
void markdown_put_coverage(FILE *out, const char *folder);

#endif
