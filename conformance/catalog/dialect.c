/* The built-in dialects as the parser takes them. */
#include "catalog/dialect.h"

#include <atproof/dialects.h>
#include <string.h>

#define ROW(name, symbol) {name, &atp_catalog_##symbol},

/* CMake defines DIALECT_ROWS: a ROW for each file of parser/generated. A table that the
 * compiler does not know is to be declared in atproof/dialects.h. */
static const struct {
    const char *name;
    const struct atp_catalog *tables;
} dialects[] = {DIALECT_ROWS};

const struct atp_catalog *dialect_find_tables(const char *name)
{
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        if (strcmp(dialects[i].name, name) == 0) return dialects[i].tables;
    }
    return NULL;
}
