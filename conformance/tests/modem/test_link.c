/* Links against the real server on loopback, and against listeners of the
 * test's own where the server is too polite: bytes, and why a link closes. */
#include "link_sample.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- bytes ------------------------------------------------------------ */

static void echo(const struct world *world, enum server_port port, const struct link_tls *tls)
{
    static uint8_t out[1 << 20], in[1 << 20];
    struct link_options options = options_of(world, port, tls);
    struct link *link = opened(world, &options);
    size_t sent = 0;
    size_t got = 0;
    server_fill_bytes(1, 0, out, sizeof out);
    while (got < sizeof in) {
        size_t taken = link_send(link, out + sent, sizeof out - sent);
        size_t given = link_receive(link, in + got, sizeof in - got);
        sent += taken;
        got += given;
        if (taken == 0 && given == 0) wait_event(world);
    }
    assert_memory_equal(in, out, sizeof in);
    assert_int_equal(link_unsent(link), 0);
    link_close(link);
}

static void test_tcp_echoes_a_mebibyte_whole(void **state)
{
    echo(*state, SERVER_TCP, NULL);
}

static void test_tls_echoes_a_mebibyte_whole(void **state)
{
    struct link_tls tls = trusting(pem(*state, "ca.pem"));
    echo(*state, SERVER_TLS, &tls);
    tls.version_max = 0x0303;
    echo(*state, SERVER_TLS, &tls);
}

/* As long as nobody reads what comes back, the server stops reading as well. */
static void fill(const struct world *world, enum server_port port, const struct link_tls *tls)
{
    static uint8_t bytes[65536], in[65536];
    struct link_options options = options_of(world, port, tls);
    struct link *link = opened(world, &options);
    size_t sent = 0;
    struct pollfd polled = {.fd = world->event, .events = POLLIN};
    uint64_t count;
    server_fill_bytes(2, 0, bytes, sizeof bytes);
    for (;;) {
        sent += link_send(link, bytes + sent % sizeof bytes, sizeof bytes - sent % sizeof bytes);
        if (link_unsent(link) == ROOM && poll(&polled, 1, 500) == 0) break;
        if (poll(&polled, 1, 0) > 0) assert_true(read(world->event, &count, sizeof count) > 0);
    }
    assert_int_equal(link_send(link, "x", 1), 0);
    assert_int_equal(link_waiting(link), ROOM);
    assert_int_equal(link_state(link), LINK_OPEN);
    for (size_t got = 0; got < sent;) {
        size_t at = got % sizeof in;
        size_t size = sent - got < sizeof in - at ? sent - got : sizeof in - at;
        receive_all(world, link, in, size);
        assert_memory_equal(in, bytes + at, size);
        got += size;
    }
    assert_int_equal(link_waiting(link), 0);
    link_close(link);
}

static void test_peer_that_does_not_read_fills_the_room(void **state)
{
    struct link_tls tls = {0};
    fill(*state, SERVER_TCP, NULL);
    fill(*state, SERVER_TLS, &tls);
}

static void test_close_sends_what_was_taken(void **state)
{
    struct world *world = *state;
    static uint8_t bytes[16 << 20], got[sizeof bytes + 1];
    struct link_options options = options_of(world, SERVER_TCP, NULL);
    int listener = listen_at(&options.port, 1);
    struct link *link = opened(world, &options);
    int fd = accept(listener, NULL, NULL);
    size_t sent = 0;
    server_fill_bytes(3, 0, bytes, sizeof bytes);
    assert_int_equal(send(fd, "never read", 10, 0), 10);
    while (link_waiting(link) < 10) wait_event(world);
    struct pollfd polled = {.fd = world->event, .events = POLLIN};
    while (link_unsent(link) < ROOM || poll(&polled, 1, 200) > 0) {
        sent += link_send(link, bytes + sent, sizeof bytes - sent);
        if (poll(&polled, 1, 0) > 0) wait_event(world);
        assert_int_not_equal(sent, sizeof bytes); /* the system takes no end of it */
    }
    link_close(link);
    assert_int_equal(recv(fd, got, sent + 1, MSG_WAITALL), sent);
    assert_memory_equal(got, bytes, sent);
    close(fd);
    close(listener);
}

