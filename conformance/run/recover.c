/* Escape, reset, power: in this order. */
#include "run/recover.h"

#include <stdlib.h>
#include <string.h>

#define TRY_US   INT64_C(1000000) /* for the answer to an `AT`                */
#define GUARD_US INT64_C(1100000) /* silence round `+++`: V.250               */
#define OPEN_US  INT64_C(500000)  /* of opening a port anew, between looks at *stop */

const char *recovery_name(enum recovery recovery)
{
    static const char *const names[] = {"at once",        "by escape",
                                        "by AT+CFUN=1,1", "by the power command",
                                        "by waiting",     "not at all"};
    return names[recovery];
}

/* Takes what comes until there is silence, at most for `limit_us`. */
static void drain(struct session *session, int64_t silence_us, int64_t limit_us)
{
    int64_t end = line_now(session->line) + limit_us;
    while (line_now(session->line) < end && !session->vanished)
        if (session_receive(session, line_now(session->line) + silence_us) <= 0) return;
}

/* A module that floods ends one try at a time: each has a record of its own. */
bool recover_synchronize(struct session *session, unsigned tries, int64_t limit_us)
{
    for (unsigned i = 0; i < tries; i++) {
        if (session->dropped > 0) session_begin(session);
        enum session_answer answer = session_command(session, "AT", limit_us);
        if (answer == SESSION_VANISHED) return false;
        if (answer == SESSION_OK) {
            drain(session, 10000, 100000); /* answers to earlier tries */
            return true;
        }
    }
    return false;
}

bool recover_known_state(struct session *session, int64_t limit_us)
{
    return session_command(session, "ATE1Q0V1", limit_us) == SESSION_OK
           && session_command(session, "AT+CMEE=1", limit_us) != SESSION_SILENT
           && !session->vanished;
}

/* Out of a transparent stream; out of a prompt without saying anything. */
static bool escape(struct session *session, const struct recover_options *options)
{
    drain(session, GUARD_US, GUARD_US);
    session_send(session, "+++", 3, false);
    drain(session, GUARD_US, 2 * GUARD_US);
    if (recover_synchronize(session, 1, TRY_US)) return true;
    session_send(session, "\x1b", 1, false);
    return recover_synchronize(session, 1, TRY_US)
           || recover_synchronize(session, 1, options->silence_us);
}

static bool wait_for_start(struct session *session, const struct recover_options *options)
{
    int64_t end = line_now(session->line) + options->boot_us;
    while (line_now(session->line) < end && (options->stop == NULL || *options->stop == 0)) {
        if (session->vanished) session->vanished = !line_reopen(session->line, OPEN_US);
        if (!session->vanished && recover_synchronize(session, 1, TRY_US)) return true;
    }
    return false;
}

static bool reset(struct session *session, const struct recover_options *options)
{
    session_command(session, "AT+CFUN=1,1", TRY_US);
    return wait_for_start(session, options);
}

/* The power command is the user's own. */
static bool power(struct session *session, const struct recover_options *options)
{
    if (options->power == NULL || system(options->power) != 0) return false;
    return wait_for_start(session, options);
}

enum recovery recover(struct session *session, const struct recover_options *options)
{
    if (session->vanished) {
        if (wait_for_start(session, options)) return RECOVERED_BY_WAITING;
    } else {
        drain(session, 50000, TRY_US);
        if (recover_synchronize(session, 1, TRY_US)) return RECOVERED_AT_ONCE;
        if (escape(session, options)) return RECOVERED_BY_ESCAPE;
        if (reset(session, options)) return RECOVERED_BY_RESET;
    }
    return power(session, options) ? RECOVERED_BY_POWER : NOT_RECOVERED;
}
