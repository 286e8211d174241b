/* Ports: opening as the host, ending, trying again. The bytes are in port_io.c,
 * the module's end in port_listen.c, the serial line in port_line.c. */
#include "port/port_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <gensio/gensio_unix.h>

/* ---- errors ----------------------------------------------------------- */

const char *port_status_name(enum port_status status)
{
    switch (status) {
    case PORT_OK: return "ok";
    case PORT_BAD_ADDRESS: return "bad address";
    case PORT_MISSING: return "missing";
    case PORT_DENIED: return "denied";
    case PORT_BUSY: return "busy";
    case PORT_FAILED: return "failed";
    case PORT_VANISHED: return "vanished";
    case PORT_TIMED_OUT: return "timed out";
    case PORT_UNSUPPORTED: return "unsupported";
    }
    return "unknown";
}

enum port_status port_fail(struct port *port, enum port_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    port->error.status = status;
    vsnprintf(port->error.text, sizeof port->error.text, format, args);
    va_end(args);
    return status;
}

/* What gensio logs (a program that cannot be run, an option it does not know)
 * says more than its codes. */
static void on_log(struct gensio_os_funcs *os, enum gensio_log_levels level, const char *format,
                   va_list args)
{
    (void)level;
    struct port *port = gensio_os_funcs_get_data(os);
    if (port != NULL) vsnprintf(port->log, sizeof port->log, format, args);
}

/* What a code means for someone who opens `port->address`. */
enum port_status port_fail_open(struct port *port, int err)
{
    static const struct {
        int err;
        enum port_status status;
        const char *hint;
    } table[] = {
        {GE_INVAL, PORT_BAD_ADDRESS,
         "expected a gensio string, such as serialdev,/dev/ttyUSB2,115200n81 or tcp,HOST,PORT"},
        {GE_NOTFOUND, PORT_MISSING, "is it plugged in, powered, and written as it is named?"},
        {GE_PERM, PORT_DENIED, "become a member of the group that owns it (often dialout)"},
        {GE_INUSE, PORT_BUSY, "end the program that has it"},
        {GE_ADDRINUSE, PORT_BUSY, "end the program that listens there, or take port 0"},
        {GE_EXISTS, PORT_BUSY, "end the program that has it"},
        {GE_CONNREFUSE, PORT_MISSING, "nothing listens there: start the server"},
        {GE_HOSTDOWN, PORT_MISSING, "the host does not answer"},
        {GE_REMCLOSE, PORT_FAILED, "the other side closed at once: is it busy with another host?"},
        {GE_UNKNOWN_NAME_ERROR, PORT_MISSING, "see whether the host's name is right"},
        {GE_NAME_ERROR, PORT_MISSING, "see whether the host's name is right"},
        {GE_NAME_SERVER_FAILURE, PORT_MISSING, "the name server does not answer"},
        {GE_NAME_INVALID, PORT_BAD_ADDRESS, "see whether host and port are right"},
        {GE_NAME_NET_NOT_UP, PORT_MISSING, "there is no network"},
        {GE_TIMEDOUT, PORT_TIMED_OUT, "nothing answered in time"},
    };
    enum port_status status = PORT_FAILED;
    const char *hint = "the system refused it";
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].err != err) continue;
        status = table[i].status;
        hint = table[i].hint;
        break;
    }
    return port_fail(port, status, "%s: cannot open (%s%s%s): %s", port->address,
                     gensio_err_to_str(err), port->log[0] == '\0' ? "" : ": ", port->log, hint);
}

/* ---- opening ---------------------------------------------------------- */

static bool is_operation_done(const struct port *port)
{
    return port->operation_done;
}

static bool is_closed(const struct port *port)
{
    return port->closed;
}

static bool is_never(const struct port *port)
{
    (void)port;
    return false;
}

static void on_open(struct gensio *io, int err, void *data)
{
    struct port *port = data;
    if (io != port->io) return;
    port->operation_done = true;
    port->operation_error = err;
}

static void on_close(struct gensio *io, void *data)
{
    (void)io;
    struct port *port = data;
    port->closed = true;
}

