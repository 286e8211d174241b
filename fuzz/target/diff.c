/* The comparison of two runs (atproof/reports_diff.h): a store, a NUL, another store.
 *
 *   error     what is refused is refused with a complaint, what is compared without one
 *   text, html, markdown, json
 *             each is written, well-formed, and no byte of a store ends its frame
 *   steady    written twice it is the same
 *   same      no run is a regression from itself
 *   swapped   without a regression, whether anything was compared does not depend on
 *             which is the old one */
#include "target.h"
#include "written.h"

#include <atproof/reports_diff.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A store as a file without a name, which the reader opens by its descriptor. */
struct store {
    int file;
    char path[32];
};

static struct store make_store(const uint8_t *data, size_t size)
{
    struct store store = {.file = memfd_create("store", MFD_CLOEXEC)};
    if (store.file < 0 || write(store.file, data, size) != (ssize_t)size
        || lseek(store.file, 0, SEEK_SET) != 0)
        abort();
    snprintf(store.path, sizeof store.path, "/proc/self/fd/%d", store.file);
    return store;
}

static struct reports_diff *open_diff(struct store *old, struct store *new)
{
    const char *const paths[2] = {old->path, new->path};
    const struct reports_diff_input input = {
        .sides = {{"old", &paths[0], 1}, {"new", &paths[1], 1}},
        .today = "2026-01-31",
    };
    struct written complaints;
    FILE *errors = written_open(&complaints);
    lseek(old->file, 0, SEEK_SET);
    lseek(new->file, 0, SEEK_SET);
    struct reports_diff *diff = reports_diff_open(&input, errors);
    written_close(errors);
    if (diff == NULL) written_is_inert("error", &complaints);
    else written_is_quiet("error", &complaints);
    free(complaints.bytes);
    return diff;
}

/* ---- what is written -------------------------------------------------- */

static struct written show(const struct reports_diff *diff, enum reports_diff_format format)
{
    struct written text;
    FILE *file = written_open(&text);
    bool good = reports_diff_write(diff, format, file);
    written_close(file);
    if (!good) fuzz_fail("written", "format %d: lost", (int)format);
    return text;
}

static void check_format(const struct reports_diff *diff, enum reports_diff_format format)
{
    struct written text = show(diff, format);
    struct written again = show(diff, format);
    if (text.size != again.size || memcmp(text.bytes, again.bytes, text.size) != 0)
        fuzz_fail("steady", "format %d differs: %s\n%s", (int)format, text.bytes, again.bytes);
    switch (format) {
    case REPORTS_DIFF_TEXT: written_is_inert("text", &text); break;
    case REPORTS_DIFF_HTML: written_is_page("html", &text); break;
    case REPORTS_DIFF_MARKDOWN: written_is_markdown("markdown", &text); break;
    case REPORTS_DIFF_JSON: json_decref(written_read_json("json", &text)); break;
    case REPORTS_DIFF_FORMAT_COUNT: break;
    }
    free(text.bytes);
    free(again.bytes);
}

/* ---- what is found ---------------------------------------------------- */

/* Returns: the verdict, NOTHING if a store is refused. */
static enum reports_diff_verdict compare(struct store *old, struct store *new)
{
    struct reports_diff *diff = open_diff(old, new);
    if (diff == NULL) return REPORTS_DIFF_NOTHING;
    enum reports_diff_verdict verdict = reports_diff_verdict(diff);
    for (int i = 0; i < REPORTS_DIFF_FORMAT_COUNT; i++)
        check_format(diff, (enum reports_diff_format)i);
    reports_diff_close(diff);
    return verdict;
}

static void check_stores(struct store *old, struct store *new)
{
    enum reports_diff_verdict verdict = compare(old, new);
    enum reports_diff_verdict swapped = compare(new, old);
    bool regressed = verdict == REPORTS_DIFF_REGRESSION || swapped == REPORTS_DIFF_REGRESSION;
    if (!regressed && verdict != swapped)
        fuzz_fail("swapped", "%d, and %d the other way", (int)verdict, (int)swapped);
    if (compare(old, old) == REPORTS_DIFF_REGRESSION) fuzz_fail("same", "a regression");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > FUZZ_INPUT_SIZE_MAX) size = FUZZ_INPUT_SIZE_MAX;
    const uint8_t *end = size == 0 ? NULL : memchr(data, '\0', size);
    if (end == NULL) return 0;
    size_t first = (size_t)(end - data);
    struct store old = make_store(data, first);
    struct store new = make_store(end + 1, size - first - 1);
    check_stores(&old, &new);
    close(old.file);
    close(new.file);
    return 0;
}
