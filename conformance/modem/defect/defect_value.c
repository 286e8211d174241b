/* Defects of values, by what the catalogue has of a line. */
#include "base/memory.h"
#include "modem/defect/defect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- fields ----------------------------------------------------------- */

/* A line with fields that the catalogue has; of a test response they are
 * ranges. */
static bool has_values(const struct modem *modem, const struct speech *speech)
{
    const struct catalog_form *form = modem->defects.asked.form;
    bool line = speech->kind == SPEECH_LINE || speech->kind == SPEECH_URC;
    bool test = speech->kind == SPEECH_LINE && form != NULL && form->syntax.kind == ATP_FORM_TEST;
    return line && !test && speech->is.record != NULL && speech->is.record->has_colon
           && !speech->is.record->has_payload;
}

static const struct catalog_field *field_of(const struct speech *speech, size_t index)
{
    return index < speech->is.record->field_count ? &speech->is.record->fields[index] : NULL;
}

static bool is_number(const char *text)
{
    text += text[0] == '-';
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static void set_field(struct speech_fields *fields, size_t index, char *text)
{
    free(fields->texts[index]);
    fields->texts[index] = text;
}

static void rejoin(struct speech *speech, const struct speech_fields *fields, const char *separator)
{
    char *text = speech_join(fields, separator);
    speech_set(speech, text);
    free(text);
}

/* Changes a field if it can be; false: it cannot. With `out` NULL it is only
 * asked whether it could. */
typedef bool change(struct modem *modem, const struct speech *speech, size_t index,
                    const char *text, char **out);

/* Changes the first field that can be changed, or `every` one. */
static void change_fields(struct modem *modem, struct defect_use *use, struct speech *speech,
                          change *how, bool every)
{
    struct speech_fields fields;
    bool decided = false;
    char *changed = NULL;
    if (!has_values(modem, speech)) return;
    speech_split(speech_text(speech), &fields);
    for (size_t i = 0; i < fields.count; i++) {
        if (!how(modem, speech, i, fields.texts[i], &changed)) continue;
        if (!decided && !fault_strikes(use)) {
            free(changed);
            speech_release(&fields);
            return;
        }
        decided = true;
        set_field(&fields, i, changed);
        if (!every) break;
    }
    if (decided) rejoin(speech, &fields, ",");
    speech_release(&fields);
}

/* ---- numbers and strings ---------------------------------------------- */

static bool above_range(struct modem *modem, const struct speech *speech, size_t index,
                        const char *text, char **out)
{
    size_t count = 0;
    const struct catalog_interval *ranges = speech_ranges(modem, &speech->is, index, &count);
    if (count == 0 || ranges[count - 1].max == INT32_MAX || !is_number(text)) return false;
    *out = memory_format("%d", ranges[count - 1].max + 1);
    return true;
}

void defect_out_of_range(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, above_range, false);
}

static bool emptied(struct modem *modem, const struct speech *speech, size_t index,
                    const char *text, char **out)
{
    const struct catalog_field *field = field_of(speech, index);
    (void)modem;
    if (field == NULL || field->kind != CATALOG_FIELD_PARAM || field->optional
        || field->can_be_empty || !is_number(text))
        return false;
    *out = memory_text("");
    return true;
}

void defect_empty_field(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, emptied, false);
}

static bool is_string(const char *text)
{
    size_t size = strlen(text);
    return size >= 2 && text[0] == '"' && text[size - 1] == '"';
}

static bool is_param(const struct speech *speech, size_t index)
{
    const struct catalog_field *field = field_of(speech, index);
    return field != NULL && field->kind == CATALOG_FIELD_PARAM;
}

static bool without_quotes(struct modem *modem, const struct speech *speech, size_t index,
                           const char *text, char **out)
{
    (void)modem;
    if (!is_param(speech, index) || !is_string(text)) return false;
    *out = memory_slice(text + 1, strlen(text) - 2);
    return true;
}

void defect_unquoted(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, without_quotes, true);
}

static bool with_stray_quote(struct modem *modem, const struct speech *speech, size_t index,
                             const char *text, char **out)
{
    (void)modem;
    if (!is_param(speech, index) || !is_string(text)) return false;
    *out = memory_format("%s\"", text);
    return true;
}

void defect_stray_quote(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, with_stray_quote, false);
}

static bool in_quotes(struct modem *modem, const struct speech *speech, size_t index,
                      const char *text, char **out)
{
    size_t count = 0;
    if (speech_ranges(modem, &speech->is, index, &count) == NULL || !is_number(text)) return false;
    *out = memory_format("\"%s\"", text);
    return true;
}

void defect_quoted_number(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, in_quotes, true);
}

