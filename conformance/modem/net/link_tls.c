/* TLS of a link, by OpenSSL: versions, cipher suites, trust, own identity, the
 * handshake, and bytes. */
#include "base/buffer.h"
#include "modem/net/link_internal.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define TLS_CIPHERS_ALL "ALL:!aNULL:!PSK:!SRP" /* what needs nothing but certificates */

/* ---- files ------------------------------------------------------------ */

/* Of a key; without one the file is not asked for at a terminal. */
static int give_password(char *out, int capacity, int writes, void *user)
{
    (void)writes;
    const char *password = user;
    size_t size = password == NULL ? 0 : strlen(password);
    if (password == NULL || size > (size_t)capacity) return -1;
    strncpy(out, password, (size_t)capacity);
    return (int)size;
}

/* Returns: 1 unless it cannot be used. Does not own the certificate. */
typedef int take_certificate(SSL_CTX *context, X509 *certificate, size_t index);

/* Each certificate of a PEM file, or the one of a DER file.
 * Returns: how many; 0 also if one cannot be used. */
static size_t read_certificates(SSL_CTX *context, const void *bytes, size_t size,
                                take_certificate *take)
{
    size_t count = 0;
    bool good = true;
    BIO *bio = BIO_new_mem_buf(bytes, (int)size);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, give_password, NULL);
    if (certificate == NULL && BIO_reset(bio) == 1) certificate = d2i_X509_bio(bio, NULL);
    while (certificate != NULL && good) {
        good = take(context, certificate, count++) == 1;
        X509_free(certificate);
        certificate = good ? PEM_read_bio_X509(bio, NULL, give_password, NULL) : NULL;
    }
    BIO_free(bio);
    return good ? count : 0;
}

static EVP_PKEY *read_key(const void *bytes, size_t size, const char *password)
{
    void *user = (void *)(uintptr_t)password;
    BIO *bio = BIO_new_mem_buf(bytes, (int)size);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, give_password, user);
    if (key == NULL && BIO_reset(bio) == 1) key = d2i_PrivateKey_bio(bio, NULL);
    if (key == NULL && BIO_reset(bio) == 1)
        key = d2i_PKCS8PrivateKey_bio(bio, NULL, give_password, user);
    BIO_free(bio);
    return key;
}

static int take_trusted(SSL_CTX *context, X509 *certificate, size_t index)
{
    (void)index;
    return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
}

static int take_own(SSL_CTX *context, X509 *certificate, size_t index)
{
    if (index == 0) return SSL_CTX_use_certificate(context, certificate);
    return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}

static bool is_of_time(int error)
{
    return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
}

/* What the caller of link_open asked to overlook: no other connection has such
 * wishes, and a link as its data. */
static int judge_certificate(int good, X509_STORE_CTX *verification)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
    const struct link *link = SSL_get_app_data(ssl);
    bool chain = sk_X509_num(X509_STORE_CTX_get0_untrusted(verification)) > 1;
    bool overlooked = link->ignores_trust || (link->ignores_chain && chain);
    if (good == 1 || !overlooked || is_of_time(X509_STORE_CTX_get_error(verification))) return good;
    X509_STORE_CTX_set_error(verification, X509_V_OK);
    return 1;
}

static bool set_trust(SSL_CTX *context, const struct link_tls *tls)
{
    X509_VERIFY_PARAM *how = SSL_CTX_get0_param(context);
    bool overlooks = tls->ignores_trust || tls->ignores_chain;
    SSL_CTX_set_verify(context, tls->verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                       overlooks ? judge_certificate : NULL);
    if (!tls->verifies) return true;
    if (tls->checks_time) X509_VERIFY_PARAM_set_time(how, (time_t)tls->clock_s);
    else X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_NO_CHECK_TIME);
    return tls->ca_size > 0 && read_certificates(context, tls->ca, tls->ca_size, take_trusted) > 0;
}

static bool set_identity(SSL_CTX *context, const struct link_tls *tls)
{
    if (tls->certificate == NULL) return true;
    EVP_PKEY *key =
        tls->key_size == 0 ? NULL : read_key(tls->key, tls->key_size, tls->key_password);
    bool good = key != NULL && tls->certificate_size > 0
                && read_certificates(context, tls->certificate, tls->certificate_size, take_own) > 0
                && SSL_CTX_use_PrivateKey(context, key) == 1
                && SSL_CTX_check_private_key(context) == 1;
    EVP_PKEY_free(key);
    return good;
}

