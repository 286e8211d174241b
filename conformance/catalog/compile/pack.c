/* From the builder's lists to the parser's tables. Names are sorted by their
 * text, records and commands follow that order; of one name those records come
 * first that have no prefix, then by role, then those with more literals.
 */
#include "base/memory.h"
#include "catalog/compile/build_internal.h"
#include "catalog/yaml_internal.h"

#include <stdlib.h>
#include <string.h>

struct packer {
    const struct builder *builder;
    struct compiled_catalog *out;
    struct text_pool pool;
    size_t *name_order; /* old index by new one */
    size_t *name_index; /* new index by old one */
    size_t *record_order;
    size_t *record_index;
    size_t *command_index; /* new index by old one */
    struct atp_name *names;
    struct atp_record *records;
    struct atp_param *params;
    struct atp_command *commands;
    struct atp_form *forms;
    struct atp_variant *variants;
    uint16_t *elements;
    size_t param_capacity, variant_capacity, element_capacity;
    size_t source_count, source_capacity; /* of variants */
};

static size_t *new_indices(size_t count)
{
    return memory_new(count, sizeof(size_t));
}

static uint16_t offset_of(const struct packer *packer, const char *text)
{
    return (uint16_t)text_pool_offset(&packer->pool, text);
}

/* Where a run of elements stands in an array already, or its end. */
static size_t find_run(const void *array, size_t count, const void *run, size_t run_count,
                       size_t size)
{
    for (size_t i = 0; i + run_count <= count; i++)
        if (memcmp((const char *)array + i * size, run, run_count * size) == 0) return i;
    return count;
}

/* ---- order --------------------------------------------------------------- */

static int by_name(const void *left, const void *right, void *user)
{
    const struct builder *builder = user;
    return strcmp(builder->names[*(const size_t *)left].text,
                  builder->names[*(const size_t *)right].text);
}

static size_t literal_count(const struct build_record *record)
{
    size_t count = 0;
    for (size_t i = 0; i < record->param_count; i++) {
        unsigned type = record->params[i].type & ATP_PARAM_TYPE;
        count += type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD;
    }
    return count;
}

/* What comes unasked before information, test responses last: so the parser
 * tries the records of one name. */
static unsigned rank(const struct build_record *record)
{
    if (record->role != ATP_ROLE_INFO) return 0;
    return record->forms == ATP_FORM_TEST ? 2 : 1;
}

static int by_name_then_literals(const void *left, const void *right, void *user)
{
    const struct packer *packer = user;
    size_t i = *(const size_t *)left;
    size_t j = *(const size_t *)right;
    const struct build_record *a = &packer->builder->records[i];
    const struct build_record *b = &packer->builder->records[j];
    if (a->name != b->name)
        return packer->name_index[a->name] < packer->name_index[b->name] ? -1 : 1;
    if (a->is_bare != b->is_bare) return a->is_bare ? -1 : 1;
    if (rank(a) != rank(b)) return rank(a) < rank(b) ? -1 : 1;
    if (literal_count(a) != literal_count(b)) return literal_count(a) > literal_count(b) ? -1 : 1;
    return (i > j) - (i < j);
}

static void invert(const size_t *order, size_t *index, size_t count)
{
    for (size_t i = 0; i < count; i++) index[order[i]] = i;
}

static void sort_all(struct packer *packer)
{
    const struct builder *builder = packer->builder;
    for (size_t i = 0; i < builder->name_count; i++) packer->name_order[i] = i;
    qsort_r(packer->name_order, builder->name_count, sizeof(size_t), by_name,
            (void *)(uintptr_t)builder);
    invert(packer->name_order, packer->name_index, builder->name_count);
    for (size_t i = 0; i < builder->record_count; i++) packer->record_order[i] = i;
    qsort_r(packer->record_order, builder->record_count, sizeof(size_t), by_name_then_literals,
            packer);
    invert(packer->record_order, packer->record_index, builder->record_count);
    size_t next = 0;
    for (size_t i = 0; i < builder->name_count; i++) {
        size_t command = builder->names[packer->name_order[i]].command;
        if (command != BUILD_NONE) packer->command_index[command] = next++;
    }
}

