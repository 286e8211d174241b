/* The defects, for lists and options. */
#ifndef ATPROOF_MODEM_LIST_H
#define ATPROOF_MODEM_LIST_H

#include "modem/core/module.h"

/* All of them, in the order of enum modem_fault; the last has the name NULL. */
extern const struct modem_defect modem_defects[];
const struct modem_defect *modem_find_defect(const char *name);
bool modem_defect_shows(const struct modem_defect *defect, const char *dialect);

/* Reads `NAME`, `NAME@N` or `NAME@N+`. Writes: *out if true. */
bool modem_read_flaw(const char *text, struct modem_flaw *out);

#endif
