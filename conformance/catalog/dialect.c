/* The built-in dialects as the parser takes them. */
#include "catalog/dialect.h"

#include <atproof/dialects.h>
#include <string.h>

static const struct {
    const char *name;
    const struct atp_catalog *tables;
} dialects[] = {
    {"auto", &atp_catalog_auto},
    {"simcom", &atp_catalog_simcom},
    {"quectel-ugxx", &atp_catalog_quectel_ugxx},
    {"quectel-ec200", &atp_catalog_quectel_ec200},
    {"core", &atp_catalog_core},
    {"simcom-http", &atp_catalog_simcom_http},
    {"simcom-cch", &atp_catalog_simcom_cch},
};

const struct atp_catalog *dialect_find_tables(const char *name)
{
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        if (strcmp(dialects[i].name, name) == 0) return dialects[i].tables;
    }
    return NULL;
}
