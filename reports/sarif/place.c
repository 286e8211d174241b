/* Places in files, and the list of all files that a SARIF log names. */
#define _GNU_SOURCE
#include "base/uri.h"
#include "sarif/log.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* A file named in the log. */
struct artifact {
    const char *uri; /* first: what search.h compares */
    size_t index;
};

static int by_uri(const void *a, const void *b)
{
    return strcmp(((const struct artifact *)a)->uri, ((const struct artifact *)b)->uri);
}

static size_t artifact_of(struct sarif *sarif, const char *uri, const char *sha256)
{
    struct artifact *own = arena_new(&sarif->arena, 1, sizeof *own);
    size_t size = strlen(uri) + 1;
    own->uri = memcpy(arena_new(&sarif->arena, size, 1), uri, size);
    struct artifact *found =
        *(struct artifact **)arena_must(tsearch(own, &sarif->artifact_tree, by_uri));
    if (found != own) return found->index;
    json_t *json = arena_must(json_pack("{s:{s:s}}", "location", "uri", uri));
    if (sha256 != NULL) sarif_set(json, "hashes", json_pack("{s:s}", "sha-256", sha256));
    sarif->size += sarif_size(json);
    own->index = json_array_size(sarif->artifacts);
    sarif_append(sarif->artifacts, json);
    return own->index;
}

json_t *sarif_place(struct sarif *sarif, const char *path, size_t line, const char *sha256)
{
    char *uri = uri_of(path);
    size_t index = artifact_of(sarif, uri, sha256);
    json_t *place =
        json_pack("{s:{s:s, s:I}}", "artifactLocation", "uri", uri, "index", (json_int_t)index);
    free(uri);
    if (line == 0 || line > INT32_MAX) line = 1;
    sarif_set(arena_must(place), "region", json_pack("{s:I}", "startLine", (json_int_t)line));
    return place;
}
