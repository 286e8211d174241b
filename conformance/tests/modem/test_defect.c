/* The virtual module's defects: each is found, at the clause that it breaks, in
 * a session that is judged clean without it, whatever the seed. And random
 * unsolicited result codes, which break no session. */
#include "base/buffer.h"
#include "base/memory.h"
#include "catalog/builtin.h"
#include "defect_sample.h"
#include "judge/judge.h"
#include "modem/modem.h"
#include "server/server.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED_COUNT   20
#define QUIET_US     5000 /* longer than a random pause                      */
#define NETWORK_MS   5000
#define VAIN_MS      20
#define LONG_LINE    6000 /* bytes                                           */
#define DIALECT_MOST 3

static const char *const dialects[DIALECT_MOST] = {"simcom", "quectel-ugxx", "quectel-ec200"};
static struct compiled_catalog *compiled[DIALECT_MOST];
static struct catalog_model *model;
static struct server *server;
static bool says_failures = true;

/* ---- a host ----------------------------------------------------------- */

struct host {
    struct modem *modem;
    int64_t now;
    struct buffer heard; /* all of it                                       */
    size_t told;         /* of it, to the transcript                        */
    size_t typed_at;     /* where it was when the host last typed           */
    int patience_ms;
    struct transcript_builder builder;
};

static void listen(struct host *host)
{
    uint8_t bytes[97];
    for (;;) {
        size_t size = modem_send(host->modem, bytes, sizeof bytes, host->now);
        buffer_append(&host->heard, bytes, size);
        if (size > 0) continue;
        int64_t due = modem_due(host->modem, host->now);
        if (due > host->now + QUIET_US) return;
        host->now = due > host->now ? due : host->now + 1;
    }
}

static void add(struct host *host, enum transcript_kind kind, const void *bytes, size_t size)
{
    transcript_add(&host->builder, kind, 0, host->now, bytes, size);
}

static void note_heard(struct host *host)
{
    if (host->heard.size > host->told)
        add(host, TRANSCRIPT_RECEIVED, host->heard.bytes + host->told,
            host->heard.size - host->told);
    host->told = host->heard.size;
}

static void type(struct host *host, const void *bytes, size_t size)
{
    host->now += 1000;
    host->typed_at = host->heard.size;
    add(host, TRANSCRIPT_SENT, bytes, size);
    modem_receive(host->modem, bytes, size, host->now);
    listen(host);
    note_heard(host);
}

/* `%U` is the server's URL, `%T` address and port of its TLS peer. */
static void type_line(struct host *host, const char *line)
{
    const char *at = strchr(line, '%');
    size_t before = at == NULL ? strlen(line) : (size_t)(at - line);
    bool tls = at != NULL && at[1] == 'T';
    char *address = memory_text("");
    if (at != NULL) {
        free(address);
        address = memory_format(tls ? "\"%s\",%u" : "http://%s:%u", server_address(server),
                                server_port(server, tls ? SERVER_TLS : SERVER_HTTP));
    }
    char *text = memory_format("%.*s%s%s\r", (int)before, line, address, at == NULL ? "" : at + 2);
    type(host, text, strlen(text));
    free(text);
    free(address);
}

static void type_raw(struct host *host, const char *text)
{
    size_t size = strlen(text);
    char *bytes = memory_text(text);
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == 0x7F) bytes[i] = '\0';
    type(host, bytes, size);
    free(bytes);
}

static void type_long_line(struct host *host)
{
    char *text = memory_new(LONG_LINE + 2, 1);
    memcpy(text, "AT", 2);
    for (size_t i = 2; i < LONG_LINE; i++) text[i] = "+CSQ;"[(i - 2) % 5];
    text[LONG_LINE] = '\r';
    type(host, text, LONG_LINE + 1);
    free(text);
}

static void wait_for_network(struct host *host)
{
    struct pollfd polled = {.fd = modem_descriptor(host->modem), .events = POLLIN};
    while (modem_is_working(host->modem)) {
        assert_int_equal(poll(&polled, 1, NETWORK_MS), 1);
        listen(host);
    }
    note_heard(host);
}

