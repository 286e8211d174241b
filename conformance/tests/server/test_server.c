/* The server in this process: what a runner that starts one by itself relies
 * on. What it says on the network is in server.sh. */
#include "server/server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct server *start(const struct server_options *options)
{
    char *error = NULL;
    struct server *server = server_start(options, &error);
    if (!server) fail_msg("%s", error);
    assert_null(error);
    return server;
}

static int connect_to(const struct server *server, enum server_port port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(server_port(server, port)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void test_start_binds_a_port_of_each_name(void **state)
{
    (void)state;
    struct server *server = start(&(struct server_options){0});
    assert_string_equal(server_address(server), "127.0.0.1");
    for (int i = 0; i < SERVER_PORT_COUNT; i++) {
        assert_int_not_equal(server_port(server, (enum server_port)i), 0);
        close(connect_to(server, (enum server_port)i));
    }
    server_stop(server);
}

static void test_two_servers_run_at_a_time(void **state)
{
    (void)state;
    struct server *first = start(&(struct server_options){0});
    struct server *second = start(&(struct server_options){0});
    assert_int_not_equal(server_port(first, SERVER_TCP), server_port(second, SERVER_TCP));
    server_stop(first);
    int fd = connect_to(second, SERVER_TCP);
    char byte = 0;
    assert_int_equal(send(fd, "x", 1, 0), 1);
    assert_int_equal(recv(fd, &byte, 1, MSG_WAITALL), 1);
    assert_int_equal(byte, 'x');
    server_stop(second);
    assert_int_equal(recv(fd, &byte, 1, 0), 0); /* closed by the stop */
    close(fd);
}

static void test_start_at_a_port_in_use_says_which(void **state)
{
    (void)state;
    struct server *first = start(&(struct server_options){0});
    struct server_options options = {0};
    options.ports[SERVER_TLS] = server_port(first, SERVER_TCP);
    char *error = NULL;
    assert_null(server_start(&options, &error));
    assert_non_null(strstr(error, "tls 127.0.0.1:"));
    free(error);
    server_stop(first);
}

static void test_stop_of_nothing_is_nothing(void **state)
{
    (void)state;
    server_stop(NULL);
}

static void test_certificates_are_pem_in_memory(void **state)
{
    (void)state;
    struct server *server = start(&(struct server_options){0});
    const char *name = NULL, *pem = NULL;
    size_t count = 0;
    while ((name = server_certificate(server, count, &pem)) != NULL) {
        assert_int_equal(strncmp(pem, "-----BEGIN ", 11), 0);
        assert_int_equal(strstr(name, "-key") != NULL, strstr(pem, "PRIVATE KEY") != NULL);
        count++;
    }
    assert_int_equal(count, 7);
    server_stop(server);
}

static void test_bytes_of_a_block_hold_each_value_once(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 200; seed++) {
        uint8_t bytes[256];
        bool seen[256] = {false};
        server_fill_bytes(seed, UINT64_C(256) * seed * seed, bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes; i++) {
            assert_false(seen[bytes[i]]);
            seen[bytes[i]] = true;
        }
    }
}

static void test_bodies_from_any_offset_are_parts_of_the_whole(void **state)
{
    (void)state;
    uint8_t bytes[600], text[600], part[600];
    server_fill_bytes(3, 0, bytes, sizeof bytes);
    server_fill_text(0, text, sizeof text);
    for (size_t from = 0; from <= sizeof part; from++) {
        server_fill_bytes(3, from, part, sizeof part - from);
        assert_memory_equal(part, bytes + from, sizeof part - from);
        server_fill_text(from, part, sizeof part - from);
        assert_memory_equal(part, text + from, sizeof part - from);
    }
}

static void test_hostile_names_are_found_and_unique(void **state)
{
    (void)state;
    const struct server_hostile *body = NULL;
    for (size_t i = 0; (body = server_hostile(i)) != NULL; i++) {
        assert_ptr_equal(server_find_hostile(body->name), body);
        assert_true(body->size > 0);
    }
    assert_null(server_find_hostile("none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_binds_a_port_of_each_name),
        cmocka_unit_test(test_two_servers_run_at_a_time),
        cmocka_unit_test(test_start_at_a_port_in_use_says_which),
        cmocka_unit_test(test_stop_of_nothing_is_nothing),
        cmocka_unit_test(test_certificates_are_pem_in_memory),
        cmocka_unit_test(test_bytes_of_a_block_hold_each_value_once),
        cmocka_unit_test(test_bodies_from_any_offset_are_parts_of_the_whole),
        cmocka_unit_test(test_hostile_names_are_found_and_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
