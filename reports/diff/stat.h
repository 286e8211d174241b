/* Whether two samples differ, and by how much. */
#ifndef REPORTS_DIFF_STAT_H
#define REPORTS_DIFF_STAT_H

#include <stdbool.h>
#include <stddef.h>

/* Up to this size of both samples together the distribution is enumerated. */
#define STAT_EXACT_MAX 50

struct stat_test {
    double u;      /* pairs in which b is the greater; ties count a half     */
    double p;      /* two-sided                                              */
    double effect; /* Cliff's delta: 1 if each of b is above each of a, 0 if
                    * neither is, -1 if each is below                        */
    bool exact;
};

/* Mann-Whitney U of two sorted samples of 1 or more each. Ties have midranks. Up to
 * STAT_EXACT_MAX the distribution is exact: all ways to deal the values to the
 * samples. Above it is the normal one, corrected for ties and continuity. */
struct stat_test stat_mann_whitney(const double *a, size_t a_count, const double *b,
                                   size_t b_count);

/* The least p that samples of these sizes can reach. */
double stat_least_p(size_t a_count, size_t b_count);

/* The number of samples a side that is needed to reach `alpha`. */
size_t stat_needed(double alpha);

/* The quantile of a sorted sample of 1 or more, interpolated (type 7 of Hyndman and
 * Fan). */
double stat_quantile(const double *sorted, size_t count, double share);

/* Holm's correction of `count` values of p, in place. */
void stat_holm(double *p, size_t count);

/* Sorts ascending. */
void stat_sort(double *values, size_t count);

#endif
