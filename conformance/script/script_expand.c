/* The ways in which a case can go, each as a transcript.
 *
 * A way is a number in a mixed radix: each choice met takes one digit. The
 * number of ways is found by walking the tree once for its product. */
#include "script/script.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEAT_SHOWN 4u /* the most of a repeat is shown up to this */

/* ---- how many --------------------------------------------------------- */

static uint64_t branch_ways(const struct script_branch *branch);

static uint64_t product(uint64_t a, uint64_t b)
{
    return a > SCRIPT_WAY_COUNT_MAX || b > SCRIPT_WAY_COUNT_MAX ? SCRIPT_WAY_COUNT_MAX + 1 : a * b;
}

static uint64_t power(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    if (base == 1) return 1;
    for (uint64_t i = 0; i < exponent && result <= SCRIPT_WAY_COUNT_MAX; i++)
        result = product(result, base);
    return result;
}

/* The counts that a repeat is shown with. Returns: how many. */
static size_t repeat_counts(const struct script_node *node, uint64_t counts[3])
{
    size_t count = 0;
    counts[count++] = node->min;
    if (node->max > node->min) counts[count++] = node->min + 1;
    if (node->max > node->min + 1 && node->max <= REPEAT_SHOWN) counts[count++] = node->max;
    return count;
}

static uint64_t node_ways(const struct script_node *node)
{
    uint64_t ways = 0;
    uint64_t counts[3];
    switch (node->kind) {
    case SCRIPT_EITHER:
        for (size_t i = 0; i < node->branch_count; i++) ways += branch_ways(&node->branches[i]);
        return ways;
    case SCRIPT_ANY_ORDER:
        ways = 1;
        for (size_t i = 0; i < node->branch_count; i++)
            ways = product(product(ways, i + 1), branch_ways(&node->branches[i]));
        return ways;
    case SCRIPT_OPTIONAL: return 1 + branch_ways(&node->branches[0]);
    case SCRIPT_REPEAT:
        for (size_t i = 0; i < repeat_counts(node, counts); i++)
            ways += power(branch_ways(&node->branches[0]), counts[i]);
        return ways;
    default: return 1;
    }
}

static uint64_t branch_ways(const struct script_branch *branch)
{
    uint64_t ways = 1;
    for (size_t i = 0; i < branch->node_count; i++)
        ways = product(ways, node_ways(&branch->nodes[i]));
    return ways;
}

size_t script_way_count(const struct script_case *case_, struct transcript_error *error)
{
    uint64_t ways = branch_ways(&case_->body);
    if (ways <= SCRIPT_WAY_COUNT_MAX) return (size_t)ways;
    *error = (struct transcript_error){.line = case_->line, .column = 1};
    snprintf(error->text, sizeof error->text,
             "the case can go more than %d ways; expected fewer choices", SCRIPT_WAY_COUNT_MAX);
    return 0;
}

/* ---- one way ---------------------------------------------------------- */

struct value {
    const char *name;
    const uint8_t *bytes;
    size_t size;
};

struct expansion {
    struct transcript_builder out;
    struct transcript_error *error;
    LIST(struct value) values; /* the latest last                           */
    LIST(char *) texts;        /* made for values                           */
    uint64_t way;              /* digits not used yet                       */
    size_t step_count;         /* branches walked: a million repetitions of a
                                * million empty ones must end               */
    int64_t time_us;
};

static bool walk(struct expansion *expansion, const struct script_branch *branch);

static bool fail(struct expansion *expansion, const struct script_node *node, const char *what,
                 const char *name)
{
    expansion->error->line = node->line;
    expansion->error->column = node->column;
    snprintf(expansion->error->text, sizeof expansion->error->text, "%s%.60s", what, name);
    return false;
}

static uint64_t digit(struct expansion *expansion, uint64_t radix)
{
    if (radix == 0) return 0;
    uint64_t value = expansion->way % radix;
    expansion->way /= radix;
    return value;
}

static void set_value(struct expansion *expansion, const char *name, const uint8_t *bytes,
                      size_t size)
{
    *LIST_ADD(&expansion->values) = (struct value){name, bytes, size};
}

static const struct value *find_value(const struct expansion *expansion, const char *name)
{
    const struct value *values = expansion->values.items;
    for (size_t i = expansion->values.count; i > 0; i--)
        if (strcmp(values[i - 1].name, name) == 0) return &values[i - 1];
    return NULL;
}

/* ---- texts ------------------------------------------------------------ */

