/* Paths as URIs (RFC 3986, section 2.1, 5.2.4). */
#define _GNU_SOURCE
#include "base/uri.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Drops the last segment, if there is one. Returns: the new end. */
static char *drop(char *path, char *end)
{
    while (end > path && end[-1] != '/') end--;
    return end > path ? end - 1 : end;
}

/* `/a/./b//../c` becomes `/a/c`, in place. */
static void flatten(char *path)
{
    char *end = path;
    for (const char *at = path; *at != '\0';) {
        at += strspn(at, "/");
        size_t size = strcspn(at, "/");
        bool none = size == 0 || (size == 1 && at[0] == '.');
        if (size == 2 && at[0] == '.' && at[1] == '.') end = drop(path, end);
        else if (!none) {
            *end++ = '/';
            memmove(end, at, size);
            end += size;
        }
        at += size;
    }
    if (end == path) *end++ = '/';
    *end = '\0';
}

static char *encoded(const char *head, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~/";
    char *uri = arena_must(malloc(strlen(head) + strlen(path) * 3 + 1));
    char *end = stpcpy(uri, head);
    for (; *path != '\0'; path++) {
        if (strchr(plain, *path) != NULL) *end++ = *path;
        else end += sprintf(end, "%%%02X", (unsigned char)*path);
    }
    *end = '\0';
    return uri;
}

/* The absolute path, without dot segments. Owns: the caller frees it. Returns: NULL
 * if there is no current directory. */
static char *whole_path(const char *path)
{
    char *here = getcwd(NULL, 0);
    if (here == NULL) return NULL;
    char *whole = path[0] == '/' ? text_format("%s", path) : text_format("%s/%s", here, path);
    flatten(whole);
    free(here);
    return whole;
}

char *uri_path_within(const char *path)
{
    char *whole = whole_path(path);
    char *here = whole_path(".");
    size_t size = here == NULL || strcmp(here, "/") == 0 ? 0 : strlen(here);
    bool inside = here != NULL && whole != NULL && strncmp(whole, here, size) == 0
                  && whole[size] == '/' && whole[size + 1] != '\0';
    char *within = inside ? text_format("%s", whole + size + 1) : NULL;
    free(whole);
    free(here);
    return within;
}

char *uri_of(const char *path)
{
    char *within = uri_path_within(path);
    char *whole = within == NULL ? whole_path(path) : NULL;
    char *uri =
        whole != NULL ? encoded("file://", whole) : encoded("", within == NULL ? path : within);
    free(within);
    free(whole);
    return uri;
}
