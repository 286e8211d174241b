/* atproof diff: two runs compared, or a run and a baseline. */
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "command/cli.h"
#include "command/stores.h"
#include "outcome/results.h"

#include <argp.h>
#include <atproof/reports_diff.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY_S        86400
#define DAYS_DEFAULT 90 /* that a failure is accepted */
#define DAYS_MAX     36500

enum option_key {
    KEY_HTML = 0x100,
    KEY_MARKDOWN,
    KEY_JSON,
    KEY_BASELINE,
    KEY_UPDATE,
    KEY_EXPIRES,
    KEY_REASON,
    KEY_PRUNE,
    KEY_PARTIAL,
    KEY_STRICT
};

static const struct argp_option option_list[] = {
    {NULL, 0, NULL, 0, "What is written:", 1},
    {"html", KEY_HTML, "FILE", 0, "A page that needs no network", 1},
    {"markdown", KEY_MARKDOWN, "FILE", 0, "A pull request's comment", 1},
    {"json", KEY_JSON, "FILE", 0, "For machines: reports/diff.schema.json", 1},
    {"quiet", 'q', NULL, 0, "Nothing on the terminal", 1},
    {NULL, 0, NULL, 0, "What is a regression:", 2},
    {"strict", KEY_STRICT, NULL, 0,
     "Also what became flaky, a case that vanished and is no must, and one that fails and was not "
     "played before",
     2},
    {"partial", KEY_PARTIAL, NULL, 0, "NEW is a part of OLD: what it lacks did not vanish", 2},
    {NULL, 0, NULL, 0, "Baselines:", 3},
    {"baseline", KEY_BASELINE, "FILE", 0, "FILE is OLD; what fails in it is accepted up to its day",
     3},
    {"update-baseline", KEY_UPDATE, NULL, 0, "Write FILE anew from NEW", 3},
    {"reason", KEY_REASON, "TEXT", 0, "Why failures of NEW are accepted", 3},
    {"expires", KEY_EXPIRES, "DAY", 0,
     "The last day on which they are: 2026-12-31 or +30d (default: +90d)", 3},
    {"prune", KEY_PRUNE, NULL, 0, "Drop the cases that NEW did not play", 3},
    {0},
};

static const char help_text[] =
    "Compares two runs: what fails now, what behaves otherwise though it passes, what takes longer."
    "\v"
    "OLD and NEW are folders as atproof run --out leaves them, or stores; - is the standard input. "
    "FILE - is the standard output.\n\n"
    "A regression is a case that fails and did not, or fails for a reason of its own; a must that "
    "is not there any more; a case that passed and is skipped. What became flaky is told alone, "
    "without --strict. With --baseline it is one, too, that a case fails which the baseline does "
    "not have, and that a failure's day is over.\n\n"
    "Exit status: 0 no regression, 1 a regression, 2 wrong usage or results that cannot be read, "
    "5 nothing that both played.";

struct arguments {
    const char *paths[2];
    size_t path_count;
    const char *files[REPORTS_DIFF_FORMAT_COUNT]; /* NULL: not wanted         */
    const char *baseline, *reason, *expires;
    bool update, prune, partial, strict, quiet;
};

/* ---- arguments -------------------------------------------------------- */

static error_t take_path(struct arguments *arguments, const char *path)
{
    size_t most = arguments->baseline == NULL ? 2 : 1;
    if (arguments->path_count >= most)
        return complain_of_usage("diff", "'%s' is one argument too many, expected %s", path,
                                 most == 1 ? "NEW alone after --baseline" : "OLD and NEW");
    arguments->paths[arguments->path_count++] = path;
    return 0;
}

