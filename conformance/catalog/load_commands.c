/* Commands, their forms and response variants. */
#include "at/form.h"
#include "base/memory.h"
#include "catalog/load_internal.h"
#include "catalog/notation_internal.h"

#include <stdlib.h>
#include <string.h>

#define ELEMENT_MAX 250 /* elements of a variant; the tables count in a byte */

/* ---- variants ----------------------------------------------------------- */

static void read_response(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_variant *variant = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_list(yaml, node, "a list of records and result codes")) return;
    size_t count = yaml_reader_count(node);
    if (count == 0 || count > ELEMENT_MAX) {
        yaml_reader_complain(yaml, node, "%zu records; expected 1 to %d", count, ELEMENT_MAX);
        return;
    }
    variant->elements = memory_new(count, sizeof *variant->elements);
    variant->element_count = count;
    for (size_t i = 0; i < count; i++)
        loader_read_record(loader, yaml_reader_item(yaml, node, i), &variant->elements[i]);
}

static const struct loader_key variant_keys[] = {
    {"label", loader_read_text, offsetof(struct catalog_variant, label), false},
    {"when", loader_read_text, offsetof(struct catalog_variant, when), false},
    {"response", read_response, 0, true},
    {0},
};

/* ---- forms -------------------------------------------------------------- */

static void read_variants(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_form *form = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_list(yaml, node, "a list of response variants")) return;
    size_t count = yaml_reader_count(node);
    if (count == 0) {
        yaml_reader_complain(yaml, node, "no variants; expected 1 to %d", ATP_VARIANT_COUNT_MAX);
        return;
    }
    if (count > ATP_VARIANT_COUNT_MAX) {
        yaml_reader_complain(yaml, yaml_reader_item(yaml, node, ATP_VARIANT_COUNT_MAX),
                             "more than %d variants of one form", ATP_VARIANT_COUNT_MAX);
        return;
    }
    form->variants = memory_new(count, sizeof *form->variants);
    form->variant_count = count;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = yaml_reader_item(yaml, node, i);
        form->variants[i].at = yaml_reader_at(yaml, item);
        loader_read_keys(loader, item, variant_keys, &form->variants[i], "a response variant");
        if (form->variants[i].label == NULL) form->variants[i].label = memory_format("%zu", i + 1);
    }
}

static void read_syntax(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_syntax *syntax = out;
    struct notation_error error;
    if (!yaml_reader_is_text(&loader->yaml, node, "the syntax of a command")) return;
    if (notation_parse_syntax(yaml_reader_text(node), loader->command, syntax, &error) != 0) {
        catalog_complain(loader->yaml.errors,
                         yaml_reader_at_byte(&loader->yaml, node, error.offset), "%s", error.text);
        return;
    }
    syntax->at = yaml_reader_at_byte(&loader->yaml, node, 0);
    for (size_t i = 0; i < syntax->arg_count; i++)
        syntax->args[i].at = yaml_reader_at_byte(&loader->yaml, node, syntax->args[i].offset);
}

/* Overrides what the syntax tells. */
static void read_kind(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_syntax *syntax = out;
    unsigned index = 0;
    loader_read_word(loader, node, at_form_words, &index);
    syntax->kind = (enum atp_form_kind)(1u << index);
    if (syntax->kind == ATP_FORM_WRITE && syntax->arg_count && !syntax->key
        && syntax->args[0].kind == CATALOG_FIELD_KEYWORD)
        syntax->key = memory_text(syntax->args[0].text);
}

static void read_upload(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_form *form = out;
    const struct catalog_syntax *syntax = &form->syntax;
    if (!yaml_reader_is_text(&loader->yaml, node, "a parameter, or ctrl-z")) return;
    form->upload = CATALOG_UPLOAD_CTRL_Z;
    if (strcmp(yaml_reader_text(node), "ctrl-z") == 0) return;
    form->upload = CATALOG_UPLOAD_COUNTED;
    for (size_t i = 0; i < syntax->arg_count; i++) {
        form->upload_arg = i;
        if (syntax->args[i].kind == CATALOG_FIELD_PARAM
            && strcmp(syntax->args[i].text, yaml_reader_text(node)) == 0)
            return;
    }
    yaml_reader_complain(&loader->yaml, node,
                         "upload \"%s\" is no argument; expected one of the syntax, or ctrl-z",
                         yaml_reader_text(node));
}

