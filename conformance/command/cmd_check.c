/* atproof check: judges recorded traffic against the manual. */
#include "base/file.h"
#include "base/memory.h"
#include "base/print.h"
#include "catalog/builtin.h"
#include "check/check.h"
#include "check/check_files.h"
#include "command/cli.h"
#include "judge/judge.h"
#include "outcome/results.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SETTING_MAX 64
#define FILE_MAX    65536

enum {
    KEY_STRICT = 0x100,
    KEY_LOG,
    KEY_SENT_PREFIX,
    KEY_RECEIVED_PREFIX,
    KEY_ESCAPES,
    KEY_DIRECTION,
    KEY_SELECT,
    KEY_LEVEL,
    KEY_EXPECTED,
    KEY_RESULTS,
    KEY_JUNIT,
    KEY_TAP,
    KEY_SET,
    KEY_FORMAT,
    KEY_AS_RECORDED,
    KEY_LIST_RULES,
    KEY_AGAINST,
};

struct arguments {
    struct check_options options;
    struct capture_format log; /* --log, with the patterns of one's own      */
    struct script_setting settings[SETTING_MAX];
    const char *expected;
    const char *against;
    const char *results;
    const char *junit;
    const char *tap;
    const char **paths;
    size_t path_count;
    enum check_format format;
    bool has_log;
    bool list_rules;
    bool keep_results; /* the user asked for the store                      */
};

static const struct argp_option option_list[] = {
    {"dialect", 'd', "D", 0, "Judge by the manuals of D, whatever the file states", 0},
    {"catalog", 'c', "FILE", 0, "Judge by a catalogue of your own; with --dialect joined to it", 0},
    {"strict", KEY_STRICT, NULL, 0, "What should be must be", 0},
    {"select", KEY_SELECT, "PATTERN", 0, "Only cases whose id matches the shell pattern", 0},
    {"level", KEY_LEVEL, "LEVEL", 0, "Only cases of this level: must, should, info or quirk", 0},
    {"expected-failures", KEY_EXPECTED, "FILE", 0,
     "Cases known to fail: lines of a last day, an id and a reason", 0},
    {"set", KEY_SET, "NAME=TEXT", 0,
     "Give a variable of the cases another value; a secret by its name (apn_password) or its place "
     "is kept and printed nowhere",
     0},
    {"as-recorded", KEY_AS_RECORDED, NULL, 0, "Judge as if the files declared no deviation", 0},
    {"log", KEY_LOG, "FORMAT", 0, "FILE is a log of this format (see below)", 1},
    {"sent-prefix", KEY_SENT_PREFIX, "REGEX", 0, "What the host's lines of a log begin with", 1},
    {"received-prefix", KEY_RECEIVED_PREFIX, "REGEX", 0, "What the module's lines begin with", 1},
    {"escapes", KEY_ESCAPES, "HOW", 0, "Bytes of a log: plain, c, angle or hex", 1},
    {"direction", KEY_DIRECTION, "D", 0, "Raw bytes are received (the default) or sent", 1},
    {"results", KEY_RESULTS, "FILE", 0, "Append the results to a store (results.jsonl)", 2},
    {"junit", KEY_JUNIT, "FILE", 0, "Write the results as JUnit XML", 2},
    {"tap", KEY_TAP, "FILE", 0, "Write the results as TAP 14; - is the standard output", 2},
    {"quiet", 'q', NULL, 0, "Print the summary alone", 2},
    {"format", KEY_FORMAT, "HOW", OPTION_ARG_OPTIONAL,
     "Judge nothing: print the files in canonical form; write: change them; check: tell those that "
     "differ",
     3},
    {"against", KEY_AGAINST, "CASES", 0,
     "Judge nothing: tell whether what each FILE recorded is one of the ways of a case of this "
     "file; --select names it",
     3},
    {"list-rules", KEY_LIST_RULES, NULL, 0, "List the rules, each with its level", 3},
    {0},
};

static const char help_text[] = "Judge recorded traffic against the manual, exchange by exchange."
                                "\v"
                                "FILE is a transcript ('.at'), a log (--log), or the bytes of the "
                                "module as they came. A prefix "
                                "is a POSIX extended regular expression at the start of a line; "
                                "its first group, if any, is the "
                                "time. Logs are read in these formats:\n";

