/* The words for the forms of a command. */
#include "at/form.h"

#include <stddef.h>

const char *const at_form_words[] = {"execute", "write", "read", "test", NULL};

const char *at_form_name(enum atp_form_kind kind)
{
    for (unsigned bit = 0; at_form_words[bit] != NULL; bit++)
        if ((unsigned)kind == 1u << bit) return at_form_words[bit];
    return "";
}
