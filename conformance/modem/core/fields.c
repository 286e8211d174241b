/* A line that the module prints, parsed by the notations of the catalogue:
 *
 *     line  = [ name ":" [ " " ] ] [ field { "," field } ] ;
 *     field = '"' text '"' | text ;                (a comma in quotes is text) */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdlib.h>
#include <string.h>

/* ---- parsing a line ---------------------------------------------------- */

static size_t field_size(const char *at)
{
    bool inside = false;
    size_t size = 0;
    for (; at[size] != '\0' && (inside || at[size] != ','); size++) inside ^= at[size] == '"';
    return size;
}

/* Bytes of the prefix with its colon and space; 0: there is none. */
static size_t prefix_size(const char *text, size_t *name_size)
{
    size_t size = strcspn(text, ":,\"");
    *name_size = size;
    bool prefixed = text[size] == ':' && strchr("+*$^", text[0]) != NULL && text[0] != '\0';
    if (!prefixed) return 0;
    return size + 1 + (text[size + 1] == ' ');
}

void speech_split(const char *text, struct speech_fields *out)
{
    size_t name_size = 0;
    size_t prefix = prefix_size(text, &name_size);
    *out = (struct speech_fields){0};
    if (prefix > 0) out->name = memory_slice(text, name_size);
    text += prefix;
    bool more = text[0] != '\0';
    while (more) {
        size_t size = out->count + 1 < FIELD_MAX ? field_size(text) : strlen(text);
        out->texts[out->count++] = memory_slice(text, size);
        more = text[size] == ',';
        text += size + more;
    }
}

char *speech_join(const struct speech_fields *fields, const char *separator)
{
    struct buffer line = {0};
    if (fields->name != NULL) {
        buffer_append_text(&line, fields->name);
        buffer_append_text(&line, ": ");
    }
    for (size_t i = 0; i < fields->count; i++) {
        if (i > 0) buffer_append_text(&line, separator);
        buffer_append_text(&line, fields->texts[i]);
    }
    char *text = memory_slice(line.size > 0 ? (const char *)line.bytes : "", line.size);
    buffer_release(&line);
    return text;
}

void speech_release(struct speech_fields *fields)
{
    free(fields->name);
    for (size_t i = 0; i < fields->count; i++) free(fields->texts[i]);
    *fields = (struct speech_fields){0};
}

/* ---- which record it is ----------------------------------------------- */

static bool lies_within(const struct catalog_field *field, const char *text)
{
    char *end = NULL;
    long long value = strtoll(text, &end, 10);
    if (field->range_count == 0 || *end != '\0') return true;
    for (size_t i = 0; i < field->range_count; i++)
        if (value >= field->ranges[i].min && value <= field->ranges[i].max) return true;
    return false;
}

static bool is_field(const struct catalog_field *field, const char *text)
{
    size_t size = strlen(field->text);
    switch (field->kind) {
    case CATALOG_FIELD_LITERAL: return strcmp(text, field->text) == 0;
    case CATALOG_FIELD_KEYWORD:
        return strlen(text) == size + 2 && strncmp(text + 1, field->text, size) == 0;
    case CATALOG_FIELD_PARAM: return lies_within(field, text);
    default: return true;
    }
}

static bool is_record(const struct catalog_record *record, const struct speech_fields *fields)
{
    if ((record->name != NULL && record->has_colon) != (fields->name != NULL)) return false;
    if (fields->name != NULL && strcmp(record->name, fields->name) != 0) return false;
    if (fields->name == NULL && record->name != NULL)
        return fields->count == 1 && strcmp(record->name, fields->texts[0]) == 0;
    /* of payload the last field stands for itself: it counts what follows */
    size_t most = record->field_count;
    if (fields->count > most) return false;
    for (size_t i = fields->count; i < most; i++)
        if (!record->fields[i].optional) return false;
    for (size_t i = 0; i < fields->count; i++)
        if (!is_field(&record->fields[i], fields->texts[i])) return false;
    return true;
}

static const struct catalog_record *find_in_form(const struct catalog_form *form,
                                                 const struct speech_fields *fields)
{
    for (size_t v = 0; v < form->variant_count; v++)
        for (size_t i = 0; i < form->variants[v].element_count; i++)
            if (is_record(&form->variants[v].elements[i], fields))
                return &form->variants[v].elements[i];
    return NULL;
}

static bool find_urc(const struct modem *modem, const struct speech_fields *fields,
                     struct speech_record *out)
{
    for (size_t s = 0; s < modem->model->set_count; s++) {
        const struct catalog_set *set = modem->model->sets[s];
        if (!dialect_has_set(modem, set)) continue;
        for (size_t u = 0; u < set->urc_count; u++) {
            const struct catalog_urc *urc = &set->urcs[u];
            if (!catalog_is_of_edition(urc->edition, modem_edition(modem, set))
                || !is_record(&urc->record, fields))
                continue;
            *out = (struct speech_record){set, NULL, &urc->record};
            return true;
        }
    }
    return false;
}

struct speech_record speech_find_record(const struct modem *modem, const char *text)
{
    const struct asked *asked = &modem->defects.asked;
    struct speech_fields fields;
    struct speech_record found = {asked->set, asked->command, NULL};
    speech_split(text, &fields);
    if (asked->form != NULL) found.record = find_in_form(asked->form, &fields);
    if (found.record == NULL) find_urc(modem, &fields, &found);
    speech_release(&fields);
    return found;
}

const struct catalog_interval *speech_ranges(const struct modem *modem,
                                             const struct speech_record *is, size_t field,
                                             size_t *count)
{
    *count = 0;
    if (is->record == NULL || field >= is->record->field_count) return NULL;
    const struct catalog_field *found = &is->record->fields[field];
    const struct catalog_param *param = dialect_param(modem, is->set, is->command, found);
    bool own = found->range_count > 0;
    if (param == NULL || (param->type != ATP_TYPE_INT && param->type != ATP_TYPE_CODE)) return NULL;
    *count = own ? found->range_count : param->range_count;
    return own ? found->ranges : param->ranges;
}
