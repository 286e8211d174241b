/* Reader of scripts: lines into cases, a body into a tree of nodes. */
#include "script/script_internal.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- nodes ------------------------------------------------------------ */

static bool add_node(struct script_reader *reader, struct script_builder *builder,
                     struct script_node node)
{
    if (++builder->node_count > SCRIPT_NODE_COUNT_MAX)
        return script_fail(reader, 0, "too many items; expected at most %zu",
                           SCRIPT_NODE_COUNT_MAX);
    if (!builder->begun) builder->now.line = reader->number;
    builder->begun = true;
    builder->header_over = true;
    node.line = reader->number;
    *LIST_ADD(&builder->groups[builder->depth].nodes) = node;
    return true;
}

static void end_branch(struct script_builder *builder)
{
    struct script_group *group = &builder->groups[builder->depth];
    struct script_branch branch = {
        .nodes = (void *)script_copy(&builder->arena, group->nodes.items,
                                     group->nodes.count * sizeof *group->nodes.items),
        .node_count = group->nodes.count,
    };
    branch.ways = script_branch_ways(&branch);
    *LIST_ADD(&group->branches) = branch;
    group->nodes.count = 0;
}

static bool open_group(struct script_reader *reader, struct script_builder *builder,
                       struct script_node node)
{
    if (builder->depth == SCRIPT_DEPTH_MAX)
        return script_fail(reader, 0, "more than %d groups in each other; expected fewer",
                           SCRIPT_DEPTH_MAX);
    builder->header_over = true;
    if (!builder->begun) builder->now.line = reader->number;
    builder->begun = true;
    node.line = reader->number;
    builder->groups[++builder->depth] = (struct script_group){.node = node};
    return true;
}

static const char *group_name(enum script_node_kind kind)
{
    switch (kind) {
    case SCRIPT_EITHER: return "either";
    case SCRIPT_ANY_ORDER: return "any-order";
    case SCRIPT_OPTIONAL: return "optional";
    default: return "repeat";
    }
}

static bool next_branch(struct script_reader *reader, struct script_builder *builder,
                        enum script_node_kind kind)
{
    const char *word = kind == SCRIPT_EITHER ? "or" : "and";
    if (builder->depth == 0 || builder->groups[builder->depth].node.kind != kind)
        return script_fail(reader, 0, "'%s' in no such group; expected \"@ %s:\" before it", word,
                           group_name(kind));
    end_branch(builder);
    if (kind == SCRIPT_ANY_ORDER
        && builder->groups[builder->depth].branches.count >= SCRIPT_ORDER_MAX)
        return script_fail(reader, 0, "more than %d branches in any order; expected fewer",
                           SCRIPT_ORDER_MAX);
    return true;
}

static bool close_group(struct script_reader *reader, struct script_builder *builder)
{
    if (builder->depth == 0)
        return script_fail(reader, 0,
                           "'end' of no group; expected \"@ either:\", \"@ any-order:\", "
                           "\"@ optional:\" or \"@ repeat:\" before it");
    end_branch(builder);
    struct script_group *group = &builder->groups[builder->depth--];
    struct script_node node = group->node;
    node.branch_count = group->branches.count;
    node.branches = (void *)script_copy(&builder->arena, group->branches.items,
                                        node.branch_count * sizeof *node.branches);
    size_t line = node.line;
    free(group->branches.items);
    free(group->nodes.items);
    *group = (struct script_group){0};
    if (node.kind != SCRIPT_OPTIONAL && node.kind != SCRIPT_REPEAT && node.branch_count < 2)
        return script_fail(reader, 0, "one branch only; expected \"@ %s:\" and a second one",
                           node.kind == SCRIPT_EITHER ? "or" : "and");
    node.ways = script_node_ways(&node);
    if (!add_node(reader, builder, node)) return false;
    group = &builder->groups[builder->depth];
    group->nodes.items[group->nodes.count - 1].line = line;
    return true;
}

/* ---- directives of the body ------------------------------------------- */

