/* What all subcommands share. */
#include "command/cli.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "catalog/builtin.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- options ---------------------------------------------------------- */

static bool takes_value(const struct argp_option *option)
{
    return option->arg != NULL && (option->flags & OPTION_ARG_OPTIONAL) == 0;
}

/* By its name, or a beginning of it. Returns: NULL, there is none. */
static const struct argp_option *find_long(const struct argp_option *options, const char *name,
                                           size_t size)
{
    const struct argp_option *found = NULL;
    for (; options->name != NULL || options->doc != NULL; options++) {
        if (options->name == NULL || strncmp(options->name, name, size) != 0) continue;
        if (options->name[size] == '\0') return options;
        if (found != NULL) return NULL; /* two begin so */
        found = options;
    }
    return found;
}

static const struct argp_option *find_short(const struct argp_option *options, char letter)
{
    for (; options->name != NULL || options->doc != NULL; options++)
        if (options->name != NULL && options->key == letter) return options;
    return NULL;
}

/* What is wrong with `--name`, `--name=value`. `is_last`: no word follows.
 * Returns: NULL, nothing. */
static const char *fault_of_long(const struct argp_option *options, const char *word, bool is_last)
{
    size_t size = strcspn(word + 2, "=");
    bool has_value = word[2 + size] == '=';
    const struct argp_option *option = find_long(options, word + 2, size);
    if (option == NULL) return "unknown option";
    if (has_value && option->arg == NULL) return "unexpected value of option";
    return takes_value(option) && !has_value && is_last ? "no value after option" : NULL;
}

/* The same for letters, of which one may take the rest of the word. Writes: *letter. */
static const char *fault_of_short(const struct argp_option *options, const char *word, bool is_last,
                                  char *letter)
{
    for (const char *at = word + 1; *at != '\0'; at++) {
        const struct argp_option *option = find_short(options, *at);
        *letter = *at;
        if (option == NULL) return "unknown option";
        if (takes_value(option)) return at[1] == '\0' && is_last ? "no value after option" : NULL;
    }
    return NULL;
}

static bool complain_of_word(const char *command, const struct argp_option *options,
                             const char *word, bool is_last)
{
    char short_name[3] = "-";
    bool is_long = strncmp(word, "--", 2) == 0;
    if (word[0] != '-' || word[1] == '\0' || strcmp(word, "--") == 0) return false;
    const char *fault = is_long ? fault_of_long(options, word, is_last)
                                : fault_of_short(options, word, is_last, &short_name[1]);
    if (fault == NULL) return false;
    complain_of_usage(command, "%s '%s'; atproof %s --help lists them", fault,
                      is_long ? word : short_name, command);
    return true;
}

/* argp's own --help prints nothing where argp is set to print no errors. */
#define KEY_USAGE 0x1000
static const struct argp_option help_options[] = {
    {"help", '?', NULL, 0, "Give this help list", -1},
    {"usage", KEY_USAGE, NULL, 0, "Give a short usage message", 0},
    {0},
};

static error_t take_help(int key, char *text, struct argp_state *state)
{
    (void)text;
    if (key != '?' && key != KEY_USAGE) return ARGP_ERR_UNKNOWN;
    argp_help(state->root_argp, stdout, key == '?' ? ARGP_HELP_STD_HELP : ARGP_HELP_USAGE,
              state->name);
    exit(complain_of_lost_output() ? EXIT_AS_EXPECTED : EXIT_USAGE);
}

static const struct argp help_argp = {.options = help_options, .parser = take_help};
static const struct argp_child help_child[] = {{&help_argp, 0, NULL, -1}, {0}};

/* A parse under way, around the command's own. */
struct parse {
    const struct argp *argp;
    void *input;
    bool refused; /* the command's own parser has reported what is wrong    */
    int next;     /* of argv, after the word that is wrong; or it, with letters left */
};

static error_t take(int key, char *text, struct argp_state *state)
{
    struct parse *parse = state->input;
    if (key == ARGP_KEY_ERROR) {
        parse->next = state->next;
        return 0;
    }
    state->input = parse->input;
    error_t error = parse->argp->parser(key, text, state);
    state->input = parse;
    if (error != 0 && error != ARGP_ERR_UNKNOWN) parse->refused = true;
    return error;
}

bool cli_parse(const char *command, const struct argp *argp, int argc, char **argv, void *input)
{
    struct parse parse = {.argp = argp, .input = input, .next = argc};
    struct argp wrapper = *argp;
    int end = argc;
    wrapper.parser = take;
    wrapper.children = help_child;
    int error = argp_parse(&wrapper, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, &end, &parse);
    if (error == 0 && end == argc) return true;
    if (parse.refused) return false;
    if (error == 0) complain_of_usage(command, "unexpected argument '%s'", argv[end]);
    else if (!complain_of_word(command, argp->options, argv[parse.next - 1], parse.next == argc)
             && parse.next < argc)
        complain_of_word(command, argp->options, argv[parse.next], parse.next + 1 == argc);
    return false;
}

char *cli_list_dialects(const char *tail)
{
    struct buffer help = {0};
    buffer_append_text(&help, "Dialects:\n");
    for (const struct catalog_dialect *d = catalog_dialects; d->name != NULL; d++) {
        char *row = memory_format("  %-24s %s\n", d->name, d->title);
        buffer_append_text(&help, row);
        free(row);
    }
    buffer_append_text(&help, "\n");
    buffer_append(&help, tail, strlen(tail) + 1);
    return (char *)help.bytes;
}
