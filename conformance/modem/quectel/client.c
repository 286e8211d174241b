/* Quectel's SSL clients: their state, their stream, their end. */
#include "modem/quectel/ssl.h"

#include <stdlib.h>

const struct modem_memory qssl_memory = {sizeof(struct qssl)};

struct qssl *qssl_of(const struct modem *modem)
{
    return modem_memory(modem, &qssl_memory);
}

struct qssl_client *qssl_client(struct modem *modem, const struct modem_call *call,
                                const char *name)
{
    return &qssl_of(modem)->clients[modem_number(call, name, 0)];
}

int qssl_number_of(const struct modem *modem, const struct qssl_client *client)
{
    return (int)(client - qssl_of(modem)->clients);
}

void qssl_end_stream(struct modem *modem, const struct qssl_client *client)
{
    if (qssl_of(modem)->stream != client) return;
    qssl_of(modem)->stream = NULL;
    modem_end_stream(modem, "NO CARRIER");
}

/* 1.3: to leave the stream is to switch to buffer mode, ATO switches back. */
void qssl_note_stream(struct modem *modem)
{
    struct qssl_client *client = qssl_of(modem)->stream;
    if (client == NULL || (!modem_is_streaming(modem) && client->mode != QSSL_TRANSPARENT)) return;
    client->mode = modem_is_streaming(modem) ? QSSL_TRANSPARENT : QSSL_BUFFER;
    client->told = false;
}

void qssl_release(struct modem *modem, struct qssl_client *client)
{
    qssl_end_stream(modem, client);
    link_close(client->link);
    free(client->host);
    *client = (struct qssl_client){0};
}

bool qssl_is_sent(const struct modem *modem, const struct qssl_client *client)
{
    return client->link == NULL || link_state(client->link) != LINK_OPEN
           || link_unsent(client->link) == 0 || modem_now(modem) >= qssl_of(modem)->close_by;
}

/* ---- the stream ------------------------------------------------------- */

static size_t take_bytes(struct modem *modem, const uint8_t *bytes, size_t size)
{
    return link_send(qssl_of(modem)->stream->link, bytes, size);
}

static size_t give_bytes(struct modem *modem, uint8_t *bytes, size_t capacity)
{
    return link_receive(qssl_of(modem)->stream->link, bytes, capacity);
}

static size_t waiting_bytes(const struct modem *modem)
{
    return link_waiting(qssl_of(modem)->stream->link);
}

static void drop(struct modem *modem)
{
    qssl_release(modem, qssl_of(modem)->stream);
}

void qssl_begin_stream(struct modem *modem, struct qssl_client *client)
{
    static const struct modem_stream stream = {take_bytes, give_bytes, waiting_bytes, drop};
    qssl_of(modem)->stream = client;
    modem_set_stream(modem, &stream);
}
