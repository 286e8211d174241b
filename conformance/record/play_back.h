/* atproof modem --replay: a recording served as a module. */
#ifndef CONFORMANCE_RECORD_PLAY_BACK_H
#define CONFORMANCE_RECORD_PLAY_BACK_H

#include <stdbool.h>
#include <stdint.h>

struct play_back {
    const char *path; /* of the recording                                    */
    bool fast;        /* see player.h                                        */
    uint32_t speed;
    const char *listen, *link; /* see serve.h                                */
};

/* Returns: an exit code, complained of unless it is 0. */
int play_back(const struct play_back *options);

#endif
