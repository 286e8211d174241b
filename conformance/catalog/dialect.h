/* The built-in dialects as the parser takes them: the generated tables, which
 * need no start. Compiling the YAML files that they are made of (catalog/builtin.h)
 * takes longer than most decoding. */
#ifndef CONFORMANCE_DIALECT_H
#define CONFORMANCE_DIALECT_H

#include <atproof/catalog.h>

/* The tables of the dialect of that name, or NULL. */
const struct atp_catalog *dialect_find_tables(const char *name);

#endif
