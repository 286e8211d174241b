/* Messages of the program. */
#include "base/complain.h"

#include "base/print.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("atproof: ", stderr);
    print_list(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

int complain_of_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(stderr, "atproof: %s: ", command);
    print_list(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return EINVAL;
}

bool complain_of_lost_output(void)
{
    static bool reported;
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (failed && !reported)
        complain("standard output: %s", errno ? strerror(errno) : "cannot be written");
    reported |= failed;
    return !failed;
}
