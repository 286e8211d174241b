/* Paths as URIs (RFC 3986, section 2.1, 5.2.4). */
#define _GNU_SOURCE
#include "uri.h"

#include "arena.h"
#include "text.h"

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

char *uri_of(const char *path)
{
    char *here = getcwd(NULL, 0);
    if (here == NULL) return encoded("", path);
    char *whole = path[0] == '/' ? text_format("%s", path) : text_format("%s/%s", here, path);
    flatten(whole);
    flatten(here);
    size_t size = strcmp(here, "/") == 0 ? 0 : strlen(here);
    bool inside = strncmp(whole, here, size) == 0 && whole[size] == '/';
    char *uri = inside ? encoded("", whole + size + 1) : encoded("file://", whole);
    free(here);
    free(whole);
    return uri;
}
