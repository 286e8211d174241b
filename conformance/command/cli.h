/* The `atproof` program: subcommands and what they share. */
#ifndef ATPROOF_CLI_H
#define ATPROOF_CLI_H

#include "base/complain.h"
#include "base/exit_code.h"

#include <stdbool.h>

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

/* Whether all options on the command line are known and have their values; if
 * not, says of the first one that is not. To be called before argp_parse, which
 * would write two lines of its own; the arguments may be put in another order. */
struct argp_option;
bool cli_options_are_good(const char *command, int argc, char **argv,
                          const struct argp_option *options);

/* The dialects, a line each, with `tail` behind them: for --help, as argp's
 * help filter returns it. Owns: the caller (argp), from malloc. */
char *cli_list_dialects(const char *tail);

#endif
