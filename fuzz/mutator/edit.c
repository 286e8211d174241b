/* Changes to a session. */
#include "edit.h"

#include <string.h>

void edit_clear(struct session *session, uint8_t setting)
{
    session->setting = setting;
    session->item_count = 0;
    session->size = 0;
}

static uint8_t *bytes_of(struct session *session, unsigned index)
{
    return session->bytes + session->items[index].offset;
}

bool edit_replace(struct session *session, unsigned index, size_t at, size_t removed,
                  const void *bytes, size_t size)
{
    struct session_item *item = &session->items[index];
    if (at > item->size || removed > item->size - at
        || session->size - removed + size > sizeof session->bytes)
        return false;
    uint8_t *place = bytes_of(session, index) + at;
    size_t after = session->size - item->offset - at - removed;
    memmove(place + size, place + removed, after);
    if (size > 0) memcpy(place, bytes, size);
    session->size = session->size - removed + size;
    item->size = (uint32_t)(item->size - removed + size);
    for (unsigned i = index + 1; i < session->item_count; i++)
        session->items[i].offset = (uint32_t)(session->items[i].offset - removed + size);
    return true;
}

bool edit_insert(struct session *session, unsigned index, enum session_kind kind, const void *bytes,
                 size_t size)
{
    if (session->item_count == SESSION_ITEM_COUNT_MAX
        || size > sizeof session->bytes - session->size)
        return false;
    struct session_item *item = &session->items[index];
    uint32_t offset = (uint32_t)session->size;
    if (index < session->item_count) offset = item->offset;
    memmove(item + 1, item, (session->item_count - index) * sizeof *item);
    session->item_count++;
    *item = (struct session_item){(uint8_t)kind, offset, 0};
    return edit_replace(session, index, 0, 0, bytes, size);
}

bool edit_add(struct session *session, enum session_kind kind, const void *bytes, size_t size)
{
    return edit_insert(session, session->item_count, kind, bytes, size);
}

void edit_remove(struct session *session, unsigned index, unsigned count)
{
    for (; count > 0 && index < session->item_count; count--) {
        struct session_item *item = &session->items[index];
        edit_replace(session, index, 0, item->size, NULL, 0);
        session->item_count--;
        memmove(item, item + 1, (session->item_count - index) * sizeof *item);
    }
}

bool edit_divide(struct session *session, unsigned index, size_t at, enum session_kind kind)
{
    if (session->item_count == SESSION_ITEM_COUNT_MAX || at > session->items[index].size)
        return false;
    struct session_item *item = &session->items[index];
    memmove(item + 1, item, (session->item_count - index) * sizeof *item);
    session->item_count++;
    item[1] = (struct session_item){(uint8_t)kind, (uint32_t)(item->offset + at),
                                    (uint32_t)(item->size - at)};
    item->size = (uint32_t)at;
    return true;
}
