/* What the files of the script reader share. */
#include "script/script_internal.h"

#include "base/memory.h"

#include <search.h>
#include <string.h>

#define REPEAT_SHOWN 4u /* the most of a repeat is shown up to this */

char *script_trimmed(struct script_reader *reader, const char *text, size_t size)
{
    while (size > 0 && text[0] == ' ') {
        text++;
        size--;
    }
    while (size > 0 && text[size - 1] == ' ') size--;
    return script_copy(reader->arena, text, size);
}

/* ---- names ------------------------------------------------------------ */

/* A file can hold a million names: trees find them. */
struct name {
    const char *text;
    size_t slot;
    unsigned generation; /* of a variable: it holds in this one             */
};

static int by_text(const void *left, const void *right)
{
    return strcmp(((const struct name *)left)->text, ((const struct name *)right)->text);
}

static struct name *find_name(void *const *root, const char *text)
{
    const struct name wanted = {.text = text};
    struct name *const *found = tfind(&wanted, root, by_text);
    return found == NULL ? NULL : *found;
}

static struct name *add_name(struct script_builder *builder, void **root, const char *text,
                             size_t slot)
{
    struct name *name = script_new(&builder->arena, 1, sizeof *name);
    *name = (struct name){.text = text, .slot = slot};
    memory_checked(tsearch(name, root, by_text));
    return name;
}

bool script_find_slot(const struct script_builder *builder, const char *text, size_t *slot)
{
    const struct name *name = find_name(&builder->variable_names, text);
    if (name == NULL || name->generation != builder->generation)
        name = find_name(&builder->captures, text);
    if (name != NULL) *slot = name->slot;
    return name != NULL;
}

bool script_note_variable(struct script_reader *reader, struct script_builder *builder,
                          struct script_variable *variable)
{
    struct name *name = find_name(&builder->variable_names, variable->name);
    if (builder->variables.count == SCRIPT_VARIABLE_COUNT_MAX
        || (name == NULL && builder->variable_name_count == SCRIPT_VARIABLE_COUNT_MAX))
        return script_fail(reader, 0, "more than %d variables; expected fewer",
                           SCRIPT_VARIABLE_COUNT_MAX);
    if (name == NULL)
        name = add_name(builder, &builder->variable_names, variable->name,
                        builder->variable_name_count++);
    name->generation = builder->generation;
    variable->slot = name->slot;
    *LIST_ADD(&builder->variables) = *variable;
    return true;
}

static size_t capture_slot(struct script_builder *builder, const char *text)
{
    size_t slot = builder->slot_count;
    if (!script_find_slot(builder, text, &slot))
        add_name(builder, &builder->captures, text, builder->slot_count++);
    return slot;
}

static void keep_name(void *name)
{
    (void)name; /* it is the arena's */
}

void script_forget_captures(struct script_builder *builder)
{
    tdestroy(builder->captures, keep_name);
    builder->captures = NULL;
    builder->slot_count = SCRIPT_VARIABLE_COUNT_MAX;
}

void script_forget_names(struct script_builder *builder)
{
    script_forget_captures(builder);
    tdestroy(builder->variable_names, keep_name);
    builder->variable_names = NULL;
}

static bool give_slot(struct script_reader *reader, struct script_builder *builder,
                      struct script_part *part, bool is_sent)
{
    size_t at = part->column > 0 ? part->column - 1 : 0;
    if (part->kind == SCRIPT_CAPTURE && is_sent)
        return script_fail(reader, at,
                           "a capture in what is sent; expected {name} of a "
                           "variable or of an earlier capture");
    if (part->kind == SCRIPT_REFERENCE && !script_find_slot(builder, part->name, &part->slot))
        return script_fail(reader, at,
                           "unknown name '%.40s'; expected a variable of the header "
                           "or an earlier capture",
                           part->name);
    if (part->kind == SCRIPT_CAPTURE && part->name != NULL)
        part->slot = capture_slot(builder, part->name);
    return true;
}

bool script_check_parts(struct script_reader *reader, struct script_builder *builder,
                        const struct script_node *node)
{
    struct script_part *parts = (struct script_part *)(uintptr_t)node->parts; /* the arena's */
    for (size_t i = 0; i < node->part_count; i++)
        if (!give_slot(reader, builder, &parts[i], node->is_sent)) return false;
    return true;
}

/* ---- ways ------------------------------------------------------------- */

#define WAYS_MANY ((unsigned)SCRIPT_WAY_COUNT_MAX + 1)

static unsigned limited(uint64_t ways)
{
    return ways < WAYS_MANY ? (unsigned)ways : WAYS_MANY;
}

static unsigned node_ways(const struct script_node *node)
{
    return node->branch_count == 0 ? 1 : node->ways;
}

unsigned script_branch_ways(const struct script_branch *branch)
{
    unsigned ways = 1;
    for (size_t i = 0; i < branch->node_count && ways < WAYS_MANY; i++)
        ways = limited((uint64_t)ways * node_ways(&branch->nodes[i]));
    return ways;
}

static unsigned order_ways(const struct script_node *node)
{
    unsigned ways = 1;
    for (size_t i = 0; i < node->branch_count && ways < WAYS_MANY; i++)
        ways = limited((uint64_t)ways * (i + 1) * node->branches[i].ways);
    return ways;
}

unsigned script_repeat_ways(const struct script_branch *turn, uint64_t count)
{
    unsigned ways = 1;
    if (turn->ways < 2) return 1;
    for (uint64_t i = 0; i < count && ways < WAYS_MANY; i++)
        ways = limited((uint64_t)ways * turn->ways);
    return ways;
}

size_t script_repeat_counts(const struct script_node *node, uint64_t counts[3])
{
    size_t count = 0;
    counts[count++] = node->min;
    if (node->max > node->min) counts[count++] = node->min + 1;
    if (node->max > node->min + 1 && node->max <= REPEAT_SHOWN) counts[count++] = node->max;
    return count;
}

unsigned script_node_ways(const struct script_node *node)
{
    uint64_t ways = node->kind == SCRIPT_OPTIONAL;
    uint64_t counts[3];
    if (node->kind == SCRIPT_ANY_ORDER) return order_ways(node);
    if (node->kind == SCRIPT_REPEAT)
        for (size_t i = 0; i < script_repeat_counts(node, counts); i++)
            ways += script_repeat_ways(&node->branches[0], counts[i]);
    else
        for (size_t i = 0; i < node->branch_count && ways < WAYS_MANY; i++)
            ways += node->branches[i].ways;
    return limited(ways);
}
