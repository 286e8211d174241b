#include "match_oracle.h"

#include <stdlib.h>
#include <string.h>

#define LINE_COUNT_MAX  63                /* of a recording: places are bits of a word       */
#define SUBSET_SIZE_MAX 8                 /* branches in any order that are not single lines */
#define NODE_COUNT_MAX  ((size_t)1 << 17) /* looked at: groups in groups multiply */

typedef uint64_t places; /* bit N: before line N of the recording           */

struct line {
    bool is_sent;
    const uint8_t *text;
    size_t size;
};

struct recording {
    struct line lines[LINE_COUNT_MAX];
    size_t count;
    size_t nodes_left; /* to look at; 0: there is no answer                  */
};

/* ---- the recording ---------------------------------------------------- */

static bool is_end(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

static bool add_line(struct recording *out, bool is_sent, const uint8_t *text, size_t size)
{
    if (out->count == LINE_COUNT_MAX) return false;
    out->lines[out->count++] = (struct line){is_sent, text, size};
    return true;
}

/* What one side said until the other did: whole lines. A host's are ended by one CR. */
static bool read_run(struct recording *out, bool is_sent, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t length = 0;
        while (at + length < size && !is_end(bytes[at + length])) length++;
        bool ends = at + length < size;
        if (!ends || (is_sent && (length == 0 || bytes[at + length] != '\r'))) return false;
        if (length > 0 && !add_line(out, is_sent, bytes + at, length)) return false;
        at += length + 1;
    }
    return true;
}

static bool is_same(const struct line *a, const struct line *b)
{
    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

static bool has_echo(const struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++)
        for (size_t k = 0; k < recording->count; k++)
            if (recording->lines[i].is_sent && !recording->lines[k].is_sent
                && is_same(&recording->lines[i], &recording->lines[k]))
                return true;
    return false;
}

static bool read_recording(struct recording *out, const struct transcript *from)
{
    for (size_t i = 0; i < from->item_count;) {
        const struct transcript_item *first = &from->items[i];
        size_t size = 0;
        if (first->kind > TRANSCRIPT_RECEIVED) return false;
        for (; i < from->item_count && from->items[i].kind == first->kind; i++)
            size += from->items[i].size;
        if (!read_run(out, first->kind == TRANSCRIPT_SENT, from->bytes + first->offset, size))
            return false;
    }
    return !has_echo(out);
}

/* ---- the case --------------------------------------------------------- */

static bool is_plain(const struct script_node *node)
{
    return node->kind == SCRIPT_LINE && node->part_count == 1
           && node->parts[0].kind == SCRIPT_LITERAL;
}

static bool is_single(const struct script_branch *branch)
{
    return branch->node_count == 1 && is_plain(&branch->nodes[0]);
}

static bool are_single(const struct script_node *node)
{
    for (size_t i = 0; i < node->branch_count; i++)
        if (!is_single(&node->branches[i])) return false;
    return true;
}

/* Groups are at most SCRIPT_DEPTH_MAX deep in each other. */
static bool is_known(const struct script_branch *branch)
{
    for (size_t i = 0; i < branch->node_count; i++) {
        const struct script_node *node = &branch->nodes[i];
        bool is_group = node->branch_count > 0;
        if (!is_group && !is_plain(node)) return false;
        if (node->kind == SCRIPT_ANY_ORDER && node->branch_count > SUBSET_SIZE_MAX
            && !are_single(node))
            return false;
        for (size_t k = 0; k < node->branch_count; k++)
            if (!is_known(&node->branches[k])) return false;
    }
    return true;
}

/* ---- which places are reached ----------------------------------------- */

static places after_branch(struct recording *recording, const struct script_branch *branch,
                           places from);

static bool is_line(const struct line *line, const struct script_node *node)
{
    const struct script_part *part = &node->parts[0];
    return line->is_sent == node->is_sent && line->size == part->size
           && memcmp(line->text, part->bytes, part->size) == 0;
}

static places after_line(const struct recording *recording, const struct script_node *node,
                         places from)
{
    places to = 0;
    for (size_t i = 0; i < recording->count; i++)
        if ((from >> i & 1) != 0 && is_line(&recording->lines[i], node)) to |= (places)2 << i;
    return to;
}

/* A turn that may be empty leaves no place out, any other moves them all on: after at
 * most as many turns as there are lines nothing changes any more. */
static places after_repeat(struct recording *recording, const struct script_node *node, places from)
{
    places reached = 0;
    for (uint64_t turn = 0;; turn++) {
        if (turn >= node->min) reached |= from;
        if (turn == node->max) return reached;
        places next = after_branch(recording, &node->branches[0], from);
        if (next == from) return reached | from;
        from = next;
    }
}

/* Each branch is one line: as many lines as there are branches, in some order. */
static bool are_all_there(const struct recording *recording, const struct script_node *node,
                          size_t first)
{
    bool taken[LINE_COUNT_MAX] = {false};
    for (size_t i = 0; i < node->branch_count; i++) {
        size_t k = 0;
        while (k < node->branch_count
               && (taken[k] || !is_line(&recording->lines[first + k], &node->branches[i].nodes[0])))
            k++;
        if (k == node->branch_count) return false;
        taken[k] = true;
    }
    return true;
}

static places after_lines(const struct recording *recording, const struct script_node *node,
                          places from)
{
    places to = 0;
    for (size_t i = 0; i + node->branch_count <= recording->count; i++)
        if ((from >> i & 1) != 0 && are_all_there(recording, node, i))
            to |= (places)1 << (i + node->branch_count);
    return to;
}

static places after_order(struct recording *recording, const struct script_node *node, places from)
{
    places by_subset[1u << SUBSET_SIZE_MAX] = {from};
    if (are_single(node)) return after_lines(recording, node, from);
    size_t count = (size_t)1 << node->branch_count;
    for (size_t subset = 1; subset < count; subset++)
        for (size_t i = 0; i < node->branch_count; i++)
            if ((subset >> i & 1) != 0)
                by_subset[subset] |= after_branch(recording, &node->branches[i],
                                                  by_subset[subset & ~((size_t)1 << i)]);
    return by_subset[count - 1];
}

static places after_node(struct recording *recording, const struct script_node *node, places from)
{
    places to = node->kind == SCRIPT_OPTIONAL ? from : 0;
    if (recording->nodes_left == 0) return 0;
    recording->nodes_left--;
    if (node->branch_count == 0) return after_line(recording, node, from);
    if (node->kind == SCRIPT_REPEAT) return after_repeat(recording, node, from);
    if (node->kind == SCRIPT_ANY_ORDER) return after_order(recording, node, from);
    for (size_t i = 0; i < node->branch_count; i++)
        to |= after_branch(recording, &node->branches[i], from);
    return to;
}

static places after_branch(struct recording *recording, const struct script_branch *branch,
                           places from)
{
    for (size_t i = 0; i < branch->node_count && from != 0; i++)
        from = after_node(recording, &branch->nodes[i], from);
    return from;
}

enum oracle_answer oracle_match(const struct script_case *case_, const struct transcript *recording)
{
    struct recording lines = {.nodes_left = NODE_COUNT_MAX};
    if (!is_known(&case_->body) || !read_recording(&lines, recording)) return ORACLE_NO_ANSWER;
    places reached = after_branch(&lines, &case_->body, 1);
    if (lines.nodes_left == 0) return ORACLE_NO_ANSWER;
    return (reached >> lines.count & 1) != 0 ? ORACLE_IS : ORACLE_IS_NOT;
}
