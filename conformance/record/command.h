/* Command lines taken apart: the commands of a line and their arguments, by
 * place, so that they can be changed where they stand. */
#ifndef CONFORMANCE_RECORD_COMMAND_H
#define CONFORMANCE_RECORD_COMMAND_H

#include <atproof/catalog.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Places within the line. Units: bytes. */
struct command_span {
    size_t offset;
    size_t size;
};

struct command {
    struct command_span name; /* `+CSQ`, `D`, `&F`                           */
    struct command_span rest; /* behind the name: `=1,"a"`, `?`, `0`         */
    enum atp_form_kind form;
};

/* The command at *at of a line (0: the first), without the line's end.
 * Writes: *out, and *at to what follows. Returns: false if there is none. */
bool command_next(const uint8_t *line, size_t size, size_t *at, struct command *out);

/* The field with that index, 0 the first, of the comma-separated text in
 * `within`: its place without blanks and quotes. Returns: false if it is not
 * there, or empty. */
bool command_field(const uint8_t *line, struct command_span within, unsigned index,
                   struct command_span *out);

/* The arguments behind `=`; empty in every other form. */
struct command_span command_arguments(const struct command *command);

/* The argument of the line's last command as a number, or `otherwise`. */
uint32_t command_count_argument(const uint8_t *line, size_t size, unsigned index,
                                uint32_t otherwise);

/* Whether the name is this one, in either case. */
bool command_is_named(const uint8_t *line, const struct command *command, const char *name);

#endif
