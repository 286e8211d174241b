/* Reads a store and checks it line by line by the tables of schema.h. */
#define _GNU_SOURCE
#include "base/input.h"
#include "base/text.h"
#include "store/schema.h"
#include "store/store.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *path;
    size_t line;
    FILE *errors;
    struct store *store;
    const struct reports_baseline *baseline; /* of this file; NULL: none */
    size_t run_capacity, clause_capacity, case_capacity, fuzz_capacity, latency_capacity;
};

/* An object within those around it: `exchange 2, finding 1`. */
struct place {
    const struct place *outer; /* NULL: the line itself */
    const char *name;
    size_t number;
};

/* ---- complaints ------------------------------------------------------- */

static void put_place(FILE *out, const struct place *place)
{
    if (place == NULL || place->outer == NULL) return;
    put_place(out, place->outer);
    fprintf(out, "%s %zu: ", place->name, place->number);
}

static void begin_complaint(const struct reader *reader, const struct place *place)
{
    text_put(reader->errors, reader->path);
    if (reader->line > 0) fprintf(reader->errors, ":%zu", reader->line);
    fputs(": ", reader->errors);
    put_place(reader->errors, place);
}

__attribute__((format(printf, 3, 4))) static bool
complain(const struct reader *reader, const struct place *place, const char *format, ...)
{
    va_list arguments;
    begin_complaint(reader, place);
    va_start(arguments, format);
    vfprintf(reader->errors, format, arguments);
    va_end(arguments);
    fputc('\n', reader->errors);
    return false;
}

static void put_seen(FILE *out, const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object",
        [JSON_ARRAY] = "an array",
        [JSON_STRING] = "a string",
        [JSON_INTEGER] = "an integer",
        [JSON_REAL] = "a number with a fraction",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_NULL] = "null",
    };
    if (json_is_string(value)) {
        char *shown = text_cut(json_string_value(value), 40);
        fprintf(out, "\"%s\"", shown);
        free(shown);
    } else if (json_is_integer(value)) {
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else {
        fputs(names[json_typeof(value)], out);
    }
}

/* Complains that the value does not fit the key. */
static bool refuse(const struct reader *reader, const struct place *place,
                   const struct schema_key *key, const json_t *value)
{
    begin_complaint(reader, place);
    if (value == NULL) {
        fprintf(reader->errors, "no key \"%s\", expected it with ", key->name);
    } else {
        fprintf(reader->errors, "\"%s\" is ", key->name);
        put_seen(reader->errors, value);
        fputs(", expected ", reader->errors);
    }
    schema_put_expected(reader->errors, key);
    fputc('\n', reader->errors);
    return false;
}

/* ---- values ----------------------------------------------------------- */

/* One byte for each character of the string. Returns: NULL if a character is above
 * U+00FF. */
static const char *bytes_of(struct arena *arena, const char *text)
{
    char *bytes = arena_new(arena, strlen(text) + 1, 1);
    char *end = bytes;
    for (; *text != '\0'; text++) {
        unsigned char first = (unsigned char)*text;
        if (first > 0xC3) return NULL;
        if (first < 0x80) *end++ = *text;
        else *end++ = (char)((first & 3) << 6 | ((unsigned char)*++text & 0x3F));
    }
    return bytes;
}

static bool read_text(const struct reader *reader, const struct place *place,
                      const struct schema_key *key, const json_t *value, void *member)
{
    if (!json_is_string(value)) return refuse(reader, place, key, value);
    const char *bytes = bytes_of(&reader->store->arena, json_string_value(value));
    if (bytes == NULL)
        return complain(reader, place,
                        "\"%s\" has a character above U+00FF, expected one for each byte",
                        key->name);
    if (!schema_text_fits(key, bytes)) return refuse(reader, place, key, value);
    *(const char **)member = bytes;
    return true;
}

static bool read_word(const struct reader *reader, const struct place *place,
                      const struct schema_key *key, const json_t *value, unsigned *member)
{
    if (json_is_string(value)) *member = words_find(key->words, json_string_value(value));
    return *member != 0 || refuse(reader, place, key, value);
}

