/* atproof run: judges a module. */
#include "cli.h"
#include "memory.h"
#include "run.h"
#include "server.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SELECT_MAX 64
#define SILENCE_US INT64_C(10000000) /* behind which a module hangs, at most   */

struct arguments {
    struct run_options options;
    struct script_setting settings[RUN_SETTING_MAX];
    const char *selects[SELECT_MAX];
    const char **paths;
    size_t path_count;
    const char *server; /* HOST:PORT, or `builtin`; NULL: by the target     */
    const char *expected, *junit, *tap;
    bool lists;
    char **owned; /* texts of settings                                      */
    size_t owned_count, owned_capacity;
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

/* ---- options ---------------------------------------------------------- */

enum {
    KEY_SELECT = 256,
    KEY_LEVEL,
    KEY_ALLOW,
    KEY_LACKS,
    KEY_SHARD,
    KEY_REPEAT,
    KEY_RETRY,
    KEY_SEED,
    KEY_SERVER,
    KEY_SET,
    KEY_STRICT,
    KEY_TIMEOUT,
    KEY_SETTLE,
    KEY_BOOT,
    KEY_POWER,
    KEY_EXPECTED,
    KEY_JUNIT,
    KEY_TAP,
    KEY_LIST,
};

static const struct argp_option option_list[] = {
    {"target", 't', "T", 0,
     "The module's port: serialdev,/dev/ttyUSB2,115200n81 or tcp,HOST,PORT or "
     "telnet(rfc2217),tcp,HOST,PORT or stdio,PROGRAM or virtual:DIALECT, a module in this "
     "process (the default: virtual:simcom)",
     0},
    {"dialect", 'd', "NAME", 0, "What the module is (default: what it says of itself)", 0},
    {"out", 'o', "DIR", 0,
     "Folder of results.jsonl, a transcript a case, and line.at, which has every byte; made if it "
     "is not there (default: atproof-run)",
     0},
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
    {"expected-failures", KEY_EXPECTED, "FILE", 0, "Lines DATE ID REASON: known to fail till DATE",
     0},
    {"strict", KEY_STRICT, NULL, 0, "Findings of level should fail, too", 0},
    {NULL, 0, NULL, 0, "The lab:", 2},
    {"server", KEY_SERVER, "HOST:PORT", 0,
     "Where `atproof server --port PORT` runs, as the module reaches it; builtin: one on loopback, "
     "started for this run (the default of virtual modules; of others: none)",
     0},
    {"set", KEY_SET, "NAME=TEXT", 0, "The value of a variable of cases", 0},
    {"timeout", KEY_TIMEOUT, "S", 0, "For an answer without a limit in the manual (default: 10)",
     0},
    {"settle", KEY_SETTLE, "MS", 0,
     "Silence behind which nothing optional comes (default: 300; virtual: 50)", 0},
    {"boot", KEY_BOOT, "S", 0, "How long the module may take to start (default: 60)", 0},
    {"power", KEY_POWER, "COMMAND", 0, "Switches a module that hangs off and on", 0},
    {"seed", KEY_SEED, "N", 0, "Of a virtual module's chunks and pauses", 0},
    {NULL, 0, NULL, 0, "What is said and kept:", 3},
    {"quiet", 'q', NULL, 0, "Only cases that fail, and the summary", 0},
    {"junit", KEY_JUNIT, "FILE", 0, "Write JUnit XML", 0},
    {"tap", KEY_TAP, "FILE", 0, "Write TAP 14", 0},
    {0},
};

static int take_number(const char *option, const char *text, uint64_t most, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || *out > most)
        return cli_misuse("run", "--%s %s: expected a number up to %llu", option, text,
                          (unsigned long long)most);
    return 0;
}

static int take_unsigned(const char *option, const char *text, unsigned most, unsigned *out)
{
    uint64_t value = 0;
    int error = take_number(option, text, most, &value);
    *out = (unsigned)value;
    return error;
}

static int take_time(const char *option, const char *text, int64_t unit_us, int64_t *out)
{
    uint64_t value = 0;
    int error = take_number(option, text, 86400000, &value);
    *out = (int64_t)value * unit_us;
    return error;
}

