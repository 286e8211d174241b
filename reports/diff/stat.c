/* Rank statistics: H. B. Mann, D. R. Whitney, Ann. Math. Statist. 18 (1947) 50;
 * S. Holm, Scand. J. Statist. 6 (1979) 65. */
#include "diff/stat.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- samples ---------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double one = *(const double *)a;
    double two = *(const double *)b;
    return (one > two) - (one < two);
}

void stat_sort(double *values, size_t count)
{
    if (count > 1) qsort(values, count, sizeof *values, ascending);
}

double stat_quantile(const double *sorted, size_t count, double share)
{
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;
    if (below + 1 >= count) return sorted[count - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* ---- ranks ------------------------------------------------------------ */

/* Equal values of both samples. Twice their midrank, a whole number, is the sum of the
 * first and the last rank. */
struct tie {
    size_t count, of_b;
    size_t rank2;
};

static size_t run_of(const double *sorted, size_t count, size_t at, double value)
{
    size_t run = 0;
    while (at + run < count && sorted[at + run] == value) run++;
    return run;
}

static size_t rank(const double *a, size_t a_count, const double *b, size_t b_count,
                   struct tie *ties)
{
    size_t i = 0;
    size_t k = 0;
    size_t count = 0;
    while (i < a_count || k < b_count) {
        bool from_a = k == b_count || (i < a_count && a[i] <= b[k]);
        double value = from_a ? a[i] : b[k];
        struct tie *tie = &ties[count++];
        size_t before = i + k;
        size_t of_a = run_of(a, a_count, i, value);
        tie->of_b = run_of(b, b_count, k, value);
        tie->count = of_a + tie->of_b;
        tie->rank2 = 2 * before + tie->count + 1;
        i += of_a;
        k += tie->of_b;
    }
    return count;
}

/* ---- the exact distribution ------------------------------------------- */

/* ways[k][s]: in how many ways k values have ranks that sum up to s (twice). */
static void count_ways(double *ways, size_t widest, size_t sums, const struct tie *ties,
                       size_t tie_count)
{
    ways[0] = 1;
    for (size_t t = 0; t < tie_count; t++)
        for (size_t each = 0; each < ties[t].count; each++)
            for (size_t k = widest; k > 0; k--)
                for (size_t s = sums - 1; s >= ties[t].rank2; s--)
                    ways[k * sums + s] += ways[(k - 1) * sums + s - ties[t].rank2];
}

static double exact_p(const struct tie *ties, size_t tie_count, size_t all, size_t taken,
                      size_t rank2)
{
    size_t sums = all * (all + 1) + 1;
    double *ways = arena_must(calloc((taken + 1) * sums, sizeof *ways));
    double mean2 = (double)taken * (double)(all + 1); /* of twice the sum */
    double away = fabs((double)rank2 - mean2);
    double total = 0;
    double extreme = 0;
    count_ways(ways, taken, sums, ties, tie_count);
    for (size_t s = 0; s < sums; s++) {
        double here = ways[taken * sums + s];
        total += here;
        if (fabs((double)s - mean2) >= away) extreme += here;
    }
    free(ways);
    return extreme / total;
}

/* ---- the normal one --------------------------------------------------- */

static double normal_p(const struct tie *ties, size_t tie_count, double a, double b, double u)
{
    double all = a + b;
    double tied = 0;
    for (size_t i = 0; i < tie_count; i++) {
        double count = (double)ties[i].count;
        tied += count * count * count - count;
    }
    double variance = a * b / 12 * (all + 1 - tied / (all * (all - 1)));
    double away = fabs(u - a * b / 2) - 0.5;
    if (variance <= 0 || away <= 0) return 1;
    return erfc(away / sqrt(variance) / sqrt(2));
}

struct stat_test stat_mann_whitney(const double *a, size_t a_count, const double *b, size_t b_count)
{
    size_t all = a_count + b_count;
    struct tie *ties = arena_must(calloc(all, sizeof *ties));
    size_t tie_count = rank(a, a_count, b, b_count, ties);
    size_t rank2 = 0;
    for (size_t i = 0; i < tie_count; i++) rank2 += ties[i].of_b * ties[i].rank2;
    double pairs = (double)a_count * (double)b_count;
    struct stat_test test = {.exact = all <= STAT_EXACT_MAX};
    test.u = (double)rank2 / 2 - (double)b_count * (double)(b_count + 1) / 2;
    test.effect = 2 * test.u / pairs - 1;
    test.p = test.exact ? exact_p(ties, tie_count, all, b_count, rank2)
                        : normal_p(ties, tie_count, (double)a_count, (double)b_count, test.u);
    free(ties);
    return test;
}

/* ---- how many it takes ------------------------------------------------ */

/* Without ties: the two extremes among all ways to choose one sample. */
double stat_least_p(size_t a_count, size_t b_count)
{
    double ways = 1;
    for (size_t i = 1; i <= b_count && ways < 1e12; i++)
        ways = ways * (double)(a_count + i) / (double)i;
    return ways <= 2 ? 1 : 2 / ways;
}

size_t stat_needed(double alpha)
{
    size_t count = 1;
    while (stat_least_p(count, count) >= alpha && count < 1000) count++;
    return count;
}

/* ---- many tests ------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    return ascending(*(double *const *)a, *(double *const *)b);
}

void stat_holm(double *p, size_t count)
{
    double **sorted = arena_must(calloc(count + 1, sizeof *sorted));
    double least = 0;
    for (size_t i = 0; i < count; i++) sorted[i] = &p[i];
    if (count > 1) qsort(sorted, count, sizeof(double *), by_value);
    for (size_t i = 0; i < count; i++) {
        double corrected = fmin(1, *sorted[i] * (double)(count - i));
        least = fmax(least, corrected);
        *sorted[i] = least;
    }
    free(sorted);
}
