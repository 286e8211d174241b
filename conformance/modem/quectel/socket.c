/* What Quectel's SSL clients have in common with its sockets: how data are sent
 * (2.2.3), and how the access mode is changed (1.3, 1.4). Of connections there
 * are SSL clients alone, so AT+QISEND and AT+QISWTMD mean those. */
#include "modem/core/core.h"

#include <string.h>

#define SEND_LIMIT_US ((int64_t)30 * 1000000) /* pause of the host; 2.2.3 states none */

/* ---- sending ---------------------------------------------------------- */

static void say_sent(struct modem *modem, const char *text, int code)
{
    modem->last_error = code;
    modem_finish_with(modem, text);
}

/* All of it or nothing. */
static bool has_room(const struct qssl_client *client, size_t size)
{
    return size <= QSSL_SEND_ROOM - link_unsent(client->link);
}

static void data_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    const struct qssl_client *client = modem->qssl.used;
    bool connected = client->state == QSSL_CONNECTED && link_state(client->link) == LINK_OPEN;
    if (!complete) say_sent(modem, "ERROR", QSSL_CANCELLED);
    else if (size > QSSL_SEND_MAX) say_sent(modem, "ERROR", QSSL_BAD_PARAMETER);
    else if (!connected) say_sent(modem, "ERROR", QSSL_CLOSED);
    else if (!has_room(client, size)) say_sent(modem, "SEND FAIL", QSSL_BLOCKED);
    else {
        link_send(client->link, bytes, size);
        say_sent(modem, "SEND OK", 0);
    }
}

/* `size` 0: as much as the host sends before Ctrl-Z. */
static int take_data(struct modem *modem, struct qssl_client *client, int64_t size)
{
    if (client->state != QSSL_CONNECTED) return modem_qssl_fail(modem, QSSL_CLOSED);
    modem->qssl.used = client;
    modem_bytes(modem, "\r\n> ", 4);
    if (size > 0) modem_begin_upload(modem, (size_t)size, SEND_LIMIT_US, data_came);
    else modem_begin_text(modem, QSSL_SEND_MAX, SEND_LIMIT_US, data_came);
    return MODEM_PENDING;
}

static int send_data(struct modem *modem, const struct modem_call *call)
{
    return take_data(modem, modem_qssl_client(modem, call, "clientID"),
                     modem_number(call, "sendlen", 0));
}

/* UGxx 3.3.2 sends counted data so. What a length of 0 asks for, and what an
 * address is for, only sockets of TCP and UDP have. */
static int send_socket(struct modem *modem, const struct modem_call *call)
{
    bool asks =
        modem_argument(call, "send_length") != NULL && modem_number(call, "send_length", 0) == 0;
    if (asks || modem_argument(call, "remoteIP") != NULL)
        return modem_qssl_fail(modem, QSSL_NOT_SUPPORTED);
    return take_data(modem, modem_qssl_client(modem, call, "connectID"),
                     modem_number(call, "send_length", 0));
}

/* ---- access modes ----------------------------------------------------- */

static int switch_mode(struct modem *modem, const struct modem_call *call)
{
    struct qssl_client *client = modem_qssl_client(modem, call, "connectID");
    enum qssl_mode mode = (enum qssl_mode)modem_number(call, "access_mode", QSSL_BUFFER);
    if (client->state != QSSL_CONNECTED) return modem_qssl_fail(modem, QSSL_CLOSED);
    if (mode != client->mode) client->told = false;
    client->mode = mode;
    if (mode != QSSL_TRANSPARENT) return MODEM_OK;
    modem_qssl_begin_stream(modem, client);
    return MODEM_CONNECT;
}

/* ---- the stream ------------------------------------------------------- */

static size_t take_bytes(struct modem *modem, const uint8_t *bytes, size_t size)
{
    return link_send(modem->qssl.stream->link, bytes, size);
}

static size_t give_bytes(struct modem *modem, uint8_t *bytes, size_t capacity)
{
    return link_receive(modem->qssl.stream->link, bytes, capacity);
}

static size_t waiting_bytes(const struct modem *modem)
{
    return link_waiting(modem->qssl.stream->link);
}

static void drop(struct modem *modem)
{
    modem_qssl_release(modem, modem->qssl.stream);
}

void modem_qssl_begin_stream(struct modem *modem, struct qssl_client *client)
{
    static const struct modem_stream stream = {take_bytes, give_bytes, waiting_bytes, drop};
    modem->qssl.stream = client;
    modem_set_stream(modem, &stream);
}

void modem_qssl_end_stream(struct modem *modem, const struct qssl_client *client)
{
    if (modem->qssl.stream != client) return;
    modem->qssl.stream = NULL;
    modem_end_stream(modem, "NO CARRIER");
}

/* 1.3: to leave the stream is to switch to buffer mode, ATO switches back. */
void modem_qssl_note_stream(struct modem *modem)
{
    struct qssl_client *client = modem->qssl.stream;
    if (client == NULL || (modem->mode != MODE_STREAM && client->mode != QSSL_TRANSPARENT)) return;
    client->mode = modem->mode == MODE_STREAM ? QSSL_TRANSPARENT : QSSL_BUFFER;
    client->told = false;
}

/* ---- the last error --------------------------------------------------- */

static bool is_about_ssl(const struct modem_call *call)
{
    return strcmp(call->set->name, "quectel-ssl") == 0
           || strcmp(call->command->name, "+QISEND") == 0
           || strcmp(call->command->name, "+QISWTMD") == 0;
}

/* Of what ends as MODEM_ERROR the handler knows the code. */
void modem_qssl_note(struct modem *modem, const struct modem_call *call, int result)
{
    if (!is_about_ssl(call)) return;
    if (result > 0) modem->last_error = QSSL_BAD_PARAMETER;
    else if (result == MODEM_OK || result == MODEM_CONNECT) modem->last_error = 0;
}

const struct modem_entry modem_socket_commands[] = {
    {"+QSSLSEND", send_data},
    {"+QISEND", send_socket},
    {"+QISWTMD", switch_mode},
    {NULL, NULL},
};
