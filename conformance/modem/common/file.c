/* The file store: certificates and what a host uploads. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdlib.h>
#include <string.h>

#define CERTIFICATE_LIMIT_US ((int64_t)30 * 1000000) /* pause of the host; F1013 states none */

/* ---- the store -------------------------------------------------------- */

/* UFS: is where a name without a place lies. */
static const char *plain_name(const char *name)
{
    return strncasecmp(name, "UFS:", 4) == 0 ? name + 4 : name;
}

struct modem_file *modem_find_file(struct modem *modem, const char *name)
{
    for (size_t i = 0; i < FILE_MAX; i++)
        if (modem->files[i].name != NULL && strcmp(modem->files[i].name, plain_name(name)) == 0)
            return &modem->files[i];
    return NULL;
}

static void delete_file(struct modem_file *file)
{
    free(file->name);
    buffer_release(&file->bytes);
    *file = (struct modem_file){0};
}

void modem_forget_files(struct modem *modem)
{
    for (size_t i = 0; i < FILE_MAX; i++) delete_file(&modem->files[i]);
}

static size_t stored_size(const struct modem *modem)
{
    size_t size = 0;
    for (size_t i = 0; i < FILE_MAX; i++) size += modem->files[i].bytes.size;
    return size;
}

static struct modem_file *free_place(struct modem *modem)
{
    for (size_t i = 0; i < FILE_MAX; i++)
        if (modem->files[i].name == NULL) return &modem->files[i];
    return NULL;
}

/* Whether a file of that size could be stored, one of its name replaced. */
static bool has_room(struct modem *modem, const char *name, size_t size)
{
    const struct modem_file *old = modem_find_file(modem, name);
    size_t kept = stored_size(modem) - (old == NULL ? 0 : old->bytes.size);
    return size <= FILE_BYTES_MAX - kept && (old != NULL || free_place(modem) != NULL);
}

bool modem_store_file(struct modem *modem, const char *name, const void *bytes, size_t size)
{
    if (!has_room(modem, name, size)) return false;
    struct modem_file *file = modem_find_file(modem, name);
    if (file == NULL) file = free_place(modem);
    delete_file(file);
    file->name = memory_text(plain_name(name));
    buffer_append(&file->bytes, bytes, size);
    return true;
}

static void begin(struct modem *modem, const char *name, int64_t size, int64_t limit_us,
                  modem_upload_done *done)
{
    free(modem->upload_name);
    modem->upload_name = memory_text(name);
    modem_begin_upload(modem, (size_t)size, limit_us, done);
}

/* ---- SIMCom ----------------------------------------------------------- */

bool modem_is_certificate(const char *name)
{
    size_t size = strlen(name);
    return size > 4
           && (strcmp(name + size - 4, ".pem") == 0 || strcmp(name + size - 4, ".der") == 0);
}

static void certificate_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    if (complete) modem_store_file(modem, modem->upload_name, bytes, size);
    modem_finish(modem, complete ? MODEM_OK : MODEM_ERROR);
}

static int store_certificate(struct modem *modem, const struct modem_call *call)
{
    const char *name = modem_text(call, "filename", "");
    int64_t size = modem_number(call, "len", 0);
    if (!modem_is_certificate(name)) return CME_BAD_PARAMETERS;
    if (!has_room(modem, name, (size_t)size)) return CME_MEMORY_FULL;
    modem_bytes(modem, "\r\n> ", 4);
    begin(modem, name, size, CERTIFICATE_LIMIT_US, certificate_came);
    return MODEM_PENDING;
}

static int list_certificates(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    for (size_t i = 0; i < FILE_MAX; i++)
        if (modem->files[i].name != NULL && modem_is_certificate(modem->files[i].name))
            modem_line(modem, "+CCERTLIST: \"%s\"", modem->files[i].name);
    return MODEM_OK;
}

static int delete_certificate(struct modem *modem, const struct modem_call *call)
{
    struct modem_file *file = modem_find_file(modem, modem_text(call, "filename", ""));
    if (file == NULL) return CME_NOT_FOUND;
    delete_file(file);
    return MODEM_OK;
}

/* ---- Quectel ---------------------------------------------------------- */

