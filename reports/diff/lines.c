/* An exchange on both sides as lines of a diff: the lines of one side only, each with
 * the common line before it. */
#include "base/text.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>

struct writer {
    struct diff_lines lines;
    size_t most;
    const struct reports_wire *context; /* a common line, not yet written    */
};

/* ---- texts ------------------------------------------------------------ */

static char *shown(const struct reports_wire *wire)
{
    char *text = text_shown(wire->text);
    if (wire->sha256 == NULL) return text;
    char *whole =
        text_format("[%zu bytes, SHA-256 %.16s] %s…", (size_t)wire->size, wire->sha256, text);
    free(text);
    return whole;
}

static bool is_inside(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Marks the part of the line that differs from `other`, in whole characters. */
static void mark(struct diff_line *line, const char *other)
{
    size_t size = strlen(line->text);
    size_t other_size = strlen(other);
    size_t least = size < other_size ? size : other_size;
    size_t front = 0;
    size_t back = 0;
    while (front < least && line->text[front] == other[front]) front++;
    while (front > 0 && is_inside(line->text[front])) front--;
    while (back < least - front && line->text[size - 1 - back] == other[other_size - 1 - back])
        back++;
    while (back > 0 && is_inside(line->text[size - back])) back--;
    line->from = front;
    line->to = size - back;
}

/* ---- lines ------------------------------------------------------------ */

static void put(struct writer *writer, char sign, const struct reports_wire *wire,
                const struct reports_wire *mate)
{
    struct diff_lines *lines = &writer->lines;
    if (lines->count >= writer->most) {
        lines->more += sign != ' ';
        return;
    }
    struct diff_line *line = &lines->items[lines->count++];
    *line = (struct diff_line){.sign = sign, .text = shown(wire)};
    if (mate == NULL) return;
    char *other = shown(mate);
    mark(line, other);
    free(other);
}

static void put_context(struct writer *writer)
{
    if (writer->context != NULL) put(writer, ' ', writer->context, NULL);
    writer->context = NULL;
}

/* An item of both sides whose line end or deviations may differ. */
static void put_both(struct writer *writer, const struct diff_step *step)
{
    if (!step->dressed) {
        if (step->items[0]->kind != REPORTS_WIRE_BLANK) writer->context = step->items[0];
        return;
    }
    put_context(writer);
    put(writer, '-', step->items[0], step->items[1]);
    put(writer, '+', step->items[1], step->items[0]);
}

static void put_step(struct writer *writer, const struct diff_step *step)
{
    if (step->kind == DIFF_BOTH) {
        put_both(writer, step);
        return;
    }
    size_t side = step->kind == DIFF_ADDED;
    put_context(writer);
    put(writer, side == 0 ? '-' : '+', step->items[side], step->mate);
}

struct diff_lines diff_lines_of(const struct diff_change *change, size_t most)
{
    struct writer writer = {.most = most};
    if (change->script == NULL) return writer.lines;
    writer.lines.items = arena_must(calloc(most + 1, sizeof *writer.lines.items));
    for (size_t i = 0; i < change->script->count; i++) put_step(&writer, &change->script->steps[i]);
    return writer.lines;
}

void diff_lines_release(struct diff_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) free(lines->items[i].text);
    free(lines->items);
    *lines = (struct diff_lines){0};
}
