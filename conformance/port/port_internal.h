/* What the files of the ports share. */
#ifndef CONFORMANCE_PORT_INTERNAL_H
#define CONFORMANCE_PORT_INTERNAL_H

#include "port/port.h"

#include <gensio/gensio.h>
#include <gensio/gensio_os_funcs.h>

/* Bytes as they came, in the order they came. */
struct port_chunk {
    struct port_chunk *next;
    int64_t time_us;
    size_t size;  /* bytes                          */
    size_t taken; /* of them, already read          */
    uint8_t bytes[];
};

/* A descriptor whose readiness ends port_await. */
struct port_watch {
    struct port *port; /* whose loop it is in                                  */
    struct gensio_iod *iod;
    bool armed; /* gensio looks at it                                          */
    bool cleared;
};

struct port {
    struct gensio_os_funcs *os;       /* owned                                 */
    struct gensio *io;                /* owned; NULL: no connection            */
    struct gensio_accepter *accepter; /* owned; NULL: does not accept          */

    char *address;   /* owned; as given                                        */
    char *name;      /* owned; for port_describe                               */
    char *link;      /* owned; the symbolic link made, or NULL                 */
    char *device;    /* owned; a serial device's path, or NULL                 */
    int slave;       /* keeps our pty's slave open; -1: not such a pty         */
    int64_t open_us; /* for one opening                                        */
    bool share;
    bool is_claimed;                   /* the device is ours: see port_claim                     */
    const volatile sig_atomic_t *stop; /* borrowed, may be NULL                */

    /* Written by gensio's callbacks. */
    bool operation_done; /* an opening, a setting: is over ...                 */
    int operation_error; /* ... with this GE_ code                             */
    bool closed;         /* gensio_close, or the accepter's shutdown: is over  */
    bool writable;
    bool is_own_stdio; /* whose output stays when its input is over            */
    int streams[2];    /* -1, or what stood as standard input or output: see port_open_streams */
    int hold[2];       /* of each, -1 or the other end of the pipe in its place */
    int input_over;    /* GE_ code its input ended with; 0: it has not         */
    int gone;          /* GE_ code the connection ended with; 0: it has not             */
    unsigned host_count;
    struct port_line line;
    char log[160]; /* gensio's last words                                      */

    struct port_chunk *first; /* owned                                         */
    struct port_chunk *last;
    size_t queued; /* bytes of all chunks                                      */

    struct port_error error;

    /* Of the ports that stand beside each other, the first has what follows. */
    struct port *first_port; /* itself, if it is                               */
    struct port_watch watches[PORT_WATCH_COUNT_MAX];
    size_t watch_count;
    struct port_watch timer; /* of port_await's deadline                       */
    int timer_fd;            /* -1: none yet                                   */
    bool news;               /* something came since port_await looked         */
};

/* Notes an error. Returns: `status`. */
__attribute__((format(printf, 3, 4))) enum port_status
port_fail(struct port *port, enum port_status status, const char *format, ...);

/* The same, for a GE_ code that an opening ended with. */
enum port_status port_fail_open(struct port *port, int err);

/* A port that is not open yet. Returns: NULL with *error written. */
struct port *port_new(const char *address, const struct port_options *options,
                      struct port_error *error);

/* Whether `TYPE(...),...` names one of a list that ends with NULL. */
bool port_is_type(const char *address, const char *const *types);

/* `pty`, `pty(...)`: without a program. */
bool port_is_pty_alone(const char *address);

/* gensio writes to pipes and sockets whose reader may be gone. While a guard is up,
 * SIGPIPE is kept from the program without touching its handler. */
struct port_pipe_guard {
    sigset_t before;
    bool was_pending;
};
struct port_pipe_guard port_guard_pipe(void);
void port_unguard_pipe(const struct port_pipe_guard *guard);

/* Whether the deadline has passed, or the program is to stop. */
bool port_is_over(const struct port *port, int64_t deadline_us);

/* Runs gensio until `ready`, or the deadline. Returns: whether it is ready. */
bool port_wait(struct port *port, bool (*ready)(const struct port *port), int64_t deadline_us);

/* Lets go of what is watched. */
void port_unwatch(struct port *port);

/* gensio's callback for all connections. */
int port_on_event(struct gensio *io, void *user_data, int event, int err, unsigned char *bytes,
                  gensiods *size, const char *const *auxdata);

/* What follows an open connection: reading, no delay. */
void port_start(struct port *port);

/* Closes the connection and frees it; port->io is NULL then. */
void port_drop(struct port *port);

/* A listening port whose host has left: accepts the next. */
void port_next_host(struct port *port);

/* Drops what was not read. */
void port_forget(struct port *port);

/* Our own standard streams: where gensio cannot wait for one (a file, a device such as
 * /dev/null), it gets a pipe in its place. Returns: false, errno set. */
bool port_replace_streams(struct port *port);
void port_return_streams(struct port *port);

/* Opens our own standard streams. NULL: *error is written. Owns: the caller, port_close. */
struct port *port_open_streams(const struct port_options *options, struct port_error *error);

/* Reads from such an input when the queue is empty. */
void port_read_stream(struct port *port);

/* Whether the program of the address can be run, if it has one. */
enum port_status port_find_program(struct port *port);

/* Our own pty: raw, slave kept open, link made. */
enum port_status port_hold_slave(struct port *port, const char *link);

/* An answer to what the host of an RFC 2217 server asks for.
 * Returns: 0, or GE_NOTSUP. */
int port_on_line_event(struct port *port, struct gensio *io, int event, const unsigned char *bytes);

void port_line_init(struct port_line *line);

/* Takes the serial device for this program alone. */
enum port_status port_claim(struct port *port);
void port_unclaim(struct port *port);

/* The device in `serialdev(...),DEVICE,...`. Owns: the caller; NULL if none. */
char *port_device(const char *address);

#endif
