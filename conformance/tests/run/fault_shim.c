/* Loaded before a program: its FAULT_AT-th call of FAULT_CALL fails. Calls are counted
 * from 1; without the variables nothing fails. Writes are made to fail by limits
 * instead (faults.py): the C library's own calls do not come by here. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool strikes(const char *call)
{
    static int count;
    const char *chosen = getenv("FAULT_CALL");
    const char *at = getenv("FAULT_AT");
    if (chosen == NULL || at == NULL || strcmp(chosen, call) != 0) return false;
    return ++count == atoi(at);
}

/* Writes: the address of the function itself to *out, a pointer to a function. */
static void find_real(const char *name, void *out)
{
    void *address = dlsym(RTLD_NEXT, name);
    memcpy(out, &address, sizeof address);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    int (*real)(int, const char *, int, mode_t) = NULL;
    find_real("openat", &real);
    if (!strikes("openat")) return real(folder, path, flags, mode);
    errno = EMFILE;
    return -1;
}

int renameat(int from, const char *old, int to, const char *new)
{
    int (*real)(int, const char *, int, const char *) = NULL;
    find_real("renameat", &real);
    if (!strikes("renameat")) return real(from, old, to, new);
    errno = EACCES;
    return -1;
}

FILE *fdopen(int file, const char *mode)
{
    FILE *(*real)(int, const char *) = NULL;
    find_real("fdopen", &real);
    if (!strikes("fdopen")) return real(file, mode);
    errno = ENOMEM;
    return NULL;
}

FILE *open_memstream(char **bytes, size_t *size)
{
    FILE *(*real)(char **, size_t *) = NULL;
    find_real("open_memstream", &real);
    if (!strikes("open_memstream")) return real(bytes, size);
    errno = ENOMEM;
    return NULL;
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    int (*real)(int, const char *, mode_t) = NULL;
    find_real("mkdirat", &real);
    if (!strikes("mkdirat")) return real(folder, path, mode);
    errno = ENOSPC;
    return -1;
}
