/* The coverage that gcovr counted, as a line of the comment. */
#define _GNU_SOURCE
#include "markdown/coverage.h"

#include "base/arena.h"
#include "base/input.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define COUNT_MAX 1000000000000 /* 1000 times it still fits the number */

static bool read_count(const json_t *summary, const char *what, const char *part, uint64_t *count)
{
    char *key = text_format("%s_%s", what, part);
    const json_t *value = json_object_get(summary, key);
    json_int_t number = json_integer_value(value);
    free(key);
    *count = (uint64_t)number;
    return json_is_integer(value) && number >= 0 && number <= COUNT_MAX;
}

/* `lines 99.9 % (1,234 of 1,235)`, never rounded up. Owns: the caller frees it.
 * Returns: NULL if the summary lacks them. */
static char *share(const json_t *summary, const char *what, const char *plural)
{
    uint64_t covered = 0;
    uint64_t total = 0;
    if (!read_count(summary, what, "covered", &covered)
        || !read_count(summary, what, "total", &total) || covered > total || total == 0)
        return NULL;
    uint64_t tenths = covered * 1000 / total;
    char *part = text_grouped(covered);
    char *whole = text_grouped(total);
    char *text = text_format("%s %u.%u %% (%s of %s)", plural, (unsigned)(tenths / 10),
                             (unsigned)(tenths % 10), part, whole);
    free(part);
    free(whole);
    return text;
}

void markdown_put_coverage(FILE *out, const char *folder)
{
    FILE *file = input_open_found(folder, "summary.json");
    json_t *summary = file == NULL ? NULL : json_loadf(file, JSON_REJECT_DUPLICATES, NULL);
    if (file != NULL) fclose(file);
    char *lines = share(summary, "line", "lines");
    char *branches = share(summary, "branch", "branches");
    if (lines == NULL) fputs("\nCoverage: unknown, gcovr's summary.json cannot be read.\n", out);
    else
        fprintf(out, "\nCoverage: %s%s%s.\n", lines, branches == NULL ? "" : ", ",
                branches == NULL ? "" : branches);
    free(lines);
    free(branches);
    json_decref(summary);
}
