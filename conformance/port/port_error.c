/* Errors of ports, in words that tell what to do. */
#include "port/port_internal.h"

#include <stdarg.h>
#include <stdio.h>

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
