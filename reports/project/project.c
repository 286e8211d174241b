/* Reads stores and writes a projection of them: the one file that knows all. */
#include "base/text.h"
#include "formats/formats.h"
#include "html/html.h"
#include "markdown/markdown.h"
#include "sarif/sarif.h"
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void write_format(const struct store *store, const struct reports_input *input,
                         enum reports_format format, FILE *out, FILE *errors)
{
    switch (format) {
    case REPORTS_JUNIT: junit_write(store, out); break;
    case REPORTS_TAP: tap_write(store, out); break;
    case REPORTS_SUMMARY: summary_write(store, out); break;
    case REPORTS_SARIF: sarif_write(store, out); break;
    case REPORTS_MARKDOWN: markdown_write(store, input, out); break;
    case REPORTS_BADGE: badge_write(store, out); break;
    case REPORTS_HTML: html_write(store, input, out, errors); break;
    case REPORTS_FORMAT_COUNT: break;
    }
}

bool reports_project(const struct reports_input *input, enum reports_format format, FILE *out,
                     FILE *errors)
{
    struct store store;
    bool good = store_read(input->stores, input->store_count, &store, errors);
    if (good) {
        write_format(&store, input, format, out, errors);
        if (fflush(out) != 0 || ferror(out)) {
            int error = errno;
            text_put(errors, input->stores[0]);
            fprintf(errors, ": what was made of it was not written whole: %s\n", strerror(error));
            good = false;
        }
    }
    store_release(&store);
    return good;
}

/* ---- a store that was read -------------------------------------------- */

struct reports_store {
    struct store is;
};

struct reports_store *reports_read(FILE *file, const char *name, FILE *errors)
{
    struct reports_store *store = arena_must(calloc(1, sizeof *store));
    if (store_read_file(file, name, &store->is, errors)) return store;
    reports_close(store);
    return NULL;
}

void reports_close(struct reports_store *store)
{
    if (store == NULL) return;
    store_release(&store->is);
    free(store);
}

const struct reports_run *reports_run_of(const struct reports_store *store)
{
    return store->is.run;
}

size_t reports_case_count(const struct reports_store *store)
{
    return store->is.case_count;
}

const struct reports_case *reports_case_at(const struct reports_store *store, size_t index)
{
    return &store->is.cases[index].is;
}

void reports_show(const struct reports_store *store, const struct reports_input *input,
                  enum reports_format format, FILE *out, FILE *errors)
{
    write_format(&store->is, input, format, out, errors);
}

bool reports_write_store(FILE *file, const struct reports_store *store)
{
    return store_write(&store->is, file);
}