static const char exit_text[] =
    "Exit status: 0 as expected, 1 nonconformance, 2 wrong usage or unreadable input, 3 an "
    "expected "
    "failure passed, 5 nothing selected or nothing that could be judged.";

static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    if (key == ARGP_KEY_HELP_EXTRA) return cli_list_dialects(exit_text);
    if (key != ARGP_KEY_HELP_POST_DOC) return (char *)(uintptr_t)text;
    char *out = NULL;
    size_t size = 0;
    FILE *file = memory_checked(open_memstream(&out, &size));
    fputs(text, file);
    for (const struct capture_format *format = capture_formats; format->name != NULL; format++)
        fprintf(file, "  %-12s %s\n", format->name, format->title);
    fclose(file);
    return out;
}

/* ---- options ---------------------------------------------------------- */

static error_t take_level(struct arguments *arguments, const char *text)
{
    for (int i = SCRIPT_MUST; i <= SCRIPT_QUIRK; i++)
        if (strcmp(script_level_name((enum script_level)i), text) == 0) {
            arguments->options.level = i;
            return 0;
        }
    return complain_of_usage(
        "check", "--level %s: unknown level; expected must, should, info or quirk", text);
}

static error_t take_log(struct arguments *arguments, const char *name)
{
    const struct capture_format *format = capture_find_format(name);
    if (format == NULL)
        return complain_of_usage("check",
                                 "--log %s: unknown format; atproof check --help lists them", name);
    arguments->log = *format;
    arguments->has_log = true;
    return 0;
}

static error_t take_escapes(struct arguments *arguments, const char *text)
{
    static const char *const names[] = {"plain", "c", "angle", "hex"};
    for (int i = CAPTURE_PLAIN; i <= CAPTURE_HEX; i++)
        if (strcmp(names[i], text) == 0) {
            arguments->log.escapes = (enum capture_escapes)i;
            return 0;
        }
    return complain_of_usage("check", "--escapes %s: unknown word; expected plain, c, angle or hex",
                             text);
}

static error_t take_direction(struct arguments *arguments, const char *text)
{
    arguments->options.only_sent = strcmp(text, "sent") == 0;
    if (arguments->options.only_sent || strcmp(text, "received") == 0) return 0;
    return complain_of_usage("check", "--direction %s: unknown word; expected received or sent",
                             text);
}

static error_t take_setting(struct arguments *arguments, char *text)
{
    struct script_settings *settings = &arguments->options.settings;
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return complain_of_usage("check", "--set %s: no value; expected NAME=TEXT", text);
    if (settings->count == SETTING_MAX)
        return complain_of_usage("check", "--set %.*s: more than %d of them", (int)(equals - text),
                                 text, SETTING_MAX);
    *equals = '\0';
    arguments->settings[settings->count++] = (struct script_setting){text, equals + 1};
    return 0;
}

static error_t take_format(struct arguments *arguments, const char *text)
{
    static const char *const names[] = {"print", "write", "check"};
    arguments->format = CHECK_FORMAT_PRINT;
    for (int i = 0; text != NULL && i <= 3; i++) {
        if (i == 3)
            return complain_of_usage("check", "--format=%s: unknown word; expected write or check",
                                     text);
        arguments->format = (enum check_format)(CHECK_FORMAT_PRINT + i);
        if (strcmp(names[i], text) == 0) break;
    }
    return 0;
}

static error_t take_prefix(struct arguments *arguments, const char **place, const char *text)
{
    *place = text;
    arguments->has_log = true;
    if (arguments->log.name == NULL) arguments->log.name = "of your own";
    return 0;
}

static error_t take_path(struct arguments *arguments, const char *path)
{
    if (arguments->path_count == FILE_MAX)
        return complain_of_usage("check", "%s: more than %d files", path, FILE_MAX);
    arguments->paths[arguments->path_count++] = path;
    return 0;
}

