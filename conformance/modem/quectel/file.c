/* Quectel's files: QFUPL, QFREAD, QSECWRITE, QHTTPURL. */
#include "modem/common/file.h"
#include "base/memory.h"

#include <stdlib.h>

struct file_upload {
    char *name; /* of the file that is under way, or was last; NULL: none   */
    char *url;  /* QHTTPURL's                                               */
};

static const struct modem_memory memory = {sizeof(struct file_upload)};

static struct file_upload *state_of(const struct modem *modem)
{
    return modem_memory(modem, &memory);
}

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
        modem_store_file(modem, state_of(modem)->name, bytes, size);
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
    if (!modem_has_file_room(modem, name, (size_t)size)) return CME_MEMORY_FULL;
    modem_result_code(modem, "CONNECT");
    modem_set_text(&state_of(modem)->name, name);
    modem_begin_upload(modem, (size_t)size, modem_number(call, "timeout", 5) * 1000000,
                       sized ? upload_came : unsized_came);
    if (modem_number(call, "ackmode", 0) == 1) modem_acknowledge_upload(modem);
    return MODEM_PENDING;
}

static int write_security_file(struct modem *modem, const struct modem_call *call)
{
    const char *name = modem_text(call, "filename", "");
    int64_t size = modem_number(call, "filesize", 1);
    if (name[0] == '\0') return CME_BAD_PARAMETERS;
    if (!modem_has_file_room(modem, name, (size_t)size)) return CME_MEMORY_FULL;
    modem_result_code(modem, "CONNECT");
    modem_set_text(&state_of(modem)->name, name);
    modem_begin_upload(modem, (size_t)size, modem_number(call, "timeout", 100) * 1000000,
                       security_came);
    return MODEM_PENDING;
}

/* No command of the catalogue opens a file: each is open, and its handle is
 * its place in the store, 0 the first. */
static int read_file(struct modem *modem, const struct modem_call *call)
{
    int64_t handle = modem_number(call, "filehandle", 0);
    struct modem_file *file = handle < FILE_MAX ? &modem_files(modem)[handle] : NULL;
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
    struct file_upload *state = state_of(modem);
    if (complete) {
        free(state->url);
        state->url = memory_slice((const char *)bytes, size);
    }
    modem_finish(modem, complete ? MODEM_OK : MODEM_ERROR);
}

/* The time limit is that of the whole URL, not of a pause. */
static int take_url(struct modem *modem, const struct modem_call *call)
{
    modem_result_code(modem, "CONNECT");
    modem_begin_upload(modem, (size_t)modem_number(call, "URL_length", 1),
                       modem_number(call, "timeout", 60) * 1000000, url_came);
    modem_limit_upload(modem);
    return MODEM_PENDING;
}

static void stop(struct modem *modem)
{
    free(state_of(modem)->name);
    free(state_of(modem)->url);
}

static const struct modem_entry commands[] = {
    {.name = "+QFUPL", .handler = upload_file},
    {.name = "+QFREAD", .handler = read_file},
    {.name = "+QHTTPURL", .handler = take_url},
    {.name = "+QSECWRITE", .handler = write_security_file},
    {0},
};

const struct modem_part modem_quectel_file_part = {
    .name = "quectel-file", .commands = commands, .memory = &memory, .stop = stop};
