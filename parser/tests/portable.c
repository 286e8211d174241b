/* The same events on every architecture (I9): makes streams from a seed, and
 * prints a hash of the events of each. Built for several targets, the outputs
 * must be the same byte for byte (portable.sh). Each stream is also fed in
 * other chunks, which must give the same hash (I1), and its events joined must
 * be its bytes (I2).
 * usage: portable [seeds] */
#include <atproof/atproof.h>
#include <atproof/dialects.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const struct atp_catalog *catalog;
} dialects[] = {
    {"simcom", &atp_catalog_simcom},
    {"quectel-ugxx", &atp_catalog_quectel_ugxx},
    {"quectel-ec200", &atp_catalog_quectel_ec200},
    {"auto", &atp_catalog_auto},
};

static const char *const sent[] = {
    "AT\r",
    "ATE0\r",
    "ATE1\r",
    "ATV0\r",
    "ATV1\r",
    "AT+CSQ\r",
    "AT+HTTPREAD=0,500\r",
    "AT+HTTPACTION=0\r",
    "AT+CCHOPEN=0,\"example.com\",443\r",
    "AT+CCHRECV=0\r",
    "AT+CCHSEND=0,12\r",
    "AT+QSSLRECV=1,1500\r",
    "AT+QSSLSEND=1\r",
    "AT+QSSLOPEN=1,1,1,\"a\",1,2\r",
    "ATO\r",
    "+++",
    "hello\x1a",
    "hello world!",
    "AT+QSSLCFG=\"sni\",1\r",
    "A/",
    "AT+UNKNOWN=1\r",
    "AT+CCERTDELE=\"\nOK\n\"\r",
    "AT+QFUPL=\"ca.pem\",5,60\r",
};

static const char *const said[] = {
    "\r\n",
    "OK\r\n",
    "ERROR\r\n",
    "+CME ERROR: 14\r\n",
    "+CME ERROR: SIM busy\r\n",
    "CONNECT\r\n",
    "CONNECT 115200\r\n",
    "NO CARRIER\r\n",
    "\r\nOK\r\n",
    "SEND OK\r\n",
    "CLOSED\r\n",
    "> ",
    ">",
    "+CSQ: 23,0\r\n",
    "+CSQ:23,\r\n",
    "+CSQ,1,2\n",
    "+HTTPACTION: 0,200,22505\r\n",
    "+HTTPACTION: 1,706,0\r\n",
    "+HTTPREAD: 7\r\nOK\r\nOK\n\r\n+HTTPREAD: 0\r\n",
    "+HTTPREAD: 4294967296\r\n",
    "+HTTPREAD: -1\r\n",
    "+HTTPREAD: 65\r\n",
    "+HTTPHEAD: 3\r\nabc",
    "+CCHRECV: DATA,0,4\r\n\r\nOK",
    "+CCHRECV: 0,0\r\n",
    "+CCHOPEN: 0,\"\",,,\r\n",
    "+QSSLURC: \"recv\",1,3\r\nabc",
    "+QSSLURC: \"recv\",1\r\n",
    "+QSSLURC: \"closed\",1\r\n",
    "+QSSLRECV: 0\r\n",
    "+QSSLRECV: 2\r\n\r\n",
    "+QSSLOPEN: 1,0\r\n",
    "AT+CSQ\r\r\n",
    "AT\rOK\r\n",
    "0\r",
    "4\r",
    "+HTTPACTION: 1,200,94+CSQ: 1,2\r\n",
    "RDY\r\n",
    "+CGEV: ME PDN DEACT 1\r\n",
    "\"\"\"\",,,,\r\n",
    "+CCERTLIST: \"a,\"b\"\r\n",
    "OKAY\r\n",
    "\x80\xff\x00",
    "hello world!",
    "+CPSI: LTE,Online,460-00,0x333C,39589680,308,EUTRAN-BAND3,1350,5,0,0,54,0,22\r\n",
};

enum { STREAM_MAX = 16384 };

static uint8_t bytes[STREAM_MAX];
static size_t size;
static struct {
    size_t at;        /* where in the stream it is sent                     */
    const char *text; /* NULL: the host's clock ran out                     */
} steps[256];
static size_t step_count;

