/* Files, opened without being led elsewhere and without waiting.
 *
 * Names come from three sides. What the user's own command line names may be a link.
 * What a file names (a payload of a transcript, an entry of a folder) lies below a
 * folder, and no link is followed on the way to it. What the program writes is a new
 * file that takes the name: whatever stood there, a link that somebody planted or a
 * second name of another file, is never written through.
 *
 * Only regular files are opened, so that no FIFO or device is waited for. Exceptions,
 * of the command line alone: /dev/null, to write /dev/full; and /dev/stdin, /dev/stdout,
 * /dev/stderr, /dev/fd/N and /proc/self/fd/N, which are the streams that this program has.
 *
 * On failure every function here sets errno; file_error words it. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* What went wrong: strerror, and a text of its own where that would mislead.
 * Borrows: static memory, until the next call. */
const char *file_error(int error);

/* ---- reading ---------------------------------------------------------- */

/* A file that the user named. Returns: NULL or -1 if it cannot be opened.
 * Owns: the caller closes it. */
FILE *file_open(const char *path);
int file_open_descriptor(const char *path);

/* A file that another file named: `path` is relative to the folder, has no `..`, and
 * leads through folders alone. */
FILE *file_open_below(const char *folder, const char *path);

/* ---- folders that are written to -------------------------------------- */

/* Makes the folder if it is not there, and opens it: what is written below it stays in
 * it, whatever becomes of its name. A link at its name is refused, unless the caller
 * writes a slash after it (`DIR/`). Returns: -1 if it cannot be made or opened.
 * Owns: the caller closes it. */
int file_open_folder(const char *path);

/* Makes the folder `path` below another; those on the way are made, too. */
bool file_make_folder_below(int folder, const char *path);

/* ---- writing ---------------------------------------------------------- */

/* A new file below the folder, which takes its name at once: for what grows and is
 * read meanwhile. `mode` as for open; of a file of the user's own that is replaced, it
 * keeps at most the rights. Returns: NULL if it cannot be made. */
FILE *file_create_below(int folder, const char *path, mode_t mode);

/* The same for a file that the user named. */
FILE *file_create(const char *path);
int file_create_descriptor(const char *path);

/* Opens for appending, or makes it. A link, and a file of several names, is refused. */
FILE *file_append(const char *path);

/* A new file that takes its name when it is whole; until then, and if it never is, an
 * older one stays as it is. */
struct file_out {
    FILE *stream;
    char *name;      /* owned; NULL: it has its name, or is a stream        */
    char *temporary; /* owned                                               */
    int folder;
};

bool file_begin(struct file_out *out, const char *path);

/* Closes it. `good`: it is whole, and shall take its name; otherwise it is removed.
 * Returns: whether it was good and everything was written. */
bool file_end(struct file_out *out, bool good);

/* The whole of a file. */
bool file_write(const char *path, const void *bytes, size_t size);

#endif
