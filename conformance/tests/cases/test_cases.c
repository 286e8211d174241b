/* The cases of the corpus, a test each: decoded whole, byte by byte, at every
 * split and (with --pairs) at every pair of splits, to the same events, those
 * beside the file; and judged as the case declares.
 *
 *     test_cases [--pairs] FILE...
 *
 * Runs are compared by a digest of their events, which takes a hundredth of
 * the time that writing them as text does; the text of the whole run is
 * compared with NAME.events. */
#include "base/memory.h"
#include "catalog/builtin.h"
#include "corpus/corpus.h"
#include "corpus_run.h"
#include "judge/judge.h"
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define PAIR_SIZE_MAX 256 /* bytes of a stream that is split at every pair  */
#define CASE_SIZE_MAX ((size_t)1 << 20)

/* ---- digests ---------------------------------------------------------- */

/* An event all of whose spans have not come. */
struct event_digest {
    uint64_t value;
    bool open;
    uint8_t kind;
    uint64_t offset;
    uint64_t size;
    uint32_t deviations;
};

static void mix(struct event_digest *digest, uint64_t value)
{
    digest->value = (digest->value ^ value) * 0x9E3779B97F4A7C15u;
    digest->value ^= digest->value >> 29;
}

static void end_span(struct event_digest *digest)
{
    if (!digest->open) return;
    mix(digest, digest->kind);
    mix(digest, digest->offset);
    mix(digest, digest->size);
    mix(digest, digest->deviations);
    digest->open = false;
}

static bool is_bytes(uint8_t kind)
{
    return kind == ATP_KIND_DATA || kind == ATP_KIND_STREAM;
}

static void mix_line(struct event_digest *digest, const struct atp_event *event)
{
    mix(digest, (uint64_t)(event->name - event->catalog->names) + 1);
    if (event->record != NULL) mix(digest, (uint64_t)(event->record - event->catalog->records) + 1);
    mix(digest, event->result);
    mix(digest, event->exchange);
    mix(digest, event->text_size);
    for (unsigned i = 0; i < event->field_count; i++) {
        mix(digest, event->status[i]);
        mix(digest, event->fields[i].value);
        mix(digest, event->fields[i].size);
    }
}

static void on_event(void *user, const struct atp_event *event)
{
    struct event_digest *digest = user;
    bool goes_on = digest->open && digest->kind == event->kind
                   && digest->offset + digest->size == event->offset;
    if (goes_on) {
        digest->size += event->size;
        digest->deviations |= event->deviations;
    } else {
        end_span(digest);
        digest->open = true;
        digest->kind = event->kind;
        digest->offset = event->offset;
        digest->size = event->size;
        digest->deviations = event->deviations;
    }
    if (event->more != 0 || is_bytes(event->kind)) return;
    end_span(digest);
    if (event->name != NULL) mix_line(digest, event);
}

/* ---- runs ------------------------------------------------------------- */

struct runner {
    struct atp_parser parser;
    uint8_t buffer[ATP_BUFFER_SIZE(WATCHED_LINE_SIZE)];
    uint64_t fed;
    uint64_t cuts[2]; /* ascending; UINT64_MAX: none                        */
    bool bytewise;
    uint64_t count; /* of runs                                              */
};

static size_t part_size(const struct runner *runner, size_t left)
{
    if (runner->bytewise) return 1;
    for (size_t i = 0; i < 2; i++)
        if (runner->cuts[i] > runner->fed && runner->cuts[i] - runner->fed < left)
            return (size_t)(runner->cuts[i] - runner->fed);
    return left;
}

static void feed(struct runner *runner, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        size_t part = part_size(runner, size);
        atp_feed(&runner->parser, bytes, part);
        runner->fed += part;
        bytes += part;
        size -= part;
    }
}

/* Received items that follow each other are one run of bytes. */
static size_t feed_run(struct runner *runner, const struct transcript *t, size_t first)
{
    size_t size = 0;
    size_t count = 0;
    for (; first + count < t->item_count && t->items[first + count].kind == TRANSCRIPT_RECEIVED;
         count++)
        size += t->items[first + count].size;
    feed(runner, t->bytes + t->items[first].offset, size);
    return count;
}

static uint64_t run(struct runner *runner, const struct sample *sample)
{
    const struct transcript *t = &sample->transcript;
    struct event_digest digest = {0};
    runner->fed = 0;
    runner->count++;
    atp_init(&runner->parser, sample->catalog, runner->buffer, sizeof runner->buffer, on_event,
             &digest);
    for (size_t i = 0; i < t->item_count;) {
        const struct transcript_item *item = &t->items[i];
        if (item->kind == TRANSCRIPT_RECEIVED) {
            i += feed_run(runner, t, i);
            continue;
        }
        if (item->kind == TRANSCRIPT_SENT)
            atp_sent(&runner->parser, t->bytes + item->offset, item->size);
        else if (item->kind == TRANSCRIPT_EXPIRE) atp_expire(&runner->parser);
        else atp_stream_end(&runner->parser);
        i++;
    }
    atp_finish(&runner->parser);
    end_span(&digest);
    return digest.value;
}

