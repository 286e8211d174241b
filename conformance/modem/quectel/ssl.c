/* The SSL commands of Quectel's UGxx and EC200x (2.2.2 to 2.2.6) and their
 * URCs (2.3): how clients are opened, read, closed and told of. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECT_LIMIT_US  ((int64_t)150 * 1000000) /* 2.2.2, before the handshake  */
#define US_A_S            1000000
#define US_A_MS           1000
#define ZONE_S            900 /* a quarter of an hour                               */
#define PORT_MAX          65535
#define PUSH_BACKLOG      4096   /* bytes unsaid at which pushes wait              */
#define VERSION_MAX       0x0303 /* TLS 1.2, the last that 1.1 lists                */
#define VERSION_FIRST     0x0300 /* SSL 3.0                                        */
#define VERSION_ANY       4
#define PORT_NAME         "usbmodem" /* <at_port>, as the examples have it            */
#define DECRYPTION_FAILED 2          /* of the security URC                               */
#define NO_ADDRESS        "0.0.0.0"

int modem_qssl_fail(struct modem *modem, int code)
{
    modem->last_error = code;
    return MODEM_ERROR;
}

struct qssl_client *modem_qssl_client(struct modem *modem, const struct modem_call *call,
                                      const char *name)
{
    return &modem->qssl.clients[modem_number(call, name, 0)];
}

static int number_of(const struct modem *modem, const struct qssl_client *client)
{
    return (int)(client - modem->qssl.clients);
}

void modem_qssl_release(struct modem *modem, struct qssl_client *client)
{
    modem_qssl_end_stream(modem, client);
    link_close(client->link);
    free(client->host);
    *client = (struct qssl_client){0};
}

void modem_qssl_stop(struct modem *modem)
{
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++)
        modem_qssl_release(modem, &modem->qssl.clients[i]);
    modem_qssl_forget_contexts(modem);
    modem->qssl = (struct modem_qssl){0};
}

/* ---- opening ---------------------------------------------------------- */

/* What a handshake needs of files. */
struct credentials {
    struct buffer ca;
    const struct modem_file *certificate, *key;
};

/* The file that a setting names. Writes: *out, NULL if it names none.
 * Returns: false if there is no such file. */
static bool find_file(struct modem *modem, int context, enum qssl_setting setting,
                      const struct modem_file **out)
{
    const char *name = modem_qssl_text(modem, context, setting);
    *out = name[0] == '\0' ? NULL : modem_find_file(modem, name);
    return name[0] == '\0' || *out != NULL;
}

static bool read_ca(struct modem *modem, int context, struct buffer *ca)
{
    const struct modem_file *files[2];
    if (!find_file(modem, context, QSSL_CACERT, &files[0])
        || !find_file(modem, context, QSSL_CACERTEX, &files[1]))
        return false;
    for (size_t i = 0; i < 2; i++) {
        if (files[i] == NULL) continue;
        if (ca->size > 0) buffer_append_text(ca, "\n"); /* PEM begins on a line of its own */
        buffer_append(ca, files[i]->bytes.bytes, files[i]->bytes.size);
    }
    return ca->size > 0;
}

/* As far as seclevel asks for them. False: a file is missing (1.5 and 4). */
static bool read_credentials(struct modem *modem, int context, struct credentials *out)
{
    int level = modem_qssl_number(modem, context, QSSL_SECLEVEL);
    *out = (struct credentials){0};
    if (level == 0) return true;
    if (!read_ca(modem, context, &out->ca)) return false;
    return level == 1
           || (find_file(modem, context, QSSL_CLIENTCERT, &out->certificate)
               && find_file(modem, context, QSSL_CLIENTKEY, &out->key)
               && (out->certificate == NULL) == (out->key == NULL));
}

