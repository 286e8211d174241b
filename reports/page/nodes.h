/* A template that was read: what read.c makes and write.c follows. */
#ifndef REPORTS_PAGE_NODES_H
#define REPORTS_PAGE_NODES_H

#include "base/arena.h"
#include "page/template.h"

enum node_kind {
    NODE_LITERAL,
    NODE_VALUE,
    NODE_SECTION,  /* its nodes follow it, up to `end`                       */
    NODE_INVERTED, /* the same, where the value is none                      */
};

/* How a value is written. */
enum format {
    FORMAT_PLAIN,
    FORMAT_GROUPED,  /* 1,234                                                */
    FORMAT_COUNT,    /* `1 case`, `1,234 cases`                              */
    FORMAT_DURATION, /* of seconds: 12 ms                                    */
    FORMAT_TENTHS,   /* 1.2                                                  */
    FORMAT_CENTS,    /* 1.23                                                 */
};

struct node {
    enum node_kind kind;
    const char *text; /* of a literal; of a count, the word                  */
    size_t size;      /* of it, bytes                                        */
    const struct template_field *field;
    size_t up; /* so many structs outside the innermost one                  */
    enum format format;
    size_t end;
};

struct template
{
    struct node *nodes;
    size_t count, capacity;
    struct arena arena; /* nodes                                             */
};

#endif