/* ---- reasons ---------------------------------------------------------- */

static void test_name_without_address_is_no_host(void **state)
{
    struct world *world = *state;
    struct link_options options = options_of(world, SERVER_TCP, NULL);
    options.host = "nobody.invalid";
    assert_int_equal(reason_of(world, &options), LINK_NO_HOST);
    options.host = "localhost";
    assert_int_equal(reason_of(world, &options), LINK_NO_REASON);
}

static void test_port_without_listener_is_refused(void **state)
{
    struct world *world = *state;
    struct link_options options = options_of(world, SERVER_TCP, NULL);
    close(listen_at(&options.port, 1));
    assert_int_equal(reason_of(world, &options), LINK_REFUSED);
}

/* A listener whose queue is full leaves further connections without answer. */
static void test_connection_without_answer_is_timed_out(void **state)
{
    struct world *world = *state;
    struct link_options options = options_of(world, SERVER_TCP, NULL);
    int listener = listen_at(&options.port, 0);
    struct link *first = opened(world, &options);
    options.connect_limit_us = SECOND_US / 5;
    int64_t before = now_s();
    assert_int_equal(reason_of(world, &options), LINK_TIMED_OUT);
    assert_true(now_s() - before <= 2);
    link_close(first);
    close(listener);
}

static void test_handshake_without_answer_is_timed_out(void **state)
{
    struct world *world = *state;
    struct link_tls tls = {0};
    struct link_options options = options_of(world, SERVER_TCP, &tls);
    int listener = listen_at(&options.port, 4);
    options.handshake_limit_us = SECOND_US / 5;
    assert_int_equal(reason_of(world, &options), LINK_TIMED_OUT);
    close(listener);
}

static void test_nothing_in_common_is_a_failed_handshake(void **state)
{
    struct world *world = *state;
    const uint16_t rc4 = 0x0005; /* OpenSSL has none                        */
    const uint16_t rsa = 0x002F; /* the server's key is an EC one           */
    struct link_tls tls = {.version_max = 0x0300};
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_HANDSHAKE);
    tls = (struct link_tls){.ciphers = &rc4, .cipher_count = 1};
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_HANDSHAKE);
    tls.ciphers = &rsa;
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_HANDSHAKE);
    tls = (struct link_tls){0};
    assert_int_equal(tls_reason(world, SERVER_TCP, &tls), LINK_HANDSHAKE); /* no TLS there */
}

static void test_version_and_suite_are_those_asked_for(void **state)
{
    struct world *world = *state;
    const uint16_t suites[] = {0x1301, 0xC02B}; /* of 1.3; of 1.2, ECDSA    */
    for (int version = 0x0301; version <= 0x0304; version++) {
        struct link_tls tls = {.version_min = version, .version_max = version};
        assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_NO_REASON);
        tls.ciphers = suites;
        tls.cipher_count = 2;
        assert_int_equal(tls_reason(world, SERVER_TLS, &tls),
                         version < 0x0303 ? LINK_HANDSHAKE : LINK_NO_REASON);
        tls.cipher_count = 1;
        assert_int_equal(tls_reason(world, SERVER_TLS, &tls),
                         version < 0x0304 ? LINK_HANDSHAKE : LINK_NO_REASON);
    }
}

static void test_suite_of_rsa_needs_a_server_with_an_rsa_key(void **state)
{
    struct world world = *(struct world *)*state;
    const uint16_t rsa = 0x002F;
    struct link_tls tls = {.ciphers = &rsa, .cipher_count = 1};
    world.server = server_of(&(struct server_options){.key_type = SERVER_KEY_RSA});
    assert_int_equal(tls_reason(&world, SERVER_TLS, &tls), LINK_NO_REASON);
    server_stop(world.server);
}