static bool read_number(const struct reader *reader, const struct place *place,
                        const struct schema_key *key, const json_t *value, void *member)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < schema_least(key) || number > schema_greatest(key))
        return refuse(reader, place, key, value);
    if (key->type == SCHEMA_TIME) *(int64_t *)member = number;
    else if (key->type == SCHEMA_U32) *(uint32_t *)member = (uint32_t)number;
    else if (key->type == SCHEMA_SIZE) *(size_t *)member = (size_t)number;
    else *(uint64_t *)member = (uint64_t)number;
    return true;
}

static bool read_object(const struct reader *reader, const struct place *place,
                        const struct schema_object *object, const json_t *from, void *owner);

static bool read_list(const struct reader *reader, const struct place *place,
                      const struct schema_key *key, const json_t *value, char *owner)
{
    if (!json_is_array(value)) return refuse(reader, place, key, value);
    size_t count = json_array_size(value);
    char *items = arena_new(&reader->store->arena, count, key->items->size);
    *(const void **)(void *)(owner + key->offset) = items;
    *(size_t *)(void *)(owner + key->count_offset) = count;
    for (size_t i = 0; i < count; i++) {
        struct place inner = {.outer = place, .name = key->items->name, .number = i + 1};
        const json_t *item = json_array_get(value, i);
        if (!read_object(reader, &inner, key->items, item, items + i * key->items->size))
            return false;
    }
    return true;
}

static bool read_value(const struct reader *reader, const struct place *place,
                       const struct schema_key *key, const json_t *value, char *owner)
{
    void *member = owner + key->offset;
    switch (key->type) {
    case SCHEMA_WORD: return read_word(reader, place, key, value, member);
    case SCHEMA_TEXT:
    case SCHEMA_INSTANT:
    case SCHEMA_DAY:
    case SCHEMA_DIGEST: return read_text(reader, place, key, value, member);
    case SCHEMA_U64:
    case SCHEMA_SIZE:
    case SCHEMA_U32:
    case SCHEMA_TIME: return read_number(reader, place, key, value, member);
    case SCHEMA_FLAG:
        *(bool *)member = json_is_true(value);
        return json_is_boolean(value) || refuse(reader, place, key, value);
    case SCHEMA_LIST: return read_list(reader, place, key, value, owner);
    }
    return false;
}

/* ---- objects ---------------------------------------------------------- */

static bool has_key(const struct schema_object *object, const char *name)
{
    for (size_t i = 0; i < object->key_count; i++)
        if (strcmp(object->keys[i].name, name) == 0) return true;
    return false;
}

/* `kind` and `version` are checked before. */
static bool is_head(const struct schema_object *object, const char *name)
{
    return (object->is_line && strcmp(name, "kind") == 0)
           || (object->has_version && strcmp(name, "version") == 0);
}

static bool check_keys(const struct reader *reader, const struct place *place,
                       const struct schema_object *object, const json_t *from)
{
    json_t *iterated = (json_t *)(uintptr_t)from; /* jansson's iterators take no const */
    for (void *at = json_object_iter(iterated); at != NULL;
         at = json_object_iter_next(iterated, at)) {
        const char *name = json_object_iter_key(at);
        if (has_key(object, name) || is_head(object, name)) continue;
        char *shown = text_cut(name, 40);
        complain(reader, place, "unknown key \"%s\", expected those of results.schema.json", shown);
        free(shown);
        return false;
    }
    return true;
}

static bool read_object(const struct reader *reader, const struct place *place,
                        const struct schema_object *object, const json_t *from, void *owner)
{
    if (!json_is_object(from)) return complain(reader, place, "no object, expected one");
    if (!check_keys(reader, place, object, from)) return false;
    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        const json_t *value = json_object_get(from, key->name);
        void *member = (char *)owner + key->offset;
        if (value == NULL && key->required) return refuse(reader, place, key, NULL);
        if (value == NULL && key->type == SCHEMA_TIME) *(int64_t *)member = REPORTS_NO_TIME;
        if (value != NULL && !read_value(reader, place, key, value, owner)) return false;
    }
    return true;
}

/* ---- lines ------------------------------------------------------------ */

