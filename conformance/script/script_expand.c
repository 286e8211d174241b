/* The ways in which a case can go, each as a transcript.
 *
 * A way is a number in a mixed radix: each choice met takes one digit. The
 * number of ways was found as the tree was read. Recursion is as deep as groups
 * are in each other: SCRIPT_DEPTH_MAX. */
#include "script/script_internal.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- how many --------------------------------------------------------- */

size_t script_way_count(const struct script_case *case_, struct transcript_error *error)
{
    if (case_->body.ways <= SCRIPT_WAY_COUNT_MAX) return case_->body.ways;
    *error = (struct transcript_error){.line = case_->line, .column = 1};
    snprintf(error->text, sizeof error->text,
             "the case can go more than %d ways; expected fewer choices", SCRIPT_WAY_COUNT_MAX);
    return 0;
}

/* ---- one way ---------------------------------------------------------- */

struct value {
    const uint8_t *bytes; /* NULL: not captured                             */
    size_t size;
};

struct expansion {
    struct transcript_builder out;
    struct transcript_error *error;
    struct script_budget *budget;
    struct value *values; /* of the case's slots                           */
    LIST(char *) texts;   /* made for values                               */
    uint64_t way;         /* digits not used yet                           */
    int64_t time_us;
};

static bool walk(struct expansion *expansion, const struct script_branch *branch);

static bool fail(struct expansion *expansion, const struct script_node *node, const char *what,
                 const char *name)
{
    expansion->error->line = node->line;
    expansion->error->column = node->column > 0 ? node->column : 1;
    snprintf(expansion->error->text, sizeof expansion->error->text, "%s%.60s", what, name);
    return false;
}

static bool fail_budget(struct expansion *expansion, const struct script_node *node, size_t limit,
                        const char *what)
{
    expansion->budget->is_spent = true;
    fail(expansion, node, "", "");
    snprintf(expansion->error->text, sizeof expansion->error->text,
             "more than %zu %s in all ways of the file; expected fewer choices and repetitions",
             limit, what);
    return false;
}

/* Before the bytes are there: a hostile file costs no memory. */
static bool take_bytes(struct expansion *expansion, const struct script_node *node, size_t size)
{
    struct script_budget *budget = expansion->budget;
    if (!budget->is_spent && size <= TRANSCRIPT_BYTES_SIZE_MAX - budget->bytes) {
        budget->bytes += size;
        return true;
    }
    return fail_budget(expansion, node, TRANSCRIPT_BYTES_SIZE_MAX, "bytes");
}

static bool take_steps(struct expansion *expansion, const struct script_node *node, size_t count)
{
    struct script_budget *budget = expansion->budget;
    if (!budget->is_spent && count <= budget->step_max - budget->steps) {
        budget->steps += count;
        return true;
    }
    return fail_budget(expansion, node, budget->step_max, "items and lines");
}

static uint64_t digit(struct expansion *expansion, uint64_t radix)
{
    if (radix == 0) return 0;
    uint64_t value = expansion->way % radix;
    expansion->way /= radix;
    return value;
}

/* ---- texts ------------------------------------------------------------ */

/* Bytes of the first legal text of a capture, without quotes. */
static size_t first_size(const struct script_part *part)
{
    bool filled = part->type == SCRIPT_STRING || part->type == SCRIPT_WORD;
    const struct script_interval *range = part->ranges;
    if (part->range_count == 0 || (range->min == INT64_MIN && range->max == INT64_MAX))
        return filled ? 1 : 0;
    int64_t size = range->min == INT64_MIN ? range->max : range->min;
    return size < 0 ? 0 : (size_t)size;
}

