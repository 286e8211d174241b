/* Mutations of whole sessions, and which are tried. */
#include "mutator.h"

#include "edit.h"
#include "say.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static bool allows(const struct mutator *mutator, unsigned kind)
{
    return (mutator->kinds & 1u << kind) != 0;
}

/* ---- items ------------------------------------------------------------ */

/* Items of `from` that the target takes, at `index`. A command that the host
 * may not send is echoed: the module tells of it so. */
static bool insert_items(struct mutator *mutator, struct session *session, unsigned index,
                         const struct session *from, unsigned first, unsigned count)
{
    unsigned before = index;
    for (unsigned i = first; i < first + count && i < from->item_count; i++) {
        const struct session_item *item = &from->items[i];
        unsigned kind = item->kind;
        if (!allows(mutator, kind)) kind = SESSION_RECEIVED;
        if (!allows(mutator, kind) || (item->size == 0 && kind == SESSION_RECEIVED)) continue;
        if (edit_insert(session, index, (enum session_kind)kind, from->bytes + item->offset,
                        item->size))
            index++;
    }
    return index > before;
}

static bool add_exchange(struct mutator *mutator, struct session *session)
{
    const struct atp_catalog *catalog = session_catalog(session->setting);
    edit_clear(&mutator->spoken, session->setting);
    say_exchange(&mutator->spoken, &mutator->random, catalog,
                 &catalog->commands[random_index(&mutator->random, catalog->command_count)]);
    unsigned index = session->item_count;
    if (random_one_in(&mutator->random, 2)) index = random_index(&mutator->random, index + 1);
    return insert_items(mutator, session, index, &mutator->spoken, 0, mutator->spoken.item_count);
}

/* Another response of the manual to a command that is there. */
static bool swap_variant(struct mutator *mutator, struct session *session)
{
    const struct atp_catalog *catalog = session_catalog(session->setting);
    unsigned index = pick_item(mutator, session, SESSION_SENT);
    if (index == session->item_count) return false;
    const struct session_item *item = &session->items[index];
    const struct atp_form *form = say_find_form(catalog, session->bytes + item->offset, item->size);
    if (form == NULL) return false;
    unsigned end = ++index;
    while (end < session->item_count && session->items[end].kind != SESSION_SENT) end++;
    edit_clear(&mutator->spoken, session->setting);
    say_response(&mutator->spoken, &mutator->random, catalog, form);
    edit_remove(session, index, end - index);
    return insert_items(mutator, session, index, &mutator->spoken, 0, mutator->spoken.item_count);
}

static bool split(struct mutator *mutator, struct session *session)
{
    unsigned index = random_index(&mutator->random, session->item_count);
    if (!allows(mutator, SESSION_SPLIT) || session->item_count == 0) return false;
    size_t at = random_index(&mutator->random, session->items[index].size + 1u);
    return session->items[index].size > 0 && edit_divide(session, index, at, SESSION_SPLIT);
}

static bool remove_items(struct mutator *mutator, struct session *session)
{
    if (session->item_count < 2) return false;
    unsigned index = random_index(&mutator->random, session->item_count);
    edit_remove(session, index, 1 + random_index(&mutator->random, 2));
    return true;
}

static bool repeat_items(struct mutator *mutator, struct session *session)
{
    if (session->item_count == 0) return false;
    unsigned from = random_index(&mutator->random, session->item_count);
    unsigned count = 1 + random_index(&mutator->random, 4);
    mutator->spoken = *session;
    return insert_items(mutator, session, random_index(&mutator->random, session->item_count + 1),
                        &mutator->spoken, from, count);
}

static bool swap_items(struct mutator *mutator, struct session *session)
{
    if (session->item_count < 2) return false;
    unsigned from = random_index(&mutator->random, session->item_count);
    mutator->spoken = *session;
    edit_remove(session, from, 1);
    return insert_items(mutator, session, random_index(&mutator->random, session->item_count + 1),
                        &mutator->spoken, from, 1);
}

/* The host's clock runs out, its stream ends, it escapes, it repeats. */
static bool tick(struct mutator *mutator, struct session *session)
{
    static const struct {
        enum session_kind kind;
        const char *bytes;
    } ticks[] = {
        {SESSION_EXPIRE, ""},     {SESSION_STREAM_END, ""}, {SESSION_SENT, "+++"},
        {SESSION_SENT, "A/\r"},   {SESSION_SENT, "ATE0\r"}, {SESSION_SENT, "ATE1\r"},
        {SESSION_SENT, "ATV0\r"}, {SESSION_SENT, "\x1A"},
    };
    unsigned which = random_index(&mutator->random, COUNT_OF(ticks));
    if (!allows(mutator, ticks[which].kind)) return false;
    return edit_insert(session, random_index(&mutator->random, session->item_count + 1),
                       ticks[which].kind, ticks[which].bytes, strlen(ticks[which].bytes));
}

