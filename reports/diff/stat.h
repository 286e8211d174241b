/* Whether two samples differ, and by how much. */
#ifndef REPORTS_DIFF_STAT_H
#define REPORTS_DIFF_STAT_H

#include <stdbool.h>
#include <stddef.h>

/* Of both samples together: up to here the distribution is enumerated. */
#define STAT_EXACT_MAX 50

struct stat_test {
    double u;      /* pairs in which b is the greater; ties count a half     */
    double p;      /* two-sided                                              */
    double effect; /* Cliff's delta: 1 if each of b is above each of a, 0 if
                    * neither is, -1 if each is below                        */
    bool exact;
};

/* Mann-Whitney U of samples, sorted, of 1 or more each. Ties have midranks; up to
 * STAT_EXACT_MAX the distribution is that of all ways in which the values seen
 * could have been dealt to the samples, above it the normal one, corrected for
 * ties and continuity. */
struct stat_test stat_mann_whitney(const double *a, size_t a_count, const double *b,
                                   size_t b_count);

/* The least p that samples of this size can show. */
double stat_least_p(size_t a_count, size_t b_count);

/* So many samples a side can show `alpha`. */
size_t stat_needed(double alpha);

/* Of a sorted sample of 1 or more: the value with the share below it, between two
 * values in proportion (type 7 of Hyndman and Fan). */
double stat_quantile(const double *sorted, size_t count, double share);

/* Holm's correction of `count` values of p, in place. */
void stat_holm(double *p, size_t count);

/* Sorts ascending. */
void stat_sort(double *values, size_t count);

#endif
