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

/* Parses a command line. A word that is no option of the command, or that lacks its
 * value, is reported in one line; what the command's own parser refuses, it reports
 * itself (complain_of_usage).
 * Returns: whether all of it was taken. */
struct argp;
bool cli_parse(const char *command, const struct argp *argp, int argc, char **argv, void *input);

/* The dialects, a line each, with `tail` after them: for --help, as argp's
 * help filter returns it. Owns: the caller (argp), from malloc. */
char *cli_list_dialects(const char *tail);

#endif
