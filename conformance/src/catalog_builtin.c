/* The dialects, and the files behind them. */
#include "catalog_builtin.h"
#include "catalog_yaml.h"
#include "memory.h"

#include <string.h>

/* ---- files --------------------------------------------------------------- */

/* From catalog_embedded.S. */
extern const char catalog_core_begin[], catalog_core_end[];
extern const char catalog_simcom_http_begin[], catalog_simcom_http_end[];
extern const char catalog_simcom_cch_begin[], catalog_simcom_cch_end[];
extern const char catalog_quectel_ssl_begin[], catalog_quectel_ssl_end[];

static const struct {
    const char *name; /* as the repository has it */
    const char *begin;
    const char *end;
} files[] = {
    {"parser/catalog/core.yaml", catalog_core_begin, catalog_core_end},
    {"parser/catalog/simcom-http.yaml", catalog_simcom_http_begin, catalog_simcom_http_end},
    {"parser/catalog/simcom-cch.yaml", catalog_simcom_cch_begin, catalog_simcom_cch_end},
    {"parser/catalog/quectel-ssl.yaml", catalog_quectel_ssl_begin, catalog_quectel_ssl_end},
};
#define FILE_CORE  0
#define FILE_COUNT (sizeof files / sizeof *files)

static struct catalog_errors complaints(FILE *out)
{
    return (struct catalog_errors){.out = out, .prefix = "atproof: "};
}

static int load_builtin(struct catalog_model *model, size_t index, struct catalog_errors *errors)
{
    size_t size = (size_t)(files[index].end - files[index].begin);
    return catalog_load_memory(model, files[index].name, files[index].begin, size, errors);
}

struct catalog_model *catalog_load_builtin(FILE *errors)
{
    struct catalog_errors complain = complaints(errors);
    struct catalog_model *model = catalog_new();
    for (size_t i = 0; i < FILE_COUNT; i++) {
        if (load_builtin(model, i, &complain) != 0) {
            catalog_free(model);
            return NULL;
        }
    }
    return model;
}

/* ---- dialects ------------------------------------------------------------ */

const struct catalog_dialect catalog_dialects[] = {
    {"simcom",
     "simcom",
     "core, simcom-http and simcom-cch",
     {{"core", NULL, false}, {"simcom-http", NULL, false}, {"simcom-cch", NULL, false}}},
    {"quectel-ugxx",
     "quectel_ugxx",
     "core and quectel-ssl as UGxx has it",
     {{"core", NULL, false}, {"quectel-ssl", "ugxx", false}}},
    {"quectel-ec200",
     "quectel_ec200",
     "core and quectel-ssl as EC200x has it",
     {{"core", NULL, false}, {"quectel-ssl", "ec200", false}}},
    {"auto",
     "auto",
     "all sets, for a log of unknown origin",
     {{"core", NULL, false},
      {"simcom-http", NULL, false},
      {"simcom-cch", NULL, false},
      {"quectel-ssl", NULL, false}}},
    {"core", "core", "core alone", {{"core", NULL, false}}},
    {"simcom-http",
     "simcom_http",
     "simcom-http and the result codes of core",
     {{"core", NULL, true}, {"simcom-http", NULL, false}}},
    {"simcom-cch",
     "simcom_cch",
     "simcom-cch and the result codes of core",
     {{"core", NULL, true}, {"simcom-cch", NULL, false}}},
    {0},
};

const struct catalog_dialect *catalog_find_dialect(const char *name)
{
    for (const struct catalog_dialect *dialect = catalog_dialects; dialect->name; dialect++)
        if (strcmp(dialect->name, name) == 0) return dialect;
    return NULL;
}

size_t catalog_part_count(const struct catalog_dialect *dialect)
{
    size_t count = 0;
    while (count < CATALOG_PART_MAX && dialect->parts[count].set) count++;
    return count;
}

static int compile_owned(struct catalog_model *model, const struct catalog_part *parts,
                         size_t part_count, struct compiled_catalog **out,
                         struct catalog_errors *errors)
{
    if (catalog_compile(model, parts, part_count, out, errors) != 0) {
        catalog_free(model);
        return -1;
    }
    (*out)->owns_model = true;
    return 0;
}

static void complain_of_dialect(const char *name, FILE *errors)
{
    if (!errors) return;
    fprintf(errors, "atproof: unknown dialect \"%s\"; expected one of", name);
    for (const struct catalog_dialect *dialect = catalog_dialects; dialect->name; dialect++)
        fprintf(errors, "%s %s", dialect == catalog_dialects ? "" : ",", dialect->name);
    fputc('\n', errors);
}

int catalog_open_dialect(const char *name, struct compiled_catalog **out, FILE *errors)
{
    struct catalog_errors complain = complaints(errors);
    const struct catalog_dialect *dialect = catalog_find_dialect(name);
    if (!dialect) {
        complain_of_dialect(name, errors);
        return -1;
    }
    struct catalog_model *model = catalog_load_builtin(errors);
    if (!model) return -1;
    return compile_owned(model, dialect->parts, catalog_part_count(dialect), out, &complain);
}

/* The user's set stands before core: what it defines again goes first. A file
 * that is itself called core stands alone. */
int catalog_open_file(const char *path, struct compiled_catalog **out, FILE *errors)
{
    struct catalog_errors complain = complaints(errors);
    struct catalog_model *model = catalog_new();
    if (catalog_load_file(model, path, &complain) != 0) {
        catalog_free(model);
        return -1;
    }
    const char *name = model->sets[0]->name;
    bool is_core = strcmp(name, "core") == 0;
    if (!is_core && load_builtin(model, FILE_CORE, &complain) != 0) {
        catalog_free(model);
        return -1;
    }
    struct catalog_part parts[] = {{name, NULL, false}, {"core", NULL, true}};
    return compile_owned(model, parts, is_core ? 1 : 2, out, &complain);
}
