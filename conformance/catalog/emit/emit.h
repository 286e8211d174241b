/* What is derived from a catalogue: C tables, a fuzzer's dictionary, reference
 * pages, JSON, a list. The same catalogue gives the same bytes. Failures of
 * writing are left on the stream.
 */
#ifndef ATPROOF_CATALOG_EMIT_H
#define ATPROOF_CATALOG_EMIT_H

#include "catalog/compile/compile.h"

/* What a catalogue is called. */
struct catalog_title {
    const char *option; /* "--dialect simcom": how it is asked for */
    const char *symbol; /* "simcom": after atp_catalog_           */
    bool is_builtin;    /* <atproof/dialects.h> declares it        */
};

/* A C source with the tables. */
void catalog_emit_c(FILE *out, const struct compiled_catalog *compiled,
                    const struct catalog_title *title);

/* A dictionary for libFuzzer and AFL++. */
void catalog_emit_dict(FILE *out, const struct compiled_catalog *compiled,
                       const struct catalog_title *title);

/* A reference page of the parts. */
void catalog_emit_markdown(FILE *out, const struct catalog_model *model,
                           const struct catalog_part *parts, size_t part_count,
                           const struct catalog_title *title);

/* The sets of the parts, whole. */
void catalog_emit_json(FILE *out, const struct catalog_model *model,
                       const struct catalog_part *parts, size_t part_count);

/* A line each form: clause, form, syntax. */
void catalog_emit_list(FILE *out, const struct catalog_model *model,
                       const struct catalog_part *parts, size_t part_count);

/* Lower-case words: "int", …; "final", …. */
const char *catalog_type_name(enum atp_type type);
const char *catalog_class_name(enum catalog_class rank);

/* A range in the notation: `0`, `0..4`, `0..`. Returns: `text`. */
const char *catalog_range_text(const struct catalog_interval *range, char *text, size_t size);

#endif
