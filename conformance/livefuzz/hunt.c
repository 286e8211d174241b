/* The hunt: seeds first, then changes of what showed something new. */
#include "livefuzz/hunt.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/memory.h"
#include "base/print.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TELL_TERMINAL_US INT64_C(250000)
#define TELL_LOG_US      INT64_C(10000000)
#define SAMPLE_FIRST     64 /* exchanges; then whenever they are a half more  */

/* ---- progress --------------------------------------------------------- */

static void take_sample(struct hunt *hunt)
{
    const struct reports_sample sample = {
        .time_ms = (uint64_t)(port_now_us() - hunt->begun_us) / 1000,
        .executions = hunt->exchange_count,
        .edges = hunt->behaviour_count,
    };
    *LIST_ADD(&hunt->samples) = sample;
}

static void sample(struct hunt *hunt)
{
    size_t count = hunt->samples.count;
    const struct reports_sample *samples = hunt->samples.items;
    uint64_t next = SAMPLE_FIRST;
    if (count > 0) next = samples[count - 1].executions + samples[count - 1].executions / 2;
    if (hunt->exchange_count >= next) take_sample(hunt);
}

static void tell(struct hunt *hunt)
{
    const struct run_progress *progress = &hunt->run.progress;
    int64_t now = port_now_us();
    if (now - hunt->told_us < (progress->is_terminal ? TELL_TERMINAL_US : TELL_LOG_US)) return;
    if (progress->quiet && !progress->is_terminal) return;
    hunt->told_us = now;
    double seconds = (double)(now - hunt->begun_us) / 1e6;
    if (progress->is_terminal) fputs("\r\x1b[K", stderr);
    print(stderr, "%.0f s: %llu exchanges, %.0f/s, %zu behaviours, %zu kept, %zu findings", seconds,
          (unsigned long long)hunt->exchange_count, (double)hunt->exchange_count / seconds,
          hunt->behaviour_count, hunt->corpus_count, hunt->finding_count);
    if (!progress->is_terminal) fputc('\n', stderr);
    fflush(stderr);
}

/* ---- one after the other ---------------------------------------------- */

static bool goes_on(const struct hunt *hunt)
{
    const struct hunt_options *options = hunt->options;
    if (*options->run->stop != 0 || hunt->run.lost || hunt->run.tally.broken) return false;
    if (options->run_count > 0 && hunt->exchange_count >= options->run_count) return false;
    return options->seconds == 0
           || port_now_us() - hunt->begun_us < options->seconds * INT64_C(1000000);
}

static void remember(struct hunt *hunt, const struct sequence *sequence)
{
    sequence_release(&hunt->history[HUNT_HISTORY - 1]);
    memmove(hunt->history + 1, hunt->history, (HUNT_HISTORY - 1) * sizeof *hunt->history);
    sequence_copy(&hunt->history[0], sequence);
}

/* Somebody may have begun to read the port since it was opened. */
static void look_for_rival(struct hunt *hunt)
{
    struct port_rival rival;
    if (hunt->run.lab_failed || !line_find_rival(hunt->run.line, &rival)) return;
    hunt->run.lab_failed = true;
    complain("fuzz: process %d (%s) has opened %s too and takes bytes: end it", (int)rival.pid,
             rival.name, line_describe(hunt->run.line));
}

/* What showed something new, without the steps after it. Of its arguments those
 * are said again that were taken. */
static void keep(struct hunt *hunt, const struct sequence *sequence,
                 const struct hunt_played *played, const struct hunt_news *news)
{
    const struct judgement *judgement = &played->judgement;
    struct sequence kept;
    sequence_copy(&kept, sequence);
    while (kept.count > news->steps) sequence_drop(&kept, kept.count - 1);
    hunt_keep_corpus(hunt, &kept, played);
    for (size_t i = 0; i < kept.count && i + 1 < judgement->exchange_count; i++)
        if (hunt_succeeded(&judgement->exchanges[i + 1])) say_learn(&hunt->say, kept.steps[i].line);
    hunt_add(hunt, &kept, news);
    sequence_release(&kept);
}

static void play(struct hunt *hunt, const struct sequence *sequence)
{
    struct hunt_played played;
    struct hunt_news news = {0};
    size_t findings = hunt->finding_count;
    hunt_play(hunt, sequence, &played);
    bool whole = played.end != HUNT_STOPPED;
    if (whole) news = hunt_note(hunt, &played);
    if (news.steps > 0 && !hunt->options->blind) keep(hunt, sequence, &played, &news);
    if (played.end == HUNT_VANISHED) hunt->run.lab_failed = true;
    if (whole) hunt_take_findings(hunt, sequence, &played);
    if (hunt->finding_count > findings) look_for_rival(hunt);
    hunt_played_release(&played);
    remember(hunt, sequence);
    sample(hunt);
    tell(hunt);
}

