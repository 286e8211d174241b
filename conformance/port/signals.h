/* SIGINT and SIGTERM for programs that wait in a port. */
#ifndef CONFORMANCE_SIGNALS_H
#define CONFORMANCE_SIGNALS_H

#include "port/port.h"

/* Other than 0 once one of the two came. */
extern volatile sig_atomic_t signals_stopped;

/* From now on both set signals_stopped and end port_await of this port.
 * Returns: false, with the port's error written. */
bool signals_watch(struct port *port);

/* After port_close. */
void signals_release(void);

#endif
