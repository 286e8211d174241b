/* atproof fuzz: fuzzes a module, guided by what it answers. */
#include "base/memory.h"
#include "command/cli.h"
#include "command/lab.h"
#include "livefuzz/hunt.h"
#include "livefuzz/leave.h"

#include <stdlib.h>
#include <string.h>

#define SELECT_MAX      64
#define SECONDS_DEFAULT 60
#define BOOT_US         INT64_C(3000000)    /* likewise: they start at once     */
#define CLOCK_S         INT64_C(1767225600) /* of virtual modules: 2026-01-01      */

struct arguments {
    struct lab lab;
    struct hunt_options hunt;
    const char *selects[SELECT_MAX];
    bool timed;
};

enum {
    KEY_SELECT = 256,
    KEY_ALLOW,
    KEY_SEED,
    KEY_SECONDS,
    KEY_RUNS,
    KEY_REPLAY,
    KEY_BLIND,
};

static const struct argp_option option_list[] = {
    LAB_TARGET,
    LAB_DIALECT,
    {"out", 'o', "DIR", 0,
     "Folder of results.jsonl, findings/, corpus/ (what showed something new: a further run begins "
     "with it) and line.at, which has every byte; made if it is not there (default: atproof-fuzz)",
     0},
    {"replay", KEY_REPLAY, "FILE", 0, "Send again what the host sends in FILE, and judge it", 0},
    {NULL, 0, NULL, 0, "How long, and what:", 1},
    {"seconds", KEY_SECONDS, "N", 0, "So long (default: 60, or as --runs has it)", 0},
    {"runs", KEY_RUNS, "N", 0, "So many exchanges", 0},
    {"seed", KEY_SEED, "N", 0,
     "Of all chance: the same seed and module, the same traffic (default: 1)", 0},
    {"select", KEY_SELECT, "PATTERN", 0,
     "Only commands whose name the shell pattern matches, '+HTTP*', and cases that have one; may "
     "come again",
     0},
    {"allow", KEY_ALLOW, "LIST", 0, leave_help, 0},
    LAB_EXPECTED,
    LAB_STRICT,
    {"blind", KEY_BLIND, NULL, 0,
     "Keep nothing of what shows something new: to measure what guidance is worth", 0},
    {NULL, 0, NULL, 0, "The lab:", 2},
    {"server", LAB_KEY_SERVER, "HOST:PORT", 0,
     "Where `atproof server --port PORT` runs, as the module reaches it; builtin: one on loopback, "
     "started for this run (default: none; a virtual module has no network then)",
     0},
    LAB_SET,
    LAB_TIMEOUT,
    LAB_SETTLE,
    LAB_BOOT,
    LAB_POWER,
    {NULL, 0, NULL, 0, "What is sent:", 3},
    LAB_QUIET("Only findings, and the summary"),
    {0},
};

static int take_select(struct arguments *arguments, const char *text)
{
    struct hunt_options *hunt = &arguments->hunt;
    if (hunt->select_count == SELECT_MAX)
        return complain_of_usage("fuzz", "--select %s: more than %d of them", text, SELECT_MAX);
    arguments->selects[hunt->select_count++] = text;
    return 0;
}

static int take_seconds(struct arguments *arguments, const char *text)
{
    uint64_t value = 0;
    int error = lab_take_number(&arguments->lab, "seconds", text, 10000000, &value);
    arguments->hunt.seconds = (int64_t)value;
    arguments->timed = true;
    return error;
}

static error_t take_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct lab *lab = &arguments->lab;
    struct hunt_options *hunt = &arguments->hunt;
    switch (key) {
    case KEY_SELECT: return take_select(arguments, text);
    case KEY_ALLOW: return lab_take_words(lab, "allow", text, LEAVE_WORDS, &hunt->allowed);
    case KEY_SEED: return lab_take_number(lab, "seed", text, UINT64_MAX, &hunt->seed);
    case KEY_SECONDS: return take_seconds(arguments, text);
    case KEY_RUNS: return lab_take_number(lab, "runs", text, INT64_MAX, &hunt->run_count);
    case KEY_REPLAY: hunt->replay = text; return 0;
    case KEY_BLIND: hunt->blind = true; return 0;
    default: return lab_take_option(lab, key, text);
    }
}

/* ---- the command ------------------------------------------------------ */

static int work(void *user, struct catalog_model *model)
{
    struct arguments *arguments = user;
    arguments->hunt.model = model;
    return hunt(&arguments->hunt);
}

static int start(struct arguments *arguments)
{
    struct lab *lab = &arguments->lab;
    struct hunt_options *options = &arguments->hunt;
    options->is_virtual = lab_is_virtual(lab);
    lab->options.offline = options->is_virtual && lab->server == NULL;
    lab->options.clock_s = CLOCK_S;
    if (options->is_virtual) lab->options.recover.boot_us = BOOT_US;
    if (lab->server == NULL) lab->server = "";
    if (options->allowed == NULL && options->is_virtual) options->allowed = LEAVE_VIRTUAL;
    if (!arguments->timed && options->run_count == 0) options->seconds = SECONDS_DEFAULT;
    lab_choose_times(lab);
    return lab_work(lab, work, arguments);
}

static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_EXTRA) return (char *)(uintptr_t)text;
    return cli_list_dialects(
        "Exit status: 0 nothing found, 1 nonconformance, 2 wrong usage, 4 no module there,\n"
        "5 nothing selected, 6 the port or the lab failed, 7 the module hung, rebooted or\n"
        "was lost.");
}

int cmd_fuzz(int argc, char **argv)
{
    static const struct argp argp = {
        option_list,
        take_option,
        "",
        "Fuzzes a module: sequences of commands of the catalogue, legal ones, boundaries and what "
        "no manual has. What is answered guides it: a sequence that shows something new is kept "
        "and changed further. What breaks the manual, hangs or restarts the module is made small, "
        "and kept in findings/, to be judged by atproof check and played by --replay."
        "\vA module that hangs is brought back by escape, AT+CFUN=1,1 and --power, in this order; "
        "a virtual one is switched off and on before each sequence. SIGINT ends the run in good "
        "order.",
        NULL,
        filter_help,
        NULL,
    };
    char today[11];
    struct arguments arguments = {0};
    lab_init(&arguments.lab, "fuzz");
    arguments.lab.options.out = "atproof-fuzz";
    arguments.lab.options.today = today;
    arguments.hunt.run = &arguments.lab.options;
    arguments.hunt.selects = arguments.selects;
    arguments.hunt.seed = 1;
    arguments.hunt.command = results_command(argc, argv);
    results_today(today);
    int code = EXIT_USAGE;
    if (cli_parse("fuzz", &argp, argc, argv, &arguments)) code = start(&arguments);
    lab_release(&arguments.lab);
    free((void *)(uintptr_t)arguments.hunt.command);
    return code;
}
