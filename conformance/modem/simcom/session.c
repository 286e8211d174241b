/* The sessions of the CCH commands: how they end, what they hold. */
#include "modem/simcom/session.h"

#include "modem/common/network.h"

#include <stdio.h>
#include <stdlib.h>

#define SEND_LIMIT_S 150

const struct modem_memory cch_memory = {sizeof(struct cch)};

struct cch *cch_of(const struct modem *modem)
{
    return modem_memory(modem, &cch_memory);
}

static void forget(struct session *session)
{
    link_close(session->link);
    free(session->host);
    free(session->sends.items);
    *session = (struct session){.send_limit_s = SEND_LIMIT_S, .context = -1};
}

/* A peer that closed leaves the configuration as it is, F1008 says of a failed
 * CCHOPEN and of CCHCLOSE alone that they clear it. */
void session_forget_connection(struct session *session)
{
    int send_limit_s = session->send_limit_s;
    int context = session->context;
    forget(session);
    session->send_limit_s = send_limit_s;
    session->context = context;
}

void cch_stop(struct modem *modem)
{
    struct cch *cch = cch_of(modem);
    if (cch->transparent && cch->sessions[0].state != SESSION_FREE)
        modem_end_stream(modem, "CLOSED");
    for (size_t i = 0; i < SESSION_COUNT; i++) forget(&cch->sessions[i]);
    if (cch->activated) modem_network(modem)->contexts[0].active = false;
    cch->on = cch->activated = false;
}

void session_end(struct modem *modem, int id)
{
    forget(&cch_of(modem)->sessions[id]);
}

void session_failed(struct modem *modem, int id, int error)
{
    char text[32];
    forget(&cch_of(modem)->sessions[id]);
    if (cch_of(modem)->transparent) return;
    snprintf(text, sizeof text, "+CCHOPEN: %d,%d", id, error);
    modem_say(modem, text);
}

size_t session_unsent(const struct session *session)
{
    return session->link == NULL ? 0 : link_unsent(session->link);
}

void session_sends(struct modem *modem, struct session *session)
{
    if (!cch_of(modem)->reports_sends) return;
    *LIST_ADD(&session->sends) = (struct pending_send){
        .end = session->queued,
        .until = modem_now(modem) + (int64_t)session->send_limit_s * 1000000,
    };
}

size_t session_stored(const struct modem *modem, const struct session *session)
{
    bool stores = cch_of(modem)->manual && !cch_of(modem)->transparent;
    return stores && session->link != NULL ? link_waiting(session->link) : 0;
}