static int take_shard(struct run_options *options, const char *text)
{
    char *slash = NULL;
    unsigned long part = strtoul(text, &slash, 10);
    char *end = slash;
    unsigned long count = *slash == '/' ? strtoul(slash + 1, &end, 10) : 0;
    if (part == 0 || part > count || count > 10000 || *end != '\0')
        return cli_misuse("run", "--shard %s: expected K/N, K from 1 to N", text);
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
    return cli_misuse("run", "--level %s: unknown level; expected must, should, info or quirk",
                      text);
}

static int take_words(const char *option, const char *text, const char *known, const char **out)
{
    char *copy = memory_text(text);
    char *rest = NULL;
    int error = 0;
    for (char *word = strtok_r(copy, ",", &rest); word != NULL && error == 0;
         word = strtok_r(NULL, ",", &rest))
        if (strstr(known, word) == NULL)
            error = cli_misuse("run", "--%s %s: expected some of %s", option, word, known);
    free(copy);
    *out = text;
    return error;
}

static void set_variable(struct arguments *arguments, const char *name, const char *text)
{
    struct script_settings *settings = &arguments->options.play.settings;
    arguments->settings[settings->count++] = (struct script_setting){name, text};
}

static int take_setting(struct arguments *arguments, char *text)
{
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return cli_misuse("run", "--set %s: no value; expected NAME=TEXT", text);
    if (arguments->options.play.settings.count >= RUN_SETTING_MAX / 2)
        return cli_misuse("run", "--set %s: more than %d of them", text, RUN_SETTING_MAX / 2);
    *equals = '\0';
    set_variable(arguments, text, equals + 1);
    return 0;
}

static int take_select(struct arguments *arguments, const char *text)
{
    if (arguments->options.select_count == SELECT_MAX)
        return cli_misuse("run", "--select %s: more than %d of them", text, SELECT_MAX);
    arguments->selects[arguments->options.select_count++] = text;
    return 0;
}

static int take_dialect(struct run_options *options, const char *name)
{
    options->dialect = name;
    if (catalog_find_dialect(name) != NULL) return 0;
    return cli_misuse("run", "unknown dialect '%s'; atproof run --help lists them", name);
}

