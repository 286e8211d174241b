/* A host at a virtual module, for tests whose clock is their own: it types, and
 * collects what the module prints. There is one at a time. */
#ifndef ATPROOF_HOST_SAMPLE_H
#define ATPROOF_HOST_SAMPLE_H

#include "base/buffer.h"
#include "modem/modem.h"

extern struct modem *modem; /* the test makes and frees it                  */
extern int64_t now;         /* in µs                                        */
extern struct buffer heard; /* printed, and not looked at yet               */

/* Takes what the module prints at once. */
void listen_now(void);

/* Types, and listens. */
void type(const char *text);

/* What was heard is that; forgets it. */
void assert_heard(const char *expected);

/* The same, once the network did its part: within 10 s. */
void assert_comes(const char *expected);
void assert_answer(const char *command, const char *expected);

/* Lets time pass at once. */
void leap(int64_t time_us);

#endif
