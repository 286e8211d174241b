/* atproof run: judges a module. */
#include "base/memory.h"
#include "base/number.h"
#include "base/print.h"
#include "command/cli.h"
#include "command/lab.h"
#include "run/resume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SELECT_MAX 64

struct arguments {
    struct lab lab;
    const char *selects[SELECT_MAX];
    const char **paths;
    size_t path_count;
    const char *junit, *tap;
    const char *command; /* the whole line, to be kept                       */
    bool lists;
};

/* ---- options ---------------------------------------------------------- */

#define SHARD_MAX 10000

enum {
    KEY_SELECT = 256,
    KEY_LEVEL,
    KEY_ALLOW,
    KEY_LACKS,
    KEY_SHARD,
    KEY_REPEAT,
    KEY_RETRY,
    KEY_SEED,
    KEY_JUNIT,
    KEY_TAP,
    KEY_LIST,
    KEY_RESUME,
};

static const struct argp_option option_list[] = {
    LAB_TARGET,
    LAB_DIALECT,
    {"out", 'o', "DIR", 0,
     "Folder of results.jsonl, a transcript a case, and line.at, which has every byte; made if it "
     "is not there (default: atproof-run)",
     0},
    {"resume", KEY_RESUME, "DIR", 0,
     "Go on with the run that left DIR, in place of --out; the other options as they were then", 0},
    {"list", KEY_LIST, NULL, 0, "Say which cases would run, and run none", 0},
    {NULL, 0, NULL, 0, "Which cases:", 1},
    {"select", KEY_SELECT, "PATTERN", 0, "Only ids that the shell pattern matches; may come again",
     0},
    {"level", KEY_LEVEL, "LEVEL", 0, "Only of this level: must, should, info or quirk", 0},
    {"allow", KEY_ALLOW, "LIST", 0,
     "Also those that need leave: stores-files, costs-data (virtual modules need none)", 0},
    {"lacks", KEY_LACKS, "LIST", 0, "Not those that need: network, sim, server, hardware", 0},
    {"shard", KEY_SHARD, "K/N", 0, "The Kth of N parts", 0},
    {"repeat", KEY_REPEAT, "N", 0, "All of them, N times", 0},
    {"retry", KEY_RETRY, "N", 0, "A case that fails is tried again, N times at most", 0},
    LAB_EXPECTED,
    LAB_STRICT,
    {NULL, 0, NULL, 0, "The lab:", 2},
    {"server", LAB_KEY_SERVER, "HOST:PORT", 0,
     "Where `atproof server --port PORT` runs, as the module reaches it; builtin: one on loopback, "
     "started for this run (the default of virtual modules; of others: none)",
     0},
    LAB_SET,
    LAB_TIMEOUT,
    LAB_SETTLE,
    LAB_BOOT,
    LAB_POWER,
    {"seed", KEY_SEED, "N", 0, "Of a virtual module's chunks and pauses", 0},
    {NULL, 0, NULL, 0, "What is printed and kept:", 3},
    LAB_QUIET("Only cases that fail, and the summary"),
    {"junit", KEY_JUNIT, "FILE", 0, "Write JUnit XML", 0},
    {"tap", KEY_TAP, "FILE", 0, "Write TAP 14", 0},
    {0},
};

static int take_unsigned(const struct lab *lab, const char *option, const char *text, unsigned most,
                         unsigned *out)
{
    uint64_t value = 0;
    int error = lab_take_number(lab, option, text, most, &value);
    *out = (unsigned)value;
    return error;
}

static int take_shard(struct run_options *options, const char *text)
{
    uint64_t part = 0;
    uint64_t count = 0;
    const char *slash = strchr(text, '/');
    if (slash == NULL || !number_read(text, (size_t)(slash - text), SHARD_MAX, &part)
        || !number_read(slash + 1, strlen(slash + 1), SHARD_MAX, &count) || part == 0
        || part > count)
        return complain_of_usage("run", "--shard %s: expected K/N, K from 1 to N", text);
    options->shard = (unsigned)part;
    options->shard_count = (unsigned)count;
    return 0;
}

static int take_level(struct run_options *options, const char *text)
{
    for (int i = SCRIPT_MUST; i <= SCRIPT_QUIRK; i++)
        if (strcmp(script_level_name((enum script_level)i), text) == 0) {
            options->level = i;
            return 0;
        }
    return complain_of_usage(
        "run", "--level %s: unknown level; expected must, should, info or quirk", text);
}

static int take_select(struct arguments *arguments, const char *text)
{
    if (arguments->lab.options.select_count == SELECT_MAX)
        return complain_of_usage("run", "--select %s: more than %d of them", text, SELECT_MAX);
    arguments->selects[arguments->lab.options.select_count++] = text;
    return 0;
}

