/* Every sample of the corpus decodes to its events; whole, byte by byte and
 * at every split alike (I1); joined, the events are the input (I2); and what
 * stands inside a payload changes nothing else (I3).
 *
 *     test_corpus [CORPUS-DIRECTORY]
 */
#include "corpus_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An input up to this size is split before every byte. The work grows with
 * the square of the size, so a larger one is split before every byte near an
 * event's edge, and here and there inside. */
#define SPLIT_ALL_SIZE 8192u
#define SPLIT_EDGE     64u
#define SPLIT_STRIDE   1021u

static struct corpus corpus;
static struct watched_run run;

/* The log of the whole run, kept for comparison. */
struct kept_log {
    char *text;
    size_t size;
};

static struct kept_log keep(const struct eventlog *log)
{
    struct kept_log kept;
    const char *text = eventlog_text(log, &kept.size);
    kept.text = malloc(kept.size + 1);
    assert_non_null(kept.text);
    memcpy(kept.text, text, kept.size);
    return kept;
}

static struct kept_log run_whole(const struct sample *sample)
{
    watched_replay(&run, sample, &sample->transcript, sample->received, REPLAY_WHOLE, 0);
    return keep(&run.log);
}

static bool run_is(const struct sample *sample, const char *what, const struct kept_log *expected)
{
    size_t size;
    const char *text = eventlog_text(&run.log, &size);
    if (!run.lossless)
        fprintf(stderr, "%s: %s: the events joined are not the input (I2)\n", sample->path, what);
    return same_log(sample, what, expected->text, expected->size, text, size) && run.lossless;
}

/* ---- whole ------------------------------------------------------------ */

static void test_corpus_is_found_and_complete(void **state)
{
    (void)state;
    printf("%zu samples\n", corpus.count);
    assert_int_not_equal(corpus.count, 0);
    assert_int_equal(corpus.fault_count, 0);
}

static void test_corpus_fed_whole_is_as_expected(void **state)
{
    (void)state;
    size_t failed = 0;
    for (size_t i = 0; i < corpus.count; i++) {
        const struct sample *sample = &corpus.samples[i];
        struct kept_log expected = {sample->expected, sample->expected_size};
        struct kept_log seen = run_whole(sample);
        failed += !run_is(sample, "whole", &expected);
        free(seen.text);
    }
    assert_int_equal(failed, 0);
}

/* ---- I1 --------------------------------------------------------------- */

/* From here on the log tells of exchanges too, as they must not depend on the
 * chunks either. */
static void tell_more(size_t line_size)
{
    run.exchanges = true;
    run.line_size = line_size;
}

static void test_corpus_fed_byte_by_byte_is_the_same(void **state)
{
    (void)state;
    size_t failed = 0;
    tell_more(WATCHED_LINE_SIZE);
    for (size_t i = 0; i < corpus.count; i++) {
        const struct sample *sample = &corpus.samples[i];
        struct kept_log whole = run_whole(sample);
        for (uint64_t chunk = 1; chunk <= 3; chunk++) {
            char what[32];
            snprintf(what, sizeof what, "chunks of %u", (unsigned)chunk);
            watched_replay(&run, sample, &sample->transcript, sample->received, REPLAY_EVERY,
                           chunk);
            failed += !run_is(sample, what, &whole);
        }
        free(whole.text);
    }
    assert_int_equal(failed, 0);
}

static bool split_is_same(const struct sample *sample, const struct kept_log *whole, size_t at)
{
    char what[48];
    watched_replay(&run, sample, &sample->transcript, sample->received, REPLAY_SPLIT, at);
    snprintf(what, sizeof what, "split at %zu", at);
    return run_is(sample, what, whole);
}

/* Marks the bytes before which to split: near where the log says that an event
 * begins, and a few more. */
static void mark_splits(const struct sample *sample, const struct kept_log *log, bool *wanted)
{
    static const char key[] = "{\"offset\":";
    const char *end = log->text + log->size;
    for (size_t at = 0; at < sample->size; at++)
        wanted[at] = sample->size <= SPLIT_ALL_SIZE || at % SPLIT_STRIDE == 0
                     || sample->size - at <= SPLIT_EDGE;
    for (const char *line = log->text; line < end; line = strchr(line, '\n') + 1) {
        size_t offset = (size_t)strtoull(line + sizeof key - 1, NULL, 10);
        size_t first = offset > SPLIT_EDGE ? offset - SPLIT_EDGE : 0;
        for (size_t at = first; at < offset + SPLIT_EDGE && at < sample->size; at++)
            wanted[at] = true;
    }
}

