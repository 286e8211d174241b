/* How a target ends when an invariant is broken. */
#include "target.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void (*fuzz_explain)(void);

void fuzz_fail(const char *invariant, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "fuzz: %s: ", invariant);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (fuzz_explain != NULL) fuzz_explain();
    fflush(stderr);
    abort();
}