/* `RULE | CLAUSE | REASON [| erratum CLAUSE]` */
static bool read_deviates(struct script_reader *reader, struct script_node *node)
{
    const char *fields[4] = {NULL};
    size_t count = 0;
    size_t at = reader->at;
    while (at <= reader->size && count < 4) {
        const uint8_t *bar = memchr(reader->line + at, '|', reader->size - at);
        size_t end = bar == NULL ? reader->size : (size_t)(bar - reader->line);
        fields[count++] = script_trimmed(reader, (const char *)reader->line + at, end - at);
        at = end + 1;
    }
    if (count < 3 || fields[0][0] == '\0' || fields[1][0] == '\0' || fields[2][0] == '\0')
        return script_fail(reader, reader->at,
                           "bad deviation; expected \"RULE | CLAUSE | REASON\"");
    node->rule = fields[0];
    node->clause = fields[1];
    node->reason = fields[2];
    if (fields[3] == NULL) return true;
    if (strncmp(fields[3], "erratum ", 8) != 0)
        return script_fail(reader, reader->at,
                           "bad fourth part; expected \"| erratum CLAUSE\" after the reason");
    node->erratum = fields[3] + 8;
    return true;
}

static bool read_pattern(struct script_reader *reader, struct script_node *node)
{
    return script_read_parts(reader, &node->parts, &node->part_count);
}

static bool read_remark(struct script_reader *reader, struct script_node *node)
{
    (void)reader; /* free text for the reader alone */
    (void)node;
    return true;
}

static bool read_time(struct script_reader *reader, struct script_node *node)
{
    return script_read_seconds(reader, &node->number);
}

static bool read_repeat(struct script_reader *reader, struct script_node *node)
{
    return script_read_repeat(reader, &node->min, &node->max);
}

static bool read_nothing(struct script_reader *reader, struct script_node *node)
{
    (void)node;
    return reader->at == reader->size
           || script_fail(reader, reader->at, "text after the directive; expected none");
}

static const struct {
    const char *name;
    enum script_node_kind kind;
    bool (*read)(struct script_reader *reader, struct script_node *node);
} body_keys[] = {
    {"expire", SCRIPT_EXPIRE, read_remark},
    {"stream-end", SCRIPT_STREAM_END, read_remark},
    {"time", SCRIPT_TIME, read_time},
    {"within", SCRIPT_WITHIN, read_time},
    {"urc", SCRIPT_URC, read_pattern},
    {"deviates", SCRIPT_DEVIATES, read_deviates},
    {"either", SCRIPT_EITHER, read_nothing},
    {"any-order", SCRIPT_ANY_ORDER, read_nothing},
    {"optional", SCRIPT_OPTIONAL, read_nothing},
    {"repeat", SCRIPT_REPEAT, read_repeat},
};

static bool is_group(enum script_node_kind kind)
{
    return kind == SCRIPT_EITHER || kind == SCRIPT_ANY_ORDER || kind == SCRIPT_OPTIONAL
           || kind == SCRIPT_REPEAT;
}

/* Each of them is looked at for each line or finding. */
static bool count_directive(struct script_reader *reader, struct script_builder *builder,
                            enum script_node_kind kind)
{
    if (kind == SCRIPT_URC && ++builder->urc_count > SCRIPT_URC_COUNT_MAX)
        return script_fail(reader, 0, "more than %d \"@ urc:\" of one case; expected fewer",
                           SCRIPT_URC_COUNT_MAX);
    if (kind == SCRIPT_DEVIATES && ++builder->deviates_count > SCRIPT_DEVIATES_COUNT_MAX)
        return script_fail(reader, 0, "more than %d \"@ deviates:\" of one case; expected fewer",
                           SCRIPT_DEVIATES_COUNT_MAX);
    return true;
}

static bool body_directive(struct script_reader *reader, struct script_builder *builder,
                           size_t index)
{
    struct script_node node = {.kind = body_keys[index].kind, .column = reader->at + 1};
    if (!body_keys[index].read(reader, &node)) return false;
    if (!script_check_parts(reader, builder, &node)) return false;
    if (!count_directive(reader, builder, node.kind)) return false;
    return is_group(node.kind) ? open_group(reader, builder, node)
                               : add_node(reader, builder, node);
}

