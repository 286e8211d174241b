/* Transparent access of the virtual module: the escape sequence and its guard
 * times, ATO, DTR, bytes passed raw, the end of the connection. The peer is the
 * test's own. */
#include "base/buffer.h"
#include "modem/core/part.h"
#include "modem/modem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

static struct catalog_model *model;

/* ---- a peer ----------------------------------------------------------- */

static struct {
    struct buffer got; /* of the host                                       */
    size_t room;       /* bytes it still takes                              */
    struct buffer said;
    size_t given;
} peer;

static size_t take(struct modem *modem, const uint8_t *bytes, size_t size)
{
    (void)modem;
    size_t taken = size < peer.room ? size : peer.room;
    buffer_append(&peer.got, bytes, taken);
    peer.room -= taken;
    return taken;
}

static size_t waiting(const struct modem *modem)
{
    (void)modem;
    return peer.said.size - peer.given;
}

static size_t give(struct modem *modem, uint8_t *bytes, size_t capacity)
{
    size_t size = waiting(modem) < capacity ? waiting(modem) : capacity;
    if (size > 0) memcpy(bytes, peer.said.bytes + peer.given, size);
    peer.given += size;
    return size;
}

static void drop(struct modem *modem)
{
    modem_end_stream(modem, "NO CARRIER");
}

static const struct modem_stream stream = {take, give, waiting, drop};

static void assert_got(const char *expected)
{
    assert_int_equal(peer.got.size, strlen(expected));
    if (peer.got.size > 0) assert_memory_equal(peer.got.bytes, expected, peer.got.size);
    peer.got.size = 0;
}

/* ---- a host ----------------------------------------------------------- */

static struct modem *modem;
static int64_t now;
static struct buffer heard;

static void listen(int64_t limit_us)
{
    uint8_t bytes[97];
    int64_t until = now + limit_us;
    for (;;) {
        size_t size = modem_send(modem, bytes, sizeof bytes, now);
        buffer_append(&heard, bytes, size);
        if (size > 0) continue;
        int64_t due = modem_due(modem, now);
        if (due > until) break;
        now = due > now ? due : now + 1;
    }
    now = until;
}

static void type(const char *text, int64_t pause_us)
{
    modem_receive(modem, (const uint8_t *)text, strlen(text), now);
    listen(pause_us);
}

static void assert_heard(const char *expected)
{
    buffer_append(&heard, "", 1);
    assert_string_equal((char *)heard.bytes, expected);
    heard.size = 0;
}

