/* Serves a module on a port: its hosts come and go, it says what it has to say
 * when it is due, until a signal. */
#ifndef CONFORMANCE_SERVE_H
#define CONFORMANCE_SERVE_H

#include "port/port.h"

/* Who is served: the virtual module, or a recording. The functions are those of
 * modem.h, and mean the same. */
struct serve_module {
    void (*receive)(void *self, const uint8_t *bytes, size_t size, int64_t now);
    size_t (*send)(void *self, uint8_t *bytes, size_t capacity, int64_t now);
    int64_t (*due)(void *self, int64_t now);
    void (*set_dtr)(void *self, bool on, int64_t now); /* NULL: has no use for it */
    bool (*is_clear_to_send)(void *self);              /* NULL: always                      */
    bool (*owes)(void *self); /* an answer to the host; NULL: while anything is due */
    void *self;
    int descriptor; /* readable: something happened; -1: none               */
};

/* Listens on `address` (see port_listen) and serves until SIGINT, SIGTERM or
 * the end of the standard input, if that is the port. Says `pty PATH`, or the
 * address, once it listens; not with `stdio`. `link`: to a pty, or NULL.
 * Returns: an exit code, complained of unless it is 0. */
int serve(const struct serve_module *module, const char *address, const char *link);

/* Says where a port listens, as above. Returns: false if it could not. */
bool serve_announce(const struct port *port, const char *address, const char *link);

#endif
