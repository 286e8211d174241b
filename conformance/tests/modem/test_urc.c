/* Random unsolicited result codes, which break no session. */
#include "base/memory.h"
#include "defect_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED_COUNT 20

/* ---- unsolicited result codes ----------------------------------------- */

static size_t count_of(const struct host *host, const char *text)
{
    size_t count = 0;
    const uint8_t *at = host->heard.bytes;
    const uint8_t *end = at + host->heard.size;
    for (; (at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL; at++) count++;
    return count;
}

/* Of all sessions, with URCs at every legal place: no finding. */
static void test_urc_breaks_no_session(void **state)
{
    (void)state;
    size_t failed = 0;
    size_t said = 0;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++)
        for (const struct defect_trial *trial = defect_trials; trial->name != NULL;
             trial = defect_next_trial(trial))
            for (size_t d = 0; d < DIALECT_MOST; d++) {
                struct judgement judgement;
                struct modem_options options = {.seed = seed, .urcs = seed * 31337};
                bool known = trial->rule == NULL || trial->rule[0] != '\0';
                if (!known || !shows_in(trial, d) || !is_first(trial, d)) continue;
                struct host host = hold_session(trial, defect_dialects[d], &options);
                judge_session(&host, d, &judgement);
                said += count_of(&host, "+C") + count_of(&host, "URC: ");
                bool good = is_clean(&judgement);
                if (!good) host_tell(trial, defect_dialects[d], seed, &host, &judgement);
                failed += !good;
                host_release(&host, &judgement);
            }
    assert_int_equal(failed, 0);
    assert_true(said > 1000);
}

static bool begins_with(const char *line, const char *text)
{
    return strncmp(line, text, strlen(text)) == 0;
}

/* Before the first line of a response, between its lines, before the final
 * result code and after it; the response's own lines stay. */
static void test_urc_comes_at_every_place(void **state)
{
    (void)state;
    static const struct defect_trial trial = {
        .steps = {"ATE0", "AT+CGDCONT=1,\"IP\",\"a\"", "AT+CGDCONT=2,\"IP\",\"b\"", "AT+CGDCONT?"}};
    static const char *const lines[] = {"+CGDCONT: 1,", "+CGDCONT: 2,", "OK"};
    size_t counts[4] = {0};
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct modem_options options = {.urcs = seed};
        struct host host = hold_session(&trial, "simcom", &options);
        size_t place = 0;
        char *rest = NULL;
        size_t size = host.heard.size - host.typed_at;
        char *text = memory_new(size + 1, 1);
        for (size_t i = 0; i < size; i++) { /* of payload no NUL ends the text */
            uint8_t byte = host.heard.bytes[host.typed_at + i];
            text[i] = (char)(byte == '\0' ? '.' : byte);
        }
        for (char *line = strtok_r(text, "\r\n", &rest); line != NULL;
             line = strtok_r(NULL, "\r\n", &rest)) {
            if (place < 3 && begins_with(line, lines[place])) place++;
            else counts[place] += line[0] == '+';
        }
        assert_int_equal(place, 3);
        free(text);
        buffer_release(&host.heard);
        buffer_release(&host.builder.bytes);
        buffer_release(&host.builder.items);
    }
    for (size_t i = 0; i < 4; i++) assert_in_range(counts[i], 10, 70);
}

