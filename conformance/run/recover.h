/* Brings a module back to where it takes commands. */
#ifndef CONFORMANCE_RECOVER_H
#define CONFORMANCE_RECOVER_H

#include "run/session.h"

struct recover_options {
    const char *power;  /* shell command that switches the module off and on; NULL: none */
    int64_t boot_us;    /* how long it may take to start                    */
    int64_t silence_us; /* how long it may be silent before it counts as hung */
    const volatile sig_atomic_t *stop; /* ends waiting for a start; NULL: nothing does */
};

/* What it took, from the least on. */
enum recovery {
    RECOVERED_AT_ONCE,
    RECOVERED_BY_ESCAPE, /* out of a stream, an upload, a prompt            */
    RECOVERED_BY_RESET,  /* AT+CFUN=1,1                                     */
    RECOVERED_BY_POWER,
    RECOVERED_BY_WAITING, /* for the port, or for the module's start        */
    NOT_RECOVERED
};
const char *recovery_name(enum recovery recovery);

/* A module that hangs, or whose port vanished. Its settings may be lost. */
enum recovery recover(struct session *session, const struct recover_options *options);

/* `AT` until it is answered, at most `tries` times within `limit_us` each. */
bool recover_synchronize(struct session *session, unsigned tries, int64_t limit_us);

/* The state that every case begins in: echo, verbose result codes, numeric
 * errors. Returns: false if the module does not answer. */
bool recover_known_state(struct session *session, int64_t limit_us);

#endif
