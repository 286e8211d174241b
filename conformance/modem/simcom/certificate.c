/* SIMCom's certificate files: CCERTDOWN, CCERTLIST, CCERTDELE (F1013). */
#include "modem/common/file.h"
#include "modem/simcom/simcom.h"

#include <stdlib.h>
#include <string.h>

#define CERTIFICATE_LIMIT_US ((int64_t)30 * 1000000) /* pause of the host; F1013 states none */

struct certificate_upload {
    char *name; /* of the file that is under way, or was last; NULL: none   */
};

static const struct modem_memory memory = {sizeof(struct certificate_upload)};

static struct certificate_upload *state_of(const struct modem *modem)
{
    return modem_memory(modem, &memory);
}

bool simcom_is_certificate(const char *name)
{
    size_t size = strlen(name);
    return size > 4
           && (strcmp(name + size - 4, ".pem") == 0 || strcmp(name + size - 4, ".der") == 0);
}

static void certificate_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    if (complete) modem_store_file(modem, state_of(modem)->name, bytes, size);
    modem_finish(modem, complete ? MODEM_OK : MODEM_ERROR);
}

static int store_certificate(struct modem *modem, const struct modem_call *call)
{
    const char *name = modem_text(call, "filename", "");
    int64_t size = modem_number(call, "len", 0);
    if (!simcom_is_certificate(name)) return CME_BAD_PARAMETERS;
    if (!modem_has_file_room(modem, name, (size_t)size)) return CME_MEMORY_FULL;
    modem_bytes(modem, "\r\n> ", 4);
    modem_set_text(&state_of(modem)->name, name);
    modem_begin_upload(modem, (size_t)size, CERTIFICATE_LIMIT_US, certificate_came);
    return MODEM_PENDING;
}

static int list_certificates(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    const struct modem_file *files = modem_files(modem);
    for (size_t i = 0; i < FILE_MAX; i++)
        if (files[i].name != NULL && simcom_is_certificate(files[i].name))
            modem_line(modem, "+CCERTLIST: \"%s\"", files[i].name);
    return MODEM_OK;
}

static int delete_certificate(struct modem *modem, const struct modem_call *call)
{
    struct modem_file *file = modem_find_file(modem, modem_text(call, "filename", ""));
    if (file == NULL) return CME_NOT_FOUND;
    modem_delete_file(file);
    return MODEM_OK;
}

static void forget_name(struct modem *modem)
{
    free(state_of(modem)->name);
}

static const struct modem_entry commands[] = {
    {.name = "+CCERTDOWN", .handler = store_certificate},
    {.name = "+CCERTLIST", .handler = list_certificates},
    {.name = "+CCERTDELE", .handler = delete_certificate},
    {0},
};

const struct modem_part modem_simcom_certificate_part = {
    .name = "simcom-certificate", .commands = commands, .memory = &memory, .stop = forget_name};
