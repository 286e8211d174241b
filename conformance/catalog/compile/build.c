/* Gathers names, records and forms from the sets that make up a dialect, and
 * merges what is the same.
 */
#include "base/memory.h"
#include "catalog/compile/build_internal.h"
#include "catalog/yaml_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- names -------------------------------------------------------------- */

static size_t find_name(const struct builder *builder, const char *text)
{
    for (size_t i = 0; i < builder->name_count; i++)
        if (strcmp(builder->names[i].text, text) == 0) return i;
    return BUILD_NONE;
}

size_t build_name(struct builder *builder, const char *text)
{
    size_t found = find_name(builder, text);
    if (found != BUILD_NONE) return found;
    builder->names = memory_grow(builder->names, builder->name_count + 1, &builder->name_capacity,
                                 sizeof *builder->names);
    builder->names[builder->name_count] =
        (struct build_name){.text = text, .command = BUILD_NONE, .shares = BUILD_NONE};
    return builder->name_count++;
}

/* ---- records ------------------------------------------------------------ */

static bool same_params(const struct build_record *a, const struct build_record *b)
{
    if (a->param_count != b->param_count) return false;
    for (size_t i = 0; i < a->param_count; i++)
        if (a->params[i].type != b->params[i].type || a->params[i].range != b->params[i].range
            || strcmp(a->params[i].name, b->params[i].name) != 0)
            return false;
    return true;
}

/* INFO and ASYNC are one record: what comes after the OK in one variant and
 * before it in another is the same line. */
static bool same_role(enum atp_role a, enum atp_role b)
{
    bool both_answer =
        (a == ATP_ROLE_INFO || a == ATP_ROLE_ASYNC) && (b == ATP_ROLE_INFO || b == ATP_ROLE_ASYNC);
    return a == b || both_answer;
}

static bool same_record(const struct build_record *a, const struct build_record *b)
{
    return a->name == b->name && a->command == b->command && same_role(a->role, b->role)
           && a->result == b->result && a->has_payload == b->has_payload && same_params(a, b);
}

static size_t add_record(struct builder *builder, const struct build_record *record)
{
    for (size_t i = 0; i < builder->record_count; i++) {
        struct build_record *other = &builder->records[i];
        if (!same_record(other, record)) continue;
        other->forms |= record->forms;
        other->is_bare |= record->is_bare;
        if (record->role == ATP_ROLE_ASYNC) other->role = ATP_ROLE_ASYNC;
        return i;
    }
    builder->records = memory_grow(builder->records, builder->record_count + 1,
                                   &builder->record_capacity, sizeof *builder->records);
    builder->records[builder->record_count] = *record;
    return builder->record_count++;
}

/* ---- result codes -------------------------------------------------------- */

static enum atp_result known_result(const char *text)
{
    static const char *const names[] = {
        [ATP_RESULT_OK] = "OK",
        [ATP_RESULT_ERROR] = "ERROR",
        [ATP_RESULT_CONNECT] = "CONNECT",
        [ATP_RESULT_CONNECT_FAIL] = "CONNECT FAIL",
        [ATP_RESULT_NO_CARRIER] = "NO CARRIER",
        [ATP_RESULT_NO_DIALTONE] = "NO DIALTONE",
        [ATP_RESULT_NO_ANSWER] = "NO ANSWER",
        [ATP_RESULT_BUSY] = "BUSY",
        [ATP_RESULT_RING] = "RING",
        [ATP_RESULT_CLOSED] = "CLOSED",
        [ATP_RESULT_SEND_OK] = "SEND OK",
        [ATP_RESULT_SEND_FAIL] = "SEND FAIL",
    };
    for (unsigned i = ATP_RESULT_OK; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0) return (enum atp_result)i;
    return ATP_RESULT_OTHER;
}

static enum atp_result result_value(struct builder *builder, const struct catalog_result *result)
{
    enum atp_result value = known_result(result->like ? result->like : result->record.name);
    if (result->like && value == ATP_RESULT_OTHER)
        catalog_complain(builder->errors, result->at,
                         "like: unknown result code \"%s\"; expected one such as OK or ERROR",
                         result->like);
    return value;
}

