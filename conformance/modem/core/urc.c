/* Random unsolicited result codes at every place where one may stand: before
 * each line and result code of a response, and after the last. Never inside a
 * line, between a length and its payload, after a prompt, or in a stream. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ONE_IN     3      /* places get a URC                                  */
#define SIZE_MOST  12     /* characters of a text                              */
#define NUMBER_MAX 100000 /* where no range ends it                        */

static uint64_t random_number(struct modem *modem, uint64_t limit)
{
    return random_below(&modem->defects.urc_random, limit);
}

/* ---- which ------------------------------------------------------------ */

/* Never fake boot or power-down URCs: a host would act on them. */
static bool tells_of_start(const struct catalog_record *record)
{
    static const char *const names[] = {"RDY",         "*ATREADY", "SMS DONE", "PB DONE",
                                        "+CPIN",       "+CFUN",    "+QIND",    "NORMAL POWER DOWN",
                                        "POWERED DOWN"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(record->name, names[i]) == 0) return true;
    return false;
}

/* Registration is reported where it changed and the host asked for it, never at
 * random: a host would believe it. */
static bool tells_of_registration(const struct catalog_record *record)
{
    return strcmp(record->name, "+CREG") == 0 || strcmp(record->name, "+CGREG") == 0
           || strcmp(record->name, "+CEREG") == 0;
}

static bool has_param(const struct catalog_record *record, const char *name)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (strcmp(record->fields[i].text, name) == 0) return true;
    return false;
}

/* Never fake URCs of connections or contexts: a host that has one would act on
 * them, and a module sends none of one that is not there. */
