/* What other parts need of the general commands. */
#ifndef ATPROOF_MODEM_GENERAL_H
#define ATPROOF_MODEM_GENERAL_H

#include "modem/core/part.h"

#define MODEM_REVISION ATPROOF_VERSION

/* The module's time, seconds since 1970 UTC: CCLK's. */
int64_t modem_clock_s(const struct modem *modem);

#endif
