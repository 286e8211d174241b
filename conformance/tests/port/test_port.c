/* The bytes, times and lines of ports, against real ones: ptys, TCP and RFC 2217
 * on loopback, child processes, Debian's ser2net. The module's end echoes in a
 * thread of its own. With `--echo` this program is itself a module on its
 * standard input and output. */
#include "port_sample.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static const char *program; /* this one */

/* ---- bytes ------------------------------------------------------------ */

static void check_loopback(const char *address)
{
    struct echo echo;
    echo_start(&echo, address);
    struct port *host = sample_open(port_describe(echo.port));
    assert_echoes(host);
    assert_true(port_is_connected(host));
    port_close(host);
    echo_end(&echo);
}

static void test_port_pty_passes_every_byte(void **state)
{
    (void)state;
    struct echo echo;
    echo_start(&echo, "pty");
    struct port *host = sample_open_slave(echo.port);
    assert_echoes(host);
    port_close(host);
    echo_end(&echo);
}

static void test_port_tcp_passes_every_byte(void **state)
{
    (void)state;
    check_loopback("tcp,127.0.0.1,0");
}

static void test_port_rfc2217_passes_every_byte(void **state)
{
    (void)state;
    check_loopback("telnet(rfc2217),tcp,127.0.0.1,0");
}

static void test_port_child_passes_every_byte(void **state)
{
    (void)state;
    struct port *host = sample_open("stdio,cat");
    assert_echoes(host);
    port_close(host);
}

static void test_port_own_stdio_passes_every_byte(void **state)
{
    (void)state;
    char address[512];
    snprintf(address, sizeof address, "stdio(noredir-stderr),%s --echo", program);
    struct port *host = sample_open(address);
    assert_echoes(host);
    port_close(host);
}

/* On the wire, one FF is two (RFC 854: IAC IAC). */
static void test_port_rfc2217_doubles_ff_on_the_wire(void **state)
{
    (void)state;
    struct echo echo;
    uint8_t seen[64] = {0};
    size_t size = 0;
    char address[160];
    echo_start(&echo, "telnet,tcp,127.0.0.1,0");
    snprintf(address, sizeof address, "%s", strstr(port_describe(echo.port), "tcp"));
    struct port *raw = sample_open(address);
    assert_writes(raw, "\xFF\xFF!", 3);
    ssize_t count = 1;
    while (count > 0 && memchr(seen, '!', size) == NULL) {
        count = port_read(raw, seen + size, sizeof seen - size, sample_after(2 * SECOND_US), NULL);
        size += count > 0 ? (size_t)count : 0;
    }
    assert_true(size >= 3);
    assert_memory_equal(seen + size - 3, "\xFF\xFF!", 3);
    port_close(raw);
    echo_end(&echo);
}

/* ---- ser2net ---------------------------------------------------------- */

static pid_t start_ser2net(const char *folder, const char *accepter, const char *slave)
{
    char path[128];
    snprintf(path, sizeof path, "%s/ser2net.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "%%YAML 1.1\n---\nconnection: &c\n  accepter: %s\n"
            "  connector: serialdev,%s,9600n81,local\n  options:\n    kickolduser: true\n",
            accepter, slave);
    assert_int_equal(fclose(file), 0);
    char *const argv[] = {"ser2net", "-n", "-u", "-c", path, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also if the test fails */
        execvp("ser2net", argv);
        execv("/usr/sbin/ser2net", argv);
        fprintf(stderr, "ser2net cannot be run: install it\n");
        _exit(127);
    }
    assert_true(pid > 0);
    return pid;
}

static struct port *open_soon(const char *address)
{
    struct port_error error;
    int64_t deadline = sample_after(5 * SECOND_US);
    struct port *port = port_open(address, NULL, &error);
    while (port == NULL && port_now_us() < deadline) {
        usleep(20000);
        port = port_open(address, NULL, &error);
    }
    return sample_need(port, &error);
}

