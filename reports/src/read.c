/* Reads a store and checks it line by line against what results.schema.json
 * says, so that the projections need not care. */
#define _GNU_SOURCE
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *path;
    FILE *errors;
    size_t line;
};

static bool fail(const struct reader *reader, const char *what, const char *detail)
{
    if (reader->errors != NULL)
        fprintf(reader->errors, "%s:%zu: %s%s\n", reader->path, reader->line, what, detail);
    return false;
}

/* ---- the schema ------------------------------------------------------- */

enum type { TEXT, NUMBER, FLAG, EXCHANGES, FINDINGS, OUTCOME, VERDICT, LEVEL, CASE_LEVEL };

struct key {
    const char *name;
    enum type type;
    bool required;
};

static const struct key run_keys[] = {
    {"kind", TEXT, true},          {"version", NUMBER, true}, {"tool", TEXT, true},
    {"tool_version", TEXT, false}, {"started", TEXT, true},   {"command", TEXT, false},
    {"dialect", TEXT, false},      {"strict", FLAG, true},    {NULL, TEXT, false},
};

static const struct key case_keys[] = {
    {"kind", TEXT, true},           {"id", TEXT, true},
    {"title", TEXT, false},         {"dialect", TEXT, true},
    {"level", CASE_LEVEL, true},    {"clause", TEXT, false},
    {"verdict", VERDICT, true},     {"outcome", OUTCOME, true},
    {"reason", TEXT, false},        {"line", NUMBER, true},
    {"way", NUMBER, false},         {"source", TEXT, true},
    {"sha256", TEXT, true},         {"manufacturer", TEXT, false},
    {"model", TEXT, false},         {"firmware", TEXT, false},
    {"exchanges", EXCHANGES, true}, {NULL, TEXT, false},
};

static const struct key exchange_keys[] = {
    {"command", TEXT, true},
    {"name", TEXT, true},
    {"form", TEXT, true},
    {"variant", TEXT, true},
    {"clause", TEXT, true},
    {"verdict", VERDICT, true},
    {"why", TEXT, false},
    {"offset", NUMBER, true},
    {"size", NUMBER, true},
    {"line", NUMBER, true},
    {"sent_us", NUMBER, false},
    {"over_us", NUMBER, false},
    {"time_limit_ms", NUMBER, false},
    {"findings", FINDINGS, true},
    {NULL, TEXT, false},
};

static const struct key finding_keys[] = {
    {"rule", TEXT, true},     {"level", LEVEL, true}, {"clause", TEXT, true},
    {"offset", NUMBER, true}, {"size", NUMBER, true}, {"line", NUMBER, true},
    {"expected", TEXT, true}, {"seen", TEXT, true},   {"declared", FLAG, true},
    {"reason", TEXT, false},  {NULL, TEXT, false},
};

static const char *const words[][6] = {
    [OUTCOME] = {"passed", "failed", "skipped", "expected-failure", "unexpected-pass", NULL},
    [VERDICT] = {"pass", "deviation", "fail", "unjudged", NULL, NULL},
    [LEVEL] = {"must", "should", "quirk", "info", NULL, NULL},
    [CASE_LEVEL] = {"must", "should", "quirk", "info", NULL, NULL},
};

static bool check_object(const struct reader *reader, const json_t *object, const struct key *keys);

static bool check_objects(const struct reader *reader, const struct key *key, const json_t *value,
                          const struct key *keys)
{
    if (!json_is_array(value)) return fail(reader, "no array; expected one at ", key->name);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!check_object(reader, json_array_get(value, i), keys)) return false;
    return true;
}

static bool check_word(const struct reader *reader, const struct key *key, const json_t *value)
{
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    for (size_t i = 0; words[key->type][i] != NULL; i++)
        if (strcmp(words[key->type][i], text) == 0) return true;
    return fail(reader, "unknown word; results.schema.json lists those of ", key->name);
}

static bool check_value(const struct reader *reader, const struct key *key, const json_t *value)
{
    switch (key->type) {
    case TEXT:
        return json_is_string(value) || fail(reader, "no string; expected one at ", key->name);
    case NUMBER:
        return json_is_integer(value) || fail(reader, "no number; expected one at ", key->name);
    case FLAG:
        return json_is_boolean(value) || fail(reader, "no boolean; expected one at ", key->name);
    case EXCHANGES: return check_objects(reader, key, value, exchange_keys);
    case FINDINGS: return check_objects(reader, key, value, finding_keys);
    default: return check_word(reader, key, value);
    }
}