/* ---- texts --------------------------------------------------------------- */

static void pool_texts(struct packer *packer)
{
    const struct builder *builder = packer->builder;
    for (size_t i = 0; i < builder->name_count; i++)
        text_pool_add(&packer->pool, builder->names[i].text);
    for (size_t i = 0; i < builder->record_count; i++)
        for (size_t j = 0; j < builder->records[i].param_count; j++)
            text_pool_add(&packer->pool, builder->records[i].params[j].name);
    for (size_t i = 0; i < builder->form_count; i++) {
        text_pool_add(&packer->pool, builder->forms[i].key);
        for (size_t j = 0; j < builder->forms[i].variant_count; j++)
            text_pool_add(&packer->pool, builder->forms[i].variants[j].label);
    }
    text_pool_close(&packer->pool);
    packer->out->text_size = packer->pool.size;
    packer->out->catalog.text = packer->pool.bytes;
}

/* ---- names and records --------------------------------------------------- */

static uint16_t pack_params(struct packer *packer, const struct build_record *record)
{
    struct atp_param run[ATP_FIELD_COUNT_MAX] = {{0}};
    for (size_t i = 0; i < record->param_count; i++)
        run[i] = (struct atp_param){offset_of(packer, record->params[i].name),
                                    record->params[i].type, record->params[i].range};
    size_t count = packer->out->param_count;
    if (record->param_count == 0) return 0;
    size_t found = find_run(packer->params, count, run, record->param_count, sizeof *run);
    if (found < count) return (uint16_t)found;
    packer->params = memory_grow(packer->params, count + record->param_count,
                                 &packer->param_capacity, sizeof *run);
    memcpy(packer->params + count, run, record->param_count * sizeof *run);
    packer->out->param_count += record->param_count;
    return (uint16_t)count;
}

/* Longest runs first: shorter ones are then often found within them. */
static void pack_all_params(struct packer *packer)
{
    const struct builder *builder = packer->builder;
    for (size_t size = ATP_FIELD_COUNT_MAX; size > 0; size--)
        for (size_t i = 0; i < builder->record_count; i++) {
            const struct build_record *record = &builder->records[packer->record_order[i]];
            if (record->param_count == size) packer->records[i].param = pack_params(packer, record);
        }
}

static void pack_records(struct packer *packer)
{
    const struct builder *builder = packer->builder;
    for (size_t i = 0; i < builder->record_count; i++) {
        const struct build_record *record = &builder->records[packer->record_order[i]];
        bool has_command = record->command != BUILD_NONE;
        size_t command = has_command ? packer->command_index[record->command] : ATP_NONE;
        packer->records[i] = (struct atp_record){
            .param_count = (uint8_t)record->param_count,
            .role = (uint8_t)record->role,
            .payload = (uint8_t)(record->has_payload ? record->param_count : 0),
            .command = (uint8_t)command,
            .forms = record->forms,
            .result = (uint8_t)record->result,
        };
        packer->out->record_sources[i] = record->source;
    }
    pack_all_params(packer);
}

/* First of a name's records; what follows up to another name's are its too. */
static size_t first_record(const struct packer *packer, size_t name)
{
    const struct builder *builder = packer->builder;
    for (size_t i = 0; i < builder->record_count; i++)
        if (builder->records[packer->record_order[i]].name == name) return i;
    return 0;
}

static size_t count_records(const struct builder *builder, size_t name)
{
    size_t count = 0;
    for (size_t i = 0; i < builder->record_count; i++) count += builder->records[i].name == name;
    return count;
}

static void pack_names(struct packer *packer)
{
    const struct builder *builder = packer->builder;
    for (size_t i = 0; i < builder->name_count; i++) {
        size_t old = packer->name_order[i];
        const struct build_name *name = &builder->names[old];
        size_t owner = name->shares == BUILD_NONE ? old : name->shares;
        bool has_command = name->command != BUILD_NONE;
        size_t command = has_command ? packer->command_index[name->command] : ATP_NONE;
        packer->names[i] = (struct atp_name){
            .text = offset_of(packer, name->text),
            .size = (uint8_t)strlen(name->text),
            .flags = name->flags,
            .record = (uint16_t)first_record(packer, owner),
            .record_count = (uint8_t)count_records(builder, owner),
            .command = (uint8_t)command,
        };
    }
}