static uint32_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static void make_stream(uint32_t seed)
{
    random_state = seed * 2654435761u + 1u;
    size = 0;
    step_count = 0;
    unsigned count = 5 + draw(60);
    for (unsigned i = 0; i < count && step_count < 250; i++) {
        uint32_t kind = draw(100);
        if (kind < 25) {
            steps[step_count].at = size;
            steps[step_count++].text = sent[draw(sizeof sent / sizeof sent[0])];
        } else if (kind < 27) {
            steps[step_count].at = size;
            steps[step_count++].text = NULL;
        } else if (kind < 30) {
            for (uint32_t n = draw(90); n > 0; n--) bytes[size++] = (uint8_t)draw(256);
        } else {
            const char *text = said[draw(sizeof said / sizeof said[0])];
            size_t n = strlen(text);
            memcpy(bytes + size, text, n);
            size += n;
        }
        if (draw(20) == 0 && size > 0) bytes[draw((uint32_t)size)] ^= (uint8_t)(1u << draw(8));
    }
}

struct log {
    uint32_t hash;
    uint8_t open_kind; /* 1 + kind of the joined event under way            */
    uint8_t joined[STREAM_MAX];
    size_t joined_size;
};

static void mix(struct log *log, const void *data, size_t n)
{
    for (size_t i = 0; i < n; i++) log->hash = (log->hash ^ ((const uint8_t *)data)[i]) * 16777619u;
}

static void mix_number(struct log *log, uint32_t value)
{
    const uint8_t text[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                             (uint8_t)value};
    mix(log, text, 4);
}

/* What an event holds, except its bytes: the same for its first span as for
 * the whole. */
static void mix_head(struct log *log, const struct atp_event *event)
{
    mix_number(log, (uint32_t)event->offset);
    mix_number(log, event->kind);
    mix(log, atp_event_name(event), strlen(atp_event_name(event)));
    mix_number(log, event->deviations);
    mix_number(log, event->exchange);
    for (unsigned i = 0; i < event->field_count; i++) {
        const char *name = atp_field_name(event, i);
        mix_number(log, event->status[i]);
        mix_number(log, event->fields[i].value);
        mix_number(log, event->fields[i].size);
        if (name != NULL) mix(log, name, strlen(name));
    }
}

static void on_event(void *user, const struct atp_event *event)
{
    struct log *log = user;
    bool span = event->more || event->kind == ATP_KIND_DATA || event->kind == ATP_KIND_STREAM;
    bool joined = log->open_kind == event->kind + 1;
    if (event->offset != log->joined_size) mix(log, "gap", 3);
    memcpy(log->joined + log->joined_size, event->bytes, event->size);
    log->joined_size += event->size;
    if (!joined) mix_head(log, event);
    log->open_kind = span && event->more ? (uint8_t)(event->kind + 1) : 0;
    mix(log, event->bytes, event->size);
}

static uint32_t run(const struct atp_catalog *catalog, size_t chunk)
{
    static uint8_t buffer[ATP_BUFFER_SIZE(64)];
    static struct log log;
    struct atp_parser parser;
    size_t at = 0;

    memset(&log, 0, sizeof log);
    log.hash = 2166136261u;
    atp_init(&parser, catalog, buffer, sizeof buffer, on_event, &log);
    for (size_t i = 0; i <= step_count; i++) {
        size_t until = i < step_count ? steps[i].at : size;
        while (at < until) {
            size_t n = until - at < chunk ? until - at : chunk;
            atp_feed(&parser, bytes + at, n);
            at += n;
        }
        if (i == step_count) break;
        if (steps[i].text != NULL) atp_sent(&parser, steps[i].text, strlen(steps[i].text));
        else atp_expire(&parser);
    }
    atp_finish(&parser);
    if (log.joined_size != size || memcmp(log.joined, bytes, size) != 0) {
        fprintf(stderr, "portable: the events joined are not the input\n");
        exit(1);
    }
    return log.hash;
}

int main(int argc, char **argv)
{
    static const size_t chunks[] = {1, 2, 3, 7, 64, 65, 256};
    uint32_t seeds = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2000;
    for (uint32_t seed = 0; seed < seeds; seed++) {
        make_stream(seed);
        for (size_t d = 0; d < sizeof dialects / sizeof dialects[0]; d++) {
            uint32_t whole = run(dialects[d].catalog, STREAM_MAX);
            for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++) {
                if (run(dialects[d].catalog, chunks[c]) == whole) continue;
                fprintf(stderr, "portable: seed %lu, %s: chunks of %lu differ from the whole\n",
                        (unsigned long)seed, dialects[d].name, (unsigned long)chunks[c]);
                return 1;
            }
            printf("%lu %s %lu %08lx\n", (unsigned long)seed, dialects[d].name, (unsigned long)size,
                   (unsigned long)whole);
        }
    }
    return 0;
}
