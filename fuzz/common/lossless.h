/* I2, watched: the events of a parser against the bytes that it was fed. */
#ifndef FUZZ_LOSSLESS_H
#define FUZZ_LOSSLESS_H

#include "target.h"

#include <atproof/atproof.h>

#define LOSSLESS_LINE_SIZE 8192 /* no echo of a host is longer                  */

struct lossless {
    struct atp_parser parser;
    uint8_t buffer[ATP_BUFFER_SIZE(LOSSLESS_LINE_SIZE)];
    uint64_t next;      /* offset that the next event must have                  */
    atp_event_fn *then; /* gets the event, too; NULL: nobody                */
    void *user;
};

/* A parser of its own, whose events are watched. Borrows: `catalog`. */
void lossless_init(struct lossless *lossless, const struct atp_catalog *catalog);

/* To be called after atp_finish. `fed`: bytes that were. */
void lossless_end(const struct lossless *lossless, uint64_t fed);

#endif
