/* A raw peer's connection: the same reads and writes over TCP and over TLS
 * (OpenSSL). The sockets do not block; each wait ends when the server stops. */
#include "server/server_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_MS   1000        /* how long a closed client may be still, */
#define LINGER_SIZE (16u << 20) /* and how much it may still send */

/* ---- context --------------------------------------------------------------- */

static const int version_numbers[] = {
    [SERVER_TLS_1_0] = TLS1_VERSION,
    [SERVER_TLS_1_1] = TLS1_1_VERSION,
    [SERVER_TLS_1_2] = TLS1_2_VERSION,
    [SERVER_TLS_1_3] = TLS1_3_VERSION,
};

/* OpenSSL's default security level has no TLS below 1.2. */
static const char *cipher_list(const struct server_options *options)
{
    bool is_old = options->tls_min < SERVER_TLS_1_2;
    if (options->ciphers) return options->ciphers;
    return is_old ? "DEFAULT:@SECLEVEL=0" : "DEFAULT";
}

static bool set_identity(SSL_CTX *context, const struct identity *identity,
                         const struct identity *ca)
{
    bool is_of_ca = X509_check_issued(ca->certificate, identity->certificate) == X509_V_OK;
    return SSL_CTX_use_certificate(context, identity->certificate) == 1
           && SSL_CTX_use_PrivateKey(context, identity->key) == 1
           && (!is_of_ca || SSL_CTX_add1_chain_cert(context, ca->certificate) == 1);
}

static bool set_client_check(SSL_CTX *context, enum server_client_check check,
                             const struct identity *ca)
{
    static const unsigned char name[] = "atproof";
    int mode = SSL_VERIFY_PEER;
    if (check == SERVER_CLIENT_IGNORED) return true;
    if (check == SERVER_CLIENT_REQUIRED) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(context, mode, NULL);
    return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca->certificate) == 1
           && SSL_CTX_add_client_CA(context, ca->certificate) == 1
           && SSL_CTX_set_session_id_context(context, name, sizeof name - 1) == 1;
}

/* Returns: what was wrong, NULL for nothing. */
static const char *set_up(SSL_CTX *context, const struct server_options *options,
                          const struct identity *identity, const struct identity *ca)
{
    if (!SSL_CTX_set_min_proto_version(context, version_numbers[options->tls_min])
        || !SSL_CTX_set_max_proto_version(context, version_numbers[options->tls_max]))
        return "these versions of TLS are not there";
    if (!SSL_CTX_set_cipher_list(context, cipher_list(options)))
        return "no cipher of this list is known; openssl ciphers lists them";
    if (options->ciphersuites && !SSL_CTX_set_ciphersuites(context, options->ciphersuites))
        return "a TLS 1.3 ciphersuite of this list is not known; openssl ciphers -tls1_3 -s lists "
               "them";
    if (!set_identity(context, identity, ca)) return "the certificate cannot be used";
    if (!set_client_check(context, options->client_check, ca)) return "the CA cannot be used";
    return NULL;
}

SSL_CTX *tls_context(const struct server_options *options, const struct identity *identity,
                     const struct identity *ca, char **error)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    const char *wrong =
        context ? set_up(context, options, identity, ca) : "OpenSSL gives no context";
    ERR_clear_error();
    if (!wrong) return context;
    SSL_CTX_free(context);
    *error = memory_format("TLS: %s", wrong);
    return NULL;
}

/* ---- connection -------------------------------------------------------------- */

/* After `result` of an operation of TLS: whether to try it again, within wait_ms. */
static bool may_retry(const struct wire *wire, int result, int wait_ms)
{
    int why = SSL_get_error(wire->ssl, result);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return false;
    return server_wait(wire->fd, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, wire->stop_fd,
                       wait_ms)
           > 0;
}

bool wire_open(struct wire *wire, SSL_CTX *context)
{
    if (!context) return true;
    wire->ssl = SSL_new(context);
    if (!wire->ssl || SSL_set_fd(wire->ssl, wire->fd) != 1) return false;
    int64_t end_ms = server_now_ms() + wire->idle_ms, left_ms;
    int result;
    do {
        ERR_clear_error();
        result = SSL_accept(wire->ssl);
        left_ms = end_ms - server_now_ms();
    } while (result != 1 && left_ms > 0 && may_retry(wire, result, (int)left_ms));
    return result == 1;
}

static size_t read_plain(struct wire *wire, uint8_t *out, size_t size)
{
    while (server_wait(wire->fd, POLLIN, wire->stop_fd, wire->idle_ms) > 0) {
        ssize_t count = recv(wire->fd, out, size, 0);
        if (count >= 0) return (size_t)count;
        if (errno != EAGAIN && errno != EINTR) return 0;
    }
    return 0;
}

size_t wire_read(struct wire *wire, uint8_t *out, size_t size)
{
    if (!wire->ssl) return read_plain(wire, out, size);
    size_t count = 0;
    int result;
    do {
        ERR_clear_error();
        result = SSL_read_ex(wire->ssl, out, size, &count);
    } while (result != 1 && may_retry(wire, result, wire->idle_ms));
    return result == 1 ? count : 0;
}

/* Returns: how many of the bytes went out, 0 if no more can. */
static size_t write_plain(struct wire *wire, const uint8_t *bytes, size_t size)
{
    while (server_wait(wire->fd, POLLOUT, wire->stop_fd, wire->idle_ms) > 0) {
        ssize_t count = send(wire->fd, bytes, size, MSG_NOSIGNAL);
        if (count >= 0) return (size_t)count;
        if (errno != EAGAIN && errno != EINTR) return 0;
    }
    return 0;
}

static size_t write_tls(struct wire *wire, const uint8_t *bytes, size_t size)
{
    size_t count = 0;
    int result;
    do {
        ERR_clear_error();
        result = SSL_write_ex(wire->ssl, bytes, size, &count);
    } while (result != 1 && may_retry(wire, result, wire->idle_ms));
    return result == 1 ? count : 0;
}

bool wire_write(struct wire *wire, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        size_t count = wire->ssl ? write_tls(wire, bytes, size) : write_plain(wire, bytes, size);
        if (count == 0) return false;
        bytes += count;
        size -= count;
    }
    return true;
}

/* Bytes that nobody reads would make the kernel reset the connection, and the
 * client might lose the last of ours. */
static void drain(const struct wire *wire)
{
    uint8_t bytes[4096];
    size_t taken = 0;
    int64_t end_ms = server_now_ms() + wire->idle_ms;
    while (taken < LINGER_SIZE && server_now_ms() < end_ms
           && server_wait(wire->fd, POLLIN, wire->stop_fd, LINGER_MS) > 0) {
        ssize_t count = recv(wire->fd, bytes, sizeof bytes, 0);
        if (count <= 0) return;
        taken += (size_t)count;
    }
}

void wire_close(struct wire *wire)
{
    ERR_clear_error();
    if (wire->ssl && SSL_is_init_finished(wire->ssl)) SSL_shutdown(wire->ssl);
    SSL_free(wire->ssl);
    ERR_clear_error();
    shutdown(wire->fd, SHUT_WR);
    drain(wire);
    close(wire->fd);
}