static enum port_status open_once(struct port *port, int64_t deadline_us)
{
    int64_t limit_us = port_now_us() + port->open_us;
    if (limit_us > deadline_us) limit_us = deadline_us;
    port->log[0] = '\0';
    enum port_status status = port_find_program(port);
    if (status != PORT_OK) return status;
    int err = str_to_gensio(port->address, port->os, port_on_event, port, &port->io);
    if (err != 0) {
        port->io = NULL;
        return port_fail_open(port, err == GE_NOTFOUND ? GE_INVAL : err);
    }
    port->gone = 0;
    port->operation_done = false;
    port->operation_error = GE_TIMEDOUT;
    err = gensio_open(port->io, on_open, port);
    if (err == 0 && !port_wait(port, is_operation_done, limit_us)) {
        port_drop(port);
        return port_fail_open(port, GE_TIMEDOUT);
    }
    if (err == 0) err = port->operation_error;
    if (err != 0) {
        gensio_free(port->io);
        port->io = NULL;
        return port_fail_open(port, err);
    }
    status = port->device == NULL ? PORT_OK : port_claim(port);
    if (status != PORT_OK) port_drop(port);
    else port_start(port);
    return status;
}

/* A child whose standard input was closed may go on. */
static void end_child(struct port *port, pid_t pid)
{
    for (int signal = 0; signal < 2 && !port->closed; signal++) {
        kill(pid, signal == 0 ? SIGTERM : SIGKILL);
        port_wait(port, is_closed, port_now_us() + PORT_CLOSE_US);
    }
}

/* Returns: 0 if the connection is not to a child. */
static pid_t child_of(struct port *port)
{
    const char *type = gensio_get_type(port->io, 0);
    bool has_child = strcmp(type, "stdio") == 0 || strcmp(type, "pty") == 0;
    char text[32] = "0";
    gensiods size = sizeof text;
    if (!has_child || port->slave >= 0
        || gensio_control(port->io, 0, GENSIO_CONTROL_GET, GENSIO_CONTROL_REMOTE_ID, text, &size)
               != 0)
        return 0;
    long pid = strtol(text, NULL, 10);
    return pid > 1 ? (pid_t)pid : 0;
}

void port_drop(struct port *port)
{
    if (port->io == NULL) return;
    if (port->device != NULL) port_unclaim(port);
    const volatile sig_atomic_t *stop = port->stop;
    port->stop = NULL; /* what is to be closed is closed */
    pid_t child = child_of(port);
    port->closed = false;
    gensio_set_read_callback_enable(port->io, false);
    gensio_set_write_callback_enable(port->io, false);
    if (gensio_close(port->io, on_close, port) != 0) port->closed = true;
    port_wait(port, is_closed, port_now_us() + PORT_CLOSE_US);
    if (!port->closed && child != 0) end_child(port, child);
    bool is_forced = !port->closed;
    if (is_forced) gensio_disable(port->io);
    gensio_free(port->io);
    port->io = NULL;
    if (is_forced) /* what it had under way is released by gensio's loop */
        port_wait(port, is_never, port_now_us());
    port->stop = stop;
}

/* gensio takes an unknown type for a host's name and says so of it. */
bool port_is_type(const char *address, const char *const *types)
{
    size_t size = strcspn(address, "(,");
    for (; *types != NULL; types++)
        if (strlen(*types) == size && strncmp(*types, address, size) == 0) return true;
    return false;
}

/* gensio takes the host of `tcp,HOST` for a service's name. */
static bool lacks_port(const char *address)
{
    const char *at = strstr(address, "tcp");
    if (at == NULL || (at != address && at[-1] != ',')) return false;
    at += 3;
    if (*at == '(') at += strcspn(at, ")");
    at = strchr(at, ',');
    return at == NULL || strchr(at + 1, ',') == NULL;
}

bool port_is_pty_alone(const char *address)
{
    if (strncmp(address, "pty", 3) != 0) return false;
    const char *at = address + 3;
    if (*at == '(') at += strcspn(at, ")");
    return strchr(at, ',') == NULL;
}

static const struct port_options no_options;

