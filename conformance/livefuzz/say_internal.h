/* What the parts of the generator share. */
#ifndef CONFORMANCE_SAY_INTERNAL_H
#define CONFORMANCE_SAY_INTERNAL_H

#include "livefuzz/say.h"

#define SAY_ARGUMENT_MAX 24

/* An argument of a form as it stands on a line. Owns: the caller. */
char *say_argument(struct say *say, const struct say_form *form, size_t place);

/* A line taken apart: `AT+X=`, and the arguments after it. */
struct say_parts {
    char *head;
    char *arguments[SAY_ARGUMENT_MAX];
    size_t count;
};
void say_split(const char *line, struct say_parts *out);
char *say_join(const struct say_parts *parts);
void say_release_parts(struct say_parts *parts);

#endif