static error_t check_arguments(const struct arguments *arguments)
{
    const struct check_options *options = &arguments->options;
    if (options->dialect != NULL && catalog_find_dialect(options->dialect) == NULL)
        return complain_of_usage("check", "unknown dialect '%s'; atproof check --help lists them",
                                 options->dialect);
    if (arguments->path_count == 0 && !arguments->list_rules)
        return complain_of_usage("check", "no file; expected FILE");
    if (arguments->has_log && arguments->log.received == NULL)
        return complain_of_usage("check", "--sent-prefix without --received-prefix; expected both");
    return 0;
}

static error_t take_output(int key, char *argument, struct arguments *arguments)
{
    switch (key) {
    case KEY_EXPECTED: arguments->expected = argument; return 0;
    case KEY_AGAINST: arguments->against = argument; return 0;
    case KEY_RESULTS: arguments->results = argument; return 0;
    case KEY_JUNIT: arguments->junit = argument; return 0;
    case KEY_TAP: arguments->tap = argument; return 0;
    case KEY_FORMAT: return take_format(arguments, argument);
    case KEY_LIST_RULES: arguments->list_rules = true; return 0;
    case ARGP_KEY_ARG: return take_path(arguments, argument);
    case ARGP_KEY_END: return check_arguments(arguments);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t take_option(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'd': arguments->options.dialect = argument; return 0;
    case 'c': arguments->options.catalog = argument; return 0;
    case 'q': arguments->options.quiet = true; return 0;
    case KEY_STRICT: arguments->options.strict = true; return 0;
    case KEY_AS_RECORDED: arguments->options.as_recorded = true; return 0;
    case KEY_SELECT: arguments->options.select = argument; return 0;
    case KEY_LEVEL: return take_level(arguments, argument);
    case KEY_LOG: return take_log(arguments, argument);
    case KEY_SENT_PREFIX: return take_prefix(arguments, &arguments->log.sent, argument);
    case KEY_RECEIVED_PREFIX: return take_prefix(arguments, &arguments->log.received, argument);
    case KEY_ESCAPES: return take_escapes(arguments, argument);
    case KEY_DIRECTION: return take_direction(arguments, argument);
    case KEY_SET: return take_setting(arguments, argument);
    default: return take_output(key, argument, arguments);
    }
}

/* ---- the store and its projections ------------------------------------ */

/* Copies this run's lines after what the user's store holds. */
static bool append_store(const char *from, const char *to)
{
    struct buffer lines = {0};
    struct transcript_error error;
    if (to == NULL) return true;
    bool good = transcript_read_file(from, SIZE_MAX / 2, &lines, &error);
    FILE *out = good ? file_append(to) : NULL;
    good = out != NULL && fwrite(lines.bytes, 1, lines.size, out) == lines.size;
    if (out != NULL && fclose(out) != 0) good = false;
    if (!good) complain("%s: cannot write: %s", to, file_error(errno));
    buffer_release(&lines);
    return good;
}

static bool write_projections(const struct arguments *arguments, const char *store)
{
    bool to_output = arguments->tap != NULL && strcmp(arguments->tap, "-") == 0;
    bool good = append_store(store, arguments->results)
                && results_project(store, REPORTS_JUNIT, arguments->junit)
                && results_project(store, REPORTS_TAP, arguments->tap);
    return good && (to_output || results_project(store, REPORTS_SUMMARY, "-"));
}

/* ---- the run ---------------------------------------------------------- */

static void warn_of_unused(const struct check_options *options, const char *path)
{
    for (size_t i = 0; i < options->excuses.count; i++)
        if (!options->excuses.items[i].used && options->select == NULL)
            complain("%s:%zu:1: no case matches '%s' in this run", path,
                     options->excuses.items[i].line, options->excuses.items[i].id);
}

static int finish(struct check *check, const struct arguments *arguments, const char *store)
{
    bool written = fclose(check->store) == 0 && write_projections(arguments, store);
    check->store = NULL;
    if (!complain_of_lost_output() || !written) return EXIT_USAGE;
    if (check->tally.judged == 0 && !check->tally.broken) complain("nothing was selected");
    else if (check->tally.judged == check->tally.skipped && !check->tally.broken)
        complain("nothing could be judged");
    warn_of_unused(check->options, arguments->expected);
    return results_exit_code(&check->tally);
}

static int run(struct arguments *arguments, const char *command)
{
    char store[] = "/tmp/atproof-check-XXXXXX";
    bool quiet_output = arguments->tap != NULL && strcmp(arguments->tap, "-") == 0;
    FILE *nowhere = quiet_output ? file_create("/dev/null") : NULL;
    struct check check = {.options = &arguments->options, .out = quiet_output ? nowhere : stdout};
    int descriptor = mkstemp(store);
    check.store = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    const struct reports_run line = {.tool = "atproof check",
                                     .command = command,
                                     .dialect = arguments->options.dialect,
                                     .strict = arguments->options.strict};
    if (check.store == NULL || check.out == NULL || !results_begin(check.store, &line)) {
        complain("%s: cannot write: %s", store, strerror(errno));
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < arguments->path_count; i++) check_file(&check, arguments->paths[i]);
    int code = finish(&check, arguments, store);
    unlink(store);
    if (nowhere != NULL) fclose(nowhere);
    check_release(&check);
    return code;
}

static bool read_expected(struct arguments *arguments)
{
    struct transcript_error error;
    if (arguments->expected == NULL
        || excuses_read(arguments->expected, &arguments->options.excuses, &error))
        return true;
    transcript_complain(arguments->expected, &error);
    return false;
}

/* ---- what needs no judge ---------------------------------------------- */

static int list_rules(void)
{
    for (const struct judge_rule_facts *rule = judge_rules; rule < judge_rules + JUDGE_RULE_COUNT;
         rule++)
        print(stdout, "%-16s %-7s %s\n", rule->name, reports_level_name(rule->level), rule->text);
    return complain_of_lost_output() ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

/* ---- the command ------------------------------------------------------ */

static int dispatch(struct arguments *arguments, const char *command)
{
    if (arguments->list_rules) return list_rules();
    if (arguments->format != CHECK_FORMAT_NO)
        return check_format_files(arguments->paths, arguments->path_count, arguments->format);
    if (arguments->against != NULL)
        return check_match_files(arguments->paths, arguments->path_count, arguments->against,
                                 &arguments->options);
    if (!read_expected(arguments)) return EXIT_USAGE;
    int code = run(arguments, command);
    excuses_release(&arguments->options.excuses);
    return code;
}

/* What is secret of --set, by its name and by the cases. What cannot be read is
 * complained of when it is judged. */
static void note_secrets(struct arguments *arguments)
{
    const struct script_settings *settings = &arguments->options.settings;
    struct mask *mask = arguments->options.mask;
    struct transcript_error error;
    mask_note_settings(mask, settings);
    for (size_t i = 0; settings->count > 0 && i < arguments->path_count; i++) {
        struct script script;
        const char *path = arguments->paths[i];
        if (!script_is_name(path) || !script_read(path, &script, &error)) continue;
        for (size_t k = 0; k < script.case_count; k++)
            mask_note_case(mask, settings, &script.cases[k]);
        script_release(&script);
    }
}

/* Without --set there is nothing to mask, and no tables are compiled for it. */
static int dispatch_masked(struct arguments *arguments, const char *command)
{
    struct compiled_catalog *compiled = NULL;
    bool has_settings = arguments->options.settings.count > 0;
    if (has_settings && catalog_open_dialect(CATALOG_DIALECT_DEFAULT, &compiled, stderr) != 0)
        return EXIT_USAGE;
    arguments->options.mask = mask_new(compiled);
    note_secrets(arguments);
    char *kept = mask_command(arguments->options.mask, command);
    int code = dispatch(arguments, kept);
    free(kept);
    mask_free(arguments->options.mask);
    compiled_catalog_free(compiled);
    return code;
}

int cmd_check(int argc, char **argv)
{
    static const struct argp argp = {option_list, take_option, "FILE...", help_text,
                                     NULL,        filter_help, NULL};
    char today[11];
    char *command = results_command(argc, argv);
    struct arguments arguments = {.options = {.level = -1, .today = today}};
    arguments.options.settings.items = arguments.settings;
    results_today(today);
    arguments.paths = memory_new((size_t)argc + 1, sizeof *arguments.paths);
    int code = EXIT_USAGE;
    if (cli_parse("check", &argp, argc, argv, &arguments)) {
        if (arguments.has_log) arguments.options.log = &arguments.log;
        code = dispatch_masked(&arguments, command);
    }
    free(arguments.paths);
    free(command);
    return code;
}
