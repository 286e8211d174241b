/* atproof catalog: shows, checks and converts catalogues. */
#include "base/memory.h"
#include "base/print.h"
#include "cases/cases.h"
#include "cases/trace.h"
#include "catalog/builtin.h"
#include "catalog/emit/emit.h"
#include "command/cli.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum action { ACTION_SUMMARY, ACTION_LIST, ACTION_CHECK, ACTION_EMIT, ACTION_CASES, ACTION_TRACE };

struct options {
    const char *dialect; /* NULL: not told */
    const char *file;
    const char *format;
    const char *directory; /* of --cases */
    enum action action;
    const char *ledger; /* of --trace */
    bool update;
    char **paths; /* of --check and --trace */
    size_t path_count, path_capacity;
};

/* What is shown: a dialect or a user's file. */
struct subject {
    struct compiled_catalog *compiled;
    struct catalog_part parts[CATALOG_PART_MAX + 1];
    size_t part_count;
    struct catalog_title title;
    char *option; /* owned texts of title */
    char *symbol;
};

/* ---- opening ------------------------------------------------------------- */

/* What a set's name makes as part of a C identifier. */
static char *symbol_of(const char *name)
{
    char *symbol = memory_text(name);
    for (char *at = symbol; *at; at++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", *at))
            *at = '_';
    return symbol;
}

static int open_dialect(struct subject *subject, const struct catalog_dialect *dialect)
{
    if (catalog_open_dialect(dialect->name, &subject->compiled, stderr) != 0) return -1;
    subject->part_count = catalog_part_count(dialect);
    memcpy(subject->parts, dialect->parts, sizeof dialect->parts);
    subject->option = memory_format("--dialect %s", dialect->name);
    subject->symbol = memory_text(dialect->symbol);
    subject->title = (struct catalog_title){subject->option, subject->symbol, true};
    return 0;
}

/* `with`: the dialect that is joined to the file, NULL if none is. */
static int open_file(struct subject *subject, const char *path, const struct catalog_dialect *with)
{
    if (catalog_open_file(path, with, &subject->compiled, stderr) != 0) return -1;
    const char *slash = strrchr(path, '/');
    const struct catalog_set *set = subject->compiled->model->sets[0];
    subject->parts[0] = (struct catalog_part){.set = set->name};
    subject->part_count = 1;
    if (with) {
        subject->part_count += catalog_part_count(with);
        memcpy(subject->parts + 1, with->parts, sizeof with->parts);
    }
    subject->option = memory_format("--catalog %s%s%s", slash ? slash + 1 : path,
                                    with ? " --dialect " : "", with ? with->name : "");
    subject->symbol = symbol_of(set->name);
    subject->title = (struct catalog_title){subject->option, subject->symbol, false};
    return 0;
}

static void close_subject(struct subject *subject)
{
    compiled_catalog_free(subject->compiled);
    free(subject->option);
    free(subject->symbol);
}

/* ---- showing ------------------------------------------------------------- */

static size_t count_forms(const struct catalog_set *set, size_t *variants)
{
    size_t forms = 0;
    *variants = 0;
    for (size_t i = 0; i < set->command_count; i++) {
        forms += set->commands[i].form_count;
        for (size_t j = 0; j < set->commands[i].form_count; j++)
            *variants += set->commands[i].forms[j].variant_count;
    }
    return forms;
}

static size_t count_errata(const struct catalog_set *set)
{
    size_t errata = set->erratum_count;
    for (size_t i = 0; i < set->command_count; i++) errata += set->commands[i].erratum_count;
    return errata;
}

static void put_sets(const struct subject *subject)
{
    print(stdout, "%-14s %8s %5s %8s %7s %4s %6s\n", "set", "commands", "forms", "variants",
          "results", "URCs", "errata");
    for (size_t i = 0; i < subject->part_count; i++) {
        const struct catalog_set *set =
            catalog_find_set(subject->compiled->model, subject->parts[i].set);
        size_t variants = 0;
        size_t forms = count_forms(set, &variants);
        print(stdout, "%-14s %8zu %5zu %8zu %7zu %4zu %6zu\n", set->name, set->command_count, forms,
              variants, set->result_count, set->urc_count, count_errata(set));
    }
}

static void put_tables(const struct subject *subject)
{
    const struct compiled_catalog *compiled = subject->compiled;
    const struct atp_catalog *catalog = &compiled->catalog;
    print(stdout,
          "\n%s: %u names, %u records, %u commands, %zu forms,\n"
          "%zu bytes where pointers have 32 bits\n",
          subject->option + 2, catalog->name_count, catalog->record_count, catalog->command_count,
          compiled->form_count, compiled_size(compiled));
}

static void put_summary(const struct subject *subject)
{
    put_sets(subject);
    put_tables(subject);
    if (!subject->title.is_builtin) return;
    print(stdout, "\ndialects:\n");
    for (const struct catalog_dialect *dialect = catalog_dialects; dialect->name; dialect++)
        print(stdout, "  %-14s %s\n", dialect->name, dialect->title);
}

static int emit(const struct subject *subject, const char *format)
{
    const struct catalog_model *model = subject->compiled->model;
    if (strcmp(format, "c") == 0) catalog_emit_c(stdout, subject->compiled, &subject->title);
    else if (strcmp(format, "dict") == 0)
        catalog_emit_dict(stdout, subject->compiled, &subject->title);
    else if (strcmp(format, "markdown") == 0)
        catalog_emit_markdown(stdout, model, subject->parts, subject->part_count, &subject->title);
    else catalog_emit_json(stdout, model, subject->parts, subject->part_count);
    return EXIT_AS_EXPECTED;
}

static int show(const struct options *options)
{
    struct subject subject = {0};
    const char *name = options->dialect ? options->dialect : CATALOG_DIALECT_DEFAULT;
    const struct catalog_dialect *dialect = catalog_find_dialect(name);
    int status = -1;
    if (!options->file) status = open_dialect(&subject, dialect);
    else status = open_file(&subject, options->file, options->dialect ? dialect : NULL);
    if (status != 0) return EXIT_USAGE;
    if (options->action == ACTION_EMIT) emit(&subject, options->format);
    else if (options->action == ACTION_LIST)
        catalog_emit_list(stdout, subject.compiled->model, subject.parts, subject.part_count);
    else put_summary(&subject);
    close_subject(&subject);
    return EXIT_AS_EXPECTED;
}

static int check(const struct options *options)
{
    int code = EXIT_AS_EXPECTED;
    for (size_t i = 0; i < options->path_count; i++) {
        struct compiled_catalog *compiled = NULL;
        if (catalog_open_file(options->paths[i], NULL, &compiled, stderr) == 0)
            print(stdout, "%s: well-formed, %zu commands\n", options->paths[i],
                  compiled->model->sets[0]->command_count);
        else code = EXIT_USAGE;
        compiled_catalog_free(compiled);
    }
    return code;
}

/* The cases of the built-in sets, a file a clause. */
static int write_cases(const struct options *options)
{
    struct catalog_model *model = catalog_load_builtin(stderr);
    struct cases cases;
    if (!model) return EXIT_USAGE;
    cases_generate(model, &cases);
    bool written = cases_write(&cases, options->directory);
    if (!written) complain("%s: cannot write: %s", options->directory, strerror(errno));
    cases_release(&cases);
    catalog_free(model);
    return written ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

/* ---- options ------------------------------------------------------------- */

enum {
    OPTION_EMIT = 0x100,
    OPTION_LIST,
    OPTION_CHECK,
    OPTION_CATALOG,
    OPTION_CASES,
    OPTION_TRACE,
    OPTION_LEDGER,
    OPTION_UPDATE
};

static const struct argp_option argp_options[] = {
    {"dialect", 'd', "D", 0, "The dialect to show (default: " CATALOG_DIALECT_DEFAULT ")", 0},
    {"catalog", OPTION_CATALOG, "FILE", 0,
     "Show a catalogue of your own instead; with --dialect joined to it", 0},
    {"list", OPTION_LIST, NULL, 0, "List the forms, each with its clause", 0},
    {"emit", OPTION_EMIT, "FORMAT", 0,
     "Write c (tables for the parser), dict (for libFuzzer and AFL++), markdown (reference "
     "page) or json",
     0},
    {"cases", OPTION_CASES, "DIR", 0,
     "Write the cases that follow from the built-in sets below DIR (corpus/transcripts)", 0},
    {"trace", OPTION_TRACE, NULL, 0,
     "Read the cases of the FILEs ('.at'), and print which of them exercise each clause, form and "
     "response variant",
     0},
    {"ledger", OPTION_LEDGER, "FILE", 0, "With --trace: the ids that were ever given", 0},
    {"update", OPTION_UPDATE, NULL, 0, "With --ledger: add new ids, retire those without a case",
     0},
    {"check", OPTION_CHECK, NULL, 0, "Read the FILEs, and report what is wrong", 0},
    {0},
};

static bool is_format(const char *text)
{
    return strcmp(text, "c") == 0 || strcmp(text, "dict") == 0 || strcmp(text, "markdown") == 0
           || strcmp(text, "json") == 0;
}

static error_t set_action(struct options *options, enum action action)
{
    if (options->action != ACTION_SUMMARY && options->action != action)
        return complain_of_usage(
            "catalog",
            "--list, --emit, --cases, --trace and --check together; expected one of them");
    options->action = action;
    return 0;
}

static error_t set_format(struct options *options, const char *format)
{
    if (!is_format(format))
        return complain_of_usage(
            "catalog", "--emit %s: unknown format; expected c, dict, markdown or json", format);
    options->format = format;
    return set_action(options, ACTION_EMIT);
}

static error_t set_directory(struct options *options, const char *path)
{
    options->directory = path;
    return set_action(options, ACTION_CASES);
}

static error_t set_file(struct options *options, const char *path)
{
    if (options->file)
        return complain_of_usage("catalog",
                                 "--catalog %s: second catalogue; expected one (--dialect joins a "
                                 "built-in one to it)",
                                 path);
    options->file = path;
    return 0;
}

static error_t check_options(const struct options *options)
{
    bool shows = options->dialect || options->file;
    if (options->action == ACTION_CHECK && options->path_count == 0)
        return complain_of_usage("catalog", "--check without a file; expected FILE...");
    if (options->action == ACTION_CHECK && shows)
        return complain_of_usage("catalog",
                                 "--check with --dialect or --catalog; expected FILE... alone");
    if (options->action == ACTION_CASES && shows)
        return complain_of_usage("catalog",
                                 "--cases with --dialect or --catalog; expected DIR alone");
    bool reads = options->action == ACTION_CHECK || options->action == ACTION_TRACE;
    if (options->action == ACTION_TRACE && (options->path_count == 0 || shows))
        return complain_of_usage("catalog",
                                 "--trace takes the files of the cases alone; expected FILE...");
    if (!reads && options->path_count > 0)
        return complain_of_usage("catalog",
                                 "unexpected '%s'; files stand after --check or --catalog",
                                 options->paths[0]);
    if (options->dialect && !catalog_find_dialect(options->dialect))
        return complain_of_usage(
            "catalog", "unknown dialect '%s'; atproof catalog --help lists them", options->dialect);
    return 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'd': options->dialect = argument; return 0;
    case OPTION_CATALOG: return set_file(options, argument);
    case OPTION_LIST: return set_action(options, ACTION_LIST);
    case OPTION_CHECK: return set_action(options, ACTION_CHECK);
    case OPTION_TRACE: return set_action(options, ACTION_TRACE);
    case OPTION_LEDGER: options->ledger = argument; return 0;
    case OPTION_UPDATE: options->update = true; return 0;
    case OPTION_CASES: return set_directory(options, argument);
    case OPTION_EMIT: return set_format(options, argument);
    case ARGP_KEY_ARG:
        options->paths = memory_grow(options->paths, options->path_count + 1,
                                     &options->path_capacity, sizeof(*options->paths));
        options->paths[options->path_count++] = argument;
        return 0;
    case ARGP_KEY_END: return check_options(options);
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* The dialects, at the end of --help. */
static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_EXTRA) return (char *)(uintptr_t)text;
    return cli_list_dialects("Exit status: 0, or 2 for wrong usage or a file that is wrong.");
}

static const struct argp argp = {
    argp_options,
    parse_option,
    "\n--check FILE...\n--trace FILE...",
    "Shows the catalogue: what the manuals say, as data."
    "\vWithout options, a summary. A FILE is a YAML file as parser/catalog/README.md has it; the "
    "result codes of core are added to it, and nothing else of core but with --dialect.",
    NULL,
    filter_help,
    NULL,
};

int cmd_catalog(int argc, char **argv)
{
    struct options options = {0};
    bool is_good = cli_parse("catalog", &argp, argc, argv, &options);
    int code = EXIT_USAGE;
    if (is_good && options.action == ACTION_CHECK) code = check(&options);
    else if (is_good && options.action == ACTION_TRACE)
        code = trace_print((const char *const *)options.paths, options.path_count, options.ledger,
                           options.update, stdout, stderr);
    else if (is_good && options.action == ACTION_CASES) code = write_cases(&options);
    else if (is_good) code = show(&options);
    free(options.paths);
    return code;
}
