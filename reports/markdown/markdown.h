/* A store as a comment on a merge request. */
#ifndef REPORTS_MARKDOWN_H
#define REPORTS_MARKDOWN_H

#include "store/store.h"

void markdown_write(const struct store *store, const struct reports_input *input, FILE *out);

#endif
