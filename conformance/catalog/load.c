/* Reads a catalogue's YAML file into the model; the schema is
 * parser/catalog/README.md. Complaints are collected: what can still be read
 * after one is read, and the set is dropped at the end.
 */
#include "base/file.h"
#include "base/memory.h"
#include "catalog/load_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- result codes ------------------------------------------------------- */

static void read_class(struct loader *loader, const yaml_node_t *node, void *out)
{
    static const char *const words[] = {"final", "intermediate", "unsolicited", NULL};
    unsigned index = 0;
    loader_read_word(loader, node, words, &index);
    *(enum catalog_class *)out = (enum catalog_class)index;
}

static void read_numeric(struct loader *loader, const yaml_node_t *node, void *out)
{
    loader_read_text(loader, node, out);
    const char *text = node->type == YAML_SCALAR_NODE ? yaml_reader_text(node) : "0";
    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 3)
        yaml_reader_complain(&loader->yaml, node, "bad numeric form; expected 1 to 3 digits");
}

static const struct loader_key result_keys[] = {
    {"notation", loader_read_record, offsetof(struct catalog_result, record), true},
    {"clause", loader_read_text, offsetof(struct catalog_result, clause), true},
    {"class", read_class, offsetof(struct catalog_result, rank), false},
    {"like", loader_read_text, offsetof(struct catalog_result, like), false},
    {"numeric", read_numeric, offsetof(struct catalog_result, numeric), false},
    {"tail", loader_read_name, offsetof(struct catalog_result, tail), false},
    {"title", loader_read_text, offsetof(struct catalog_result, title), false},
    {0},
};

static void read_results(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_list(yaml, node, "a list of result codes")) return;
    set->result_count = yaml_reader_count(node);
    set->results = memory_new(set->result_count, sizeof *set->results);
    for (size_t i = 0; i < set->result_count; i++) {
        const yaml_node_t *item = yaml_reader_item(yaml, node, i);
        set->results[i].at = yaml_reader_at(yaml, item);
        loader_read_keys(loader, item, result_keys, &set->results[i], "a result code");
    }
}

/* ---- unsolicited result codes ------------------------------------------- */

static const struct loader_key urc_keys[] = {
    {"notation", loader_read_record, offsetof(struct catalog_urc, record), true},
    {"clause", loader_read_text, offsetof(struct catalog_urc, clause), true},
    {"edition", loader_read_name, offsetof(struct catalog_urc, edition), false},
    {"vendor", loader_read_name, offsetof(struct catalog_urc, vendor), false},
    {"title", loader_read_text, offsetof(struct catalog_urc, title), false},
    {0},
};

static void read_urcs(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_list(yaml, node, "a list of unsolicited result codes")) return;
    set->urc_count = yaml_reader_count(node);
    set->urcs = memory_new(set->urc_count, sizeof *set->urcs);
    for (size_t i = 0; i < set->urc_count; i++) {
        const yaml_node_t *item = yaml_reader_item(yaml, node, i);
        set->urcs[i].at = yaml_reader_at(yaml, item);
        loader_read_keys(loader, item, urc_keys, &set->urcs[i], "an unsolicited result code");
    }
}

/* ---- tables, parameters, errata, editions ------------------------------- */

static void read_table_values(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_table *table = out;
    table->values = loader_read_values(loader, node, &table->value_count);
}

static const struct loader_key table_keys[] = {
    {"clause", loader_read_text, offsetof(struct catalog_table, clause), true},
    {"values", read_table_values, 0, true},
    {0},
};

static void read_tables(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_mapping(yaml, node, "a mapping of code tables")) return;
    set->table_count = yaml_reader_count(node);
    set->tables = memory_new(set->table_count, sizeof *set->tables);
    for (size_t i = 0; i < set->table_count; i++) {
        const yaml_node_t *key = yaml_reader_key(yaml, node, i);
        set->tables[i].at = yaml_reader_at(yaml, key);
        loader_read_name(loader, key, &set->tables[i].name);
        loader_read_keys(loader, yaml_reader_value(yaml, node, i), table_keys, &set->tables[i],
                         "a code table");
    }
}

static void read_params(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    set->params = loader_read_params(loader, node, &set->param_count);
}

static void read_errata(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    set->errata = loader_read_errata(loader, node, &set->erratum_count);
}

static void read_clauses(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    set->clauses = loader_read_errata(loader, node, &set->clause_count);
}

static void read_models(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_edition *edition = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_list(yaml, node, "a list of parts of models' names")) return;
    edition->model_count = yaml_reader_count(node);
    edition->models = memory_new(edition->model_count, sizeof *edition->models);
    for (size_t i = 0; i < edition->model_count; i++)
        loader_read_text(loader, yaml_reader_item(yaml, node, i), &edition->models[i]);
}

static const struct loader_key edition_keys[] = {
    {"document", loader_read_text, offsetof(struct catalog_edition, document), true},
    {"models", read_models, 0, false},
    {0},
};

