/* A store as one page of HTML. */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include "store/store.h"

/* Complaints about what stands beside the stores go to `errors`. */
void html_write(const struct store *store, const struct reports_input *input, FILE *out,
                FILE *errors);

#endif
