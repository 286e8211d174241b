/* Releasing a catalogue's model, and looking things up in it. */
#include "catalog/model.h"
#include "base/memory.h"
#include "catalog/notation_internal.h"

#include <stdlib.h>
#include <string.h>

struct catalog_model *catalog_new(void)
{
    return memory_new(1, sizeof(struct catalog_model));
}

/* ---- releasing ---------------------------------------------------------- */

static void free_values(struct catalog_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(values[i].code);
        free(values[i].meaning);
    }
    free(values);
}

static void free_params(struct catalog_param *params, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct catalog_param *param = &params[i];
        free_values(param->values, param->value_count);
        free(param->name);
        free(param->edition);
        free(param->clause);
        free(param->ranges);
        free(param->default_value);
        free(param->unit);
        free(param->note);
        free(param->table);
    }
    free(params);
}

static void free_record(struct catalog_record *record)
{
    notation_free_fields(record->fields, record->field_count);
    free(record->notation);
    free(record->name);
}

static void free_errata(struct catalog_erratum *errata, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(errata[i].clause);
        free(errata[i].text);
    }
    free(errata);
}

static void free_variants(struct catalog_variant *variants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < variants[i].element_count; j++)
            free_record(&variants[i].elements[j]);
        free(variants[i].elements);
        free(variants[i].label);
        free(variants[i].when);
    }
    free(variants);
}

static void free_forms(struct catalog_form *forms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct catalog_form *form = &forms[i];
        notation_free_fields(form->syntax.args, form->syntax.arg_count);
        free(form->syntax.text);
        free(form->syntax.key);
        free(form->clause);
        free(form->asks);
        free(form->edition);
        free_variants(form->variants, form->variant_count);
    }
    free(forms);
}

static void free_commands(struct catalog_set *set)
{
    for (size_t i = 0; i < set->command_count; i++) {
        struct catalog_command *command = &set->commands[i];
        free(command->name);
        free(command->clause);
        free(command->title);
        free(command->edition);
        free(command->vendor);
        free_params(command->params, command->param_count);
        free_errata(command->errata, command->erratum_count);
        free_forms(command->forms, command->form_count);
    }
    free(set->commands);
}

static void free_results(struct catalog_set *set)
{
    for (size_t i = 0; i < set->result_count; i++) {
        struct catalog_result *result = &set->results[i];
        free_record(&result->record);
        free(result->clause);
        free(result->title);
        free(result->like);
        free(result->numeric);
        free(result->tail);
    }
    free(set->results);
}

static void free_urcs(struct catalog_set *set)
{
    for (size_t i = 0; i < set->urc_count; i++) {
        free_record(&set->urcs[i].record);
        free(set->urcs[i].clause);
        free(set->urcs[i].edition);
        free(set->urcs[i].vendor);
        free(set->urcs[i].title);
    }
    free(set->urcs);
}

static void free_places(struct catalog_set *set)
{
    for (size_t i = 0; i < set->place_count; i++) {
        struct catalog_place *place = &set->places[i];
        notation_free_fields(place->syntax.args, place->syntax.arg_count);
        free(place->syntax.text);
        free(place->syntax.key);
        free_record(&place->line);
        free(place->clause);
        free(place->name);
        free(place->after);
    }
    free(set->places);
}

static void free_set(struct catalog_set *set)
{
    for (size_t i = 0; i < set->edition_count; i++) {
        free(set->editions[i].name);
        free(set->editions[i].document);
        for (size_t k = 0; k < set->editions[i].model_count; k++) free(set->editions[i].models[k]);
        free(set->editions[i].models);
    }
    for (size_t i = 0; i < set->table_count; i++) {
        free(set->tables[i].name);
        free(set->tables[i].clause);
        free_values(set->tables[i].values, set->tables[i].value_count);
    }
    for (size_t i = 0; i < set->vendor_count; i++) {
        free(set->vendors[i].name);
        free(set->vendors[i].manufacturer);
    }
    free(set->vendors);
    free(set->editions);
    free(set->tables);
    free_params(set->params, set->param_count);
    free_results(set);
    free_commands(set);
    free_urcs(set);
    free_places(set);
    free_errata(set->errata, set->erratum_count);
    free_errata(set->clauses, set->clause_count);
    free(set->file);
    free(set->name);
    free(set->title);
    free(set->document);
    free(set);
}

