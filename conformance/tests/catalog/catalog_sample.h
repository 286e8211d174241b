/* Small catalogues for tests: compiled, and written out in a plain form. */
#ifndef CATALOG_SAMPLE_H
#define CATALOG_SAMPLE_H

#include "catalog/compile/compile.h"

/* Beginnings that the samples share. */
#define SET "set: x\ntitle: t\n"
#define X   "commands:\n  +X:\n    clause: 1\n    forms:\n"
#define PARAMS                                                                                     \
    "parameters:\n"                                                                                \
    "  a: {clause: 1, type: int, range: 0..4}\n"                                                   \
    "  b: {clause: 1, type: int, range: [0, 10..19]}\n"                                            \
    "  s: {clause: 1, type: string, range: 1..8}\n"                                                \
    "  r: {clause: 1, type: rest}\n"

/* Compiles `yaml` with the results of core; `complaint` NULL: it succeeds. */
struct compiled_catalog *compile_sample(const char *yaml, const char *edition,
                                        const char *complaint);

const struct atp_name *find_sample_name(const struct compiled_catalog *compiled, const char *name);

/* The records of a name, a line each. */
void expect_records(const struct compiled_catalog *compiled, const char *name,
                    const char *expected);

/* The same, of a catalogue that is asked nothing else. */
void expect_only(const char *yaml, const char *name, const char *expected);

/* Form `index` of a command. */
const struct atp_form *form_of(const struct compiled_catalog *compiled, const char *command,
                               unsigned index);

#endif