static void add_result(struct builder *builder, const struct build_view *view,
                       const struct catalog_result *result)
{
    size_t name = build_name(builder, result->record.name);
    if (builder->names[name].result) return; /* the first set that has it defines it */
    builder->names[name].result = result;
    struct build_record record = {.name = name, .command = BUILD_NONE};
    record.source = (struct compiled_source){.set = view->set,
                                             .record = &result->record,
                                             .edition = view->edition,
                                             .clause = result->clause};
    record.result = result_value(builder, result);
    record.role = ATP_ROLE_RESULT;
    if (result->rank == CATALOG_UNSOLICITED) {
        record.role = ATP_ROLE_URC; /* it ends no command (V.250 5.7.3) */
        if (record.result == ATP_RESULT_OTHER) record.result = ATP_RESULT_NONE;
    }
    build_params(builder, &record.source, 0, &record);
    if (result->tail) {
        build_tail(&record, result->tail);
        builder->names[name].flags |= ATP_NAME_TAIL;
    }
    add_record(builder, &record);
}

/* V0 forms are names of their own; of two codes with one number the plain one
 * goes first (ERROR, not +CME ERROR). */
static void add_numeric(struct builder *builder)
{
    size_t count = builder->name_count;
    for (size_t i = 0; i < count; i++) {
        const struct catalog_result *result = builder->names[i].result;
        if (!result || !result->numeric) continue;
        size_t name = build_name(builder, result->numeric);
        struct build_name *numeric = &builder->names[name];
        bool is_plainer = numeric->shares != BUILD_NONE && !result->record.has_colon
                          && builder->names[numeric->shares].result->record.has_colon;
        if (numeric->shares == BUILD_NONE || is_plainer) numeric->shares = i;
        numeric->flags |= ATP_NAME_NUMERIC;
    }
}

/* ---- responses ----------------------------------------------------------- */

/* What a response is part of. */
struct place {
    struct builder *builder;
    struct compiled_source source;
    size_t command;
    bool after_final;
};

static bool is_urc(const struct catalog_model *model, const char *name)
{
    for (size_t i = 0; i < model->set_count; i++)
        for (size_t j = 0; j < model->sets[i]->urc_count; j++)
            if (strcmp(model->sets[i]->urcs[j].record.name, name) == 0) return true;
    return false;
}

static bool is_command(const struct catalog_model *model, const char *name)
{
    for (size_t i = 0; i < model->set_count; i++)
        if (catalog_find_command(model->sets[i], name)) return true;
    return false;
}

static bool has_symbol(const char *name)
{
    return strchr("+*^#%$!", name[0]) != NULL;
}

static bool is_prompt_mark(const char *name)
{
    return strcmp(name, ">") == 0;
}

/* A form that uploads begins with its prompt: `>`, or a word of its own, with
 * the result of the upload after it. */
static bool is_prompt(const struct place *place, size_t index)
{
    const struct catalog_record *record = place->source.record;
    if (place->source.form->upload == CATALOG_UPLOAD_NONE || index > 0) return false;
    if (!record->name || record->field_count > 0) return false;
    if (is_prompt_mark(record->name)) return true;
    return !has_symbol(record->name) && place->source.variant->element_count > 1
           && !is_urc(place->builder->model, record->name);
}

/* `index`: where the word stands in its variant. */
static void complain_of_word(const struct place *place, size_t index)
{
    const struct builder *builder = place->builder;
    const struct catalog_record *record = place->source.record;
    bool uploads = place->source.form->upload != CATALOG_UPLOAD_NONE;
    if (is_prompt_mark(record->name)) {
        catalog_complain(builder->errors, record->at, "%s",
                         uploads ? "prompt after another record; expected it to be the first"
                                 : "prompt in a form without upload; expected upload in the form");
        return;
    }
    char *known = NULL;
    for (size_t i = 0; i < builder->name_count; i++)
        if (builder->names[i].result) known = memory_list(known, builder->names[i].text);
    bool can_prompt = !uploads && index == 0 && place->source.variant->element_count > 1;
    catalog_complain(builder->errors, record->at, "unknown result code \"%s\"; %s%s%s",
                     record->name, known ? "expected one of " : "none is defined",
                     known ? known : "", can_prompt ? ", or upload in the form for a prompt" : "");
    free(known);
}

/* A plain word must be a result code, a prompt or a URC; a prefix that of a
 * command or a URC, or a misprint that the catalogue declares as one. */
static void check_record(const struct place *place, enum atp_role role, size_t index)
{
    const struct catalog_record *record = place->source.record;
    const char *label = place->source.variant->label;
    const struct catalog_model *model = place->builder->model;
    if (!record->name || role == ATP_ROLE_PROMPT || is_urc(model, record->name)) return;
    if (!has_symbol(record->name) && record->field_count == 0) complain_of_word(place, index);
    else if (record->name[0] == '+' && !is_command(model, record->name)
             && !(label && strcmp(label, "erratum") == 0))
        catalog_complain(place->builder->errors, record->at,
                         "prefix \"%s\" is no command's; expected \"%s\"", record->name,
                         place->source.command->name);
}

