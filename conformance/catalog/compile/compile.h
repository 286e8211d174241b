/* Turns the model of a catalogue into the parser's tables (atproof/catalog.h).
 *
 * A dialect names the sets it is made of, and the edition of those that hold
 * several. Identical records, parameter runs, variants and texts are stored
 * once; commands of one name are merged form by form.
 */
#ifndef ATPROOF_CATALOG_COMPILE_H
#define ATPROOF_CATALOG_COMPILE_H

#include "catalog/model.h"

/* Where a compiled record, form or variant comes from: of several that were
 * merged, the first. All members are borrowed from the model; `form` and
 * `variant` are NULL where they do not apply (URCs, result codes). */
struct compiled_source {
    const struct catalog_set *set;
    const struct catalog_command *command;
    const struct catalog_form *form;
    const struct catalog_variant *variant;
    const struct catalog_record *record;
    const char *edition; /* as which it was resolved, NULL: none */
    const char *clause;
};

/* The tables, and what a tool wants to know of them. Owns all of it. */
struct compiled_catalog {
    struct atp_catalog catalog; /* what atp_init takes */

    size_t text_size; /* bytes */
    size_t param_count;
    size_t range_count; /* with the unused entry 0 */
    size_t form_count;
    size_t variant_count;
    size_t element_count;
    size_t slot_count;
    size_t collision_count; /* probes beyond the first, all names together */

    struct compiled_source *record_sources;  /* by index in catalog.records   */
    struct compiled_source *form_sources;    /* by index in catalog.forms     */
    struct compiled_source *variant_sources; /* see compiled_variant_source   */
    size_t *form_variant_sources;            /* by form: first of its sources */

    struct catalog_model *model; /* freed with the tables if owns_model */
    bool owns_model;
};

/* A set that takes part. */
struct catalog_part {
    const char *set;
    const char *edition; /* NULL: every edition the set has */
    bool results_only;   /* its result codes alone, no commands and URCs */
};

/* Compiles the chosen parts of `model`, which must outlive the tables.
 * Writes: *out on success; free it with compiled_catalog_free.
 * Returns: 0, or -1 with at least one complaint made. */
int catalog_compile(struct catalog_model *model, const struct catalog_part *parts,
                    size_t part_count, struct compiled_catalog **out,
                    struct catalog_errors *errors);

void compiled_catalog_free(struct compiled_catalog *compiled); /* NULL is fine */

/* Index in its table, from a pointer into it (an event's `record`, an
 * exchange's `form`). */
size_t compiled_record_index(const struct compiled_catalog *compiled,
                             const struct atp_record *record);
size_t compiled_form_index(const struct compiled_catalog *compiled, const struct atp_form *form);

/* Where a variant of a form comes from. Forms may share their variants, so
 * that both must be told. */
const struct compiled_source *compiled_variant_source(const struct compiled_catalog *compiled,
                                                      const struct atp_form *form,
                                                      const struct atp_variant *variant);

/* The manual's notation of a record; never empty. */
const char *compiled_notation(const struct compiled_catalog *compiled, size_t record);

/* The model's parameter that field `field` of a record holds; NULL for literals
 * and fields of test responses. */
const struct catalog_param *compiled_param(const struct compiled_catalog *compiled, size_t record,
                                           size_t field);

/* Index of the name of `size` bytes, found as the parser does, or -1. */
int compiled_find_name(const struct compiled_catalog *compiled, const void *bytes, size_t size);

/* Bytes of all tables, text and slots where pointers have 32 bits. */
size_t compiled_size(const struct compiled_catalog *compiled);

#endif