static bool in_hexadecimal(struct modem *modem, const struct speech *speech, size_t index,
                           const char *text, char **out)
{
    size_t count = 0;
    if (speech_ranges(modem, &speech->is, index, &count) == NULL || !is_number(text)) return false;
    *out = memory_format("0x%" PRIX64, (uint64_t)strtoll(text, NULL, 10));
    return true;
}

void defect_hexadecimal(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, in_hexadecimal, true);
}

/* ---- what another command or edition has ------------------------------ */

static bool neighbour(const struct catalog_interval *ranges, size_t count, int64_t value,
                      char **out)
{
    bool up = true;
    if (count > 0) up = ranges[count - 1].max == INT32_MAX || value < ranges[count - 1].max;
    *out = memory_format("%" PRId64, value + (up ? 1 : -1));
    return true;
}

static bool of_another_command(struct modem *modem, const struct speech *speech, size_t index,
                               const char *text, char **out)
{
    const struct asked *asked = &modem->defects.asked;
    size_t count = 0;
    const struct catalog_interval *ranges = speech_ranges(modem, &speech->is, index, &count);
    if (!is_param(speech, index) || speech->is.command == NULL || !is_number(text)) return false;
    for (size_t i = 0; i < asked->number_count; i++)
        if (strcmp(asked->names[i], field_of(speech, index)->text) == 0)
            return neighbour(ranges, count, asked->numbers[i], out);
    return false;
}

void defect_other_number(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, of_another_command, false);
}

/* The first code of the status that the table does not list. */
static bool not_listed(struct modem *modem, const struct speech *speech, size_t index,
                       const char *text, char **out)
{
    const struct catalog_param *param =
        is_param(speech, index)
            ? dialect_param(modem, speech->is.set, speech->is.command, field_of(speech, index))
            : NULL;
    const struct catalog_table *table = param == NULL || param->table == NULL
                                            ? NULL
                                            : catalog_find_table(speech->is.set, param->table);
    if (table == NULL || table->value_count < 2 || !is_number(text)) return false;
    for (size_t i = 0; i + 1 < table->value_count; i++) {
        long code = strtol(table->values[i].code, NULL, 10);
        if (code >= 200 && strtol(table->values[i + 1].code, NULL, 10) > code + 1) {
            *out = memory_format("%ld", code + 1);
            return true;
        }
    }
    return false;
}

void defect_unlisted(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, not_listed, false);
}

static bool is_connection(const char *name)
{
    return strcmp(name, "session_id") == 0 || strcmp(name, "clientID") == 0
           || strcmp(name, "connectID") == 0;
}

static bool of_another_connection(struct modem *modem, const struct speech *speech, size_t index,
                                  const char *text, char **out)
{
    size_t count = 0;
    const struct catalog_interval *ranges = speech_ranges(modem, &speech->is, index, &count);
    if (!is_param(speech, index) || !is_number(text)
        || !is_connection(field_of(speech, index)->text))
        return false;
    return neighbour(ranges, count, strtoll(text, NULL, 10), out);
}

/* A URC alone: a result that bears another number is stale-number. */
void defect_urc_number(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (speech->kind == SPEECH_URC && speech->is.command == NULL)
        change_fields(modem, use, speech, of_another_connection, false);
}

static const char *other_edition(const struct catalog_set *set, const char *edition)
{
    for (size_t i = 0; edition != NULL && i < set->edition_count; i++)
        if (strcmp(set->editions[i].name, edition) != 0) return set->editions[i].name;
    return NULL;
}

/* The record of the other edition that has the same prefix and as many fields. */
static const struct catalog_record *record_of_edition(const struct speech_record *is,
                                                      const char *edition)
{
    for (size_t f = 0; is->command != NULL && f < is->command->form_count; f++) {
        const struct catalog_form *form = &is->command->forms[f];
        if (form->edition == NULL || strcmp(form->edition, edition) != 0) continue;
        for (size_t v = 0; v < form->variant_count; v++)
            for (size_t i = 0; i < form->variants[v].element_count; i++) {
                const struct catalog_record *found = &form->variants[v].elements[i];
                if (found->name != NULL && strcmp(found->name, is->record->name) == 0
                    && found->field_count == is->record->field_count)
                    return found;
            }
    }
    return NULL;
}

static const char *meaning_of(const struct catalog_param *param, const char *code)
{
    for (size_t i = 0; param != NULL && i < param->value_count; i++)
        if (strcmp(param->values[i].code, code) == 0) return param->values[i].meaning;
    return NULL;
}

