/* atproof report: makes of a run's results what people and machines read. */
#include "base/file.h"
#include "base/memory.h"
#include "base/print.h"
#include "command/cli.h"
#include "command/stores.h"

#include <argp.h>
#include <atproof/reports.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct format {
    const char *name;
    const char *file; /* within the folder */
    enum reports_format is;
} formats[] = {
    {"html", "report.html", REPORTS_HTML},        {"junit", "junit.xml", REPORTS_JUNIT},
    {"tap", "results.tap", REPORTS_TAP},          {"sarif", "results.sarif", REPORTS_SARIF},
    {"markdown", "summary.md", REPORTS_MARKDOWN}, {"badge", "badge.json", REPORTS_BADGE},
    {"summary", "summary.txt", REPORTS_SUMMARY},  {NULL, NULL, REPORTS_FORMAT_COUNT},
};
_Static_assert(sizeof formats / sizeof *formats == REPORTS_FORMAT_COUNT + 1,
               "each of enum reports_format has a word and a file here");

struct arguments {
    const struct format *format; /* NULL: all                               */
    const char *output;
    struct stores named;  /* as on the command line: a folder, or stores     */
    struct stores stores; /* what is read                                   */
    const char *dir;      /* the folder; NULL: stores were named            */
};

static const struct argp_option option_list[] = {
    {"format", 'f', "FORMAT", 0,
     "html (the default), junit, tap, sarif, markdown, badge, summary; all of them: all", 0},
    {"output", 'o', "FILE", 0, "Write to FILE, - is the standard output; without it into DIR", 0},
    {0},
};

static const char help_text[] =
    "Make a report of results."
    "\v"
    "DIR is what atproof run --out, or fuzz/run --out, left: its files *.jsonl are read, and, if "
    "it is there, DIR/coverage with what gcovr wrote (fuzz/coverage --export). Stores can be named "
    "one by one, too; - is the standard input. Of DIR are made:\n\n"
    "  html      report.html    one page that shows it\n"
    "  junit     junit.xml      for GitLab, Jenkins, GitHub\n"
    "  tap       results.tap    TAP 14\n"
    "  sarif     results.sarif  SARIF 2.1.0, for code scanning\n"
    "  markdown  summary.md     a comment on a pull request\n"
    "  badge     badge.json     for shields.io's endpoint\n"
    "  summary   summary.txt    for a terminal\n\n"
    "Exit status: 0 written, 2 wrong usage or results that cannot be read. Whether the module "
    "passed, atproof run and atproof check said.";

/* ---- arguments -------------------------------------------------------- */

static error_t take_format(struct arguments *arguments, const char *name)
{
    arguments->format = NULL;
    if (strcmp(name, "all") == 0) return 0;
    for (const struct format *format = formats; format->name != NULL; format++)
        if (strcmp(format->name, name) == 0) {
            arguments->format = format;
            return 0;
        }
    return complain_of_usage("report",
                             "--format %s: unknown format; atproof report --help lists them", name);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'f': return take_format(arguments, value);
    case 'o': arguments->output = value; return 0;
    case ARGP_KEY_ARG: stores_add(&arguments->named, value); return 0;
    case ARGP_KEY_END:
        return arguments->named.count > 0
                   ? 0
                   : complain_of_usage("report",
                                       "no results are named; expected a folder, or stores");
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* ---- the results ------------------------------------------------------ */

/* Takes the folder, or the stores that were named. */
static bool open_results(struct arguments *arguments)
{
    const struct stores *named = &arguments->named;
    const char *first = named->paths[0];
    if (strcmp(first, "-") != 0 && access(first, F_OK) != 0) {
        complain("%s: cannot read: %s", first, strerror(errno));
        return false;
    }
    if (stores_is_folder(first) && named->count > 1) {
        complain_of_usage("report", "%s is a folder, '%s' one argument too many", first,
                          named->paths[1]);
        return false;
    }
    if (stores_is_folder(first)) {
        arguments->dir = first;
        return stores_list(first, &arguments->stores);
    }
    for (size_t i = 0; i < named->count; i++) stores_add(&arguments->stores, named->paths[i]);
    if (arguments->format != NULL && arguments->output != NULL) return true;
    complain_of_usage("report",
                      "%s is no folder: --format and --output must say what is made of it", first);
    return false;
}

/* ---- writing ---------------------------------------------------------- */

/* Of a page in the folder; of one elsewhere the whole path. Owns: the caller. */
static char *link_to(const struct arguments *arguments, const char *coverage)
{
    char *whole = arguments->output == NULL ? NULL : realpath(coverage, NULL);
    return whole == NULL ? memory_text("coverage") : whole;
}

/* Results that cannot be read leave an older report alone. */
static bool write_to(const struct reports_input *input, const struct format *format,
                     const char *path)
{
    if (strcmp(path, "-") == 0) return reports_project(input, format->is, stdout, stderr);
    struct file_out out;
    bool begun = file_begin(&out, path);
    bool made = begun && reports_project(input, format->is, out.stream, stderr);
    bool good = begun && file_end(&out, made);
    if (!begun || (made && !good)) complain("%s: cannot write: %s", path, file_error(errno));
    return good;
}

static bool write_format(const struct arguments *arguments, const struct reports_input *input,
                         const struct format *format)
{
    char *path = arguments->output != NULL ? memory_text(arguments->output)
                                           : memory_format("%s/%s", arguments->dir, format->file);
    bool good = write_to(input, format, path);
    if (good && strcmp(path, "-") != 0) print(stdout, "%s\n", path);
    free(path);
    return good;
}

/* Of the folder; NULL if there is none. Owns: the caller. Returns: false if a link
 * stands there, with a complaint made: what it leads to is none of the run. */
static bool find_coverage(const struct arguments *arguments, char **out)
{
    struct stat status;
    *out = arguments->dir == NULL ? NULL : memory_format("%s/coverage", arguments->dir);
    if (*out == NULL || lstat(*out, &status) != 0 || !S_ISLNK(status.st_mode)) return true;
    complain("%s: cannot read: %s", *out, file_error(ELOOP));
    free(*out);
    return false;
}

static bool write_all(const struct arguments *arguments)
{
    char *coverage = NULL;
    if (!find_coverage(arguments, &coverage)) return false;
    char *link = coverage == NULL ? NULL : link_to(arguments, coverage);
    const struct reports_input input = {
        .stores = (const char *const *)arguments->stores.paths,
        .store_count = arguments->stores.count,
        .coverage = coverage != NULL && stores_is_folder(coverage) ? coverage : NULL,
        .coverage_link = link,
    };
    bool good = true;
    for (const struct format *format = formats; good && format->name != NULL; format++)
        if (arguments->format == NULL || arguments->format == format)
            good = write_format(arguments, &input, format);
    free(coverage);
    free(link);
    return good;
}

static const struct argp argp = {option_list, parse, "DIR\nSTORE...", help_text, NULL, NULL, NULL};

int cmd_report(int argc, char **argv)
{
    struct arguments arguments = {.format = formats};
    bool good = cli_parse("report", &argp, argc, argv, &arguments);
    if (good && arguments.format == NULL && arguments.output != NULL) {
        complain_of_usage("report", "--format all writes several files, --output names one");
        good = false;
    }
    good = good && open_results(&arguments) && write_all(&arguments);
    stores_release(&arguments.named);
    stores_release(&arguments.stores);
    return good && complain_of_lost_output() ? EXIT_AS_EXPECTED : EXIT_USAGE;
}