/* The first legal value of a capture. */
static char *first_value(const struct script_part *part)
{
    int64_t least = part->range_count > 0 ? part->ranges[0].min : 0;
    if (least == INT64_MIN) least = part->ranges[0].max;
    if (part->type == SCRIPT_INT) return memory_format("%" PRId64, least);
    if (part->type == SCRIPT_HEX) return memory_format("%" PRIX64, (uint64_t)least);
    size_t size = first_size(part);
    char *text = memory_new(size + 3, 1);
    bool quoted = part->type == SCRIPT_STRING;
    memset(text + quoted, 'x', size);
    if (quoted) text[0] = text[size + 1] = '"';
    return text;
}

static bool make_value(struct expansion *expansion, const struct script_node *node,
                       const struct script_part *part, struct value *out)
{
    bool is_text = part->type != SCRIPT_INT && part->type != SCRIPT_HEX;
    if (is_text && !take_bytes(expansion, node, first_size(part))) return false;
    char *made = first_value(part);
    *LIST_ADD(&expansion->texts) = made;
    *out = (struct value){(const uint8_t *)made, strlen(made)};
    return true;
}

static bool add_part(struct expansion *expansion, const struct script_node *node,
                     const struct script_part *part, struct buffer *text)
{
    struct value value = {part->bytes, part->size};
    if (part->kind == SCRIPT_REFERENCE) {
        value = expansion->values[part->slot];
        if (value.bytes == NULL)
            return fail(expansion, node, "not captured on this way: ", part->name);
    } else if (part->kind == SCRIPT_CAPTURE && !part->has_example
               && !make_value(expansion, node, part, &value)) {
        return false;
    }
    if (part->kind == SCRIPT_CAPTURE && part->name != NULL) expansion->values[part->slot] = value;
    if (!take_bytes(expansion, node, value.size)) return false;
    buffer_append(text, value.bytes, value.size);
    return true;
}

static bool add_item(struct expansion *expansion, const struct script_node *node,
                     enum transcript_kind kind, const void *bytes, size_t size)
{
    transcript_add(&expansion->out, kind, node->line, expansion->time_us, bytes, size);
    return true;
}

static enum transcript_kind kind_of(const struct script_node *node)
{
    return node->is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED;
}

/* Few bytes of a file can stand for many lines, and each costs a judge. */
static size_t count_lines(const uint8_t *bytes, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) count += bytes[i] == '\n' || bytes[i] == '\r';
    return count / 2;
}

static bool add_bytes(struct expansion *expansion, const struct script_node *node,
                      const uint8_t *bytes, size_t size)
{
    return take_bytes(expansion, node, size)
           && take_steps(expansion, node, count_lines(bytes, size))
           && add_item(expansion, node, kind_of(node), bytes, size);
}

static bool add_line(struct expansion *expansion, const struct script_node *node)
{
    struct buffer text = {0};
    bool good = true;
    if (!node->is_sent) buffer_append_text(&text, "\r\n");
    for (size_t i = 0; good && i < node->part_count; i++)
        good = add_part(expansion, node, &node->parts[i], &text);
    buffer_append_text(&text, node->is_sent ? "\r" : "\r\n");
    if (good) add_item(expansion, node, kind_of(node), text.bytes, text.size);
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

static bool add_digits(struct expansion *expansion, const struct script_node *node, size_t size)
{
    if (!take_bytes(expansion, node, size)) return false;
    uint8_t *bytes = memory_new(size, 1);
    for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)('0' + i % 10);
    add_item(expansion, node, kind_of(node), bytes, size);
    free(bytes);
    return true;
}

