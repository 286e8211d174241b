/* From a store to one of its projections. */
#include "store.h"

#include <errno.h>
#include <string.h>

bool reports_project(const char *path, enum reports_format format, FILE *out, FILE *errors)
{
    static void (*const writers[])(const struct store *, FILE *) = {
        [REPORTS_JUNIT] = junit_write,
        [REPORTS_TAP] = tap_write,
        [REPORTS_SUMMARY] = summary_write,
    };
    struct store store;
    bool good = store_read(path, &store, errors);
    if (good) {
        writers[format](&store, out);
        if (fflush(out) != 0 || ferror(out)) {
            fprintf(errors, "%s: what was made of it was not written whole: %s\n", path,
                    strerror(errno));
            good = false;
        }
    }
    store_release(&store);
    return good;
}
