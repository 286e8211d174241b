/* What the catalogue says of the fields of a command or a line. */
#include "mask/mask_internal.h"

#include <string.h>
#include <strings.h>

static bool is_text(const struct mask_list *list, size_t index, const char *text)
{
    return index < list->field_count && strlen(text) == list->fields[index].size
           && strncasecmp((const char *)list->text + list->fields[index].offset, text,
                          list->fields[index].size)
                  == 0;
}

static bool is_word(const struct catalog_field *field)
{
    return (field->kind == CATALOG_FIELD_LITERAL || field->kind == CATALOG_FIELD_KEYWORD)
           && strcmp(field->text, "-") != 0;
}

/* Whether the words of a notation stand in the list. `-`: anything. */
static bool agrees(const struct catalog_field *fields, size_t count, const struct mask_list *list)
{
    for (size_t i = 0; i < count; i++)
        if (is_word(&fields[i]) && !is_text(list, i, fields[i].text)) return false;
    return true;
}

/* ---- commands that the catalogue states --------------------------------- */

static struct mask_mark mark_of(const struct catalog_set *set,
                                const struct catalog_command *command, const char *edition,
                                const struct catalog_field *field)
{
    struct mask_mark mark = {.is_word = is_word(field)};
    if (field->kind != CATALOG_FIELD_PARAM) return mark;
    const struct catalog_param *param = catalog_find_param(set, command, edition, field->text);
    for (size_t i = 0; param == NULL && i < set->edition_count; i++)
        param = catalog_find_param(set, command, set->editions[i].name, field->text);
    if (param == NULL) return mark;
    mark.kind = param->secret;
    mark.is_number = param->type == ATP_TYPE_INT || param->type == ATP_TYPE_CODE;
    return mark;
}

/* A form may be stated for several editions: a mark of any counts. */
static void add_marks(const struct catalog_set *set, const struct catalog_command *command,
                      const char *edition, const struct catalog_field *fields, size_t count,
                      const struct mask_list *list, struct mask_mark *out)
{
    for (size_t i = 0; i < count && i < list->field_count; i++) {
        struct mask_mark mark = mark_of(set, command, edition, &fields[i]);
        if (mark.kind != CATALOG_SECRET_NONE) out[i].kind = mark.kind;
        out[i].is_number |= mark.is_number;
        out[i].is_word |= mark.is_word;
    }
}

static bool is_key(const struct catalog_syntax *syntax, const struct mask_list *list)
{
    return syntax->key == NULL || is_text(list, 0, syntax->key);
}

/* ---- commands that stand among `secrets` -------------------------------- */

static void take_fields(const struct catalog_field *fields, size_t count,
                        const struct mask_list *list, struct mask_mark *out)
{
    if (!agrees(fields, count, list)) return;
    for (size_t i = 0; i < count && i < list->field_count; i++) {
        if (fields[i].kind == CATALOG_FIELD_PARAM)
            out[i].kind = catalog_find_secret(fields[i].text);
        out[i].is_word |= is_word(&fields[i]);
    }
}

static bool take_places(const struct catalog_set *set, const char *name, enum atp_form_kind form,
                        const struct mask_list *list, struct mask_mark *out,
                        enum catalog_secret *upload)
{
    bool known = false;
    for (size_t i = 0; i < set->place_count; i++) {
        const struct catalog_place *place = &set->places[i];
        if (place->name == NULL || strcasecmp(place->name, name) != 0 || place->syntax.kind != form)
            continue;
        known |= agrees(place->syntax.args, place->syntax.arg_count, list);
        take_fields(place->syntax.args, place->syntax.arg_count, list, out);
        if (place->upload != CATALOG_SECRET_NONE) *upload = place->upload;
    }
    return known;
}

