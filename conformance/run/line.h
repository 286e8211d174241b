/* The host's end of the line to a module: a port, or a virtual module in this
 * process. Calls wait no longer than their deadline; one thread uses a line. */
#ifndef CONFORMANCE_LINE_H
#define CONFORMANCE_LINE_H

#include "catalog/builtin.h"
#include "port/port.h"

struct line;

struct line_options {
    struct catalog_model *model; /* for a virtual module. Borrows: until line_close */
    uint64_t seed;               /* of a virtual module's chunks, 0: none          */
    int64_t clock_s;             /* of a virtual module, 0: the machine's          */
    bool offline;                /* a virtual module has no network                */
};

/* `virtual:DIALECT`, or what port_open takes. After the dialect may stand
 * `,speed=BAUD`, `,seed=N`, `,urcs=N` and `,defect=NAME`, the last several times;
 * `NAME` may be what modem_read_flaw takes.
 * Returns: NULL with *error written. */
struct line *line_open(const char *target, const struct line_options *options,
                       struct port_error *error);
void line_close(struct line *line); /* NULL is fine */

/* The dialect of a virtual module; NULL of any other. */
const char *line_dialect(const struct line *line);

const char *line_describe(const struct line *line);

/* Switches a virtual module off and on; what it was to say is lost.
 * Returns: false of any other, which stays as it is. */
bool line_restart(struct line *line);

/* Microseconds from any start. A virtual module's clock goes while its network is
 * waited for, and leaps where it waits for nothing else: time limits cost none,
 * and a busy machine makes no answer late. */
int64_t line_now(const struct line *line);

/* Returns: PORT_OK, or why not (line_error). */
enum port_status line_write(struct line *line, const void *bytes, size_t size);

/* Takes what came, at most `capacity` bytes.
 * Returns: bytes; 0 at the deadline; -1 if the port vanished. */
ssize_t line_read(struct line *line, uint8_t *bytes, size_t capacity, int64_t deadline_us);

/* Opens a port that vanished anew, for at most `limit_us`. */
bool line_reopen(struct line *line, int64_t limit_us);

const struct port_error *line_error(const struct line *line);

/* Another program that has the device open; false: none is seen. */
bool line_find_rival(const struct line *line, struct port_rival *out);

#endif
