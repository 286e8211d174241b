/* What other notations of a prefix make of a line that deviates from one. */
#include "base/memory.h"
#include "cases/cases_internal.h"

#include <stdlib.h>
#include <string.h>

/* A line of one notation with one value changed. */
struct line {
    const struct cases_maker *maker;
    const struct catalog_record *record;
    size_t place; /* of the changed field; record->field_count: one more    */
    const char *text;
};

/* A notation beside it, and whose parameters it means. */
struct rival {
    const struct catalog_command *command; /* NULL: a URC                   */
    const struct catalog_form *form;       /* likewise                      */
    const struct catalog_record *record;
};

static const struct catalog_param *param_of(const struct line *line, const struct rival *rival,
                                            const struct catalog_field *field)
{
    if (field->kind != CATALOG_FIELD_PARAM) return NULL;
    return catalog_find_param(line->maker->set, rival->command, line->maker->edition, field->text);
}

static bool takes_value(const struct catalog_field *field, const struct catalog_param *param,
                        const char *text)
{
    size_t size = strlen(text);
    int64_t value = 0;
    if (size == 0) return field->can_be_empty;
    if (cases_is_number(param))
        return cases_code(param, text, &value) && cases_is_legal(field, param, value);
    bool quoted = size > 1 && text[0] == '"';
    if (quoted) size -= 2;
    else if (param->type == ATP_TYPE_STRING) return false;
    return cases_is_legal(field, param, (int64_t)size);
}

static bool takes_text(const struct line *line, const struct rival *rival, size_t place,
                       const char *text)
{
    const struct catalog_field *field = &rival->record->fields[place];
    const struct catalog_param *param = param_of(line, rival, field);
    if (param != NULL) return takes_value(field, param, text);
    if (field->kind != CATALOG_FIELD_KEYWORD) return strcmp(field->text, text) == 0;
    return text[0] == '"' && strncmp(field->text, text + 1, strlen(field->text)) == 0;
}

static bool takes_place(const struct line *line, const struct rival *rival, size_t place)
{
    if (place >= rival->record->field_count) return false;
    if (place == line->place) return takes_text(line, rival, place, line->text);
    char *text = cases_example(line->maker, &line->record->fields[place], false);
    bool takes = takes_text(line, rival, place, text);
    free(text);
    return takes;
}

/* Whether it takes all fields, but for the changed one. */
static bool takes_others(const struct line *line, const struct rival *rival)
{
    size_t count = line->record->field_count + (line->place == line->record->field_count);
    for (size_t i = 0; i < count; i++)
        if (i != line->place && !takes_place(line, rival, i)) return false;
    return count == rival->record->field_count
           || (count < rival->record->field_count && rival->record->fields[count].optional);
}

/* No field there, or one that holds a text: as that notation the line deviates
 * less than by a number that is none. */
static bool is_nearer(const struct line *line, const struct rival *rival)
{
    if (line->place >= rival->record->field_count) return true;
    const struct catalog_param *param = param_of(line, rival, &rival->record->fields[line->place]);
    return param != NULL && !cases_is_number(param);
}

static enum cases_rival weigh(const struct line *line, const struct rival *rival)
{
    const struct catalog_record *other = rival->record;
    if (other->name == NULL || strcmp(other->name, line->record->name) != 0
        || strcmp(other->notation, line->record->notation) == 0)
        return CASES_RIVAL_NONE;
    bool others = takes_others(line, rival);
    if (others && takes_place(line, rival, line->place)) return CASES_RIVAL_TAKES;
    if (others && other->has_payload) return CASES_RIVAL_COUNTS;
    bool answers = rival->form == line->maker->form; /* else it wins by fitting alone */
    return answers && is_nearer(line, rival) ? CASES_RIVAL_NEARER : CASES_RIVAL_NONE;
}

static void consider(const struct line *line, const struct rival *rival, enum cases_rival *most)
{
    enum cases_rival found = weigh(line, rival);
    if (found > *most) *most = found;
}

static void consider_command(const struct line *line, const struct catalog_command *command,
                             enum cases_rival *most)
{
    for (size_t f = 0; f < command->form_count; f++) {
        const struct catalog_form *form = &command->forms[f];
        const char *edition = form->edition != NULL ? form->edition : command->edition;
        if (form->syntax.kind == ATP_FORM_TEST
            || !catalog_is_of_edition(edition, line->maker->edition))
            continue;
        for (size_t v = 0; v < form->variant_count; v++)
            for (size_t e = 0; e < form->variants[v].element_count; e++) {
                struct rival rival = {command, form, &form->variants[v].elements[e]};
                consider(line, &rival, most);
            }
    }
}

enum cases_rival cases_find_rival(const struct cases_maker *maker,
                                  const struct catalog_record *record, size_t place,
                                  const char *text)
{
    const struct line line = {maker, record, place, text};
    enum cases_rival most = CASES_RIVAL_NONE;
    for (size_t c = 0; c < maker->set->command_count; c++)
        consider_command(&line, &maker->set->commands[c], &most);
    for (size_t u = 0; u < maker->set->urc_count; u++) {
        const struct rival rival = {NULL, NULL, &maker->set->urcs[u].record};
        if (catalog_is_of_edition(maker->set->urcs[u].edition, maker->edition))
            consider(&line, &rival, &most);
    }
    return most;
}
