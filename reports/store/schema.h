/* Tables of the keys in a line of a store. The writer and the reader both use them;
 * results.schema.json states the same for others. */
#ifndef REPORTS_SCHEMA_H
#define REPORTS_SCHEMA_H

#include "atproof/reports.h"
#include "words/words.h"

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

/* A key of an object, and the member of the struct that holds its value. */
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
    bool is_line;     /* it starts with the key `kind` */
    bool has_version; /* then comes the key `version`  */
};

extern const struct schema_object schema_run, schema_clause, schema_case, schema_fuzz;
extern const struct schema_object schema_baseline, schema_latency;

/* Whether the text (not NULL) is a value of the key. Not for words. */
bool schema_text_fits(const struct schema_key *key, const char *text);

/* Writes which values the key takes: `an integer of 1 or more`. */
void schema_put_expected(FILE *out, const struct schema_key *key);

/* The greatest and the least number that the key takes. */
int64_t schema_greatest(const struct schema_key *key);
int64_t schema_least(const struct schema_key *key);

#endif
