/* Messages of the program on stderr, one line each. */
#ifndef BASE_COMPLAIN_H
#define BASE_COMPLAIN_H

#include <stdbool.h>

/* Prints `atproof: ` and the text. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* Wrong usage of a subcommand: prints `atproof: COMMAND: ` and the text.
 * Returns: EINVAL, for argp. */
__attribute__((format(printf, 2, 3))) int complain_of_usage(const char *command, const char *format,
                                                            ...);

/* Flushes stdout. Returns: false, with a complaint made once, if anything
 * written to it was lost (a full disk, a closed pipe). Call it before returning
 * success. */
bool complain_of_lost_output(void);

#endif