/* ---- commands ------------------------------------------------------------ */

static uint16_t pack_elements(struct packer *packer, const struct build_variant *variant)
{
    uint16_t run[256];
    size_t count = packer->out->element_count;
    for (size_t i = 0; i < variant->element_count; i++)
        run[i] = (uint16_t)(packer->record_index[variant->elements[i].record]
                            | variant->elements[i].flags);
    size_t found = find_run(packer->elements, count, run, variant->element_count, sizeof *run);
    if (found < count) return (uint16_t)found;
    packer->elements = memory_grow(packer->elements, count + variant->element_count,
                                   &packer->element_capacity, sizeof *run);
    memcpy(packer->elements + count, run, variant->element_count * sizeof *run);
    packer->out->element_count += variant->element_count;
    return (uint16_t)count;
}

static void keep_sources(struct packer *packer, const struct build_form *form)
{
    struct compiled_catalog *out = packer->out;
    out->variant_sources =
        memory_grow(out->variant_sources, packer->source_count + form->variant_count,
                    &packer->source_capacity, sizeof *out->variant_sources);
    out->form_variant_sources[out->form_count] = packer->source_count;
    for (size_t i = 0; i < form->variant_count; i++)
        out->variant_sources[packer->source_count++] = form->variants[i].source;
}

static uint16_t pack_variants(struct packer *packer, const struct build_form *form)
{
    struct atp_variant run[ATP_VARIANT_COUNT_MAX] = {{0}};
    size_t count = packer->out->variant_count;
    for (size_t i = 0; i < form->variant_count; i++)
        run[i] = (struct atp_variant){.element = pack_elements(packer, &form->variants[i]),
                                      .label = offset_of(packer, form->variants[i].label),
                                      .element_count = (uint8_t)form->variants[i].element_count};
    size_t found = find_run(packer->variants, count, run, form->variant_count, sizeof *run);
    if (found < count) return (uint16_t)found;
    packer->variants = memory_grow(packer->variants, count + form->variant_count,
                                   &packer->variant_capacity, sizeof *run);
    memcpy(packer->variants + count, run, form->variant_count * sizeof *run);
    packer->out->variant_count += form->variant_count;
    return (uint16_t)count;
}

static void pack_form(struct packer *packer, const struct build_form *form)
{
    struct compiled_catalog *out = packer->out;
    packer->forms[out->form_count] = (struct atp_form){
        .key = offset_of(packer, form->key),
        .variant = pack_variants(packer, form),
        .time_limit = (uint16_t)((form->time_limit_ms + 99) / 100),
        .variant_count = (uint8_t)form->variant_count,
        .kind = (uint8_t)form->kind,
        .flags = form->flags,
        .upload = form->upload,
    };
    keep_sources(packer, form);
    out->form_sources[out->form_count++] = form->source;
}

static void pack_commands(struct packer *packer)
{
    const struct builder *builder = packer->builder;
    for (size_t i = 0; i < builder->name_count; i++) {
        size_t command = builder->names[packer->name_order[i]].command;
        if (command == BUILD_NONE) continue;
        struct atp_command *out = &packer->commands[packer->command_index[command]];
        out->name = (uint8_t)i;
        out->form = (uint16_t)packer->out->form_count;
        for (size_t j = 0; j < builder->form_count; j++)
            if (builder->forms[j].command == command) pack_form(packer, &builder->forms[j]);
        out->form_count = (uint8_t)(packer->out->form_count - out->form);
    }
}

/* ---- the whole ----------------------------------------------------------- */

