/* Ports that come and go: peers that vanish, devices that come back, children
 * that end or do not, errors, second readers, and what is left over. */
#include "port_sample.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- coming and going ------------------------------------------------- */

static void assert_vanishes(struct port *port)
{
    uint8_t byte;
    assert_int_equal(port_read(port, &byte, 1, sample_after(3 * SECOND_US), NULL), -1);
    assert_int_equal(port_error(port)->status, PORT_VANISHED);
    assert_non_null(strstr(port_error(port)->text, "vanished while open"));
    assert_false(port_is_connected(port));
    assert_int_equal(port_write(port, "AT\r", 3, sample_after(SECOND_US), NULL), PORT_VANISHED);
}

static void test_port_vanished_peer_is_noticed(void **state)
{
    (void)state;
    struct port *pty = sample_listen("pty");
    struct port *host = sample_open_slave(pty);
    port_close(pty);
    assert_vanishes(host);
    port_close(host);
    struct port *server = sample_listen("tcp,127.0.0.1,0");
    host = sample_open(port_describe(server));
    assert_writes(host, "x", 1);
    uint8_t byte;
    assert_int_equal(port_read(server, &byte, 1, sample_after(SECOND_US), NULL), 1);
    assert_writes(server, "y", 1);
    port_close(server);
    sample_read(host, &byte, 1); /* what was sent before the end comes first */
    assert_int_equal(byte, 'y');
    assert_vanishes(host);
    port_close(host);
    host = sample_open("stdio,true");
    assert_vanishes(host);
    port_close(host);
}

/* SIGPIPE would end this program, as it leaves the signal alone. */
static void test_port_write_to_an_ended_child_raises_no_signal(void **state)
{
    (void)state;
    struct port *host = sample_open("stdio,true");
    usleep(100000);
    enum port_status status = PORT_OK;
    for (int i = 0; i < 20 && status == PORT_OK; i++)
        status = port_write(host, "AT\r", 3, sample_after(SECOND_US), NULL);
    assert_int_equal(status, PORT_VANISHED);
    port_close(host);
    sigset_t pending;
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
}

static volatile sig_atomic_t child_count;

static void on_child(int number)
{
    (void)number;
    child_count++;
}

static void test_port_leaves_sigchld_to_the_program(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_child};
    struct sigaction before;
    struct sigaction seen;
    child_count = 0;
    sigaction(SIGCHLD, &action, &before);
    struct port *host = sample_open("stdio,cat");
    assert_echoes(host);
    port_close(host);
    sigaction(SIGCHLD, &before, &seen);
    assert_ptr_equal(seen.sa_handler, on_child);
    assert_int_equal(child_count, 1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left over */
    assert_int_equal(errno, ECHILD);
}

