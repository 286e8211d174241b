/* Projections of a store that need one file each. */
#ifndef REPORTS_FORMATS_H
#define REPORTS_FORMATS_H

#include "store/store.h"

void junit_write(const struct store *store, FILE *out);
void tap_write(const struct store *store, FILE *out);
void summary_write(const struct store *store, FILE *out); /* for a terminal */
void badge_write(const struct store *store, FILE *out);

#endif
