/* How long the runner itself takes from what the module said to what the host
 * says next. Counted in steps of a microsecond, so that a run of any length
 * needs no more memory. */
#ifndef CONFORMANCE_PACE_H
#define CONFORMANCE_PACE_H

#include <stdint.h>

#define PACE_MAX_US 2048 /* longer delays count as this one, but in the sum */

/* All zero: no delay yet. */
struct pace {
    uint64_t sum_us;
    uint64_t count;
    uint32_t counts[PACE_MAX_US + 1]; /* by microseconds                    */
};

void pace_add(struct pace *pace, int64_t delay_us);

/* What `percent` of the delays do not exceed; 50 is the median. Units:
 * microseconds. */
unsigned pace_percentile(const struct pace *pace, unsigned percent);

#endif
