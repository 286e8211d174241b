/* A recording that is masked while it is taken: an exchange is masked and written when
 * the next one begins, or after a second of silence; at the end the whole is masked
 * once more and written anew, for a secret may come before it is known for one. */
#ifndef CONFORMANCE_RECORD_MASKED_H
#define CONFORMANCE_RECORD_MASKED_H

#include "mask/mask.h"
#include "record/scribe.h"

struct masked;

/* Borrows: all. */
struct masked *masked_new(const struct compiled_catalog *compiled, struct scribe *scribe);

/* NULL is fine. */
void masked_free(struct masked *masked);

/* An item of the tape: it is kept in memory. */
void masked_item(struct masked *masked, const struct tape_item *item);

/* A comment. */
void masked_note(struct masked *masked, int64_t now, const char *text);

/* Hands the exchange under way to the scribe if it came to rest a second ago.
 * Returns: bytes that are not handed over. */
size_t masked_settle(struct masked *masked, int64_t now);

/* All of it, once more. Returns: false if the file cannot be written anew (a pipe, or
 * more than 64 MiB, of which the last are in memory): it is masked as it came. */
bool masked_finish(struct masked *masked);

void masked_report(const struct masked *masked, FILE *out);

#endif
