/* What the files of the script reader share. */
#include "script/script_internal.h"

#include <string.h>

char *script_trimmed(struct script_reader *reader, const char *text, size_t size)
{
    while (size > 0 && text[0] == ' ') {
        text++;
        size--;
    }
    while (size > 0 && text[size - 1] == ' ') size--;
    return script_copy(reader->arena, text, size);
}

bool script_is_known(const struct script_builder *builder, const char *name)
{
    for (size_t i = 0; i < builder->names.count; i++)
        if (strcmp(builder->names.items[i], name) == 0) return true;
    return false;
}

bool script_check_parts(struct script_reader *reader, struct script_builder *builder,
                        const struct script_node *node)
{
    for (size_t i = 0; i < node->part_count; i++) {
        const struct script_part *part = &node->parts[i];
        size_t at = part->column > 0 ? part->column - 1 : 0;
        if (part->kind == SCRIPT_CAPTURE && node->is_sent)
            return script_fail(reader, at,
                               "a capture in what is sent; expected {name} of a "
                               "variable or of an earlier capture");
        if (part->kind == SCRIPT_REFERENCE && !script_is_known(builder, part->name))
            return script_fail(reader, at,
                               "unknown name '%.40s'; expected a variable of the header "
                               "or an earlier capture",
                               part->name);
        if (part->kind == SCRIPT_CAPTURE && part->name != NULL)
            *LIST_ADD(&builder->names) = part->name;
    }
    return true;
}
