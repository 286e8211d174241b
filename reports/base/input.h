/* Files that reports are made from. */
#ifndef REPORTS_INPUT_H
#define REPORTS_INPUT_H

#include <stdbool.h>
#include <stdio.h>

/* Opens a regular file, or /dev/stdin, /dev/fd/N, /proc/self/fd/N, which are streams
 * that this program has: no FIFO or device is waited for. A link is followed: the user
 * named it. Returns: NULL with errno (EBADFD: no regular file).
 * Owns: the caller closes it. */
FILE *input_open(const char *path);

/* A file that somebody else put into a folder: a link at its name is refused (ELOOP). */
FILE *input_open_found(const char *folder, const char *name);

/* What went wrong: strerror, and a text of its own where that would mislead. */
const char *input_error(int error);

#endif
