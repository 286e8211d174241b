/* What happens on Quectel's SSL clients by itself, and their URCs (2.3). */
#include "modem/common/network.h"
#include "modem/quectel/ssl.h"

#include <stdio.h>
#include <string.h>

#define PUSH_BACKLOG      4096 /* bytes unsent at which pushes wait         */
#define DECRYPTION_FAILED 2    /* of the security URC                       */

/* Result codes of chapter 5. */
static int error_of(enum link_reason reason)
{
    switch (reason) {
    case LINK_NO_HOST: return QUECTEL_NO_NAME;
    case LINK_TIMED_OUT: return QUECTEL_TIMED_OUT;
    case LINK_OWN_FILES: return QUECTEL_BAD_PARAMETER;
    /* the peer was there, and left before anybody looked */
    case LINK_NO_REASON:
    case LINK_PEER_CLOSED:
    case LINK_RESET:
    case LINK_GARBLED: return 0;
    case LINK_OWN_PORT: return QUECTEL_UNKNOWN; /* none is asked for */
    case LINK_REFUSED:
    case LINK_HANDSHAKE:
    case LINK_UNTRUSTED:
    case LINK_OUT_OF_DATE: return QUECTEL_NO_CONNECTION;
    }
    return QUECTEL_UNKNOWN;
}

static void tell(struct modem *modem, const char *what, const struct qssl_client *client)
{
    char text[64];
    snprintf(text, sizeof text, "+QSSLURC: \"%s\",%d", what, qssl_number_of(modem, client));
    modem_say(modem, text);
}

/* Of QSSLOPEN: `code` is 0, or why there is no connection. */
static void end_opening(struct modem *modem, struct qssl_client *client, int code)
{
    char text[32];
    bool transparent = client->mode == QSSL_TRANSPARENT;
    quectel_set_error(modem, code);
    snprintf(text, sizeof text, "+QSSLOPEN: %d,%d", qssl_number_of(modem, client), code);
    if (code == 0) client->state = QSSL_CONNECTED;
    else qssl_release(modem, client);
    if (!transparent) {
        modem_say(modem, text);
        return;
    }
    qssl_of(modem)->waits = QSSL_WAITS_NOT;
    if (code == 0) qssl_begin_stream(modem, client);
    modem_finish(modem, code == 0 ? MODEM_CONNECT : MODEM_ERROR);
}

/* As far as the line takes it: what is not sent yet stays with the peer. */
static void push(struct modem *modem, struct qssl_client *client)
{
    uint8_t bytes[QSSL_RECEIVE_MAX];
    char text[64];
    while (modem_may_say(modem) && modem_unsent(modem) < PUSH_BACKLOG) {
        size_t size = link_receive(client->link, bytes, sizeof bytes);
        if (size == 0) return;
        snprintf(text, sizeof text, "+QSSLURC: \"recv\",%d,%zu", qssl_number_of(modem, client),
                 size);
        modem_say_data(modem, text, bytes, size);
    }
}

/* 2.3.1: in buffer mode it is reported once, until it was read to the end. */
static void deliver(struct modem *modem, struct qssl_client *client)
{
    if (client->mode == QSSL_PUSH) push(modem, client);
    bool waits = client->mode == QSSL_BUFFER && link_waiting(client->link) > 0;
    if (!waits || client->told) return;
    client->told = true;
    tell(modem, "recv", client);
}

/* Whether the edition has this URC. */
static bool has_urc(const struct modem *modem, const char *keyword)
{
    const struct catalog_set *set = catalog_find_set(modem_catalog(modem), "quectel-ssl");
    const char *edition = modem_edition(modem, set);
    for (size_t i = 0; i < set->urc_count; i++) {
        const struct catalog_urc *urc = &set->urcs[i];
        if (catalog_is_of_edition(urc->edition, edition)
            && strcmp(urc->record.fields[0].text, keyword) == 0)
            return true;
    }
    return false;
}

