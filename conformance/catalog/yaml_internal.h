/* A YAML file as the catalogue may use it: one document of mappings, lists and
 * texts. Anchors, aliases, tags, deep nesting, doubled keys, long lines and
 * large files are refused, so that whatever the file holds, reading it ends
 * soon and every node is reached once.
 */
#ifndef ATPROOF_CATALOG_YAML_INTERNAL_H
#define ATPROOF_CATALOG_YAML_INTERNAL_H

#include "catalog/model.h"
#include <yaml.h>

struct yaml_reader {
    yaml_document_t document;
    const char *file; /* borrowed */
    const char *bytes;
    size_t size;
    size_t *lines; /* offset of each line's first byte */
    size_t line_count;
    struct catalog_errors *errors;
};

/* From catalog_hold to catalog_tell complaints are kept, then written in the
 * order of their lines, each once. Borrows: the names of the files, until then. */
void catalog_hold(struct catalog_errors *errors);
void catalog_tell(struct catalog_errors *errors);

/* One line: FILE:LINE:COL: text. */
__attribute__((format(printf, 3, 4))) void catalog_complain(struct catalog_errors *errors,
                                                            struct catalog_location at,
                                                            const char *format, ...);

/* Borrows: file and bytes until it is closed.
 * Returns: 0, or -1 with a complaint made and nothing to close. */
int yaml_reader_open(struct yaml_reader *reader, const char *file, const void *bytes, size_t size,
                     struct catalog_errors *errors);
void yaml_reader_close(struct yaml_reader *reader);

/* The top node; never NULL. */
const yaml_node_t *yaml_reader_root(struct yaml_reader *reader);
const yaml_node_t *yaml_reader_node(struct yaml_reader *reader, int index);

/* Where a node begins, and where byte `offset` of a text stands in the file
 * (quotes and escapes counted; the start where lines were folded). */
struct catalog_location yaml_reader_at(const struct yaml_reader *reader, const yaml_node_t *node);
struct catalog_location yaml_reader_at_byte(const struct yaml_reader *reader,
                                            const yaml_node_t *node, size_t offset);

__attribute__((format(printf, 3, 4))) void
yaml_reader_complain(struct yaml_reader *reader, const yaml_node_t *node, const char *format, ...);

/* Whether a node is what is expected; a complaint is made if not. `what` names
 * the node in it: "a mapping of commands". */
bool yaml_reader_is_mapping(struct yaml_reader *reader, const yaml_node_t *node, const char *what);
bool yaml_reader_is_list(struct yaml_reader *reader, const yaml_node_t *node, const char *what);
bool yaml_reader_is_text(struct yaml_reader *reader, const yaml_node_t *node, const char *what);

/* Entries of a mapping or list. */
size_t yaml_reader_count(const yaml_node_t *node);
const yaml_node_t *yaml_reader_item(struct yaml_reader *reader, const yaml_node_t *list,
                                    size_t index);
const yaml_node_t *yaml_reader_key(struct yaml_reader *reader, const yaml_node_t *mapping,
                                   size_t index);
const yaml_node_t *yaml_reader_value(struct yaml_reader *reader, const yaml_node_t *mapping,
                                     size_t index);

/* A text, NUL-terminated. */
const char *yaml_reader_text(const yaml_node_t *node);

#endif
