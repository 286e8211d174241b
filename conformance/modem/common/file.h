/* The file store: certificates and what a host uploads. It outlasts a restart. */
#ifndef ATPROOF_MODEM_FILE_H
#define ATPROOF_MODEM_FILE_H

#include "base/buffer.h"
#include "modem/common/store.h"
#include "modem/core/part.h"

#define FILE_MAX       64                /* in the file store               */
#define FILE_BYTES_MAX ((size_t)4 << 20) /* all of them together            */

struct modem_file {
    char *name; /* NULL: no file stands at this place                       */
    struct buffer bytes;
    size_t read_at; /* where the next read begins                           */
};

/* All FILE_MAX places. Owned by the module. */
struct modem_file *modem_files(const struct modem *modem);

/* The file of that name, or NULL. A name may begin with `UFS:`. */
struct modem_file *modem_find_file(const struct modem *modem, const char *name);

/* Whether a file of that size could be stored, one of its name replaced. */
bool modem_has_file_room(const struct modem *modem, const char *name, size_t size);

void modem_delete_file(struct modem_file *file);

#endif
