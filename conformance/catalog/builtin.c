/* The dialects, and the YAML files that they are made of. */
#include "catalog/builtin.h"
#include "base/memory.h"
#include "base/print.h"
#include "catalog/yaml_internal.h"

#include <string.h>

/* ---- files --------------------------------------------------------------- */

/* One YAML file, from embedded.S.in, which CMake fills. */
struct embedded {
    const char *set;
    const char *name; /* as the repository has it */
    const char *begin, *end;
};

/* In the order of the list in CMakeLists.txt; the last has the set NULL. */
extern const struct embedded catalog_embedded[];

static struct catalog_errors complaints(FILE *out)
{
    return (struct catalog_errors){.out = out, .prefix = "atproof: "};
}

static int load_embedded(struct catalog_model *model, const struct embedded *file,
                         struct catalog_errors *errors)
{
    return catalog_load_memory(model, file->name, file->begin, (size_t)(file->end - file->begin),
                               errors);
}

struct catalog_model *catalog_load_builtin(FILE *errors)
{
    struct catalog_errors complain = complaints(errors);
    struct catalog_model *model = catalog_new();
    for (const struct embedded *file = catalog_embedded; file->set != NULL; file++) {
        if (load_embedded(model, file, &complain) != 0) {
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
     "simcom",
     {{"core", NULL, false}, {"simcom-http", NULL, false}, {"simcom-cch", NULL, false}}},
    {"quectel-ugxx",
     "quectel_ugxx",
     "core and quectel-ssl as UGxx has it",
     "quectel",
     {{"core", NULL, false}, {"quectel-ssl", "ugxx", false}}},
    {"quectel-ec200",
     "quectel_ec200",
     "core and quectel-ssl as EC200x has it",
     "quectel",
     {{"core", NULL, false}, {"quectel-ssl", "ec200", false}}},
    {"auto",
     "auto",
     "all sets, for a log of unknown origin",
     NULL,
     {{"core", NULL, false},
      {"simcom-http", NULL, false},
      {"simcom-cch", NULL, false},
      {"quectel-ssl", NULL, false}}},
    {"core", "core", "core alone", NULL, {{"core", NULL, false}}},
    {"simcom-http",
     "simcom_http",
     "simcom-http and the result codes of core",
     NULL,
     {{"core", NULL, true}, {"simcom-http", NULL, false}}},
    {"simcom-cch",
     "simcom_cch",
     "simcom-cch and the result codes of core",
     NULL,
     {{"core", NULL, true}, {"simcom-cch", NULL, false}}},
    {0},
};

static bool has_part(const struct catalog_dialect *dialect, const char *set, const char *edition)
{
    for (size_t i = 0; i < catalog_part_count(dialect); i++) {
        const struct catalog_part *part = &dialect->parts[i];
        if (strcmp(part->set, set) != 0 || (part->edition == NULL) != (edition == NULL)) continue;
        if (edition == NULL || strcmp(part->edition, edition) == 0) return true;
    }
    return false;
}

const struct catalog_dialect *catalog_dialect_of_set(const char *set, const char *edition)
{
    if (strcmp(set, "core") == 0) return NULL;
    for (const struct catalog_dialect *dialect = catalog_dialects; dialect->name; dialect++)
        if (dialect->vendor != NULL && has_part(dialect, set, edition)) return dialect;
    return NULL;
}

static const char *manufacturer_of(const struct catalog_model *model, const char *vendor)
{
    const struct catalog_set *core = catalog_find_set(model, "core");
    for (size_t i = 0; core != NULL && i < core->vendor_count; i++)
        if (strcmp(core->vendors[i].name, vendor) == 0) return core->vendors[i].manufacturer;
    return NULL;
}

/* Whether each edition in the dialect is one that such a module has. */
static bool has_model(const struct catalog_model *model, const struct catalog_dialect *dialect,
                      const char *name)
{
    for (size_t i = 0; i < catalog_part_count(dialect); i++) {
        const struct catalog_set *set = catalog_find_set(model, dialect->parts[i].set);
        for (size_t k = 0; set != NULL && k < set->edition_count; k++) {
            const struct catalog_edition *edition = &set->editions[k];
            if (strcmp(edition->name, dialect->parts[i].edition) != 0) continue;
            size_t m = 0;
            while (m < edition->model_count && strcasestr(name, edition->models[m]) == NULL) m++;
            if (m == edition->model_count) return false;
        }
    }
    return true;
}

const struct catalog_dialect *catalog_identify(const struct catalog_model *model,
                                               const char *manufacturer, const char *name)
{
    for (const struct catalog_dialect *dialect = catalog_dialects; dialect->name; dialect++) {
        if (dialect->vendor == NULL) continue;
        const char *maker = manufacturer_of(model, dialect->vendor);
        if (maker != NULL && strcasestr(manufacturer, maker) != NULL
            && has_model(model, dialect, name))
            return dialect;
    }
    return NULL;
}

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
    print(errors, "atproof: unknown dialect '%s'; expected one of", name);
    for (const struct catalog_dialect *dialect = catalog_dialects; dialect->name; dialect++)
        print(errors, "%s %s", dialect == catalog_dialects ? "" : ",", dialect->name);
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

/* The parts that the user's own set is compiled with. Returns: how many there are. */
static size_t list_parts(const char *own, const struct catalog_dialect *with,
                         struct catalog_part *parts)
{
    parts[0] = (struct catalog_part){own, NULL, false};
    if (!with) {
        parts[1] = (struct catalog_part){"core", NULL, true};
        return strcmp(own, "core") == 0 ? 1 : 2;
    }
    size_t count = catalog_part_count(with);
    memcpy(parts + 1, with->parts, count * sizeof *parts);
    return count + 1;
}

/* The built-in files that the parts come from. Complains. */
static int load_parts(struct catalog_model *model, const struct catalog_part *parts, size_t count,
                      struct catalog_errors *errors)
{
    const struct catalog_set *own = model->sets[0];
    for (size_t i = 1; i < count; i++) {
        if (strcmp(parts[i].set, own->name) == 0) {
            catalog_complain(errors, own->at,
                             "set \"%s\" is one of the dialect; expected another name", own->name);
            return -1;
        }
        for (const struct embedded *file = catalog_embedded; file->set != NULL; file++)
            if (strcmp(file->set, parts[i].set) == 0 && load_embedded(model, file, errors) != 0)
                return -1;
    }
    return 0;
}

/* The user's set stands first: what it defines again goes first. A file that
 * is itself called core stands alone. */
int catalog_open_file(const char *path, const struct catalog_dialect *with,
                      struct compiled_catalog **out, FILE *errors)
{
    struct catalog_errors complain = complaints(errors);
    struct catalog_model *model = catalog_new();
    struct catalog_part parts[CATALOG_PART_MAX + 1];
    if (catalog_load_file(model, path, &complain) == 0) {
        size_t count = list_parts(model->sets[0]->name, with, parts);
        if (load_parts(model, parts, count, &complain) == 0)
            return compile_owned(model, parts, count, out, &complain);
    }
    catalog_free(model);
    return -1;
}
