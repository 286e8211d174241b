/* What the files of the script reader share. */
#ifndef CONFORMANCE_SCRIPT_BUILD_H
#define CONFORMANCE_SCRIPT_BUILD_H

#include "script/script_line.h"

/* A group that is not closed yet; the first one is the body of the case. */
struct script_group {
    struct script_node node;
    struct buffer branches; /* struct script_branch                         */
    struct buffer nodes;    /* struct script_node, of the branch under way  */
};

struct script_builder {
    struct script_arena arena;
    struct buffer cases;       /* struct script_case                          */
    struct buffer variables;   /* struct script_variable, of the case         */
    struct buffer names;       /* const char *, captured or variable          */
    struct buffer commands[2]; /* struct script_node: setup, cleanup        */
    struct script_case now;
    struct script_group groups[SCRIPT_DEPTH_MAX + 1];
    size_t depth;
    size_t node_count;
    bool begun;       /* the case has a header line or an item              */
    bool header_over; /* an item has come                                   */
    bool own_variables;
    bool own_commands[2];
};

/* Whether what the node refers to is known; notes what it captures. */
bool script_check_parts(struct script_reader *reader, struct script_builder *builder,
                        const struct script_node *node);

/* A copy without the blanks at its ends. */
char *script_trimmed(struct script_reader *reader, const char *text, size_t size);

bool script_is_header_key(const char *key);
bool script_read_header(struct script_reader *reader, struct script_builder *builder,
                        const char *key);

#endif
