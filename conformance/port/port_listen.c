/* The module's end of a port: accepts hosts, one at a time. */
#include "port/port_internal.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static int on_accept(struct gensio_accepter *accepter, void *user_data, int event, void *data)
{
    struct port *port = user_data;
    if (event != GENSIO_ACC_EVENT_NEW_CONNECTION) return GE_NOTSUP;
    struct gensio *io = data;
    if (port->io != NULL) { /* two came at once: the later one goes */
        gensio_free(io);
        return 0;
    }
    gensio_acc_set_accept_callback_enable(accepter, false);
    port->io = io;
    port->gone = 0;
    port->host_count++;
    port->first_port->news = true;
    gensio_set_callback(io, port_on_event, port);
    port_start(port);
    return 0;
}

/* `telnet(rfc2217),tcp,127.0.0.1,0` with what it really listens on. */
static void name_listener(struct port *port)
{
    char address[128] = "0";
    gensiods size = sizeof address;
    const char *tcp = strstr(port->address, "tcp");
    if (tcp == NULL
        || gensio_acc_control(port->accepter, GENSIO_CONTROL_DEPTH_FIRST, GENSIO_CONTROL_GET,
                              GENSIO_ACC_CONTROL_LADDR, address, &size)
               != 0)
        return;
    free(port->name);
    port->name = memory_format("%.*stcp,%s", (int)(tcp - port->address), port->address, address);
}

static enum port_status listen_for_hosts(struct port *port)
{
    static const char *const types[] = {"tcp", "telnet", "ssl", "unix", "sctp", NULL};
    if (!port_is_type(port->address, types))
        return port_fail(port, PORT_BAD_ADDRESS,
                         "%s: nothing to listen on: expected pty, stdio, tcp,ADDRESS,PORT or "
                         "telnet(rfc2217),tcp,ADDRESS,PORT",
                         port->address);
    int err = str_to_gensio_accepter(port->address, port->os, on_accept, port, &port->accepter);
    if (err != 0) {
        port->accepter = NULL;
        return port_fail_open(port, err == GE_NOTFOUND ? GE_INVAL : err);
    }
    port->host_count = 0;
    err = gensio_acc_startup(port->accepter);
    if (err != 0) {
        gensio_acc_free(port->accepter);
        port->accepter = NULL;
        return port_fail_open(port, err);
    }
    gensio_acc_set_accept_callback_enable(port->accepter, true);
    name_listener(port);
    return PORT_OK;
}

/* Whether `ipv4,PORT`, without a host, follows. */
static bool names_family(const char *text)
{
    static const char *const families[] = {"ipv4", "ipv6", "ipv6n4", NULL};
    return port_is_type(text, families) && strchr(text, ',') == strrchr(text, ',');
}

/* `tcp,PORT`, below whatever filter, listens for this machine alone: nobody opens it to others
 * without naming an address. Owns: the caller. */
static char *on_loopback(const char *address)
{
    const char *at = strstr(address, "tcp");
    if (at == NULL || (at != address && at[-1] != ',')) return memory_text(address);
    at += 3;
    if (*at == '(') at += strcspn(at, ")") + (strchr(at, ')') != NULL);
    bool has_host = *at == ',' && strchr(at + 1, ',') != NULL && !names_family(at + 1);
    if (*at != ',' || has_host) return memory_text(address);
    const char *port = strrchr(at, ',');
    return memory_format("%.*s,localhost%s", (int)(port - address), address, port);
}

bool port_is_public(const struct port *port)
{
    const char *at = port->accepter == NULL ? NULL : strstr(port->name, "tcp,");
    if (at == NULL) return false;
    return strncmp(at, "tcp,ipv4,127.", 13) != 0 && strncmp(at, "tcp,ipv6,::1,", 13) != 0
           && strncmp(at, "tcp,ipv6,::ffff:127.", 20) != 0;
}

struct port *port_listen(const char *address, const struct port_options *options,
                         struct port_error *error)
{
    if (strcmp(address, "stdio") == 0) return port_open_streams(options, error);
    if (port_is_pty_alone(address)) return port_open(address, options, error);
    char *local = on_loopback(address);
    struct port *port = port_new(local, options, error);
    free(local);
    if (port == NULL) return NULL;
    if (listen_for_hosts(port) == PORT_OK) return port;
    *error = port->error;
    port_close(port);
    return NULL;
}