/* ---- versions and cipher suites --------------------------------------- */

/* Names by the words of OpenSSL, up to 1.2 and from 1.3 on. */
struct names {
    struct buffer old, new;
};

static void add_name(struct buffer *names, const char *name)
{
    if (names->size > 0) buffer_append_text(names, ":");
    buffer_append_text(names, name);
}

/* What OpenSSL does not have is left out; so is what knows no certificate, if
 * the server's is to be verified. */
static void find_names(SSL_CTX *context, const struct link_tls *tls, struct names *names)
{
    SSL *any = SSL_new(context);
    for (size_t i = 0; any != NULL && i < tls->cipher_count; i++) {
        const uint8_t number[] = {(uint8_t)(tls->ciphers[i] >> 8), (uint8_t)tls->ciphers[i]};
        const SSL_CIPHER *cipher = SSL_CIPHER_find(any, number);
        if (cipher == NULL) continue;
        bool anonymous = SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null;
        bool is_new = strcmp(SSL_CIPHER_get_version(cipher), "TLSv1.3") == 0;
        if (anonymous && tls->verifies) continue;
        add_name(is_new ? &names->new : &names->old, SSL_CIPHER_get_name(cipher));
    }
    SSL_free(any);
    buffer_append(&names->old, "", 1);
    buffer_append(&names->new, "", 1);
}

static bool set_versions(SSL_CTX *context, const struct link_tls *tls, const struct names *names)
{
    int min = tls->version_min > TLS1_VERSION ? tls->version_min : TLS1_VERSION;
    int max = tls->version_max > 0 ? tls->version_max : TLS1_3_VERSION;
    bool some = tls->cipher_count > 0;
    if (some && names->old.size == 1 && min < TLS1_3_VERSION) min = TLS1_3_VERSION;
    if (some && names->new.size == 1 && max > TLS1_2_VERSION) max = TLS1_2_VERSION;
    return min <= max && SSL_CTX_set_min_proto_version(context, min) == 1
           && SSL_CTX_set_max_proto_version(context, max) == 1;
}

static bool set_ciphers(SSL_CTX *context, const struct link_tls *tls, const struct names *names)
{
    if (tls->cipher_count == 0) return SSL_CTX_set_cipher_list(context, TLS_CIPHERS_ALL) == 1;
    return (names->old.size == 1
            || SSL_CTX_set_cipher_list(context, (const char *)names->old.bytes) == 1)
           && (names->new.size == 1
               || SSL_CTX_set_ciphersuites(context, (const char *)names->new.bytes) == 1);
}

enum link_reason link_set_up_tls(SSL_CTX *context, const struct link_tls *tls)
{
    struct names names = {0};
    /* the oldest servers are what a module is for: 1.0 needs level 0 */
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    ERR_clear_error();
    bool has_files = set_trust(context, tls) && set_identity(context, tls);
    find_names(context, tls, &names);
    bool agrees = set_versions(context, tls, &names) && set_ciphers(context, tls, &names);
    buffer_release(&names.old);
    buffer_release(&names.new);
    ERR_clear_error();
    if (!has_files) return LINK_OWN_FILES;
    return agrees ? LINK_NO_REASON : LINK_HANDSHAKE;
}

/* ---- handshake -------------------------------------------------------- */

/* Of TLS 1.3 it comes with the first bytes of the server. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct link *link = SSL_get_app_data(ssl);
    link_cache_put(link->cache, link->id, session);
    return 1; /* ours now */
}