static size_t add_response_record(struct place *place, size_t index)
{
    const struct catalog_form *form = place->source.form;
    const struct catalog_record *source = place->source.record;
    struct build_record record = {.command = place->command, .source = place->source};
    const char *name = source->name ? source->name : place->source.command->name;
    record.name = build_name(place->builder, name);
    record.forms = (uint8_t)form->syntax.kind;
    record.has_payload = source->has_payload;
    record.is_bare = !source->name;
    record.role = place->after_final && !form->continues ? ATP_ROLE_ASYNC : ATP_ROLE_INFO;
    if (is_prompt(place, index)) record.role = ATP_ROLE_PROMPT;
    check_record(place, record.role, index);
    build_params(place->builder, &place->source, form->syntax.kind, &record);
    if (record.is_bare) place->builder->names[record.name].flags |= ATP_NAME_BARE;
    return add_record(place->builder, &record);
}

static size_t find_result_record(const struct builder *builder, size_t name)
{
    for (size_t i = 0; i < builder->record_count; i++)
        if (builder->records[i].name == name && builder->records[i].command == BUILD_NONE) return i;
    return BUILD_NONE;
}

/* `index`: of the element in its variant. */
static struct build_element add_element(struct place *place, size_t index)
{
    struct builder *builder = place->builder;
    const struct catalog_record *record = place->source.record;
    struct build_element element = {0};
    element.flags = (uint16_t)((record->optional ? ATP_ELEMENT_OPTIONAL : 0)
                               | (record->repeated ? ATP_ELEMENT_REPEATED : 0));
    size_t name = record->name ? find_name(builder, record->name) : BUILD_NONE;
    const struct catalog_result *result = name == BUILD_NONE ? NULL : builder->names[name].result;
    if (result && catalog_is_result(result, record)) {
        element.record = find_result_record(builder, name);
        place->after_final |= result->rank == CATALOG_FINAL;
    } else {
        element.record = add_response_record(place, index);
    }
    return element;
}

/* ---- forms --------------------------------------------------------------- */

static bool same_elements(const struct build_variant *a, const struct build_variant *b)
{
    if (a->element_count != b->element_count) return false;
    for (size_t i = 0; i < a->element_count; i++)
        if (a->elements[i].record != b->elements[i].record
            || a->elements[i].flags != b->elements[i].flags)
            return false;
    return true;
}

static void keep_variant(struct builder *builder, struct build_form *form,
                         const struct build_variant *variant)
{
    for (size_t i = 0; i < form->variant_count; i++) {
        if (same_elements(&form->variants[i], variant)) {
            free(variant->elements);
            return;
        }
    }
    if (form->variant_count == ATP_VARIANT_COUNT_MAX) {
        catalog_complain(builder->errors, variant->source.variant->at,
                         "more than %d variants of one form, all editions together",
                         ATP_VARIANT_COUNT_MAX);
        free(variant->elements);
        return;
    }
    form->variants[form->variant_count++] = *variant;
}

static void add_variant(struct place *place, size_t form, const struct catalog_variant *variant)
{
    struct build_variant built = {.label = variant->label ? variant->label : ""};
    place->source.variant = variant;
    place->after_final = false;
    built.source = place->source;
    built.element_count = variant->element_count;
    built.elements = memory_new(variant->element_count, sizeof *built.elements);
    for (size_t i = 0; i < variant->element_count; i++) {
        place->source.record = &variant->elements[i];
        built.elements[i] = add_element(place, i);
    }
    keep_variant(place->builder, &place->builder->forms[form], &built);
}

