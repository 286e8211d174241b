/* What stands in a line of a store, as tables: results.schema.json says the
 * same. The writer and the reader both go by them. */
#ifndef REPORTS_SCHEMA_H
#define REPORTS_SCHEMA_H

#include "atproof/reports.h"
#include "store/words.h"

enum schema_type {
    SCHEMA_TEXT,    /* const char *: any bytes                              */
    SCHEMA_WORD,    /* an enum: one of `words`                              */
    SCHEMA_INSTANT, /* const char *: RFC 3339, in UTC                       */
    SCHEMA_DAY,     /* const char *: 2026-01-31                             */
    SCHEMA_DIGEST,  /* const char *: SHA-256, 64 lower-case hexadecimal digits */
    SCHEMA_U64,     /* numbers of C, 0 or more; 1 or more if not required   */
    SCHEMA_SIZE,
    SCHEMA_U32,
    SCHEMA_TIME, /* int64_t; REPORTS_NO_TIME: absent                     */
    SCHEMA_FLAG, /* bool                                                 */
    SCHEMA_LIST  /* pointer to structs of `items`, and their number      */
};

/* A key of an object and the member of the struct that it stands for. */
struct schema_key {
    const char *name;
    enum schema_type type;
    bool required;
    size_t offset;                     /* of the member, bytes            */
    const struct words *words;         /* of a word                       */
    const struct schema_object *items; /* of a list                       */
    size_t count_offset;               /* of the member that counts it    */
};

struct schema_object {
    const char *name; /* as complaints call it */
    size_t size;      /* of its struct, bytes  */
    const struct schema_key *keys;
    size_t key_count;
    bool is_line;     /* begins with the key `kind`  */
    bool has_version; /* and then the key `version`  */
};

extern const struct schema_object schema_run, schema_clause, schema_case, schema_fuzz;
extern const struct schema_object schema_baseline, schema_latency;

/* Whether the text, which is not NULL, may stand for the key, which is no word. */
bool schema_text_fits(const struct schema_key *key, const char *text);

/* What may stand for the key: `an integer of 1 or more`. */
void schema_put_expected(FILE *out, const struct schema_key *key);

/* The greatest number that may stand for the key, and the least. */
int64_t schema_greatest(const struct schema_key *key);
int64_t schema_least(const struct schema_key *key);

#endif
