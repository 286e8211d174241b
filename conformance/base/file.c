/* Files. A path below a folder is walked component by component, each opened relative
 * to the one before it with O_NOFOLLOW: nobody can put a link between two looks. */
#include "base/file.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define NAME_TRIES 100 /* for a temporary name that is free                  */

/* O_PATH asks for no right to read the folder. */
#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)
#define FILE_FLAGS   (O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

const char *file_error(int error)
{
    switch (error) {
    case EBADFD: return "it is no regular file";
    case ELOOP: return "a link stands there, and is not followed";
    case EMLINK: return "the file has other names, too";
    case EXDEV: return "the path leads out of the folder";
    default: return strerror(error);
    }
}

/* ---- what stands there ------------------------------------------------ */

static int fail(int error)
{
    errno = error;
    return -1;
}

static int close_and_fail(int fd, int error)
{
    close(fd);
    return fail(error);
}

/* /dev/null; of what is written to also /dev/full, the disk that is always full. */
static bool is_device(const struct stat *status, bool writes)
{
    if (!S_ISCHR(status->st_mode)) return false;
    return status->st_rdev == makedev(1, 3) || (writes && status->st_rdev == makedev(1, 7));
}

static int fault_of(const struct stat *status)
{
    if (S_ISREG(status->st_mode)) return 0;
    if (S_ISLNK(status->st_mode)) return ELOOP;
    return S_ISDIR(status->st_mode) ? EISDIR : EBADFD;
}

/* Looks before it opens, for opening a device may already act on it; and again at what
 * was opened. */
static int open_regular(int folder, const char *name, bool follows)
{
    struct stat status;
    if (fstatat(folder, name, &status, follows ? 0 : AT_SYMLINK_NOFOLLOW) != 0) return -1;
    bool is_null = follows && is_device(&status, false);
    if (!is_null && fault_of(&status) != 0) return fail(fault_of(&status));
    int fd = openat(folder, name, O_RDONLY | FILE_FLAGS | (follows ? 0 : O_NOFOLLOW));
    if (fd < 0 || is_null) return fd;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? fd : close_and_fail(fd, EBADFD);
}

/* The number of /dev/fd/N and its like. Returns: -1, it is another name. */
static int number_of_stream(const char *path)
{
    static const char *const names[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    for (int i = 0; i < 3; i++)
        if (strcmp(path, names[i]) == 0) return i;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t size = strlen(folders[i]);
        const char *digits = path + size;
        if (strncmp(path, folders[i], size) != 0) continue;
        if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits)) return -1;
        if (strlen(digits) < 7) return (int)strtoul(digits, NULL, 10);
    }
    return -1;
}

static int open_stream(int number)
{
    return fcntl(number, F_DUPFD_CLOEXEC, 0);
}

static FILE *stream_of(int fd, const char *mode)
{
    FILE *file = fd < 0 ? NULL : fdopen(fd, mode);
    if (fd >= 0 && file == NULL) close(fd);
    return file;
}

/* ---- paths ------------------------------------------------------------ */

/* The folder of a path that the user gave, and *name in it. */
static int open_folder_of(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (**name == '\0') return fail(*path == '\0' ? ENOENT : EISDIR);
    if (slash == NULL) return open(".", FOLDER_FLAGS);
    char *folder = memory_slice(path, (size_t)(slash - path) + 1);
    int fd = open(folder, FOLDER_FLAGS);
    free(folder);
    return fd;
}

