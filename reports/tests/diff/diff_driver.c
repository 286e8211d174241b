/* The comparison's command line for the tests.
 * usage: diff-driver text|html|markdown|json FLAGS OLD NEW
 *        diff-driver update TODAY EXPIRES REASON FLAGS OLD NEW
 *        diff-driver mann-whitney NUMBERS NUMBERS
 *        diff-driver holm NUMBERS
 *        diff-driver needed ALPHA
 * FLAGS: letters b(aseline) s(trict) p(artial) d (prune), or -; OLD and REASON of
 * update may be empty; TODAY is DIFF_TODAY. NUMBERS have commas. */
#include <atproof/reports_diff.h>

#include "diff/stat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 4096

static int compare(enum reports_diff_format format, char **arguments)
{
    static const int codes[] = {
        [REPORTS_DIFF_GOOD] = 0, [REPORTS_DIFF_REGRESSION] = 1, [REPORTS_DIFF_NOTHING] = 5};
    const char *today = getenv("DIFF_TODAY");
    const char *paths[2] = {arguments[1], arguments[2]};
    const struct reports_diff_input input = {
        .sides = {{paths[0], &paths[0], 1}, {paths[1], &paths[1], 1}},
        .is_baseline = strchr(arguments[0], 'b') != NULL,
        .strict = strchr(arguments[0], 's') != NULL,
        .partial = strchr(arguments[0], 'p') != NULL,
        .today = today == NULL ? "2026-01-31" : today,
    };
    struct reports_diff *diff = reports_diff_open(&input, stderr);
    if (diff == NULL) return 2;
    int code = reports_diff_write(diff, format, stdout) ? codes[reports_diff_verdict(diff)] : 2;
    reports_diff_close(diff);
    return code;
}

static int update(char **arguments)
{
    const char *paths[2] = {arguments[4], arguments[5]};
    const struct reports_baseline_input input = {
        .name = "baseline",
        .old = *paths[0] == '\0' ? NULL : paths[0],
        .run = {paths[1], &paths[1], 1},
        .today = arguments[0],
        .expires = arguments[1],
        .reason = *arguments[2] == '\0' ? NULL : arguments[2],
        .prune = strchr(arguments[3], 'd') != NULL,
    };
    return reports_baseline_update(&input, stdout, stderr, stderr) ? 0 : 2;
}

static size_t read_numbers(const char *text, double *out)
{
    size_t count = 0;
    while (*text != '\0' && count < NUMBER_MAX) {
        char *end = NULL;
        out[count++] = strtod(text, &end);
        text = *end == ',' ? end + 1 : end;
    }
    return count;
}

static int test(const char *old, const char *new)
{
    static double samples[2][NUMBER_MAX];
    size_t counts[2] = {read_numbers(old, samples[0]), read_numbers(new, samples[1])};
    for (size_t side = 0; side < 2; side++) stat_sort(samples[side], counts[side]);
    struct stat_test is = stat_mann_whitney(samples[0], counts[0], samples[1], counts[1]);
    printf("%.17g %.17g %.17g %d %.17g %.17g %.17g\n", is.u, is.p, is.effect, is.exact,
           stat_least_p(counts[0], counts[1]), stat_quantile(samples[0], counts[0], 0.5),
           stat_quantile(samples[0], counts[0], 0.95));
    return 0;
}

static int correct(const char *text)
{
    static double p[NUMBER_MAX];
    size_t count = read_numbers(text, p);
    stat_holm(p, count);
    for (size_t i = 0; i < count; i++) printf("%.17g\n", p[i]);
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const formats[] = {[REPORTS_DIFF_TEXT] = "text",
                                          [REPORTS_DIFF_HTML] = "html",
                                          [REPORTS_DIFF_MARKDOWN] = "markdown",
                                          [REPORTS_DIFF_JSON] = "json"};
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "update") == 0 && argc == 8) return update(argv + 2);
    if (strcmp(verb, "mann-whitney") == 0 && argc == 4) return test(argv[2], argv[3]);
    if (strcmp(verb, "holm") == 0 && argc == 3) return correct(argv[2]);
    if (strcmp(verb, "needed") == 0 && argc == 3)
        return printf("%zu\n", stat_needed(strtod(argv[2], NULL))) < 0;
    for (size_t i = 0; i < REPORTS_DIFF_FORMAT_COUNT; i++)
        if (strcmp(verb, formats[i]) == 0 && argc == 5)
            return compare((enum reports_diff_format)i, argv + 2);
    fprintf(stderr, "diff-driver: the head of diff_driver.c has the usage\n");
    return 2;
}
