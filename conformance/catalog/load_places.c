/* The list of `secrets`: commands and lines that no command of the catalogue states,
 * and the kinds of what is secret in them. */
#include "base/memory.h"
#include "catalog/load_internal.h"
#include "catalog/notation_internal.h"

#include <stdlib.h>
#include <string.h>

static void list_kinds(const char **words)
{
    for (unsigned i = 1; i < CATALOG_SECRET_COUNT; i++)
        words[i - 1] = catalog_secret_name((enum catalog_secret)i);
    words[CATALOG_SECRET_COUNT - 1] = NULL;
}

void loader_read_secret(struct loader *loader, const yaml_node_t *node, void *out)
{
    const char *words[CATALOG_SECRET_COUNT];
    unsigned index = CATALOG_SECRET_COUNT;
    list_kinds(words);
    loader_read_word(loader, node, words, &index);
    if (index < CATALOG_SECRET_COUNT)
        *(enum catalog_secret *)out = (enum catalog_secret)(index + 1);
}

/* `AT+X=…`: the name ends where arguments begin; of basic commands it is a letter. */
static size_t name_size(const char *text)
{
    size_t size = strcspn(text, "=?<");
    return size == 0 && text[0] != '\0' ? 1 : size;
}

static void read_command(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_place *place = out;
    struct notation_error error = {.text = "expected the syntax to begin with AT"};
    if (!yaml_reader_is_text(&loader->yaml, node, "the syntax of a command")) return;
    const char *text = yaml_reader_text(node);
    bool good = strncmp(text, "AT", 2) == 0;
    if (good) {
        place->name = memory_slice(text + 2, name_size(text + 2));
        good = notation_parse_syntax(text, place->name, &place->syntax, &error) == 0;
    }
    if (!good)
        catalog_complain(loader->yaml.errors,
                         yaml_reader_at_byte(&loader->yaml, node, error.offset), "%s", error.text);
}

static void read_line(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_place *place = out;
    place->has_line = true;
    loader_read_record(loader, node, &place->line);
}

static const struct loader_key place_keys[] = {
    {"clause", loader_read_text, offsetof(struct catalog_place, clause), true},
    {"command", read_command, 0, false},
    {"after", loader_read_name, offsetof(struct catalog_place, after), false},
    {"notation", read_line, 0, false},
    {"upload", loader_read_secret, offsetof(struct catalog_place, upload), false},
    {0},
};

/* The kinds among the fields. Returns: their count; a name that is none is
 * complained of. */
static size_t settle_fields(struct loader *loader, struct catalog_location at,
                            struct catalog_field *fields, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (fields[i].kind != CATALOG_FIELD_PARAM) continue;
        found++;
        if (catalog_find_secret(fields[i].text) == CATALOG_SECRET_NONE)
            catalog_complain(loader->yaml.errors, at,
                             "<%s> is no kind of secret; expected one, or -", fields[i].text);
    }
    return found;
}

static void settle_place(struct loader *loader, struct catalog_place *place)
{
    size_t found = settle_fields(loader, place->at, place->syntax.args, place->syntax.arg_count)
                   + settle_fields(loader, place->at, place->line.fields, place->line.field_count)
                   + (place->upload != CATALOG_SECRET_NONE);
    if (found == 0)
        catalog_complain(loader->yaml.errors, place->at,
                         "names no secret; expected <KIND> in a command or a notation");
    if (place->upload != CATALOG_SECRET_NONE && place->name == NULL)
        catalog_complain(loader->yaml.errors, place->at, "\"upload\" without a command");
    if (place->has_line && place->line.name == NULL && place->after == NULL)
        catalog_complain(loader->yaml.errors, place->at,
                         "notation without a prefix; expected \"after\" with it");
    if (place->after != NULL && !place->has_line)
        catalog_complain(loader->yaml.errors, place->at, "\"after\" without a notation");
}

void loader_read_places(struct loader *loader, const yaml_node_t *node, void *out)
{
    struct catalog_set *set = out;
    struct yaml_reader *yaml = &loader->yaml;
    if (!yaml_reader_is_list(yaml, node, "a list of places of secrets")) return;
    set->place_count = yaml_reader_count(node);
    set->places = memory_new(set->place_count, sizeof *set->places);
    for (size_t i = 0; i < set->place_count; i++) {
        const yaml_node_t *item = yaml_reader_item(yaml, node, i);
        set->places[i].at = yaml_reader_at(yaml, item);
        loader_read_keys(loader, item, place_keys, &set->places[i], "a place of a secret");
        settle_place(loader, &set->places[i]);
    }
}
