/* atproof: one program, many subcommands. */
#include "base/print.h"
#include "command/cli.h"

#include <argp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef ATPROOF_VERSION
#define ATPROOF_VERSION "unknown"
#endif

static const struct command {
    const char *name;
    const char *help;
    cli_command_fn *run;
} commands[] = {
    {"decode", "one JSON object a line for each event of a stream", cmd_decode},
    {"check", "judge recorded traffic against the manual", cmd_check},
    {"record", "stand between a host and a module, keep every byte", cmd_record},
    {"modem", "be a virtual module on a pseudo terminal or a TCP port", cmd_modem},
    {"run", "judge a module: play cases against it", cmd_run},
    {"fuzz", "fuzz a module, guided by what it answers", cmd_fuzz},
    {"report", "make a page, or what machines read, of results", cmd_report},
    {"diff", "compare two runs, or a run with a baseline", cmd_diff},
    {"server", "the HTTP, HTTPS, TCP and TLS peer of modules", cmd_server},
    {"catalog", "show, check and convert what the manuals specify", cmd_catalog},
};
#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static void put_usage(FILE *out)
{
    fputs("Usage: atproof COMMAND [OPTION...] [ARGUMENT...]\n\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        print(out, "  %-9s %s\n", commands[i].name, commands[i].help);
    fputs("\natproof COMMAND --help, or atproof help COMMAND, prints its options.\n", out);
}

static int run(const struct command *command, int argc, char **argv)
{
    char name[32];
    snprintf(name, sizeof name, "atproof %s", command->name);
    argv[0] = name; /* what argp shows in its usage */
    return command->run(argc, argv);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    complain("unknown command '%s'; atproof --help lists them", name);
    return NULL;
}

static int help(int argc, char **argv)
{
    static char option[] = "--help";
    if (argc < 3) {
        put_usage(stdout);
        return EXIT_AS_EXPECTED;
    }
    const struct command *command = find_command(argv[2]);
    if (!command) return EXIT_USAGE;
    char *arguments[] = {argv[0], option, NULL};
    return run(command, 2, arguments);
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        put_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return help(0, NULL);
    if (strcmp(argv[1], "help") == 0) return help(argc, argv);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print(stdout, "atproof %s\n", ATPROOF_VERSION);
        return EXIT_AS_EXPECTED;
    }
    const struct command *command = find_command(argv[1]);
    return command ? run(command, argc - 1, argv + 1) : EXIT_USAGE;
}

/* argp ends the program by itself after --help. */
static void flush_at_exit(void)
{
    if (!complain_of_lost_output()) _exit(EXIT_USAGE);
}

/* A standard descriptor that is closed would be the next file that is opened. The output
 * stays one that cannot be written. */
static void fill_descriptors(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_LAB);
}

int main(int argc, char **argv)
{
    fill_descriptors();
    argp_err_exit_status = EXIT_USAGE;
    atexit(flush_at_exit);
    return dispatch(argc, argv);
}
