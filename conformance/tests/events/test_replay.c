/* Replaying a transcript: how its bytes are cut into chunks, what the hooks are
 * told, and that an event log tells of the exchanges in it. */
#include "catalog/builtin.h"
#include "catalog/dialect.h"
#include "events/eventlog.h"
#include "events/replay.h"
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One replay and all that is noted of it. */
struct bench {
    struct transcript transcript;
    struct atp_parser parser;
    struct eventlog log;
    struct replay replay;
    uint8_t buffer[ATP_BUFFER_SIZE(256)];
    char notes[512]; /* one word for each chunk and each call of a hook    */
};

static void note(struct bench *bench, const char *word, unsigned long long number)
{
    size_t size = strlen(bench->notes);
    snprintf(bench->notes + size, sizeof bench->notes - size, "%s%s%llu", size > 0 ? " " : "", word,
             number);
}

static const uint8_t *note_chunk(void *user, const uint8_t *bytes, size_t size)
{
    note(user, "", size);
    return bytes;
}

static void note_sent(void *user)
{
    struct bench *bench = user;
    note(bench, "sent@", bench->replay.fed);
    eventlog_sent(&bench->log);
}

static void note_tail(void *user, enum atp_result result, uint64_t offset, bool ended)
{
    const char *word = result == ATP_RESULT_CLOSED ? "closed@" : "no-carrier@";
    note(user, ended ? "end@" : "tail@", offset);
    note(user, word, offset);
}

static void note_expired(void *user, uint64_t offset)
{
    struct bench *bench = user;
    note(bench, "expired@", offset);
    eventlog_expired(&bench->log, offset);
}

static void set_up(struct bench *bench, const char *text)
{
    struct transcript_error error;
    memset(bench, 0, sizeof *bench);
    struct script script;
    assert_true(script_parse(text, strlen(text), NULL, &script, &error));
    assert_true(script_expand(&script.cases[0], NULL, 0, &bench->transcript, &error));
    script_release(&script);
    eventlog_init(&bench->log, NULL);
    assert_int_equal(atp_init(&bench->parser, dialect_find_tables("simcom"), bench->buffer,
                              sizeof bench->buffer, eventlog_event, &bench->log),
                     ATP_OK);
    bench->replay = (struct replay){.parser = &bench->parser,
                                    .hooks = {.place = note_chunk,
                                              .sent = note_sent,
                                              .expired = note_expired,
                                              .tail = note_tail,
                                              .user = bench}};
}

static void run(struct bench *bench)
{
    replay_transcript(&bench->replay, &bench->transcript);
    replay_finish(&bench->replay);
    eventlog_over(&bench->log, bench->replay.fed);
    assert_true(eventlog_finish(&bench->log));
    buffer_append(&bench->log.out, "", 1); /* the log as a string          */
}

static const char *log_of(const struct bench *bench)
{
    size_t size;
    return eventlog_text(&bench->log, &size);
}

static void tear_down(struct bench *bench)
{
    transcript_release(&bench->transcript);
    eventlog_release(&bench->log);
}

static void assert_chunks(enum replay_chunking chunking, uint64_t chunk, const char *expected)
{
    /* two runs: 6 + 6 bytes in three items, then 6 */
    static const char text[] = "< OK\n# one run\n<< \"abc\"\n<< \"def\"\n> AT\n< OK\n";
    struct bench bench;
    set_up(&bench, text);
    bench.replay.chunking = chunking;
    bench.replay.chunk = chunk;
    run(&bench);
    assert_string_equal(bench.notes, expected);
    assert_int_equal(bench.replay.fed, 18);
    tear_down(&bench);
}

static void test_replay_whole_feeds_each_run_at_once(void **state)
{
    (void)state;
    assert_chunks(REPLAY_WHOLE, 0, "12 sent@12 6");
}

static void test_replay_every_begins_anew_with_each_run(void **state)
{
    (void)state;
    assert_chunks(REPLAY_EVERY, 5, "5 5 2 sent@12 5 1");
    assert_chunks(REPLAY_EVERY, 100, "12 sent@12 6");
}