static bool tells_of_connection(const struct catalog_record *record)
{
    static const char *const names[] = {"session_id", "clientID", "connectID", "contextID"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (has_param(record, names[i])) return true;
    return strncmp(record->name, "+CCH", 4) == 0 || strncmp(record->name, "+HTTP_", 6) == 0
           || strcmp(record->name, "+APP PDP") == 0 || strcmp(record->name, "RECV EVENT") == 0;
}

/* Whether a response of the command under way has a line of that name. */
static bool is_answer(const struct modem *modem, const struct catalog_record *record)
{
    const struct catalog_command *command = modem->defects.asked.command;
    for (size_t f = 0; command != NULL && f < command->form_count; f++) {
        const struct catalog_form *form = &command->forms[f];
        for (size_t v = 0; v < form->variant_count; v++)
            for (size_t i = 0; i < form->variants[v].element_count; i++) {
                const char *name = form->variants[v].elements[i].name;
                if (name != NULL && strcmp(name, record->name) == 0) return true;
            }
    }
    return false;
}

static bool may_come(const struct modem *modem, const struct catalog_set *set,
                     const struct catalog_urc *urc)
{
    return catalog_is_of_edition(urc->edition, modem_edition(modem, set))
           && dialect_has_vendor(modem, urc->vendor) && !tells_of_start(&urc->record)
           && !tells_of_connection(&urc->record) && !tells_of_registration(&urc->record)
           && !is_answer(modem, &urc->record);
}

/* The `*index`-th that may come, or NULL with *index lowered by how many may. */
static const struct catalog_urc *find_urc(const struct modem *modem, size_t *index,
                                          const struct catalog_set **out)
{
    for (size_t s = 0; s < modem->model->set_count; s++) {
        const struct catalog_set *set = modem->model->sets[s];
        if (!dialect_has_set(modem, set)) continue;
        for (size_t u = 0; u < set->urc_count; u++) {
            if (!may_come(modem, set, &set->urcs[u])) continue;
            *out = set;
            if ((*index)-- == 0) return &set->urcs[u];
        }
    }
    return NULL;
}

static const struct catalog_urc *choose(struct modem *modem, const struct catalog_set **out)
{
    size_t left = SIZE_MAX;
    find_urc(modem, &left, out);
    size_t count = SIZE_MAX - left;
    if (count == 0) return NULL;
    size_t index = (size_t)random_number(modem, count);
    return find_urc(modem, &index, out);
}

/* ---- values ----------------------------------------------------------- */

static int64_t value_of(struct modem *modem, const struct catalog_interval *ranges, size_t count)
{
    if (count == 0) return (int64_t)random_number(modem, NUMBER_MAX);
    const struct catalog_interval *range = &ranges[random_number(modem, count)];
    int64_t max = range->max == INT32_MAX ? range->min + NUMBER_MAX : range->max;
    return range->min + (int64_t)random_number(modem, (uint64_t)(max - range->min) + 1);
}

static const struct catalog_value *code_of(struct modem *modem, const struct catalog_set *set,
                                           const struct catalog_param *param)
{
    const struct catalog_table *table =
        param->table == NULL ? NULL : catalog_find_table(set, param->table);
    const struct catalog_value *values = table == NULL ? param->values : table->values;
    size_t count = table == NULL ? param->value_count : table->value_count;
    return count == 0 ? NULL : &values[random_number(modem, count)];
}

/* Hexadecimal digits: what areas, cells and codes are written in. */
static char *text_of(struct modem *modem, bool quoted)
{
    char digits[SIZE_MOST + 1];
    size_t size = 1 + (size_t)random_number(modem, SIZE_MOST);
    for (size_t i = 0; i < size; i++) digits[i] = "0123456789ABCDEF"[random_number(modem, 16)];
    digits[size] = '\0';
    return memory_format(quoted ? "\"%s\"" : "%s", digits);
}

static char *param_text(struct modem *modem, const struct catalog_set *set,
                        const struct catalog_field *field)
{
    const struct catalog_param *param = dialect_param(modem, set, NULL, field);
    if (param == NULL) return text_of(modem, field->quoted);
    const struct catalog_value *value = code_of(modem, set, param);
    bool own = field->range_count > 0;
    bool number = param->type == ATP_TYPE_INT || param->type == ATP_TYPE_CODE;
    if (value != NULL && !own && param->type != ATP_TYPE_REST) return memory_text(value->code);
    if (!number) return text_of(modem, param->type == ATP_TYPE_STRING || field->quoted);
    return memory_format("%lld",
                         (long long)value_of(modem, own ? field->ranges : param->ranges,
                                             own ? field->range_count : param->range_count));
}

static char *field_text(struct modem *modem, const struct catalog_set *set,
                        const struct catalog_field *field)
{
    if (field->kind == CATALOG_FIELD_KEYWORD) return memory_format("\"%s\"", field->text);
    if (field->kind == CATALOG_FIELD_PARAM) return param_text(modem, set, field);
    return memory_text(field->text);
}

/* ---- printing it -------------------------------------------------------- */

static size_t field_count(struct modem *modem, const struct catalog_record *record)
{
    size_t least = 0;
    while (least < record->field_count && !record->fields[least].optional) least++;
    bool all = random_number(modem, 2) == 0; /* what is optional comes whole or not at all */
    return all ? record->field_count : least;
}

/* The line without its ends. */
static char *compose(struct modem *modem, const struct catalog_set *set,
                     const struct catalog_record *record)
{
    struct buffer line = {0};
    size_t count = field_count(modem, record);
    buffer_append_text(&line, record->name);
    if (record->has_colon) buffer_append_text(&line, ": ");
    for (size_t i = 0; i < count && record->has_colon; i++) {
        char *text = field_text(modem, set, &record->fields[i]);
        if (i > 0) buffer_append_text(&line, ",");
        buffer_append_text(&line, text);
        free(text);
    }
    return buffer_take_text(&line);
}

static void put_one(struct modem *modem)
{
    const struct catalog_set *set = NULL;
    const struct catalog_urc *urc = choose(modem, &set);
    if (urc == NULL) return;
    char *text = compose(modem, set, &urc->record);
    wire_put(modem, "\r\n", 2);
    wire_put(modem, text, strlen(text));
    wire_put(modem, "\r\n", 2);
    free(text);
}

void urc_interrupt(struct modem *modem)
{
    if (!modem->settings.quiet && random_number(modem, ONE_IN) == 0) put_one(modem);
}

void urc_after_line(struct modem *modem)
{
    if (modem->options.urcs != 0 && modem->mode == MODE_COMMAND) urc_interrupt(modem);
}
