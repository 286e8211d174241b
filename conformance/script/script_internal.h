/* What the files of the script reader share. */
#ifndef CONFORMANCE_SCRIPT_BUILD_H
#define CONFORMANCE_SCRIPT_BUILD_H

#include "base/memory.h"
#include "script/script_line_internal.h"

/* A group that is not closed yet; the first one is the body of the case. */
struct script_group {
    struct script_node node;
    LIST(struct script_branch) branches;
    LIST(struct script_node) nodes; /* of the branch under way              */
};

struct script_builder {
    struct script_arena arena;
    LIST(struct script_case) cases;
    LIST(struct script_variable) variables; /* of the case                  */
    LIST(const char *) names;               /* captured or variable         */
    LIST(struct script_node) commands[2];   /* setup, cleanup               */
    struct script_case now;
    struct script_group groups[SCRIPT_DEPTH_MAX + 1];
    size_t depth;
    size_t node_count;
    bool begun;       /* the case has a header line or an item              */
    bool header_over; /* an item has come                                   */
    bool own_variables;
    bool own_commands[2];
};

/* Whether it is a variable of the header, or captured earlier. */
bool script_is_known(const struct script_builder *builder, const char *name);

/* Whether what the node refers to is known; notes what it captures. */
bool script_check_parts(struct script_reader *reader, struct script_builder *builder,
                        const struct script_node *node);

/* A copy without the spaces at its ends. */
char *script_trimmed(struct script_reader *reader, const char *text, size_t size);

bool script_is_header_key(const char *key);
bool script_read_header(struct script_reader *reader, struct script_builder *builder,
                        const char *key);

#endif
