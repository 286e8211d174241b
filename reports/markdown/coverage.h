/* The coverage that gcovr counted, as a line of the comment. */
#ifndef REPORTS_MARKDOWN_COVERAGE_H
#define REPORTS_MARKDOWN_COVERAGE_H

#include <stdio.h>

/* Reads `summary.json` in the folder (`gcovr --json-summary`). If that cannot be read,
 * the line states it. */
void markdown_put_coverage(FILE *out, const char *folder);

#endif