static void test_replay_split_cuts_once_at_its_offset(void **state)
{
    (void)state;
    assert_chunks(REPLAY_SPLIT, 0, "12 sent@12 6");
    assert_chunks(REPLAY_SPLIT, 7, "7 5 sent@12 6");
    assert_chunks(REPLAY_SPLIT, 12, "12 sent@12 6");
    assert_chunks(REPLAY_SPLIT, 13, "12 sent@12 1 5");
    assert_chunks(REPLAY_SPLIT, 18, "12 sent@12 6");
    assert_chunks(REPLAY_SPLIT, 1000, "12 sent@12 6");
}

/* ---- streams ---------------------------------------------------------- */

#define STREAM "> ATD*99#\n< CONNECT\n<< \"abc\\r\\nNO CARRIER\\r\\n\"\n"

static void test_replay_tail_at_the_end_is_told_as_payload(void **state)
{
    (void)state;
    struct bench bench;
    set_up(&bench, STREAM);
    run(&bench);
    assert_string_equal(bench.notes, "sent@0 28 tail@28 no-carrier@28");
    assert_non_null(strstr(log_of(&bench), "{\"offset\":11,\"size\":17,\"kind\":\"stream\""));
    tear_down(&bench);
}

static void test_replay_directive_ends_the_stream(void **state)
{
    (void)state;
    struct bench bench;
    set_up(&bench, STREAM "@ stream-end:\n<< \"OK\\r\\n\"\n");
    run(&bench);
    assert_string_equal(bench.notes, "sent@0 28 end@28 no-carrier@28 4");
    assert_non_null(strstr(log_of(&bench), "{\"offset\":28,\"size\":4,\"kind\":\"result\""));
    tear_down(&bench);
}

static void test_replay_tail_ends_the_stream_on_demand(void **state)
{
    (void)state;
    struct bench bench;
    set_up(&bench, STREAM "<< \"OK\\r\\n\"\n");
    bench.replay.end_at_tail = true;
    bench.replay.hooks.place = NULL;
    run(&bench);
    assert_string_equal(bench.notes, "sent@0 end@28 no-carrier@28");
    assert_non_null(strstr(log_of(&bench), "{\"offset\":28,\"size\":4,\"kind\":\"result\""));
    tear_down(&bench);
}

/* ---- exchanges -------------------------------------------------------- */

static void assert_exchanges(const char *text, const char *const *expected, size_t count)
{
    struct bench bench;
    set_up(&bench, text);
    eventlog_tell_exchanges(&bench.log, &bench.parser);
    run(&bench);
    const char *at = log_of(&bench);
    for (size_t i = 0; i < count; i++) {
        at = strstr(at, ",\"exchange\":");
        assert_non_null(at);
        if (at == NULL) return;
        at += strlen(",\"exchange\":");
        size_t size = strcspn(at, "}") + 1;
        assert_int_equal(size, strlen(expected[i]));
        assert_memory_equal(at, expected[i], size);
    }
    assert_null(strstr(at, ",\"exchange\":"));
    tear_down(&bench);
}

static void test_eventlog_each_exchange_ends_once(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "{\"command\":\"+CSQ\",\"form\":\"execute\",\"variant\":\"a\",\"state\":\"complete\"}",
        "{\"command\":\"+CSQ\",\"form\":\"execute\",\"variant\":\"a\",\"state\":\"complete\"}",
    };
    assert_exchanges("> AT+CSQ\n< +CSQ: 23,0\n< OK\n> AT+CSQ\n< +CSQ: 23,0\n< OK\n"
                     "< +HTTP_PEER_CLOSED\n",
                     expected, 2);
}

static void test_eventlog_exchange_of_one_event_is_told_each_time(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "{\"command\":\"+HTTPTERM\",\"form\":\"execute\",\"variant\":\"1\",\"state\":\"complete\"}",
        "{\"command\":\"+HTTPTERM\",\"form\":\"execute\",\"variant\":\"1\",\"state\":\"complete\"}",
    };
    assert_exchanges("> AT+HTTPTERM\n< OK\n> AT+HTTPTERM\n< OK\n", expected, 2);
}