static bool prepare(struct link *link)
{
    link->ssl = SSL_new(link->context);
    if (link->ssl == NULL || SSL_set_fd(link->ssl, link->fd) != 1) return false;
    SSL_set_mode(link->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_app_data(link->ssl, link);
    if (link->server_name != NULL && SSL_set_tlsext_host_name(link->ssl, link->server_name) != 1)
        return false;
    if (link->cache == NULL) return true;
    SSL_CTX_set_session_cache_mode(link->context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(link->context, keep_session);
    SSL_SESSION *session = link_cache_find(link->cache, link->id);
    if (session != NULL) SSL_set_session(link->ssl, session);
    SSL_SESSION_free(session);
    return true;
}

static enum link_reason failed_handshake(const struct link *link)
{
    int error = (int)SSL_get_verify_result(link->ssl);
    if (error == X509_V_OK) return LINK_HANDSHAKE;
    return is_of_time(error) ? LINK_OUT_OF_DATE : LINK_UNTRUSTED;
}

/* A resumed session is not verified again, and the clock went on. */
static bool is_current(const struct link *link)
{
    const X509 *certificate = SSL_get0_peer_certificate(link->ssl);
    if (!SSL_session_reused(link->ssl) || SSL_get_verify_mode(link->ssl) == SSL_VERIFY_NONE
        || certificate == NULL)
        return true;
    return X509_cmp_timeframe(SSL_get0_param(link->ssl), X509_get0_notBefore(certificate),
                              X509_get0_notAfter(certificate))
           == 0;
}

/* Returns: what to wait for; 0: it failed for good. */
static short events_of(const SSL *ssl, int result)
{
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ: return POLLIN;
    case SSL_ERROR_WANT_WRITE: return POLLOUT;
    default: return 0;
    }
}

enum link_reason link_shake_hands(struct link *link)
{
    int64_t until =
        link->handshake_limit_us == 0 ? LINK_FOREVER : link_now_us() + link->handshake_limit_us;
    if (!prepare(link)) return LINK_HANDSHAKE;
    for (;;) {
        ERR_clear_error();
        int result = SSL_connect(link->ssl);
        if (result == 1) return is_current(link) ? LINK_NO_REASON : LINK_OUT_OF_DATE;
        short events = events_of(link->ssl, result);
        if (events == 0) break;
        enum link_reason reason = link_await(link, link->fd, events, until);
        if (reason != LINK_NO_REASON) return reason;
    }
    bool verifies = SSL_get_verify_mode(link->ssl) != SSL_VERIFY_NONE;
    return verifies ? failed_handshake(link) : LINK_HANDSHAKE;
}

/* ---- bytes ------------------------------------------------------------ */

/* An alert is the server's word that it does not want this client: of TLS 1.3 a
 * refused certificate shows only after the handshake. */
static enum link_reason broken_reason(const SSL *ssl, int result)
{
    int why = SSL_get_error(ssl, result);
    unsigned long error = ERR_peek_error();
    bool alert = why == SSL_ERROR_SSL && ERR_GET_LIB(error) == ERR_LIB_SSL
                 && ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET;
    if (why == SSL_ERROR_ZERO_RETURN) return LINK_PEER_CLOSED;
    if (alert) return LINK_HANDSHAKE;
    bool ended =
        why != SSL_ERROR_SSL || ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    return ended ? LINK_RESET : LINK_GARBLED;
}

static ssize_t tls_result(const struct link *link, int result, short *events,
                          enum link_reason *reason)
{
    *events = events_of(link->ssl, result);
    if (*events != 0) return 0;
    *reason = broken_reason(link->ssl, result);
    return -1;
}

static ssize_t tcp_result(short awaited, short *events, enum link_reason *reason)
{
    *events = awaited;
    if (errno == EAGAIN || errno == EINTR) return 0;
    *reason = LINK_RESET;
    return -1;
}

ssize_t link_read(struct link *link, void *bytes, size_t size, short *events,
                  enum link_reason *reason)
{
    if (link->ssl != NULL) {
        ERR_clear_error();
        int result = SSL_read(link->ssl, bytes, (int)size);
        return result > 0 ? result : tls_result(link, result, events, reason);
    }
    ssize_t result = recv(link->fd, bytes, size, 0);
    if (result > 0) return result;
    if (result < 0) return tcp_result(POLLIN, events, reason);
    *reason = LINK_PEER_CLOSED;
    return -1;
}

ssize_t link_write(struct link *link, const void *bytes, size_t size, short *events,
                   enum link_reason *reason)
{
    if (link->ssl != NULL) {
        ERR_clear_error();
        int result = SSL_write(link->ssl, bytes, (int)size);
        return result > 0 ? result : tls_result(link, result, events, reason);
    }
    ssize_t result = send(link->fd, bytes, size, MSG_NOSIGNAL);
    return result > 0 ? result : tcp_result(POLLOUT, events, reason);
}