static error_t take_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct lab *lab = &arguments->lab;
    struct run_options *options = &lab->options;
    switch (key) {
    case KEY_LIST: arguments->lists = true; return 0;
    case KEY_RESUME:
        options->out = text;
        options->resumes = true;
        return 0;
    case KEY_SELECT: return take_select(arguments, text);
    case KEY_LEVEL: return take_level(options, text);
    case KEY_ALLOW:
        return lab_take_words(lab, "allow", text, "stores-files,costs-data", &options->allowed);
    case KEY_LACKS:
        return lab_take_words(lab, "lacks", text, "network,sim,server,hardware", &options->lacking);
    case KEY_SHARD: return take_shard(options, text);
    case KEY_REPEAT: return take_unsigned(lab, "repeat", text, 1000000, &options->repeats);
    case KEY_RETRY: return take_unsigned(lab, "retry", text, 100, &options->retries);
    case KEY_SEED: return lab_take_number(lab, "seed", text, UINT64_MAX, &options->seed);
    case KEY_JUNIT: arguments->junit = text; return 0;
    case KEY_TAP: arguments->tap = text; return 0;
    case ARGP_KEY_ARG: arguments->paths[arguments->path_count++] = text; return 0;
    default: return lab_take_option(lab, key, text);
    }
}

/* ---- the run ---------------------------------------------------------- */

/* Those that need leave come first. */
static void list_cases(const struct run_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct run_case *item = &cases->items[i];
        print(stdout, "%-8s %s\n", item->skipped == NULL ? "runs" : "skipped", item->id);
        if (item->skipped != NULL) print(stdout, "         %s\n", item->skipped);
    }
}

static const char *why_lost(const struct run *run)
{
    if (run->flood_count >= RUN_FLOOD_MAX) return RUN_MODULE_FLOODS;
    return run->lab_failed ? RUN_PORT_LOST : RUN_MODULE_LOST;
}

static void run_once(struct run *run, const struct run_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct run_case *item = &cases->items[i];
        const char *why = item->skipped;
        bool finished = false;
        size_t round = run_begin_round(run, item->id, &finished);
        if (why == NULL && lab_stopped) why = RUN_STOPPED;
        if (why == NULL && run->lost) why = why_lost(run);
        if (finished) continue;
        if (why != NULL) run_skip(run, item, why);
        else run_case(run, item, round);
    }
}

/* The built-in cases are part of the program: one that was just added is not there
 * until the next build. */
static int tell_nothing_selected(const struct run *run, const struct run_cases *cases)
{
    complain("run: nothing was selected: %zu cases in %s, %zu of them for the dialect %s",
             cases->read_count, cases->path_count > 0 ? "these files" : "this program",
             cases->dialect_count, run->dialect);
    return EXIT_NOTHING_SELECTED;
}

static int exit_code(const struct run *run, const struct run_cases *cases)
{
    if (run->tally.broken) return EXIT_USAGE;
    if (run->tally.judged == 0) return tell_nothing_selected(run, cases);
    if (run->module_failed) return EXIT_MODULE;
    if (run->lab_failed) return EXIT_LAB;
    if (lab_stopped) {
        complain("run: stopped; the cases that were left are kept as skipped");
        return EXIT_LAB;
    }
    return results_exit_code(&run->tally);
}

static void tell_pace(const struct run *run)
{
    const struct pace *pace = &run->pace;
    if (pace->count == 0) return;
    print(stderr, "%llu exchanges, the runner's own delay: median %.3f ms, mean %.3f ms\n",
          (unsigned long long)run->exchange_count, pace_percentile(pace, 50) / 1000.0,
          (double)pace->sum_us / 1000 / (double)pace->count);
}

/* Values of --set that are secrets are known by the cases that will run. */
static char *kept_command(struct run *run, const struct arguments *arguments,
                          const struct run_cases *cases)
{
    const struct script_settings *settings = &run->options->play.settings;
    for (size_t i = 0; i < cases->count; i++)
        mask_note_case(run->mask, settings, cases->items[i].case_);
    return mask_command(run->mask, arguments->command);
}

