/* The verdict on a whole store. */
#include "store/verdict.h"

#include <string.h>

static void count_case(struct verdict_counts *counts, const struct reports_case *case_)
{
    counts->passed += case_->outcome == REPORTS_PASSED;
    counts->failed += case_->outcome == REPORTS_FAILED;
    counts->skipped += case_->outcome == REPORTS_SKIPPED;
    counts->expected += case_->outcome == REPORTS_EXPECTED_FAILURE;
    counts->unexpected += case_->outcome == REPORTS_UNEXPECTED_PASS;
    counts->flaky += store_case_point(case_) == STORE_OK && case_->tries > 1;
}

static void count_fuzzer(struct verdict_counts *counts, const struct reports_fuzz *fuzz)
{
    enum store_point point = store_fuzz_point(fuzz);
    counts->fuzzers++;
    counts->fuzzers_failed += point == STORE_FAILED;
    counts->fuzzers_skipped += point == STORE_SKIPPED;
    counts->fuzz_findings += fuzz->finding_count;
}

size_t verdict_failing(const struct verdict_counts *counts)
{
    return counts->failed + counts->unexpected + counts->fuzzers_failed;
}

struct verdict_counts verdict_count(const struct store *store)
{
    struct verdict_counts counts = {0};
    for (size_t i = 0; i < store->case_count; i++) count_case(&counts, &store->cases[i].is);
    for (size_t i = 0; i < store->fuzz_count; i++) count_fuzzer(&counts, &store->fuzzers[i].is);
    size_t skipped = counts.skipped + counts.fuzzers_skipped;
    if (verdict_failing(&counts) > 0) counts.verdict = VERDICT_RED;
    else if (skipped == store->case_count + store->fuzz_count) counts.verdict = VERDICT_NOTHING;
    return counts;
}
