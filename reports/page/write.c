/* Writes a template, filled. */
#include "base/text.h"
#include "page/escape.h"
#include "page/nodes.h"

#include <stdlib.h>

/* A struct that names are looked up in, within those around it. */
struct scope {
    const void *values;
    const struct scope *outer;
    bool is_first; /* of its list                                            */
};

/* What one call writes: the same for all of its sections. */
struct writer {
    const struct node *nodes;
    FILE *out;
};

static const void *member(const struct node *node, const struct scope *scope)
{
    for (size_t up = node->up; up > 0 && scope->outer != NULL; up--) scope = scope->outer;
    return (const char *)scope->values + node->field->offset;
}

/* ---- values ----------------------------------------------------------- */

static void put_grouped(FILE *out, size_t number)
{
    char *text = text_grouped(number);
    fputs(text, out);
    free(text);
}

/* In a unit that suits it. */
static void put_duration(FILE *out, double seconds)
{
    double ms = seconds * 1e3;
    if (ms < 0.005) fputs("0 ms", out);
    else if (ms < 9.995) fprintf(out, "%.2f ms", ms);
    else if (ms < 999.5) fprintf(out, "%.0f ms", ms);
    else if (seconds < 99.95) fprintf(out, "%.2f s", seconds);
    else fprintf(out, "%.0f s", seconds);
}

static void put_count(FILE *out, size_t count, const struct node *node)
{
    put_grouped(out, count);
    fputc(' ', out);
    fwrite(node->text, 1, node->size, out);
    if (count != 1) fputc('s', out);
}

static void put_value(FILE *out, const struct node *node, const void *value)
{
    if (node->field->kind == TEMPLATE_TEXT) {
        escape_text(out, *(const char *const *)value);
        return;
    }
    switch (node->format) {
    case FORMAT_PLAIN: fprintf(out, "%zu", *(const size_t *)value); break;
    case FORMAT_GROUPED: put_grouped(out, *(const size_t *)value); break;
    case FORMAT_COUNT: put_count(out, *(const size_t *)value, node); break;
    case FORMAT_DURATION: put_duration(out, *(const double *)value); break;
    case FORMAT_TENTHS: fprintf(out, "%.1f", *(const double *)value); break;
    case FORMAT_CENTS: fprintf(out, "%.2f", *(const double *)value); break;
    }
}

/* ---- sections --------------------------------------------------------- */

static void put_nodes(const struct writer *writer, size_t begin, size_t end,
                      const struct scope *scope);

static bool is_there(const struct node *node, const void *value, const struct scope *scope)
{
    switch (node->field->kind) {
    case TEMPLATE_TEXT: return *(const char *const *)value != NULL;
    case TEMPLATE_NUMBER: return *(const size_t *)value > 0;
    case TEMPLATE_FLAG: return *(const bool *)value;
    case TEMPLATE_ONE: return *(const void *const *)value != NULL;
    case TEMPLATE_LIST: return ((const struct template_list *)value)->count > 0;
    case TEMPLATE_FIRST: return scope->is_first;
    case TEMPLATE_REAL:
    case TEMPLATE_EACH: break;
    }
    return true;
}

static void put_list(const struct writer *writer, size_t section, const struct template_list *list,
                     const struct scope *outer)
{
    const struct node *node = &writer->nodes[section];
    for (size_t i = 0; i < list->count; i++) {
        const struct scope scope = {(const char *)list->items + i * node->field->items->size, outer,
                                    i == 0};
        put_nodes(writer, section + 1, node->end, &scope);
    }
}

static void put_each(const struct writer *writer, size_t section, const struct template_each *each,
                     const struct scope *outer)
{
    struct scope scope = {each->next(each->cursor), outer, true};
    for (; scope.values != NULL; scope.values = each->next(each->cursor)) {
        put_nodes(writer, section + 1, writer->nodes[section].end, &scope);
        scope.is_first = false;
    }
}

static void put_section(const struct writer *writer, size_t section, const struct scope *scope)
{
    const struct node *node = &writer->nodes[section];
    const void *value = member(node, scope);
    if (is_there(node, value, scope) != (node->kind == NODE_SECTION)) return;
    if (node->kind == NODE_SECTION && node->field->kind == TEMPLATE_LIST) {
        put_list(writer, section, value, scope);
    } else if (node->field->kind == TEMPLATE_EACH) {
        put_each(writer, section, value, scope);
    } else if (node->kind == NODE_SECTION && node->field->kind == TEMPLATE_ONE) {
        const struct scope inner = {*(const void *const *)value, scope, scope->is_first};
        put_nodes(writer, section + 1, node->end, &inner);
    } else {
        put_nodes(writer, section + 1, node->end, scope);
    }
}

static void put_nodes(const struct writer *writer, size_t begin, size_t end,
                      const struct scope *scope)
{
    for (size_t i = begin; i < end; i++) {
        const struct node *node = &writer->nodes[i];
        switch (node->kind) {
        case NODE_LITERAL: fwrite(node->text, 1, node->size, writer->out); break;
        case NODE_VALUE: put_value(writer->out, node, member(node, scope)); break;
        case NODE_SECTION:
        case NODE_INVERTED: put_section(writer, i, scope); i = node->end - 1;
        }
    }
}

void template_write(const struct template *is, const void *values, FILE *out)
{
    const struct writer writer = {is->nodes, out};
    const struct scope scope = {values, NULL, true};
    put_nodes(&writer, 0, is->count, &scope);
}
