/* What the files of the loader share; catalog/model.h declares catalog_load. */
#ifndef ATPROOF_CATALOG_LOAD_INTERNAL_H
#define ATPROOF_CATALOG_LOAD_INTERNAL_H

#include "catalog/model.h"
#include "catalog/yaml_internal.h"

struct loader {
    struct yaml_reader yaml;
    struct catalog_set *set;
    const char *command; /* whose entry is being read, NULL: none */
};

/* Reads a value into the member at `out`. Complains if it cannot. */
typedef void loader_read_fn(struct loader *loader, const yaml_node_t *node, void *out);

/* A key that a mapping may have. */
struct loader_key {
    const char *name;
    loader_read_fn *read;
    size_t offset; /* of the member in the struct it belongs to */
    bool is_required;
};

/* Reads a mapping with the keys of `keys` (name NULL ends them) into the
 * struct at `out`; `what` names it in complaints: "a command". */
void loader_read_keys(struct loader *loader, const yaml_node_t *node, const struct loader_key *keys,
                      void *out, const char *what);

void loader_read_text(struct loader *loader, const yaml_node_t *node, void *out);
void loader_read_text_or_empty(struct loader *loader, const yaml_node_t *node, void *out);
void loader_read_name(struct loader *loader, const yaml_node_t *node, void *out);
void loader_read_flag(struct loader *loader, const yaml_node_t *node, void *out);
void loader_read_time(struct loader *loader, const yaml_node_t *node, void *out);

/* One of `words` (NULL ends them) as its index, into an unsigned. */
void loader_read_word(struct loader *loader, const yaml_node_t *node, const char *const *words,
                      unsigned *out);

/* An enum catalog_secret. */
void loader_read_secret(struct loader *loader, const yaml_node_t *node, void *out);

/* The list of `secrets`, into the struct catalog_set at `out`. */
void loader_read_places(struct loader *loader, const yaml_node_t *node, void *out);

/* A struct catalog_record. */
void loader_read_record(struct loader *loader, const yaml_node_t *node, void *out);

/* The list of struct catalog_param at `out`, from a mapping; *count written. */
struct catalog_param *loader_read_params(struct loader *loader, const yaml_node_t *node,
                                         size_t *count);
struct catalog_value *loader_read_values(struct loader *loader, const yaml_node_t *node,
                                         size_t *count);
struct catalog_erratum *loader_read_errata(struct loader *loader, const yaml_node_t *node,
                                           size_t *count);

/* The mapping of commands, into loader->set. */
void loader_read_commands(struct loader *loader, const yaml_node_t *node, void *out);

/* What a set must fulfil beyond its form: names resolve, ranges fit, forms do
 * not repeat. Complains. */
void catalog_check_set(const struct catalog_set *set, struct catalog_errors *errors);

#endif
