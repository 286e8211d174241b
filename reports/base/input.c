/* Files that reports are made from. */
#define _GNU_SOURCE
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

const char *input_error(int error)
{
    if (error == EBADFD) return "it is no regular file";
    return error == ELOOP ? "a link stands there, and is not followed" : strerror(error);
}

static bool is_good(const struct stat *status)
{
    return S_ISREG(status->st_mode)
           || (S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3)); /* /dev/null */
}

/* Looks before it opens, for opening a device may already act on it. */
static int open_regular(int folder, const char *name, bool follows)
{
    struct stat status;
    if (fstatat(folder, name, &status, follows ? 0 : AT_SYMLINK_NOFOLLOW) != 0) return -1;
    errno = S_ISLNK(status.st_mode) ? ELOOP : S_ISDIR(status.st_mode) ? EISDIR : EBADFD;
    if (!is_good(&status)) return -1;
    int fd = openat(folder, name, OPEN_FLAGS | (follows ? 0 : O_NOFOLLOW));
    if (fd < 0 || (fstat(fd, &status) == 0 && is_good(&status))) return fd;
    close(fd);
    errno = EBADFD;
    return -1;
}

/* The number of /dev/fd/N and its like. Returns: -1, it is another name. */
static int number_of_stream(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdin") == 0) return STDIN_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t size = strlen(folders[i]);
        const char *digits = path + size;
        if (strncmp(path, folders[i], size) != 0) continue;
        bool good = *digits != '\0' && strspn(digits, "0123456789") == strlen(digits);
        return good && strlen(digits) < 7 ? (int)strtoul(digits, NULL, 10) : -1;
    }
    return -1;
}

static FILE *stream_of(int fd)
{
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (fd >= 0 && file == NULL) close(fd);
    return file;
}

FILE *input_open(const char *path)
{
    int number = number_of_stream(path);
    return stream_of(number >= 0 ? fcntl(number, F_DUPFD_CLOEXEC, 0)
                                 : open_regular(AT_FDCWD, path, true));
}

FILE *input_open_found(const char *folder, const char *name)
{
    int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = at < 0 ? -1 : open_regular(at, name, false);
    int error = errno;
    if (at >= 0) close(at);
    errno = error;
    return stream_of(fd);
}
