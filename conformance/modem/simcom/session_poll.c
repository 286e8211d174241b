/* What happens on the sessions of the CCH commands by itself: results that come
 * later, data, reports of sending, the peer's close, transparent access. */
#include "modem/simcom/session.h"

#include "modem/common/network.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 1024 /* of data, at most                                 */
#define UNSENT_MAX 4096 /* bytes that wait for the line; then data waits    */

/* ---- opening ---------------------------------------------------------- */

/* A7600-SSL 4.1.1. */
static int error_of(enum link_reason reason)
{
    switch (reason) {
    case LINK_NO_REASON: return CCH_SUCCEEDED;
    case LINK_NO_HOST: return CCH_NO_DNS;
    case LINK_REFUSED:
    case LINK_RESET: return CCH_NOT_CONNECTED;
    case LINK_TIMED_OUT: return CCH_TIMED_OUT;
    case LINK_HANDSHAKE:
    case LINK_UNTRUSTED:
    case LINK_OUT_OF_DATE: return CCH_HANDSHAKE;
    case LINK_OWN_FILES: return CCH_NO_CERTIFICATE;
    case LINK_OWN_PORT: return CCH_NO_SOCKET;
    case LINK_PEER_CLOSED: return CCH_PEER_CLOSED;
    case LINK_GARBLED: return CCH_TRANSFER;
    }
    return CCH_UNKNOWN;
}

static size_t take(struct modem *modem, const uint8_t *bytes, size_t size)
{
    return link_send(cch_of(modem)->sessions[0].link, bytes, size);
}

static size_t give(struct modem *modem, uint8_t *bytes, size_t capacity)
{
    return link_receive(cch_of(modem)->sessions[0].link, bytes, capacity);
}

static size_t waiting(const struct modem *modem)
{
    return link_waiting(cch_of(modem)->sessions[0].link);
}

static void drop(struct modem *modem)
{
    modem_end_stream(modem, "CLOSED");
    session_end(modem, 0);
}

static const struct modem_stream stream = {take, give, waiting, drop};

static void failed(struct modem *modem, int id, int error)
{
    bool pending = cch_of(modem)->transparent || cch_of(modem)->sessions[id].result_first;
    int result = cch_of(modem)->transparent ? MODEM_CONNECT_FAIL : MODEM_OK;
    session_failed(modem, id, error);
    if (pending) modem_finish(modem, result);
}

static void opened(struct modem *modem, int id)
{
    char text[32];
    struct session *session = &cch_of(modem)->sessions[id];
    session->state = SESSION_OPEN;
    session->tells = true;
    snprintf(text, sizeof text, "+CCHOPEN: %d,0", id);
    if (cch_of(modem)->transparent) {
        modem_set_stream(modem, &stream);
        modem_finish(modem, MODEM_CONNECT);
    } else if (session->result_first) {
        modem_line(modem, "%s", text);
        modem_finish(modem, MODEM_OK);
    } else {
        modem_say(modem, text);
    }
}

static void tick_opening(struct modem *modem, int id)
{
    const struct link *link = cch_of(modem)->sessions[id].link;
    enum link_state state = link_state(link);
    if (state == LINK_OPENING) return;
    /* one that opened and closed meanwhile was open */
    enum link_reason reason = link_reason(link);
    if (state == LINK_OPEN || reason == LINK_PEER_CLOSED) opened(modem, id);
    else failed(modem, id, error_of(reason));
}

/* ---- sending ---------------------------------------------------------- */

static void report_send(struct modem *modem, int id, int error)
{
    char text[32];
    struct session *session = &cch_of(modem)->sessions[id];
    struct pending_send *first = session->sends.items;
    memmove(first, first + 1, --session->sends.count * sizeof *first);
    snprintf(text, sizeof text, "+CCHSEND: %d,%d", id, error);
    modem_say(modem, text);
}

static void report_sends(struct modem *modem, int id, bool closed)
{
    const struct session *session = &cch_of(modem)->sessions[id];
    while (session->sends.count > 0) {
        const struct pending_send send = session->sends.items[0];
        if (send.end <= session->queued - link_unsent(session->link))
            report_send(modem, id, CCH_SUCCEEDED);
        else if (closed) report_send(modem, id, CCH_TRANSFER);
        else if (modem_now(modem) >= send.until) report_send(modem, id, CCH_SEND_TIMED_OUT);
        else return;
    }
}

/* ---- receiving -------------------------------------------------------- */

static void say_block(struct modem *modem, int id, size_t size)
{
    uint8_t bytes[BLOCK_SIZE];
    struct session *session = &cch_of(modem)->sessions[id];
    size = link_receive(session->link, bytes, size < BLOCK_SIZE ? size : BLOCK_SIZE);
    session->taken += size;
    modem_line(modem, "+CCHRECV: DATA,%d,%zu", id, size);
    modem_bytes(modem, bytes, size);
    if (session->due > 0) session->due -= size;
}

static void after_final(struct modem *modem)
{
    for (int id = 0; id < SESSION_COUNT; id++) {
        struct session *session = &cch_of(modem)->sessions[id];
        if (session->due == 0) continue;
        while (session->due > 0) say_block(modem, id, session->due);
        modem_line(modem, "+CCHRECV: %d,0", id);
        session->tells = true;
    }
}