static void play_seeds(struct hunt *hunt)
{
    for (size_t i = 0; i < hunt->seed_count && goes_on(hunt); i++) {
        struct sequence sequence; /* the corpus grows, and moves, meanwhile */
        sequence_copy(&sequence, &hunt->corpus[i].sequence);
        play(hunt, &sequence);
        sequence_release(&sequence);
    }
}

static void play_changes(struct hunt *hunt)
{
    unsigned empty = 0;
    while (goes_on(hunt) && empty < 10000) {
        struct sequence sequence;
        hunt_vary(hunt, &sequence);
        empty = sequence.count == 0 ? empty + 1 : 0;
        if (sequence.count > 0) play(hunt, &sequence);
        sequence_release(&sequence);
    }
}

/* ---- a recording once more -------------------------------------------- */

static void play_recording(struct hunt *hunt)
{
    struct sequence sequence = {0};
    if (!hunt_read_sequence(hunt, hunt->options->replay, &sequence)) {
        hunt->run.tally.broken = true;
        return;
    }
    for (size_t i = 0; i < sequence.count; i++) {
        if (hunt_may_say(hunt, sequence.steps[i].line)) continue;
        complain("fuzz: %s: '%s' is not sent without --allow", hunt->options->replay,
                 sequence.steps[i].line);
        hunt->run.tally.broken = true;
    }
    if (!hunt->run.tally.broken) play(hunt, &sequence);
    sequence_release(&sequence);
}

/* ---- the whole -------------------------------------------------------- */

static bool has_selected(const struct hunt *hunt)
{
    if (hunt->options->select_count == 0) return true;
    for (size_t i = 0; i < hunt->say.form_count; i++)
        if (say_selects(&hunt->say, hunt->say.forms[i].command->name)) return true;
    return false;
}

static int exit_code(const struct hunt *hunt)
{
    const struct run *run = &hunt->run;
    if (run->tally.broken) return EXIT_USAGE;
    if (run->module_failed) return EXIT_MODULE;
    if (run->lost && !run->lab_failed) return EXIT_MODULE;
    if (run->lab_failed) return EXIT_LAB;
    return run->tally.failed > 0 ? EXIT_NONCONFORMANCE : EXIT_AS_EXPECTED;
}

static void tell_end(const struct hunt *hunt)
{
    print(stderr,
          "%llu exchanges, %zu behaviours, %zu pairs of them, %zu sequences kept, %zu findings",
          (unsigned long long)hunt->exchange_count, hunt->behaviour_count,
          hunt->seen.count - hunt->behaviour_count, hunt->corpus_count, hunt->finding_count);
    if (hunt->untold > 0) print(stderr, ", seen %zu times with further commands", hunt->untold);
    fputc('\n', stderr);
}

static int run_hunt(struct hunt *hunt)
{
    const struct hunt_options *options = hunt->options;
    if (!has_selected(hunt)) {
        complain("fuzz: nothing was selected: %s has no command that --select names",
                 hunt->run.dialect);
        return EXIT_NOTHING_SELECTED;
    }
    if (!hunt_open_store(hunt)) return EXIT_USAGE;
    run_progress_begin(&hunt->run.progress, 0, options->run->quiet);
    hunt->begun_us = hunt->told_us = port_now_us();
    if (options->replay != NULL) {
        play_recording(hunt);
    } else if (!hunt_read_seeds(hunt)) {
        hunt->run.tally.broken = true;
    } else {
        play_seeds(hunt);
        play_changes(hunt);
    }
    run_progress_end(&hunt->run.progress);
    take_sample(hunt);
    tell_end(hunt);
    char *path = memory_format("%s/results.jsonl", options->run->out);
    bool good = hunt_close_store(hunt) && results_project(path, REPORTS_SUMMARY, "-");
    free(path);
    int code = exit_code(hunt);
    return good && complain_of_lost_output() ? code : EXIT_USAGE;
}

static void release(struct hunt *hunt)
{
    for (size_t i = 0; i < hunt->corpus_count; i++) sequence_release(&hunt->corpus[i].sequence);
    for (size_t i = 0; i < HUNT_HISTORY; i++) sequence_release(&hunt->history[i]);
    for (size_t i = 0; i < hunt->finding_count; i++) {
        hunt_key_release(&hunt->findings[i].key);
        free(hunt->findings[i].id);
        free(hunt->findings[i].path);
    }
    free(hunt->corpus);
    free(hunt->findings);
    hunt_seen_release(&hunt->seen);
    say_release(&hunt->say);
}

int hunt(const struct hunt_options *options)
{
    struct hunt *hunt = memory_new(1, sizeof *hunt);
    hunt->options = options;
    int code = run_open(&hunt->run, options->run, options->model);
    if (code == EXIT_AS_EXPECTED) {
        say_init(&hunt->say, options->model, catalog_find_dialect(hunt->run.dialect), options->seed,
                 options->selects, options->select_count);
        code = run_hunt(hunt);
    }
    release(hunt);
    run_close(&hunt->run);
    free(hunt);
    return code;
}