/* The first legal value of a capture. */
static char *first_value(const struct script_part *part)
{
    int64_t least = part->range_count > 0 ? part->ranges[0].min : 0;
    if (least == INT64_MIN) least = part->ranges[0].max;
    if (part->type == SCRIPT_INT) return memory_format("%" PRId64, least);
    if (part->type == SCRIPT_HEX) return memory_format("%" PRIX64, (uint64_t)least);
    bool filled = part->type == SCRIPT_STRING || part->type == SCRIPT_WORD;
    size_t size = part->range_count > 0 ? (size_t)least : filled ? 1 : 0;
    char *text = memory_new(size + 3, 1);
    bool quoted = part->type == SCRIPT_STRING;
    memset(text + quoted, 'x', size);
    if (quoted) text[0] = text[size + 1] = '"';
    return text;
}

static bool add_part(struct expansion *expansion, const struct script_node *node,
                     const struct script_part *part, struct buffer *text)
{
    const uint8_t *bytes = part->bytes;
    size_t size = part->size;
    if (part->kind == SCRIPT_REFERENCE) {
        const struct value *value = find_value(expansion, part->name);
        if (value == NULL) return fail(expansion, node, "not captured on this way: ", part->name);
        bytes = value->bytes;
        size = value->size;
    } else if (part->kind == SCRIPT_CAPTURE && !part->has_example) {
        char *made = first_value(part);
        *LIST_ADD(&expansion->texts) = made;
        bytes = (const uint8_t *)made;
        size = strlen(made);
    }
    if (part->kind == SCRIPT_CAPTURE && part->name != NULL)
        set_value(expansion, part->name, bytes, size);
    if (size > 0) buffer_append(text, bytes, size);
    return true;
}

static void add_item(struct expansion *expansion, const struct script_node *node,
                     enum transcript_kind kind, const void *bytes, size_t size)
{
    transcript_add(&expansion->out, kind, node->line, expansion->time_us, bytes, size);
}

static bool add_line(struct expansion *expansion, const struct script_node *node)
{
    struct buffer text = {0};
    bool good = true;
    if (!node->is_sent) buffer_append_text(&text, "\r\n");
    for (size_t i = 0; good && i < node->part_count; i++)
        good = add_part(expansion, node, &node->parts[i], &text);
    buffer_append_text(&text, node->is_sent ? "\r" : "\r\n");
    if (good)
        add_item(expansion, node, node->is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED, text.bytes,
                 text.size);
    buffer_release(&text);
    return good;
}

/* ---- payload ---------------------------------------------------------- */

static bool read_length(const struct value *value, size_t *out)
{
    size_t length = 0;
    for (size_t i = 0; i < value->size; i++) {
        if (value->bytes[i] < '0' || value->bytes[i] > '9') return false;
        length = length * 10 + (size_t)(value->bytes[i] - '0');
        if (length > TRANSCRIPT_BYTES_SIZE_MAX) return false;
    }
    *out = length;
    return value->size > 0;
}

static void add_digits(struct expansion *expansion, const struct script_node *node, size_t size)
{
    uint8_t *bytes = memory_new(size, 1);
    for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)('0' + i % 10);
    add_item(expansion, node, node->is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED, bytes, size);
    free(bytes);
}

static bool add_payload(struct expansion *expansion, const struct script_node *node)
{
    const struct script_payload *payload = node->payload;
    size_t size = (size_t)payload->size;
    if (payload->kind == SCRIPT_PAYLOAD_REFERENCE) {
        const struct value *value = find_value(expansion, payload->name);
        if (value == NULL || !read_length(value, &size))
            return fail(expansion, node, "no length on this way: ", payload->name);
    }
    const struct script_payload *example =
        payload->kind == SCRIPT_PAYLOAD_BYTES ? payload : payload->example;
    if (example == NULL && payload->kind == SCRIPT_PAYLOAD_SHA256)
        return fail(expansion, node,
                    "a digest without an example cannot be shown; expected \" = \" "
                    "and bytes after it",
                    "");
    if (example == NULL) {
        add_digits(expansion, node, size);
        return true;
    }
    if (payload->kind == SCRIPT_PAYLOAD_REFERENCE && example->size != size)
        return fail(expansion, node, "the example has another length than ", payload->name);
    add_item(expansion, node, node->is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED, example->bytes,
             (size_t)example->size);
    return true;
}

/* ---- groups ----------------------------------------------------------- */

static bool walk_either(struct expansion *expansion, const struct script_node *node)
{
    uint64_t choice = digit(expansion, node_ways(node));
    uint64_t rest = expansion->way;
    for (size_t i = 0; i < node->branch_count; i++) {
        uint64_t ways = branch_ways(&node->branches[i]);
        if (choice >= ways) {
            choice -= ways;
            continue;
        }
        expansion->way = choice;
        bool good = walk(expansion, &node->branches[i]);
        expansion->way = rest;
        return good;
    }
    return true;
}

static bool walk_any_order(struct expansion *expansion, const struct script_node *node)
{
    size_t left[16];
    size_t count = node->branch_count < 16 ? node->branch_count : 16;
    bool good = true;
    for (size_t i = 0; i < count; i++) left[i] = i;
    for (; good && count > 0; count--) {
        size_t pick = (size_t)digit(expansion, count);
        good = walk(expansion, &node->branches[left[pick]]);
        memmove(&left[pick], &left[pick + 1], (count - pick - 1) * sizeof left[0]);
    }
    return good;
}

