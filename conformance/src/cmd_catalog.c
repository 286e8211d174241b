/* atproof catalog: shows, checks and converts catalogues. */
#include "catalog_builtin.h"
#include "catalog_emit.h"
#include "cli.h"
#include "memory.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum action { ACTION_SUMMARY, ACTION_LIST, ACTION_CHECK, ACTION_EMIT };

struct options {
    const char *dialect; /* NULL: not told */
    const char *file;
    const char *format;
    enum action action;
    char **paths; /* of --check */
    size_t path_count, path_capacity;
};

/* What is shown: a dialect or a user's file. */
struct subject {
    struct compiled_catalog *compiled;
    struct catalog_part parts[CATALOG_PART_MAX];
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

static int open_dialect(struct subject *subject, const char *name)
{
    if (catalog_open_dialect(name, &subject->compiled, stderr) != 0) return -1;
    const struct catalog_dialect *dialect = catalog_find_dialect(name);
    subject->part_count = catalog_part_count(dialect);
    memcpy(subject->parts, dialect->parts, sizeof subject->parts);
    subject->option = memory_format("--dialect %s", dialect->name);
    subject->symbol = memory_text(dialect->symbol);
    subject->title = (struct catalog_title){subject->option, subject->symbol, true};
    return 0;
}

static int open_file(struct subject *subject, const char *path)
{
    if (catalog_open_file(path, &subject->compiled, stderr) != 0) return -1;
    const char *slash = strrchr(path, '/');
    const struct catalog_set *set = subject->compiled->model->sets[0];
    subject->parts[0] = (struct catalog_part){.set = set->name};
    subject->part_count = 1;
    subject->option = memory_format("--catalog %s", slash ? slash + 1 : path);
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
    printf("%-14s %8s %5s %8s %7s %4s %6s\n", "set", "commands", "forms", "variants", "results",
           "URCs", "errata");
    for (size_t i = 0; i < subject->part_count; i++) {
        const struct catalog_set *set =
            catalog_find_set(subject->compiled->model, subject->parts[i].set);
        size_t variants = 0;
        size_t forms = count_forms(set, &variants);
        printf("%-14s %8zu %5zu %8zu %7zu %4zu %6zu\n", set->name, set->command_count, forms,
               variants, set->result_count, set->urc_count, count_errata(set));
    }
}

static void put_tables(const struct subject *subject)
{
    const struct compiled_catalog *compiled = subject->compiled;
    const struct atp_catalog *catalog = &compiled->catalog;
    printf("\n%s: %u names, %u records, %u commands, %zu forms,\n"
           "%zu bytes where pointers have 32 bits\n",
           subject->option + 2, catalog->name_count, catalog->record_count, catalog->command_count,
           compiled->form_count, compiled_size(compiled));
}

static void put_summary(const struct subject *subject)
{
    put_sets(subject);
    put_tables(subject);
    if (!subject->title.is_builtin) return;
    printf("\ndialects:\n");
    for (const struct catalog_dialect *dialect = catalog_dialects; dialect->name; dialect++)
        printf("  %-14s %s\n", dialect->name, dialect->title);
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
    const char *dialect = options->dialect ? options->dialect : CATALOG_DIALECT_DEFAULT;
    int status =
        options->file ? open_file(&subject, options->file) : open_dialect(&subject, dialect);
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
        if (catalog_open_file(options->paths[i], &compiled, stderr) == 0)
            printf("%s: well-formed, %zu commands\n", options->paths[i],
                   compiled->model->sets[0]->command_count);
        else code = EXIT_USAGE;
        compiled_catalog_free(compiled);
    }
    return code;
}

/* ---- options ------------------------------------------------------------- */

enum { OPTION_EMIT = 0x100, OPTION_LIST, OPTION_CHECK, OPTION_CATALOG };

static const struct argp_option argp_options[] = {
    {"dialect", 'd', "D", 0, "The dialect to show (default: " CATALOG_DIALECT_DEFAULT ")", 0},
    {"catalog", OPTION_CATALOG, "FILE", 0, "Show a catalogue of your own instead", 0},
    {"list", OPTION_LIST, NULL, 0, "List the forms, each with its clause", 0},
    {"emit", OPTION_EMIT, "FORMAT", 0,
     "Write c (tables for the parser), dict (for libFuzzer and AFL++), markdown (reference "
     "page) or json",
     0},
    {"check", OPTION_CHECK, NULL, 0, "Read the FILEs, and say what is wrong with them", 0},
    {0},
};

static bool is_format(const char *text)
{
    return strcmp(text, "c") == 0 || strcmp(text, "dict") == 0 || strcmp(text, "markdown") == 0
           || strcmp(text, "json") == 0;
}

static void set_action(struct argp_state *state, enum action action)
{
    struct options *options = state->input;
    if (options->action != ACTION_SUMMARY && options->action != action)
        argp_error(state, "--list, --emit and --check together; expected one of them");
    options->action = action;
}

static void check_options(struct argp_state *state)
{
    const struct options *options = state->input;
    if (options->action == ACTION_CHECK && options->path_count == 0)
        argp_error(state, "--check without a file; expected FILE...");
    if (options->action != ACTION_CHECK && options->path_count > 0)
        argp_error(state, "unexpected %s; files stand behind --check or --catalog",
                   options->paths[0]);
    if (options->dialect && options->file)
        argp_error(state, "--dialect and --catalog together; expected one of them");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'd': options->dialect = argument; return 0;
    case OPTION_CATALOG: options->file = argument; return 0;
    case OPTION_LIST: set_action(state, ACTION_LIST); return 0;
    case OPTION_CHECK: set_action(state, ACTION_CHECK); return 0;
    case OPTION_EMIT:
        if (!is_format(argument))
            argp_error(state, "--emit %s: expected c, dict, markdown or json", argument);
        options->format = argument;
        set_action(state, ACTION_EMIT);
        return 0;
    case ARGP_KEY_ARG:
        options->paths = memory_grow(options->paths, options->path_count + 1,
                                     &options->path_capacity, sizeof(*options->paths));
        options->paths[options->path_count++] = argument;
        return 0;
    case ARGP_KEY_END: check_options(state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    argp_options,
    parse_option,
    "\n--check FILE...",
    "Shows the catalogue: what the manuals say, as data."
    "\vWithout options, a summary. A FILE is a YAML file as parser/catalog/README.md has it; the "
    "result codes of core are added to it. Exit status: 0, or 2 if a file is wrong.",
    NULL,
    NULL,
    NULL,
};

int cmd_catalog(int argc, char **argv)
{
    struct options options = {0};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return EXIT_USAGE;
    int code = options.action == ACTION_CHECK ? check(&options) : show(&options);
    free(options.paths);
    return code;
}
