/* A store as a SARIF log. */
#ifndef REPORTS_SARIF_H
#define REPORTS_SARIF_H

#include "store/store.h"

void sarif_write(const struct store *store, FILE *out);

#endif
