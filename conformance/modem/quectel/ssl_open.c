/* AT+QSSLOPEN (2.2.2): certificates, versions, cipher suites, the connection. */
#include "base/memory.h"
#include "modem/common/file.h"
#include "modem/common/general.h"
#include "modem/common/network.h"
#include "modem/quectel/ssl.h"

#include <arpa/inet.h>
#include <string.h>

#define CONNECT_LIMIT_US ((int64_t)150 * 1000000) /* 2.2.2, before the handshake */
#define US_A_S           1000000
#define PORT_MAX         65535
#define VERSION_MAX      0x0303 /* TLS 1.2, the last that 1.1 lists         */
#define VERSION_FIRST    0x0300 /* SSL 3.0                                  */
#define VERSION_ANY      4

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
    const char *name = qssl_text(modem, context, setting);
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
    int level = qssl_number(modem, context, QSSL_SECLEVEL);
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
    struct qssl_context *settings = &qssl_of(modem)->contexts[context];
    if (qssl_number(modem, context, QSSL_SESSION_CACHE) == 0) return NULL;
    if (settings->cache == NULL) settings->cache = link_cache_new();
    return settings->cache;
}

static void set_versions(const struct modem *modem, int context, struct link_tls *tls)
{
    int version = qssl_number(modem, context, QSSL_VERSION);
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
    int level = qssl_number(modem, context, QSSL_SECLEVEL);
    bool named = qssl_number(modem, context, QSSL_SNI) == 1 && !is_address(client->host);
    struct link_tls tls = {
        .ciphers = ciphers,
        .cipher_count = qssl_ciphers(modem, context, ciphers),
        .verifies = level > 0,
        .server_name = named ? client->host : NULL,
        .checks_time = qssl_number(modem, context, QSSL_IGNORELOCALTIME) == 0,
        .ignores_trust = qssl_number(modem, context, QSSL_IGNOREINVALIDCERTSIGN) == 1,
        .ignores_chain = qssl_number(modem, context, QSSL_IGNOREMULTICERTCHAINVERIFY) == 1,
        .clock_s = modem_clock_s(modem),
        .cache = cache_of(modem, context),
    };
    set_versions(modem, context, &tls);
    set_credentials(&tls, credentials);
    const struct link_options options = {
        .host = client->host,
        .port = client->port,
        .tls = &tls,
        .connect_limit_us = CONNECT_LIMIT_US,
        .handshake_limit_us = (int64_t)qssl_number(modem, context, QSSL_NEGOTIATETIME) * US_A_S,
        .send_room = QSSL_SEND_ROOM,
        .receive_room = QSSL_RECEIVE_ROOM,
        .event = modem_descriptor(modem),
        .offline = modem_options(modem)->offline,
    };
    client->link = link_open(&options);
}

static bool can_open(const struct modem *modem, const struct modem_call *call, int *why)
{
    int64_t port = modem_number(call, "server_port", 0);
    const char *host = modem_text(call, "serveraddr", "");
    *why = 0;
    if (port < 1 || port > PORT_MAX || host[0] == '\0') *why = QUECTEL_BAD_PARAMETER;
    else if (!modem_network(modem)->contexts[call->arguments[0].number - 1].active)
        *why = QUECTEL_NO_CONTEXT;
    else if (qssl_of(modem)->clients[modem_number(call, "clientID", 0)].state != QSSL_INITIAL)
        *why = QUECTEL_IN_USE;
    return *why == 0;
}

int qssl_open(struct modem *modem, const struct modem_call *call)
{
    struct credentials credentials;
    int context = (int)call->arguments[1].number;
    int why = 0;
    if (!can_open(modem, call, &why)) return quectel_fail(modem, why);
    bool found = read_credentials(modem, context, &credentials);
    if (found) {
        struct qssl_client *client = qssl_client(modem, call, "clientID");
        client->host = memory_text(modem_text(call, "serveraddr", ""));
        client->port = (uint16_t)modem_number(call, "server_port", 0);
        client->state = QSSL_OPENING;
        client->mode = (enum qssl_mode)modem_number(call, "access_mode", QSSL_BUFFER);
        client->pdp = (int)call->arguments[0].number;
        client->context = context;
        connect_client(modem, client, &credentials);
        qssl_of(modem)->used = client;
    }
    buffer_release(&credentials.ca);
    if (!found) return quectel_fail(modem, QUECTEL_BAD_PARAMETER);
    if (qssl_of(modem)->used->mode != QSSL_TRANSPARENT) return MODEM_OK;
    qssl_of(modem)->waits = QSSL_WAITS_TO_OPEN;
    return MODEM_PENDING;
}
