/* The built-in dialects as the parser takes them: the generated tables, there
 * at once. To compile the YAML files that they are made of (catalog_builtin.h,
 * which lists them) takes longer than most decoding. */
#ifndef CONFORMANCE_DIALECT_H
#define CONFORMANCE_DIALECT_H

#include <atproof/catalog.h>

/* The tables of the dialect of that name, or NULL. */
const struct atp_catalog *dialect_find_tables(const char *name);

#endif
