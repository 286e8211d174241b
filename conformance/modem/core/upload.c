/* Bytes that a command takes from the host after its prompt: counted, or up to
 * Ctrl-Z. */
#include "modem/core/core.h"

#include <string.h>

#define ACKNOWLEDGED_SIZE 1024 /* bytes of an upload                        */
#define MARK_SEND         0x1A /* Ctrl-Z                                    */
#define MARK_CANCEL       0x1B /* ESC                                       */

void modem_begin_upload(struct modem *modem, size_t size, int64_t limit_us, modem_upload_done *done)
{
    modem->mode = MODE_UPLOAD;
    modem->upload.bytes.size = 0;
    modem->upload.size = size + modem_strikes(modem, FAULT_UPLOAD_AWAITS_ONE_MORE);
    modem->upload.limit_us = limit_us;
    modem->upload.until = modem->now + limit_us;
    modem->upload.done = done;
    modem->upload.acknowledged = false;
    modem->upload.marked = false;
    modem->upload.may_pause = true;
}

void modem_begin_text(struct modem *modem, size_t size, int64_t limit_us, modem_upload_done *done)
{
    modem_begin_upload(modem, size, limit_us, done);
    modem->upload.marked = true;
}

void modem_acknowledge_upload(struct modem *modem)
{
    modem->upload.acknowledged = true;
}

void modem_limit_upload(struct modem *modem)
{
    modem->upload.may_pause = false;
}

static void end_upload(struct modem *modem, bool complete)
{
    size_t size = modem->upload.bytes.size;
    if (complete && size > 0 && modem_strikes(modem, FAULT_UPLOAD_LOSES_LAST)) size--;
    modem->mode = MODE_BUSY;
    modem->upload.done(modem, modem->upload.bytes.bytes, size, complete);
}

/* Up to the mark; of what is too much one byte is kept, to show that it is. */
static size_t take_marked(struct modem *modem, const uint8_t *bytes, size_t size)
{
    size_t taken = 0;
    while (taken < size && bytes[taken] != MARK_SEND && bytes[taken] != MARK_CANCEL) taken++;
    size_t room = modem->upload.size + 1 - modem->upload.bytes.size;
    buffer_append(&modem->upload.bytes, bytes, taken < room ? taken : room);
    modem->upload.until = modem->now + modem->upload.limit_us;
    if (taken == size) return size;
    end_upload(modem, bytes[taken] == MARK_SEND);
    return taken + 1;
}

size_t upload_take(struct modem *modem, const uint8_t *bytes, size_t size)
{
    if (modem->upload.marked) return take_marked(modem, bytes, size);
    size_t left = modem->upload.size - modem->upload.bytes.size;
    size_t taken = size < left ? size : left;
    const uint8_t *ctrl_z = memchr(bytes, MARK_SEND, taken);
    bool ends = ctrl_z != NULL && modem_strikes(modem, FAULT_UPLOAD_ENDS_AT_CTRL_Z);
    if (ends) taken = (size_t)(ctrl_z + 1 - bytes);
    size_t before = modem->upload.bytes.size / ACKNOWLEDGED_SIZE;
    buffer_append(&modem->upload.bytes, bytes, taken);
    size_t acknowledged = modem->upload.bytes.size / ACKNOWLEDGED_SIZE - before;
    for (; modem->upload.acknowledged && acknowledged > 0; acknowledged--)
        modem_bytes(modem, "A", 1);
    if (modem->upload.may_pause) modem->upload.until = modem->now + modem->upload.limit_us;
    if (ends || modem->upload.bytes.size == modem->upload.size) end_upload(modem, true);
    return taken;
}

void upload_tick(struct modem *modem)
{
    if (modem->mode == MODE_UPLOAD && modem->now >= modem->upload.until) end_upload(modem, false);
}

int64_t upload_due(const struct modem *modem)
{
    return modem->mode == MODE_UPLOAD ? modem->upload.until : MODEM_NEVER;
}
