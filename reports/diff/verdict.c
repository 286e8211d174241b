/* The verdict of a comparison. */
#include "diff/diff.h"

enum reports_diff_verdict reports_diff_verdict(const struct reports_diff *diff)
{
    if (diff->common_count == 0) return REPORTS_DIFF_NOTHING;
    if (diff->regression_count > 0) return REPORTS_DIFF_REGRESSION;
    return diff->compared_count == 0 ? REPORTS_DIFF_NOTHING : REPORTS_DIFF_GOOD;
}
