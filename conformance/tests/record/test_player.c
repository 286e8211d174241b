/* A recording as a module. */
#include "record/player.h"
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct stage {
    struct script script;
    struct transcript recording;
    struct player *player;
    size_t complaints;
};

static void on_other(void *user, size_t line, const char *what, const uint8_t *bytes, size_t size)
{
    struct stage *stage = user;
    (void)line;
    (void)what;
    (void)bytes;
    (void)size;
    stage->complaints++;
}

static void open_stage(struct stage *stage, const char *text, bool fast, uint32_t speed)
{
    struct transcript_error error;
    *stage = (struct stage){0};
    assert_true(script_parse(text, strlen(text), NULL, &stage->script, &error));
    assert_true(script_expand(&stage->script.cases[0], NULL, 0, &stage->recording, &error));
    stage->player = player_new(
        &stage->recording,
        &(struct player_options){.fast = fast, .speed = speed, .on_other = on_other, .user = stage},
        0);
}

static void close_stage(struct stage *stage)
{
    player_free(stage->player);
    transcript_release(&stage->recording);
    script_release(&stage->script);
}

static void assert_says(struct stage *stage, int64_t now, const char *expected)
{
    char bytes[256];
    size_t size = player_send(stage->player, (uint8_t *)bytes, sizeof bytes - 1, now);
    bytes[size] = '\0';
    assert_string_equal(bytes, expected);
}

static void send_text(struct stage *stage, const char *text, int64_t now)
{
    player_receive(stage->player, (const uint8_t *)text, strlen(text), now);
}

#define RECORDED                                                                                   \
    "< RDY\n@ time: 1\n> AT+CSQ\n@ time: 1.2\n< +CSQ: 1,0\n@ time: 3\n< +CREG: 1\n"                \
    "@ time: 4\n> AT+CSQ\n@ time: 4.5\n< +CSQ: 2,0\n@ time: 5\n> AT+HTTPDATA=3,9\n< DOWNLOAD\n"    \
    ">= text \"a\\rc\"\n< OK\n"

static void test_player_says_it_in_order_and_time(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, RECORDED, false, 0);
    assert_says(&stage, 0, "\r\nRDY\r\n");
    send_text(&stage, "AT+", 10);
    assert_int_equal(player_due(stage.player, 10), INT64_MAX);
    send_text(&stage, "CSQ\r", 20);
    assert_int_equal(player_due(stage.player, 20), 200020);
    assert_says(&stage, 200019, "");
    assert_says(&stage, 200020, "\r\n+CSQ: 1,0\r\n");
    assert_int_equal(player_due(stage.player, 200020), 2000020);
    assert_says(&stage, 2000020, "\r\n+CREG: 1\r\n");
    send_text(&stage, "AT+CSQ\r", 3000000);
    assert_says(&stage, 3500000, "\r\n+CSQ: 2,0\r\n");
    assert_int_equal(stage.complaints, 0);
    close_stage(&stage);
}

static void test_player_bears_hosts_that_differ(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, RECORDED, true, 0);
    assert_says(&stage, 0, "\r\nRDY\r\n");
    send_text(&stage, "AT+HTTPDATA=3,9\r\n", 1); /* later; its LF is no matter */
    assert_says(&stage, 1, "\r\nDOWNLOAD\r\n");
    send_text(&stage, "\rx", 2);
    assert_says(&stage, 2, "");
    send_text(&stage, "y", 3); /* other data, of as many bytes */
    assert_says(&stage, 3, "\r\nOK\r\n");
    assert_int_equal(stage.complaints, 1);
    send_text(&stage, "AT+CSQ\r", 4); /* earlier */
    assert_says(&stage, 4, "\r\n+CSQ: 1,0\r\n\r\n+CREG: 1\r\n");
    send_text(&stage, "AT+C\rAT+CSQ\r", 5);
    assert_int_equal(stage.complaints, 2);
    assert_says(&stage, 5, "\r\nERROR\r\n\r\n+CSQ: 2,0\r\n");
    close_stage(&stage);
}

static void test_player_hurries_with_its_host(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, RECORDED, false, 0);
    assert_says(&stage, 0, "\r\nRDY\r\n");
    send_text(&stage, "AT+CSQ\r", 0);
    assert_says(&stage, 300000, "\r\n+CSQ: 1,0\r\n");
    send_text(&stage, "AT+CSQ\r", 300000);
    assert_says(&stage, 300000, "\r\n+CREG: 1\r\n");
    assert_says(&stage, 800000, "\r\n+CSQ: 2,0\r\n");
    close_stage(&stage);
}

static void test_player_keeps_the_pace_of_a_line(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, "> AT\n<< \"0123456789\"*10\n", true, 10000); /* 1 ms a byte */
    send_text(&stage, "AT\r", 5000000);
    uint8_t bytes[128];
    size_t size = 0;
    int64_t now = 5000000;
    while (size < 100) {
        size += player_send(stage.player, bytes, sizeof bytes, now);
        assert_true(size <= (size_t)(now - 5000000) / 1000 + 1);
        if (size < 100) now = player_due(stage.player, now);
    }
    assert_in_range(now, 5099000, 5100000);
    close_stage(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_player_says_it_in_order_and_time),
        cmocka_unit_test(test_player_bears_hosts_that_differ),
        cmocka_unit_test(test_player_hurries_with_its_host),
        cmocka_unit_test(test_player_keeps_the_pace_of_a_line),
    };
    return cmocka_run_group_tests_name("player", tests, NULL, NULL);
}
