#include "defect_host.h"

#include "base/memory.h"
#include "catalog/builtin.h"
#include "server/server.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define QUIET_US   5000 /* longer than a random pause                       */
#define NETWORK_MS 5000
#define VAIN_MS    20
#define LONG_LINE  6000 /* bytes                                            */

const char *const defect_dialects[DIALECT_MOST] = {"simcom", "quectel-ugxx", "quectel-ec200"};

static struct compiled_catalog *compiled[DIALECT_MOST];
static struct catalog_model *model;
static struct server *server;

/* ---- a host ----------------------------------------------------------- */

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

struct host hold_session(const struct defect_trial *trial, const char *dialect,
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

void judge_session(struct host *host, size_t dialect, struct judgement *out)
{
    struct transcript transcript;
    struct transcript_error error;
    struct judge_options options = {.strict = true};
    assert_true(transcript_build(&host->builder, &transcript, &error));
    judge_transcript(&transcript, compiled[dialect], &options, out);
    transcript_release(&transcript);
}

bool is_as_expected(const struct defect_trial *trial, const struct host *host)
{
    return (trial->wanted == NULL || contains(host, 0, trial->wanted))
           && (trial->unwanted == NULL || !contains(host, 0, trial->unwanted));
}

bool is_clean(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->exchange_count; i++)
        for (size_t f = 0; f < judgement->exchanges[i].finding_count; f++)
            if (judgement->exchanges[i].findings[f].level != REPORTS_INFO) return false;
    return true;
}

bool has_finding(const struct judgement *judgement, const struct defect_trial *trial)
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

void host_tell(const struct defect_trial *trial, const char *dialect, uint64_t seed,
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

void host_release(struct host *host, struct judgement *judgement)
{
    judgement_release(judgement);
    buffer_release(&host->heard);
}

/* ---- sessions that several defects share ------------------------------ */

bool shows_in(const struct defect_trial *trial, size_t dialect)
{
    return modem_defect_shows(&(struct modem_defect){.dialects = trial->dialects},
                              defect_dialects[dialect]);
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
bool is_first(const struct defect_trial *trial, size_t dialect)
{
    for (const struct defect_trial *other = defect_trials; other != trial;
         other = defect_next_trial(other))
        if (shows_in(other, dialect) && is_same_session(other, trial)) return false;
    return true;
}

/* By all trials of the session. */
bool is_as_all_expect(const struct defect_trial *trial, size_t dialect, const struct host *host)
{
    for (const struct defect_trial *other = trial; other->name != NULL;
         other = defect_next_trial(other))
        if (shows_in(other, dialect) && is_same_session(other, trial)
            && !is_as_expected(other, host))
            return false;
    return true;
}

/* ---- a group of tests -------------------------------------------------- */

int defect_set_up(void **state)
{
    (void)state;
    /* UGxx has the suites of RSA alone */
    struct server_options options = {.key_type = SERVER_KEY_RSA, .ciphers = "DEFAULT:@SECLEVEL=0"};
    char *error = NULL;
    model = catalog_load_builtin(stderr);
    server = server_start(&options, &error);
    for (size_t d = 0; d < DIALECT_MOST; d++)
        if (catalog_open_dialect(defect_dialects[d], &compiled[d], stderr) != 0) return -1;
    return model == NULL || server == NULL ? -1 : 0;
}

int defect_tear_down(void **state)
{
    (void)state;
    server_stop(server);
    for (size_t d = 0; d < DIALECT_MOST; d++) compiled_catalog_free(compiled[d]);
    catalog_free(model);
    return 0;
}
