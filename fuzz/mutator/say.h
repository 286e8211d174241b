/* What hosts and modules say, made from the catalogue: lines of its records,
 * commands of its forms, whole exchanges of its response variants. Most of what
 * is made is legal; now and then a value is at its bounds or beyond them. */
#ifndef FUZZ_SAY_H
#define FUZZ_SAY_H

#include "base/random.h"
#include "session.h"

#define SAID_SIZE_MAX 512u /* bytes of one line or payload                   */

struct said {
    size_t size;
    uint8_t bytes[SAID_SIZE_MAX];
};

/* Appends as much of it as there is room for. */
void said_put(struct said *said, const void *bytes, size_t size);
void said_text(struct said *said, const char *text);

/* Appends a number that is at some boundary of some type. */
void say_boundary(struct said *said, struct random *random);

/* Appends a line of the record, without its line ends. `count`: what its
 * payload field says; without such a field it counts for nothing. */
void say_record(struct said *said, struct random *random, const struct atp_catalog *catalog,
                const struct atp_record *record, uint32_t count);

/* Appends any line that may come unasked, or any line at all. */
void say_urc(struct said *said, struct random *random, const struct atp_catalog *catalog);
void say_any(struct said *said, struct random *random, const struct atp_catalog *catalog);

/* Appends bytes as a server may send them: some spell responses. */
void say_payload(struct said *said, struct random *random, size_t size);

/* Appends items to the session: the command line, and a response that is
 * `form`'s `variant`, with what the host sends within. */
void say_exchange(struct session *session, struct random *random, const struct atp_catalog *catalog,
                  const struct atp_command *command);
void say_response(struct session *session, struct random *random, const struct atp_catalog *catalog,
                  const struct atp_form *form);

/* The form of which the bytes are a command line; NULL: of none. */
const struct atp_form *say_find_form(const struct atp_catalog *catalog, const uint8_t *bytes,
                                     size_t size);

#endif
