/* What Quectel's parts share: the result codes of EC200x, chapter 5, and which of
 * them QIGETERROR prints. */
#ifndef ATPROOF_MODEM_QUECTEL_H
#define ATPROOF_MODEM_QUECTEL_H

#include "modem/core/part.h"

/* Those that a module like this one can meet. */
enum quectel_error {
    QUECTEL_UNKNOWN = 550,
    QUECTEL_BLOCKED = 551,
    QUECTEL_BAD_PARAMETER = 552,
    QUECTEL_NOT_SUPPORTED = 555,
    QUECTEL_NO_CONTEXT = 561,
    QUECTEL_IN_USE = 563,
    QUECTEL_NO_NAME = 565,
    QUECTEL_NO_CONNECTION = 566,
    QUECTEL_CLOSED = 567,
    QUECTEL_TIMED_OUT = 569,
    QUECTEL_CONTEXT_BROKE = 570,
    QUECTEL_CANCELLED = 571
};

/* What QIGETERROR prints from now on; 0: no error. */
void quectel_set_error(struct modem *modem, int code);

/* The same. Returns: MODEM_ERROR. */
int quectel_fail(struct modem *modem, int code);

#endif
