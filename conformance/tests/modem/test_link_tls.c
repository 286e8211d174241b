/* TLS of links: the module's own certificates and keys, server name, kept sessions. */
#include "link_sample.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the module's own files ------------------------------------------- */

static EVP_PKEY *key_of(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

/* What was written, which `bio` keeps. */
static void take_bytes(BIO *bio, const void **bytes, size_t *size)
{
    char *start_at = NULL;
    *size = (size_t)BIO_get_mem_data(bio, &start_at);
    *bytes = start_at;
}

static struct link_tls identified(const struct world *world)
{
    struct link_tls tls = trusting(pem(world, "ca.pem"));
    tls.certificate = pem(world, "client.pem");
    tls.certificate_size = strlen(tls.certificate);
    tls.key = pem(world, "client-key.pem");
    tls.key_size = strlen(tls.key);
    return tls;
}

static struct world world_with_client_check(const struct world *world)
{
    struct world checked = *world;
    checked.server = server_of(&(struct server_options){.client_check = SERVER_CLIENT_REQUIRED});
    return checked;
}

/* Whether the server lets it in: of TLS 1.3 that shows after the handshake. */
static enum link_reason admission(const struct world *world, const struct link_tls *tls)
{
    char byte = 0;
    struct link_options options = options_of(world, SERVER_TLS, tls);
    struct link *link = link_open(&options);
    wait_while(world, link, LINK_OPENING);
    link_send(link, "x", 1);
    while (link_state(link) == LINK_OPEN && link_waiting(link) == 0) wait_event(world);
    enum link_reason reason = link_reason(link);
    assert_int_equal(link_receive(link, &byte, 1), reason == LINK_NO_REASON);
    link_close(link);
    return reason;
}

static void test_client_certificate_opens_a_server_that_requires_one(void **state)
{
    struct world world = world_with_client_check(*state);
    struct link_tls tls = identified(&world);
    for (int version = 0x0303; version <= 0x0304; version++) {
        tls.version_max = version;
        assert_int_equal(admission(&world, &tls), LINK_NO_REASON);
    }
    tls = trusting(pem(&world, "ca.pem"));
    for (int version = 0x0303; version <= 0x0304; version++) {
        tls.version_max = version;
        assert_int_equal(admission(&world, &tls), LINK_HANDSHAKE);
    }
    server_stop(world.server);
}

static void test_files_may_be_der_and_the_key_locked(void **state)
{
    struct world world = world_with_client_check(*state);
    char password[] = "secret";
    struct link_tls tls = identified(&world);
    EVP_PKEY *key = key_of(tls.key);
    BIO *pem_text = BIO_new_mem_buf(tls.certificate, -1);
    X509 *certificate = PEM_read_bio_X509(pem_text, NULL, NULL, NULL);
    BIO *written[4] = {BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()),
                       BIO_new(BIO_s_mem())};
    i2d_X509_bio(written[0], certificate);
    i2d_PrivateKey_bio(written[1], key);
    i2d_PKCS8PrivateKey_bio(written[2], key, EVP_aes_128_cbc(), NULL, 0, NULL, password);
    PEM_write_bio_PKCS8PrivateKey(written[3], key, EVP_aes_128_cbc(), NULL, 0, NULL, password);
    take_bytes(written[0], &tls.certificate, &tls.certificate_size);
    for (int i = 1; i < 4; i++) {
        take_bytes(written[i], &tls.key, &tls.key_size);
        tls.key_password = i == 1 ? NULL : password;
        assert_int_equal(admission(&world, &tls), LINK_NO_REASON);
        tls.key_password = i == 1 ? password : "wrong";
        assert_int_equal(tls_reason(&world, SERVER_TLS, &tls),
                         i == 1 ? LINK_NO_REASON : LINK_OWN_FILES);
        tls.key_password = NULL;
        assert_int_equal(tls_reason(&world, SERVER_TLS, &tls),
                         i == 1 ? LINK_NO_REASON : LINK_OWN_FILES);
    }
    for (int i = 0; i < 4; i++) BIO_free(written[i]);
    X509_free(certificate);
    BIO_free(pem_text);
    EVP_PKEY_free(key);
    server_stop(world.server);
}