static int set_up(void **state)
{
    (void)state;
    const struct modem_options options = {.dialect = catalog_find_dialect("simcom")};
    modem = modem_new(model, &options);
    now = 0;
    peer.room = SIZE_MAX;
    type("ATE0X0\r", 0);
    heard.size = 0;
    modem_set_stream(modem, &stream);
    type("ATO\r", 0);
    assert_heard("\r\nCONNECT\r\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    modem_free(modem);
    buffer_release(&peer.got);
    buffer_release(&peer.said);
    buffer_release(&heard);
    memset(&peer, 0, sizeof peer);
    return 0;
}

/* ---- cases ------------------------------------------------------------ */

static void test_stream_passes_bytes_raw_both_ways(void **state)
{
    (void)state;
    static uint8_t all[20000];
    for (size_t i = 0; i < sizeof all; i++) all[i] = (uint8_t)(i * 7 + (i >> 8));
    modem_receive(modem, all, sizeof all, now);
    assert_int_equal(peer.got.size, sizeof all);
    assert_memory_equal(peer.got.bytes, all, sizeof all);
    buffer_append(&peer.said, all, sizeof all);
    listen(1000);
    assert_int_equal(heard.size, sizeof all);
    assert_memory_equal(heard.bytes, all, sizeof all);
}

static void test_stream_guarded_escape_leaves_and_ato_returns(void **state)
{
    (void)state;
    type("data", SECOND);
    type("+++", SECOND - 1);
    assert_heard("");
    listen(1);
    assert_heard("\r\nOK\r\n");
    assert_got("data");
    buffer_append(&peer.said, "kept", 4);
    type("AT\r", 1000);
    assert_heard("\r\nOK\r\n");
    assert_got("");
    type("ATO\r", 1000);
    assert_heard("\r\nCONNECT\r\nkept");
}

static void test_stream_escape_in_three_pieces_within_a_second(void **state)
{
    (void)state;
    listen(SECOND);
    type("+", SECOND / 3);
    type("+", SECOND / 3);
    type("+", SECOND);
    assert_heard("\r\nOK\r\n");
    assert_got("");
}

/* Each lacks one thing of the sequence, and is data. */
static void test_stream_unguarded_escape_is_data(void **state)
{
    (void)state;
    type("+++", 2 * SECOND); /* too soon after ATO */
    assert_got("+++");
    type("x", SECOND - 1);
    type("+++", 2 * SECOND); /* too soon after x */
    assert_got("x+++");
    type("+++", SECOND - 1); /* not long enough before y */
    type("y", 2 * SECOND);
    assert_got("+++y");
    type("+++AT\r", 2 * SECOND);
    assert_got("+++AT\r");
    type("++", 2 * SECOND);
    assert_got("++");
    type("++++", 2 * SECOND);
    assert_got("++++");
    type("++", SECOND); /* the third comes late */
    type("+", 2 * SECOND);
    assert_got("+++");
    type("+x+", 2 * SECOND);
    assert_got("+x+");
    assert_heard("");
}

static void test_stream_x_and_v_form_its_connect(void **state)
{
    (void)state;
    listen(SECOND);
    type("+++", SECOND);
    type("ATX4\r", 0);
    heard.size = 0;
    type("ATO\r", SECOND);
    assert_heard("\r\nCONNECT 115200\r\n");
    type("+++", SECOND);
    type("ATV0\r", 0);
    heard.size = 0;
    type("ATO\r", SECOND);
    assert_heard("1\r");
    type("+++", SECOND);
    assert_heard("0\r");
}

static void test_stream_end_of_the_connection_is_told(void **state)
{
    (void)state;
    buffer_append(&peer.said, "last", 4);
    listen(0);
    modem_end_stream(modem, "CLOSED");
    listen(0);
    assert_heard("last\r\nCLOSED\r\n");
    type("ATO\r", 0);
    assert_heard("\r\nNO CARRIER\r\n");
}

static void test_stream_end_while_escaped_leaves_ato_nothing(void **state)
{
    (void)state;
    listen(SECOND);
    type("+++", SECOND);
    assert_heard("\r\nOK\r\n");
    modem_end_stream(modem, "CLOSED");
    listen(0);
    assert_heard("");
    type("ATO\r", 0);
    assert_heard("\r\nNO CARRIER\r\n");
}

static void test_stream_dtr_does_what_d_says(void **state)
{
    (void)state;
    static const char *const expected[] = {"", "\r\nOK\r\n", "\r\nNO CARRIER\r\n"};
    char command[8] = "AT&D0\r";
    for (int i = 0; i < 3; i++) {
        listen(SECOND);
        if (modem_is_streaming(modem)) type("+++", SECOND);
        command[4] = (char)('0' + i);
        type(command, 0);
        type("ATO\r", 0);
        heard.size = 0;
        modem_set_dtr(modem, true, now);
        listen(0);
        assert_heard("");
        modem_set_dtr(modem, false, now);
        listen(0);
        assert_heard(expected[i]);
        modem_set_dtr(modem, true, now);
    }
    type("ATO\r", 0);
    assert_heard("\r\nNO CARRIER\r\n");
}

static void test_stream_peer_that_does_not_take_stops_the_host(void **state)
{
    (void)state;
    static char many[70000];
    memset(many, 'm', sizeof many - 1);
    peer.room = 10;
    assert_true(modem_is_clear_to_send(modem));
    type(many, 0);
    assert_int_equal(peer.got.size, 10);
    assert_false(modem_is_clear_to_send(modem));
    listen(SECOND);
    type("+++", SECOND); /* it leads out all the same */
    assert_heard("\r\nOK\r\n");
    peer.room = SIZE_MAX;
    listen(0);
    assert_int_equal(peer.got.size, sizeof many - 1);
    assert_true(modem_is_clear_to_send(modem));
}

static void test_stream_urc_waits_for_its_end(void **state)
{
    (void)state;
    modem_say(modem, "+URC");
    listen(0);
    assert_heard("");
    listen(SECOND);
    type("+++", SECOND);
    assert_heard("\r\nOK\r\n\r\n+URC\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_stream_passes_bytes_raw_both_ways),
        TEST(test_stream_guarded_escape_leaves_and_ato_returns),
        TEST(test_stream_escape_in_three_pieces_within_a_second),
        TEST(test_stream_unguarded_escape_is_data),
        TEST(test_stream_x_and_v_form_its_connect),
        TEST(test_stream_end_of_the_connection_is_told),
        TEST(test_stream_end_while_escaped_leaves_ato_nothing),
        TEST(test_stream_dtr_does_what_d_says),
        TEST(test_stream_peer_that_does_not_take_stops_the_host),
        TEST(test_stream_urc_waits_for_its_end),
    };
    model = catalog_load_builtin(stderr);
    assert_non_null(model);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    catalog_free(model);
    return result;
}