static bool add_payload(struct expansion *expansion, const struct script_node *node)
{
    const struct script_payload *payload = node->payload;
    size_t size = (size_t)payload->size;
    if (payload->kind == SCRIPT_PAYLOAD_REFERENCE) {
        const struct value *value = &expansion->values[payload->slot];
        if (value->bytes == NULL || !read_length(value, &size))
            return fail(expansion, node, "no length on this way: ", payload->name);
    }
    const struct script_payload *example =
        payload->kind == SCRIPT_PAYLOAD_BYTES ? payload : payload->example;
    if (example == NULL && payload->kind == SCRIPT_PAYLOAD_SHA256)
        return fail(expansion, node,
                    "a digest without an example cannot be shown; expected \" = \" "
                    "and bytes after it",
                    "");
    if (example == NULL) return add_digits(expansion, node, size);
    if (payload->kind == SCRIPT_PAYLOAD_REFERENCE && example->size != size)
        return fail(expansion, node, "the example has another length than ", payload->name);
    if (example->name == NULL)
        return add_bytes(expansion, node, example->bytes, (size_t)example->size);
    return take_bytes(expansion, node, (size_t)example->size) /* the file has as many */
           && add_item(expansion, node, kind_of(node), example->bytes, (size_t)example->size);
}

/* ---- groups ----------------------------------------------------------- */

static bool walk_either(struct expansion *expansion, const struct script_node *node)
{
    uint64_t choice = digit(expansion, node->ways);
    uint64_t rest = expansion->way;
    for (size_t i = 0; i < node->branch_count; i++) {
        uint64_t ways = node->branches[i].ways;
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
    size_t left[SCRIPT_ORDER_MAX];
    size_t count = node->branch_count;
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
    uint64_t choice = digit(expansion, node->ways);
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
    size_t shown = script_repeat_counts(node, counts);
    uint64_t choice = digit(expansion, node->ways);
    uint64_t rest = expansion->way;
    for (size_t i = 0; i < shown; i++) {
        uint64_t ways = script_repeat_ways(&node->branches[0], counts[i]);
        if (choice >= ways) {
            choice -= ways;
            continue;
        }
        expansion->way = choice;
        bool good = true;
        for (uint64_t k = 0; good && k < counts[i]; k++)
            good = take_steps(expansion, node, 1) && walk(expansion, &node->branches[0]);
        expansion->way = rest;
        return good;
    }
    return true;
}

static bool walk_node(struct expansion *expansion, const struct script_node *node)
{
    switch (node->kind) {
    case SCRIPT_LINE: return add_line(expansion, node);
    case SCRIPT_BYTES: return add_bytes(expansion, node, node->bytes, node->size);
    case SCRIPT_PAYLOAD: return add_payload(expansion, node);
    case SCRIPT_EXPIRE: return add_item(expansion, node, TRANSCRIPT_EXPIRE, NULL, 0);
    case SCRIPT_STREAM_END: return add_item(expansion, node, TRANSCRIPT_STREAM_END, NULL, 0);
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
    for (size_t i = 0; i < branch->node_count; i++)
        if (!take_steps(expansion, &branch->nodes[i], 1)
            || !walk_node(expansion, &branch->nodes[i]))
            return false;
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
        expansion->values[variable->slot] = (struct value){(const uint8_t *)text, strlen(text)};
    }
}

bool script_expand(const struct script_case *case_, const struct script_settings *settings,
                   size_t way, struct transcript *out, struct transcript_error *error)
{
    struct script_budget own = {.step_max = TRANSCRIPT_ITEM_COUNT_MAX};
    const struct script_node start = {.line = case_->line};
    struct expansion expansion = {.error = error,
                                  .budget = case_->budget == NULL ? &own : case_->budget,
                                  .way = way,
                                  .time_us = TRANSCRIPT_NO_TIME};
    if (!take_steps(&expansion, &start, 1 + case_->slot_count / 64)) return false;
    expansion.values = memory_new(case_->slot_count, sizeof *expansion.values);
    set_variables(&expansion, case_, settings);
    bool good = walk(&expansion, &case_->body);
    for (size_t i = 0; i < expansion.texts.count; i++) free(expansion.texts.items[i]);
    free(expansion.texts.items);
    free(expansion.values);
    if (good) return transcript_build(&expansion.out, out, error);
    buffer_release(&expansion.out.bytes);
    buffer_release(&expansion.out.items);
    return false;
}
