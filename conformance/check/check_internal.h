/* What the parts of `atproof check` share. */
#ifndef CONFORMANCE_CHECK_INTERNAL_H
#define CONFORMANCE_CHECK_INTERNAL_H

#include "check/check.h"
#include "judge/judge.h"

void check_print(const struct check *check, const char *path, const struct judgement *judgement);

#endif
