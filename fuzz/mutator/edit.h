/* Changes to a session. Its items lie side by side in its bytes, in order; what
 * does not fit is left out, and the session stays as it was. */
#ifndef FUZZ_EDIT_H
#define FUZZ_EDIT_H

#include "session.h"

/* Adds an item after the others; `bytes` may be NULL if there are none. */
bool edit_add(struct session *session, enum session_kind kind, const void *bytes, size_t size);

/* Adds one at `index`, which moves that item and all after it. */
bool edit_insert(struct session *session, unsigned index, enum session_kind kind, const void *bytes,
                 size_t size);

void edit_remove(struct session *session, unsigned index, unsigned count);

/* Puts `bytes` in place of `removed` bytes of the item, from `at` on. */
bool edit_replace(struct session *session, unsigned index, size_t at, size_t removed,
                  const void *bytes, size_t size);

/* Makes two items of one: its bytes from `at` on are of `kind`. */
bool edit_divide(struct session *session, unsigned index, size_t at, enum session_kind kind);

/* An empty session of this setting. */
void edit_clear(struct session *session, uint8_t setting);

#endif
