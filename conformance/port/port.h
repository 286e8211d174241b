/* Ports: the two ends of an AT connection, by gensio. The host's end opens what
 * a gensio string names (a serial device, a TCP port, an RFC 2217 server, a
 * program); the module's end listens where a host can open it.
 *
 * Every call is synchronous and works until a deadline. Bytes arrive only
 * inside the calls; what has come meanwhile waits in the kernel. A port is used
 * by one thread at a time; each has its own gensio_os_funcs, needs no signal
 * and changes no handler. SIGPIPE is held back inside the calls. What gensio
 * keeps of its own (its table of types) stays until the program ends. */
#ifndef CONFORMANCE_PORT_H
#define CONFORMANCE_PORT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- limits ----------------------------------------------------------- */

/* How much is read ahead of port_read; beyond it the peer is made to wait.
 * Units: bytes. */
#define PORT_QUEUE_SIZE_MAX ((size_t)1 << 20)

/* How long port_open waits when the options say 0, and port_close at most
 * for each of: unsent bytes, a child's end, a child's end after SIGTERM. */
#define PORT_OPEN_US  INT64_C(10000000)
#define PORT_CLOSE_US INT64_C(1000000)

/* How long port_reopen waits between two tries. */
#define PORT_RETRY_US INT64_C(50000)

/* ---- status ----------------------------------------------------------- */

enum port_status {
    PORT_OK = 0,
    PORT_BAD_ADDRESS = -1, /* not a gensio string of an endpoint             */
    PORT_MISSING = -2,     /* no such device, program, host, or none answers */
    PORT_DENIED = -3,      /* no permission                                  */
    PORT_BUSY = -4,        /* another program has the device or the address  */
    PORT_FAILED = -5,      /* the system or the peer refused otherwise       */
    PORT_VANISHED = -6,    /* was open; the peer or the device is gone       */
    PORT_TIMED_OUT = -7,   /* the deadline came first                        */
    PORT_UNSUPPORTED = -8, /* this kind of endpoint has no such thing        */
};

/* What was wrong, and what to do about it. */
struct port_error {
    enum port_status status;
    char text[512];
};

/* `missing`, `vanished`: for logs and tests. Returns: never NULL. */
const char *port_status_name(enum port_status status);

/* ---- time ------------------------------------------------------------- */

/* Deadlines and times are microseconds of CLOCK_MONOTONIC. A deadline in the
 * past takes what is there and does not wait. */
#define PORT_NO_DEADLINE INT64_MAX

int64_t port_now_us(void);

/* ---- opening ---------------------------------------------------------- */

/* All zero: the defaults. */
struct port_options {
    int64_t open_us; /* for one opening; 0: PORT_OPEN_US                     */
    bool share;      /* a serial device: open it beside other programs       */

    /* A pty: a symbolic link to the slave is made here, and removed by
     * port_close. A link whose target is gone is replaced; any other, or a file, is not.
     * NULL: none. Borrows: only during the call. */
    const char *link;

    /* Waiting ends, as if at its deadline, within 100 ms of *stop becoming
     * other than 0 (a signal handler's flag). NULL: none. Borrows: until
     * port_close. */
    const volatile sig_atomic_t *stop;

    /* Both ports wait together: see port_await. It must be closed after this
     * one. NULL: none. Borrows: until port_close. */
    struct port *beside;
};

struct port;

/* Opens an endpoint as the host: `serialdev,/dev/ttyUSB2,115200n81,rtscts`,
 * `tcp,HOST,PORT`, `telnet(rfc2217),tcp,HOST,PORT`, `stdio,PROGRAM`,
 * `pty,PROGRAM`; or `pty`, whose slave port_describe names. A serial device is
 * locked (flock and, but for a pty, TIOCEXCL) and looked for in other
 * processes' open files.
 * Borrows: `address` and `options` (NULL: the defaults) during the call.
 * Owns: the caller ends it with port_close.
 * Returns: NULL with *error written. */
struct port *port_open(const char *address, const struct port_options *options,
                       struct port_error *error);

/* Listens as the module: `pty`, `tcp,PORT` (on 127.0.0.1 and ::1), `tcp,ADDRESS,PORT`,
 * `telnet(rfc2217),tcp,ADDRESS,PORT` (PORT 0: any that is free), or `stdio`,
 * our own standard input and output. One host is served at a time; the next
 * is accepted when it has left. A pty stays when its slave is closed.
 * As port_open otherwise. */
struct port *port_listen(const char *address, const struct port_options *options,
                         struct port_error *error);

/* Ends the connection and releases the port. A child is sent SIGTERM if it does
 * not end with its input, then SIGKILL. NULL is allowed. */
void port_close(struct port *port);