static bool contains(const struct host *host, size_t from, const char *text)
{
    return host->heard.size > from
           && memmem(host->heard.bytes + from, host->heard.size - from, text, strlen(text)) != NULL;
}

static void await(struct host *host, const char *text)
{
    struct pollfd polled = {.fd = modem_descriptor(host->modem), .events = POLLIN};
    size_t from = host->typed_at;
    while (!contains(host, from, text) && poll(&polled, 1, host->patience_ms) == 1) listen(host);
    note_heard(host);
}

static void pass_time(struct host *host, int64_t seconds)
{
    host->now += seconds * 1000000;
    listen(host);
    note_heard(host);
}

static void step(struct host *host, const char *what)
{
    switch (what[0]) {
    case '=': type_raw(host, what + 1); return;
    case '?': await(host, what + 1); return;
    case 'L': type_long_line(host); return;
    case '&': wait_for_network(host); return;
    case '~': pass_time(host, strtoll(what + 1, NULL, 10) * 60); return;
    case '^': pass_time(host, strtoll(what + 1, NULL, 10)); return;
    default: type_line(host, what);
    }
}

static struct host hold_session(const struct defect_trial *trial, const char *dialect,
                                const struct modem_options *how)
{
    bool in_vain = trial->in_vain && how->flaw_count > 0;
    struct host host = {.patience_ms = in_vain ? VAIN_MS : NETWORK_MS};
    struct modem_options options = *how;
    options.dialect = catalog_find_dialect(dialect);
    host.modem = modem_new(model, &options);
    for (size_t i = 0; i < DEFECT_STEP_MAX && trial->steps[i] != NULL; i++)
        step(&host, trial->steps[i]);
    add(&host, TRANSCRIPT_EXPIRE, "", 0);
    modem_free(host.modem);
    return host;
}

/* ---- judging it ------------------------------------------------------- */

static void judge_session(struct host *host, size_t dialect, struct judgement *out)
{
    struct transcript transcript;
    struct transcript_error error;
    struct judge_options options = {.strict = true};
    assert_true(transcript_build(&host->builder, &transcript, &error));
    judge_transcript(&transcript, compiled[dialect], &options, out);
    transcript_release(&transcript);
}

static bool is_as_expected(const struct defect_trial *trial, const struct host *host)
{
    return (trial->wanted == NULL || contains(host, 0, trial->wanted))
           && (trial->unwanted == NULL || !contains(host, 0, trial->unwanted));
}

static bool is_clean(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->exchange_count; i++)
        for (size_t f = 0; f < judgement->exchanges[i].finding_count; f++)
            if (judgement->exchanges[i].findings[f].level != REPORTS_INFO) return false;
    return true;
}

static bool has_finding(const struct judgement *judgement, const struct defect_trial *trial)
{
    for (size_t i = 0; i < judgement->exchange_count; i++)
        for (size_t f = 0; f < judgement->exchanges[i].finding_count; f++) {
            const struct reports_finding *finding = &judgement->exchanges[i].findings[f];
            if (trial->rule != NULL && strcmp(finding->rule, trial->rule) == 0
                && strcmp(finding->clause, trial->clause) == 0)
                return true;
        }
    return false;
}

static void tell(const struct defect_trial *trial, const char *dialect, uint64_t seed,
                 const struct host *host, const struct judgement *judgement)
{
    print_error("%s, %s, seed %llu: heard\n", trial->name, dialect, (unsigned long long)seed);
    for (size_t i = 0; i < host->heard.size; i++) {
        uint8_t byte = host->heard.bytes[i];
        if (byte >= 0x20 && byte <= 0x7E) print_error("%c", byte);
        else print_error(byte == '\n' ? "\\n\n" : byte == '\r' ? "\\r" : "\\x%02x", byte);
    }
    print_error("\n");
    for (size_t i = 0; i < judgement->exchange_count; i++)
        for (size_t f = 0; f < judgement->exchanges[i].finding_count; f++) {
            const struct reports_finding *finding = &judgement->exchanges[i].findings[f];
            print_error("  %s: %s %s: expected %s, seen %s\n", judgement->exchanges[i].command,
                        finding->rule, finding->clause, finding->expected, finding->seen);
        }
}

