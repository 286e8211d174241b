/* The words for the forms of a command: `execute`, `write`, `read`, `test`. */
#ifndef AT_FORM_H
#define AT_FORM_H

#include <atproof/catalog.h>

/* All words, in the order of the bits of enum atp_form_kind; NULL ends them. */
extern const char *const at_form_words[];

/* The word of one form. Never NULL; "" for a value that is no single form. */
const char *at_form_name(enum atp_form_kind kind);

#endif
