/* The speed of a terminal. */
#ifndef CONFORMANCE_PORT_SPEED_H
#define CONFORMANCE_PORT_SPEED_H

/* Units: bits per second. Returns: 0 if it is none. */
unsigned port_speed(int fd);

#endif