/* The bytes by twos, exclusive or; a last odd one is the high byte. */
static unsigned checksum(struct modem *modem, const uint8_t *bytes, size_t size)
{
    unsigned sum = 0;
    bool adds = modem_strikes(modem, FAULT_CHECKSUM_WRONG);
    for (size_t i = 0; adds && i < size; i++) sum = (sum + bytes[i]) & 0xFFFF;
    if (adds) return sum;
    for (size_t i = 0; i < size; i++) sum ^= i % 2 == 0 ? (unsigned)bytes[i] << 8 : bytes[i];
    return sum;
}

static void file_came(struct modem *modem, const char *command, const uint8_t *bytes, size_t size,
                      bool complete)
{
    if (complete) {
        modem_store_file(modem, modem->upload_name, bytes, size);
        modem_line(modem, "%s: %zu,%x", command, size, checksum(modem, bytes, size));
    }
    modem_finish(modem, complete ? MODEM_OK : MODEM_ERROR);
}

static void upload_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    file_came(modem, "+QFUPL", bytes, size, complete);
}

/* Without a size the host's pause ends the file. */
static void unsized_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    (void)complete;
    file_came(modem, "+QFUPL", bytes, size, size > 0);
}

static void security_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    file_came(modem, "+QSECWRITE", bytes, size, complete);
}

static int upload_file(struct modem *modem, const struct modem_call *call)
{
    const char *name = modem_text(call, "filename", "");
    int64_t size = modem_number(call, "file_size", 10240);
    bool sized = modem_argument(call, "file_size") != NULL;
    if (name[0] == '\0') return CME_BAD_PARAMETERS;
    if (!has_room(modem, name, (size_t)size)) return CME_MEMORY_FULL;
    modem_result_code(modem, "CONNECT");
    begin(modem, name, size, modem_number(call, "timeout", 5) * 1000000,
          sized ? upload_came : unsized_came);
    modem->upload.acknowledged = modem_number(call, "ackmode", 0) == 1;
    return MODEM_PENDING;
}

static int write_security_file(struct modem *modem, const struct modem_call *call)
{
    const char *name = modem_text(call, "filename", "");
    int64_t size = modem_number(call, "filesize", 1);
    if (name[0] == '\0') return CME_BAD_PARAMETERS;
    if (!has_room(modem, name, (size_t)size)) return CME_MEMORY_FULL;
    modem_result_code(modem, "CONNECT");
    begin(modem, name, size, modem_number(call, "timeout", 100) * 1000000, security_came);
    return MODEM_PENDING;
}

/* No command of the catalogue opens a file: each is open, and its handle is
 * its place in the store, 0 the first. */
static int read_file(struct modem *modem, const struct modem_call *call)
{
    int64_t handle = modem_number(call, "filehandle", 0);
    struct modem_file *file = handle < FILE_MAX ? &modem->files[handle] : NULL;
    if (file == NULL || file->name == NULL) return CME_NOT_FOUND;
    size_t left = file->bytes.size - file->read_at;
    size_t wanted = (size_t)modem_number(call, "length", (int64_t)left);
    size_t size = wanted < left ? wanted : left;
    modem_line(modem, "CONNECT %zu", size);
    if (size > 0) modem_bytes(modem, file->bytes.bytes + file->read_at, size);
    file->read_at += size;
    return MODEM_OK;
}

static void url_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    if (complete) {
        free(modem->http_url);
        modem->http_url = memory_slice((const char *)bytes, size);
    }
    modem_finish(modem, complete ? MODEM_OK : MODEM_ERROR);
}

/* The time limit is that of the whole URL, not of a pause. */
static int take_url(struct modem *modem, const struct modem_call *call)
{
    modem_result_code(modem, "CONNECT");
    modem_begin_upload(modem, (size_t)modem_number(call, "URL_length", 1),
                       modem_number(call, "timeout", 60) * 1000000, url_came);
    modem->upload.may_pause = false;
    return MODEM_PENDING;
}

const struct modem_entry modem_file_commands[] = {
    {"+CCERTDOWN", store_certificate},
    {"+CCERTLIST", list_certificates},
    {"+CCERTDELE", delete_certificate},
    {"+QFUPL", upload_file},
    {"+QFREAD", read_file},
    {"+QHTTPURL", take_url},
    {"+QSECWRITE", write_security_file},
    {NULL, NULL},
};
