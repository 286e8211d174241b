/* The CCH sessions where the module's clock matters: it is the test's own, and
 * leaps over time limits. The peer is real. The rest is in modem_cch.py. */
#include "host_sample.h"
#include "modem/common/general.h"
#include "modem/simcom/session.h"
#include "server/server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

static struct catalog_model *model;
static struct server *server;

/* Without an answer, the port takes connections all the same. */
static int listen_silently(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    const int room = 4096;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void open_at(uint16_t port)
{
    char command[64];
    snprintf(command, sizeof command, "AT+CCHOPEN=0,\"127.0.0.1\",%u,1\r", (unsigned)port);
    type(command);
    assert_comes("\r\nOK\r\n\r\n+CCHOPEN: 0,0\r\n");
}

static int set_up(void **state)
{
    (void)state;
    const struct modem_options options = {.dialect = catalog_find_dialect("simcom")};
    modem = modem_new(model, &options);
    now = 0;
    heard.size = 0;
    type("ATE0\r");
    heard.size = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    modem_free(modem);
    return 0;
}

static void start(void)
{
    assert_answer("AT+CCHSTART\r", "\r\nOK\r\n\r\n+CCHSTART: 0\r\n");
}

/* ---- cases ------------------------------------------------------------ */

static void test_session_short_send_ends_with_the_limit(void **state)
{
    (void)state;
    start();
    assert_answer("AT+CCHCFG=\"sendtimeout\",0,60\r", "\r\nOK\r\n");
    open_at(server_port(server, SERVER_TCP));
    assert_answer("AT+CCHSEND=0,10\r", "\r\n> ");
    leap(59 * SECOND);
    assert_answer("four", "");
    leap(59 * SECOND); /* each byte begins it anew */
    assert_heard("");
    leap(1 * SECOND);
    assert_heard("\r\nERROR\r\n");
    assert_answer("AT+CCHSEND=0,2\r", "\r\n> ");
    type("ok");
    assert_comes("\r\nOK\r\n\r\n+CCHRECV: DATA,0,2\r\nok"); /* nothing of the four */
}

static void test_session_send_that_is_not_taken_is_reported_late(void **state)
{
    (void)state;
    char block[2049];
    uint16_t port = 0;
    int listener = listen_silently(&port);
    memset(block, 'b', sizeof block - 1);
    block[sizeof block - 1] = '\0';
    assert_answer("AT+CCHSET=1,1\r", "\r\nOK\r\n");
    start();
    assert_answer("AT+CCHCFG=\"sendtimeout\",0,60\r", "\r\nOK\r\n");
    open_at(port);
    for (;;) {
        type("AT+CCHSEND=0,2048\r");
        if (heard.bytes[2] == 'E') break;
        type(block);
        poll(NULL, 0, 5);
        listen_now();
        heard.size = 0;
    }
    heard.size = 0;
    leap(59 * SECOND);
    assert_heard("");
    leap(1 * SECOND);
    buffer_append(&heard, "", 1);
    assert_non_null(strstr((char *)heard.bytes, "\r\n+CCHSEND: 0,18\r\n"));
    heard.size = 0;
    close(listener); /* and with it the connection: nobody had taken it */
    assert_comes("\r\n+CCH_RECV_CLOSED: 0,6\r\n");
}

static void test_session_that_ended_meanwhile_refuses_the_upload(void **state)
{
    (void)state;
    start();
    open_at(server_port(server, SERVER_TCP));
    assert_answer("AT+CCHSEND=0,6\r", "\r\n> ");
    type("close\n");
    assert_comes("\r\nOK\r\n\r\n+CCHRECV: DATA,0,6\r\nclose\n\r\n+CCH_PEER_CLOSED: 0\r\n");
    open_at(server_port(server, SERVER_TCP));
    assert_answer("AT+CCHSEND=0,6\r", "\r\n> ");
    /* in one piece, so that the echo cannot come between */
    assert_answer("close\nAT+CCHSEND=0,4\r", "\r\nOK\r\n\r\n> ");
    for (int i = 0; i < 100 && link_state(cch_of(modem)->sessions[0].link) != LINK_CLOSED; i++)
        poll(NULL, 0, 10);
    type("late");
    assert_comes("\r\nERROR\r\n\r\n+CCHRECV: DATA,0,6\r\nclose\n\r\n+CCH_PEER_CLOSED: 0\r\n");
}

static void test_session_ends_with_the_module(void **state)
{
    (void)state;
    start();
    open_at(server_port(server, SERVER_TCP));
    assert_answer("AT+CSSLCFG=\"sslversion\",3,1\r", "\r\nOK\r\n");
    type("AT+CFUN=1,1\r");
    heard.size = 0;
    type("ATE0\r");
    heard.size = 0;
    assert_answer("AT+CCHSTOP\r", "\r\nERROR\r\n");
    assert_answer("AT+CSSLCFG=3\r", "\r\n+CSSLCFG: 3,4,0,1,300,\"\",\"\",\"\",0,\"\",0xFFFF\r\n"
                                    "\r\nOK\r\n");
    start();
    open_at(server_port(server, SERVER_TCP));
}

static void test_session_that_is_transparent_ends_with_dtr(void **state)
{
    (void)state;
    char command[64];
    assert_answer("AT+CCHMODE=1;&D2X0\r", "\r\nOK\r\n");
    start();
    snprintf(command, sizeof command, "AT+CCHOPEN=0,\"127.0.0.1\",%u\r",
             (unsigned)server_port(server, SERVER_TLS));
    type(command);
    assert_comes("\r\nCONNECT\r\n");
    type("bytes");
    assert_comes("bytes");
    modem_set_dtr(modem, false, now);
    listen_now();
    assert_heard("\r\nCLOSED\r\n");
    assert_answer("ATO\r", "\r\nNO CARRIER\r\n");
    assert_answer("AT+CCHCLOSE=0\r", "\r\nERROR\r\n");
}

/* The clock's time is local: 04:00 at +32 quarters of an hour is 20:00 UTC. */
static void test_session_clock_minds_the_zone(void **state)
{
    (void)state;
    assert_answer("AT+CCLK=\"30/01/02,04:00:00+32\"\r", "\r\nOK\r\n");
    int64_t late = modem_clock_s(modem) - 1893528000; /* 2030-01-01 20:00 UTC */
    assert_true(late >= 0 && late <= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_session_short_send_ends_with_the_limit),
        TEST(test_session_send_that_is_not_taken_is_reported_late),
        TEST(test_session_that_ended_meanwhile_refuses_the_upload),
        TEST(test_session_ends_with_the_module),
        TEST(test_session_that_is_transparent_ends_with_dtr),
        TEST(test_session_clock_minds_the_zone),
    };
    char *error = NULL;
    model = catalog_load_builtin(stderr);
    server = server_start(&(struct server_options){0}, &error);
    if (model == NULL || server == NULL) return 1;
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    server_stop(server);
    catalog_free(model);
    buffer_release(&heard);
    return result;
}