static void start(struct packer *packer)
{
    const struct builder *builder = packer->builder;
    struct compiled_catalog *out = memory_new(1, sizeof *out);
    packer->out = out;
    packer->name_order = new_indices(builder->name_count);
    packer->name_index = new_indices(builder->name_count);
    packer->record_order = new_indices(builder->record_count);
    packer->record_index = new_indices(builder->record_count);
    packer->command_index = new_indices(builder->command_count);
    packer->names = memory_new(builder->name_count, sizeof *packer->names);
    packer->records = memory_new(builder->record_count, sizeof *packer->records);
    packer->commands = memory_new(builder->command_count, sizeof *packer->commands);
    packer->forms = memory_new(builder->form_count, sizeof *packer->forms);
    out->record_sources = memory_new(builder->record_count, sizeof *out->record_sources);
    out->form_sources = memory_new(builder->form_count, sizeof *out->form_sources);
    out->form_variant_sources = new_indices(builder->form_count);
}

static void finish(struct packer *packer)
{
    const struct builder *builder = packer->builder;
    struct compiled_catalog *out = packer->out;
    struct atp_range *ranges = memory_new(builder->range_count + 1, sizeof *ranges);
    if (builder->range_count)
        memcpy(ranges, builder->ranges, builder->range_count * sizeof *ranges);
    out->range_count = builder->range_count ? builder->range_count : 1;
    out->catalog.names = packer->names;
    out->catalog.records = packer->records;
    out->catalog.params = packer->params ? packer->params : memory_new(1, sizeof *packer->params);
    out->catalog.ranges = ranges;
    out->catalog.commands = packer->commands;
    out->catalog.forms = packer->forms;
    out->catalog.variants =
        packer->variants ? packer->variants : memory_new(1, sizeof *packer->variants);
    out->catalog.elements =
        packer->elements ? packer->elements : memory_new(1, sizeof *packer->elements);
    out->catalog.record_count = (uint16_t)builder->record_count;
    out->catalog.name_count = (uint8_t)builder->name_count;
    out->catalog.command_count = (uint8_t)builder->command_count;
    build_slots(&out->catalog, &out->slot_count, &out->collision_count);
    text_pool_free(&packer->pool);
    free(packer->name_order);
    free(packer->name_index);
    free(packer->record_order);
    free(packer->record_index);
    free(packer->command_index);
}

static size_t most_records(const struct builder *builder)
{
    size_t most = 0;
    for (size_t i = 0; i < builder->name_count; i++) {
        size_t count = count_records(builder, i);
        most = count > most ? count : most;
    }
    return most;
}

static bool is_within(const struct builder *builder, const char *what, size_t count, size_t limit)
{
    static const struct catalog_location whole = {"catalogue", 1, 1};
    if (count > limit)
        catalog_complain(builder->errors, whole, "%zu %s; expected at most %zu", count, what,
                         limit);
    return count <= limit;
}

/* What the tables count in 8, 14 or 16 bits. */
static bool fits_before(const struct builder *builder)
{
    return is_within(builder, "names", builder->name_count, ATP_NAME_COUNT_MAX)
           && is_within(builder, "commands", builder->command_count, ATP_COMMAND_COUNT_MAX)
           && is_within(builder, "records", builder->record_count, ATP_ELEMENT_RECORD)
           && is_within(builder, "records of one name", most_records(builder), UINT8_MAX)
           && is_within(builder, "forms", builder->form_count, UINT16_MAX)
           && is_within(builder, "intervals", builder->range_count, UINT8_MAX + 1);
}

static bool fits_after(const struct packer *packer)
{
    const struct compiled_catalog *out = packer->out;
    return is_within(packer->builder, "bytes of text", out->text_size, UINT16_MAX)
           && is_within(packer->builder, "parameters", out->param_count, UINT16_MAX)
           && is_within(packer->builder, "variants", out->variant_count, UINT16_MAX)
           && is_within(packer->builder, "elements", out->element_count, UINT16_MAX);
}

struct compiled_catalog *build_pack(const struct builder *builder)
{
    struct packer packer = {.builder = builder};
    if (!fits_before(builder)) return NULL;
    start(&packer);
    sort_all(&packer);
    pool_texts(&packer);
    pack_records(&packer);
    pack_names(&packer);
    pack_commands(&packer);
    finish(&packer);
    if (fits_after(&packer)) return packer.out;
    compiled_catalog_free(packer.out);
    return NULL;
}