/* `line` begins a line of the log, just `count` times, and no other tells of an
 * exchange. */
static void assert_lines(const char *transcript, const char *line, size_t count)
{
    struct bench bench;
    set_up(&bench, transcript);
    eventlog_tell_exchanges(&bench.log, &bench.parser);
    run(&bench);
    const char *log = log_of(&bench);
    size_t found = 0;
    for (const char *at = strstr(log, line); at != NULL; at = strstr(at + 1, line)) {
        assert_true(at == log || at[-1] == '\n');
        found++;
    }
    assert_int_equal(found, count);
    size_t told = 0;
    for (const char *at = log; (at = strstr(at, "\"exchange\":")) != NULL; at++) told++;
    assert_int_equal(told, count);
    tear_down(&bench);
}

#define LATE(start, variant)                                                                       \
    "{\"offset\":" start ",\"exchange\":{\"command\":\"+CSQ\",\"form\":\"execute\"," variant       \
    "\"state\":\"late\"}}\n"
#define LATE_HTTP                                                                                  \
    "\"exchange\":{\"command\":\"+HTTPACTION\",\"form\":\"write\",\"state\":\"late\"}}\n"

static void test_eventlog_late_exchange_has_a_line_of_its_own(void **state)
{
    (void)state;
    assert_lines("> AT+HTTPACTION=0\n@ expire:\n", "{\"offset\":0," LATE_HTTP, 1);
    assert_lines("> AT+HTTPACTION=0\n@ expire: a remark\n< +HTTP_PEER_CLOSED\n@ expire:\n",
                 "{\"offset\":0," LATE_HTTP, 1);
    assert_lines("> AT+CSQ\n< +CSQ: 23,0\n@ expire:\n< OK\n", LATE("14", "\"variant\":\"a\","), 1);
    /* The line that it cuts off stands before it. */
    assert_lines("> AT+CSQ\n<< \"+CSQ: 2\"\n@ expire:\n", LATE("7", ""), 1);
    /* Each of two is told. */
    assert_lines("> AT+CSQ\n@ expire:\n> AT+CSQ\n@ expire:\n", LATE("0", ""), 2);
}

static void test_eventlog_unfinished_exchange_is_told_at_the_end(void **state)
{
    (void)state;
    assert_lines("> AT+CSQ\n",
                 "{\"offset\":0,\"exchange\":{\"command\":\"+CSQ\",\"form\":\"execute\","
                 "\"state\":\"open\"}}\n",
                 1);
    assert_lines("> AT+HTTPACTION=0\n< OK\n",
                 "{\"offset\":6,\"exchange\":{\"command\":\"+HTTPACTION\",\"form\":\"write\","
                 "\"state\":\"awaiting\"}}\n",
                 1);
    assert_lines("> AT+NOKIA\n", "{", 0);
}

/* ---- dialects --------------------------------------------------------- */

static void test_dialect_each_that_is_listed_has_tables(void **state)
{
    (void)state;
    for (const struct catalog_dialect *dialect = catalog_dialects; dialect->name != NULL; dialect++)
        assert_non_null(dialect_find_tables(dialect->name));
    assert_null(dialect_find_tables("nokia"));
    assert_null(dialect_find_tables(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_whole_feeds_each_run_at_once),
        cmocka_unit_test(test_replay_every_begins_anew_with_each_run),
        cmocka_unit_test(test_replay_split_cuts_once_at_its_offset),
        cmocka_unit_test(test_replay_tail_at_the_end_is_told_as_payload),
        cmocka_unit_test(test_replay_directive_ends_the_stream),
        cmocka_unit_test(test_replay_tail_ends_the_stream_on_demand),
        cmocka_unit_test(test_eventlog_each_exchange_ends_once),
        cmocka_unit_test(test_eventlog_exchange_of_one_event_is_told_each_time),
        cmocka_unit_test(test_eventlog_late_exchange_has_a_line_of_its_own),
        cmocka_unit_test(test_eventlog_unfinished_exchange_is_told_at_the_end),
        cmocka_unit_test(test_dialect_each_that_is_listed_has_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
