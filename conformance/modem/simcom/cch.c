/* The CCH commands: TCP and SSL sessions. What happens on an open session by
 * itself is in simcom_session.c. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdlib.h>
#include <string.h>

#define CONNECT_LIMIT_S  120 /* F1003 states none                           */
#define SEND_LIMIT_S     150
#define SEND_ROOM        10240
#define RECEIVE_ROOM     10240
#define CLIENT_SSL       2
#define READ_DEFAULT_MAX 2048

/* ---- service ---------------------------------------------------------- */

static void forget(struct modem_session *session)
{
    link_close(session->link);
    free(session->host);
    buffer_release(&session->sends);
    *session = (struct modem_session){.send_limit_s = SEND_LIMIT_S, .context = -1};
}

/* A peer that closed leaves the configuration as it is, F1008 says of a failed
 * CCHOPEN and of CCHCLOSE alone that they clear it. */
static void forget_connection(struct modem_session *session)
{
    int send_limit_s = session->send_limit_s;
    int context = session->context;
    forget(session);
    session->send_limit_s = send_limit_s;
    session->context = context;
}

void modem_cch_stop(struct modem *modem)
{
    struct modem_cch *cch = &modem->cch;
    if (cch->transparent && cch->sessions[0].state != SESSION_FREE)
        modem_end_stream(modem, "CLOSED");
    for (size_t i = 0; i < SESSION_COUNT; i++) forget(&cch->sessions[i]);
    if (cch->activated) modem->contexts[0].active = false;
    cch->on = cch->activated = false;
}

void modem_cch_reset(struct modem *modem)
{
    struct modem_cch *cch = &modem->cch;
    modem_cch_stop(modem);
    cch->transparent = cch->reports_sends = cch->manual = false;
}

static void activate(struct modem *modem)
{
    struct modem_context *context = &modem->contexts[0];
    modem->cch.activated = !context->active;
    if (!context->defined) snprintf(context->type, sizeof context->type, "IP");
    context->defined = context->active = true;
}

/* Says `result` before the OK or behind it, for the manual has both. */
static void say_result(struct modem *modem, const char *result)
{
    if (modem_flips(modem)) modem_line(modem, "%s", result);
    else modem_say(modem, result);
}

static int start(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (modem->cch.on) return MODEM_ERROR;
    if (!modem->attached) {
        modem_say(modem, "+CCHSTART: 17");
        return MODEM_OK;
    }
    activate(modem);
    modem->cch.on = true;
    say_result(modem, "+CCHSTART: 0");
    return MODEM_OK;
}

static int stop(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (!modem->cch.on) return MODEM_ERROR;
    modem_cch_stop(modem);
    say_result(modem, "+CCHSTOP: 0");
    return MODEM_OK;
}

/* F1007 has no failure: before CCHSTART there is an address that is none. */
static int address(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "+CCHADDR: %s", modem->cch.on ? MODEM_ADDRESS : "0.0.0.0");
    return MODEM_OK;
}

/* ---- configuration ---------------------------------------------------- */

static struct modem_session *session_of(struct modem *modem, const struct modem_call *call)
{
    return &modem->cch.sessions[modem_number(call, "session_id", 0)];
}

/* Between CCHSTART and CCHOPEN. */
static bool may_configure(const struct modem *modem, const struct modem_session *session)
{
    return modem->cch.on && session->state != SESSION_OPENING && session->state != SESSION_OPEN;
}