/* ---- failures --------------------------------------------------------- */

static struct {
    struct corpus corpus;
    struct runner runner;
    struct watched_run watched;
    bool pairs;
    uint64_t sizes; /* bytes of all streams                                 */
} suite;

/* Runs the sample so that its log can be shown, and fails if the log is not the
 * one beside the file. */
static void assert_log(const struct sample *sample, const char *what, enum replay_chunking chunking,
                       uint64_t chunk)
{
    size_t size = 0;
    watched_replay(&suite.watched, sample, &sample->transcript, sample->received, chunking, chunk);
    const char *seen = eventlog_text(&suite.watched.log, &size);
    char *difference =
        log_difference(sample, what, sample->expected, sample->expected_size, seen, size);
    if (difference != NULL) print_error("%s", difference);
    free(difference);
    if (difference != NULL)
        fail_msg("%s: %s: the events are not those beside it", sample->path, what);
    if (!suite.watched.lossless)
        fail_msg("%s: %s: the events joined are not the input", sample->path, what);
}

static void assert_same(const struct sample *sample, uint64_t seen, uint64_t expected, uint64_t cut)
{
    char what[64];
    const struct runner *runner = &suite.runner;
    if (seen == expected) return;
    if (runner->bytewise) assert_log(sample, "byte by byte", REPLAY_EVERY, 1);
    snprintf(what, sizeof what, "split at %llu", (unsigned long long)cut);
    if (!runner->bytewise) assert_log(sample, what, REPLAY_SPLIT, cut);
    fail_msg("%s: other events when split at %llu and %llu", sample->path,
             (unsigned long long)runner->cuts[0], (unsigned long long)runner->cuts[1]);
}

static void check_splits(struct runner *runner, const struct sample *sample, bool pairs)
{
    runner->cuts[0] = runner->cuts[1] = UINT64_MAX;
    runner->bytewise = false;
    uint64_t whole = run(runner, sample);
    runner->bytewise = true;
    assert_same(sample, run(runner, sample), whole, 0);
    runner->bytewise = false;
    for (uint64_t first = 1; first < sample->size; first++) {
        runner->cuts[0] = first;
        runner->cuts[1] = UINT64_MAX;
        assert_same(sample, run(runner, sample), whole, first);
        for (uint64_t second = first + 1;
             pairs && sample->size <= PAIR_SIZE_MAX && second < sample->size; second++) {
            runner->cuts[1] = second;
            assert_same(sample, run(runner, sample), whole, second);
        }
    }
}

/* ---- a case ----------------------------------------------------------- */

static void test_case(void **state)
{
    const struct sample *sample = *state;
    assert_log(sample, "whole", REPLAY_WHOLE, 0);
    check_splits(&suite.runner, sample, suite.pairs);
    suite.sizes += sample->size;
}

static int run_samples(void)
{
    struct CMUnitTest *tests = memory_new(suite.corpus.count, sizeof *tests);
    for (size_t i = 0; i < suite.corpus.count; i++) {
        struct sample *sample = &suite.corpus.samples[i];
        tests[i] = (struct CMUnitTest){
            .name = sample->path, .test_func = test_case, .initial_state = sample};
    }
    int failed = _cmocka_run_group_tests("cases", tests, suite.corpus.count, NULL, NULL);
    free(tests);
    return failed;
}

/* ---- the whole -------------------------------------------------------- */

static int run_file(const char *path, bool quiet)
{
    corpus_read(path, true, &suite.corpus);
    if (quiet) {
        cmocka_set_message_output(CM_OUTPUT_TAP);
        printf("# %s\n", path);
    }
    int failed = suite.corpus.count == 0 || suite.corpus.fault_count > 0 ? 1 : run_samples();
    if (suite.corpus.count == 0) fprintf(stderr, "%s: no case found\n", path);
    return failed;
}

int main(int argc, char **argv)
{
    size_t streams = 0;
    int failed = 0;
    clock_t start = clock();
    bool *is_bad = memory_new((size_t)argc, sizeof *is_bad);
    if (!watched_init(&suite.watched, CASE_SIZE_MAX)) return 2;
    setvbuf(stdout, NULL, _IOLBF, 0); /* a crash shows the file and the last case */
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--pairs") == 0) {
            suite.pairs = true;
            continue;
        }
        is_bad[i] = run_file(argv[i], argc > 3) != 0;
        failed += is_bad[i];
        streams += suite.corpus.count;
        corpus_release(&suite.corpus);
    }
    printf("# %zu streams, %llu bytes, %llu runs, %.2f s of processor time%s\n", streams,
           (unsigned long long)suite.sizes, (unsigned long long)suite.runner.count,
           (double)(clock() - start) / CLOCKS_PER_SEC,
           suite.pairs ? " (with every pair of splits)" : "");
    for (int i = 1; i < argc; i++) /* at the end, where they are seen */
        if (is_bad[i]) printf("# failed: %s\n", argv[i]);
    free(is_bad);
    return failed != 0 || streams == 0;
}