static void release(struct host *host, struct judgement *judgement)
{
    judgement_release(judgement);
    buffer_release(&host->heard);
}

/* ---- sessions that several defects share ------------------------------ */

static bool shows_in(const struct defect_trial *trial, size_t dialect)
{
    return modem_defect_shows(&(struct modem_defect){.dialects = trial->dialects},
                              dialects[dialect]);
}

static bool is_same_session(const struct defect_trial *a, const struct defect_trial *b)
{
    for (size_t i = 0; i < DEFECT_STEP_MAX; i++) {
        if (a->steps[i] == NULL || b->steps[i] == NULL) return a->steps[i] == b->steps[i];
        if (strcmp(a->steps[i], b->steps[i]) != 0) return false;
    }
    return true;
}

/* Whether no earlier trial has the session in that dialect. */
static bool is_first(const struct defect_trial *trial, size_t dialect)
{
    for (const struct defect_trial *other = defect_trials; other != trial; other++)
        if (shows_in(other, dialect) && is_same_session(other, trial)) return false;
    return true;
}

/* By all trials of the session. */
static bool is_as_all_expect(const struct defect_trial *trial, size_t dialect,
                             const struct host *host)
{
    for (const struct defect_trial *other = trial; other->name != NULL; other++)
        if (shows_in(other, dialect) && is_same_session(other, trial)
            && !is_as_expected(other, host))
            return false;
    return true;
}

/* ---- with and without ------------------------------------------------- */

/* Returns: whether it went as it has to. */
static bool try_one(const struct defect_trial *trial, size_t dialect, uint64_t seed,
                    const struct modem_flaw *flaw)
{
    struct judgement judgement;
    struct modem_options options = {.seed = seed, .flaws = flaw, .flaw_count = flaw != NULL};
    struct host host = hold_session(trial, dialects[dialect], &options);
    judge_session(&host, dialect, &judgement);
    bool known = trial->rule == NULL || trial->rule[0] != '\0';
    bool found = trial->rule != NULL && known ? has_finding(&judgement, trial)
                                              : !is_as_expected(trial, &host);
    bool clean = !known || is_clean(&judgement);
    bool good = flaw != NULL ? found : clean && is_as_all_expect(trial, dialect, &host);
    if (!good && says_failures) tell(trial, dialects[dialect], seed, &host, &judgement);
    release(&host, &judgement);
    return good;
}

/* WITH the defect, WITHOUT, or with one whose turn to strike NEVER comes. */
enum how { WITH, WITHOUT, NEVER };

/* Each trial, in each of its dialects. Of a defect that never strikes nothing
 * may be found. */
static size_t try_all(enum how how, uint64_t seed)
{
    size_t failed = 0;
    for (const struct defect_trial *trial = defect_trials; trial->name != NULL; trial++)
        for (size_t d = 0; d < DIALECT_MOST; d++) {
            struct modem_flaw flaw = {.defect = modem_find_defect(trial->name),
                                      .at = how == NEVER ? UINT32_MAX : 0};
            assert_non_null(flaw.defect);
            if (!shows_in(trial, d) || (how == WITHOUT && !is_first(trial, d))) continue;
            bool good = try_one(trial, d, seed, how == WITHOUT ? NULL : &flaw);
            failed += how == NEVER ? good : !good;
        }
    return failed;
}

static void test_defect_each_is_found_with_any_seed(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++)
        assert_int_equal(try_all(WITH, seed * 7919), 0);
}

static void test_defect_none_is_clean_with_any_seed(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++)
        assert_int_equal(try_all(WITHOUT, seed * 104729), 0);
}