static error_t check(const struct arguments *arguments)
{
    bool alone = arguments->update || arguments->baseline != NULL;
    size_t standard = 0;
    for (size_t i = 0; i < REPORTS_DIFF_FORMAT_COUNT; i++)
        standard += arguments->files[i] != NULL && strcmp(arguments->files[i], "-") == 0;
    if (arguments->update && arguments->baseline == NULL)
        return complain_of_usage("diff",
                                 "--update-baseline of what? Expected --baseline FILE, too");
    if (!arguments->update && (arguments->reason || arguments->expires || arguments->prune))
        return complain_of_usage("diff",
                                 "--reason, --expires and --prune go with --update-baseline");
    if (standard > 1)
        return complain_of_usage("diff", "the standard output can take one FILE only");
    if (arguments->path_count == (alone ? 1u : 2u)) return 0;
    return complain_of_usage("diff", "%s",
                             alone ? "expected NEW, a folder or a store, after --baseline"
                                   : "expected OLD and NEW, folders or stores");
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_HTML: arguments->files[REPORTS_DIFF_HTML] = value; return 0;
    case KEY_MARKDOWN: arguments->files[REPORTS_DIFF_MARKDOWN] = value; return 0;
    case KEY_JSON: arguments->files[REPORTS_DIFF_JSON] = value; return 0;
    case KEY_BASELINE: arguments->baseline = value; return 0;
    case KEY_UPDATE: arguments->update = true; return 0;
    case KEY_EXPIRES: arguments->expires = value; return 0;
    case KEY_REASON: arguments->reason = value; return 0;
    case KEY_PRUNE: arguments->prune = true; return 0;
    case KEY_PARTIAL: arguments->partial = true; return 0;
    case KEY_STRICT: arguments->strict = true; return 0;
    case 'q': arguments->quiet = true; return 0;
    case ARGP_KEY_ARG: return take_path(arguments, value);
    case ARGP_KEY_END: return check(arguments);
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* ---- days ------------------------------------------------------------- */

static void put_day(int64_t at_s, char out[11])
{
    time_t at = at_s;
    struct tm parts;
    strftime(out, 11, "%Y-%m-%d", gmtime_r(&at, &parts));
}

/* `+30d`. Returns: 0 if it is none. */
static long days_of(const char *text)
{
    uint64_t days = 0;
    size_t size = strlen(text);
    if (size < 3 || text[0] != '+' || text[size - 1] != 'd') return 0;
    return number_read(text + 1, size - 2, DAYS_MAX, &days) ? (long)days : 0;
}

static bool read_expires(const struct arguments *arguments, const char *today, char out[11])
{
    const char *text = arguments->expires;
    long days = text == NULL ? DAYS_DEFAULT : days_of(text);
    if (days > 0) {
        put_day(results_now_s() + days * DAY_S, out);
        return true;
    }
    if (!number_is_day(text, strlen(text))) {
        complain_of_usage("diff", "--expires %s: no day, expected one like 2026-12-31 or +30d",
                          text);
        return false;
    }
    if (strcmp(text, today) < 0) {
        complain_of_usage("diff", "--expires %s is over: today is %s", text, today);
        return false;
    }
    memcpy(out, text, 11);
    return true;
}

/* ---- comparing -------------------------------------------------------- */

static bool write_file(const struct reports_diff *diff, enum reports_diff_format format,
                       const char *path)
{
    struct file_out out;
    if (strcmp(path, "-") == 0) return reports_diff_write(diff, format, stdout);
    bool good =
        file_begin(&out, path) && file_end(&out, reports_diff_write(diff, format, out.stream));
    if (!good) complain("%s: cannot write: %s", path, file_error(errno));
    return good;
}

static int write_all(const struct reports_diff *diff, const struct arguments *arguments)
{
    static const int codes[] = {[REPORTS_DIFF_GOOD] = EXIT_AS_EXPECTED,
                                [REPORTS_DIFF_REGRESSION] = EXIT_NONCONFORMANCE,
                                [REPORTS_DIFF_NOTHING] = EXIT_NOTHING_SELECTED};
    bool good = true;
    bool taken = arguments->quiet;
    for (size_t i = 0; i < REPORTS_DIFF_FORMAT_COUNT; i++) {
        if (arguments->files[i] == NULL) continue;
        good &= write_file(diff, (enum reports_diff_format)i, arguments->files[i]);
        taken |= strcmp(arguments->files[i], "-") == 0;
    }
    if (!taken) good &= reports_diff_write(diff, REPORTS_DIFF_TEXT, stdout);
    return good && complain_of_lost_output() ? codes[reports_diff_verdict(diff)] : EXIT_USAGE;
}

static int compare(const struct arguments *arguments, const char *today,
                   const struct reports_diff_side sides[2])
{
    const struct reports_diff_input input = {
        .sides = {sides[0], sides[1]},
        .is_baseline = arguments->baseline != NULL,
        .strict = arguments->strict,
        .partial = arguments->partial,
        .today = today,
    };
    struct reports_diff *diff = reports_diff_open(&input, stderr);
    if (diff == NULL) return EXIT_USAGE;
    int code = write_all(diff, arguments);
    reports_diff_close(diff);
    return code;
}

/* ---- the baseline ----------------------------------------------------- */

/* Renamed when it is whole, so that no half baseline is ever there. */
static int update(const struct arguments *arguments, const char *today,
                  const struct reports_diff_side *run)
{
    char expires[11];
    if (!read_expires(arguments, today, expires)) return EXIT_USAGE;
    bool is_there = access(arguments->baseline, F_OK) == 0;
    const struct reports_baseline_input input = {
        .name = arguments->baseline,
        .old = is_there ? arguments->baseline : NULL,
        .run = *run,
        .today = today,
        .expires = expires,
        .reason = arguments->reason,
        .prune = arguments->prune,
    };
    struct file_out out;
    bool begun = file_begin(&out, arguments->baseline);
    bool made = begun && reports_baseline_update(&input, out.stream, stdout, stderr);
    bool whole = made && fflush(out.stream) == 0 && fsync(fileno(out.stream)) == 0;
    bool good = begun && file_end(&out, whole);
    if (!begun || (made && !good))
        complain("%s: cannot write: %s", arguments->baseline, file_error(errno));
    return good && complain_of_lost_output() ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

/* ---- the command ------------------------------------------------------ */

static struct reports_diff_side side_of(const char *name, const struct stores *stores)
{
    return (struct reports_diff_side){name, (const char *const *)(uintptr_t)stores->paths,
                                      stores->count};
}

static int start(const struct arguments *arguments)
{
    struct stores stores[2] = {0};
    char today[11];
    results_today(today);
    bool alone = arguments->baseline != NULL;
    const char *paths[2] = {alone ? arguments->baseline : arguments->paths[0],
                            arguments->paths[alone ? 0 : 1]};
    bool good = stores_list(paths[1], &stores[1])
                && (arguments->update || stores_list(paths[0], &stores[0]));
    if (good && !arguments->update && alone && access(arguments->baseline, F_OK) != 0) {
        complain("%s: %s; atproof diff --baseline %s --update-baseline NEW makes it",
                 arguments->baseline, strerror(errno), arguments->baseline);
        good = false;
    }
    int code = EXIT_USAGE;
    if (good) {
        const struct reports_diff_side sides[2] = {side_of(paths[0], &stores[0]),
                                                   side_of(paths[1], &stores[1])};
        code = alone && arguments->update ? update(arguments, today, &sides[1])
                                          : compare(arguments, today, sides);
    }
    stores_release(&stores[0]);
    stores_release(&stores[1]);
    return code;
}

static const struct argp argp = {
    option_list, parse, "OLD NEW\n--baseline=FILE NEW", help_text, NULL, NULL, NULL};

int cmd_diff(int argc, char **argv)
{
    struct arguments arguments = {0};
    if (!cli_parse("diff", &argp, argc, argv, &arguments)) return EXIT_USAGE;
    return start(&arguments);
}