static bool open_store(struct run *run, const struct arguments *arguments,
                       const struct run_cases *cases, const char *path)
{
    char digest[DIGEST_TEXT_SIZE];
    run_digest_cases(run, cases, digest);
    char *command = kept_command(run, arguments, cases); /* the mask learns the secrets */
    if (run->options->resumes) {
        free(command);
        return run_resume(run, path, digest);
    }
    const struct reports_run line = {.tool = "atproof run",
                                     .command = command,
                                     .dialect = run->dialect,
                                     .strict = run->options->strict,
                                     .cases = digest};
    run->store = run_create(run, path);
    bool good = run->store != NULL && results_begin(run->store, &line)
                && results_keep_clauses(run->store, run->compiled);
    if (run->store != NULL && !good) complain("%s: cannot write: %s", path, strerror(errno));
    free(command);
    return good;
}

static int run_cases(struct run *run, const struct arguments *arguments,
                     const struct run_cases *cases)
{
    const struct run_options *options = &arguments->lab.options;
    char *path = memory_format("%s/results.jsonl", options->out);
    bool good = open_store(run, arguments, cases, path);
    if (good) {
        run_progress_begin(&run->progress, cases->count * options->repeats, options->quiet);
        run->progress.done = run->tally.judged;
        run->progress.failed = run->tally.failed;
        for (unsigned i = 0; i < options->repeats && !(lab_stopped && i > 0); i++)
            run_once(run, cases);
        run_progress_end(&run->progress);
    }
    if (run->store != NULL && fclose(run->store) != 0) good = false;
    good = good && results_project(path, REPORTS_JUNIT, arguments->junit)
           && results_project(path, REPORTS_TAP, arguments->tap)
           && results_project(path, REPORTS_SUMMARY, "-");
    free(path);
    tell_pace(run);
    int code = good ? exit_code(run, cases) : EXIT_USAGE;
    return good && complain_of_lost_output() ? code : EXIT_USAGE;
}

/* Looked at before anything in the folder is written. */
static bool can_resume(const struct run_options *options)
{
    if (!options->resumes) return true;
    char *path = memory_format("%s/results.jsonl", options->out);
    bool good = access(path, R_OK | W_OK) == 0;
    if (!good) complain("%s: cannot resume: %s", path, strerror(errno));
    free(path);
    return good;
}

static int run_module(struct arguments *arguments, struct catalog_model *model,
                      struct run_cases *cases)
{
    struct run_options *options = &arguments->lab.options;
    struct run *run = memory_new(1, sizeof *run);
    lab_choose_times(&arguments->lab);
    if (options->allowed == NULL && lab_is_virtual(&arguments->lab))
        options->allowed = "stores-files,costs-data";
    if (arguments->lists) options->out = NULL;
    int code = can_resume(options) ? run_open(run, options, model) : EXIT_USAGE;
    if (code == EXIT_AS_EXPECTED) {
        run_select_cases(cases, options, run->dialect);
        if (arguments->lists) list_cases(cases);
        else code = run_cases(run, arguments, cases);
    }
    run_close(run);
    free(run);
    return code;
}

static int work(void *user, struct catalog_model *model)
{
    struct arguments *arguments = user;
    struct run_cases cases = {0};
    int code = EXIT_USAGE;
    if (run_read_cases(&cases, arguments->paths, arguments->path_count))
        code = run_module(arguments, model, &cases);
    run_release_cases(&cases);
    return code;
}

/* ---- the command ------------------------------------------------------ */

static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_EXTRA) return (char *)(uintptr_t)text;
    return cli_list_dialects(
        "Exit status: 0 all as expected, 1 nonconformance, 2 wrong usage, 3 an expected\n"
        "failure passed, 4 no module there, 5 nothing selected, 6 the port or the lab\n"
        "failed or the run was stopped, 7 the module hung, rebooted or was lost.");
}

int cmd_run(int argc, char **argv)
{
    static const struct argp argp = {
        option_list,
        take_option,
        "[CASE...]",
        "Judges a module. CASE is a file of cases or a folder of them; without one, the "
        "built-in cases run. Each case begins in a known state, cleans up after itself, and "
        "leaves a transcript of its own."
        "\vA module that hangs is brought back by escape, AT+CFUN=1,1 and --power, in this order.",
        NULL,
        filter_help,
        NULL,
    };
    char today[11];
    char *command = results_command(argc, argv);
    struct arguments arguments = {.command = command};
    lab_init(&arguments.lab, "run");
    arguments.lab.options.out = "atproof-run";
    arguments.lab.options.today = today;
    arguments.lab.options.selects = arguments.selects;
    arguments.paths = memory_new((size_t)argc + 1, sizeof *arguments.paths);
    results_today(today);
    int code = EXIT_USAGE;
    if (cli_parse("run", &argp, argc, argv, &arguments))
        code = lab_work(&arguments.lab, work, &arguments);
    lab_release(&arguments.lab);
    free(arguments.paths);
    free(command);
    return code;
}