/* What finds the defects can miss: it does if they do not strike. */
static void test_defect_that_does_not_strike_is_not_found(void **state)
{
    (void)state;
    says_failures = false;
    assert_int_equal(try_all(NEVER, 3), 0);
    says_failures = true;
}

/* ---- the table -------------------------------------------------------- */

static bool is_tried(const struct modem_defect *defect, const char *dialect)
{
    for (const struct defect_trial *trial = defect_trials; trial->name != NULL; trial++)
        if (strcmp(trial->name, defect->name) == 0
            && modem_defect_shows(&(struct modem_defect){.dialects = trial->dialects}, dialect))
            return true;
    return false;
}

static bool is_kebab_case(const char *name)
{
    return name[0] != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static void test_defect_each_is_in_the_table_once_in_each_dialect(void **state)
{
    (void)state;
    size_t count = 0;
    bool good = true;
    for (const struct modem_defect *defect = modem_defects; defect->name != NULL; defect++) {
        count++;
        assert_true(is_kebab_case(defect->name));
        assert_ptr_equal(modem_find_defect(defect->name), defect);
        for (size_t d = 0; d < DIALECT_MOST; d++) {
            if (!modem_defect_shows(defect, dialects[d]) || is_tried(defect, dialects[d])) continue;
            print_error("%s: not tried in %s\n", defect->name, dialects[d]);
            good = false;
        }
    }
    print_message("%zu defects\n", count);
    assert_true(good);
    assert_true(count >= 48);
}

/* A clause that a defect breaks is one of those that the list states, or the
 * list says that it strikes others too. */
static void test_defect_breaks_the_clause_that_the_list_states(void **state)
{
    (void)state;
    for (const struct defect_trial *trial = defect_trials; trial->name != NULL; trial++) {
        const struct modem_defect *defect = modem_find_defect(trial->name);
        if (trial->clause == NULL || defect->anywhere
            || strstr(defect->clause, trial->clause) != NULL)
            continue;
        fail_msg("%s: found at %s, stated %s", trial->name, trial->clause, defect->clause);
    }
}

static void test_defect_names_are_read_with_their_turn(void **state)
{
    (void)state;
    struct modem_flaw flaw = {0};
    assert_true(modem_read_flaw("freeze", &flaw));
    assert_string_equal(flaw.defect->name, "freeze");
    assert_int_equal(flaw.at, 0);
    assert_true(modem_read_flaw("lf-only@12", &flaw));
    assert_string_equal(flaw.defect->name, "lf-only");
    assert_int_equal(flaw.at, 12);
    assert_false(flaw.lasting);
    assert_true(modem_read_flaw("lf-only@12+", &flaw));
    assert_int_equal(flaw.at, 12);
    assert_true(flaw.lasting);
    static const char *const wrong[] = {"",         "frees",     "freeze@",   "freeze@0",
                                        "freeze@x", "freeze@1x", "freeze@-1", "freeze@99999999999",
                                        "freeze@+", "freeze@1++"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(modem_read_flaw(wrong[i], &flaw));
}

static void test_defect_strikes_in_its_turn_alone(void **state)
{
    (void)state;
    static const struct defect_trial trial = {.name = "missing-line",
                                              .steps = {"ATE0", "AT+CSQ", "AT+CSQ", "AT+CSQ"}};
    struct modem_flaw flaws[2] = {{.defect = modem_find_defect("missing-line"), .at = 2},
                                  {.defect = modem_find_defect("doubled-final"), .at = 4}};
    struct modem_options options = {.flaws = flaws, .flaw_count = 2};
    struct host host = hold_session(&trial, "simcom", &options);
    buffer_append(&host.heard, "", 1);
    assert_string_equal((const char *)host.heard.bytes,
                        "ATE0\r\r\nOK\r\n\r\n+CSQ: 23,0\r\n\r\nOK\r\n\r\nOK\r\n"
                        "\r\n+CSQ: 23,0\r\n\r\nOK\r\n\r\nOK\r\n");
    buffer_release(&host.heard);
    buffer_release(&host.builder.bytes);
    buffer_release(&host.builder.items);
}

static void test_defect_lasts_from_its_turn_on(void **state)
{
    (void)state;
    static const struct defect_trial trial = {.name = "missing-line",
                                              .steps = {"ATE0", "AT+CSQ", "AT+CSQ", "AT+CSQ"}};
    struct modem_flaw flaw = {
        .defect = modem_find_defect("missing-line"), .at = 2, .lasting = true};
    struct modem_options options = {.flaws = &flaw, .flaw_count = 1};
    struct host host = hold_session(&trial, "simcom", &options);
    buffer_append(&host.heard, "", 1);
    assert_string_equal((const char *)host.heard.bytes,
                        "ATE0\r\r\nOK\r\n\r\n+CSQ: 23,0\r\n\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n");
    buffer_release(&host.heard);
    buffer_release(&host.builder.bytes);
    buffer_release(&host.builder.items);
}

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
        for (const struct defect_trial *trial = defect_trials; trial->name != NULL; trial++)
            for (size_t d = 0; d < DIALECT_MOST; d++) {
                struct judgement judgement;
                struct modem_options options = {.seed = seed, .urcs = seed * 31337};
                bool known = trial->rule == NULL || trial->rule[0] != '\0';
                if (!known || !shows_in(trial, d) || !is_first(trial, d)) continue;
                struct host host = hold_session(trial, dialects[d], &options);
                judge_session(&host, d, &judgement);
                said += count_of(&host, "+C") + count_of(&host, "URC: ");
                bool good = is_clean(&judgement);
                if (!good) tell(trial, dialects[d], seed, &host, &judgement);
                failed += !good;
                release(&host, &judgement);
            }
    assert_int_equal(failed, 0);
    assert_true(said > 1000);
}

static bool begins_with(const char *line, const char *text)
{
    return strncmp(line, text, strlen(text)) == 0;
}

/* Before the first line of a response, between its lines, before the final
 * result code and behind it; the response's own lines stay. */
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

/* None behind a prompt, in an upload, in a stream, with Q1. */
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

/* ---- the whole -------------------------------------------------------- */

static int set_up(void **state)
{
    (void)state;
    /* UGxx has the suites of RSA alone */
    struct server_options options = {.key_type = SERVER_KEY_RSA, .ciphers = "DEFAULT:@SECLEVEL=0"};
    char *error = NULL;
    model = catalog_load_builtin(stderr);
    server = server_start(&options, &error);
    for (size_t d = 0; d < DIALECT_MOST; d++)
        if (catalog_open_dialect(dialects[d], &compiled[d], stderr) != 0) return -1;
    return model == NULL || server == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    server_stop(server);
    for (size_t d = 0; d < DIALECT_MOST; d++) compiled_catalog_free(compiled[d]);
    catalog_free(model);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defect_names_are_read_with_their_turn),
        cmocka_unit_test(test_defect_each_is_in_the_table_once_in_each_dialect),
        cmocka_unit_test(test_defect_breaks_the_clause_that_the_list_states),
        cmocka_unit_test(test_defect_strikes_in_its_turn_alone),
        cmocka_unit_test(test_defect_lasts_from_its_turn_on),
        cmocka_unit_test(test_defect_none_is_clean_with_any_seed),
        cmocka_unit_test(test_defect_each_is_found_with_any_seed),
        cmocka_unit_test(test_defect_that_does_not_strike_is_not_found),
        cmocka_unit_test(test_urc_breaks_no_session),
        cmocka_unit_test(test_urc_comes_at_every_place),
        cmocka_unit_test(test_urc_keeps_out_of_uploads_and_streams),
        cmocka_unit_test(test_urc_tells_nothing_untrue_of_connections),
        cmocka_unit_test(test_urc_repeats_itself_by_its_seed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;
}
