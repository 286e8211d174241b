/* What the module says, piece by piece:
 *
 *     piece = line end, text, line end | bytes ;
 *
 * A line is taken apart by the notations of the catalogue:
 *
 *     line  = [ name ":" [ " " ] ] [ field { "," field } ] ;
 *     field = '"' text '"' | text ;                (a comma in quotes is text) */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdlib.h>
#include <string.h>

/* ---- taking a line apart ---------------------------------------------- */

static size_t field_size(const char *at)
{
    bool inside = false;
    size_t size = 0;
    for (; at[size] != '\0' && (inside || at[size] != ','); size++) inside ^= at[size] == '"';
    return size;
}

/* Bytes of the prefix with its colon and blank; 0: there is none. */
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
        if (!modem_has_set(modem, set)) continue;
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
    const struct catalog_param *param = modem_param(modem, is->set, is->command, found);
    bool own = found->range_count > 0;
    if (param == NULL || (param->type != ATP_TYPE_INT && param->type != ATP_TYPE_CODE)) return NULL;
    *count = own ? found->range_count : param->range_count;
    return own ? found->ranges : param->ranges;
}

/* ---- saying it -------------------------------------------------------- */

void speech_set(struct speech *speech, const char *text)
{
    speech->text.size = 0;
    buffer_append(&speech->text, text, strlen(text) + 1);
    speech->text.size--;
}

const char *speech_text(const struct speech *speech)
{
    return (const char *)speech->text.bytes;
}

static bool is_result(const struct modem *modem, const char *text)
{
    const struct catalog_set *core = catalog_find_set(modem->model, "core");
    for (size_t i = 0; core != NULL && i < core->result_count; i++) {
        const struct catalog_record *record = &core->results[i].record;
        size_t size = strlen(record->name);
        bool tailed = core->results[i].tail != NULL && strncmp(text, record->name, size) == 0
                      && text[size] == ' ';
        if (tailed) return true;
        if (record->has_colon ? strncmp(text, record->name, size) == 0 && text[size] == ':'
                              : strcmp(text, record->name) == 0)
            return true;
    }
    return false;
}

static bool is_prompt(const struct modem *modem, const char *text)
{
    const struct catalog_form *form = modem->defects.asked.form;
    if (form == NULL || form->upload == CATALOG_UPLOAD_NONE) return false;
    return strcmp(text, "DOWNLOAD") == 0 || strcmp(text, "CONNECT") == 0
           || strcmp(text, "\r\n> ") == 0 || strcmp(text, "> ") == 0 || strcmp(text, ">") == 0;
}

static enum speech_kind kind_of(struct modem *modem, enum speech_kind kind, const char *text,
                                size_t size)
{
    struct defect_state *state = &modem->defects;
    if (kind != SPEECH_URC && strlen(text) == size && is_prompt(modem, text)) return SPEECH_PROMPT;
    if (kind == SPEECH_RAW && state->payload_left > 0) {
        state->payload_left -= size < state->payload_left ? size : state->payload_left;
        return SPEECH_PAYLOAD;
    }
    return kind == SPEECH_LINE && is_result(modem, text) ? SPEECH_RESULT : kind;
}

/* Notes how much payload a line announces. */
static void identify(struct modem *modem, struct speech *speech)
{
    const char *text = speech_text(speech);
    bool line = speech->kind == SPEECH_LINE || speech->kind == SPEECH_URC;
    if (!line) return;
    speech->is = speech_find_record(modem, text);
    modem->defects.payload_left = 0;
    if (speech->is.record == NULL || !speech->is.record->has_payload) return;
    const char *last = strrchr(text, ',');
    if (last == NULL) last = strrchr(text, ' ');
    if (last != NULL) modem->defects.payload_left = (size_t)strtoull(last + 1, NULL, 10);
}

static void put(struct modem *modem, const struct speech *speech)
{
    struct defect_state *state = &modem->defects;
    if (speech->lost) return;
    if (!state->glued) modem_put(modem, speech->before, strlen(speech->before));
    modem_put(modem, speech->text.bytes, speech->text.size);
    modem_put(modem, speech->after, strlen(speech->after));
}

static void put_kept(struct modem *modem, const struct speech *speech)
{
    struct buffer *kept = &modem->defects.kept;
    bool result = speech->is.record != NULL && speech->is.command != NULL;
    if (kept->size == 0 || speech->kind != modem->defects.kept_behind) return;
    if (speech->kind == SPEECH_URC && !result) return;
    modem_put(modem, kept->bytes, kept->size);
    kept->size = 0;
}

static void spoil(struct modem *modem, struct speech *speech)
{
    struct defect_state *state = &modem->defects;
    for (size_t i = 0; i < state->use_count; i++) {
        struct defect_use *use = &state->uses[i];
        if (use->flaw.defect->hook != NULL) use->flaw.defect->hook(modem, use, speech);
    }
}

static bool may_be_interrupted(const struct speech *speech)
{
    return speech->kind == SPEECH_LINE || speech->kind == SPEECH_RESULT
           || (speech->kind == SPEECH_PROMPT && speech->before[0] != '\0');
}

void modem_speak(struct modem *modem, enum speech_kind kind, const void *bytes, size_t size,
                 const char *before, const char *after)
{
    struct defect_state *state = &modem->defects;
    struct speech speech = {.before = before, .after = after};
    buffer_append(&speech.text, bytes, size);
    buffer_append(&speech.text, "", 1);
    speech.text.size--;
    speech.kind = state->use_count > 0 || modem->options.urcs != 0
                      ? kind_of(modem, kind, speech_text(&speech), size)
                      : kind;
    if (modem->options.urcs != 0 && may_be_interrupted(&speech)) urc_interrupt(modem);
    if (state->use_count > 0) {
        bool kept = state->kept.size > 0;
        state->glued = state->glues;
        state->glues = false;
        identify(modem, &speech);
        spoil(modem, &speech);
        put(modem, &speech);
        if (speech.twice) put(modem, &speech);
        if (kept) put_kept(modem, &speech);
    } else {
        put(modem, &speech);
    }
    buffer_release(&speech.text);
}
