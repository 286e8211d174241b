/* The serial line of a port: settings sent to a device or an RFC 2217 server,
 * and the answers of our own server to a host's settings (RFC 2217, 3). */
#include "port/port_internal.h"
#include "port/port_speed.h"

#include <gensio/sergensio.h>

#include <stdint.h>
#include <string.h>

/* ---- the host sets ---------------------------------------------------- */

typedef int set_fn(struct sergensio *serial, unsigned value, sergensio_done done, void *data);

static bool is_operation_done(const struct port *port)
{
    return port->operation_done || port->gone != 0;
}

static void on_set(struct sergensio *serial, int err, unsigned value, void *data)
{
    (void)serial;
    (void)value;
    struct port *port = data;
    port->operation_done = true;
    port->operation_error = err;
}

static enum port_status set(struct port *port, set_fn *function, unsigned value, const char *what,
                            int64_t deadline_us)
{
    struct sergensio *serial = port->io == NULL ? NULL : gensio_to_sergensio(port->io);
    if (serial == NULL)
        return port_fail(port, PORT_UNSUPPORTED, "%s: has no %s: use serialdev or telnet(rfc2217)",
                         port->address, what);
    port->operation_done = false;
    port->operation_error = GE_TIMEDOUT;
    int err = function(serial, value, on_set, port);
    if (err == 0) {
        port_wait(port, is_operation_done, deadline_us);
        err = port->operation_error;
    }
    if (err == 0) return PORT_OK;
    enum port_status status = err == GE_TIMEDOUT ? PORT_TIMED_OUT : PORT_FAILED;
    if (port->gone != 0) status = PORT_VANISHED;
    return port_fail(port, status, "%s: cannot set %s (%s): does the device have it?",
                     port->address, what, gensio_err_to_str(err));
}

enum port_status port_set_speed(struct port *port, unsigned speed, int64_t deadline_us)
{
    return set(port, sergensio_baud, speed, "speed", deadline_us);
}

enum port_status port_set_dtr(struct port *port, bool on, int64_t deadline_us)
{
    return set(port, sergensio_dtr, on ? SERGENSIO_DTR_ON : SERGENSIO_DTR_OFF, "DTR", deadline_us);
}

enum port_status port_set_rts(struct port *port, bool on, int64_t deadline_us)
{
    return set(port, sergensio_rts, on ? SERGENSIO_RTS_ON : SERGENSIO_RTS_OFF, "RTS", deadline_us);
}

enum port_status port_send_break(struct port *port)
{
    struct sergensio *serial = port->io == NULL ? NULL : gensio_to_sergensio(port->io);
    int err = serial == NULL ? GE_NOTSUP : sergensio_send_break(serial);
    if (err == 0) return PORT_OK;
    return port_fail(port, err == GE_NOTSUP ? PORT_UNSUPPORTED : PORT_FAILED,
                     "%s: cannot send a break (%s): use serialdev or telnet(rfc2217)",
                     port->address, gensio_err_to_str(err));
}

/* ---- the module answers ----------------------------------------------- */

/* 0 asks for what is set. */
static unsigned keep(unsigned *setting, unsigned value)
{
    if (value != 0) *setting = value;
    return *setting;
}

static unsigned keep_switch(bool *setting, unsigned value)
{
    if (value != 0) *setting = value == SERGENSIO_DTR_ON;
    return *setting ? SERGENSIO_DTR_ON : SERGENSIO_DTR_OFF;
}

static unsigned keep_break(struct port_line *line, unsigned value)
{
    if (value == SERGENSIO_BREAK_ON) line->break_count++;
    return value == 0 ? SERGENSIO_BREAK_OFF : value;
}

int port_on_line_event(struct port *port, struct gensio *io, int event, const unsigned char *bytes)
{
    struct port_line *line = &port->line;
    struct sergensio *serial = gensio_to_sergensio(io);
    unsigned value = 0;
    if (event == GENSIO_EVENT_SEND_BREAK) {
        line->break_count++;
        return 0;
    }
    if (serial == NULL || port->accepter == NULL || event < GENSIO_EVENT_SER_BAUD
        || event > GENSIO_EVENT_SER_RTS || bytes == NULL)
        return GE_NOTSUP;
    memcpy(&value, bytes, sizeof value);
    switch (event) {
    case GENSIO_EVENT_SER_BAUD:
        return sergensio_baud(serial, keep(&line->speed, value), NULL, NULL);
    case GENSIO_EVENT_SER_DATASIZE:
        return sergensio_datasize(serial, keep(&line->data_bits, value), NULL, NULL);
    case GENSIO_EVENT_SER_PARITY:
        return sergensio_parity(serial, keep(&line->parity, value), NULL, NULL);
    case GENSIO_EVENT_SER_STOPBITS:
        return sergensio_stopbits(serial, keep(&line->stop_bits, value), NULL, NULL);
    case GENSIO_EVENT_SER_FLOWCONTROL:
        return sergensio_flowcontrol(serial, keep(&line->flow, value), NULL, NULL);
    case GENSIO_EVENT_SER_IFLOWCONTROL:
        return sergensio_iflowcontrol(serial, keep(&line->flow, value), NULL, NULL);
    case GENSIO_EVENT_SER_SBREAK:
        return sergensio_sbreak(serial, keep_break(line, value), NULL, NULL);
    case GENSIO_EVENT_SER_DTR:
        line->dtr_drop_count += line->dtr && value == SERGENSIO_DTR_OFF;
        return sergensio_dtr(serial, keep_switch(&line->dtr, value), NULL, NULL);
    default: return sergensio_rts(serial, keep_switch(&line->rts, value), NULL, NULL);
    }
}

void port_line_init(struct port_line *line)
{
    *line = (struct port_line){
        .speed = 9600,
        .data_bits = 8,
        .parity = SERGENSIO_PARITY_NONE,
        .stop_bits = 1,
        .flow = SERGENSIO_FLOWCONTROL_NONE,
    };
}

void port_line(const struct port *port, struct port_line *out)
{
    *out = port->line;
    unsigned speed = port->slave >= 0 ? port_speed(port->slave) : 0;
    if (speed != 0) out->speed = speed;
}
