/* The stores of a run. */
#include "command/stores.h"

#include "base/file.h"
#include "base/memory.h"
#include "command/cli.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void take(struct stores *stores, char *path)
{
    stores->paths =
        memory_grow(stores->paths, stores->count + 1, &stores->capacity, sizeof *stores->paths);
    stores->paths[stores->count++] = path;
}

void stores_add(struct stores *stores, const char *path)
{
    take(stores, memory_text(path));
}

bool stores_is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool is_store(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && dot != name && strcmp(dot, ".jsonl") == 0;
}

/* The folder names it, not the user: no link, nothing that would be waited for. */
static bool take_entry(struct stores *out, DIR *folder, const char *path, const char *name)
{
    struct stat status = {0};
    if (fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) == 0
        && S_ISREG(status.st_mode)) {
        take(out, memory_format("%s/%s", path, name));
        return true;
    }
    int fault = S_ISLNK(status.st_mode) ? ELOOP : S_ISDIR(status.st_mode) ? EISDIR : EBADFD;
    complain("%s/%s: cannot read: %s", path, name, file_error(fault));
    return false;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool stores_list(const char *path, struct stores *out)
{
    *out = (struct stores){0};
    if (!stores_is_folder(path)) {
        stores_add(out, path);
        return true;
    }
    DIR *folder = opendir(path);
    if (folder == NULL) {
        complain("%s: cannot read: %s", path, strerror(errno));
        return false;
    }
    const struct dirent *entry;
    bool good = true;
    while (good && (entry = readdir(folder)) != NULL)
        if (is_store(entry->d_name)) good = take_entry(out, folder, path, entry->d_name);
    closedir(folder);
    if (!good) return false;
    if (out->count > 1) qsort(out->paths, out->count, sizeof *out->paths, compare);
    if (out->count == 0)
        complain("%s: no results are there, expected files *.jsonl as atproof run --out "
                 "leaves them",
                 path);
    return out->count > 0;
}

void stores_release(struct stores *stores)
{
    for (size_t i = 0; i < stores->count; i++) free(stores->paths[i]);
    free(stores->paths);
    *stores = (struct stores){0};
}