static bool walk_optional(struct expansion *expansion, const struct script_node *node)
{
    uint64_t choice = digit(expansion, node_ways(node));
    uint64_t rest = expansion->way;
    if (choice == 0) return true;
    expansion->way = choice - 1;
    bool good = walk(expansion, &node->branches[0]);
    expansion->way = rest;
    return good;
}

static bool walk_repeat(struct expansion *expansion, const struct script_node *node)
{
    uint64_t counts[3];
    size_t shown = repeat_counts(node, counts);
    uint64_t choice = digit(expansion, node_ways(node));
    uint64_t rest = expansion->way;
    for (size_t i = 0; i < shown; i++) {
        uint64_t ways = power(branch_ways(&node->branches[0]), counts[i]);
        if (choice >= ways) {
            choice -= ways;
            continue;
        }
        expansion->way = choice;
        bool good = true;
        for (uint64_t k = 0; good && k < counts[i]; k++) good = walk(expansion, &node->branches[0]);
        expansion->way = rest;
        return good;
    }
    return true;
}

static bool walk_node(struct expansion *expansion, const struct script_node *node)
{
    enum transcript_kind kind = node->is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED;
    switch (node->kind) {
    case SCRIPT_LINE: return add_line(expansion, node);
    case SCRIPT_BYTES: add_item(expansion, node, kind, node->bytes, node->size); return true;
    case SCRIPT_PAYLOAD: return add_payload(expansion, node);
    case SCRIPT_EXPIRE: add_item(expansion, node, TRANSCRIPT_EXPIRE, NULL, 0); return true;
    case SCRIPT_STREAM_END: add_item(expansion, node, TRANSCRIPT_STREAM_END, NULL, 0); return true;
    case SCRIPT_TIME: expansion->time_us = (int64_t)node->number; return true;
    case SCRIPT_EITHER: return walk_either(expansion, node);
    case SCRIPT_ANY_ORDER: return walk_any_order(expansion, node);
    case SCRIPT_OPTIONAL: return walk_optional(expansion, node);
    case SCRIPT_REPEAT: return walk_repeat(expansion, node);
    case SCRIPT_WITHIN:
    case SCRIPT_URC:
    case SCRIPT_DEVIATES: return true;
    }
    return true;
}

static bool walk(struct expansion *expansion, const struct script_branch *branch)
{
    if (++expansion->step_count > TRANSCRIPT_ITEM_COUNT_MAX) {
        *expansion->error = (struct transcript_error){0};
        snprintf(expansion->error->text, sizeof expansion->error->text,
                 "more than %zu repetitions in all; expected fewer", TRANSCRIPT_ITEM_COUNT_MAX);
        return false;
    }
    if (expansion->out.bytes.size > TRANSCRIPT_BYTES_SIZE_MAX) {
        *expansion->error = (struct transcript_error){0};
        snprintf(expansion->error->text, sizeof expansion->error->text,
                 "more than %zu bytes in all; expected fewer", TRANSCRIPT_BYTES_SIZE_MAX);
        return false;
    }
    for (size_t i = 0; i < branch->node_count; i++)
        if (!walk_node(expansion, &branch->nodes[i])) return false;
    return true;
}

/* ---- the whole -------------------------------------------------------- */

static const char *find_setting(const struct script_settings *settings, const char *name)
{
    for (size_t i = 0; settings != NULL && i < settings->count; i++)
        if (strcmp(settings->items[i].name, name) == 0) return settings->items[i].text;
    return NULL;
}

static void set_variables(struct expansion *expansion, const struct script_case *case_,
                          const struct script_settings *settings)
{
    for (size_t i = 0; i < case_->variable_count; i++) {
        const struct script_variable *variable = &case_->variables[i];
        const char *text = find_setting(settings, variable->name);
        if (text == NULL) text = variable->text;
        set_value(expansion, variable->name, (const uint8_t *)text, strlen(text));
    }
}

bool script_expand(const struct script_case *case_, const struct script_settings *settings,
                   size_t way, struct transcript *out, struct transcript_error *error)
{
    struct expansion expansion = {.error = error, .way = way, .time_us = TRANSCRIPT_NO_TIME};
    set_variables(&expansion, case_, settings);
    bool good = walk(&expansion, &case_->body);
    for (size_t i = 0; i < expansion.texts.count; i++) free(expansion.texts.items[i]);
    free(expansion.texts.items);
    free(expansion.values.items);
    if (good) return transcript_build(&expansion.out, out, error);
    buffer_release(&expansion.out.bytes);
    buffer_release(&expansion.out.items);
    return false;
}