static error_t take_lab_option(int key, char *text, struct arguments *arguments)
{
    struct run_options *options = &arguments->options;
    switch (key) {
    case KEY_SERVER: arguments->server = text; return 0;
    case KEY_SET: return take_setting(arguments, text);
    case KEY_TIMEOUT: return take_time("timeout", text, 1000000, &options->play.limit_us);
    case KEY_SETTLE: return take_time("settle", text, 1000, &options->play.settle_us);
    case KEY_BOOT: return take_time("boot", text, 1000000, &options->recover.boot_us);
    case KEY_POWER: options->recover.power = text; return 0;
    case KEY_SEED: return take_number("seed", text, UINT64_MAX, &options->seed);
    case 'q': options->quiet = true; return 0;
    case KEY_JUNIT: arguments->junit = text; return 0;
    case KEY_TAP: arguments->tap = text; return 0;
    case ARGP_KEY_ARG: arguments->paths[arguments->path_count++] = text; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t take_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct run_options *options = &arguments->options;
    switch (key) {
    case 't': options->target = text; return 0;
    case 'd': return take_dialect(options, text);
    case 'o': options->out = text; return 0;
    case KEY_LIST: arguments->lists = true; return 0;
    case KEY_SELECT: return take_select(arguments, text);
    case KEY_LEVEL: return take_level(options, text);
    case KEY_ALLOW: return take_words("allow", text, "stores-files,costs-data", &options->allowed);
    case KEY_LACKS:
        return take_words("lacks", text, "network,sim,server,hardware", &options->lacking);
    case KEY_SHARD: return take_shard(options, text);
    case KEY_REPEAT: return take_unsigned("repeat", text, 1000000, &options->repeats);
    case KEY_RETRY: return take_unsigned("retry", text, 100, &options->retries);
    case KEY_EXPECTED: arguments->expected = text; return 0;
    case KEY_STRICT: options->strict = true; return 0;
    default: return take_lab_option(key, text, arguments);
    }
}

/* ---- the server ------------------------------------------------------- */

static char *own(struct arguments *arguments, char *text)
{
    arguments->owned = memory_grow(arguments->owned, arguments->owned_count + 1,
                                   &arguments->owned_capacity, sizeof *arguments->owned);
    arguments->owned[arguments->owned_count++] = text;
    return text;
}

/* `https-self-signed` is {https_self_signed_port}. */
static void set_port(struct arguments *arguments, enum server_port port, unsigned number)
{
    char *name = own(arguments, memory_format("%s_port", server_port_name(port)));
    for (char *at = name; *at != '\0'; at++)
        if (*at == '-') *at = '_';
    set_variable(arguments, name, own(arguments, memory_format("%u", number)));
}

static bool start_server(struct arguments *arguments, struct server **server)
{
    /* with keys that the suites of all manuals can use */
    const struct server_options options = {.key_type = SERVER_KEY_RSA};
    char *error = NULL;
    *server = server_start(&options, &error);
    if (*server == NULL) {
        cli_complain("run: the server: %s", error);
        free(error);
        return false;
    }
    set_variable(arguments, "server_host", server_address(*server));
    for (int i = 0; i < SERVER_PORT_COUNT; i++)
        set_port(arguments, (enum server_port)i, server_port(*server, (enum server_port)i));
    return true;
}

static bool use_server(struct arguments *arguments)
{
    const char *colon = strrchr(arguments->server, ':');
    char *end = NULL;
    unsigned long first = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
    if (first == 0 || first + SERVER_PORT_COUNT > 65536 || *end != '\0'
        || colon == arguments->server) {
        cli_complain("run: --server %s: expected HOST:PORT or builtin", arguments->server);
        return false;
    }
    set_variable(
        arguments, "server_host",
        own(arguments, memory_slice(arguments->server, (size_t)(colon - arguments->server))));
    for (int i = 0; i < SERVER_PORT_COUNT; i++)
        set_port(arguments, (enum server_port)i, (unsigned)first + (unsigned)i);
    return true;
}

static bool have_server(struct arguments *arguments, struct server **server)
{
    struct run_options *options = &arguments->options;
    if (arguments->server == NULL && strncmp(options->target, "virtual:", 8) == 0)
        arguments->server = "builtin";
    options->has_server = arguments->server != NULL;
    if (!options->has_server) return true;
    if (strcmp(arguments->server, "builtin") == 0) return start_server(arguments, server);
    return use_server(arguments);
}

/* ---- the run ---------------------------------------------------------- */

/* Those that need leave come first. */
static void list_cases(const struct run_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct run_case *item = &cases->items[i];
        printf("%-8s %s\n", item->skipped == NULL ? "runs" : "skipped", item->id);
        if (item->skipped != NULL) printf("         %s\n", item->skipped);
    }
}

static void run_once(struct run *run, const struct run_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct run_case *item = &cases->items[i];
        const char *why = item->skipped;
        if (why == NULL && stopped) why = "stopped";
        if (why == NULL && run->lost)
            why = run->lab_failed ? "the port is lost" : "the module does not answer any more";
        if (why != NULL) run_skip(run, item, why);
        else run_case(run, item);
    }
}

static int exit_code(const struct run *run)
{
    if (run->tally.judged == 0) {
        cli_complain("run: nothing was selected");
        return EXIT_NOTHING_SELECTED;
    }
    if (run->tally.broken) return EXIT_USAGE;
    if (run->module_failed) return EXIT_MODULE;
    if (run->lab_failed) return EXIT_LAB;
    if (stopped) {
        cli_complain("run: stopped; the cases that were left are kept as skipped");
        return EXIT_LAB;
    }
    return results_exit_code(&run->tally);
}

static void tell_pace(const struct run *run)
{
    const struct pace *pace = &run->pace;
    if (pace->count == 0) return;
    fprintf(stderr, "%llu exchanges, the runner's own delay: median %.3f ms, mean %.3f ms\n",
            (unsigned long long)run->exchange_count, pace_percentile(pace, 50) / 1000.0,
            (double)pace->sum_us / 1000 / (double)pace->count);
}

