/* Waiting for one of several: port_await, port_watch, ports beside each other. */
#include "port_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* The best of several, for the machine may be busy. */
static int64_t best_wait(struct port *port, int64_t us)
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < 20; i++) {
        int64_t start = port_now_us();
        port_await(port, start + us);
        int64_t took = port_now_us() - start;
        assert_true(took >= us);
        if (took < best) best = took;
    }
    return best;
}

static void test_await_keeps_deadlines_to_less_than_a_millisecond(void **state)
{
    (void)state;
    struct port *pty = sample_listen("pty");
    assert_true(best_wait(pty, 100) < 700);
    assert_true(best_wait(pty, 1500) < 1950);
    port_close(pty);
}

static void test_await_ends_with_a_watched_descriptor(void **state)
{
    (void)state;
    const uint64_t one = 1;
    uint64_t count = 0;
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct port *pty = sample_listen("pty");
    assert_int_equal(port_watch(pty, fd), PORT_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(write(fd, &one, sizeof one), sizeof one);
        for (int k = 0; k < 2; k++) { /* each call, while it is readable */
            int64_t start = port_now_us();
            port_await(pty, sample_after(5 * SECOND_US));
            assert_took(start, 0, SECOND_US);
        }
        assert_int_equal(read(fd, &count, sizeof count), sizeof count);
        port_await(pty, 0);
        int64_t start = port_now_us();
        port_await(pty, sample_after(20000));
        assert_took(start, 20000, 200000);
    }
    for (int i = 1; i < PORT_WATCH_COUNT_MAX; i++) {
        int other = eventfd(0, EFD_CLOEXEC);
        assert_int_equal(port_watch(pty, other), PORT_OK);
    }
    assert_int_equal(port_watch(pty, fd), PORT_FAILED);
    port_close(pty);
    close(fd);
}

static void test_await_ends_with_bytes_and_hosts_of_the_port_beside(void **state)
{
    (void)state;
    struct port_error error;
    struct port *pty = sample_listen("pty");
    struct port_options options = {.beside = pty};
    struct port *server = sample_need(port_listen("tcp,127.0.0.1,0", &options, &error), &error);
    struct port *far = sample_open_slave(pty);
    struct port *host = sample_open(port_describe(server));
    uint8_t bytes[8];
    int64_t start = port_now_us();
    while (port_host_count(server) == 0) port_await(pty, sample_after(5 * SECOND_US));
    port_await(pty, 0);
    assert_writes(host, "ab", 2); /* bytes come in calls alone: here */
    port_await(pty, sample_after(5 * SECOND_US));
    assert_true(port_has_bytes(server));
    assert_int_equal(port_read(server, bytes, sizeof bytes, 0, NULL), 2);
    assert_memory_equal(bytes, "ab", 2);
    port_await(server, 0);
    assert_writes(far, "cd", 2);
    port_await(server, sample_after(5 * SECOND_US));
    assert_true(port_has_bytes(pty));
    assert_int_equal(port_read(pty, bytes, sizeof bytes, 0, NULL), 2);
    assert_memory_equal(bytes, "cd", 2);
    assert_took(start, 0, 4 * SECOND_US);
    port_close(host);
    port_close(far);
    port_close(server);
    port_close(pty);
}

static void test_await_ends_when_there_is_room_again(void **state)
{
    (void)state;
    static uint8_t much[RANDOM_SIZE];
    struct port *pty = sample_listen("pty");
    struct port *far = sample_open_slave(pty);
    size_t written = 0;
    assert_int_equal(port_write(pty, much, sizeof much, 0, &written), PORT_TIMED_OUT);
    port_await(pty, 0);
    port_await_room(pty);
    int64_t start = port_now_us();
    port_await(pty, sample_after(30000));
    assert_took(start, 30000, 500000); /* nobody has read */
    sample_read(far, much, written);
    port_await_room(pty);
    start = port_now_us();
    port_await(pty, sample_after(5 * SECOND_US));
    assert_took(start, 0, SECOND_US);
    assert_int_equal(port_write(pty, much, 1, 0, &written), PORT_OK);
    port_close(far);
    port_close(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_await_keeps_deadlines_to_less_than_a_millisecond),
        cmocka_unit_test(test_await_ends_with_a_watched_descriptor),
        cmocka_unit_test(test_await_ends_with_bytes_and_hosts_of_the_port_beside),
        cmocka_unit_test(test_await_ends_when_there_is_room_again),
    };
    return cmocka_run_group_tests_name("port_await", tests, NULL, NULL);
}
