/* Delays, counted. */
#include "run/pace.h"

void pace_add(struct pace *pace, int64_t delay_us)
{
    uint64_t delay = delay_us < 0 ? 0 : (uint64_t)delay_us;
    pace->sum_us += delay;
    pace->count++;
    pace->counts[delay < PACE_MAX_US ? delay : PACE_MAX_US]++;
}

unsigned pace_percentile(const struct pace *pace, unsigned percent)
{
    uint64_t wanted = (pace->count * percent + 99) / 100;
    uint64_t seen = 0;
    for (unsigned i = 0; i < PACE_MAX_US; i++)
        if ((seen += pace->counts[i]) >= wanted) return i;
    return PACE_MAX_US;
}
