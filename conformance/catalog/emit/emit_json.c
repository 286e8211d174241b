/* The model as JSON, and as a list. Keys are those of the YAML schema; what a
 * file leaves out is absent, what a form inherits is there.
 */
#include "at/form.h"
#include "catalog/emit/emit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ---------------------------------------------------------------- */

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text) json_object_set_new(object, key, json_string(text));
}

static void set_list(json_t *object, const char *key, json_t *list)
{
    if (json_array_size(list)) json_object_set_new(object, key, list);
    else json_decref(list);
}

static void set_place(json_t *object, struct catalog_location at)
{
    json_object_set_new(object, "line", json_integer(at.line));
    json_object_set_new(object, "column", json_integer(at.column));
}

static void set_secret(json_t *object, enum catalog_secret secret)
{
    if (secret != CATALOG_SECRET_NONE) set_text(object, "secret", catalog_secret_name(secret));
}

/* A list of lists: [[0,0],[701,719]]; null is open. */
static json_t *ranges_json(const struct catalog_interval *ranges, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *max = ranges[i].max == INT32_MAX ? json_null() : json_integer(ranges[i].max);
        json_array_append_new(list, json_pack("[io]", (int)ranges[i].min, max));
    }
    return list;
}

static json_t *values_json(const struct catalog_value *values, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list, json_pack("{ssss}", "code", values[i].code, "meaning", values[i].meaning));
    return list;
}