static int configure(struct modem *modem, const struct modem_call *call)
{
    struct modem_session *session = session_of(modem, call);
    for (int i = 0; modem_is(call, ATP_FORM_READ) && i < SESSION_COUNT; i++) {
        const struct modem_session *told = &modem->cch.sessions[i];
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
    struct modem_session *session = session_of(modem, call);
    for (int i = 0; modem_is(call, ATP_FORM_READ) && i < SESSION_COUNT; i++) {
        int context = modem->cch.sessions[i].context;
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
    struct modem_cch *cch = &modem->cch;
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
    struct modem_cch *cch = &modem->cch;
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

static void say_session(struct modem *modem, int id)
{
    const struct modem_session *session = &modem->cch.sessions[id];
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
static bool begin(struct modem *modem, struct modem_session *session, int id)
{
    struct link_tls tls = {0};
    uint16_t cipher = 0;
    bool ssl = session->client_type == CLIENT_SSL;
    int context = session->context < 0 ? id : session->context;
    if (ssl && !modem_ssl_settings(modem, context, session->host, &tls, &cipher)) return false;
    const struct link_options options = {
        .host = session->host,
        .port = (uint16_t)session->port,
        .local_port = (uint16_t)session->own_port,
        .tls = ssl ? &tls : NULL,
        .connect_limit_us = (int64_t)CONNECT_LIMIT_S * 1000000,
        .handshake_limit_us = (int64_t)modem->ssl[context].negotiate_s * 1000000,
        .send_room = SEND_ROOM,
        .receive_room = RECEIVE_ROOM,
        .event = modem->event,
        .offline = modem->options.offline,
    };
    session->link = link_open(&options);
    return true;
}

/* One connection has the line: that of session 0. */
static bool may_open(const struct modem *modem, const struct modem_session *session, int id)
{
    const struct modem_cch *cch = &modem->cch;
    return may_configure(modem, session)
           && (!cch->transparent || (id == 0 && modem->stream.of == NULL));
}

static int open_session(struct modem *modem, const struct modem_call *call)
{
    for (int i = 0; modem_is(call, ATP_FORM_READ) && i < SESSION_COUNT; i++) say_session(modem, i);
    if (modem_is(call, ATP_FORM_READ)) return MODEM_OK;
    int id = (int)modem_number(call, "session_id", 0);
    struct modem_session *session = &modem->cch.sessions[id];
    if (!may_open(modem, session, id)) return MODEM_ERROR;
    forget_connection(session);
    session->host = memory_text(modem_text(call, "host", ""));
    session->port = (int)modem_number(call, "port", 0);
    session->client_type = (int)modem_number(call, "client_type", CLIENT_SSL);
    session->own_port = (int)modem_number(call, "bind_port", 0);
    session->state = SESSION_OPENING;
    if (!begin(modem, session, id)) {
        modem_session_failed(modem, id, CCH_NO_CERTIFICATE);
        return modem->cch.transparent ? MODEM_CONNECT_FAIL : MODEM_OK;
    }
    session->result_first = !modem->cch.transparent && modem_flips(modem);
    return modem->cch.transparent || session->result_first ? MODEM_PENDING : MODEM_OK;
}

void modem_session_failed(struct modem *modem, int id, int error)
{
    char text[32];
    forget(&modem->cch.sessions[id]);
    if (modem->cch.transparent) return;
    snprintf(text, sizeof text, "+CCHOPEN: %d,%d", id, error);
    modem_say(modem, text);
}

/* ---- close ------------------------------------------------------------ */

void modem_session_end(struct modem *modem, int id)
{
    forget(&modem->cch.sessions[id]);
}

static int close_session(struct modem *modem, const struct modem_call *call)
{
    char text[32];
    int id = (int)modem_number(call, "session_id", 0);
    if (modem->cch.sessions[id].state != SESSION_OPEN) return MODEM_ERROR;
    if (!modem_strikes(modem, FAULT_CLOSE_NOT_DONE)) modem_session_end(modem, id);
    if (modem->cch.transparent) {
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
    struct modem_session *session = &modem->cch.sessions[modem->cch.uploads];
    bool good = complete && session->state == SESSION_OPEN;
    if (good) {
        size_t taken = link_send(session->link, bytes, size);
        session->queued += taken;
        good = taken == size;
    }
    if (good) modem_session_sends(modem, session);
    modem_finish(modem, good ? MODEM_OK : MODEM_ERROR);
}

/* What does not fit behind what is unsent is refused. */
static int send_data(struct modem *modem, const struct modem_call *call)
{
    const struct modem_session *sessions = modem->cch.sessions;
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CCHSEND: 0,%zu,1,%zu", modem_session_unsent(&sessions[0]),
                   modem_session_unsent(&sessions[1]));
        return MODEM_OK;
    }
    const struct modem_session *session = session_of(modem, call);
    size_t size = (size_t)modem_number(call, "len", 1);
    if (session->state != SESSION_OPEN || modem->cch.transparent
        || size > SEND_ROOM - link_unsent(session->link))
        return MODEM_ERROR;
    modem->cch.uploads = (size_t)(session - sessions);
    modem_bytes(modem, "\r\n> ", 4);
    modem_begin_upload(modem, size, (int64_t)session->send_limit_s * 1000000, upload_came);
    return MODEM_PENDING;
}

static int why_not_readable(const struct modem *modem, const struct modem_session *session)
{
    if (session->link == NULL) return CCH_NOT_OPEN;
    if (!modem->cch.manual || modem->cch.transparent) return CCH_WRONG_STATE;
    return link_waiting(session->link) == 0 ? CCH_WRONG_STATE : CCH_SUCCEEDED;
}

static int receive_data(struct modem *modem, const struct modem_call *call)
{
    struct modem_session *session = session_of(modem, call);
    const struct modem_session *sessions = modem->cch.sessions;
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CCHRECV: LEN,%zu,%zu", modem_session_stored(modem, &sessions[0]),
                   modem_session_stored(modem, &sessions[1]));
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

const struct modem_entry modem_cch_commands[] = {
    {"+CCHSTART", start},           {"+CCHSTOP", stop},         {"+CCHADDR", address},
    {"+CCHCFG", configure},         {"+CCHMODE", choose_mode},  {"+CCHSET", choose_reports},
    {"+CCHSSLCFG", choose_context}, {"+CCHOPEN", open_session}, {"+CCHCLOSE", close_session},
    {"+CCHSEND", send_data},        {"+CCHRECV", receive_data}, {NULL, NULL},
};