static bool same_key(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The form of this kind and key, added if it is new. */
static size_t find_form(struct builder *builder, const struct place *place)
{
    const struct catalog_syntax *syntax = &place->source.form->syntax;
    for (size_t i = 0; i < builder->form_count; i++)
        if (builder->forms[i].command == place->command && builder->forms[i].kind == syntax->kind
            && same_key(builder->forms[i].key, syntax->key))
            return i;
    builder->forms = memory_grow(builder->forms, builder->form_count + 1, &builder->form_capacity,
                                 sizeof *builder->forms);
    struct build_form *form = &builder->forms[builder->form_count];
    form->command = place->command;
    form->kind = syntax->kind;
    form->key = syntax->key;
    form->source = place->source;
    return builder->form_count++;
}

static void merge_form(struct builder *builder, struct build_form *out,
                       const struct catalog_form *form)
{
    uint8_t upload = 0;
    if (form->upload == CATALOG_UPLOAD_COUNTED) upload = (uint8_t)(form->upload_arg + 1);
    if (form->time_limit_ms > out->time_limit_ms) out->time_limit_ms = form->time_limit_ms;
    if (form->upload != CATALOG_UPLOAD_NONE) out->flags |= ATP_FORM_UPLOAD;
    if (upload && out->upload && upload != out->upload)
        catalog_complain(builder->errors, form->at,
                         "argument %u counts the upload, and %u in another form of this kind",
                         upload, out->upload);
    if (upload) out->upload = upload;
}

static void add_command(struct builder *builder, const struct build_view *view,
                        const struct catalog_command *command)
{
    struct place place = {.builder = builder};
    size_t name = build_name(builder, command->name);
    place.command = builder->names[name].command;
    if (place.command == BUILD_NONE) {
        builder->commands = memory_grow(builder->commands, builder->command_count + 1,
                                        &builder->command_capacity, sizeof *builder->commands);
        place.command = builder->command_count++;
        builder->commands[place.command].name = name;
        builder->names[name].command = place.command;
    }
    for (size_t i = 0; i < command->form_count; i++) {
        const struct catalog_form *form = &command->forms[i];
        if (!catalog_is_of_edition(form->edition, view->edition)) continue;
        place.source = (struct compiled_source){.set = view->set,
                                                .command = command,
                                                .form = form,
                                                .edition = view->edition,
                                                .clause = form->clause};
        size_t index = find_form(builder, &place);
        merge_form(builder, &builder->forms[index], form);
        for (size_t j = 0; j < form->variant_count; j++)
            add_variant(&place, index, &form->variants[j]);
    }
}

static void add_urc(struct builder *builder, const struct build_view *view,
                    const struct catalog_urc *urc)
{
    struct build_record record = {.command = BUILD_NONE, .role = ATP_ROLE_URC};
    record.source = (struct compiled_source){
        .set = view->set, .record = &urc->record, .edition = view->edition, .clause = urc->clause};
    record.name = build_name(builder, urc->record.name);
    record.has_payload = urc->record.has_payload;
    build_params(builder, &record.source, 0, &record);
    add_record(builder, &record);
}

/* ---- the whole ----------------------------------------------------------- */

static void add_view(struct builder *builder, const struct catalog_set *set, const char *edition,
                     bool results_only)
{
    builder->views = memory_grow(builder->views, builder->view_count + 1, &builder->view_capacity,
                                 sizeof *builder->views);
    builder->views[builder->view_count++] = (struct build_view){set, edition, results_only};
}

static void add_part(struct builder *builder, const struct catalog_part *part)
{
    static const struct catalog_location nowhere = {"catalogue", 1, 1};
    const struct catalog_set *set = catalog_find_set(builder->model, part->set);
    if (!set) {
        catalog_complain(builder->errors, nowhere, "no set \"%s\"", part->set);
        return;
    }
    bool known = !part->edition;
    for (size_t i = 0; i < set->edition_count; i++) {
        if (!catalog_is_of_edition(part->edition, set->editions[i].name)) continue;
        known = true;
        add_view(builder, set, set->editions[i].name, part->results_only);
    }
    if (!known) catalog_complain(builder->errors, set->at, "no edition \"%s\"", part->edition);
    else if (!set->edition_count) add_view(builder, set, NULL, part->results_only);
}

static void gather_view(struct builder *builder, const struct build_view *view)
{
    if (view->results_only) return;
    for (size_t i = 0; i < view->set->command_count; i++)
        if (catalog_is_of_edition(view->set->commands[i].edition, view->edition))
            add_command(builder, view, &view->set->commands[i]);
    for (size_t i = 0; i < view->set->urc_count; i++)
        if (catalog_is_of_edition(view->set->urcs[i].edition, view->edition))
            add_urc(builder, view, &view->set->urcs[i]);
}

void build_gather(struct builder *builder, const struct catalog_part *parts, size_t part_count)
{
    for (size_t i = 0; i < part_count; i++) add_part(builder, &parts[i]);
    for (size_t i = 0; i < builder->view_count; i++)
        for (size_t j = 0; j < builder->views[i].set->result_count; j++)
            add_result(builder, &builder->views[i], &builder->views[i].set->results[j]);
    add_numeric(builder);
    for (size_t i = 0; i < builder->view_count; i++) gather_view(builder, &builder->views[i]);
}

void build_free(struct builder *builder)
{
    for (size_t i = 0; i < builder->form_count; i++)
        for (size_t j = 0; j < builder->forms[i].variant_count; j++)
            free(builder->forms[i].variants[j].elements);
    free(builder->views);
    free(builder->names);
    free(builder->records);
    free(builder->commands);
    free(builder->forms);
    free(builder->ranges);
}
