/* The grammar is in session.h. */
#include "session.h"

#include <atproof/dialects.h>
#include <string.h>

static const char marks[] = {
    [SESSION_RECEIVED] = 'r', [SESSION_SENT] = 's',       [SESSION_SPLIT] = '|',
    [SESSION_EXPIRE] = 'x',   [SESSION_STREAM_END] = 'e',
};

/* ---- reading ---------------------------------------------------------- */

static struct session_item *begin_item(struct session *session, unsigned kind)
{
    struct session_item *item = &session->items[session->item_count++];
    item->kind = (uint8_t)kind;
    item->offset = (uint32_t)session->size;
    item->size = 0;
    return item;
}

/* The kind that a mark stands for, or the number of kinds. */
static unsigned find_kind(uint8_t mark, unsigned kinds)
{
    unsigned kind = 0;
    while (kind < sizeof marks && ((uint8_t)marks[kind] != mark || (kinds & 1u << kind) == 0))
        kind++;
    return kind;
}

static bool takes_bytes(unsigned kind)
{
    return kind != SESSION_EXPIRE && kind != SESSION_STREAM_END;
}

/* What bytes without a mark of their own are: the module's, but where only the host
 * speaks. */
static unsigned unmarked_kind(unsigned kinds)
{
    bool only_sent = (kinds & 1u << SESSION_SENT) != 0 && (kinds & 1u << SESSION_RECEIVED) == 0;
    return only_sent ? SESSION_SENT : SESSION_RECEIVED;
}

void session_read(struct session *session, const uint8_t *data, size_t size, unsigned kinds)
{
    session->setting = size > 0 ? data[0] : 0;
    session->item_count = 0;
    session->size = 0;
    struct session_item *item = begin_item(session, SESSION_RECEIVED);
    for (size_t at = 1; at < size && session->size < sizeof session->bytes; at++) {
        unsigned kind = sizeof marks;
        if (data[at] == SESSION_MARK && at + 1 < size) {
            kind = find_kind(data[at + 1], kinds);
            at += kind < sizeof marks || data[at + 1] == SESSION_MARK;
        }
        if (kind == sizeof marks) {
            if (!takes_bytes(item->kind) && session->item_count < SESSION_ITEM_COUNT_MAX)
                item = begin_item(session, unmarked_kind(kinds));
            session->bytes[session->size++] = data[at];
            item->size++;
        } else if (session->item_count < SESSION_ITEM_COUNT_MAX) {
            item = begin_item(session, kind);
        }
    }
}

/* ---- writing ---------------------------------------------------------- */

/* Bytes that the item takes when written. */
static size_t written_size(const struct session *session, const struct session_item *item)
{
    size_t size = 2 + item->size;
    for (uint32_t i = 0; i < item->size; i++)
        size += session->bytes[item->offset + i] == SESSION_MARK;
    return size;
}

size_t session_write(const struct session *session, uint8_t *data, size_t capacity, unsigned kinds)
{
    size_t size = 0;
    if (capacity > 0) data[size++] = session->setting;
    for (unsigned i = 0; i < session->item_count; i++) {
        const struct session_item *item = &session->items[i];
        bool marked = (kinds & 1u << item->kind) != 0 && (i > 0 || item->kind != SESSION_RECEIVED);
        if (written_size(session, item) > capacity - size) break;
        if (marked) {
            data[size++] = SESSION_MARK;
            data[size++] = (uint8_t)marks[item->kind];
        }
        for (uint32_t n = 0; n < item->size; n++) {
            uint8_t byte = session->bytes[item->offset + n];
            data[size++] = byte;
            if (byte == SESSION_MARK) data[size++] = byte;
        }
    }
    return size;
}

/* ---- settings --------------------------------------------------------- */

const struct atp_catalog *session_catalog(uint8_t setting)
{
    static const struct atp_catalog *const catalogs[] = {&atp_catalog_auto, &atp_catalog_simcom,
                                                         &atp_catalog_quectel_ugxx,
                                                         &atp_catalog_quectel_ec200};
    return catalogs[setting & 3u];
}

size_t session_line_size(uint8_t setting)
{
    static const uint16_t sizes[] = {512, 64, 128, 4096};
    return sizes[setting >> 2 & 3u];
}
