/* The catalogues that are part of the program, and how a user's own joins
 * them. Complaints go to `errors` as `atproof: FILE:LINE:COL: …`, one a line
 * (NULL: none are written). */
#ifndef ATPROOF_CATALOG_BUILTIN_H
#define ATPROOF_CATALOG_BUILTIN_H

#include "catalog/compile/compile.h"
#include <stdio.h>

#define CATALOG_PART_MAX 6

/* A dialect: a name and the sets it is made of. */
struct catalog_dialect {
    const char *name;   /* "simcom", "quectel-ugxx", "auto", "core", … */
    const char *symbol; /* "quectel_ugxx": atp_catalog_quectel_ugxx */
    const char *title;
    const char *vendor; /* of its modules, as core's `vendors` names it; NULL: of several */
    struct catalog_part parts[CATALOG_PART_MAX]; /* set NULL ends them */
};

/* All dialects, for lists and help; the last has the name NULL. */
extern const struct catalog_dialect catalog_dialects[];
const struct catalog_dialect *catalog_find_dialect(const char *name);

/* The dialect of the modules that have this set, in this edition (NULL: the set has
 * none). Returns: NULL if no vendor's dialect has it. */
const struct catalog_dialect *catalog_dialect_of_set(const char *set, const char *edition);

/* The dialect of the module that reports this manufacturer and model (AT+CGMI,
 * AT+CGMM), by the vendors and editions of the catalogue. Returns: NULL if none is
 * known. */
const struct catalog_dialect *catalog_identify(const struct catalog_model *model,
                                               const char *manufacturer, const char *name);

size_t catalog_part_count(const struct catalog_dialect *dialect);

#define CATALOG_DIALECT_DEFAULT "auto"

/* All built-in sets in one model. Returns: NULL with a complaint made. */
struct catalog_model *catalog_load_builtin(FILE *errors);

/* The tables of a built-in dialect.
 * Writes: *out on success; free it with compiled_catalog_free.
 * Returns: 0, or -1 with a complaint made (an unknown name is one). */
int catalog_open_dialect(const char *name, struct compiled_catalog **out, FILE *errors);

/* The tables of a user's own file, with the result codes of core; or, if `with`
 * is no NULL, joined by all of that dialect. The first set of the model is the
 * user's. What both define is as the user's file has it first. */
int catalog_open_file(const char *path, const struct catalog_dialect *with,
                      struct compiled_catalog **out, FILE *errors);

#endif