void catalog_free(struct catalog_model *model)
{
    if (!model) return;
    for (size_t i = 0; i < model->set_count; i++) free_set(model->sets[i]);
    free(model->sets);
    free(model);
}

/* ---- words -------------------------------------------------------------- */

const char *catalog_secret_name(enum catalog_secret secret)
{
    static const char *const names[CATALOG_SECRET_COUNT] = {
        [CATALOG_SECRET_NONE] = "none",     [CATALOG_SECRET_PASSWORD] = "password",
        [CATALOG_SECRET_USER] = "user",     [CATALOG_SECRET_TOKEN] = "token",
        [CATALOG_SECRET_KEY] = "key",       [CATALOG_SECRET_IMEI] = "imei",
        [CATALOG_SECRET_IMSI] = "imsi",     [CATALOG_SECRET_ICCID] = "iccid",
        [CATALOG_SECRET_NUMBER] = "number", [CATALOG_SECRET_POSITION] = "position",
        [CATALOG_SECRET_CARD] = "card",     [CATALOG_SECRET_MESSAGE] = "message",
    };
    return names[secret];
}

enum catalog_secret catalog_find_secret(const char *name)
{
    for (int i = CATALOG_SECRET_NONE + 1; i < CATALOG_SECRET_COUNT; i++)
        if (strcmp(catalog_secret_name((enum catalog_secret)i), name) == 0)
            return (enum catalog_secret)i;
    return CATALOG_SECRET_NONE;
}

/* ---- looking up --------------------------------------------------------- */

const struct catalog_set *catalog_find_set(const struct catalog_model *model, const char *name)
{
    for (size_t i = 0; i < model->set_count; i++)
        if (strcmp(model->sets[i]->name, name) == 0) return model->sets[i];
    return NULL;
}

/* `edition` NULL: the parameter without one. */
static const struct catalog_param *find_exact(const struct catalog_param *params, size_t count,
                                              const char *edition, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const char *own = params[i].edition;
        bool same = edition ? own && strcmp(own, edition) == 0 : !own;
        if (same && strcmp(params[i].name, name) == 0) return &params[i];
    }
    return NULL;
}

static const struct catalog_param *find_among(const struct catalog_param *params, size_t count,
                                              const char *edition, const char *name)
{
    const struct catalog_param *found = NULL;
    if (edition) found = find_exact(params, count, edition, name);
    return found ? found : find_exact(params, count, NULL, name);
}

const struct catalog_param *catalog_find_param(const struct catalog_set *set,
                                               const struct catalog_command *command,
                                               const char *edition, const char *name)
{
    const struct catalog_param *found = NULL;
    if (command) found = find_among(command->params, command->param_count, edition, name);
    return found ? found : find_among(set->params, set->param_count, edition, name);
}

const struct catalog_command *catalog_find_command(const struct catalog_set *set, const char *name)
{
    for (size_t i = 0; i < set->command_count; i++)
        if (strcmp(set->commands[i].name, name) == 0) return &set->commands[i];
    return NULL;
}

const struct catalog_table *catalog_find_table(const struct catalog_set *set, const char *name)
{
    for (size_t i = 0; i < set->table_count; i++)
        if (strcmp(set->tables[i].name, name) == 0) return &set->tables[i];
    return NULL;
}

bool catalog_is_result(const struct catalog_result *result, const struct catalog_record *element)
{
    return element->name && strcmp(result->record.name, element->name) == 0
           && (element->has_colon ? result->record.has_colon : element->field_count == 0);
}

bool catalog_is_of_vendor(const char *own, const char *vendor)
{
    return own == NULL || (vendor != NULL && strcmp(own, vendor) == 0);
}

bool catalog_is_of_edition(const char *own, const char *wanted)
{
    return !own || !wanted || strcmp(own, wanted) == 0;
}
