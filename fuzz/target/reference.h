/* A second decoder of one line, to hold the parser against: written apart from
 * parser/src, from atproof.h, catalog.h, the catalogue's notation and the event
 * logs of the corpus. It is slow and obvious on purpose: every name is tried,
 * every record of the name is read whole, numbers are compared as decimal
 * texts, nothing is looked up or kept. */
#ifndef FUZZ_REFERENCE_H
#define FUZZ_REFERENCE_H

#include <atproof/atproof.h>
#include <stdbool.h>

struct reference_field {
    enum atp_field_status status;
    bool negative;
    bool number;    /* value is one                                         */
    uint32_t value; /* magnitude, 0 if it is none or beyond 32 bits         */
    size_t offset;  /* of its text, in the line                             */
    size_t size;
};

struct reference_line {
    enum atp_kind kind;
    const struct atp_name *name;     /* NULL: the catalogue knows none        */
    const struct atp_record *record; /* NULL: likewise, or no record fits     */
    size_t offset;                   /* of the text: spaces before a record   */
    size_t size;                     /* of the text                           */
    uint32_t deviations;             /* ATP_DEV_*                             */
    unsigned field_count;
    struct reference_field fields[ATP_FIELD_COUNT_MAX];
};

/* What is asked: a form of a command, and nothing of its response has come. */
struct reference_pending {
    uint8_t command;             /* index, ATP_NONE: nothing is asked       */
    const struct atp_form *form; /* NULL likewise                           */
};

/* Name that the line begins with, or NULL. */
const struct atp_name *reference_find_name(const struct atp_catalog *catalog, const uint8_t *text,
                                           size_t size);

/* Reads one line, without its line end. */
void reference_read(const struct atp_catalog *catalog, const uint8_t *text, size_t size,
                    struct reference_pending pending, struct reference_line *line);

/* What the readers of atproof.h are to say of a field of the line. */
enum atp_status reference_u32(const struct reference_line *line, unsigned index, uint32_t *out);
enum atp_status reference_i32(const struct reference_line *line, unsigned index, int32_t *out);
enum atp_status reference_string(const struct reference_line *line, const uint8_t *text,
                                 unsigned index, uint8_t *out, size_t capacity, size_t *size);
int reference_find_field(const struct atp_catalog *catalog, const struct reference_line *line,
                         const char *name);

#endif