static bool splits_are_same(const struct sample *sample, const struct kept_log *whole)
{
    bool *wanted = calloc(sample->size + 1, sizeof *wanted);
    bool same = true;
    assert_non_null(wanted);
    mark_splits(sample, whole, wanted);
    for (size_t at = 1; at < sample->size && same; at++)
        same = !wanted[at] || split_is_same(sample, whole, at);
    free(wanted);
    return same;
}

static size_t count_split_failures(void)
{
    size_t failed = 0;
    for (size_t i = 0; i < corpus.count; i++) {
        struct kept_log whole = run_whole(&corpus.samples[i]);
        whole.text[whole.size] = '\0';
        failed += !splits_are_same(&corpus.samples[i], &whole);
        free(whole.text);
    }
    return failed;
}

static void test_corpus_split_anywhere_is_the_same(void **state)
{
    (void)state;
    tell_more(WATCHED_LINE_SIZE);
    assert_int_equal(count_split_failures(), 0);
}

/* Most lines are longer than this buffer, or meet its edge. */
static void test_corpus_split_anywhere_with_short_lines_is_the_same(void **state)
{
    (void)state;
    tell_more(ATP_LINE_SIZE_MIN);
    assert_int_equal(count_split_failures(), 0);
}

/* ---- I3 --------------------------------------------------------------- */

struct filler {
    const char *name;
    const char *bytes;
    size_t size;
};

#define FILLER(name, bytes)                                                                        \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1                                                             \
    }
static const struct filler fillers[] = {
    FILLER("OK", "\r\nOK\r\n"),
    FILLER("ERROR", "\r\nERROR\r\n"),
    FILLER("closed", "\r\n+QSSLURC: \"closed\",1\r\n"),
    FILLER("HTTPREAD end", "\r\n+HTTPREAD: 0\r\n"),
    FILLER("a length", "\r\n+HTTPREAD: 65535\r\n+CCHRECV: DATA,0,9999\r\n"),
    FILLER("NO CARRIER", "\r\nNO CARRIER\r\n"),
    FILLER("a command", "AT+CSQ\r\r\n"),
    FILLER("a prompt", "\r\n> "),
    FILLER("line feeds", "\n"),
    FILLER("NULs", "\0"),
    FILLER("0xFF", "\xFF"),
    FILLER("a quote", "\""),
};

/* Replaces digests by nothing: they alone may change. Returns the new size. */
static size_t strip_digests(char *text, size_t size)
{
    static const char key[] = ",\"sha256\":\"";
    size_t skipped = sizeof key - 1 + 64 + 1;
    size_t out = 0;
    for (size_t at = 0; at < size;) {
        if (size - at > skipped && memcmp(text + at, key, sizeof key - 1) == 0) at += skipped;
        text[out++] = text[at++];
    }
    return out;
}

/* Bytes of the payload from its beginning on that may be anything. Of a
 * stream those before the host speaks: after its +++ an OK is the module's. */
static size_t replaceable(const struct sample *sample, const struct payload *payload)
{
    const struct transcript *t = &sample->transcript;
    uint64_t at = 0;
    if (payload->kind == ATP_KIND_DATA) return (size_t)payload->size;
    for (size_t i = 0; i < t->item_count; i++) {
        if (t->items[i].kind == TRANSCRIPT_RECEIVED) at += t->items[i].size;
        else if (t->items[i].kind == TRANSCRIPT_SENT && at >= payload->offset) break;
    }
    uint64_t end = payload->offset + payload->size;
    return (size_t)((at < end ? at : end) - payload->offset);
}

/* Puts `bytes`, which stand at `offset` of all received bytes, into a copy of
 * the transcript. */
static void put_received(struct transcript *t, uint64_t offset, const uint8_t *bytes, size_t size)
{
    uint64_t at = 0;
    for (size_t i = 0; i < t->item_count; i++) {
        const struct transcript_item *item = &t->items[i];
        if (item->kind != TRANSCRIPT_RECEIVED) continue;
        for (size_t k = 0; k < item->size; k++, at++) {
            if (at >= offset && at - offset < size) t->bytes[item->offset + k] = bytes[at - offset];
        }
    }
}