static bool check_version(const struct reader *reader, const struct place *place,
                          const json_t *line)
{
    const json_t *version = json_object_get(line, "version");
    if (!json_is_integer(version))
        return complain(reader, place, "no integer at \"version\", expected %d", REPORTS_VERSION);
    json_int_t number = json_integer_value(version);
    return number == REPORTS_VERSION
           || complain(reader, place,
                       "version %" JSON_INTEGER_FORMAT " of the store, expected %d%s", number,
                       REPORTS_VERSION, number > 0 ? ": a newer atproof reads it" : "");
}

static bool read_run(struct reader *reader, const json_t *line)
{
    struct place place = {.name = "run"};
    struct reports_run *run = arena_new(&reader->store->arena, 1, sizeof *run);
    struct store *store = reader->store;
    store->runs = arena_room(&store->arena, store->runs, store->run_count, &reader->run_capacity,
                             sizeof(void *));
    store->runs[store->run_count++] = run;
    store->run = run;
    return check_version(reader, &place, line)
           && read_object(reader, &place, &schema_run, line, run);
}

static bool read_baseline(struct reader *reader, const json_t *line)
{
    struct place place = {.name = "baseline"};
    struct reports_baseline *baseline = arena_new(&reader->store->arena, 1, sizeof *baseline);
    reader->store->baseline = reader->baseline = baseline;
    return check_version(reader, &place, line)
           && read_object(reader, &place, &schema_baseline, line, baseline);
}

/* For a line that belongs to a run. */
static bool has_run(const struct reader *reader, const struct place *place)
{
    return reader->store->run != NULL
           || complain(reader, place, "a %s before any run, expected the line of its run",
                       place->name);
}

/* The first line of an id counts. */
static bool read_clause(struct reader *reader, const json_t *line)
{
    struct place place = {.name = "clause"};
    struct store *store = reader->store;
    struct reports_clause clause = {0};
    if (!has_run(reader, &place) || !read_object(reader, &place, &schema_clause, line, &clause))
        return false;
    if (store_find_clause(store, clause.id) != NULL) return true;
    store->clauses = arena_room(&store->arena, store->clauses, store->clause_count,
                                &reader->clause_capacity, sizeof *store->clauses);
    size_t at = store->clause_count++;
    for (; at > 0 && strcmp(store->clauses[at - 1].id, clause.id) > 0; at--)
        store->clauses[at] = store->clauses[at - 1];
    store->clauses[at] = clause;
    return true;
}

/* A case of a baseline has its own identity only where it differs from the
 * baseline's. */
static void take_identity(struct reports_identity *identity,
                          const struct reports_baseline *baseline)
{
    if (identity->manufacturer != NULL || identity->model != NULL || identity->firmware != NULL)
        return;
    identity->manufacturer = baseline->manufacturer;
    identity->model = baseline->model;
    identity->firmware = baseline->firmware;
}

static bool read_case(struct reader *reader, const json_t *line)
{
    struct place place = {.name = "case"};
    struct store *store = reader->store;
    if (!has_run(reader, &place)) return false;
    store->cases = arena_room(&store->arena, store->cases, store->case_count,
                              &reader->case_capacity, sizeof *store->cases);
    struct store_case *added = &store->cases[store->case_count++];
    memset(added, 0, sizeof *added);
    added->run = store->run;
    if (!read_object(reader, &place, &schema_case, line, &added->is)) return false;
    if (reader->baseline != NULL) take_identity(&added->is.identity, reader->baseline);
    return true;
}

static bool read_fuzz(struct reader *reader, const json_t *line)
{
    struct place place = {.name = "fuzzer"};
    struct store *store = reader->store;
    if (!has_run(reader, &place)) return false;
    store->fuzzers = arena_room(&store->arena, store->fuzzers, store->fuzz_count,
                                &reader->fuzz_capacity, sizeof *store->fuzzers);
    struct store_fuzz *added = &store->fuzzers[store->fuzz_count++];
    memset(added, 0, sizeof *added);
    added->run = store->run;
    return read_object(reader, &place, &schema_fuzz, line, &added->is);
}

