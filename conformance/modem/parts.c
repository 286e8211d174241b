/* The parts of the virtual module. A vendor is its folder and its lines here;
 * a part stands after those that it uses. */
#include "modem/core/part.h"
#include "modem/modem.h"

#include <string.h>

#define PARTS(PART)                                                                                \
    PART(v250)                                                                                     \
    PART(network)                                                                                  \
    PART(general)                                                                                  \
    PART(packet)                                                                                   \
    PART(file)                                                                                     \
    PART(simcom)                                                                                   \
    PART(simcom_certificate)                                                                       \
    PART(simcom_ssl)                                                                               \
    PART(simcom_http)                                                                              \
    PART(simcom_cch)                                                                               \
    PART(simcom_session)                                                                           \
    PART(quectel)                                                                                  \
    PART(quectel_file)                                                                             \
    PART(quectel_packet)                                                                           \
    PART(quectel_ssl_config)                                                                       \
    PART(quectel_ssl)                                                                              \
    PART(quectel_socket)                                                                           \
    PART(quectel_ssl_poll)

#define DECLARE(name) extern const struct modem_part modem_##name##_part;
#define LIST(name)    &modem_##name##_part,

PARTS(DECLARE)

static const struct modem_part *const parts[] = {PARTS(LIST) NULL};

struct modem *modem_new(const struct catalog_model *model, const struct modem_options *options)
{
    return modem_new_with_parts(model, options, parts);
}

static bool is_of(const struct modem_vendor *vendor, const char *dialect)
{
    for (const char *const *name = vendor->dialects; *name != NULL; name++)
        if (strcmp(*name, dialect) == 0) return true;
    return false;
}

bool modem_is_dialect(const struct catalog_dialect *dialect)
{
    for (size_t i = 0; dialect != NULL && parts[i] != NULL; i++)
        if (parts[i]->vendor != NULL && is_of(parts[i]->vendor, dialect->name)) return true;
    return false;
}