static const struct key *find_key(const struct key *keys, const char *name)
{
    for (; keys->name != NULL; keys++)
        if (strcmp(keys->name, name) == 0) return keys;
    return NULL;
}

static bool check_object(const struct reader *reader, const json_t *object, const struct key *keys)
{
    if (!json_is_object(object)) return fail(reader, "no object; expected one", "");
    for (const struct key *key = keys; key->name != NULL; key++) {
        const json_t *value = json_object_get(object, key->name);
        if (value == NULL && key->required) return fail(reader, "missing key ", key->name);
        if (value != NULL && !check_value(reader, key, value)) return false;
    }
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)object, name,
                        value) if (find_key(keys, name) == NULL) return fail(reader, "unknown key ",
                                                                             name);
    return true;
}

static bool check_line(const struct reader *reader, const json_t *line)
{
    if (!json_is_object(line)) return fail(reader, "no JSON object; expected one a line", "");
    const char *kind = store_text(line, "kind");
    if (strcmp(kind, "case") == 0) return check_object(reader, line, case_keys);
    if (strcmp(kind, "run") != 0) return fail(reader, "unknown kind; expected run or case", "");
    if (store_number(line, "version") != REPORTS_VERSION)
        return fail(reader, "unknown version of the store; expected 1", "");
    return check_object(reader, line, run_keys);
}

/* ---- reading ---------------------------------------------------------- */

static bool read_lines(struct reader *reader, FILE *file, json_t *lines)
{
    char *text = NULL;
    size_t capacity = 0;
    bool good = true;
    for (ssize_t size = 0; good && (size = getline(&text, &capacity, file)) >= 0;) {
        json_error_t error;
        reader->line++;
        json_t *line = json_loadb(text, (size_t)size, JSON_REJECT_DUPLICATES, &error);
        good = line == NULL ? fail(reader, "no JSON: ", error.text) : check_line(reader, line);
        if (good && reader->line == 1 && store_is_case(line))
            good = fail(reader, "a case first; expected the line of its run", "");
        if (good) json_array_append(lines, line);
        json_decref(line);
    }
    free(text);
    return good && (!ferror(file) || fail(reader, "cannot read: ", strerror(errno)));
}

bool store_read(const char *path, struct store *out, FILE *errors)
{
    struct reader reader = {.path = path, .errors = errors};
    FILE *file = fopen(path, "r");
    if (file == NULL) return fail(&reader, "cannot open: ", strerror(errno));
    out->lines = json_array();
    bool good = read_lines(&reader, file, out->lines);
    fclose(file);
    if (good && reader.line == 0) good = fail(&reader, "empty; expected the line of a run", "");
    if (!good) store_release(out);
    return good;
}

void store_release(struct store *store)
{
    json_decref(store->lines);
    store->lines = NULL;
}

/* ---- looking things up ------------------------------------------------ */

bool store_is_case(const json_t *line)
{
    return strcmp(store_text(line, "kind"), "case") == 0;
}

const char *store_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

json_int_t store_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

const json_t *store_array(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

char *store_case_name(const json_t *case_)
{
    char *name = NULL;
    json_int_t way = store_number(case_, "way");
    int size = way > 0 ? asprintf(&name, "%s way %lld", store_text(case_, "id"), (long long)way)
                       : asprintf(&name, "%s", store_text(case_, "id"));
    if (size < 0) abort();
    return name;
}

bool store_is_fault(const json_t *finding, bool strict)
{
    const char *level = store_text(finding, "level");
    if (json_is_true(json_object_get(finding, "declared"))) return false;
    return strcmp(level, "must") == 0 || (strict && strcmp(level, "should") == 0);
}

/* ---- projecting ------------------------------------------------------- */

bool reports_project(const char *path, enum reports_format format, FILE *out, FILE *errors)
{
    struct store store;
    bool good = false;
    if (!store_read(path, &store, errors)) return false;
    switch (format) {
    case REPORTS_JUNIT: good = junit_write(&store, out); break;
    case REPORTS_TAP: good = tap_write(&store, out); break;
    case REPORTS_SUMMARY: good = summary_write(&store, out); break;
    case REPORTS_FORMAT_COUNT: break;
    }
    store_release(&store);
    if (fflush(out) != 0 || ferror(out)) good = false;
    if (!good && errors != NULL) fprintf(errors, "%s: the projection could not be written\n", path);
    return good;
}