static void read_editions(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_mapping(yaml, node, "a mapping of editions")) return;
    set->edition_count = yaml_reader_count(node);
    set->editions = memory_new(set->edition_count, sizeof *set->editions);
    for (size_t i = 0; i < set->edition_count; i++) {
        const yaml_node_t *key = yaml_reader_key(yaml, node, i);
        set->editions[i].at = yaml_reader_at(yaml, key);
        loader_read_name(loader, key, &set->editions[i].name);
        loader_read_keys(loader, yaml_reader_value(yaml, node, i), edition_keys, &set->editions[i],
                         "an edition");
    }
}

static const struct loader_key vendor_keys[] = {
    {"manufacturer", loader_read_text, offsetof(struct catalog_vendor, manufacturer), true},
    {0},
};

static void read_vendors(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_mapping(yaml, node, "a mapping of vendors")) return;
    set->vendor_count = yaml_reader_count(node);
    set->vendors = memory_new(set->vendor_count, sizeof *set->vendors);
    for (size_t i = 0; i < set->vendor_count; i++) {
        const yaml_node_t *key = yaml_reader_key(yaml, node, i);
        set->vendors[i].at = yaml_reader_at(yaml, key);
        loader_read_name(loader, key, &set->vendors[i].name);
        loader_read_keys(loader, yaml_reader_value(yaml, node, i), vendor_keys, &set->vendors[i],
                         "a vendor");
    }
}

/* ---- the whole ---------------------------------------------------------- */

static const struct loader_key set_keys[] = {
    {"set", loader_read_name, offsetof(struct catalog_set, name), true},
    {"title", loader_read_text, offsetof(struct catalog_set, title), true},
    {"document", loader_read_text, offsetof(struct catalog_set, document), false},
    {"editions", read_editions, 0, false},
    {"vendors", read_vendors, 0, false},
    {"parameters", read_params, 0, false},
    {"tables", read_tables, 0, false},
    {"results", read_results, 0, false},
    {"commands", loader_read_commands, 0, false},
    {"urcs", read_urcs, 0, false},
    {"secrets", loader_read_places, 0, false},
    {"errata", read_errata, 0, false},
    {"clauses", read_clauses, 0, false},
    {0},
};

static void check_name_is_new(const struct catalog_model *model, const struct catalog_set *set,
                              struct catalog_errors *errors)
{
    const struct catalog_set *other = set->name ? catalog_find_set(model, set->name) : NULL;
    if (other)
        catalog_complain(errors, set->at, "set \"%s\" is there already, from %s", set->name,
                         other->file);
}

/* A model of one set, so that it can be dropped whole. */
static struct catalog_model *read_set(const char *name, const void *bytes, size_t size,
                                      struct catalog_errors *errors)
{
    struct loader loader = {0};
    struct catalog_model *model = catalog_new();
    struct catalog_set *set = memory_new(1, sizeof *set);
    model->sets = memory_new(1, sizeof(struct catalog_set *));
    model->sets[model->set_count++] = set;
    set->file = memory_text(name);
    unsigned errors_before = errors->count;
    catalog_hold(errors);
    if (yaml_reader_open(&loader.yaml, set->file, bytes, size, errors) == 0) {
        loader.set = set;
        const yaml_node_t *root = yaml_reader_root(&loader.yaml);
        set->at = yaml_reader_at(&loader.yaml, root);
        loader_read_keys(&loader, root, set_keys, set, "a catalogue");
        yaml_reader_close(&loader.yaml);
    }
    if (errors->count == errors_before) catalog_check_set(set, errors);
    catalog_tell(errors);
    if (errors->count == errors_before) return model;
    catalog_free(model);
    return NULL;
}

int catalog_load_memory(struct catalog_model *model, const char *name, const void *bytes,
                        size_t size, struct catalog_errors *errors)
{
    struct catalog_model *one = read_set(name, bytes, size, errors);
    if (!one) return -1;
    unsigned errors_before = errors->count;
    check_name_is_new(model, one->sets[0], errors);
    if (errors->count == errors_before) {
        size_t capacity = model->set_count;
        model->sets =
            memory_grow(model->sets, model->set_count + 1, &capacity, sizeof(struct catalog_set *));
        model->sets[model->set_count++] = one->sets[0];
        one->set_count = 0;
    }
    catalog_free(one);
    return errors->count == errors_before ? 0 : -1;
}

int catalog_load_file(struct catalog_model *model, const char *path, struct catalog_errors *errors)
{
    struct catalog_location whole = {path, 0, 0};
    FILE *file = file_open(path);
    if (!file) {
        catalog_complain(errors, whole, "cannot open: %s", file_error(errno));
        return -1;
    }
    char *bytes = memory_new(CATALOG_FILE_SIZE_MAX + 1, 1);
    size_t size = fread(bytes, 1, CATALOG_FILE_SIZE_MAX + 1, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    int status = -1;
    if (failed) catalog_complain(errors, whole, "cannot read: %s", strerror(errno));
    else status = catalog_load_memory(model, path, bytes, size, errors);
    free(bytes);
    return status;
}