/* What the host sent comes back ahead of what the module says next. */
static bool echo(struct mutator *mutator, struct session *session)
{
    struct said said = {0};
    unsigned index = pick_item(mutator, session, SESSION_SENT);
    if (index == session->item_count || !allows(mutator, SESSION_RECEIVED)) return false;
    said_put(&said, session->bytes + session->items[index].offset, session->items[index].size);
    if (random_one_in(&mutator->random, 2)) said_text(&said, "\r\n");
    return edit_insert(session, index + 1, SESSION_RECEIVED, said.bytes, said.size);
}

static bool set(struct mutator *mutator, struct session *session)
{
    session->setting = (uint8_t)random_next(&mutator->random);
    return true;
}

/* ---- the whole -------------------------------------------------------- */

/* Marks that the target's inputs have: where the host says nothing, what the
 * module says needs none. */
static unsigned marks(const struct mutator *mutator)
{
    if (allows(mutator, SESSION_SENT)) return mutator->kinds;
    return mutator->kinds & ~(1u << SESSION_RECEIVED);
}

/* How often each is tried, of the sum of all. */
static const struct {
    mutation_fn *mutate;
    unsigned weight;
} mutations[] = {
    {add_exchange, 12}, {swap_variant, 6}, {split, 8},
    {remove_items, 6},  {repeat_items, 4}, {swap_items, 4},
    {tick, 5},          {echo, 4},         {set, 2},
    {mutate_line, 8},   {mutate_urc, 6},   {mutate_move, 4},
    {mutate_number, 8}, {mutate_field, 8}, {mutate_line_end, 8},
    {mutate_length, 5}, {mutate_long, 3},  {mutate_forge, 6},
    {mutate_bytes, 8},
};

/* Reads an input; where only the host speaks, what stands ahead of its first
 * words is left out. */
static void read_session(const struct mutator *mutator, struct session *session,
                         const uint8_t *data, size_t size)
{
    session_read(session, data, size, marks(mutator));
    if (!allows(mutator, SESSION_RECEIVED)) edit_remove(session, 0, 1);
}

static void mutate_once(struct mutator *mutator)
{
    unsigned sum = 0;
    for (size_t i = 0; i < COUNT_OF(mutations); i++) sum += mutations[i].weight;
    for (unsigned tries = 0; tries < 8; tries++) {
        unsigned which = random_index(&mutator->random, sum);
        size_t i = 0;
        while (which >= mutations[i].weight) which -= mutations[i++].weight;
        if (mutations[i].mutate(mutator, &mutator->session)) return;
    }
}

size_t mutator_mutate(struct mutator *mutator, uint8_t *data, size_t size, size_t capacity,
                      uint64_t seed)
{
    mutator->random = (struct random){seed};
    read_session(mutator, &mutator->session, data, size);
    unsigned times = 1;
    while (times < 5 && random_one_in(&mutator->random, 2)) times++;
    for (; times > 0; times--) mutate_once(mutator);
    return session_write(&mutator->session, data, capacity, marks(mutator));
}

size_t mutator_splice(struct mutator *mutator, const uint8_t *data, size_t size,
                      const uint8_t *other, size_t other_size, uint8_t *out, size_t capacity,
                      uint64_t seed)
{
    struct session *session = &mutator->session;
    mutator->random = (struct random){seed};
    read_session(mutator, session, data, size);
    read_session(mutator, &mutator->other, other, other_size);
    unsigned from = random_index(&mutator->random, mutator->other.item_count);
    unsigned count = 1 + random_index(&mutator->random, mutator->other.item_count - from);
    unsigned at = random_index(&mutator->random, session->item_count + 1);
    if (random_one_in(&mutator->random, 2)) edit_remove(session, at, session->item_count - at);
    insert_items(mutator, session, at, &mutator->other, from, count);
    return session_write(session, out, capacity, marks(mutator));
}

bool mutator_kinds(const char *target, unsigned *kinds)
{
    static const struct {
        const char *target;
        unsigned kinds;
    } targets[] = {
        {"stream", 1u << SESSION_RECEIVED | 1u << SESSION_SPLIT},
        {"exchange", SESSION_ALL},
        {"values", 1u << SESSION_RECEIVED},
        {"empty", SESSION_ALL}, /* to be measured beside the others */
        {"module", 1u << SESSION_SENT | 1u << SESSION_SPLIT | 1u << SESSION_EXPIRE},
    };
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        if (strcmp(target, targets[i].target) != 0) continue;
        *kinds = targets[i].kinds;
        return true;
    }
    return false;
}
