/* What the files of the mask share. */
#ifndef CONFORMANCE_RECORD_MASK_INTERNAL_H
#define CONFORMANCE_RECORD_MASK_INTERNAL_H

#include "record/mask.h"

#include <stdbool.h>

#define MASK_PENDING_MAX 32

/* A secret that came, and what stands for it. */
struct mask_pair {
    enum mask_kind kind;
    size_t size;
    uint8_t *secret;   /* owned                                              */
    uint8_t *stand_in; /* owned                                              */
};

struct mask {
    const struct compiled_catalog *compiled;
    struct mask_pair *pairs;
    size_t pair_count, pair_capacity;
    const struct mask_secret *pending[MASK_PENDING_MAX]; /* of the last command line */
    size_t pending_count;
};

/* Writes the stand-in over the secret. */
void mask_stand_in(struct mask *mask, enum mask_kind kind, uint8_t *bytes, size_t size);

bool mask_has_luhn_digit(const uint8_t *digits, size_t size);

#endif
