/* Stands between a host and a module, passes on what each sends, and keeps it. */
#ifndef CONFORMANCE_RECORD_RELAY_H
#define CONFORMANCE_RECORD_RELAY_H

#include "catalog/compile/compile.h"
#include "port/port.h"

struct relay_options {
    const struct compiled_catalog *compiled;
    const char *dialect;
    const char *target; /* the module: see port_open                         */
    const char *listen; /* where the host comes: see port_listen             */
    const char *link;   /* to a pty, or NULL                                 */
    const char *path;   /* of the recording                                  */
    bool masks;         /* see mask.h                                        */
    int64_t wait_us;    /* for a module's port that vanished                 */
};

/* Until SIGINT, SIGTERM, or the end of the standard input if the host is there.
 * Returns: an exit code, complained of unless it is 0. */
int relay(const struct relay_options *options);

#endif