/* Goes down one component, making it if `makes`. Closes `from`. */
static int step_down(int from, const char *name, bool makes)
{
    if (strcmp(name, "..") == 0) return close_and_fail(from, EXDEV);
    if (makes && mkdirat(from, name, 0777) != 0 && errno != EEXIST)
        return close_and_fail(from, errno);
    int fd = openat(from, name, FOLDER_FLAGS | O_NOFOLLOW);
    struct stat status;
    int error = errno;
    /* With O_DIRECTORY a link is ENOTDIR. */
    if (fd < 0 && fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
        error = ELOOP;
    close(from);
    return fd < 0 ? fail(error) : fd;
}

/* Goes down the components of the first `size` bytes of `path`. `folder` stays open. */
static int descend(int folder, const char *path, size_t size, bool makes)
{
    int at = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    if (at >= 0 && *path == '/') return close_and_fail(at, EXDEV);
    for (const char *end = path + size; at >= 0 && path < end;) {
        const char *slash = memchr(path, '/', (size_t)(end - path));
        char *name = memory_slice(path, (size_t)((slash == NULL ? end : slash) - path));
        if (*name != '\0' && strcmp(name, ".") != 0) at = step_down(at, name, makes);
        int error = errno;
        free(name);
        errno = error;
        path = slash == NULL ? end : slash + 1;
    }
    return at;
}

/* The folder of a path below `folder`, and *name in it, which borrows from `path`. */
static int open_folder_below(int folder, const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (strcmp(*name, "..") == 0) return fail(EXDEV);
    if (**name == '\0' || strcmp(*name, ".") == 0) return fail(EISDIR);
    return descend(folder, path, (size_t)(*name - path), false);
}

/* ---- reading ---------------------------------------------------------- */

int file_open_descriptor(const char *path)
{
    int number = number_of_stream(path);
    return number >= 0 ? open_stream(number) : open_regular(AT_FDCWD, path, true);
}

FILE *file_open(const char *path)
{
    return stream_of(file_open_descriptor(path), "r");
}

FILE *file_open_below(const char *folder, const char *path)
{
    const char *name = NULL;
    int top = open(folder, FOLDER_FLAGS);
    int at = top < 0 ? -1 : open_folder_below(top, path, &name);
    int fd = at < 0 ? -1 : open_regular(at, name, false);
    int error = errno;
    if (at >= 0) close(at);
    if (top >= 0) close(top);
    errno = error;
    return stream_of(fd, "r");
}

/* ---- folders ---------------------------------------------------------- */

int file_open_folder(const char *path)
{
    struct stat status;
    if (mkdir(path, 0777) != 0 && errno != EEXIST) return -1;
    int fd = open(path, FOLDER_FLAGS | O_NOFOLLOW);
    if (fd < 0 && errno == ENOTDIR && lstat(path, &status) == 0 && S_ISLNK(status.st_mode))
        return fail(ELOOP);
    return fd;
}

bool file_make_folder_below(int folder, const char *path)
{
    int at = descend(folder, path, strlen(path), true);
    if (at >= 0) close(at);
    return at >= 0;
}

/* ---- writing ---------------------------------------------------------- */

/* A new file in the folder. Writes: *name, owned by the caller. */
static int make_temporary(int folder, mode_t mode, char **name)
{
    static unsigned count;
    for (unsigned i = 0; i < NAME_TRIES; i++) {
        *name = memory_format(".atproof-%ld-%u.new", (long)getpid(), count++);
        int fd = openat(folder, *name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd >= 0) return fd;
        int error = errno;
        free(*name);
        *name = NULL;
        errno = error;
        if (error != EEXIST) return -1;
    }
    return -1;
}

/* The beginning of a file that takes the name later. *temporary is NULL if what stands
 * there is written to as it is, a device. */
static int begin_in(int folder, const char *name, mode_t mode, char **temporary)
{
    struct stat old;
    *temporary = NULL;
    bool is_there = fstatat(folder, name, &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!is_there && errno != ENOENT) return -1;
    if (is_there && is_device(&old, true))
        return openat(folder, name, O_WRONLY | O_NOFOLLOW | FILE_FLAGS);
    if (is_there && fault_of(&old) != 0) return fail(fault_of(&old));
    int fd = make_temporary(folder, mode, temporary);
    if (fd >= 0 && is_there && old.st_uid == geteuid()) (void)fchmod(fd, old.st_mode & mode);
    return fd;
}

static bool take_name(int folder, const char *temporary, const char *name)
{
    if (renameat(folder, temporary, folder, name) == 0) return true;
    int error = errno;
    unlinkat(folder, temporary, 0);
    errno = error;
    return false;
}

static int create_in(int folder, const char *name, mode_t mode)
{
    char *temporary = NULL;
    int fd = begin_in(folder, name, mode, &temporary);
    if (fd >= 0 && temporary != NULL && !take_name(folder, temporary, name))
        fd = close_and_fail(fd, errno);
    int error = errno;
    free(temporary);
    errno = error;
    return fd;
}

static int close_folder(int folder, int fd)
{
    int error = errno;
    if (folder >= 0) close(folder);
    errno = error;
    return fd;
}

FILE *file_create_below(int folder, const char *path, mode_t mode)
{
    const char *name = NULL;
    int at = open_folder_below(folder, path, &name);
    return stream_of(close_folder(at, at < 0 ? -1 : create_in(at, name, mode)), "w");
}

int file_create_descriptor(const char *path)
{
    const char *name = NULL;
    int number = number_of_stream(path);
    if (number >= 0) return open_stream(number);
    int folder = open_folder_of(path, &name);
    return close_folder(folder, folder < 0 ? -1 : create_in(folder, name, 0666));
}

FILE *file_create(const char *path)
{
    return stream_of(file_create_descriptor(path), "w");
}

static int append_in(int folder, const char *name)
{
    struct stat status;
    int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | FILE_FLAGS;
    int fd = openat(folder, name, flags | O_CREAT | O_EXCL, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return -1;
    bool is_sink = is_device(&status, true);
    if (!is_sink && fault_of(&status) != 0) return fail(fault_of(&status));
    fd = openat(folder, name, flags);
    if (fd < 0 || is_sink) return fd;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return close_and_fail(fd, EBADFD);
    return status.st_nlink > 1 ? close_and_fail(fd, EMLINK) : fd;
}

FILE *file_append(const char *path)
{
    const char *name = NULL;
    int number = number_of_stream(path);
    if (number >= 0) return stream_of(open_stream(number), "a");
    int folder = open_folder_of(path, &name);
    return stream_of(close_folder(folder, folder < 0 ? -1 : append_in(folder, name)), "a");
}

bool file_begin(struct file_out *out, const char *path)
{
    const char *name = NULL;
    int number = number_of_stream(path);
    *out = (struct file_out){.folder = number >= 0 ? -1 : open_folder_of(path, &name)};
    int fd = -1;
    if (number >= 0) fd = open_stream(number);
    else if (out->folder >= 0) fd = begin_in(out->folder, name, 0666, &out->temporary);
    out->stream = stream_of(fd, "w");
    if (out->temporary != NULL) out->name = memory_text(name);
    if (out->stream == NULL) file_end(out, false);
    return out->stream != NULL;
}

bool file_end(struct file_out *out, bool good)
{
    if (out->stream != NULL) {
        good = good && fflush(out->stream) == 0 && !ferror(out->stream);
        if (fclose(out->stream) != 0) good = false;
    }
    int error = errno;
    if (out->name != NULL && !good) unlinkat(out->folder, out->temporary, 0);
    errno = error;
    if (out->name != NULL && good) good = take_name(out->folder, out->temporary, out->name);
    error = errno;
    if (out->folder >= 0) close(out->folder);
    free(out->name);
    free(out->temporary);
    *out = (struct file_out){.folder = -1};
    errno = error;
    return good;
}

bool file_write(const char *path, const void *bytes, size_t size)
{
    struct file_out out;
    return file_begin(&out, path) && file_end(&out, fwrite(bytes, 1, size, out.stream) == size);
}
