/* Between the model and the tables: names, records and forms gathered and
 * merged, still in lists that grow and refer to each other by index. Texts are
 * borrowed from the model.
 */
#ifndef ATPROOF_CATALOG_BUILD_INTERNAL_H
#define ATPROOF_CATALOG_BUILD_INTERNAL_H

#include "catalog/compile/compile.h"

#define BUILD_NONE SIZE_MAX

/* A set as one of its editions has it. */
struct build_view {
    const struct catalog_set *set;
    const char *edition; /* NULL: it has none */
    bool results_only;
};

struct build_param {
    const char *name;
    uint8_t type; /* with its flags */
    uint8_t range;
};

struct build_record {
    size_t name;
    size_t command; /* BUILD_NONE: of none */
    enum atp_role role;
    enum atp_result result;
    uint8_t forms;
    bool has_payload;
    bool is_bare;
    struct build_param params[ATP_FIELD_COUNT_MAX];
    size_t param_count;
    struct compiled_source source;
};

struct build_name {
    const char *text;
    uint8_t flags;
    size_t command;                      /* BUILD_NONE: no command is called so */
    size_t shares;                       /* whose records these are, BUILD_NONE: own */
    const struct catalog_result *result; /* NULL: no result code */
};

struct build_element {
    size_t record;
    uint16_t flags; /* ATP_ELEMENT_* */
};

struct build_variant {
    const char *label;
    struct build_element *elements;
    size_t element_count;
    struct compiled_source source;
};

struct build_form {
    size_t command;
    enum atp_form_kind kind;
    const char *key; /* NULL: any */
    uint32_t time_limit_ms;
    uint8_t flags;
    uint8_t upload;
    struct build_variant variants[ATP_VARIANT_COUNT_MAX];
    size_t variant_count;
    struct compiled_source source;
};

struct build_command {
    size_t name;
};

struct builder {
    const struct catalog_model *model;
    struct catalog_errors *errors;
    struct build_view *views;
    size_t view_count, view_capacity;
    struct build_name *names;
    size_t name_count, name_capacity;
    struct build_record *records;
    size_t record_count, record_capacity;
    struct build_command *commands;
    size_t command_count, command_capacity;
    struct build_form *forms; /* those of a command are not together */
    size_t form_count, form_capacity;
    struct atp_range *ranges;
    size_t range_count, range_capacity;
};

/* Gathers what the parts hold. Complains. */
void build_gather(struct builder *builder, const struct catalog_part *parts, size_t part_count);
void build_free(struct builder *builder);

/* Index of a name, added if it is new. */
size_t build_name(struct builder *builder, const char *text);

/* Fields of a record: `source` is where it stands, `kind` the form whose
 * response it is part of (0: of none). Writes: params and param_count of *out. */
void build_params(struct builder *builder, const struct compiled_source *source,
                  enum atp_form_kind kind, struct build_record *out);

/* The parameter of a result's tail. */
void build_tail(struct build_record *out, const char *name);

/* ---- packing ------------------------------------------------------------ */

/* Makes the tables. Complains, and returns NULL, if a limit is passed. */
struct compiled_catalog *build_pack(const struct builder *builder);

/* Texts, each stored once, and not at all where another ends like it. */
struct text_pool {
    const char **texts; /* as added, then sorted from their ends */
    size_t count, capacity;
    size_t *offsets; /* by index in texts */
    char *bytes;
    size_t size;
};

void text_pool_add(struct text_pool *pool, const char *text);
void text_pool_close(struct text_pool *pool); /* then bytes and size are good */
size_t text_pool_offset(const struct text_pool *pool, const char *text);
void text_pool_free(struct text_pool *pool); /* all but bytes */

/* Finds the slots for the names of `catalog`, and sets slots (owned by the
 * caller), hash_factor and hash_shift. Writes: the number of slots and of
 * probes beyond the first. */
void build_slots(struct atp_catalog *catalog, size_t *slot_count, size_t *collision_count);

#endif
