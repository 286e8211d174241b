/* What `atproof check` does with files beside judging them. All return an exit
 * code. */
#ifndef CONFORMANCE_CHECK_FILES_H
#define CONFORMANCE_CHECK_FILES_H

#include "check/check.h"

enum check_format { CHECK_FORMAT_NO, CHECK_FORMAT_PRINT, CHECK_FORMAT_WRITE, CHECK_FORMAT_CHECK };

/* Prints the files in canonical form, writes those that differ, or lists
 * them. */
int check_format_files(const char *const *paths, size_t path_count, enum check_format mode);

/* Reports of each recording whether it is one of the ways of a selected case of
 * the file `against`. */
int check_match_files(const char *const *paths, size_t path_count, const char *against,
                      const struct check_options *options);

#endif
