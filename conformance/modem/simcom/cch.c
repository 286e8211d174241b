/* The CCH commands: TCP and SSL sessions. What happens on an open session by
 * itself is in session_poll.c. */
#include "base/memory.h"
#include "modem/common/network.h"
#include "modem/simcom/session.h"
#include "modem/simcom/simcom.h"

#include <stdlib.h>
#include <string.h>

#define CONNECT_LIMIT_S  120 /* F1003 states none                           */
#define SEND_ROOM        10240
#define RECEIVE_ROOM     10240
#define CLIENT_SSL       2
#define READ_DEFAULT_MAX 2048

/* ---- service ---------------------------------------------------------- */

static void activate(struct modem *modem)
{
    struct modem_context *context = &modem_network(modem)->contexts[0];
    cch_of(modem)->activated = !context->active;
    if (!context->defined) snprintf(context->type, sizeof context->type, "IP");
    context->defined = context->active = true;
}

/* Sends `result` before the OK or after it, for the manual has both. */
static void say_result(struct modem *modem, const char *result)
{
    if (modem_flips(modem)) modem_line(modem, "%s", result);
    else modem_say(modem, result);
}

static int start(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (cch_of(modem)->on) return MODEM_ERROR;
    if (!modem_network(modem)->attached) {
        modem_say(modem, "+CCHSTART: 17");
        return MODEM_OK;
    }
    activate(modem);
    cch_of(modem)->on = true;
    say_result(modem, "+CCHSTART: 0");
    return MODEM_OK;
}

static int stop(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (!cch_of(modem)->on) return MODEM_ERROR;
    cch_stop(modem);
    say_result(modem, "+CCHSTOP: 0");
    return MODEM_OK;
}

/* F1007 has no failure: before CCHSTART there is an address that is none. */
static int address(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "+CCHADDR: %s", cch_of(modem)->on ? MODEM_ADDRESS : "0.0.0.0");
    return MODEM_OK;
}

/* ---- configuration ---------------------------------------------------- */

static struct session *session_of(struct modem *modem, const struct modem_call *call)
{
    return &cch_of(modem)->sessions[modem_number(call, "session_id", 0)];
}

/* Between CCHSTART and CCHOPEN. */
static bool may_configure(const struct modem *modem, const struct session *session)
{
    return cch_of(modem)->on && session->state != SESSION_OPENING && session->state != SESSION_OPEN;
}

static int configure(struct modem *modem, const struct modem_call *call)
{
    struct session *session = session_of(modem, call);
    for (int i = 0; modem_is(call, ATP_FORM_READ) && i < SESSION_COUNT; i++) {
        const struct session *told = &cch_of(modem)->sessions[i];
        modem_line(modem, "+CCHCFG: %d,%d,%d", i, told->send_limit_s,
                   told->context < 0 ? i : told->context);
    }
    if (modem_is(call, ATP_FORM_READ)) return MODEM_OK;
    if (!may_configure(modem, session)) return MODEM_ERROR;
    session->send_limit_s = (int)modem_number(call, "sendtimeout_val", session->send_limit_s);
    session->context = (int)modem_number(call, "sslctx_index", session->context);
    return MODEM_OK;
}

static int choose_context(struct modem *modem, const struct modem_call *call)
{
    struct session *session = session_of(modem, call);
    for (int i = 0; modem_is(call, ATP_FORM_READ) && i < SESSION_COUNT; i++) {
        int context = cch_of(modem)->sessions[i].context;
        if (context < 0) modem_line(modem, "+CCHSSLCFG: %d,", i);
        else modem_line(modem, "+CCHSSLCFG: %d,%d", i, context);
    }
    if (modem_is(call, ATP_FORM_READ)) return MODEM_OK;
    if (!may_configure(modem, session)) return MODEM_ERROR;
    session->context = (int)modem_number(call, "ssl_ctx_index", 0);
    return MODEM_OK;
}