static void test_files_that_are_none_or_misfit_are_told(void **state)
{
    struct world *world = *state;
    struct link_tls tls = {.verifies = true};
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_OWN_FILES);
    tls = trusting("no certificate");
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_OWN_FILES);
    tls = identified(world);
    tls.key = pem(world, "server-key.pem");
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_OWN_FILES);
    tls = identified(world);
    tls.key_size = 0;
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_OWN_FILES);
    tls = identified(world);
    tls.certificate = tls.key;
    tls.certificate_size = tls.key_size;
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_OWN_FILES);
}

/* ---- server name, sessions -------------------------------------------- */

/* The ClientHello that a link sends to a listener of ours. */
static size_t client_hello(const struct world *world, const char *name, char *bytes, size_t size)
{
    struct link_tls tls = {.server_name = name};
    struct link_options options = options_of(world, SERVER_TCP, &tls);
    int listener = listen_at(&options.port, 1);
    struct link *link = link_open(&options);
    int fd = accept(listener, NULL, NULL);
    ssize_t got = recv(fd, bytes, size, 0);
    assert_true(got > 50);
    close(fd);
    close(listener);
    link_close(link);
    return (size_t)got;
}

static void test_server_name_is_said_if_given(void **state)
{
    char bytes[4096];
    size_t size = client_hello(*state, "peer.example", bytes, sizeof bytes);
    assert_non_null(memmem(bytes, size, "peer.example", 12));
    size = client_hello(*state, NULL, bytes, sizeof bytes);
    assert_null(memmem(bytes, size, "peer.example", 12));
}

static bool resumes(const struct world *world, const struct link_tls *tls)
{
    char byte = 0;
    struct link_options options = options_of(world, SERVER_TLS, tls);
    struct link *link = opened(world, &options);
    send_all(world, link, "x", 1);
    receive_all(world, link, &byte, 1); /* after the tickets of TLS 1.3 */
    bool resumed = link_resumed(link);
    link_close(link);
    return resumed;
}

static void test_kept_session_is_resumed_by_the_same_settings_alone(void **state)
{
    struct world *world = *state;
    for (int version = 0x0303; version <= 0x0304; version++) {
        struct link_tls tls = {.version_max = version, .cache = link_cache_new()};
        const char *ca = pem(world, "ca.pem");
        assert_false(resumes(world, &tls));
        assert_true(resumes(world, &tls));
        assert_true(resumes(world, &tls));
        tls.verifies = true;
        tls.ca = ca;
        tls.ca_size = strlen(ca);
        assert_false(resumes(world, &tls)); /* what was not verified is no way around it */
        assert_true(resumes(world, &tls));
        struct link_tls other = trusting(pem(world, "self-signed.pem"));
        other.version_max = version;
        other.cache = tls.cache;
        assert_int_equal(tls_reason(world, SERVER_TLS, &other), LINK_UNTRUSTED);
        link_cache_free(tls.cache);
        tls.cache = NULL;
        assert_false(resumes(world, &tls));
    }
}

static void test_resumed_session_is_held_to_the_clock(void **state)
{
    struct world *world = *state;
    struct link_tls tls = trusting(pem(world, "ca.pem"));
    tls.cache = link_cache_new();
    tls.checks_time = true;
    tls.clock_s = YEAR_2020;
    assert_false(resumes(world, &tls));
    assert_true(resumes(world, &tls));
    tls.clock_s = 0;
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_OUT_OF_DATE);
    link_cache_free(tls.cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_certificate_opens_a_server_that_requires_one),
        cmocka_unit_test(test_files_may_be_der_and_the_key_locked),
        cmocka_unit_test(test_files_that_are_none_or_misfit_are_told),
        cmocka_unit_test(test_server_name_is_said_if_given),
        cmocka_unit_test(test_kept_session_is_resumed_by_the_same_settings_alone),
        cmocka_unit_test(test_resumed_session_is_held_to_the_clock),
    };
    return cmocka_run_group_tests(tests, link_set_up, link_tear_down);
}
