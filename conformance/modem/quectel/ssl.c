/* The SSL commands of Quectel's UGxx and EC200x (2.2.2 to 2.2.6): how clients are
 * opened, read, closed and listed. */
#include "modem/quectel/ssl.h"

#include <stdlib.h>
#include <string.h>

#define US_A_S     1000000
#define US_A_MS    1000
#define PORT_NAME  "usbmodem" /* <at_port>, as the examples have it         */
#define NO_ADDRESS "0.0.0.0"

static int receive(struct modem *modem, const struct modem_call *call)
{
    uint8_t bytes[QSSL_RECEIVE_MAX];
    struct qssl_client *client = qssl_client(modem, call, "clientID");
    size_t wanted = (size_t)modem_number(call, "readlen", 0);
    size_t waiting = client->link == NULL ? 0 : link_waiting(client->link);
    bool connected = client->state == QSSL_CONNECTED;
    if (waiting > wanted && modem_strikes(modem, FAULT_SIZE_IGNORED)) wanted = sizeof bytes;
    if (!connected && (client->state != QSSL_CLOSING || waiting == 0))
        return quectel_fail(modem, QUECTEL_CLOSED);
    bool buffers = client->mode == QSSL_BUFFER; /* else nothing stays in the buffer */
    size_t size = buffers ? link_receive(client->link, bytes, wanted) : 0;
    if (size < wanted || link_waiting(client->link) == 0) client->told = false;
    modem_line(modem, "+QSSLRECV: %zu", size);
    modem_bytes(modem, bytes, size);
    return MODEM_OK;
}

/* The settings of an SSL context outlast its connections: what 2.2.5 calls
 * released is the module's own. */
static int close_client(struct modem *modem, const struct modem_call *call)
{
    struct qssl *ssl = qssl_of(modem);
    struct qssl_client *client = qssl_client(modem, call, "clientID");
    if (client->state == QSSL_INITIAL) return quectel_fail(modem, QUECTEL_CLOSED);
    bool ms = qssl_number(modem, client->context, QSSL_CLOSETIMEMODE) == 1;
    ssl->close_by =
        modem_now(modem) + modem_number(call, "close_timeout", 10) * (ms ? US_A_MS : US_A_S);
    if (qssl_is_sent(modem, client)) {
        qssl_release(modem, client);
        return MODEM_OK;
    }
    ssl->used = client;
    ssl->waits = QSSL_WAITS_TO_CLOSE;
    return MODEM_PENDING;
}

/* The editions number the states differently; what they mean is in the
 * catalogue. Returns: the code, or `otherwise`. */
static int code_of(const struct modem *modem, const struct modem_call *call, const char *meaning,
                   int otherwise)
{
    const struct catalog_param *param = catalog_find_param(
        call->set, call->command, modem_edition(modem, call->set), "socket_state");
    for (size_t i = 0; param != NULL && i < param->value_count; i++)
        if (strcmp(param->values[i].meaning, meaning) == 0)
            return (int)strtol(param->values[i].code, NULL, 10);
    return otherwise;
}

static int state_code(const struct modem *modem, const struct modem_call *call,
                      const struct qssl_client *client)
{
    int opening = code_of(modem, call, "opening", 1);
    switch (client->state) {
    case QSSL_INITIAL: return code_of(modem, call, "initial, no connection", 0);
    case QSSL_CONNECTED: return code_of(modem, call, "connected", 3);
    case QSSL_CLOSING: return code_of(modem, call, "closing", 5);
    case QSSL_OPENING: break;
    }
    return link_is_connected(client->link) ? code_of(modem, call, "handshake under way", opening)
                                           : opening;
}

/* The first record of the first variant gives how the edition calls the service. */
static void print_state(struct modem *modem, const struct modem_call *call,
                        const struct qssl_client *client)
{
    const struct catalog_record *record = &call->form->variants[0].elements[0];
    int number = qssl_number_of(modem, client);
    bool used = client->state != QSSL_INITIAL;
    unsigned local = client->link == NULL ? 0 : link_local_port(client->link);
    modem_line(modem, "+QSSLSTATE: %d,\"%s\",\"%s\",%u,%u,%d,%d,%d,%d,\"" PORT_NAME "\",%d", number,
               record->fields[1].text, used ? client->host : NO_ADDRESS, client->port, local,
               state_code(modem, call, client), used ? client->pdp : 1, number, client->mode,
               client->context);
}

/* A line in brackets is left out where there is no connection. */
static int tell_state(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_WRITE)) {
        const struct qssl_client *client = qssl_client(modem, call, "clientID");
        bool optional = call->form->variants[0].elements[0].optional;
        if (client->state != QSSL_INITIAL || !optional) print_state(modem, call, client);
        return MODEM_OK;
    }
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++)
        if (qssl_of(modem)->clients[i].state != QSSL_INITIAL)
            print_state(modem, call, &qssl_of(modem)->clients[i]);
    return MODEM_OK;
}

static const struct modem_entry commands[] = {
    {.name = "+QSSLOPEN", .handler = qssl_open},
    {.name = "+QSSLRECV", .handler = receive},
    {.name = "+QSSLCLOSE", .handler = close_client},
    {.name = "+QSSLSTATE", .handler = tell_state},
    {0},
};

const struct modem_part modem_quectel_ssl_part = {.name = "quectel-ssl", .commands = commands};