/* What has its place now; a result that waits goes first. */
static bool may_say_data(const struct modem *modem)
{
    return modem_may_say(modem) && modem_unsent(modem) < UNSENT_MAX;
}

/* Once for what came after what was stored at the last CCHRECV. */
static void announce(struct modem *modem, int id)
{
    char text[40];
    struct session *session = &cch_of(modem)->sessions[id];
    uint64_t arrived = session->taken + link_waiting(session->link);
    if (!session->tells || arrived <= session->announced) return;
    session->announced = arrived;
    session->tells = false;
    snprintf(text, sizeof text, "+CCHEVENT: %d, RECV EVENT", id);
    modem_say(modem, text);
}

static void tell_data(struct modem *modem, int id)
{
    const struct session *session = &cch_of(modem)->sessions[id];
    if (cch_of(modem)->manual) {
        announce(modem, id);
        return;
    }
    while (may_say_data(modem) && link_waiting(session->link) > 0) say_block(modem, id, BLOCK_SIZE);
}

/* ---- the end ---------------------------------------------------------- */

static void tell_end(struct modem *modem, int id, enum link_reason reason)
{
    char text[40];
    if (reason == LINK_PEER_CLOSED) snprintf(text, sizeof text, "+CCH_PEER_CLOSED: %d", id);
    else
        snprintf(text, sizeof text, "+CCH_RECV_CLOSED: %d,%d", id,
                 reason == LINK_RESET ? CCH_TRANSFER : error_of(reason));
    modem_say(modem, text);
}

/* What the peer sent goes before the word that it closed, unless it is stored. */
static void tick_open(struct modem *modem, int id)
{
    struct session *session = &cch_of(modem)->sessions[id];
    bool closed = link_state(session->link) == LINK_CLOSED;
    report_sends(modem, id, closed);
    tell_data(modem, id);
    if (!closed || (!cch_of(modem)->manual && link_waiting(session->link) > 0)) return;
    tell_end(modem, id, link_reason(session->link));
    session->state = SESSION_ENDED;
}

static void tick_transparent(struct modem *modem)
{
    const struct session *session = &cch_of(modem)->sessions[0];
    if (link_state(session->link) != LINK_CLOSED || link_waiting(session->link) > 0) return;
    if (!modem_is_streaming(modem)) tell_end(modem, 0, link_reason(session->link));
    modem_end_stream(modem, "CLOSED");
    session_end(modem, 0);
}

/* ---- time ------------------------------------------------------------- */

static void tick_session(struct modem *modem, int id)
{
    const struct session *session = &cch_of(modem)->sessions[id];
    if (session->state == SESSION_OPENING) tick_opening(modem, id);
    if (session->state != SESSION_OPEN) return;
    if (cch_of(modem)->transparent) tick_transparent(modem);
    else tick_open(modem, id);
}

static void poll_sessions(struct modem *modem)
{
    if (cch_of(modem)->on && !modem_network(modem)->contexts[0].active) {
        cch_stop(modem);
        modem_say(modem, "+CCH: CCH STOP");
    }
    for (int id = 0; id < SESSION_COUNT; id++) tick_session(modem, id);
}

static bool has_data_to_say(const struct modem *modem, const struct session *session)
{
    return session->state == SESSION_OPEN && !cch_of(modem)->transparent && !cch_of(modem)->manual
           && may_say_data(modem) && link_waiting(session->link) > 0;
}

static unsigned activity(const struct modem *modem)
{
    unsigned all = MODEM_IDLE;
    for (size_t i = 0; i < SESSION_COUNT; i++) {
        const struct session *session = &cch_of(modem)->sessions[i];
        if (session->link != NULL) all |= MODEM_ONLINE;
        if (session->state == SESSION_OPENING) all |= MODEM_WORKING;
    }
    return all;
}

/* Its bytes were handed out after its state was looked at. */
static bool has_end_to_tell(const struct modem *modem, const struct session *session)
{
    bool stores = cch_of(modem)->manual && !cch_of(modem)->transparent;
    return session->state == SESSION_OPEN && link_state(session->link) == LINK_CLOSED
           && (stores || link_waiting(session->link) == 0);
}

static int64_t due(const struct modem *modem)
{
    int64_t due = MODEM_NEVER;
    for (size_t i = 0; i < SESSION_COUNT; i++) {
        const struct session *session = &cch_of(modem)->sessions[i];
        if (has_data_to_say(modem, session) || has_end_to_tell(modem, session))
            return modem_now(modem);
        bool waits = session->state == SESSION_OPEN && session->sends.count > 0;
        if (waits && session->sends.items[0].until < due) due = session->sends.items[0].until;
    }
    return due;
}

/* ---- power-up --------------------------------------------------------- */

static void reset(struct modem *modem)
{
    struct cch *cch = cch_of(modem);
    cch_stop(modem);
    cch->transparent = cch->reports_sends = cch->manual = false;
}

const struct modem_part modem_simcom_session_part = {.name = "simcom-session",
                                                     .memory = &cch_memory,
                                                     .start = reset,
                                                     .stop = cch_stop,
                                                     .after_final = after_final,
                                                     .poll = poll_sessions,
                                                     .due = due,
                                                     .activity = activity};
