/* What the tests of the ports share: short ways to open them, and a module that
 * echoes. They fail the test that uses them. */
#ifndef CONFORMANCE_PORT_SAMPLE_H
#define CONFORMANCE_PORT_SAMPLE_H

#include "port/port.h"

#include <pthread.h>

#define SECOND_US   INT64_C(1000000)
#define RANDOM_SIZE ((size_t)64 << 10)

/* Microseconds from now, as a deadline. */
int64_t sample_after(int64_t us);

struct port *sample_need(struct port *port, const struct port_error *error);
struct port *sample_open(const char *address);
struct port *sample_listen(const char *address);

/* The slave of a listening pty, as a serial device. */
struct port *sample_open_slave(const struct port *pty);

void sample_read(struct port *port, uint8_t *bytes, size_t size);
void assert_writes(struct port *port, const void *bytes, size_t size);

/* All byte values, and 64 KiB of any, there and back. */
void assert_echoes(struct port *port);

/* That the time since `start` is in bounds. Units: microseconds. */
void assert_took(int64_t start, int64_t least, int64_t most);

size_t open_file_count(void);

/* A TCP port on loopback that nobody has. */
unsigned free_port(void);

/* A module that says everything back. */
struct echo {
    struct port *port;
    pthread_t thread;
    volatile sig_atomic_t stop;
};

void echo_start(struct echo *echo, const char *address);
void echo_end(struct echo *echo);

/* Its thread: until echo->stop, or the end of the input. */
void *echo_run(void *data);

#endif
