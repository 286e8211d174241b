/* Compiling: sets into the tables of the parser. */
#include "catalog/compile/compile.h"
#include "catalog/compile/build_internal.h"
#include "catalog/yaml_internal.h"

int catalog_compile(struct catalog_model *model, const struct catalog_part *parts,
                    size_t part_count, struct compiled_catalog **out, struct catalog_errors *errors)
{
    struct builder builder = {.model = model, .errors = errors};
    unsigned errors_before = errors->count;
    struct compiled_catalog *compiled = NULL;
    catalog_hold(errors);
    build_gather(&builder, parts, part_count);
    if (errors->count == errors_before) compiled = build_pack(&builder);
    build_free(&builder);
    catalog_tell(errors);
    if (!compiled) return -1;
    compiled->model = model;
    *out = compiled;
    return 0;
}