static void test_port_close_ends_a_child_that_stays(void **state)
{
    (void)state;
    struct port *host = sample_open("stdio,sh -c 'trap \"\" TERM; while :; do sleep 0.1; done'");
    int64_t start = port_now_us();
    usleep(100000);
    port_close(host);
    assert_took(start, 0, 5 * SECOND_US);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_port_pty_stays_when_its_host_reopens(void **state)
{
    (void)state;
    struct echo echo;
    echo_start(&echo, "pty");
    for (int i = 0; i < 3; i++) {
        struct port *host = sample_open_slave(echo.port);
        assert_echoes(host);
        port_close(host);
        usleep(60000);
    }
    echo_end(&echo);
}

static void test_port_tcp_serves_one_host_after_another(void **state)
{
    (void)state;
    static const char *const addresses[] = {"tcp,127.0.0.1,0", "telnet(rfc2217),tcp,127.0.0.1,0"};
    for (size_t i = 0; i < 2; i++) {
        struct echo echo;
        echo_start(&echo, addresses[i]);
        for (unsigned j = 1; j <= 3; j++) {
            struct port *host = sample_open(port_describe(echo.port));
            assert_echoes(host);
            port_close(host);
        }
        struct port *port = echo.port;
        echo.stop = 1;
        pthread_join(echo.thread, NULL);
        assert_int_equal(port_host_count(port), 3);
        port_close(port);
    }
}

static void test_port_reopen_finds_what_came_back(void **state)
{
    (void)state;
    char address[160];
    struct port *server = sample_listen("tcp,127.0.0.1,0");
    snprintf(address, sizeof address, "%s", port_describe(server));
    struct port *host = sample_open(address);
    uint8_t byte;
    assert_int_equal(port_read(server, &byte, 1, sample_after(SECOND_US / 10), NULL), 0);
    port_close(server);
    assert_vanishes(host);
    int64_t start = port_now_us();
    assert_int_equal(port_reopen(host, start + 200000), PORT_MISSING);
    assert_took(start, 190000, 600000);
    assert_non_null(strstr(port_error(host)->text, "start the server"));
    struct echo echo;
    echo_start(&echo, address);
    assert_int_equal(port_reopen(host, sample_after(2 * SECOND_US)), PORT_OK);
    assert_echoes(host);
    port_close(host);
    echo_end(&echo);
}

static void test_port_reopen_follows_a_link(void **state)
{
    (void)state;
    char folder[] = "/tmp/atproof-port-XXXXXX";
    char link[128];
    char address[160];
    struct port_error error;
    assert_non_null(mkdtemp(folder));
    snprintf(link, sizeof link, "%s/modem", folder);
    snprintf(address, sizeof address, "serialdev,%s,115200n81", link);
    struct port_options options = {.link = link};
    struct port *first = sample_need(port_listen("pty", &options, &error), &error);
    struct port *host = sample_open(address);
    port_close(first);
    assert_int_equal(access(link, F_OK), -1);
    assert_vanishes(host);
    assert_int_equal(port_reopen(host, sample_after(100000)), PORT_MISSING);
    struct port *second = sample_need(port_listen("pty", &options, &error), &error);
    assert_int_equal(port_reopen(host, sample_after(SECOND_US)), PORT_OK);
    assert_writes(host, "AT\r", 3);
    uint8_t bytes[3];
    sample_read(second, bytes, 3);
    assert_memory_equal(bytes, "AT\r", 3);
    port_close(host);
    port_close(second);
    int fd = open(link, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* a file: is kept */
    close(fd);
    assert_null(port_listen("pty", &options, &error));
    assert_int_equal(error.status, PORT_BUSY);
    assert_int_equal(access(link, F_OK), 0);
    unlink(link);
    rmdir(folder);
}

/* ---- errors ----------------------------------------------------------- */

static void test_port_bad_addresses_say_what_is_wrong(void **state)
{
    (void)state;
    char refused[64];
    snprintf(refused, sizeof refused, "tcp,127.0.0.1,%u", free_port());
    const struct {
        const char *address;
        enum port_status status;
        const char *text;
    } table[] = {
        {"", PORT_BAD_ADDRESS, "expected a gensio string"},
        {"serial,/dev/ttyUSB2", PORT_BAD_ADDRESS, "expected a gensio string"},
        {"/dev/ttyUSB2", PORT_BAD_ADDRESS, "expected a gensio string"},
        {"tcp,127.0.0.1", PORT_BAD_ADDRESS, "or tcp,HOST,PORT"},
        {"telnet(rfc2217),tcp,lab", PORT_BAD_ADDRESS, "or tcp,HOST,PORT"},
        {"tcp,no-such-host.invalid,1", PORT_MISSING, "host's name"},
        {"serialdev(nothing=1),/dev/null", PORT_BAD_ADDRESS, "expected a gensio string"},
        {"serialdev,/dev/no-such-tty,115200n81", PORT_MISSING, "is it plugged in"},
        {"stdio,/no/such/program -x", PORT_MISSING, "cannot run /no/such/program: "},
        {"stdio(noredir-stderr),no-such-program", PORT_MISSING, "cannot run no-such-program: "},
        {"stdio,/etc/passwd", PORT_DENIED, "executable"},
        {refused, PORT_MISSING, "start the server"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct port_error error = {0};
        struct port *port = port_open(table[i].address, NULL, &error);
        if (port != NULL || error.status != table[i].status
            || strstr(error.text, table[i].text) == NULL)
            print_error("%s: %d (%s)\n", table[i].address, (int)error.status, error.text);
        assert_null(port);
        assert_int_equal(error.status, table[i].status);
        assert_non_null(strstr(error.text, table[i].text));
    }
}

static void test_port_listen_errors_say_what_is_wrong(void **state)
{
    (void)state;
    struct port_error error = {0};
    assert_null(port_listen("serialdev,/dev/null", NULL, &error));
    assert_int_equal(error.status, PORT_BAD_ADDRESS);
    struct port *first = sample_listen("tcp,127.0.0.1,0");
    struct port *second = port_listen(port_describe(first), NULL, &error);
    assert_null(second);
    assert_int_equal(error.status, PORT_BUSY);
    assert_non_null(strstr(error.text, "take port 0"));
    port_close(first);
}

/* Root may open everything: another user asks. Its status is the child's. */
static void test_port_without_permission_is_denied(void **state)
{
    (void)state;
    struct port *pty = sample_listen("pty");
    char address[160];
    snprintf(address, sizeof address, "serialdev,%s,115200n81", port_describe(pty));
    assert_int_equal(chmod(port_describe(pty), 0), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct port_error error = {0};
        if (geteuid() == 0 && seteuid(65534) != 0) _exit(100);
        struct port *port = port_open(address, NULL, &error);
        _exit(port == NULL && strstr(error.text, "dialout") != NULL ? -(int)error.status : 99);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    assert_int_equal(WEXITSTATUS(status), -PORT_DENIED);
    port_close(pty);
}

static void test_port_second_port_on_a_device_is_busy(void **state)
{
    (void)state;
    struct port_error error = {0};
    struct port_options share = {.share = true};
    struct port *pty = sample_listen("pty");
    struct port *first = sample_open_slave(pty);
    char address[160];
    snprintf(address, sizeof address, "serialdev,%s,115200n81", port_describe(pty));
    assert_null(port_open(address, NULL, &error));
    assert_int_equal(error.status, PORT_BUSY);
    assert_non_null(strstr(error.text, "has locked it"));
    port_close(sample_need(port_open(address, &share, &error), &error));
    port_close(first);
    port_close(sample_open(address));
    port_close(pty);
}

/* A program that locks nothing. */
static pid_t start_rival(const char *slave)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also if the test fails */
        int null = open("/dev/null", O_RDWR);
        int fd = open(slave, O_RDWR | O_NOCTTY);
        dup2(fd, 0);
        dup2(null, 2);
        for (int i = 3; i < 256; i++) /* not the master: see port_claim.c */
            if (i != ready[1]) close(i);
        if (write(ready[1], "!", 1) != 1) _exit(1);
        pause();
        _exit(0);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void test_port_second_reader_is_noticed(void **state)
{
    (void)state;
    struct port_error error = {0};
    struct port_rival rival = {0};
    char pid_text[32];
    char address[160];
    struct port *pty = sample_listen("pty");
    snprintf(address, sizeof address, "serialdev,%s,115200n81", port_describe(pty));
    struct port *host = sample_open(address);
    assert_false(port_find_rival(host, &rival));
    pid_t pid = start_rival(port_describe(pty));
    assert_true(port_find_rival(host, &rival));
    assert_int_equal(rival.pid, pid);
    assert_string_equal(rival.name, "test_port_life");
    port_close(host);
    assert_null(port_open(address, NULL, &error));
    assert_int_equal(error.status, PORT_BUSY);
    snprintf(pid_text, sizeof pid_text, "process %d (test_port_life)", (int)pid);
    assert_non_null(strstr(error.text, pid_text));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    port_close(sample_open(address));
    port_close(pty);
}

/* ---- resources -------------------------------------------------------- */

static void test_port_leaks_no_descriptor_over_200_openings(void **state)
{
    (void)state;
    struct port_error error;
    size_t before = open_file_count();
    for (int i = 0; i < 200; i++) {
        struct port *pty = sample_listen("pty");
        struct port *host = sample_open_slave(pty);
        port_close(host);
        port_close(pty);
        struct port *tcp = sample_listen("tcp,127.0.0.1,0");
        host = sample_open(port_describe(tcp));
        port_close(host);
        port_close(tcp);
        assert_null(port_open("serialdev,/dev/no-such-tty", NULL, &error));
        if (i % 10 == 0) port_close(sample_open("stdio,cat"));
    }
    assert_int_equal(open_file_count(), before);
}

/* The host that listens to nobody: `port` is closed all the same. What was said
 * to be written is with the kernel by then, not in a filter. */
static void test_port_close_leaves_a_host_that_does_not_read(void **state)
{
    (void)state;
    static uint8_t bytes[RANDOM_SIZE];
    size_t written_size = 0;
    size_t seen_size = 0;
    struct port *server = sample_listen("telnet(rfc2217),tcp,127.0.0.1,0");
    struct port *host = sample_open(strstr(port_describe(server), "tcp"));
    memset(bytes, 'x', sizeof bytes);
    while (port_write(server, bytes, 1024, sample_after(SECOND_US / 2), NULL) == PORT_OK)
        written_size += 1024;
    assert_int_equal(port_error(server)->status, PORT_TIMED_OUT);
    assert_non_null(strstr(port_error(server)->text, "does not read"));
    int64_t start = port_now_us();
    for (ssize_t size = 1; size > 0;) { /* the server does nothing meanwhile */
        size = port_read(host, bytes, sizeof bytes, sample_after(SECOND_US / 5), NULL);
        for (ssize_t i = 0; i < size; i++) seen_size += bytes[i] == 'x';
    }
    assert_true(seen_size >= written_size);
    memset(bytes, 'x', sizeof bytes);
    while (port_write(server, bytes, 1024, sample_after(SECOND_US / 2), NULL) == PORT_OK) continue;
    start = port_now_us();
    port_close(server);
    assert_took(start, 0, 3 * SECOND_US);
    port_close(host);
}

static void test_port_serves_one_of_two_that_come_at_once(void **state)
{
    (void)state;
    uint8_t bytes[64];
    struct port *server = sample_listen("telnet(rfc2217),tcp,127.0.0.1,0");
    struct port *first = sample_open(strstr(port_describe(server), "tcp"));
    struct port *second = sample_open(strstr(port_describe(server), "tcp"));
    assert_int_equal(port_read(server, bytes, sizeof bytes, sample_after(SECOND_US), NULL), 0);
    assert_int_equal(port_host_count(server), 1);
    port_close(first);
    port_close(second);
    port_close(server);
}

/* A child that does not read before we have: what we read ahead has an end. */
static void test_port_reads_ahead_no_more_than_its_limit(void **state)
{
    (void)state;
    static uint8_t bytes[3 << 20];
    struct port *host = sample_open("stdio,sh -c 'head -c 3145728 /dev/zero; exec cat'");
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(port_write(host, bytes, 1 << 20, sample_after(SECOND_US), NULL),
                     PORT_TIMED_OUT);
    sample_read(host, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) assert_int_equal(bytes[i], 0);
    sample_read(host, bytes, 1); /* what was written before its time was over */
    assert_int_equal(bytes[0], 'x');
    port_close(host);
}

static void test_port_maker_of_a_pty_is_no_rival(void **state)
{
    (void)state;
    char folder[] = "/tmp/atproof-port-XXXXXX";
    char link[128];
    char address[160];
    assert_non_null(mkdtemp(folder));
    snprintf(link, sizeof link, "%s/modem", folder);
    snprintf(address, sizeof address, "serialdev,%s,115200n81", link);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        struct port_error error;
        struct port_options options = {.link = link};
        if (port_listen("pty", &options, &error) == NULL) _exit(1);
        pause();
        _exit(0);
    }
    for (int i = 0; i < 200 && access(link, F_OK) != 0; i++) usleep(10000);
    struct port_error error = {0};
    struct port *host = port_open(address, NULL, &error);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    unlink(link);
    rmdir(folder);
    sample_need(host, &error);
    port_close(host);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_vanished_peer_is_noticed),
        cmocka_unit_test(test_port_write_to_an_ended_child_raises_no_signal),
        cmocka_unit_test(test_port_leaves_sigchld_to_the_program),
        cmocka_unit_test(test_port_close_ends_a_child_that_stays),
        cmocka_unit_test(test_port_pty_stays_when_its_host_reopens),
        cmocka_unit_test(test_port_tcp_serves_one_host_after_another),
        cmocka_unit_test(test_port_reopen_finds_what_came_back),
        cmocka_unit_test(test_port_reopen_follows_a_link),
        cmocka_unit_test(test_port_bad_addresses_say_what_is_wrong),
        cmocka_unit_test(test_port_listen_errors_say_what_is_wrong),
        cmocka_unit_test(test_port_without_permission_is_denied),
        cmocka_unit_test(test_port_second_port_on_a_device_is_busy),
        cmocka_unit_test(test_port_second_reader_is_noticed),
        cmocka_unit_test(test_port_leaks_no_descriptor_over_200_openings),
        cmocka_unit_test(test_port_close_leaves_a_host_that_does_not_read),
        cmocka_unit_test(test_port_serves_one_of_two_that_come_at_once),
        cmocka_unit_test(test_port_reads_ahead_no_more_than_its_limit),
        cmocka_unit_test(test_port_maker_of_a_pty_is_no_rival),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("port_life", tests, NULL, NULL);
}