static void check_ser2net(const char *prefix, bool has_line)
{
    char folder[] = "/tmp/atproof-port-XXXXXX";
    char accepter[160];
    char path[160];
    struct echo echo;
    assert_non_null(mkdtemp(folder));
    echo_start(&echo, "pty");
    snprintf(accepter, sizeof accepter, "%stcp,127.0.0.1,%u", prefix, free_port());
    pid_t pid = start_ser2net(folder, accepter, port_describe(echo.port));
    struct port *host = open_soon(accepter);
    assert_echoes(host);
    enum port_status expected = has_line ? PORT_OK : PORT_UNSUPPORTED;
    assert_int_equal(port_set_speed(host, 57600, sample_after(2 * SECOND_US)), expected);
    if (has_line) {
        struct termios settings;
        int fd = open(port_describe(echo.port), O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_int_equal(tcgetattr(fd, &settings), 0);
        close(fd);
        assert_int_equal(cfgetospeed(&settings), B57600);
        assert_echoes(host);
    }
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    uint8_t byte;
    assert_int_equal(port_read(host, &byte, 1, sample_after(5 * SECOND_US), NULL), -1);
    assert_int_equal(port_error(host)->status, PORT_VANISHED);
    port_close(host);
    echo_end(&echo);
    snprintf(path, sizeof path, "%s/ser2net.yaml", folder);
    unlink(path);
    rmdir(folder);
}

static void test_port_ser2net_rfc2217_passes_bytes_and_speed(void **state)
{
    (void)state;
    check_ser2net("telnet(rfc2217),", true);
}

static void test_port_ser2net_raw_passes_bytes(void **state)
{
    (void)state;
    check_ser2net("", false);
}

/* ---- time ------------------------------------------------------------- */

static void test_port_deadlines_are_kept(void **state)
{
    (void)state;
    static const uint8_t bytes[RANDOM_SIZE];
    struct port *pty = sample_listen("pty");
    uint8_t byte;
    int64_t start = port_now_us();
    assert_int_equal(port_read(pty, &byte, 1, start + 150000, NULL), 0);
    assert_took(start, 150000, 400000);
    start = port_now_us();
    assert_int_equal(port_read(pty, &byte, 1, start - 1, NULL), 0);
    assert_took(start, 0, 50000);
    start = port_now_us();
    size_t written = 0;
    assert_int_equal(port_write(pty, bytes, sizeof bytes, start + 150000, &written),
                     PORT_TIMED_OUT);
    assert_took(start, 150000, 400000);
    assert_true(written > 0 && written < sizeof bytes);
    port_close(pty);
    struct port *tcp = sample_listen("tcp,127.0.0.1,0");
    start = port_now_us();
    assert_int_equal(port_write(tcp, bytes, 1, start + 100000, &written), PORT_TIMED_OUT);
    assert_took(start, 100000, 350000);
    assert_int_equal(written, 0);
    assert_non_null(strstr(port_error(tcp)->text, "no host has come"));
    port_close(tcp);
}

static void test_port_pieces_have_their_own_times(void **state)
{
    (void)state;
    struct port *pty = sample_listen("pty");
    int fd = open(port_describe(pty), O_RDWR | O_NOCTTY | O_CLOEXEC);
    uint8_t bytes[8];
    int64_t times[2];
    int64_t sent[2];
    for (size_t i = 0; i < 2; i++) {
        sent[i] = port_now_us();
        assert_int_equal(write(fd, "ab", 2), 2);
        assert_int_equal(port_read(pty, bytes, 1, sample_after(SECOND_US), &times[i]), 1);
        int64_t rest = 0;
        usleep(30000);
        assert_int_equal(port_read(pty, bytes, 8, sample_after(SECOND_US), &rest), 1);
        assert_int_equal(rest, times[i]); /* one piece, read in two */
        assert_true(times[i] >= sent[i] && times[i] < sent[i] + 25000);
    }
    close(fd);
    port_close(pty);
}

static volatile sig_atomic_t stop_flag;

static void on_alarm(int number)
{
    (void)number;
    stop_flag = 1;
}

static void test_port_stop_flag_ends_a_wait(void **state)
{
    (void)state;
    struct port_error error;
    struct port_options options = {.stop = &stop_flag};
    struct sigaction action = {.sa_handler = on_alarm};
    struct sigaction before;
    stop_flag = 0;
    struct port *pty = sample_need(port_listen("pty", &options, &error), &error);
    sigaction(SIGALRM, &action, &before);
    int64_t start = port_now_us();
    ualarm(50000, 0);
    uint8_t byte;
    assert_int_equal(port_read(pty, &byte, 1, PORT_NO_DEADLINE, NULL), 0);
    assert_took(start, 40000, 400000);
    sigaction(SIGALRM, &before, NULL);
    port_close(pty);
}

/* ---- the line --------------------------------------------------------- */

static void test_port_rfc2217_line_reaches_the_module(void **state)
{
    (void)state;
    struct echo echo;
    struct port_line line;
    echo_start(&echo, "telnet(rfc2217),tcp,127.0.0.1,0");
    struct port *host = sample_open(port_describe(echo.port));
    int64_t deadline = sample_after(5 * SECOND_US);
    assert_int_equal(port_set_speed(host, 921600, deadline), PORT_OK);
    assert_int_equal(port_set_dtr(host, true, deadline), PORT_OK);
    assert_int_equal(port_set_rts(host, true, deadline), PORT_OK);
    assert_int_equal(port_set_rts(host, false, deadline), PORT_OK);
    assert_int_equal(port_send_break(host), PORT_OK);
    assert_echoes(host);
    port_close(host);
    echo.stop = 1;
    pthread_join(echo.thread, NULL);
    port_line(echo.port, &line);
    assert_int_equal(line.speed, 921600);
    assert_true(line.dtr);
    assert_false(line.rts);
    assert_int_equal(line.break_count, 1);
    assert_int_equal(line.data_bits, 8);
    port_close(echo.port);
}

static void test_port_serial_speed_is_set(void **state)
{
    (void)state;
    struct termios settings;
    struct port *pty = sample_listen("pty");
    struct port *host = sample_open_slave(pty);
    int fd = open(port_describe(pty), O_RDWR | O_NOCTTY | O_CLOEXEC);
    tcgetattr(fd, &settings);
    assert_int_equal(cfgetospeed(&settings), B115200);
    assert_int_equal(port_set_speed(host, 460800, sample_after(SECOND_US)), PORT_OK);
    tcgetattr(fd, &settings);
    assert_int_equal(cfgetospeed(&settings), B460800);
    assert_int_equal(port_set_speed(pty, 9600, sample_after(SECOND_US)), PORT_UNSUPPORTED);
    assert_int_equal(port_send_break(pty), PORT_UNSUPPORTED);
    close(fd);
    port_close(host);
    port_close(pty);
}

/* ---- speed ------------------------------------------------------------ */

static void test_port_pty_round_trips_are_counted(void **state)
{
    (void)state;
    struct echo echo;
    uint8_t bytes[6];
    echo_start(&echo, "pty");
    struct port *host = sample_open_slave(echo.port);
    int64_t start = port_now_us();
    for (int i = 0; i < 2000; i++) {
        assert_writes(host, "AT+X\r\n", 6);
        sample_read(host, bytes, 6);
    }
    int64_t took = port_now_us() - start;
    print_message("%lld round trips a second over a pty\n",
                  (long long)(2000 * SECOND_US / (took + 1)));
    port_close(host);
    echo_end(&echo);
}

/* ---- the program ------------------------------------------------------ */

static int be_module(void)
{
    struct port_error error;
    struct echo echo = {.port = port_listen("stdio", NULL, &error)};
    if (echo.port == NULL) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    echo_run(&echo);
    port_close(echo.port);
    return 0;
}

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc > 1 && strcmp(argv[1], "--echo") == 0) return be_module();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_pty_passes_every_byte),
        cmocka_unit_test(test_port_tcp_passes_every_byte),
        cmocka_unit_test(test_port_rfc2217_passes_every_byte),
        cmocka_unit_test(test_port_child_passes_every_byte),
        cmocka_unit_test(test_port_own_stdio_passes_every_byte),
        cmocka_unit_test(test_port_rfc2217_doubles_ff_on_the_wire),
        cmocka_unit_test(test_port_ser2net_rfc2217_passes_bytes_and_speed),
        cmocka_unit_test(test_port_ser2net_raw_passes_bytes),
        cmocka_unit_test(test_port_deadlines_are_kept),
        cmocka_unit_test(test_port_pieces_have_their_own_times),
        cmocka_unit_test(test_port_stop_flag_ends_a_wait),
        cmocka_unit_test(test_port_rfc2217_line_reaches_the_module),
        cmocka_unit_test(test_port_serial_speed_is_set),
        cmocka_unit_test(test_port_pty_round_trips_are_counted),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
