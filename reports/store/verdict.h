/* The verdict on all cases and fuzzers of a store. Every projection that shows it as
 * a word or a number takes it from here. */
#ifndef REPORTS_VERDICT_H
#define REPORTS_VERDICT_H

#include "store/store.h"

/* A store in which nothing was judged is neither green nor red. */
enum verdict { VERDICT_GREEN, VERDICT_RED, VERDICT_NOTHING };

struct verdict_counts {
    size_t passed, failed, skipped, expected, unexpected; /* cases, by outcome */
    size_t flaky;                                         /* passed at a later try */
    size_t fuzzers, fuzzers_failed, fuzzers_skipped;
    size_t fuzz_findings;
    enum verdict verdict;
};

struct verdict_counts verdict_count(const struct store *store);

/* Cases and fuzzers that are red. */
size_t verdict_failing(const struct verdict_counts *counts);

#endif
