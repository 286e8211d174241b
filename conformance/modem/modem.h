/* A virtual module: it emulates a cellular module, to test host software without
 * hardware.
 *
 *     modem_receive(modem, bytes, size, now);      what the host sent
 *     size = modem_send(modem, bytes, room, now);  what the module printed by now
 *     due = modem_due(modem, now);                 when to ask again
 *
 * It is written from the manuals. Of the project it shares the catalogue alone:
 * which commands and forms there are, what `=?` answers, which arguments are
 * legal. It does no input and output on the line and reads no clock but CCLK's, so that a
 * run is repeatable; times are the caller's, in microseconds from any start, and
 * never go back. Only requests to the network run by themselves, in threads of
 * their own.
 */
#ifndef ATPROOF_MODEM_H
#define ATPROOF_MODEM_H

#include "modem/common/store.h"
#include "modem/core/module.h"
#include "modem/defect/list.h"

/* A module that was just switched on. `model` is what catalog_load_builtin
 * gave, or another that has the dialect's sets. Borrows: `model`, and the
 * dialect, until modem_free. */
struct modem *modem_new(const struct catalog_model *model, const struct modem_options *options);

/* Whether there is a virtual module of the dialect (NULL: there is none). */
bool modem_is_dialect(const struct catalog_dialect *dialect);

#endif
