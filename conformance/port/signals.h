/* SIGINT, SIGTERM, SIGHUP and SIGQUIT for programs that wait in a port. */
#ifndef CONFORMANCE_SIGNALS_H
#define CONFORMANCE_SIGNALS_H

#include "port/port.h"

/* Other than 0 once one of them came. */
extern volatile sig_atomic_t signals_stopped;

/* From now on each (unless it is ignored: nohup) sets signals_stopped and ends port_await of this
 * port. Returns: false, with the port's error written. */
bool signals_watch(struct port *port);

/* After port_close. */
void signals_release(void);

#endif
