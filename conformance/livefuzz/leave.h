/* What is not said to a module without its owner's leave. */
#ifndef CONFORMANCE_LEAVE_H
#define CONFORMANCE_LEAVE_H

#include <stdbool.h>

/* All words that --allow takes, with commas between them. */
#define LEAVE_WORDS "stores-files,costs-data,resets,line,pins,dials,framing,unknown"

/* Those that a virtual module needs none of: what mutes it or changes how it
 * frames its answers leaves nothing to be judged by. */
#define LEAVE_VIRTUAL "stores-files,costs-data,resets,line,pins,dials,unknown"

/* A command found in a line. */
struct leave_command {
    char name[64];
    bool asks; /* `?`, `=?`                                                 */
};

/* The next command of a line from *at (first: NULL) on. Returns: false if there is
 * none. */
bool leave_next(const char *line, const char **at, struct leave_command *out);

/* The first word that the line needs leave by and `allowed` does not name; NULL:
 * it may be said. Commands are looked for after every semicolon, also within
 * quotes: a module may see them there. `is_known`: whether the catalogue has a
 * command of that name. */
typedef bool leave_is_known(const void *user, const char *name);
const char *leave_needed(const char *line, const char *allowed, leave_is_known *is_known,
                         const void *user);

/* Whether the line may reset the module. */
bool leave_resets(const char *line);

/* A line for each word: what it lets pass. For --help. */
extern const char leave_help[];

#endif