static int run_cases(struct run *run, const struct arguments *arguments, const char *command,
                     const struct run_cases *cases)
{
    const struct run_options *options = &arguments->options;
    char *path = memory_format("%s/results.jsonl", options->out);
    bool good = (run->store = fopen(path, "w")) != NULL
                && results_begin(run->store, "atproof run", command, run->dialect, options->strict)
                && results_keep_clauses(run->store, run->compiled);
    if (!good) cli_complain("%s: cannot write: %s", path, strerror(errno));
    if (good) {
        run_progress_begin(&run->progress, cases->count * options->repeats, options->quiet);
        for (unsigned i = 0; i < options->repeats && !(stopped && i > 0); i++) run_once(run, cases);
        run_progress_end(&run->progress);
    }
    if (run->store != NULL && fclose(run->store) != 0) good = false;
    good = good && results_project(path, REPORTS_JUNIT, arguments->junit)
           && results_project(path, REPORTS_TAP, arguments->tap)
           && results_project(path, REPORTS_SUMMARY, "-");
    free(path);
    tell_pace(run);
    int code = exit_code(run);
    return good && cli_flush() ? code : EXIT_USAGE;
}

static int run_module(struct arguments *arguments, const char *command, struct catalog_model *model,
                      struct run_cases *cases)
{
    struct run_options *options = &arguments->options;
    struct run *run = memory_new(1, sizeof *run);
    if (options->play.settle_us < 0)
        options->play.settle_us = strncmp(options->target, "virtual:", 8) == 0 ? 50000 : 300000;
    if (options->allowed == NULL && strncmp(options->target, "virtual:", 8) == 0)
        options->allowed = "stores-files,costs-data";
    if (arguments->lists) options->out = NULL;
    options->recover.silence_us =
        options->play.limit_us < SILENCE_US ? options->play.limit_us : SILENCE_US;
    int code = run_open(run, options, model);
    if (code == EXIT_AS_EXPECTED) {
        run_select_cases(cases, options, run->dialect);
        if (arguments->lists) list_cases(cases);
        else code = run_cases(run, arguments, command, cases);
    }
    run_close(run);
    free(run);
    return code;
}

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL); /* a second one ends the program */
    sigaction(SIGTERM, &action, NULL);
}

static bool read_expected(struct arguments *arguments)
{
    struct transcript_error error;
    char text[512];
    if (arguments->expected == NULL
        || check_excuses_read(arguments->expected, &arguments->options.excuses, &error))
        return true;
    transcript_error_format(&error, arguments->expected, text, sizeof text);
    cli_complain("%s", text);
    return false;
}

static int start(struct arguments *arguments, const char *command)
{
    struct server *server = NULL;
    struct run_cases cases = {0};
    int code = EXIT_USAGE;
    struct catalog_model *model = catalog_load_builtin(stderr);
    take_signals();
    if (model != NULL && read_expected(arguments) && have_server(arguments, &server)
        && run_read_cases(&cases, arguments->paths, arguments->path_count))
        code = run_module(arguments, command, model, &cases);
    run_release_cases(&cases);
    server_stop(server);
    check_excuses_release(&arguments->options.excuses);
    catalog_free(model);
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
        "Judges a module. CASE is a file of cases or a folder of them; without one, those that "
        "are built in run. Each case begins in a known state and is cleaned up behind; what was "
        "said is kept in a transcript of its own."
        "\vA module that hangs is brought back by escape, AT+CFUN=1,1 and --power, in this order.",
        NULL,
        filter_help,
        NULL,
    };
    char today[11];
    char *command = results_command(argc, argv);
    struct arguments arguments = {.options = {.target = "virtual:simcom",
                                              .out = "atproof-run",
                                              .level = -1,
                                              .repeats = 1,
                                              .play = {.limit_us = 10000000, .settle_us = -1},
                                              .recover = {.boot_us = 60000000, .stop = &stopped},
                                              .today = today,
                                              .stop = &stopped}};
    arguments.options.play.settings.items = arguments.settings;
    arguments.options.selects = arguments.selects;
    arguments.paths = memory_new((size_t)argc + 1, sizeof *arguments.paths);
    results_today(today);
    int code = EXIT_USAGE;
    if (cli_options_are_good("run", argc, argv, option_list)
        && argp_parse(&argp, argc, argv, 0, NULL, &arguments) == 0)
        code = start(&arguments, command);
    for (size_t i = 0; i < arguments.owned_count; i++) free(arguments.owned[i]);
    free(arguments.owned);
    free(arguments.paths);
    free(command);
    return code;
}