static int choose_mode(struct modem *modem, const struct modem_call *call)
{
    struct cch *cch = cch_of(modem);
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CCHMODE: %d", cch->transparent);
        return MODEM_OK;
    }
    if (cch->on) return MODEM_ERROR;
    cch->transparent = modem_number(call, "mode", 0) == 1;
    return MODEM_OK;
}

static int choose_reports(struct modem *modem, const struct modem_call *call)
{
    struct cch *cch = cch_of(modem);
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CCHSET: %d,%d", cch->reports_sends, cch->manual);
        return MODEM_OK;
    }
    if (cch->on) return MODEM_ERROR;
    cch->reports_sends = modem_number(call, "report_send_result", 0) == 1;
    cch->manual = modem_number(call, "recv_mode", cch->manual) == 1;
    return MODEM_OK;
}

/* ---- open ------------------------------------------------------------- */

static void print_session(struct modem *modem, int id)
{
    const struct session *session = &cch_of(modem)->sessions[id];
    if (session->state != SESSION_OPEN) {
        modem_line(modem, "+CCHOPEN: %d,\"\",,,", id);
        return;
    }
    char *own = session->own_port == 0 ? memory_text("") : memory_format(",%d", session->own_port);
    modem_line(modem, "+CCHOPEN: %d,\"%s\",%d,%d%s", id, session->host, session->port,
               session->client_type, own);
    free(own);
}

/* False: a certificate is not there. */
static bool begin(struct modem *modem, struct session *session, int id)
{
    struct link_tls tls = {0};
    uint16_t cipher = 0;
    bool ssl = session->client_type == CLIENT_SSL;
    int context = session->context < 0 ? id : session->context;
    if (ssl && !simcom_tls(modem, context, session->host, &tls, &cipher)) return false;
    const struct link_options options = {
        .host = session->host,
        .port = (uint16_t)session->port,
        .local_port = (uint16_t)session->own_port,
        .tls = ssl ? &tls : NULL,
        .connect_limit_us = (int64_t)CONNECT_LIMIT_S * 1000000,
        .handshake_limit_us = (int64_t)simcom_negotiate_s(modem, context) * 1000000,
        .send_room = SEND_ROOM,
        .receive_room = RECEIVE_ROOM,
        .event = modem_descriptor(modem),
        .offline = modem_options(modem)->offline,
    };
    session->link = link_open(&options);
    return true;
}

/* One connection has the line: that of session 0. */
static bool may_open(const struct modem *modem, const struct session *session, int id)
{
    const struct cch *cch = cch_of(modem);
    return may_configure(modem, session)
           && (!cch->transparent || (id == 0 && !modem_has_stream(modem)));
}

static int open_session(struct modem *modem, const struct modem_call *call)
{
    for (int i = 0; modem_is(call, ATP_FORM_READ) && i < SESSION_COUNT; i++)
        print_session(modem, i);
    if (modem_is(call, ATP_FORM_READ)) return MODEM_OK;
    int id = (int)modem_number(call, "session_id", 0);
    struct session *session = &cch_of(modem)->sessions[id];
    if (!may_open(modem, session, id)) return MODEM_ERROR;
    session_forget_connection(session);
    session->host = memory_text(modem_text(call, "host", ""));
    session->port = (int)modem_number(call, "port", 0);
    session->client_type = (int)modem_number(call, "client_type", CLIENT_SSL);
    session->own_port = (int)modem_number(call, "bind_port", 0);
    session->state = SESSION_OPENING;
    if (!begin(modem, session, id)) {
        session_failed(modem, id, CCH_NO_CERTIFICATE);
        return cch_of(modem)->transparent ? MODEM_CONNECT_FAIL : MODEM_OK;
    }
    session->result_first = !cch_of(modem)->transparent && modem_flips(modem);
    return cch_of(modem)->transparent || session->result_first ? MODEM_PENDING : MODEM_OK;
}

/* ---- close ------------------------------------------------------------ */

