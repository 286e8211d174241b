/* Makes a case of a recording: what another run may answer otherwise becomes a
 * placeholder with its type and range from the catalogue, and what was recorded
 * as its example. */
#ifndef CONFORMANCE_RECORD_EDIT_H
#define CONFORMANCE_RECORD_EDIT_H

#include "catalog/compile/compile.h"
#include "record/tape.h"

struct edit;

/* `digests`: a payload is held to its SHA-256, not to its length alone.
 * Borrows: `compiled`, until edit_free. */
struct edit *edit_new(const struct compiled_catalog *compiled, bool digests);
void edit_free(struct edit *edit); /* NULL is fine */

/* Appends the item as lines of a case. */
void edit_item(struct edit *edit, struct buffer *out, const struct tape_item *item);

#endif
