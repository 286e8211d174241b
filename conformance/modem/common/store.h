/* Files that the host program puts into the module. */
#ifndef ATPROOF_MODEM_STORE_H
#define ATPROOF_MODEM_STORE_H

#include "modem/core/module.h"

/* Puts a file into the module's store, replacing one of that name. Copies.
 * Returns: false if the store is full (64 files, 4 MiB). */
bool modem_store_file(struct modem *modem, const char *name, const void *bytes, size_t size);

#endif