static bool is_address(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static struct link_cache *cache_of(struct modem *modem, int context)
{
    struct qssl_context *settings = &modem->qssl.contexts[context];
    if (modem_qssl_number(modem, context, QSSL_SESSION_CACHE) == 0) return NULL;
    if (settings->cache == NULL) settings->cache = link_cache_new();
    return settings->cache;
}

static void set_versions(const struct modem *modem, int context, struct link_tls *tls)
{
    int version = modem_qssl_number(modem, context, QSSL_VERSION);
    tls->version_max = VERSION_MAX;
    if (version != VERSION_ANY) tls->version_min = tls->version_max = VERSION_FIRST + version;
}

static void set_credentials(struct link_tls *tls, const struct credentials *credentials)
{
    tls->ca = credentials->ca.bytes;
    tls->ca_size = credentials->ca.size;
    if (credentials->certificate == NULL) return;
    tls->certificate = credentials->certificate->bytes.bytes;
    tls->certificate_size = credentials->certificate->bytes.size;
    tls->key = credentials->key->bytes.bytes;
    tls->key_size = credentials->key->bytes.size;
}

static void connect_client(struct modem *modem, struct qssl_client *client,
                           const struct credentials *credentials)
{
    uint16_t ciphers[QSSL_CIPHER_MAX];
    int context = client->context;
    int level = modem_qssl_number(modem, context, QSSL_SECLEVEL);
    bool named = modem_qssl_number(modem, context, QSSL_SNI) == 1 && !is_address(client->host);
    struct link_tls tls = {
        .ciphers = ciphers,
        .cipher_count = modem_qssl_ciphers(modem, context, ciphers),
        .verifies = level > 0,
        .server_name = named ? client->host : NULL,
        .checks_time = modem_qssl_number(modem, context, QSSL_IGNORELOCALTIME) == 0,
        .ignores_trust = modem_qssl_number(modem, context, QSSL_IGNOREINVALIDCERTSIGN) == 1,
        .ignores_chain = modem_qssl_number(modem, context, QSSL_IGNOREMULTICERTCHAINVERIFY) == 1,
        .clock_s = time(NULL) + modem->clock_offset - (int64_t)modem->clock_zone * ZONE_S,
        .cache = cache_of(modem, context),
    };
    set_versions(modem, context, &tls);
    set_credentials(&tls, credentials);
    const struct link_options options = {
        .host = client->host,
        .port = client->port,
        .tls = &tls,
        .connect_limit_us = CONNECT_LIMIT_US,
        .handshake_limit_us =
            (int64_t)modem_qssl_number(modem, context, QSSL_NEGOTIATETIME) * US_A_S,
        .send_room = QSSL_SEND_ROOM,
        .receive_room = QSSL_RECEIVE_ROOM,
        .event = modem->event,
        .offline = modem->options.offline,
    };
    client->link = link_open(&options);
}

static bool can_open(const struct modem *modem, const struct modem_call *call, int *why)
{
    int64_t port = modem_number(call, "server_port", 0);
    const char *host = modem_text(call, "serveraddr", "");
    *why = 0;
    if (port < 1 || port > PORT_MAX || host[0] == '\0') *why = QSSL_BAD_PARAMETER;
    else if (!modem->contexts[call->arguments[0].number - 1].active) *why = QSSL_NO_CONTEXT;
    else if (modem->qssl.clients[modem_number(call, "clientID", 0)].state != QSSL_INITIAL)
        *why = QSSL_IN_USE;
    return *why == 0;
}

static int open_client(struct modem *modem, const struct modem_call *call)
{
    struct credentials credentials;
    int context = (int)call->arguments[1].number;
    int why = 0;
    if (!can_open(modem, call, &why)) return modem_qssl_fail(modem, why);
    bool found = read_credentials(modem, context, &credentials);
    if (found) {
        struct qssl_client *client = modem_qssl_client(modem, call, "clientID");
        client->host = memory_text(modem_text(call, "serveraddr", ""));
        client->port = (uint16_t)modem_number(call, "server_port", 0);
        client->state = QSSL_OPENING;
        client->mode = (enum qssl_mode)modem_number(call, "access_mode", QSSL_BUFFER);
        client->pdp = (int)call->arguments[0].number;
        client->context = context;
        connect_client(modem, client, &credentials);
        modem->qssl.used = client;
    }
    buffer_release(&credentials.ca);
    if (!found) return modem_qssl_fail(modem, QSSL_BAD_PARAMETER);
    if (modem->qssl.used->mode != QSSL_TRANSPARENT) return MODEM_OK;
    modem->qssl.waits = QSSL_WAITS_TO_OPEN;
    return MODEM_PENDING;
}

/* ---- what happens on a connection ------------------------------------- */

/* Result codes of chapter 5. */
static int error_of(enum link_reason reason)
{
    switch (reason) {
    case LINK_NO_HOST: return QSSL_NO_NAME;
    case LINK_TIMED_OUT: return QSSL_TIMED_OUT;
    case LINK_OWN_FILES: return QSSL_BAD_PARAMETER;
    /* the peer was there, and left before anybody looked */
    case LINK_NO_REASON:
    case LINK_PEER_CLOSED:
    case LINK_RESET:
    case LINK_GARBLED: return 0;
    case LINK_OWN_PORT: return QSSL_UNKNOWN; /* none is asked for */
    case LINK_REFUSED:
    case LINK_HANDSHAKE:
    case LINK_UNTRUSTED:
    case LINK_OUT_OF_DATE: return QSSL_NO_CONNECTION;
    }
    return QSSL_UNKNOWN;
}

static void tell(struct modem *modem, const char *what, const struct qssl_client *client)
{
    char text[64];
    snprintf(text, sizeof text, "+QSSLURC: \"%s\",%d", what, number_of(modem, client));
    modem_say(modem, text);
}

/* Of QSSLOPEN: `code` is 0, or why there is no connection. */
static void end_opening(struct modem *modem, struct qssl_client *client, int code)
{
    char text[32];
    bool transparent = client->mode == QSSL_TRANSPARENT;
    modem->last_error = code;
    snprintf(text, sizeof text, "+QSSLOPEN: %d,%d", number_of(modem, client), code);
    if (code == 0) client->state = QSSL_CONNECTED;
    else modem_qssl_release(modem, client);
    if (!transparent) {
        modem_say(modem, text);
        return;
    }
    modem->qssl.waits = QSSL_WAITS_NOT;
    if (code == 0) modem_qssl_begin_stream(modem, client);
    modem_finish(modem, code == 0 ? MODEM_CONNECT : MODEM_ERROR);
}

/* As far as the line takes it: what is not said yet stays with the peer. */
static void push(struct modem *modem, struct qssl_client *client)
{
    uint8_t bytes[QSSL_RECEIVE_MAX];
    char text[64];
    while (modem_may_say(modem) && modem_unsaid(modem) < PUSH_BACKLOG) {
        size_t size = link_receive(client->link, bytes, sizeof bytes);
        if (size == 0) return;
        snprintf(text, sizeof text, "+QSSLURC: \"recv\",%d,%zu", number_of(modem, client), size);
        modem_say_data(modem, text, bytes, size);
    }
}

/* 2.3.1: in buffer mode it is told once, until it was read to the end. */
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
    const struct catalog_set *set = catalog_find_set(modem->model, "quectel-ssl");
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
    snprintf(text, sizeof text, "+QSSLURC: \"security\",%d,%d", number_of(modem, client),
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
    modem_qssl_end_stream(modem, client);
}

static void tick_opening(struct modem *modem, struct qssl_client *client)
{
    enum link_state state = link_state(client->link);
    if (!modem->contexts[client->pdp - 1].active) end_opening(modem, client, QSSL_CONTEXT_BROKE);
    else if (state == LINK_OPEN) end_opening(modem, client, 0);
    else if (state == LINK_CLOSED) end_opening(modem, client, error_of(link_reason(client->link)));
}

static void tick_connected(struct modem *modem, struct qssl_client *client)
{
    /* in this order: bytes that came before the end are not behind it */
    bool over = link_state(client->link) == LINK_CLOSED;
    bool cut_off = !modem->contexts[client->pdp - 1].active;
    deliver(modem, client);
    bool kept = client->mode == QSSL_BUFFER || link_waiting(client->link) == 0;
    if (cut_off || (over && kept)) break_down(modem, client);
    if (!cut_off) return;
    link_close(client->link);
    client->link = NULL;
}

/* Whether QSSLCLOSE has waited enough: all is sent, nobody takes it, or the
 * time is over. */
static bool is_sent(const struct modem *modem, const struct qssl_client *client)
{
    return client->link == NULL || link_state(client->link) != LINK_OPEN
           || link_unsent(client->link) == 0 || modem->now >= modem->qssl.close_by;
}

void modem_qssl_tick(struct modem *modem)
{
    struct modem_qssl *ssl = &modem->qssl;
    modem_qssl_note_stream(modem);
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++) {
        struct qssl_client *client = &ssl->clients[i];
        if (client->state == QSSL_OPENING) tick_opening(modem, client);
        if (client->state == QSSL_CONNECTED) tick_connected(modem, client);
    }
    if (ssl->waits != QSSL_WAITS_TO_CLOSE || !is_sent(modem, ssl->used)) return;
    ssl->waits = QSSL_WAITS_NOT;
    modem_qssl_release(modem, ssl->used);
    modem_finish(modem, MODEM_OK);
}