static bool changed_is_same(const struct sample *sample, const struct kept_log *whole,
                            const struct transcript *changed, const uint8_t *received,
                            const char *what, enum replay_chunking chunking)
{
    watched_replay(&run, sample, changed, received, chunking, 1);
    struct kept_log seen = keep(&run.log);
    seen.size = strip_digests(seen.text, seen.size);
    bool same = same_log(sample, what, whole->text, whole->size, seen.text, seen.size);
    free(seen.text);
    return same;
}

/* Bytes of the transcript's items, which stand in their order. */
static size_t pool_size(const struct transcript *t)
{
    const struct transcript_item *last = &t->items[t->item_count - 1];
    return t->item_count == 0 ? 0 : last->offset + last->size;
}

/* Puts repetitions of the filler in the payload's place, whole ones from the
 * first byte on or up to the last. */
static bool is_immune(const struct sample *sample, const struct kept_log *whole,
                      const struct payload *payload, const struct filler *filler, bool to_end)
{
    size_t pool = pool_size(&sample->transcript);
    struct transcript changed = sample->transcript;
    uint8_t *received = malloc(sample->size + 1);
    changed.bytes = malloc(pool + 1);
    assert_non_null(received);
    assert_non_null(changed.bytes);
    memcpy(received, sample->received, sample->size);
    memcpy(changed.bytes, sample->transcript.bytes, pool);
    size_t size = replaceable(sample, payload);
    size_t shift = to_end ? filler->size - size % filler->size : 0;
    for (size_t i = 0; i < size; i++)
        received[payload->offset + i] = (uint8_t)filler->bytes[(i + shift) % filler->size];
    put_received(&changed, payload->offset, received + payload->offset, size);

    char what[96];
    snprintf(what, sizeof what, "payload at %llu filled %s %s", (unsigned long long)payload->offset,
             to_end ? "up to its end with" : "with", filler->name);
    bool same = changed_is_same(sample, whole, &changed, received, what, REPLAY_WHOLE);
    if (same && size <= SPLIT_ALL_SIZE)
        same = changed_is_same(sample, whole, &changed, received, what, REPLAY_EVERY);
    free(changed.bytes);
    free(received);
    return same;
}

static size_t count_vulnerable(const struct sample *sample)
{
    struct kept_log whole = run_whole(sample);
    size_t count = run.payloads.size / sizeof(struct payload);
    struct payload *payloads = malloc(run.payloads.size + 1);
    size_t failed = 0;
    assert_non_null(payloads);
    memcpy(payloads, run.payloads.bytes == NULL ? (void *)"" : (void *)run.payloads.bytes,
           run.payloads.size);
    whole.size = strip_digests(whole.text, whole.size);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < 2 * sizeof fillers / sizeof *fillers; k++)
            failed += !is_immune(sample, &whole, &payloads[i], &fillers[k / 2], k % 2 == 1);
    }
    free(payloads);
    free(whole.text);
    return failed;
}

static void test_corpus_payload_is_immune(void **state)
{
    (void)state;
    size_t failed = 0;
    tell_more(WATCHED_LINE_SIZE);
    for (size_t i = 0; i < corpus.count; i++) failed += count_vulnerable(&corpus.samples[i]);
    assert_int_equal(failed, 0);
}

/* ---- all -------------------------------------------------------------- */

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus_is_found_and_complete),
        cmocka_unit_test(test_corpus_fed_whole_is_as_expected),
        cmocka_unit_test(test_corpus_fed_byte_by_byte_is_the_same),
        cmocka_unit_test(test_corpus_split_anywhere_is_the_same),
        cmocka_unit_test(test_corpus_split_anywhere_with_short_lines_is_the_same),
        cmocka_unit_test(test_corpus_payload_is_immune),
    };
    size_t largest = 0;
    corpus_read(argc > 1 ? argv[1] : ATP_CORPUS_DIR, false, &corpus);
    for (size_t i = 0; i < corpus.count; i++) {
        if (corpus.samples[i].size > largest) largest = corpus.samples[i].size;
    }
    if (!watched_init(&run, largest)) return 2;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    eventlog_release(&run.log);
    buffer_release(&run.payloads);
    corpus_release(&corpus);
    return failed != 0;
}