static const char *code_of(const struct catalog_param *param, const char *meaning)
{
    for (size_t i = 0; param != NULL && meaning != NULL && i < param->value_count; i++)
        if (strcmp(param->values[i].meaning, meaning) == 0) return param->values[i].code;
    return NULL;
}

/* The keyword, or the code of the same meaning, that the other edition has. */
static bool of_other_edition(struct modem *modem, const struct speech *speech, size_t index,
                             const char *text, char **out)
{
    const struct speech_record *is = &speech->is;
    const char *edition = other_edition(is->set, modem_edition(modem, is->set));
    const struct catalog_record *other = edition == NULL ? NULL : record_of_edition(is, edition);
    const struct catalog_field *field = field_of(speech, index);
    if (other == NULL || field == NULL) return false;
    const struct catalog_field *theirs = &other->fields[index];
    if (field->kind == CATALOG_FIELD_KEYWORD && theirs->kind == CATALOG_FIELD_KEYWORD) {
        *out = memory_format("\"%s\"", theirs->text);
        return strcmp(*out, text) != 0 || (free(*out), false);
    }
    if (field->kind != CATALOG_FIELD_PARAM || theirs->kind != CATALOG_FIELD_PARAM) return false;
    const char *meaning = meaning_of(dialect_param(modem, is->set, is->command, field), text);
    const char *code =
        code_of(catalog_find_param(is->set, is->command, edition, theirs->text), meaning);
    if (code == NULL || strcmp(code, text) == 0) return false;
    *out = memory_text(code);
    return true;
}

void defect_edition(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    change_fields(modem, use, speech, of_other_edition, true);
}

/* ---- how many fields -------------------------------------------------- */

static void edit(struct modem *modem, struct defect_use *use, struct speech *speech,
                 bool (*how)(const struct speech *speech, struct speech_fields *fields),
                 const char *separator)
{
    struct speech_fields fields;
    if (!has_values(modem, speech)) return;
    speech_split(speech_text(speech), &fields);
    if (how(speech, &fields) && fault_strikes(use)) rejoin(speech, &fields, separator);
    speech_release(&fields);
}

static bool drop_last(const struct speech *speech, struct speech_fields *fields)
{
    if (fields->count < 2 || speech->is.record->fields[fields->count - 1].optional) return false;
    free(fields->texts[--fields->count]);
    return true;
}

static bool add_one(const struct speech *speech, struct speech_fields *fields)
{
    if (fields->count < speech->is.record->field_count || fields->count == FIELD_MAX) return false;
    fields->texts[fields->count++] = memory_text("0");
    return true;
}

static bool swap_two(const struct speech *speech, struct speech_fields *fields)
{
    (void)speech;
    if (fields->count < 2) return false;
    char *first = fields->texts[0];
    fields->texts[0] = fields->texts[1];
    fields->texts[1] = first;
    return strcmp(first, fields->texts[0]) != 0;
}

static bool cut_name(const struct speech *speech, struct speech_fields *fields)
{
    (void)speech;
    size_t size = strlen(fields->name);
    if (size < 3) return false;
    fields->name[size - 1] = '\0';
    return true;
}

static bool has_several(const struct speech *speech, struct speech_fields *fields)
{
    (void)speech;
    return fields->count > 1;
}

void defect_missing_field(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    edit(modem, use, speech, drop_last, ",");
}

void defect_extra_field(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    edit(modem, use, speech, add_one, ",");
}

void defect_swapped(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    edit(modem, use, speech, swap_two, ",");
}

void defect_prefix(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    edit(modem, use, speech, cut_name, ",");
}

void defect_separator(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    edit(modem, use, speech, has_several, ";");
}

/* ---- test responses --------------------------------------------------- */

static bool is_test(const struct modem *modem, const struct speech *speech)
{
    const struct catalog_form *form = modem->defects.asked.form;
    return speech->kind == SPEECH_LINE && form != NULL && form->syntax.kind == ATP_FORM_TEST;
}

/* `(0-2)` becomes `(0-3)`. */
void defect_test_range(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    const char *text = speech_text(speech);
    const char *open = is_test(modem, speech) ? strchr(text, '(') : NULL;
    if (open == NULL) return;
    const char *dash = open + 1 + strspn(open + 1, "0123456789");
    size_t digits = dash[0] == '-' ? strspn(dash + 1, "0123456789") : 0;
    if (digits == 0 || !fault_strikes(use)) return;
    char *longer = memory_format("%.*s%lld%s", (int)(dash + 1 - text), text,
                                 strtoll(dash + 1, NULL, 10) + 1, dash + 1 + digits);
    speech_set(speech, longer);
    free(longer);
}

void defect_test_empty(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (is_test(modem, speech) && fault_strikes(use)) speech->lost = true;
}
