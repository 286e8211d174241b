/* Speed of the parser beside memchr and memcpy over the same bytes in the
 * same run. Prints ratios; a machine's own speed cancels out.
 * usage: bench [rounds] */
#define _POSIX_C_SOURCE 200809L
#include <atproof/atproof.h>
#include <atproof/dialects.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STREAM_SIZE = 1 << 20, LINE_CHUNK = 256, PAYLOAD_CHUNK = 1460, REPEATS = 9 };

#define CPSI "\r\n+CPSI: LTE,Online,460-00,0x333C,39589680,308,EUTRAN-BAND3,1350,5,0,0,54,0,22\r\n"

/* What a host sees in a day: answers, results, URCs short and long. */
static const char *const mix[] = {
    "\r\n+CSQ: 23,0\r\n\r\nOK\r\n",
    "\r\nOK\r\n\r\n+HTTPACTION: 0,200,22505\r\n",
    "\r\n+CCHEVENT: 0,RECV EVENT\r\n",
    "\r\nOK\r\n\r\n+CCHOPEN: 0,0\r\n",
    CPSI "\r\nOK\r\n",
    "\r\n+CCHRECV: LEN,1024,0\r\n\r\nOK\r\n",
    "\r\n+CREG: 0,1\r\n\r\nOK\r\n",
    "\r\n+CCLK: \"26/11/20,10:00:00+04\"\r\n\r\nOK\r\n",
    "\r\n+CGEV: ME PDN DEACT 1\r\n",
    "\r\n+CCHSEND: 0,0\r\n",
    "\r\n+CCERTLIST: \"ca_cert.der\"\r\n+CCERTLIST: \"client_key.pem\"\r\n\r\nOK\r\n",
    "\r\n+CME ERROR: 14\r\n",
    "\r\n+HTTPREAD: LEN,22505\r\n\r\nOK\r\n",
    "\r\n+CCH_PEER_CLOSED: 0\r\n",
};

static uint8_t stream[STREAM_SIZE];
static uint8_t copy[STREAM_SIZE];
static uint64_t events;
static uint64_t sum;

static void count_event(void *user, const struct atp_event *event)
{
    (void)user;
    events++;
    for (unsigned i = 0; i < event->field_count; i++) sum += event->fields[i].value;
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void fill_lines(void)
{
    size_t at = 0;
    for (unsigned i = 0;; i++) {
        const char *text = mix[i * 5u % (sizeof mix / sizeof mix[0])];
        size_t size = strlen(text);
        if (at + size > STREAM_SIZE) break;
        memcpy(stream + at, text, size);
        at += size;
    }
    memset(stream + at, '\n', STREAM_SIZE - at);
}

static void feed(size_t chunk, const char *before)
{
    static uint8_t buffer[ATP_BUFFER_SIZE(512)];
    struct atp_parser parser;
    atp_init(&parser, &atp_catalog_simcom, buffer, sizeof buffer, count_event, NULL);
    atp_feed(&parser, before, strlen(before));
    for (size_t at = 0; at < STREAM_SIZE; at += chunk)
        atp_feed(&parser, stream + at, STREAM_SIZE - at < chunk ? STREAM_SIZE - at : chunk);
}

static void run_memchr(size_t chunk)
{
    for (size_t at = 0; at < STREAM_SIZE; at += chunk) {
        const uint8_t *p = stream + at;
        const uint8_t *end = p + (STREAM_SIZE - at < chunk ? STREAM_SIZE - at : chunk);
        while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
            p++;
            sum++;
        }
    }
}

static void run_memcpy(size_t chunk)
{
    for (size_t at = 0; at < STREAM_SIZE; at += chunk)
        memcpy(copy + at, stream + at, STREAM_SIZE - at < chunk ? STREAM_SIZE - at : chunk);
    sum += copy[sum % STREAM_SIZE];
}

enum job { JOB_PARSE, JOB_MEMCHR, JOB_MEMCPY };

static double best_of(enum job job, size_t chunk, const char *before, unsigned rounds)
{
    double best = 1e9;
    for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
        double start = now();
        for (unsigned i = 0; i < rounds; i++) {
            if (job == JOB_PARSE) feed(chunk, before);
            else if (job == JOB_MEMCHR) run_memchr(chunk);
            else run_memcpy(chunk);
        }
        double took = (now() - start) / rounds;
        if (took < best) best = took;
    }
    return STREAM_SIZE / best / 1e6;
}

static void report(const char *what, double parser, const char *beside, double other)
{
    printf("%-34s %8.0f MB/s   %-7s %8.0f MB/s   ratio %.2f\n", what, parser, beside, other,
           parser / other);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20;
    if (rounds == 0) {
        fprintf(stderr, "bench: rounds must be a number above 0\n");
        return 2;
    }
    fill_lines();
    events = 0;
    feed(LINE_CHUNK, "");
    printf("mixed stream: %d bytes, %llu events, %.1f bytes an event\n", STREAM_SIZE,
           (unsigned long long)events, (double)STREAM_SIZE / (double)events);
    report("lines, 256-byte chunks", best_of(JOB_PARSE, LINE_CHUNK, "", rounds), "memchr",
           best_of(JOB_MEMCHR, LINE_CHUNK, "", rounds));
    report("payload, 1460-byte chunks",
           best_of(JOB_PARSE, PAYLOAD_CHUNK, "+HTTPREAD: 4000000000\r\n", rounds), "memcpy",
           best_of(JOB_MEMCPY, PAYLOAD_CHUNK, "", rounds));
    report("lines, one byte at a time", best_of(JOB_PARSE, 1, "", rounds), "memchr",
           best_of(JOB_MEMCHR, 1, "", rounds));
    return sum == 0;
}
