/* What all subcommands share. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cli_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("atproof: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

bool cli_flush(void)
{
    static bool reported;
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (failed && !reported)
        cli_complain("standard output: %s", errno ? strerror(errno) : "cannot be written");
    reported |= failed;
    return !failed;
}
