/* Fields of a line, for reference.c alone. */
#ifndef FUZZ_REFERENCE_FIELDS_H
#define FUZZ_REFERENCE_FIELDS_H

#include "reference.h"

/* Part of a line: bytes [at, end). */
struct span {
    const uint8_t *text;
    size_t at;
    size_t end;
};

/* One record tried on a line. */
struct trial {
    struct reference_line line;
    bool rejected; /* a literal or keyword differs: another record          */
    bool selected; /* one agrees                                            */
    bool answers;  /* the record answers what is pending                    */
    size_t end;    /* where the last field ends                             */
};

/* Reads the field at span.at as the parameter's, or as one beyond those of the
 * record, into the trial. Returns: where it ends, at a comma or the end. */
size_t reference_read_field(const struct atp_catalog *catalog, const struct atp_param *param,
                            struct span span, struct trial *trial);
size_t reference_read_extra(struct span span, struct trial *trial);

/* Where the spaces at span.at end. */
size_t reference_skip_blanks(struct span span);

bool reference_begins_with(const uint8_t *text, size_t size, const char *other);

/* Value of a hexadecimal digit, -1 if it is none. */
int reference_hex_digit(uint8_t byte);

#endif
