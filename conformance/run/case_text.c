/* A case's record as a script, with what the case declares. */
#include "run/case_text.h"

#include "record/transcript_out.h"

/* The line of the case's last sent item above `line`; 0: there is none. */
static size_t sent_above(const struct script_branch *branch, size_t line)
{
    size_t found = 0;
    for (size_t i = 0; i < branch->node_count && branch->nodes[i].line < line; i++) {
        const struct script_node *node = &branch->nodes[i];
        if (node->is_sent) found = node->line;
        for (size_t k = 0; k < node->branch_count; k++) {
            size_t inside = sent_above(&node->branches[k], line);
            if (inside > found) found = inside;
        }
    }
    return found;
}

struct declaration {
    const struct script_node *node;
};

static void gather(const struct script_branch *branch, struct buffer *out)
{
    for (size_t i = 0; i < branch->node_count; i++) {
        const struct script_node *node = &branch->nodes[i];
        struct declaration declaration = {node};
        if (node->kind == SCRIPT_DEVIATES) buffer_append(out, &declaration, sizeof declaration);
        for (size_t k = 0; k < node->branch_count; k++) gather(&node->branches[k], out);
    }
}

/* A transcript as it is written. */
struct writing {
    const struct script_case *case_;
    struct buffer nodes; /* struct declaration                               */
    struct case_text *out;
    size_t counted; /* bytes of the text whose lines are counted            */
    size_t line;    /* the last one of them                                 */
};

/* The last line of what is written so far. */
static size_t last_line(struct writing *writing)
{
    for (; writing->counted < writing->out->text.size; writing->counted++)
        writing->line += writing->out->text.bytes[writing->counted] == '\n';
    return writing->line;
}

/* What the case declares of a command stands after it in the transcript too, as often
 * as it was sent: it is item `number`, of a line of the case. */
static void put_declared(struct writing *writing, size_t number, size_t line_of_case)
{
    const struct declaration *declarations = (const void *)writing->nodes.bytes;
    for (size_t i = 0; i < writing->nodes.size / sizeof *declarations; i++) {
        const struct script_node *node = declarations[i].node;
        struct judge_declared declared = {.clause = node->clause, .reason = node->reason};
        if (!judge_find_rule(node->rule, &declared.rule)) continue; /* run_select.c rejects it */
        if (line_of_case == 0 || sent_above(&writing->case_->body, node->line) != line_of_case)
            continue;
        declared.line = number;
        buffer_append(&writing->out->declared, &declared, sizeof declared);
        buffer_format(&writing->out->text, "@ deviates: %s | %s | %s\n", node->rule,
                      declared.clause, declared.reason);
    }
}

static void put_header(const struct run *run, const struct run_case *item, struct buffer *text)
{
    const struct script_case *case_ = item->case_;
    buffer_format(text, "@ id: %s\n@ dialect: %s\n@ title: %s\n@ source: %s %s\n\n", item->id,
                  run->dialect, case_->title.text == NULL ? item->id : case_->title.text,
                  run->identity.model == NULL ? "module" : run->identity.model,
                  run->identity.firmware == NULL ? "" : run->identity.firmware);
}

static void put_items(struct writing *writing, const struct transcript *record)
{
    for (size_t i = 0; i < record->item_count; i++) {
        const struct transcript_item *item = &record->items[i];
        transcript_out(&writing->out->text, record, item);
        size_t line = last_line(writing);
        buffer_append(&writing->out->lines, &line, sizeof line);
        put_declared(writing, i + 1, item->line);
    }
}

void case_text_make(const struct run *run, const struct run_case *item,
                    const struct transcript *record, struct case_text *out)
{
    struct writing writing = {.case_ = item->case_, .out = out};
    *out = (struct case_text){0};
    gather(&item->case_->body, &writing.nodes);
    put_header(run, item, &out->text);
    put_items(&writing, record);
    buffer_release(&writing.nodes);
}

void case_text_release(struct case_text *text)
{
    buffer_release(&text->text);
    buffer_release(&text->lines);
    buffer_release(&text->declared);
}
