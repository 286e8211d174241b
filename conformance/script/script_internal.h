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
    void *variable_names;                   /* of tsearch: of the file      */
    size_t variable_name_count;
    unsigned generation; /* of the variables that hold                      */
    void *captures;      /* of tsearch: of the case                         */
    size_t slot_count;
    LIST(struct script_node) commands[2]; /* setup, cleanup               */
    struct script_budget *budget;
    struct script_case now;
    struct script_group groups[SCRIPT_DEPTH_MAX + 1];
    size_t depth;
    size_t node_count;
    size_t urc_count, deviates_count; /* of the case                        */
    bool begun;                       /* the case has a header line or an item              */
    bool header_over;                 /* an item has come                                   */
    bool own_variables;
    bool own_commands[2];
};

/* Whether it is a variable of the header, or captured earlier. Writes: *slot. */
bool script_find_slot(const struct script_builder *builder, const char *name, size_t *slot);

/* The slot of a variable is the same in all cases of a file: a set-up line holds for
 * several of them. Returns: false with an error, there are too many. */
bool script_note_variable(struct script_reader *reader, struct script_builder *builder,
                          struct script_variable *variable);

/* A further case: nothing is captured; at the end variables are forgotten, too. */
void script_forget_captures(struct script_builder *builder);
void script_forget_names(struct script_builder *builder);

/* Whether what the node refers to is known; notes what it captures, and gives its
 * parts their slots. */
bool script_check_parts(struct script_reader *reader, struct script_builder *builder,
                        const struct script_node *node);

/* A copy without the spaces at its ends. */
char *script_trimmed(struct script_reader *reader, const char *text, size_t size);

/* As script_parse; the files of `file` payloads are not read: their bytes are none. */
bool script_parse_without_files(const void *text, size_t size, struct script *out,
                                struct transcript_error *error);

/* In how many ways a branch or a node of whole branches can go. */
unsigned script_branch_ways(const struct script_branch *branch);
unsigned script_node_ways(const struct script_node *node);

/* The counts that a repeat is shown with: how many; the ways of one of them. */
size_t script_repeat_counts(const struct script_node *node, uint64_t counts[3]);
unsigned script_repeat_ways(const struct script_branch *turn, uint64_t count);

bool script_is_header_key(const char *key);
bool script_read_header(struct script_reader *reader, struct script_builder *builder,
                        const char *key);

#endif
