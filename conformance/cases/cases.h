/* Cases made from the catalogue: every form, response variant, parameter
 * boundary, code and URC of a command set, as scripts (corpus/README.md). */
#ifndef CONFORMANCE_CASES_H
#define CONFORMANCE_CASES_H

#include "base/buffer.h"
#include "catalog/model.h"

/* A file to be written: `simcom-http/generated/2.2.4.at`. */
struct cases_file {
    char *path; /* below corpus/transcripts */
    struct buffer text;
};

struct cases {
    struct cases_file *files;
    size_t file_count;
};

/* All cases of all sets of the model, each edition of a set apart; the same
 * for the same model. Owns: the caller releases *out with cases_release. */
void cases_generate(const struct catalog_model *model, struct cases *out);
void cases_release(struct cases *cases);

/* The same, written below `directory`; generated files that are there and no
 * longer made are removed. Returns: false, with errno set, if that failed. */
bool cases_write(const struct cases *cases, const char *directory);

#endif
