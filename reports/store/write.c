/* Writes the lines of a store. */
#define _GNU_SOURCE
#include "base/json_out.h"
#include "store/schema.h"
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- what may be written ---------------------------------------------- */

static const void *member(const void *owner, size_t offset)
{
    return (const char *)owner + offset;
}

static const char *text_at(const void *at)
{
    return *(const char *const *)at;
}

static const char *word_at(const struct schema_key *key, const void *at)
{
    return words_name(key->words, *(const unsigned *)at);
}

static uint64_t number_at(const struct schema_key *key, const void *at)
{
    if (key->type == SCHEMA_U32) return *(const uint32_t *)at;
    if (key->type == SCHEMA_SIZE) return *(const size_t *)at;
    return *(const uint64_t *)at;
}

/* Whether the key is left out. */
static bool is_absent(const struct schema_key *key, const void *owner)
{
    const void *at = member(owner, key->offset);
    switch (key->type) {
    case SCHEMA_TEXT: return text_at(at) == NULL;
    case SCHEMA_WORD: return word_at(key, at) == NULL;
    case SCHEMA_INSTANT:
    case SCHEMA_DAY:
    case SCHEMA_DIGEST: return text_at(at) == NULL || *text_at(at) == '\0';
    case SCHEMA_U64:
    case SCHEMA_SIZE:
    case SCHEMA_U32: return !key->required && number_at(key, at) == 0;
    case SCHEMA_TIME: return *(const int64_t *)at == REPORTS_NO_TIME;
    case SCHEMA_FLAG: return false;
    case SCHEMA_LIST:
        return !key->required && *(const size_t *)member(owner, key->count_offset) == 0;
    }
    return false;
}

static bool is_whole(const struct schema_object *object, const void *owner);

static bool is_whole_list(const struct schema_key *key, const void *owner)
{
    const char *items = *(const char *const *)member(owner, key->offset);
    size_t count = *(const size_t *)member(owner, key->count_offset);
    for (size_t i = 0; i < count; i++)
        if (!is_whole(key->items, items + i * key->items->size)) return false;
    return true;
}

static bool is_sound(const struct schema_key *key, const void *owner)
{
    const void *at = member(owner, key->offset);
    if (is_absent(key, owner)) return !key->required;
    switch (key->type) {
    case SCHEMA_TEXT:
    case SCHEMA_INSTANT:
    case SCHEMA_DAY:
    case SCHEMA_DIGEST: return schema_text_fits(key, text_at(at));
    case SCHEMA_U64:
    case SCHEMA_SIZE:
    case SCHEMA_U32: return number_at(key, at) <= (uint64_t)schema_greatest(key);
    case SCHEMA_LIST: return is_whole_list(key, owner);
    case SCHEMA_WORD:
    case SCHEMA_TIME:
    case SCHEMA_FLAG: break;
    }
    return true;
}

/* Checked before anything is written, so that no line is written in part. */
static bool is_whole(const struct schema_object *object, const void *owner)
{
    for (size_t i = 0; i < object->key_count; i++)
        if (!is_sound(&object->keys[i], owner)) return false;
    return true;
}

/* ---- lines ------------------------------------------------------------ */

static void put_keys(struct json_out *json, const struct schema_object *object, const void *owner);

static void put_list(struct json_out *json, const struct schema_key *key, const void *owner)
{
    const char *items = *(const char *const *)member(owner, key->offset);
    size_t count = *(const size_t *)member(owner, key->count_offset);
    json_out_open(json, '[');
    for (size_t i = 0; i < count; i++) {
        json_out_open(json, '{');
        put_keys(json, key->items, items + i * key->items->size);
        json_out_close(json, '}');
    }
    json_out_close(json, ']');
}

static void put_value(struct json_out *json, const struct schema_key *key, const void *owner)
{
    const void *at = member(owner, key->offset);
    switch (key->type) {
    case SCHEMA_WORD: json_out_string(json, word_at(key, at)); break;
    case SCHEMA_TEXT:
    case SCHEMA_INSTANT:
    case SCHEMA_DAY:
    case SCHEMA_DIGEST: json_out_string(json, text_at(at)); break;
    case SCHEMA_U64:
    case SCHEMA_SIZE:
    case SCHEMA_U32: json_out_unsigned(json, number_at(key, at)); break;
    case SCHEMA_TIME: json_out_signed(json, *(const int64_t *)at); break;
    case SCHEMA_FLAG: json_out_flag(json, *(const bool *)at); break;
    case SCHEMA_LIST: put_list(json, key, owner); break;
    }
}

static void put_keys(struct json_out *json, const struct schema_object *object, const void *owner)
{
    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        if (is_absent(key, owner)) continue;
        json_out_key(json, key->name);
        put_value(json, key, owner);
    }
}

/* The line goes to `out` at once: a killed program leaves no part of it. */
static bool put_line(FILE *out, const struct schema_object *object, const void *owner)
{
    char *text = NULL;
    size_t size = 0;
    if (!is_whole(object, owner)) {
        errno = EINVAL;
        return false;
    }
    FILE *line = open_memstream(&text, &size);
    if (line == NULL) return false;
    struct json_out json = {.out = line};
    json_out_open(&json, '{');
    json_out_key(&json, "kind");
    json_out_string(&json, object->name);
    if (object->has_version) {
        json_out_key(&json, "version");
        json_out_unsigned(&json, REPORTS_VERSION);
    }
    put_keys(&json, object, owner);
    json_out_close(&json, '}');
    fputc('\n', line);
    bool good = ferror(line) == 0;
    good = fclose(line) == 0 && good;
    good = good && fwrite(text, 1, size, out) == size && ferror(out) == 0;
    free(text);
    return good;
}

bool reports_write_run(FILE *file, const struct reports_run *run)
{
    return put_line(file, &schema_run, run);
}

bool reports_write_clause(FILE *file, const struct reports_clause *clause)
{
    return put_line(file, &schema_clause, clause);
}

bool reports_write_case(FILE *file, const struct reports_case *case_)
{
    return put_line(file, &schema_case, case_);
}

bool reports_write_fuzz(FILE *file, const struct reports_fuzz *fuzz)
{
    return put_line(file, &schema_fuzz, fuzz);
}

bool reports_write_baseline(FILE *file, const struct reports_baseline *baseline)
{
    return put_line(file, &schema_baseline, baseline);
}

bool reports_write_latency(FILE *file, const struct reports_latency *latency)
{
    return put_line(file, &schema_latency, latency);
}

/* ---- a store ---------------------------------------------------------- */

/* Writes the run line, unless it was the last one written. */
static bool put_run(const struct reports_run **last, const struct reports_run *run, FILE *out)
{
    bool good = run == *last || reports_write_run(out, run);
    *last = run;
    return good;
}

bool store_write(const struct store *store, FILE *out)
{
    const struct reports_run *run = NULL;
    bool good = true;
    for (size_t i = 0; i < store->case_count && good; i++)
        good =
            put_run(&run, store->cases[i].run, out) && reports_write_case(out, &store->cases[i].is);
    for (size_t i = 0; i < store->fuzz_count && good; i++)
        good = put_run(&run, store->fuzzers[i].run, out)
               && reports_write_fuzz(out, &store->fuzzers[i].is);
    return good && put_run(&run, store->run, out);
}