static void test_server_is_trusted_by_its_ca_alone(void **state)
{
    struct world *world = *state;
    struct link_tls tls = trusting(pem(world, "ca.pem"));
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_NO_REASON);
    assert_int_equal(tls_reason(world, SERVER_TLS_SELF_SIGNED, &tls), LINK_UNTRUSTED);
    tls = trusting(pem(world, "self-signed.pem"));
    assert_int_equal(tls_reason(world, SERVER_TLS_SELF_SIGNED, &tls), LINK_NO_REASON);
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_UNTRUSTED);
    tls.verifies = false;
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_NO_REASON);
}

static void test_time_is_the_modules_own(void **state)
{
    struct world *world = *state;
    struct link_tls tls = trusting(pem(world, "ca.pem"));
    assert_int_equal(tls_reason(world, SERVER_TLS_EXPIRED, &tls), LINK_NO_REASON);
    tls.checks_time = true;
    tls.clock_s = YEAR_2020;
    assert_int_equal(tls_reason(world, SERVER_TLS_EXPIRED, &tls), LINK_OUT_OF_DATE);
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_NO_REASON);
    tls.clock_s = YEAR_2000;
    assert_int_equal(tls_reason(world, SERVER_TLS_EXPIRED, &tls), LINK_NO_REASON);
    tls.clock_s = 0; /* 1970: before all of them */
    assert_int_equal(tls_reason(world, SERVER_TLS, &tls), LINK_OUT_OF_DATE);
}

static void test_local_port_in_use_is_told(void **state)
{
    struct world *world = *state;
    struct link_options options = options_of(world, SERVER_TCP, NULL);
    uint16_t port = 0;
    int taken = listen_at(&port, 1);
    options.local_port = port;
    assert_int_equal(reason_of(world, &options), LINK_OWN_PORT);
    close(taken);
    struct link *link = opened(world, &options);
    link_close(link);
}

static void test_peer_that_closes_in_order_leaves_what_it_sent(void **state)
{
    struct world *world = *state;
    struct link_tls tls = {0};
    for (int i = 0; i < 2; i++) {
        char bytes[8] = "";
        struct link_options options =
            options_of(world, i == 0 ? SERVER_TCP : SERVER_TLS, i == 0 ? NULL : &tls);
        struct link *link = opened(world, &options);
        send_all(world, link, "close\r\n", 7);
        wait_while(world, link, LINK_OPEN);
        assert_int_equal(link_reason(link), LINK_PEER_CLOSED);
        assert_int_equal(link_send(link, "x", 1), 0);
        assert_int_equal(link_waiting(link), 7);
        assert_int_equal(link_receive(link, bytes, 3), 3);
        assert_int_equal(link_receive(link, bytes + 3, 8), 4);
        assert_string_equal(bytes, "close\r\n");
        link_close(link);
    }
}

static void test_peer_that_breaks_off_resets(void **state)
{
    struct world *world = *state;
    const struct linger at_once = {.l_onoff = 1};
    struct link_options options = options_of(world, SERVER_TCP, NULL);
    int listener = listen_at(&options.port, 1);
    struct link *link = opened(world, &options);
    int fd = accept(listener, NULL, NULL);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    wait_while(world, link, LINK_OPEN);
    assert_int_equal(link_reason(link), LINK_RESET);
    link_close(link);
    close(listener);
}

/* Between the link and the server: it carries the handshake, then hangs up. */
struct relay {
    int listener;
    uint16_t port;
    volatile int stop;
};