/* 2.3.3: what came could not be decrypted. */
static void tell_security(struct modem *modem, const struct qssl_client *client)
{
    char text[64];
    snprintf(text, sizeof text, "+QSSLURC: \"security\",%d,%d", qssl_number_of(modem, client),
             DECRYPTION_FAILED);
    if (has_urc(modem, "security")) modem_say(modem, text);
}

/* 2.3.2 */
static void break_down(struct modem *modem, struct qssl_client *client)
{
    client->state = QSSL_CLOSING;
    if (link_reason(client->link) == LINK_GARBLED) tell_security(modem, client);
    if (client->mode != QSSL_TRANSPARENT) tell(modem, "closed", client);
    client->mode = client->mode == QSSL_TRANSPARENT ? QSSL_BUFFER : client->mode;
    qssl_end_stream(modem, client);
}

static void tick_opening(struct modem *modem, struct qssl_client *client)
{
    enum link_state state = link_state(client->link);
    if (!modem_network(modem)->contexts[client->pdp - 1].active)
        end_opening(modem, client, QUECTEL_CONTEXT_BROKE);
    else if (state == LINK_OPEN) end_opening(modem, client, 0);
    else if (state == LINK_CLOSED) end_opening(modem, client, error_of(link_reason(client->link)));
}

static void tick_connected(struct modem *modem, struct qssl_client *client)
{
    /* in this order: bytes that came before the end are not after it */
    bool over = link_state(client->link) == LINK_CLOSED;
    bool cut_off = !modem_network(modem)->contexts[client->pdp - 1].active;
    deliver(modem, client);
    bool kept = client->mode == QSSL_BUFFER || link_waiting(client->link) == 0;
    if (cut_off || (over && kept)) break_down(modem, client);
    if (!cut_off) return;
    link_close(client->link);
    client->link = NULL;
}

static void poll_clients(struct modem *modem)
{
    struct qssl *ssl = qssl_of(modem);
    qssl_note_stream(modem);
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++) {
        struct qssl_client *client = &ssl->clients[i];
        if (client->state == QSSL_OPENING) tick_opening(modem, client);
        if (client->state == QSSL_CONNECTED) tick_connected(modem, client);
    }
    if (ssl->waits != QSSL_WAITS_TO_CLOSE || !qssl_is_sent(modem, ssl->used)) return;
    ssl->waits = QSSL_WAITS_NOT;
    qssl_release(modem, ssl->used);
    modem_finish(modem, MODEM_OK);
}

static bool has_to_push(const struct modem *modem, const struct qssl_client *client)
{
    return client->state == QSSL_CONNECTED && client->mode == QSSL_PUSH && modem_may_say(modem)
           && modem_unsent(modem) < PUSH_BACKLOG && link_waiting(client->link) > 0;
}

static unsigned activity(const struct modem *modem)
{
    unsigned all = MODEM_IDLE;
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++) {
        const struct qssl_client *client = &qssl_of(modem)->clients[i];
        if (client->link != NULL) all |= MODEM_ONLINE;
        if (client->state == QSSL_OPENING) all |= MODEM_WORKING;
    }
    return all;
}

static int64_t due(const struct modem *modem)
{
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++)
        if (has_to_push(modem, &qssl_of(modem)->clients[i])) return modem_now(modem);
    return qssl_of(modem)->waits == QSSL_WAITS_TO_CLOSE ? qssl_of(modem)->close_by : MODEM_NEVER;
}

/* ---- power-up --------------------------------------------------------- */

static void stop(struct modem *modem)
{
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++) qssl_release(modem, &qssl_of(modem)->clients[i]);
    qssl_forget_contexts(modem);
    *qssl_of(modem) = (struct qssl){0};
}

const struct modem_part modem_quectel_ssl_poll_part = {.name = "quectel-ssl-poll",
                                                       .memory = &qssl_memory,
                                                       .start = stop,
                                                       .stop = stop,
                                                       .poll = poll_clients,
                                                       .due = due,
                                                       .activity = activity};
