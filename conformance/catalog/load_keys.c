/* Reading mappings by a table of their keys, and the plain values in them. */
#include "base/memory.h"
#include "base/number.h"
#include "catalog/load_internal.h"
#include "catalog/notation_internal.h"

#include <stdlib.h>
#include <string.h>

#define TIME_STEP 100ull /* milliseconds */

/* Writes the names of all keys, ", " between them. */
static void list_keys(const struct loader_key *keys, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (; keys->name && at < size; keys++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", keys->name);
}

static const struct loader_key *find_key(const struct loader_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (strcmp(keys->name, name) == 0) return keys;
    return NULL;
}

static const yaml_node_t *find_value(struct loader *loader, const yaml_node_t *mapping,
                                     const char *name)
{
    for (size_t i = 0; i < yaml_reader_count(mapping); i++) {
        const yaml_node_t *key = yaml_reader_key(&loader->yaml, mapping, i);
        if (strcmp(yaml_reader_text(key), name) == 0)
            return yaml_reader_value(&loader->yaml, mapping, i);
    }
    return NULL;
}

void loader_read_keys(struct loader *loader, const yaml_node_t *node, const struct loader_key *keys,
                      void *out, const char *what)
{
    char names[240];
    char keys_of[80];
    list_keys(keys, names, sizeof names);
    snprintf(keys_of, sizeof keys_of, "the keys of %s", what);
    if (!yaml_reader_is_mapping(&loader->yaml, node, keys_of)) return;
    for (size_t i = 0; i < yaml_reader_count(node); i++) {
        const yaml_node_t *key = yaml_reader_key(&loader->yaml, node, i);
        if (!find_key(keys, yaml_reader_text(key)))
            yaml_reader_complain(&loader->yaml, key, "unknown key \"%s\" in %s; expected one of %s",
                                 yaml_reader_text(key), what, names);
    }
    /* In the order of the table, so that what later keys need is known. */
    for (const struct loader_key *key = keys; key->name; key++) {
        const yaml_node_t *value = find_value(loader, node, key->name);
        if (value) key->read(loader, value, (char *)out + key->offset);
        else if (key->is_required)
            yaml_reader_complain(&loader->yaml, node, "missing %s; expected it in %s", key->name,
                                 what);
    }
}

/* ---- plain values ------------------------------------------------------- */

void loader_read_text_or_empty(struct loader *loader, const yaml_node_t *node, void *out)
{
    if (yaml_reader_is_text(&loader->yaml, node, "text"))
        *(char **)out = memory_text(yaml_reader_text(node));
}

void loader_read_text(struct loader *loader, const yaml_node_t *node, void *out)
{
    if (!yaml_reader_is_text(&loader->yaml, node, "text")) return;
    if (node->data.scalar.length == 0)
        yaml_reader_complain(&loader->yaml, node, "empty; expected text");
    *(char **)out = memory_text(yaml_reader_text(node));
}

/* A name is shown in one line and stands in generated code. */
void loader_read_name(struct loader *loader, const yaml_node_t *node, void *out)
{
    loader_read_text(loader, node, out);
    if (node->type != YAML_SCALAR_NODE) return;
    for (const char *at = yaml_reader_text(node); *at; at++) {
        if (*at > 0x20 && *at < 0x7F && !strchr("\"<>=@\\", *at)) continue;
        yaml_reader_complain(&loader->yaml, node,
                             "bad name; expected printable ASCII without spaces and \"<>=@\\");
        return;
    }
}

void loader_read_word(struct loader *loader, const yaml_node_t *node, const char *const *words,
                      unsigned *out)
{
    if (!yaml_reader_is_text(&loader->yaml, node, "text")) return;
    char all[120];
    size_t at = 0;
    for (unsigned i = 0; words[i]; i++) {
        if (strcmp(words[i], yaml_reader_text(node)) == 0) {
            *out = i;
            return;
        }
        if (at < sizeof all)
            at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", i ? ", " : "", words[i]);
    }
    yaml_reader_complain(&loader->yaml, node, "unknown \"%s\"; expected one of %s",
                         yaml_reader_text(node), all);
}

void loader_read_flag(struct loader *loader, const yaml_node_t *node, void *out)
{
    static const char *const words[] = {"false", "true", NULL};
    unsigned index = 0;
    loader_read_word(loader, node, words, &index);
    *(bool *)out = index;
}

/* Milliseconds; the tables have 16 bits of 100 ms each. */
void loader_read_time(struct loader *loader, const yaml_node_t *node, void *out)
{
    if (!yaml_reader_is_text(&loader->yaml, node, "milliseconds")) return;
    const char *text = yaml_reader_text(node);
    uint64_t value = 0;
    if (!number_read(text, strlen(text), UINT16_MAX * TIME_STEP, &value) || value == 0
        || value % TIME_STEP) {
        yaml_reader_complain(
            &loader->yaml, node,
            "bad time \"%s\"; expected milliseconds, a multiple of %llu up to %llu", text,
            TIME_STEP, UINT16_MAX * TIME_STEP);
        return;
    }
    *(uint32_t *)out = (uint32_t)value;
}

/* ---- records ------------------------------------------------------------ */

void loader_read_record(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_record *record = out;
    struct notation_error error;
    if (node->type == YAML_MAPPING_NODE) {
        yaml_reader_complain(&loader->yaml, node,
                             "a colon makes this a mapping; put the record in quotes");
        return;
    }
    if (!yaml_reader_is_text(&loader->yaml, node, "a record or a result code")) return;
    if (notation_parse_record(yaml_reader_text(node), record, &error) != 0) {
        catalog_complain(loader->yaml.errors,
                         yaml_reader_at_byte(&loader->yaml, node, error.offset), "%s", error.text);
        return;
    }
    record->at = yaml_reader_at_byte(&loader->yaml, node, 0);
    for (size_t i = 0; i < record->field_count; i++)
        record->fields[i].at = yaml_reader_at_byte(&loader->yaml, node, record->fields[i].offset);
}