static void *relay(void *user)
{
    struct relay *relay = user;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(relay->port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fds[2] = {accept(relay->listener, NULL, NULL), socket(AF_INET, SOCK_STREAM, 0)};
    char bytes[4096];
    if (connect(fds[1], (struct sockaddr *)&address, sizeof address) != 0) abort();
    while (!__atomic_load_n(&relay->stop, __ATOMIC_SEQ_CST)) {
        struct pollfd polled[2] = {{.fd = fds[0], .events = POLLIN},
                                   {.fd = fds[1], .events = POLLIN}};
        poll(polled, 2, 10);
        for (int i = 0; i < 2; i++) {
            if (polled[i].revents == 0) continue;
            ssize_t size = recv(fds[i], bytes, sizeof bytes, 0);
            if (size > 0 && send(fds[1 - i], bytes, (size_t)size, 0) < 0) abort();
        }
    }
    close(fds[0]);
    close(fds[1]);
    return NULL;
}

static void test_tls_that_ends_without_its_word_is_a_reset(void **state)
{
    struct world *world = *state;
    struct link_tls tls = {0};
    char byte = 0;
    pthread_t thread;
    struct link_options options = options_of(world, SERVER_TLS, &tls);
    struct relay between = {.port = options.port};
    between.listener = listen_at(&options.port, 1);
    assert_int_equal(pthread_create(&thread, NULL, relay, &between), 0);
    struct link *link = opened(world, &options);
    send_all(world, link, "x", 1);
    receive_all(world, link, &byte, 1);
    __atomic_store_n(&between.stop, 1, __ATOMIC_SEQ_CST);
    wait_while(world, link, LINK_OPEN);
    assert_int_equal(link_reason(link), LINK_RESET);
    link_close(link);
    pthread_join(thread, NULL);
    close(between.listener);
}

/* ---- nothing is lost -------------------------------------------------- */

static size_t entries(const char *path)
{
    size_t count = 0;
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while (readdir(directory) != NULL) count++;
    closedir(directory);
    return count;
}

/* Until the threads that ended are gone. */
static void wait_for_entries(const char *path, size_t count)
{
    for (int i = 0; entries(path) > count && i < PATIENCE_S * 100; i++) poll(NULL, 0, 10);
    assert_int_equal(entries(path), count);
}

static void test_two_hundred_links_leave_nothing(void **state)
{
    struct world *world = *state;
    struct link_tls tls = trusting(pem(world, "ca.pem"));
    poll(NULL, 0, 50); /* the tests before have left */
    size_t files = entries("/proc/self/fd");
    size_t threads = entries("/proc/self/task");
    for (int i = 0; i < 200; i++) {
        struct link_options options =
            options_of(world, i % 2 == 0 ? SERVER_TCP : SERVER_TLS, i % 2 == 0 ? NULL : &tls);
        if (i % 7 == 0) options.port = server_port(world->server, SERVER_TLS_SELF_SIGNED);
        struct link *link = link_open(&options);
        if (i % 5 > 0) wait_while(world, link, LINK_OPENING); /* the others are left at once */
        if (i % 3 == 0) link_send(link, "bytes", 5);
        link_close(link);
    }
    wait_for_entries("/proc/self/task", threads);
    wait_for_entries("/proc/self/fd", files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp_echoes_a_mebibyte_whole),
        cmocka_unit_test(test_tls_echoes_a_mebibyte_whole),
        cmocka_unit_test(test_peer_that_does_not_read_fills_the_room),
        cmocka_unit_test(test_close_sends_what_was_taken),
        cmocka_unit_test(test_name_without_address_is_no_host),
        cmocka_unit_test(test_port_without_listener_is_refused),
        cmocka_unit_test(test_connection_without_answer_is_timed_out),
        cmocka_unit_test(test_handshake_without_answer_is_timed_out),
        cmocka_unit_test(test_nothing_in_common_is_a_failed_handshake),
        cmocka_unit_test(test_version_and_suite_are_those_asked_for),
        cmocka_unit_test(test_suite_of_rsa_needs_a_server_with_an_rsa_key),
        cmocka_unit_test(test_server_is_trusted_by_its_ca_alone),
        cmocka_unit_test(test_time_is_the_modules_own),
        cmocka_unit_test(test_local_port_in_use_is_told),
        cmocka_unit_test(test_peer_that_closes_in_order_leaves_what_it_sent),
        cmocka_unit_test(test_peer_that_breaks_off_resets),
        cmocka_unit_test(test_tls_that_ends_without_its_word_is_a_reset),
        cmocka_unit_test(test_two_hundred_links_leave_nothing),
    };
    return cmocka_run_group_tests(tests, link_set_up, link_tear_down);
}
