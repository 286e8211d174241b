/* What a module does, as far as it tells one answer from another: command, form,
 * response variant, result and codes, deviations, findings, what comes unasked;
 * and two of these after each other. */
#include "livefuzz/hunt.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 1024
#define HASH_BASIS     0xCBF29CE484222325u /* FNV-1a                        */
#define PAIR_BASIS     0x84222325CBF29CE4u /* another                       */
#define PAIR_FACTOR    0x9E3779B97F4A7C15u
#define RESULT_SIZE    32 /* bytes of a result that tell it from another      */

/* ---- the set ---------------------------------------------------------- */

static uint64_t hash(uint64_t state, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; at != NULL && i < size; i++) state = (state ^ at[i]) * 0x100000001B3u;
    return state;
}

static struct hunt_slot *slot_of(const struct hunt_seen *seen, uint64_t value)
{
    size_t at = value & (seen->capacity - 1);
    while (seen->slots[at].hash != 0 && seen->slots[at].hash != value)
        at = (at + 1) & (seen->capacity - 1);
    return &seen->slots[at];
}

static void grow(struct hunt_seen *seen)
{
    struct hunt_seen larger = {.capacity =
                                   seen->capacity == 0 ? CAPACITY_FIRST : seen->capacity * 2};
    larger.slots = memory_new(larger.capacity, sizeof *larger.slots);
    larger.count = seen->count;
    for (size_t i = 0; i < seen->capacity; i++)
        if (seen->slots[i].hash != 0) *slot_of(&larger, seen->slots[i].hash) = seen->slots[i];
    free(seen->slots);
    *seen = larger;
}

/* Returns: whether it is new. */
static bool add(struct hunt_seen *seen, uint64_t value)
{
    if ((seen->count + 1) * 2 > seen->capacity) grow(seen);
    struct hunt_slot *slot = slot_of(seen, value);
    bool is_new = slot->count++ == 0;
    slot->hash = value;
    seen->count += is_new;
    return is_new;
}

uint64_t hunt_seen_count(const struct hunt_seen *seen, uint64_t value)
{
    return seen->capacity == 0 ? 0 : slot_of(seen, value)->count;
}

void hunt_seen_release(struct hunt_seen *seen)
{
    free(seen->slots);
    *seen = (struct hunt_seen){0};
}

/* ---- codes ------------------------------------------------------------ */

static bool is_code(const struct compiled_source *source, const struct catalog_field *field)
{
    if (field->kind != CATALOG_FIELD_PARAM) return false;
    const struct catalog_param *param =
        catalog_find_param(source->set, source->command, source->edition, field->text);
    return param != NULL && (param->table != NULL || param->value_count > 0);
}

static const struct catalog_record *find_record(const struct catalog_form *form, const char *name)
{
    for (size_t v = 0; v < form->variant_count; v++)
        for (size_t e = 0; e < form->variants[v].element_count; e++) {
            const struct catalog_record *record = &form->variants[v].elements[e];
            if (record->name != NULL && strcmp(record->name, name) == 0) return record;
        }
    return NULL;
}

/* The fields of a line that are codes of the manual. */
static void put_codes(struct buffer *out, const struct compiled_source *source,
                      const struct reports_wire *item)
{
    const struct catalog_record *record =
        source == NULL || item->name == NULL ? NULL : find_record(source->form, item->name);
    const char *at = strchr(item->text, ':');
    for (size_t i = 0; record != NULL && at != NULL && i < record->field_count; i++) {
        size_t size = strcspn(++at, ",\\");
        if (is_code(source, &record->fields[i])) {
            buffer_append_text(out, ",");
            buffer_append(out, at, size);
        }
        at = at[size] == ',' ? at + size : NULL;
    }
}

/* ---- an exchange ------------------------------------------------------ */

static const struct compiled_source *source_of(const struct hunt *hunt,
                                               const struct judge_place *place)
{
    if (place->form_index == SIZE_MAX) return NULL;
    const struct compiled_source *source = &hunt->run.compiled->form_sources[place->form_index];
    return source->form == NULL ? NULL : source;
}

static void put_item(struct buffer *out, const struct compiled_source *source,
                     const struct reports_wire *item)
{
    bool is_echo = item->kind == REPORTS_WIRE_ECHO || item->kind == REPORTS_WIRE_BLANK;
    if (item->direction == REPORTS_SENT || (is_echo && item->deviations == NULL)) return;
    buffer_append_text(out, "|");
    buffer_append_text(out, reports_wire_name(item->kind));
    buffer_append_text(out, item->name == NULL ? "" : item->name);
    if (item->kind == REPORTS_WIRE_RESULT)
        buffer_append(out, item->text, strnlen(item->text, RESULT_SIZE));
    else put_codes(out, source, item);
    buffer_append_text(out, item->deviations == NULL ? "" : item->deviations);
}

/* Of lines that come several times only the first counts. */
static uint64_t behaviour_of(const struct hunt *hunt, const struct reports_exchange *exchange,
                             const struct judge_place *place)
{
    const struct compiled_source *source = source_of(hunt, place);
    struct buffer text = {0};
    buffer_append_text(&text, exchange->name);
    buffer_append_text(&text, "|");
    buffer_append_text(&text, exchange->form);
    buffer_append_text(&text, exchange->variant);
    for (size_t i = 0; i < exchange->wire_count; i++) {
        const struct reports_wire *item = &exchange->wire[i];
        bool again = i > 0 && item->name != NULL && exchange->wire[i - 1].name != NULL
                     && strcmp(item->name, exchange->wire[i - 1].name) == 0;
        if (!again) put_item(&text, source, item);
    }
    for (size_t i = 0; i < exchange->finding_count; i++)
        buffer_append_text(&text, exchange->findings[i].rule);
    uint64_t value = hash(HASH_BASIS, text.bytes, text.size);
    buffer_release(&text);
    return value | 1; /* never that of an empty slot */
}

bool hunt_succeeded(const struct reports_exchange *exchange)
{
    for (size_t i = 0; i < exchange->wire_count; i++)
        if (exchange->wire[i].kind == REPORTS_WIRE_RESULT && exchange->wire[i].name != NULL
            && strcmp(exchange->wire[i].name, "OK") == 0)
            return true;
    return false;
}

struct hunt_news hunt_note(struct hunt *hunt, const struct hunt_played *played)
{
    const struct judgement *judgement = &played->judgement;
    struct hunt_news news = {.is_pair = true};
    uint64_t before = 0;
    for (size_t i = 1; i < judgement->exchange_count; i++) {
        const struct reports_exchange *exchange = &judgement->exchanges[i];
        uint64_t value = behaviour_of(hunt, exchange, &judgement->places[i]);
        uint64_t pair = (((before ^ PAIR_BASIS) * PAIR_FACTOR) ^ value) | 1;
        bool is_new = add(&hunt->seen, value);
        bool is_pair = add(&hunt->seen, pair);
        if (is_new) hunt->behaviour_count++;
        if (is_new || is_pair) news.steps = i;
        if (is_new || (is_pair && news.is_pair)) news.hash = is_new ? value : pair;
        if (is_new) news.is_pair = false;
        say_note(&hunt->say, exchange->command, is_new);
        before = value;
    }
    return news;
}
