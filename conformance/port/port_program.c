/* The program in `stdio,PROGRAM ARGUMENTS` and `pty,PROGRAM ARGUMENTS`. gensio
 * starts it in a child of its own, so that one which cannot be run looks like
 * one that ended at once; hence it is looked for first. */
#include "port/port_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gensio/argvutils.h>

/* `PROGRAM ARGUMENTS`, or NULL if the address has none. */
static const char *command_of(const char *address)
{
    static const char *const types[] = {"stdio", "pty", NULL};
    if (!port_is_type(address, types)) return NULL;
    const char *at = address + strcspn(address, "(,");
    if (*at == '(') {
        const char *end = strchr(at, ')');
        const char *folder = strstr(at, "start-dir");
        if (end == NULL || (folder != NULL && folder < end)) /* a path from there */
            return NULL;
        at = end + 1;
    }
    return *at == ',' && at[1] != '\0' ? at + 1 : NULL;
}

/* As execvp looks for it. Returns: 0, or an errno. */
static int find(const char *program)
{
    const char *path = getenv("PATH");
    int reason = ENOENT;
    if (strchr(program, '/') != NULL) return access(program, X_OK) == 0 ? 0 : errno;
    if (path == NULL) path = "/bin:/usr/bin";
    while (reason != 0 && *path != '\0') {
        int size = (int)strcspn(path, ":");
        char *full = memory_format("%.*s/%s", size, path, program);
        if (access(full, X_OK) == 0) reason = 0;
        else if (errno == EACCES) reason = EACCES;
        free(full);
        path += size + (path[size] == ':');
    }
    return reason;
}

enum port_status port_find_program(struct port *port)
{
    int count = 0;
    const char **words = NULL;
    const char *command = command_of(port->address);
    if (command == NULL) return PORT_OK;
    if (gensio_str_to_argv(port->os, command, &count, &words, NULL) != 0)
        return port_fail_open(port, GE_INVAL);
    int reason = 0;
    if (count > 0) reason = find(words[0] + (words[0][0] == '-')); /* pty,-sh: a login shell */
    if (reason != 0)
        port_fail(port, reason == EACCES ? PORT_DENIED : PORT_MISSING,
                  "%s: cannot run %s: %s: write its path, and see that it is executable",
                  port->address, words[0], strerror(reason));
    gensio_argv_free(port->os, words);
    return reason == 0 ? PORT_OK : port->error.status;
}
