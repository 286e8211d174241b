/* The header of a case. */
#include "script/script_internal.h"

#include <stdlib.h>
#include <string.h>

const char *script_level_name(enum script_level level)
{
    static const char *const names[] = {"must", "should", "info", "quirk"};
    return names[level];
}

static struct script_value value_of(struct script_reader *reader)
{
    return (struct script_value){
        script_copy(reader->arena, reader->line + reader->at, reader->size - reader->at),
        reader->number, reader->at + 1};
}

static bool read_level(struct script_reader *reader, struct script_builder *builder)
{
    const char *text = value_of(reader).text;
    for (int i = SCRIPT_MUST; i <= SCRIPT_QUIRK; i++) {
        if (strcmp(script_level_name((enum script_level)i), text) != 0) continue;
        builder->now.level = (enum script_level)i;
        return true;
    }
    return script_fail(reader, reader->at,
                       "unknown level '%.20s'; expected must, should, info or quirk", text);
}

static bool read_requires(struct script_reader *reader, struct script_builder *builder)
{
    static const char *const known[] = {"network",      "sim",        "server",
                                        "stores-files", "costs-data", "hardware"};
    LIST(struct script_value) values = {0};
    size_t at = reader->at;
    while (at < reader->size) {
        const uint8_t *comma = memchr(reader->line + at, ',', reader->size - at);
        size_t end = comma == NULL ? reader->size : (size_t)(comma - reader->line);
        struct script_value value = {
            script_trimmed(reader, (const char *)reader->line + at, end - at), reader->number,
            at + 1};
        bool good = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            good = good || strcmp(known[i], value.text) == 0;
        if (!good) {
            free(values.items);
            return script_fail(reader, at,
                               "unknown requirement '%.20s'; expected network, sim, "
                               "server, stores-files, costs-data or hardware",
                               value.text);
        }
        *LIST_ADD(&values) = value;
        at = end + 1;
    }
    builder->now.requires_count = values.count;
    builder->now.requires_ =
        (void *)script_copy(reader->arena, values.items, values.count * sizeof *values.items);
    free(values.items);
    return true;
}

/* `name = text` */
static bool read_variable(struct script_reader *reader, struct script_builder *builder)
{
    const char *line = (const char *)reader->line + reader->at;
    size_t size = reader->size - reader->at;
    const char *equals = memmem(line, size, " = ", 3);
    if (equals == NULL || equals == line)
        return script_fail(reader, reader->at, "bad variable; expected \"name = text\"");
    struct script_variable variable = {
        .at = {line, reader->number, reader->at + 1},
        .name = script_copy(reader->arena, line, (size_t)(equals - line)),
        .text = script_copy(reader->arena, equals + 3, size - (size_t)(equals + 3 - line)),
    };
    variable.at.text = variable.text;
    if (!builder->own_variables) { /* those of the case before hold no longer */
        builder->variables.count = 0;
        builder->generation++;
    }
    builder->own_variables = true;
    return script_note_variable(reader, builder, &variable);
}

/* 0: setup, 1: cleanup, -1: neither. */
static int command_index(const char *key)
{
    if (strcmp(key, "setup") == 0) return 0;
    return strcmp(key, "cleanup") == 0 ? 1 : -1;
}

static bool read_command(struct script_reader *reader, struct script_builder *builder, int index)
{
    struct script_node node = {.kind = SCRIPT_LINE, .is_sent = true, .line = reader->number};
    node.column = reader->at + 1;
    if (!script_read_parts(reader, &node.parts, &node.part_count)
        || !script_check_parts(reader, builder, &node))
        return false;
    if (!builder->own_commands[index]) builder->commands[index].count = 0;
    builder->own_commands[index] = true;
    if (node.part_count == 0) return true; /* none, though the case before has some */
    *LIST_ADD(&builder->commands[index]) = node;
    return true;
}

static struct script_value *header_value(struct script_case *now, const char *key)
{
    if (strcmp(key, "id") == 0) return &now->id;
    if (strcmp(key, "dialect") == 0) return &now->dialect;
    if (strcmp(key, "title") == 0) return &now->title;
    if (strcmp(key, "source") == 0) return &now->source;
    if (strcmp(key, "erratum") == 0) return &now->erratum;
    if (strcmp(key, "generated") == 0) return &now->generated;
    return NULL;
}

bool script_is_header_key(const char *key)
{
    struct script_case none;
    return header_value(&none, key) != NULL || strcmp(key, "level") == 0
           || strcmp(key, "requires") == 0 || strcmp(key, "var") == 0 || command_index(key) >= 0;
}

bool script_read_header(struct script_reader *reader, struct script_builder *builder,
                        const char *key)
{
    struct script_value *value = header_value(&builder->now, key);
    if (builder->header_over)
        return script_fail(reader, 0,
                           "header directive '%s' after an item; expected it at the "
                           "top, or after a further \"@ id:\"",
                           key);
    if (reader->at == reader->size && command_index(key) < 0)
        return script_fail(reader, reader->at, "directive '%s' without a value; expected one", key);
    if (!builder->begun) builder->now.line = reader->number;
    builder->begun = true;
    if (strcmp(key, "level") == 0) return read_level(reader, builder);
    if (strcmp(key, "requires") == 0) return read_requires(reader, builder);
    if (strcmp(key, "var") == 0) return read_variable(reader, builder);
    if (command_index(key) >= 0) return read_command(reader, builder, command_index(key));
    bool once = strcmp(key, "id") == 0 || strcmp(key, "dialect") == 0;
    if (once && value->line >= builder->now.line && value->text != NULL)
        return script_fail(reader, 0, "second directive '%s'; expected one only", key);
    if (value->text == NULL || value->line < builder->now.line) *value = value_of(reader);
    return true;
}
