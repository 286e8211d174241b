/* The file store: certificates and what a host uploads. */
#include "modem/common/file.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct store {
    struct modem_file files[FILE_MAX];
};

static const struct modem_memory memory = {sizeof(struct store)};

/* A name without a place is one of UFS:. */
static const char *plain_name(const char *name)
{
    return strncasecmp(name, "UFS:", 4) == 0 ? name + 4 : name;
}

struct modem_file *modem_files(const struct modem *modem)
{
    struct store *store = modem_memory(modem, &memory);
    return store->files;
}

struct modem_file *modem_find_file(const struct modem *modem, const char *name)
{
    struct modem_file *files = modem_files(modem);
    for (size_t i = 0; i < FILE_MAX; i++)
        if (files[i].name != NULL && strcmp(files[i].name, plain_name(name)) == 0) return &files[i];
    return NULL;
}

void modem_delete_file(struct modem_file *file)
{
    free(file->name);
    buffer_release(&file->bytes);
    *file = (struct modem_file){0};
}

static size_t stored_size(const struct modem *modem)
{
    const struct modem_file *files = modem_files(modem);
    size_t size = 0;
    for (size_t i = 0; i < FILE_MAX; i++) size += files[i].bytes.size;
    return size;
}

static struct modem_file *free_place(const struct modem *modem)
{
    struct modem_file *files = modem_files(modem);
    for (size_t i = 0; i < FILE_MAX; i++)
        if (files[i].name == NULL) return &files[i];
    return NULL;
}

bool modem_has_file_room(const struct modem *modem, const char *name, size_t size)
{
    const struct modem_file *old = modem_find_file(modem, name);
    size_t kept = stored_size(modem) - (old == NULL ? 0 : old->bytes.size);
    return size <= FILE_BYTES_MAX - kept && (old != NULL || free_place(modem) != NULL);
}

bool modem_store_file(struct modem *modem, const char *name, const void *bytes, size_t size)
{
    if (!modem_has_file_room(modem, name, size)) return false;
    struct modem_file *file = modem_find_file(modem, name);
    if (file == NULL) file = free_place(modem);
    modem_delete_file(file);
    file->name = memory_text(plain_name(name));
    buffer_append(&file->bytes, bytes, size);
    return true;
}

static void stop(struct modem *modem)
{
    struct modem_file *files = modem_files(modem);
    for (size_t i = 0; i < FILE_MAX; i++) modem_delete_file(&files[i]);
}

const struct modem_part modem_file_part = {.name = "file store", .memory = &memory, .stop = stop};