/* Opens a port anew that vanished (or not), and tries again until the deadline.
 * What had arrived before can still be read. A listening port, or a pty of our
 * own, only lets its host go.
 * Returns: PORT_OK, or why the last try failed (see port_error). */
enum port_status port_reopen(struct port *port, int64_t deadline_us);

/* One try of that, at once. */
enum port_status port_try(struct port *port, int64_t deadline_us);

/* ---- what it is ------------------------------------------------------- */

/* What the other side opens: a pty's slave (`/dev/pts/3`), the address that is
 * listened on with its real port (`tcp,ipv4,127.0.0.1,40001`); the address
 * opened otherwise. Returns: borrowed from the port. */
const char *port_describe(const struct port *port);

/* Whether other machines may reach a port that listens. */
bool port_is_public(const struct port *port);

/* The last error of a call on this port. Returns: borrowed, never NULL. */
const struct port_error *port_error(const struct port *port);

/* Whether the other side is there as far as is known; of a listening pty,
 * always. How many hosts were accepted so far; 1 for all that do not accept. */
bool port_is_connected(const struct port *port);
unsigned port_host_count(const struct port *port);

/* Of a port that accepts hosts: whether the host has left (what it sent may still
 * be read), and letting it go for the next one, without what was not read. */
bool port_has_left(const struct port *port);
void port_dismiss(struct port *port);

/* ---- bytes ------------------------------------------------------------ */

/* Passes all `size` bytes to the kernel; without a host, waits for one.
 * Writes: *written_size (may be NULL), how many bytes were passed on.
 * Returns: PORT_OK, PORT_TIMED_OUT, or PORT_VANISHED (also of a host that
 * leaves meanwhile). */
enum port_status port_write(struct port *port, const void *bytes, size_t size, int64_t deadline_us,
                            size_t *written_size);

/* Takes bytes that came in one piece, at most `capacity` of them.
 * Writes: *time_us (may be NULL), when they were taken from the kernel.
 * Returns: how many bytes; 0 at the deadline; -1 if the peer vanished and all
 * it had sent was read (see port_error). A listening port waits for the next
 * host instead. */
ssize_t port_read(struct port *port, void *buffer, size_t capacity, int64_t deadline_us,
                  int64_t *time_us);

/* ---- waiting for one of several --------------------------------------- */

#define PORT_WATCH_COUNT_MAX 4

/* Adds a descriptor of the caller's to what ends port_await: when it becomes
 * readable, and again in each later call while it is.
 * Borrows: `fd` until port_close. */
enum port_status port_watch(struct port *port, int fd);

/* Waits until bytes came, a descriptor that is watched is readable, the host
 * came, left or set the line, or the deadline; and until any of that of a port
 * beside it. What came before the call before does not count: read until
 * port_read gives nothing. It may end without a cause, and tells none: look with
 * port_read and the rest. Kept to the microsecond, as far as the system
 * goes. */
void port_await(struct port *port, int64_t deadline_us);

/* Whether port_read has something at once: bytes, or the end of the other side. It must
 * be asked before each port_await, which does not tell of an end twice. */
bool port_has_bytes(const struct port *port);

/* The next port_await ends also when the other side takes bytes again, of
 * which port_write could not pass all. */
void port_await_room(struct port *port);

/* ---- the serial line -------------------------------------------------- */

/* Sets what a serial device or an RFC 2217 server has.
 * Units: bits per second. Returns: PORT_UNSUPPORTED where there is none. */
enum port_status port_set_speed(struct port *port, unsigned speed, int64_t deadline_us);
enum port_status port_set_dtr(struct port *port, bool on, int64_t deadline_us);
enum port_status port_set_rts(struct port *port, bool on, int64_t deadline_us);
enum port_status port_send_break(struct port *port);

/* What the host of a listening telnet(rfc2217) asked for; of a listening pty the
 * speed. */
struct port_line {
    unsigned speed;     /* bits per second                                   */
    unsigned data_bits; /* 5 to 8                                            */
    unsigned parity;    /* SERGENSIO_PARITY_ of gensio/sergensio.h           */
    unsigned stop_bits; /* 1 or 2                                            */
    unsigned flow;      /* SERGENSIO_FLOWCONTROL_                            */
    bool dtr;
    bool rts;
    unsigned dtr_drop_count; /* how often DTR went off                        */
    unsigned break_count;
};

/* Writes: *out. 9600 8N1 until a host asks for something else (a pty: 38400). */
void port_line(const struct port *port, struct port_line *out);

/* ---- second readers --------------------------------------------------- */

/* A program that has the same device open. */
struct port_rival {
    pid_t pid;
    char name[64];
};

/* Looks in /proc for another process that has the serial device of this port
 * open, whether it locks it or not; who made the pty does not count. Sees only
 * processes of the same user, or all as root.
 * Writes: *out if true. */
bool port_find_rival(const struct port *port, struct port_rival *out);

#endif