static void read_asks(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_form *form = out;
    if (!yaml_reader_is_text(&loader->yaml, node, "a parameter")) return;
    for (size_t i = 0; i < form->syntax.arg_count; i++) {
        const struct catalog_field *argument = &form->syntax.args[i];
        if (argument->kind != CATALOG_FIELD_PARAM
            || strcmp(argument->text, yaml_reader_text(node)) != 0)
            continue;
        form->asks = memory_text(argument->text);
        return;
    }
    yaml_reader_complain(&loader->yaml, node,
                         "asks \"%s\" is no argument; expected one of the syntax",
                         yaml_reader_text(node));
}

/* syntax stands first: others build upon it. */
static const struct loader_key form_keys[] = {
    {"syntax", read_syntax, offsetof(struct catalog_form, syntax), true},
    {"kind", read_kind, offsetof(struct catalog_form, syntax), false},
    {"clause", loader_read_text, offsetof(struct catalog_form, clause), false},
    {"edition", loader_read_name, offsetof(struct catalog_form, edition), false},
    {"time_limit", loader_read_time, offsetof(struct catalog_form, time_limit_ms), false},
    {"continues", loader_read_flag, offsetof(struct catalog_form, continues), false},
    {"upload", read_upload, 0, false},
    {"secret", loader_read_secret, offsetof(struct catalog_form, secret), false},
    {"asks", read_asks, 0, false},
    {"variants", read_variants, 0, true},
    {0},
};

static void read_forms(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_command *command = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_list(yaml, node, "a list of forms")) return;
    size_t count = yaml_reader_count(node);
    if (count == 0 || count > UINT8_MAX) {
        yaml_reader_complain(yaml, node, "%zu forms; expected 1 to %d", count, UINT8_MAX);
        return;
    }
    command->forms = memory_new(count, sizeof *command->forms);
    command->form_count = count;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = yaml_reader_item(yaml, node, i);
        command->forms[i].at = yaml_reader_at(yaml, item);
        loader_read_keys(loader, item, form_keys, &command->forms[i], "a form");
    }
}

/* ---- commands ----------------------------------------------------------- */

static void read_params(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_command *command = out;
    command->params = loader_read_params(loader, node, &command->param_count);
}

static void read_errata(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_command *command = out;
    command->errata = loader_read_errata(loader, node, &command->erratum_count);
}

static const struct loader_key command_keys[] = {
    {"clause", loader_read_text, offsetof(struct catalog_command, clause), true},
    {"title", loader_read_text, offsetof(struct catalog_command, title), false},
    {"edition", loader_read_name, offsetof(struct catalog_command, edition), false},
    {"vendor", loader_read_name, offsetof(struct catalog_command, vendor), false},
    {"time_limit", loader_read_time, offsetof(struct catalog_command, time_limit_ms), false},
    {"parameters", read_params, 0, false},
    {"errata", read_errata, 0, false},
    {"forms", read_forms, 0, true},
    {0},
};

static void inherit_text(char **own, const char *general)
{
    if (!*own && general) *own = memory_text(general);
}

/* Gives forms and parameters what they leave to the command. */
static void settle_command(struct catalog_command *command)
{
    for (size_t i = 0; i < command->form_count; i++) {
        struct catalog_form *form = &command->forms[i];
        inherit_text(&form->clause, command->clause);
        inherit_text(&form->edition, command->edition);
        if (!form->time_limit_ms) form->time_limit_ms = command->time_limit_ms;
    }
    for (size_t i = 0; i < command->param_count; i++)
        inherit_text(&command->params[i].clause, command->clause);
}

static void read_command_name(struct loader *loader, const yaml_node_t *key,
                              struct catalog_command *command)
{
    loader_read_name(loader, key, &command->name);
    size_t size = strlen(command->name);
    if (size > ATP_NAME_SIZE_MAX)
        yaml_reader_complain(&loader->yaml, key, "name of %zu bytes; expected at most %d", size,
                             ATP_NAME_SIZE_MAX);
}

void loader_read_commands(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_mapping(yaml, node, "a mapping of commands")) return;
    set->command_count = yaml_reader_count(node);
    set->commands = memory_new(set->command_count, sizeof *set->commands);
    for (size_t i = 0; i < set->command_count; i++) {
        struct catalog_command *command = &set->commands[i];
        const yaml_node_t *key = yaml_reader_key(yaml, node, i);
        command->at = yaml_reader_at(yaml, key);
        read_command_name(loader, key, command);
        loader->command = command->name;
        loader_read_keys(loader, yaml_reader_value(yaml, node, i), command_keys, command,
                         "a command");
        settle_command(command);
    }
    loader->command = NULL;
}
