/* A store as it is read back. */
#ifndef REPORTS_STORE_H
#define REPORTS_STORE_H

#include "atproof/reports.h"

#include <jansson.h>

struct store {
    json_t *lines; /* array of the objects, in their order */
};

/* Reads and checks a store. Complaints go to `errors` as `PATH:LINE: text`.
 * Owns: the caller releases *out with store_release. */
bool store_read(const char *path, struct store *out, FILE *errors);
void store_release(struct store *store);

/* ---- looking things up ------------------------------------------------ */

bool store_is_case(const json_t *line);
const char *store_text(const json_t *object, const char *key);  /* "" if absent */
json_int_t store_number(const json_t *object, const char *key); /* 0 if absent */
const json_t *store_array(const json_t *object, const char *key);

/* The id, with ` way N` behind it where a case has several. Owns: the caller. */
char *store_case_name(const json_t *case_);

/* Whether the finding counts against the exchange. */
bool store_is_fault(const json_t *finding, bool strict);

/* ---- the projections -------------------------------------------------- */

bool junit_write(const struct store *store, FILE *out);
bool tap_write(const struct store *store, FILE *out);
bool summary_write(const struct store *store, FILE *out);

#endif