static bool has_to_push(const struct modem *modem, const struct qssl_client *client)
{
    return client->state == QSSL_CONNECTED && client->mode == QSSL_PUSH && modem_may_say(modem)
           && modem_unsaid(modem) < PUSH_BACKLOG && link_waiting(client->link) > 0;
}

bool modem_qssl_is_opening(const struct modem *modem)
{
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++)
        if (modem->qssl.clients[i].state == QSSL_OPENING) return true;
    return false;
}

int64_t modem_qssl_due(const struct modem *modem)
{
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++)
        if (has_to_push(modem, &modem->qssl.clients[i])) return modem->now;
    return modem->qssl.waits == QSSL_WAITS_TO_CLOSE ? modem->qssl.close_by : MODEM_NEVER;
}

/* ---- reading, closing, state ------------------------------------------ */

static int receive(struct modem *modem, const struct modem_call *call)
{
    uint8_t bytes[QSSL_RECEIVE_MAX];
    struct qssl_client *client = modem_qssl_client(modem, call, "clientID");
    size_t wanted = (size_t)modem_number(call, "readlen", 0);
    size_t waiting = client->link == NULL ? 0 : link_waiting(client->link);
    bool connected = client->state == QSSL_CONNECTED;
    if (waiting > wanted && modem_strikes(modem, FAULT_SIZE_IGNORED)) wanted = sizeof bytes;
    if (!connected && (client->state != QSSL_CLOSING || waiting == 0))
        return modem_qssl_fail(modem, QSSL_CLOSED);
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
    struct modem_qssl *ssl = &modem->qssl;
    struct qssl_client *client = modem_qssl_client(modem, call, "clientID");
    if (client->state == QSSL_INITIAL) return modem_qssl_fail(modem, QSSL_CLOSED);
    bool ms = modem_qssl_number(modem, client->context, QSSL_CLOSETIMEMODE) == 1;
    ssl->close_by = modem->now + modem_number(call, "close_timeout", 10) * (ms ? US_A_MS : US_A_S);
    if (is_sent(modem, client)) {
        modem_qssl_release(modem, client);
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

/* The first record of the first variant says how the edition calls the service. */
static void say_state(struct modem *modem, const struct modem_call *call,
                      const struct qssl_client *client)
{
    const struct catalog_record *record = &call->form->variants[0].elements[0];
    int number = number_of(modem, client);
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
        const struct qssl_client *client = modem_qssl_client(modem, call, "clientID");
        bool optional = call->form->variants[0].elements[0].optional;
        if (client->state != QSSL_INITIAL || !optional) say_state(modem, call, client);
        return MODEM_OK;
    }
    for (size_t i = 0; i < QSSL_CLIENT_COUNT; i++)
        if (modem->qssl.clients[i].state != QSSL_INITIAL)
            say_state(modem, call, &modem->qssl.clients[i]);
    return MODEM_OK;
}

const struct modem_entry modem_qssl_commands[] = {
    {"+QSSLOPEN", open_client}, {"+QSSLRECV", receive}, {"+QSSLCLOSE", close_client},
    {"+QSSLSTATE", tell_state}, {NULL, NULL},
};
