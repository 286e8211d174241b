/* What Quectel's SSL clients have in common with its sockets: how data are sent
 * (2.2.3), and how the access mode is changed (1.3, 1.4). Of connections there
 * are SSL clients alone, so AT+QISEND and AT+QISWTMD mean those. */
#include "modem/quectel/ssl.h"

#include <string.h>

#define SEND_LIMIT_US ((int64_t)30 * 1000000) /* pause of the host; 2.2.3 states none */

/* ---- sending ---------------------------------------------------------- */

static void end_sending(struct modem *modem, const char *text, int code)
{
    quectel_set_error(modem, code);
    modem_finish_with(modem, text);
}

/* All of it or nothing. */
static bool has_room(const struct qssl_client *client, size_t size)
{
    return size <= QSSL_SEND_ROOM - link_unsent(client->link);
}

static void data_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    const struct qssl_client *client = qssl_of(modem)->used;
    bool connected = client->state == QSSL_CONNECTED && link_state(client->link) == LINK_OPEN;
    if (!complete) end_sending(modem, "ERROR", QUECTEL_CANCELLED);
    else if (size > QSSL_SEND_MAX) end_sending(modem, "ERROR", QUECTEL_BAD_PARAMETER);
    else if (!connected) end_sending(modem, "ERROR", QUECTEL_CLOSED);
    else if (!has_room(client, size)) end_sending(modem, "SEND FAIL", QUECTEL_BLOCKED);
    else {
        link_send(client->link, bytes, size);
        end_sending(modem, "SEND OK", 0);
    }
}

/* `size` 0: as much as the host sends before Ctrl-Z. */
static int take_data(struct modem *modem, struct qssl_client *client, int64_t size)
{
    if (client->state != QSSL_CONNECTED) return quectel_fail(modem, QUECTEL_CLOSED);
    qssl_of(modem)->used = client;
    modem_bytes(modem, "\r\n> ", 4);
    if (size > 0) modem_begin_upload(modem, (size_t)size, SEND_LIMIT_US, data_came);
    else modem_begin_text(modem, QSSL_SEND_MAX, SEND_LIMIT_US, data_came);
    return MODEM_PENDING;
}

static int send_data(struct modem *modem, const struct modem_call *call)
{
    return take_data(modem, qssl_client(modem, call, "clientID"), modem_number(call, "sendlen", 0));
}

/* UGxx 3.3.2 sends counted data so. What a length of 0 asks for, and what an
 * address is for, only sockets of TCP and UDP have. */
static int send_socket(struct modem *modem, const struct modem_call *call)
{
    bool asks =
        modem_argument(call, "send_length") != NULL && modem_number(call, "send_length", 0) == 0;
    if (asks || modem_argument(call, "remoteIP") != NULL)
        return quectel_fail(modem, QUECTEL_NOT_SUPPORTED);
    return take_data(modem, qssl_client(modem, call, "connectID"),
                     modem_number(call, "send_length", 0));
}

/* ---- access modes ----------------------------------------------------- */

static int switch_mode(struct modem *modem, const struct modem_call *call)
{
    struct qssl_client *client = qssl_client(modem, call, "connectID");
    enum qssl_mode mode = (enum qssl_mode)modem_number(call, "access_mode", QSSL_BUFFER);
    if (client->state != QSSL_CONNECTED) return quectel_fail(modem, QUECTEL_CLOSED);
    if (mode != client->mode) client->told = false;
    client->mode = mode;
    if (mode != QSSL_TRANSPARENT) return MODEM_OK;
    qssl_begin_stream(modem, client);
    return MODEM_CONNECT;
}

static const struct modem_entry commands[] = {
    {.name = "+QSSLSEND", .handler = send_data},
    {.name = "+QISEND", .handler = send_socket},
    {.name = "+QISWTMD", .handler = switch_mode},
    {0},
};

const struct modem_part modem_quectel_socket_part = {.name = "quectel-socket",
                                                     .commands = commands};