static json_t *params_json(const struct catalog_param *params, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct catalog_param *param = &params[i];
        json_t *object = json_object();
        set_text(object, "name", param->name);
        set_text(object, "edition", param->edition);
        set_text(object, "clause", param->clause);
        set_text(object, "type", catalog_type_name(param->type));
        set_list(object, "range", ranges_json(param->ranges, param->range_count));
        set_text(object, "default", param->default_value);
        set_text(object, "unit", param->unit);
        set_list(object, "values", values_json(param->values, param->value_count));
        set_text(object, "table", param->table);
        set_text(object, "note", param->note);
        set_secret(object, param->secret);
        set_place(object, param->at);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *errata_json(const struct catalog_erratum *errata, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        set_text(object, "clause", errata[i].clause);
        set_text(object, "text", errata[i].text);
        set_place(object, errata[i].at);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *variants_json(const struct catalog_form *form)
{
    json_t *list = json_array();
    for (size_t i = 0; i < form->variant_count; i++) {
        const struct catalog_variant *variant = &form->variants[i];
        json_t *object = json_object();
        json_t *response = json_array();
        for (size_t j = 0; j < variant->element_count; j++)
            json_array_append_new(response, json_string(variant->elements[j].notation));
        set_text(object, "label", variant->label);
        set_text(object, "when", variant->when);
        json_object_set_new(object, "response", response);
        set_place(object, variant->at);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *form_json(const struct catalog_form *form)
{
    json_t *object = json_object();
    set_text(object, "syntax", form->syntax.text);
    set_text(object, "kind", at_form_name(form->syntax.kind));
    set_text(object, "key", form->syntax.key);
    set_text(object, "clause", form->clause);
    set_text(object, "edition", form->edition);
    if (form->time_limit_ms)
        json_object_set_new(object, "time_limit", json_integer(form->time_limit_ms));
    if (form->continues) json_object_set_new(object, "continues", json_true());
    if (form->upload == CATALOG_UPLOAD_COUNTED)
        set_text(object, "upload", form->syntax.args[form->upload_arg].text);
    else if (form->upload == CATALOG_UPLOAD_CTRL_Z) set_text(object, "upload", "ctrl-z");
    set_secret(object, form->secret);
    if (form->asks != NULL) set_text(object, "asks", form->asks);
    json_object_set_new(object, "variants", variants_json(form));
    set_place(object, form->at);
    return object;
}

static json_t *commands_json(const struct catalog_set *set)
{
    json_t *list = json_array();
    for (size_t i = 0; i < set->command_count; i++) {
        const struct catalog_command *command = &set->commands[i];
        json_t *object = json_object();
        json_t *forms = json_array();
        for (size_t j = 0; j < command->form_count; j++)
            json_array_append_new(forms, form_json(&command->forms[j]));
        set_text(object, "name", command->name);
        set_text(object, "clause", command->clause);
        set_text(object, "title", command->title);
        set_text(object, "edition", command->edition);
        set_list(object, "parameters", params_json(command->params, command->param_count));
        json_object_set_new(object, "forms", forms);
        set_list(object, "errata", errata_json(command->errata, command->erratum_count));
        set_place(object, command->at);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *results_json(const struct catalog_set *set)
{
    json_t *list = json_array();
    for (size_t i = 0; i < set->result_count; i++) {
        const struct catalog_result *result = &set->results[i];
        json_t *object = json_object();
        set_text(object, "notation", result->record.notation);
        set_text(object, "clause", result->clause);
        set_text(object, "class", catalog_class_name(result->rank));
        set_text(object, "like", result->like);
        set_text(object, "numeric", result->numeric);
        set_text(object, "tail", result->tail);
        set_text(object, "title", result->title);
        set_place(object, result->at);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *urcs_json(const struct catalog_set *set)
{
    json_t *list = json_array();
    for (size_t i = 0; i < set->urc_count; i++) {
        const struct catalog_urc *urc = &set->urcs[i];
        json_t *object = json_object();
        set_text(object, "notation", urc->record.notation);
        set_text(object, "clause", urc->clause);
        set_text(object, "edition", urc->edition);
        set_text(object, "title", urc->title);
        set_place(object, urc->at);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *places_json(const struct catalog_set *set)
{
    json_t *list = json_array();
    for (size_t i = 0; i < set->place_count; i++) {
        const struct catalog_place *place = &set->places[i];
        json_t *object = json_object();
        set_text(object, "clause", place->clause);
        set_text(object, "command", place->syntax.text);
        set_text(object, "after", place->after);
        set_text(object, "notation", place->line.notation);
        if (place->upload != CATALOG_SECRET_NONE)
            set_text(object, "upload", catalog_secret_name(place->upload));
        set_place(object, place->at);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *tables_json(const struct catalog_set *set)
{
    json_t *list = json_array();
    for (size_t i = 0; i < set->table_count; i++) {
        const struct catalog_table *table = &set->tables[i];
        json_t *object = json_object();
        set_text(object, "name", table->name);
        set_text(object, "clause", table->clause);
        set_list(object, "values", values_json(table->values, table->value_count));
        set_place(object, table->at);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *editions_json(const struct catalog_set *set)
{
    json_t *list = json_array();
    for (size_t i = 0; i < set->edition_count; i++)
        json_array_append_new(list, json_pack("{ssss}", "name", set->editions[i].name, "document",
                                              set->editions[i].document));
    return list;
}

static json_t *set_json(const struct catalog_set *set)
{
    json_t *object = json_object();
    set_text(object, "set", set->name);
    set_text(object, "file", set->file);
    set_text(object, "title", set->title);
    set_text(object, "document", set->document);
    set_list(object, "editions", editions_json(set));
    set_list(object, "parameters", params_json(set->params, set->param_count));
    set_list(object, "tables", tables_json(set));
    set_list(object, "results", results_json(set));
    set_list(object, "commands", commands_json(set));
    set_list(object, "urcs", urcs_json(set));
    set_list(object, "secrets", places_json(set));
    set_list(object, "errata", errata_json(set->errata, set->erratum_count));
    set_list(object, "clauses", errata_json(set->clauses, set->clause_count));
    return object;
}

void catalog_emit_json(FILE *out, const struct catalog_model *model,
                       const struct catalog_part *parts, size_t part_count)
{
    json_t *sets = json_array();
    for (size_t i = 0; i < part_count; i++)
        json_array_append_new(sets, set_json(catalog_find_set(model, parts[i].set)));
    json_t *all = json_pack("{so}", "sets", sets);
    json_dumpf(all, out, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    fputc('\n', out);
    json_decref(all);
}

/* ---- the list ------------------------------------------------------------ */

/* `simcom-http/2.2.4`, `quectel-ssl/ugxx/2.2.1`. */
static size_t clause_text(const struct catalog_set *set, const struct catalog_form *form,
                          char *text, size_t size)
{
    int length = snprintf(text, size, "%s/%s%s%s", set->name, form->edition ? form->edition : "",
                          form->edition ? "/" : "", form->clause);
    return length < 0 ? 0 : (size_t)length;
}

typedef void form_fn(FILE *out, const struct catalog_set *set, const struct catalog_form *form,
                     size_t *width);

static void measure_form(FILE *out, const struct catalog_set *set, const struct catalog_form *form,
                         size_t *width)
{
    char text[200];
    size_t size = clause_text(set, form, text, sizeof text);
    (void)out;
    *width = size > *width ? size : *width;
}

static void list_form(FILE *out, const struct catalog_set *set, const struct catalog_form *form,
                      size_t *width)
{
    char text[200];
    clause_text(set, form, text, sizeof text);
    fprintf(out, "%-*s %-7s %s\n", (int)*width, text, at_form_name(form->syntax.kind),
            form->syntax.text);
}

static void each_form(FILE *out, const struct catalog_set *set, const struct catalog_part *part,
                      form_fn *take, size_t *width)
{
    for (size_t i = 0; i < set->command_count && !part->results_only; i++)
        for (size_t j = 0; j < set->commands[i].form_count; j++) {
            const struct catalog_form *form = &set->commands[i].forms[j];
            if (catalog_is_of_edition(form->edition, part->edition)) take(out, set, form, width);
        }
}

void catalog_emit_list(FILE *out, const struct catalog_model *model,
                       const struct catalog_part *parts, size_t part_count)
{
    for (size_t i = 0; i < part_count; i++) {
        const struct catalog_set *set = catalog_find_set(model, parts[i].set);
        size_t width = 0;
        each_form(out, set, &parts[i], measure_form, &width);
        each_form(out, set, &parts[i], list_form, &width);
    }
}
