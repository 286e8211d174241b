/* A vendor that only a test has: one folder, one part. */
#ifndef ATPROOF_TINY_H
#define ATPROOF_TINY_H

#include "modem/core/part.h"

/* How often each operation of the part was called, in all modules. */
struct tiny_calls {
    unsigned starts, stops, polls, commands, finals;
};

extern struct tiny_calls tiny_calls;
extern const struct modem_part modem_tiny_part;

#endif