struct port *port_new(const char *address, const struct port_options *options,
                      struct port_error *error)
{
    if (options == NULL) options = &no_options;
    struct port *port = memory_new(1, sizeof *port);
    port->slave = -1;
    port->timer_fd = -1;
    port->first_port = options->beside == NULL ? port : options->beside->first_port;
    port->address = memory_text(address);
    port->name = memory_text(address);
    port->device = port_device(address);
    port->open_us = options->open_us == 0 ? PORT_OPEN_US : options->open_us;
    port->share = options->share;
    port->stop = options->stop;
    port->host_count = 1;
    port_line_init(&port->line);
    if (options->beside != NULL) {
        port->os = options->beside->os->get_funcs(options->beside->os);
        return port;
    }
    /* A wake signal is for threads that share it; each port has its own. */
    if (gensio_unix_funcs_alloc(NULL, 0, &port->os) != 0) {
        port_fail(port, PORT_FAILED, "%s: no event loop: %s", address, strerror(errno));
        *error = port->error;
        port_close(port);
        return NULL;
    }
    gensio_os_funcs_set_data(port->os, port);
    gensio_os_funcs_set_vlog(port->os, on_log);
    return port;
}

struct port *port_open(const char *address, const struct port_options *options,
                       struct port_error *error)
{
    struct port *port = port_new(address, options, error);
    if (port == NULL) return NULL;
    static const char *const types[] = {"serialdev", "tcp",  "telnet", "pty",  "stdio",
                                        "ssl",       "unix", "sctp",   "echo", NULL};
    bool is_address = port_is_type(address, types) && !lacks_port(address);
    enum port_status status =
        is_address ? open_once(port, PORT_NO_DEADLINE) : port_fail_open(port, GE_INVAL);
    if (status == PORT_OK && port_is_pty_alone(address))
        status = port_hold_slave(port, options == NULL ? NULL : options->link);
    if (status == PORT_OK) return port;
    *error = port->error;
    port_close(port);
    return NULL;
}

enum port_status port_reopen(struct port *port, int64_t deadline_us)
{
    if (port->accepter != NULL) {
        port_next_host(port);
        return PORT_OK;
    }
    if (port->slave >= 0) return PORT_OK;
    port_drop(port);
    for (;;) {
        enum port_status status = open_once(port, deadline_us);
        int64_t left = deadline_us - port_now_us();
        if (status == PORT_OK || status == PORT_BAD_ADDRESS || left <= 0
            || (port->stop != NULL && *port->stop != 0))
            return status;
        int64_t pause = left < PORT_RETRY_US ? left : PORT_RETRY_US;
        nanosleep(&(struct timespec){.tv_nsec = (long)pause * 1000}, NULL);
    }
}

/* ---- the end ---------------------------------------------------------- */

static void on_shutdown(struct gensio_accepter *accepter, void *data)
{
    (void)accepter;
    struct port *port = data;
    port->closed = true;
}

static void end_accepter(struct port *port)
{
    port->closed = false;
    port->stop = NULL;
    if (gensio_acc_shutdown(port->accepter, on_shutdown, port) == 0)
        port_wait(port, is_closed, port_now_us() + PORT_CLOSE_US);
    gensio_acc_free(port->accepter);
    port->accepter = NULL;
}

/* Only ours: another program may have put its own there meanwhile. */
static void remove_link(const struct port *port)
{
    char target[128];
    ssize_t size = readlink(port->link, target, sizeof target - 1);
    if (size < 0) return;
    target[size] = '\0';
    if (strcmp(target, port->name) == 0) unlink(port->link);
}

void port_close(struct port *port)
{
    if (port == NULL) return;
    if (port->accepter != NULL) end_accepter(port);
    port_drop(port);
    if (port->os != NULL) port_unwatch(port);
    if (port->link != NULL) remove_link(port);
    if (port->slave >= 0) close(port->slave);
    while (port->first != NULL) {
        struct port_chunk *chunk = port->first;
        port->first = chunk->next;
        free(chunk);
    }
    if (port->os != NULL) gensio_os_funcs_free(port->os);
    free(port->address);
    free(port->name);
    free(port->link);
    free(port->device);
    free(port);
}

/* ---- what it is ------------------------------------------------------- */

const char *port_describe(const struct port *port)
{
    return port->name;
}

const struct port_error *port_error(const struct port *port)
{
    return &port->error;
}

bool port_is_connected(const struct port *port)
{
    return port->io != NULL && port->gone == 0;
}

unsigned port_host_count(const struct port *port)
{
    return port->host_count;
}
