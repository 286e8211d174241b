/* What a tool wants to know of compiled tables. */
#include "catalog/compile/compile.h"

#include <stdlib.h>
#include <string.h>

void compiled_catalog_free(struct compiled_catalog *compiled)
{
    if (!compiled) return;
    const struct atp_catalog *catalog = &compiled->catalog;
    const void *const tables[] = {
        catalog->text,     catalog->names, catalog->records,  catalog->params,   catalog->ranges,
        catalog->commands, catalog->forms, catalog->variants, catalog->elements, catalog->slots,
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) free((void *)(uintptr_t)tables[i]);
    free(compiled->record_sources);
    free(compiled->form_sources);
    free(compiled->variant_sources);
    free(compiled->form_variant_sources);
    if (compiled->owns_model) catalog_free(compiled->model);
    free(compiled);
}

/* ---- where things come from --------------------------------------------- */

size_t compiled_record_index(const struct compiled_catalog *compiled,
                             const struct atp_record *record)
{
    return (size_t)(record - compiled->catalog.records);
}

size_t compiled_form_index(const struct compiled_catalog *compiled, const struct atp_form *form)
{
    return (size_t)(form - compiled->catalog.forms);
}

const struct compiled_source *compiled_variant_source(const struct compiled_catalog *compiled,
                                                      const struct atp_form *form,
                                                      const struct atp_variant *variant)
{
    size_t first = compiled->form_variant_sources[compiled_form_index(compiled, form)];
    size_t index = (size_t)(variant - compiled->catalog.variants) - form->variant;
    return &compiled->variant_sources[first + index];
}

const char *compiled_notation(const struct compiled_catalog *compiled, size_t record)
{
    return compiled->record_sources[record].record->notation;
}

const struct catalog_param *compiled_param(const struct compiled_catalog *compiled, size_t record,
                                           size_t field)
{
    const struct compiled_source *source = &compiled->record_sources[record];
    const struct atp_record *compiled_record = &compiled->catalog.records[record];
    if (field >= compiled_record->param_count) return NULL;
    const struct atp_param *param = &compiled->catalog.params[compiled_record->param + field];
    unsigned type = param->type & ATP_PARAM_TYPE;
    if (type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD || type == ATP_TYPE_SET) return NULL;
    return catalog_find_param(source->set, source->command, source->edition,
                              compiled->catalog.text + param->name);
}

int compiled_find_name(const struct compiled_catalog *compiled, const void *bytes, size_t size)
{
    const struct atp_catalog *catalog = &compiled->catalog;
    if (size == 0 || size > ATP_NAME_SIZE_MAX) return -1;
    uint32_t slot = atp_catalog_hash(catalog, bytes, size);
    for (; catalog->slots[slot]; slot = (slot + 1) & (uint32_t)(compiled->slot_count - 1)) {
        const struct atp_name *name = &catalog->names[catalog->slots[slot] - 1];
        if (name->size == size && memcmp(catalog->text + name->text, bytes, size) == 0)
            return catalog->slots[slot] - 1;
    }
    return -1;
}

/* ---- size ---------------------------------------------------------------- */

#define POINTER_SIZE_32 ((size_t)4)

size_t compiled_size(const struct compiled_catalog *compiled)
{
    const struct atp_catalog *catalog = &compiled->catalog;
    size_t head = 10 * POINTER_SIZE_32 + sizeof catalog->hash_factor + sizeof catalog->record_count
                  + sizeof catalog->hash_shift + sizeof catalog->name_count
                  + sizeof catalog->command_count;
    size_t rounded = (head + 3) / 4 * 4;
    return rounded + compiled->text_size + compiled->slot_count
           + catalog->name_count * sizeof *catalog->names
           + catalog->record_count * sizeof *catalog->records
           + compiled->param_count * sizeof *catalog->params
           + compiled->range_count * sizeof *catalog->ranges
           + catalog->command_count * sizeof *catalog->commands
           + compiled->form_count * sizeof *catalog->forms
           + compiled->variant_count * sizeof *catalog->variants
           + compiled->element_count * sizeof *catalog->elements;
}