static bool take_forms(const struct catalog_set *set, const struct catalog_command *command,
                       enum atp_form_kind kind, const struct mask_list *list, struct mask_mark *out,
                       enum catalog_secret *upload)
{
    bool known = false;
    for (size_t i = 0; i < command->form_count; i++) {
        const struct catalog_form *form = &command->forms[i];
        if (form->syntax.kind != kind || !is_key(&form->syntax, list)) continue;
        known = true;
        add_marks(set, command, form->edition, form->syntax.args, form->syntax.arg_count, list,
                  out);
        if (form->secret != CATALOG_SECRET_NONE) *upload = form->secret;
    }
    return known;
}

bool mask_marks_of_command(const struct compiled_catalog *compiled, const char *name,
                           enum atp_form_kind form, const struct mask_list *list,
                           struct mask_mark *out, enum catalog_secret *upload)
{
    bool known = false;
    for (size_t i = 0; i < compiled->model->set_count; i++) {
        const struct catalog_set *set = compiled->model->sets[i];
        known |= take_places(set, name, form, list, out, upload);
        for (size_t k = 0; k < set->command_count; k++)
            if (strcasecmp(set->commands[k].name, name) == 0)
                known |= take_forms(set, &set->commands[k], form, list, out, upload);
    }
    return known;
}

/* ---- lines -------------------------------------------------------------- */

static bool is_prefix(const char *name, const char *prefix)
{
    return strcasecmp(name == NULL ? "" : name, prefix) == 0;
}

/* Records of that prefix that a command answers with; without one only those of the
 * command that the line follows. */
static void take_records(const struct catalog_set *set, const struct catalog_command *command,
                         const char *prefix, const struct mask_list *list, struct mask_mark *out)
{
    for (size_t i = 0; i < command->form_count; i++) {
        const struct catalog_form *form = &command->forms[i];
        for (size_t k = 0; k < form->variant_count && form->syntax.kind != ATP_FORM_TEST; k++)
            for (size_t n = 0; n < form->variants[k].element_count; n++) {
                const struct catalog_record *record = &form->variants[k].elements[n];
                if (is_prefix(record->name, prefix)
                    && agrees(record->fields, record->field_count, list))
                    add_marks(set, command, form->edition, record->fields, record->field_count,
                              list, out);
            }
    }
}

static bool is_after(const struct catalog_place *place, const char *after)
{
    return place->after == NULL || strcasecmp(place->after, after) == 0;
}

static bool has_mark(const struct mask_mark *marks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (marks[i].kind != CATALOG_SECRET_NONE) return true;
    return false;
}

static bool is_of(const char *after, const struct catalog_command *command)
{
    return strncmp(after, "AT", 2) == 0 && strcasecmp(after + 2, command->name) == 0;
}

static void take_answers(const struct catalog_set *set, const char *prefix, const char *after,
                         const struct mask_list *list, struct mask_mark *out)
{
    for (size_t i = 0; i < set->command_count; i++)
        if (prefix[0] != '\0' || is_of(after, &set->commands[i]))
            take_records(set, &set->commands[i], prefix, list, out);
}

static void take_urcs(const struct catalog_set *set, const char *prefix,
                      const struct mask_list *list, struct mask_mark *out)
{
    for (size_t i = 0; i < set->urc_count && prefix[0] != '\0'; i++) {
        const struct catalog_urc *urc = &set->urcs[i];
        const struct catalog_record *record = &urc->record;
        if (is_prefix(record->name, prefix) && agrees(record->fields, record->field_count, list))
            add_marks(set, NULL, urc->edition, record->fields, record->field_count, list, out);
    }
}

bool mask_marks_of_line(const struct compiled_catalog *compiled, const char *prefix,
                        const char *after, const struct mask_list *list, struct mask_mark *out)
{
    for (size_t i = 0; i < compiled->model->set_count; i++) {
        const struct catalog_set *set = compiled->model->sets[i];
        take_answers(set, prefix, after, list, out);
        take_urcs(set, prefix, list, out);
        for (size_t k = 0; k < set->place_count; k++) {
            const struct catalog_place *place = &set->places[k];
            if (place->has_line && is_prefix(place->line.name, prefix) && is_after(place, after))
                take_fields(place->line.fields, place->line.field_count, list, out);
        }
    }
    return has_mark(out, list->field_count);
}
