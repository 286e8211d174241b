/* Parameters, their values and tables, errata. */
#include "base/memory.h"
#include "catalog/load_internal.h"
#include "catalog/notation_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- values ------------------------------------------------------------- */

struct catalog_value *loader_read_values(struct loader *loader, const yaml_node_t *node,
                                         size_t *count)
{
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_mapping(yaml, node, "a mapping of codes to their meaning")) return NULL;
    *count = yaml_reader_count(node);
    struct catalog_value *values = memory_new(*count, sizeof *values);
    for (size_t i = 0; i < *count; i++) {
        const yaml_node_t *key = yaml_reader_key(yaml, node, i);
        values[i].at = yaml_reader_at(yaml, key);
        values[i].code = memory_text(yaml_reader_text(key));
        loader_read_text(loader, yaml_reader_value(yaml, node, i), &values[i].meaning);
    }
    return values;
}

/* `{table: NAME}`, or codes. */
static void read_param_values(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_param *param = out;
    bool is_table = node->type == YAML_MAPPING_NODE && yaml_reader_count(node) == 1;
    if (is_table) {
        const yaml_node_t *key = yaml_reader_key(&loader->yaml, node, 0);
        is_table = key->type == YAML_SCALAR_NODE && strcmp(yaml_reader_text(key), "table") == 0;
    }
    if (is_table)
        loader_read_name(loader, yaml_reader_value(&loader->yaml, node, 0), &param->table);
    else param->values = loader_read_values(loader, node, &param->value_count);
}

/* ---- ranges ------------------------------------------------------------- */

static void add_ranges(struct loader *loader, const yaml_node_t *node, struct catalog_param *param)
{
    struct notation_error error;
    struct catalog_interval *found = NULL;
    size_t count = 0;
    if (!yaml_reader_is_text(&loader->yaml, node, "a range")) return;
    if (notation_parse_ranges(yaml_reader_text(node), node->data.scalar.length, &found, &count,
                              &error)
        != 0) {
        catalog_complain(loader->yaml.errors,
                         yaml_reader_at_byte(&loader->yaml, node, error.offset), "%s", error.text);
        return;
    }
    struct catalog_interval *both =
        notation_join_ranges(param->ranges, param->range_count, found, count, &param->range_count);
    free(param->ranges);
    free(found);
    param->ranges = both;
}

/* A range, or a list of them. */
static void read_range(struct loader *loader, const yaml_node_t *node, void *out)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        add_ranges(loader, node, out);
        return;
    }
    if (!yaml_reader_is_list(&loader->yaml, node, "a list of ranges")) return;
    if (yaml_reader_count(node) == 0)
        yaml_reader_complain(&loader->yaml, node, "empty; expected a list of ranges");
    for (size_t i = 0; i < yaml_reader_count(node); i++)
        add_ranges(loader, yaml_reader_item(&loader->yaml, node, i), out);
}

/* ---- parameters --------------------------------------------------------- */

static void read_type(struct loader *loader, const yaml_node_t *node, void *out)
{
    static const char *const words[] = {"int",  "hex",  "string", "word", "any",
                                        "code", "rest", NULL}; /* in the order of enum atp_type */
    unsigned index = 0;
    loader_read_word(loader, node, words, &index);
    *(enum atp_type *)out = (enum atp_type)index;
}

static const struct loader_key param_keys[] = {
    {"clause", loader_read_text, offsetof(struct catalog_param, clause), false},
    {"type", read_type, offsetof(struct catalog_param, type), true},
    {"range", read_range, 0, false},
    {"default", loader_read_text_or_empty, offsetof(struct catalog_param, default_value), false},
    {"unit", loader_read_text, offsetof(struct catalog_param, unit), false},
    {"values", read_param_values, 0, false},
    {"note", loader_read_text, offsetof(struct catalog_param, note), false},
    {"secret", loader_read_secret, offsetof(struct catalog_param, secret), false},
    {0},
};

/* `name` or `name@edition`. */
static void read_param_name(struct loader *loader, const yaml_node_t *key,
                            struct catalog_param *param)
{
    const char *text = yaml_reader_text(key);
    const char *at = strrchr(text, '@');
    size_t size = at ? (size_t)(at - text) : strlen(text);
    param->name = memory_slice(text, size);
    param->edition = at ? memory_text(at + 1) : NULL;
    if (size == 0 || param->name[strcspn(param->name, "<>=\"@")])
        yaml_reader_complain(&loader->yaml, key,
                             "bad name; expected NAME or NAME@EDITION without <>=\"");
    for (const char *byte = text; *byte; byte++) {
        if (*byte >= 0x20 && *byte < 0x7F) continue;
        yaml_reader_complain(&loader->yaml, key, "bad name; expected printable ASCII");
        return;
    }
}

struct catalog_param *loader_read_params(struct loader *loader, const yaml_node_t *node,
                                         size_t *count)
{
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_mapping(yaml, node, "a mapping of parameters")) return NULL;
    *count = yaml_reader_count(node);
    struct catalog_param *params = memory_new(*count, sizeof *params);
    for (size_t i = 0; i < *count; i++) {
        const yaml_node_t *key = yaml_reader_key(yaml, node, i);
        params[i].at = yaml_reader_at(yaml, key);
        read_param_name(loader, key, &params[i]);
        loader_read_keys(loader, yaml_reader_value(yaml, node, i), param_keys, &params[i],
                         "a parameter");
    }
    return params;
}

/* ---- errata ------------------------------------------------------------- */

static const struct loader_key erratum_keys[] = {
    {"clause", loader_read_text, offsetof(struct catalog_erratum, clause), true},
    {"text", loader_read_text, offsetof(struct catalog_erratum, text), true},
    {0},
};

struct catalog_erratum *loader_read_errata(struct loader *loader, const yaml_node_t *node,
                                           size_t *count)
{
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_list(yaml, node, "a list of errata")) return NULL;
    *count = yaml_reader_count(node);
    struct catalog_erratum *errata = memory_new(*count, sizeof *errata);
    for (size_t i = 0; i < *count; i++) {
        const yaml_node_t *item = yaml_reader_item(yaml, node, i);
        errata[i].at = yaml_reader_at(yaml, item);
        loader_read_keys(loader, item, erratum_keys, &errata[i], "an erratum");
    }
    return errata;
}
