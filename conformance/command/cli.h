/* The `atproof` program: subcommands and what they share. */
#ifndef ATPROOF_CLI_H
#define ATPROOF_CLI_H

#include <stdbool.h>

/* Exit codes, fixed: scripts rely on them. */
enum exit_code {
    EXIT_AS_EXPECTED = 0,
    EXIT_NONCONFORMANCE = 1,
    EXIT_USAGE = 2,           /* wrong usage, or unreadable input */
    EXIT_UNEXPECTED_PASS = 3, /* an expected failure passed */
    EXIT_SKIPPED = 4,         /* no module */
    EXIT_NOTHING_SELECTED = 5,
    EXIT_LAB = 6,   /* the line or the lab failed */
    EXIT_MODULE = 7 /* the module crashed, hung or rebooted */
};

/* A subcommand: argv[0] is "atproof NAME", what argp shows in its usage.
 * Returns: the program's exit code. */
typedef int cli_command_fn(int argc, char **argv);

int cmd_catalog(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_decode(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_fuzz(int argc, char **argv);
int cmd_modem(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_server(int argc, char **argv);

/* One line on stderr: `atproof: ` and the text. */
__attribute__((format(printf, 1, 2))) void cli_complain(const char *format, ...);

/* Wrong usage of a subcommand: `atproof COMMAND: ` and the text, one line on
 * stderr. Returns: EINVAL, for argp. */
__attribute__((format(printf, 2, 3))) int cli_misuse(const char *command, const char *format, ...);

/* Whether all options on the command line are known and have their values; if
 * not, says of the first one that is not. To be called before argp_parse, which
 * would write two lines of its own; the arguments may be put in another order. */
struct argp_option;
bool cli_options_are_good(const char *command, int argc, char **argv,
                          const struct argp_option *options);

/* The dialects, a line each, with `tail` behind them: for --help, as argp's
 * help filter returns it. Owns: the caller (argp), from malloc. */
char *cli_list_dialects(const char *tail);

/* Flushes stdout; false, with a complaint made, if anything written to it was
 * lost (a full disk, a closed pipe). Call it before returning success. */
bool cli_flush(void);

#endif
