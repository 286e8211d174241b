/* Plays a recording back as a module. What the host sends is found among what
 * the recording's host sent: the next in order, else a later one, else an
 * earlier one; what the module sent after it comes again, after the same
 * time. A command that is nowhere is answered with ERROR.
 *
 * The functions are those of modem.h: times are the caller's, microseconds. */
#ifndef CONFORMANCE_RECORD_PLAYER_H
#define CONFORMANCE_RECORD_PLAYER_H

#include "script/transcript.h"

struct player_options {
    bool fast;      /* without the recorded times                            */
    uint32_t speed; /* of the line in baud, 10 bits a byte; 0: without limit */

    /* Reports what the host did that the recording's did not. `line`: of the
     * recording, where it was awaited; 0: at its end. NULL: nobody.         */
    void (*on_other)(void *user, size_t line, const char *what, const uint8_t *bytes, size_t size);
    void *user;
};

struct player;

/* What the module sends before the host's first command is sent from `now` on.
 * Borrows: `recording`, until player_free. */
struct player *player_new(const struct transcript *recording, const struct player_options *options,
                          int64_t now);
void player_free(struct player *player); /* NULL is fine */

void player_receive(struct player *player, const uint8_t *bytes, size_t size, int64_t now);
size_t player_send(struct player *player, uint8_t *bytes, size_t capacity, int64_t now);
int64_t player_due(const struct player *player, int64_t now); /* INT64_MAX: nothing is */

#endif
