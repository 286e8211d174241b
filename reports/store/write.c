/* Writes the lines of a store. Escapes of RFC 8259, section 7. */
#include "store/schema.h"

#include <errno.h>
#include <inttypes.h>
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

/* Looked at before anything is written, so that no half line is. */
static bool is_whole(const struct schema_object *object, const void *owner)
{
    for (size_t i = 0; i < object->key_count; i++)
        if (!is_sound(&object->keys[i], owner)) return false;
    return true;
}

/* ---- JSON ------------------------------------------------------------- */

/* Byte by byte, so that the bytes can be had back: a JSON library would take
 * them for UTF-8. */
static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte > 0x7E) fprintf(out, "\\u%04x", byte);
        else fputc(byte, out);
    }
    fputc('"', out);
}

static void put_keys(FILE *out, const struct schema_object *object, const void *owner,
                     const char *separator);

static void put_list(FILE *out, const struct schema_key *key, const void *owner)
{
    const char *items = *(const char *const *)member(owner, key->offset);
    size_t count = *(const size_t *)member(owner, key->count_offset);
    fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? ",{" : "{", out);
        put_keys(out, key->items, items + i * key->items->size, "");
        fputc('}', out);
    }
    fputc(']', out);
}

static void put_value(FILE *out, const struct schema_key *key, const void *owner)
{
    const void *at = member(owner, key->offset);
    switch (key->type) {
    case SCHEMA_WORD: put_string(out, word_at(key, at)); break;
    case SCHEMA_TEXT:
    case SCHEMA_INSTANT:
    case SCHEMA_DAY:
    case SCHEMA_DIGEST: put_string(out, text_at(at)); break;
    case SCHEMA_U64:
    case SCHEMA_SIZE:
    case SCHEMA_U32: fprintf(out, "%" PRIu64, number_at(key, at)); break;
    case SCHEMA_TIME: fprintf(out, "%" PRId64, *(const int64_t *)at); break;
    case SCHEMA_FLAG: fputs(*(const bool *)at ? "true" : "false", out); break;
    case SCHEMA_LIST: put_list(out, key, owner); break;
    }
}

static void put_keys(FILE *out, const struct schema_object *object, const void *owner,
                     const char *separator)
{
    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        if (is_absent(key, owner)) continue;
        fprintf(out, "%s\"%s\":", separator, key->name);
        put_value(out, key, owner);
        separator = ",";
    }
}

static bool put_line(FILE *out, const char *head, const struct schema_object *object,
                     const void *owner)
{
    if (!is_whole(object, owner)) {
        errno = EINVAL;
        return false;
    }
    fputs(head, out);
    put_keys(out, object, owner, ",");
    fputs("}\n", out);
    return !ferror(out);
}

bool reports_write_run(FILE *file, const struct reports_run *run)
{
    char head[40];
    snprintf(head, sizeof head, "{\"kind\":\"run\",\"version\":%d", REPORTS_VERSION);
    return put_line(file, head, &schema_run, run);
}

bool reports_write_clause(FILE *file, const struct reports_clause *clause)
{
    return put_line(file, "{\"kind\":\"clause\"", &schema_clause, clause);
}

bool reports_write_case(FILE *file, const struct reports_case *case_)
{
    return put_line(file, "{\"kind\":\"case\"", &schema_case, case_);
}

bool reports_write_fuzz(FILE *file, const struct reports_fuzz *fuzz)
{
    return put_line(file, "{\"kind\":\"fuzz\"", &schema_fuzz, fuzz);
}

bool reports_write_baseline(FILE *file, const struct reports_baseline *baseline)
{
    char head[40];
    snprintf(head, sizeof head, "{\"kind\":\"baseline\",\"version\":%d", REPORTS_VERSION);
    return put_line(file, head, &schema_baseline, baseline);
}

bool reports_write_latency(FILE *file, const struct reports_latency *latency)
{
    return put_line(file, "{\"kind\":\"latency\"", &schema_latency, latency);
}