/* None after a prompt, in an upload, in a stream, with Q1. */
static void test_urc_keeps_out_of_uploads_and_streams(void **state)
{
    (void)state;
    static const struct defect_trial trials[] = {
        {.steps = {"ATE0", "AT+CCERTDOWN=\"a.pem\",3", STEP_RAW "ab"}, .wanted = "\r\n> "},
        {.steps = {"ATE0", "AT+HTTPINIT", "AT+HTTPDATA=3,10", STEP_RAW "ab"},
         .wanted = "\r\nDOWNLOAD\r\n"},
        {.steps = {"ATE0", "AT+CCHMODE=1", "AT+CCHSTART", "AT+CCHOPEN=0,%T,2", STEP_NETWORK,
                   STEP_SECONDS "1"},
         .wanted = "\r\nCONNECT 115200\r\n"},
        {.steps = {"ATE0", "ATQ1", "AT", "AT+CMEE=1"}, .wanted = "OK\r\n"},
    };
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++)
        for (uint64_t seed = 1; seed <= SEED_COUNT; seed++) {
            struct modem_options options = {.urcs = seed};
            struct host host = hold_session(&trials[i], "simcom", &options);
            size_t size = strlen(trials[i].wanted);
            const uint8_t *last = host.heard.bytes + host.heard.size - size;
            bool quiet = i == 3;
            if (!quiet) assert_memory_equal(last, trials[i].wanted, size);
            else assert_int_equal(host.heard.size, host.typed_at);
            buffer_release(&host.heard);
            buffer_release(&host.builder.bytes);
            buffer_release(&host.builder.items);
        }
}

/* A host must not take one for what became of its connection. */
static void test_urc_tells_nothing_untrue_of_connections(void **state)
{
    (void)state;
    static const struct defect_trial trial = {
        .steps = {"ATE0", "AT+QIACT=1", "AT+QSSLOPEN=1,0,2,%T,0", STEP_NETWORK, "ATI", "AT+CSQ",
                  "AT+CMEE?", "AT+QSSLSTATE", "AT+CSQ", "ATI"}};
    unsigned told = 0;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++) {
        struct modem_options options = {.urcs = seed};
        struct host host = hold_session(&trial, "quectel-ugxx", &options);
        const char *open = memmem(host.heard.bytes, host.heard.size, "+QSSLOPEN: 2,0", 14);
        assert_non_null(open);
        size_t left = host.heard.size - (size_t)(open - (const char *)host.heard.bytes);
        assert_null(memmem(open, left, "+QSSLURC", 8));
        assert_null(memmem(open, left, "+QIURC", 6));
        told += memmem(open, left, "+CGEV: ", 7) != NULL;
        buffer_release(&host.heard);
        buffer_release(&host.builder.bytes);
        buffer_release(&host.builder.items);
    }
    assert_true(told > SEED_COUNT / 2);
}

/* The same seed says the same; another one another. */
static void test_urc_repeats_itself_by_its_seed(void **state)
{
    (void)state;
    static const struct defect_trial trial = {
        .steps = {"ATE0", "AT+CSQ", "AT+CMEE?", "AT+CFUN?", "ATI", "AT+CSQ", "AT+CMEE?"}};
    struct buffer heard[3];
    static const uint64_t seeds[3] = {5, 5, 6};
    for (size_t i = 0; i < 3; i++) {
        struct modem_options options = {.urcs = seeds[i]};
        struct host host = hold_session(&trial, "quectel-ugxx", &options);
        heard[i] = host.heard;
        buffer_release(&host.builder.bytes);
        buffer_release(&host.builder.items);
    }
    assert_int_equal(heard[0].size, heard[1].size);
    assert_memory_equal(heard[0].bytes, heard[1].bytes, heard[0].size);
    assert_true(heard[0].size != heard[2].size
                || memcmp(heard[0].bytes, heard[2].bytes, heard[0].size) != 0);
    for (size_t i = 0; i < 3; i++) buffer_release(&heard[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urc_breaks_no_session),
        cmocka_unit_test(test_urc_comes_at_every_place),
        cmocka_unit_test(test_urc_keeps_out_of_uploads_and_streams),
        cmocka_unit_test(test_urc_tells_nothing_untrue_of_connections),
        cmocka_unit_test(test_urc_repeats_itself_by_its_seed),
    };
    return cmocka_run_group_tests(tests, defect_set_up, defect_tear_down) == 0 ? 0 : 1;
}
