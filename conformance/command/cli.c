/* What all subcommands share. */
#include "command/cli.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "catalog/builtin.h"

#include <argp.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- options ---------------------------------------------------------- */

#define OPTION_MAX 32
#define KEY_LONG   0x1000 /* what getopt returns for a long option */

/* What argp knows, for getopt; both arrays hold OPTION_MAX options. */
static void list_options(const struct argp_option *options, struct option *longs, char *shorts)
{
    size_t count = 0;
    *shorts++ = ':'; /* a value that lacks is told from an option that is unknown */
    for (; (options->name != NULL || options->doc != NULL) && count < OPTION_MAX; options++) {
        if (options->name == NULL) continue; /* the title of a group */
        int has_value = options->arg != NULL ? required_argument : no_argument;
        longs[count++] = (struct option){options->name, has_value, NULL, KEY_LONG};
        if (options->key > ' ' && options->key < 0x7F) {
            *shorts++ = (char)options->key;
            if (has_value) *shorts++ = ':';
        }
    }
    longs[count++] = (struct option){"help", no_argument, NULL, KEY_LONG};
    longs[count++] = (struct option){"usage", no_argument, NULL, KEY_LONG};
    longs[count] = (struct option){0};
    *shorts++ = '?';
    *shorts = '\0';
}

bool cli_options_are_good(const char *command, int argc, char **argv,
                          const struct argp_option *options)
{
    struct option longs[OPTION_MAX + 3];
    char shorts[2 * OPTION_MAX + 3];
    list_options(options, longs, shorts);
    opterr = 0;
    optind = 0; /* glibc: begin anew */
    for (;;) {
        optopt = 0;
        int key = getopt_long(argc, argv, shorts, longs, NULL);
        if (key == -1) return true;
        const char *word = argv[optind - 1];
        bool is_long = optopt == 0 || optopt == KEY_LONG;
        if (key != ':' && (key != '?' || (is_long && word[1] != '-'))) continue; /* `-?` too */
        char letter[3] = {'-', (char)optopt, '\0'};
        const char *what = "unknown option";
        if (key == ':') what = "no value behind option";
        else if (optopt == KEY_LONG) what = "unexpected value of option";
        complain_of_usage(command, "%s '%s'; atproof %s --help lists them", what,
                          is_long ? word : letter, command);
        return false;
    }
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