/* ---- cases ------------------------------------------------------------ */

static const struct script_node *kept_commands(struct script_builder *builder, int index,
                                               size_t *count)
{
    const struct script_node *commands = builder->commands[index].items;
    *count = builder->commands[index].count;
    return (void *)script_copy(&builder->arena, commands, *count * sizeof *commands);
}

static bool end_case(struct script_reader *reader, struct script_builder *builder)
{
    struct script_group *group = &builder->groups[builder->depth];
    if (builder->depth > 0)
        return script_fail(reader, 0, "\"@ %s:\" of line %zu is not closed; expected \"@ end:\"",
                           group_name(group->node.kind), group->node.line);
    end_branch(builder);
    struct script_case *now = &builder->now;
    now->body = group->branches.items[0];
    group->branches.count = 0;
    if (builder->own_variables) {
        now->variable_count = builder->variables.count;
        now->variables = (void *)script_copy(&builder->arena, builder->variables.items,
                                             now->variable_count * sizeof *now->variables);
    }
    if (builder->own_commands[0]) now->setup = kept_commands(builder, 0, &now->setup_count);
    if (builder->own_commands[1]) now->cleanup = kept_commands(builder, 1, &now->cleanup_count);
    now->slot_count = builder->slot_count;
    now->budget = builder->budget;
    *LIST_ADD(&builder->cases) = *now;
    if (builder->cases.count > SCRIPT_CASE_COUNT_MAX)
        return script_fail(reader, 0, "too many cases; expected at most %zu",
                           SCRIPT_CASE_COUNT_MAX);
    return true;
}

/* A further case: some header lines of the case before hold for it as well. */
static void begin_case(struct script_reader *reader, struct script_builder *builder)
{
    struct script_case before = builder->now;
    builder->now = (struct script_case){
        .dialect = before.dialect,
        .source = before.source,
        .generated = before.generated,
        .level = before.level,
        .requires_ = before.requires_,
        .requires_count = before.requires_count,
        .variables = before.variables,
        .variable_count = before.variable_count,
        .setup = before.setup,
        .setup_count = before.setup_count,
        .cleanup = before.cleanup,
        .cleanup_count = before.cleanup_count,
        .line = reader->number,
    };
    builder->begun = true;
    builder->header_over = false;
    builder->own_variables = false;
    builder->own_commands[0] = builder->own_commands[1] = false;
    builder->urc_count = builder->deviates_count = 0;
    script_forget_captures(builder);
}

static bool read_directive(struct script_reader *reader, struct script_builder *builder)
{
    const char *key = NULL;
    if (!script_read_key(reader, &key)) return false;
    if (strcmp(key, "id") == 0 && builder->header_over) {
        if (!end_case(reader, builder)) return false;
        begin_case(reader, builder);
    }
    if (script_is_header_key(key)) return script_read_header(reader, builder, key);
    for (size_t i = 0; i < sizeof body_keys / sizeof body_keys[0]; i++)
        if (strcmp(body_keys[i].name, key) == 0) return body_directive(reader, builder, i);
    if (strcmp(key, "or") == 0) return next_branch(reader, builder, SCRIPT_EITHER);
    if (strcmp(key, "and") == 0) return next_branch(reader, builder, SCRIPT_ANY_ORDER);
    if (strcmp(key, "end") == 0) return close_group(reader, builder);
    return script_fail(reader, 2, "unknown directive '%.32s'; corpus/README.md lists them", key);
}

/* ---- lines ------------------------------------------------------------ */

