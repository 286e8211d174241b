/* Quectel's SSL clients where DTR or the module's clock matters, which a pseudo
 * terminal does not have: both are the test's own, the peer is real. The rest is
 * in modem_quectel.py. */
#include "host_sample.h"
#include "server/server.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND  INT64_C(1000000)
#define OK      "\r\nOK\r\n"
#define CONNECT "\r\nCONNECT\r\n"

static struct catalog_model *model;
static struct server *server;

static void open_client(int client, int mode)
{
    char command[64];
    char result[64] = CONNECT;
    snprintf(command, sizeof command, "AT+QSSLOPEN=1,0,%d,\"127.0.0.1\",%u,%d\r", client,
             (unsigned)server_port(server, SERVER_TLS), mode);
    if (mode < 2) snprintf(result, sizeof result, OK "\r\n+QSSLOPEN: %d,0\r\n", client);
    type(command);
    assert_comes(result);
}

static int set_up(void **state)
{
    (void)state;
    const struct modem_options options = {.dialect = catalog_find_dialect("quectel-ugxx")};
    modem = modem_new(model, &options);
    now = 0;
    heard.size = 0;
    type("ATE0;+QIACT=1\r");
    heard.size = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    modem_free(modem);
    return 0;
}

/* ---- DTR -------------------------------------------------------------- */

static void test_quectel_dtr_leaves_the_stream_with_d1(void **state)
{
    (void)state;
    assert_answer("AT&D1\r", OK);
    open_client(3, 2);
    type("through");
    assert_comes("through");
    modem_set_dtr(modem, false, now);
    listen_now();
    assert_heard(OK);
    modem_set_dtr(modem, true, now);
    assert_answer("AT+QSSLSEND=3,3\r", "\r\n> ");
    type("abc");
    assert_comes("\r\nSEND OK\r\n\r\n+QSSLURC: \"recv\",3\r\n");
    assert_answer("AT+QSSLRECV=3,9\r", "\r\n+QSSLRECV: 3\r\nabc" OK);
    assert_answer("ATO\r", CONNECT);
    type("again");
    assert_comes("again");
}

static void test_quectel_dtr_ends_the_connection_with_d2(void **state)
{
    (void)state;
    open_client(3, 2);
    modem_set_dtr(modem, false, now);
    listen_now();
    assert_heard("\r\nNO CARRIER\r\n");
    modem_set_dtr(modem, true, now);
    assert_answer("AT+QSSLSTATE\r", OK);
    assert_answer("ATO\r", "\r\nNO CARRIER\r\n");
    open_client(3, 0);
}

static void test_quectel_dtr_is_nothing_with_d0(void **state)
{
    (void)state;
    assert_answer("AT&D0\r", OK);
    open_client(3, 2);
    modem_set_dtr(modem, false, now);
    type("still");
    assert_comes("still");
}

/* ---- time ------------------------------------------------------------- */

static void test_quectel_upload_that_does_not_come_is_given_up(void **state)
{
    (void)state;
    open_client(0, 0);
    for (int counted = 0; counted < 2; counted++) {
        assert_answer(counted ? "AT+QSSLSEND=0,9\r" : "AT+QSSLSEND=0\r", "\r\n> ");
        leap(29 * SECOND);
        type("a pause");
        leap(29 * SECOND);
        assert_heard("");
        leap(2 * SECOND);
        assert_heard("\r\nERROR\r\n");
        assert_answer("AT+QIGETERROR\r", "\r\n+QIGETERROR: 571,sending cancelled\r\n" OK);
    }
    leap(SECOND);
    assert_answer("AT+QSSLRECV=0,9\r", "\r\n+QSSLRECV: 0\r\n" OK); /* none was sent */
}

static void test_quectel_stream_is_left_between_guard_times_alone(void **state)
{
    (void)state;
    open_client(0, 2);
    leap(SECOND - 1);
    type("+++");
    leap(2 * SECOND);
    assert_comes("+++"); /* too early, so it was data */
    leap(2 * SECOND);
    type("+++");
    leap(SECOND - 1);
    assert_heard("");
    leap(1);
    assert_heard(OK);
}

/* ---- what waits ------------------------------------------------------- */

static void test_quectel_push_waits_for_the_upload_of_another(void **state)
{
    (void)state;
    struct pollfd polled = {.events = POLLIN};
    open_client(0, 1);
    open_client(1, 1);
    assert_answer("AT+QSSLSEND=0,3\r", "\r\n> ");
    assert_answer("xyzAT+QSSLSEND=1,3\r", "\r\nSEND OK\r\n\r\n> ");
    polled.fd = modem_descriptor(modem);
    for (int i = 0; i < 20; i++) {
        poll(&polled, 1, 10);
        listen_now();
    }
    assert_heard("");
    type("abc");
    assert_comes("\r\nSEND OK\r\n\r\n+QSSLURC: \"recv\",0,3\r\nxyz"
                 "\r\n+QSSLURC: \"recv\",1,3\r\nabc");
}

static void test_quectel_restart_forgets_clients_and_settings(void **state)
{
    (void)state;
    open_client(0, 0);
    open_client(1, 1);
    assert_answer("AT+QSSLCFG=\"seclevel\",2,1\r", OK);
    type("AT+CFUN=1,1\r");
    heard.size = 0;
    type("ATE0\r");
    heard.size = 0;
    assert_answer("AT+QSSLSTATE\r", OK);
    assert_answer("AT+QSSLCFG=\"seclevel\",2\r", "\r\n+QSSLCFG: \"seclevel\",2,0\r\n" OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_quectel_dtr_leaves_the_stream_with_d1, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_quectel_dtr_ends_the_connection_with_d2, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_quectel_dtr_is_nothing_with_d0, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_quectel_upload_that_does_not_come_is_given_up, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_quectel_stream_is_left_between_guard_times_alone,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_quectel_push_waits_for_the_upload_of_another, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_quectel_restart_forgets_clients_and_settings, set_up,
                                        tear_down),
    };
    const struct server_options options = {.key_type = SERVER_KEY_RSA};
    char *error = NULL;
    model = catalog_load_builtin(stderr);
    server = server_start(&options, &error);
    if (model == NULL || server == NULL) return 1;
    int failed = cmocka_run_group_tests_name("quectel", tests, NULL, NULL);
    server_stop(server);
    catalog_free(model);
    buffer_release(&heard);
    return failed;
}
