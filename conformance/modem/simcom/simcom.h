/* What SIMCom's parts share: certificates and SSL contexts. */
#ifndef ATPROOF_MODEM_SIMCOM_H
#define ATPROOF_MODEM_SIMCOM_H

#include "modem/core/part.h"
#include "modem/net/link.h"

/* Whether F1013 takes that for the name of a certificate or key. */
bool simcom_is_certificate(const char *name);

/* What SSL context `index` has, for `host`. Writes: *tls, and *cipher, to which
 * it points. Borrows from files and contexts.
 * Returns: false if a certificate that it needs is not set, or not stored. */
bool simcom_tls(struct modem *modem, int index, const char *host, struct link_tls *tls,
                uint16_t *cipher);

/* Its limit for a handshake, in seconds. */
int simcom_negotiate_s(const struct modem *modem, int index);

#endif