static bool read_latency(struct reader *reader, const json_t *line)
{
    struct place place = {.name = "latency"};
    struct store *store = reader->store;
    if (!has_run(reader, &place)) return false;
    store->latencies = arena_room(&store->arena, store->latencies, store->latency_count,
                                  &reader->latency_capacity, sizeof *store->latencies);
    struct reports_latency *added = &store->latencies[store->latency_count++];
    memset(added, 0, sizeof *added);
    return read_object(reader, &place, &schema_latency, line, added);
}

static const struct line_kind {
    const char *name;
    bool (*read)(struct reader *reader, const json_t *line);
} line_kinds[] = {
    {"run", read_run},   {"clause", read_clause},     {"case", read_case},
    {"fuzz", read_fuzz}, {"baseline", read_baseline}, {"latency", read_latency},
};
#define LINE_KINDS "run, clause, case, fuzz, baseline or latency"

static bool read_line(struct reader *reader, const json_t *line)
{
    const json_t *kind = json_object_get(line, "kind");
    if (!json_is_object(line)) return complain(reader, NULL, "no object, expected one a line");
    if (kind == NULL) return complain(reader, NULL, "no key \"kind\", expected " LINE_KINDS);
    for (size_t i = 0; i < sizeof line_kinds / sizeof line_kinds[0]; i++)
        if (strcmp(line_kinds[i].name, store_text(json_string_value(kind))) == 0)
            return line_kinds[i].read(reader, line);
    begin_complaint(reader, NULL);
    fputs("\"kind\" is ", reader->errors);
    put_seen(reader->errors, kind);
    fputs(", expected " LINE_KINDS "\n", reader->errors);
    return false;
}

static bool parse_line(struct reader *reader, const char *text, size_t size)
{
    json_error_t error;
    json_t *line = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (line == NULL) {
        char *shown = text_shown(error.text);
        complain(reader, NULL, "no JSON (%s), expected one object a line", shown);
        free(shown);
        return false;
    }
    bool good = read_line(reader, line);
    json_decref(line);
    return good;
}

/* What a killed program or a full disk left of a last line: no JSON, no line end. */
static bool is_torn(const char *text, size_t size)
{
    json_error_t error;
    if (size == 0 || text[size - 1] == '\n') return false;
    json_t *line = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    json_decref(line);
    return line == NULL;
}

static bool read_lines(struct reader *reader, FILE *file)
{
    char *text = NULL;
    size_t capacity = 0;
    bool good = true;
    ssize_t size = 0;
    while (good && (size = getline(&text, &capacity, file)) >= 0) {
        reader->line++;
        if (reader->line > 1 && is_torn(text, (size_t)size))
            (void)complain(reader, NULL,
                           "the last line is cut short and left out: the program "
                           "that wrote it was ended");
        else good = parse_line(reader, text, (size_t)size);
    }
    int error = errno;
    free(text);
    if (good && !feof(file)) {
        reader->line = 0;
        return complain(reader, NULL, "%s, expected a store to read", strerror(error));
    }
    if (good && reader->line == 0)
        return complain(reader, NULL, "empty, expected at least the line of a run");
    return good;
}

static bool read_file(struct reader *reader, FILE *file, const char *name)
{
    reader->path = name;
    reader->line = 0;
    reader->store->run = NULL;
    reader->baseline = NULL;
    return read_lines(reader, file);
}

bool store_read_file(FILE *file, const char *name, struct store *out, FILE *errors)
{
    memset(out, 0, sizeof *out);
    struct reader reader = {.errors = errors, .store = out};
    bool good = read_file(&reader, file, name);
    if (good) store_name_all(out);
    return good;
}

static bool read_path(struct reader *reader, const char *path)
{
    reader->path = path;
    reader->line = 0;
    if (strcmp(path, "-") == 0) return read_file(reader, stdin, path);
    FILE *file = input_open(path);
    if (file == NULL)
        return complain(reader, NULL, "%s, expected a store to read", input_error(errno));
    bool good = read_file(reader, file, path);
    fclose(file);
    return good;
}

bool store_read(const char *const *paths, size_t count, struct store *out, FILE *errors)
{
    memset(out, 0, sizeof *out);
    struct reader reader = {.errors = errors, .store = out};
    for (size_t i = 0; i < count; i++)
        if (!read_path(&reader, paths[i])) return false;
    store_name_all(out);
    return true;
}
