/* I2, watched. */
#include "lossless.h"

#include <inttypes.h>

static void on_event(void *user, const struct atp_event *event)
{
    struct lossless *lossless = user;
    if (event->offset != lossless->next)
        fuzz_fail("I2", "an event at %" PRIu64 ", expected one at %" PRIu64, event->offset,
                  lossless->next);
    lossless->next += event->size;
    if (lossless->then != NULL) lossless->then(lossless->user, event);
}

void lossless_init(struct lossless *lossless, const struct atp_catalog *catalog)
{
    lossless->next = 0;
    lossless->then = NULL;
    if (atp_init(&lossless->parser, catalog, lossless->buffer, sizeof lossless->buffer, on_event,
                 lossless)
        != ATP_OK)
        fuzz_fail("I2", "the parser refuses the catalogue");
}

void lossless_end(const struct lossless *lossless, uint64_t fed)
{
    if (lossless->next != fed)
        fuzz_fail("I2", "events of %" PRIu64 " bytes, expected %" PRIu64, lossless->next, fed);
}