static bool take_item(struct script_reader *reader, struct script_builder *builder,
                      enum script_mark mark, struct script_node *node)
{
    node->column = reader->at + 1;
    if (mark == SCRIPT_MARK_LINE) {
        node->kind = SCRIPT_LINE;
        if (!read_pattern(reader, node)) return false;
    } else if (mark == SCRIPT_MARK_PAYLOAD) {
        node->kind = SCRIPT_PAYLOAD;
        if (!script_read_payload(reader, &node->payload)) return false;
        struct script_payload *payload = (struct script_payload *)(uintptr_t)node->payload;
        const char *name = payload->name;
        if (payload->kind == SCRIPT_PAYLOAD_REFERENCE
            && !script_find_slot(builder, name, &payload->slot))
            return script_fail(reader, node->column - 1,
                               "unknown name '%.40s'; expected a variable of the header or an "
                               "earlier capture",
                               name);
    } else {
        node->kind = SCRIPT_BYTES;
        node->bytes = (const uint8_t *)"\r\n";
        node->size = 2;
        if (mark == SCRIPT_MARK_BYTES && !script_read_strings(reader, &node->bytes, &node->size))
            return false;
    }
    if (reader->bytes_size > TRANSCRIPT_BYTES_SIZE_MAX)
        return script_fail(reader, 0, "more than %zu bytes in all; expected fewer",
                           TRANSCRIPT_BYTES_SIZE_MAX);
    return script_check_parts(reader, builder, node) && add_node(reader, builder, *node);
}

static bool take_line(struct script_reader *reader, void *user)
{
    struct script_builder *builder = user;
    struct script_node node = {0};
    enum script_mark mark = SCRIPT_MARK_BLANK;
    if (!script_read_mark(reader, &mark, &node.is_sent)) return false;
    switch (mark) {
    case SCRIPT_MARK_BLANK:
    case SCRIPT_MARK_COMMENT: return true;
    case SCRIPT_MARK_DIRECTIVE: return read_directive(reader, builder);
    default: return take_item(reader, builder, mark, &node);
    }
}

/* ---- the whole -------------------------------------------------------- */

static void hand_over(struct script_builder *builder, struct script *out)
{
    struct script_arena *kept = memory_new(1, sizeof *kept);
    out->case_count = builder->cases.count;
    out->cases = (void *)script_copy(&builder->arena, builder->cases.items,
                                     out->case_count * sizeof *out->cases);
    *kept = builder->arena;
    out->memory = kept;
}

static bool parse(struct script_reader reader, const void *text, size_t size, struct script *out)
{
    struct script_builder builder = {.now = {.line = 1}};
    reader.arena = &builder.arena;
    script_forget_captures(&builder);
    builder.budget = script_new(&builder.arena, 1, sizeof *builder.budget);
    builder.budget->step_max = SCRIPT_STEP_MAX + size;
    bool good =
        script_each_line(&reader, text, size, take_line, &builder) && end_case(&reader, &builder);
    if (good) hand_over(&builder, out);
    else script_arena_release(&builder.arena);
    for (size_t i = 0; i <= SCRIPT_DEPTH_MAX; i++) {
        free(builder.groups[i].branches.items);
        free(builder.groups[i].nodes.items);
    }
    free(builder.cases.items);
    free(builder.variables.items);
    script_forget_names(&builder);
    free(builder.commands[0].items);
    free(builder.commands[1].items);
    return good;
}

bool script_parse(const void *text, size_t size, const char *directory, struct script *out,
                  struct transcript_error *error)
{
    return parse((struct script_reader){.error = error, .directory = directory}, text, size, out);
}

bool script_parse_without_files(const void *text, size_t size, struct script *out,
                                struct transcript_error *error)
{
    return parse((struct script_reader){.error = error, .without_files = true}, text, size, out);
}

bool script_read(const char *path, struct script *out, struct transcript_error *error)
{
    struct buffer text = {0};
    const char *slash = strrchr(path, '/');
    char *directory =
        slash == NULL ? memory_text(".") : memory_slice(path, (size_t)(slash - path) + 1);
    bool good = transcript_read_file(path, SCRIPT_FILE_SIZE_MAX, &text, error)
                && script_parse(text.bytes, text.size, directory, out, error);
    free(directory);
    buffer_release(&text);
    return good;
}

void script_release(struct script *script)
{
    if (script->memory != NULL) script_arena_release(script->memory);
    free(script->memory);
    *script = (struct script){0};
}

bool script_is_spent(const struct script *script)
{
    return script->case_count > 0 && script->cases[0].budget->is_spent;
}

bool script_is_name(const char *path)
{
    size_t size = strlen(path);
    return size >= 3 && strcmp(path + size - 3, ".at") == 0;
}