static int close_session(struct modem *modem, const struct modem_call *call)
{
    char text[32];
    int id = (int)modem_number(call, "session_id", 0);
    if (cch_of(modem)->sessions[id].state != SESSION_OPEN) return MODEM_ERROR;
    if (!modem_strikes(modem, FAULT_CLOSE_NOT_DONE)) session_end(modem, id);
    if (cch_of(modem)->transparent) {
        modem_end_stream(modem, NULL); /* it is left, or no command could come */
        modem_say(modem, "CLOSED");
        return MODEM_OK;
    }
    snprintf(text, sizeof text, "+CCHCLOSE: %d,0", id);
    say_result(modem, text);
    return MODEM_OK;
}

/* ---- send and receive ------------------------------------------------- */

/* The session may have ended while the host typed. */
static void upload_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    struct session *session = &cch_of(modem)->sessions[cch_of(modem)->uploads];
    bool good = complete && session->state == SESSION_OPEN;
    if (good) {
        size_t taken = link_send(session->link, bytes, size);
        session->queued += taken;
        good = taken == size;
    }
    if (good) session_sends(modem, session);
    modem_finish(modem, good ? MODEM_OK : MODEM_ERROR);
}

/* What does not fit after what is unsent is refused. */
static int send_data(struct modem *modem, const struct modem_call *call)
{
    const struct session *sessions = cch_of(modem)->sessions;
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CCHSEND: 0,%zu,1,%zu", session_unsent(&sessions[0]),
                   session_unsent(&sessions[1]));
        return MODEM_OK;
    }
    const struct session *session = session_of(modem, call);
    size_t size = (size_t)modem_number(call, "len", 1);
    if (session->state != SESSION_OPEN || cch_of(modem)->transparent
        || size > SEND_ROOM - link_unsent(session->link))
        return MODEM_ERROR;
    cch_of(modem)->uploads = (size_t)(session - sessions);
    modem_bytes(modem, "\r\n> ", 4);
    modem_begin_upload(modem, size, (int64_t)session->send_limit_s * 1000000, upload_came);
    return MODEM_PENDING;
}

static int why_not_readable(const struct modem *modem, const struct session *session)
{
    if (session->link == NULL) return CCH_NOT_OPEN;
    if (!cch_of(modem)->manual || cch_of(modem)->transparent) return CCH_WRONG_STATE;
    return link_waiting(session->link) == 0 ? CCH_WRONG_STATE : CCH_SUCCEEDED;
}

static int receive_data(struct modem *modem, const struct modem_call *call)
{
    struct session *session = session_of(modem, call);
    const struct session *sessions = cch_of(modem)->sessions;
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CCHRECV: LEN,%zu,%zu", session_stored(modem, &sessions[0]),
                   session_stored(modem, &sessions[1]));
        return MODEM_OK;
    }
    int error = why_not_readable(modem, session);
    if (error != CCH_SUCCEEDED) {
        modem_line(modem, "+CCHRECV: %d,%d", (int)(session - sessions), error);
        return MODEM_ERROR;
    }
    size_t stored = link_waiting(session->link);
    size_t wanted = (size_t)modem_number(call, "max_recv_len", (int64_t)stored);
    if (wanted == 0) wanted = READ_DEFAULT_MAX;
    if (wanted < stored && modem_strikes(modem, FAULT_SIZE_IGNORED)) wanted = stored;
    session->due = wanted < stored ? wanted : stored;
    session->announced = session->taken + stored;
    return MODEM_OK;
}

static const struct modem_entry commands[] = {
    {.name = "+CCHSTART", .handler = start},
    {.name = "+CCHSTOP", .handler = stop},
    {.name = "+CCHADDR", .handler = address},
    {.name = "+CCHCFG", .handler = configure},
    {.name = "+CCHMODE", .handler = choose_mode},
    {.name = "+CCHSET", .handler = choose_reports},
    {.name = "+CCHSSLCFG", .handler = choose_context},
    {.name = "+CCHOPEN", .handler = open_session},
    {.name = "+CCHCLOSE", .handler = close_session},
    {.name = "+CCHSEND", .handler = send_data},
    {.name = "+CCHRECV", .handler = receive_data},
    {0},
};

const struct modem_part modem_simcom_cch_part = {.name = "simcom-cch", .commands = commands};
