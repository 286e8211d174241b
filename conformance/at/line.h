/* Command lines as the host sends them, divided into commands and arguments.
 *
 *     line     = junk ( "A/" | "AT" { " " | ";" | command } ) [ CR ] [ LF ]
 *     junk     = { " " | LF }
 *     command  = basic | extended | dial
 *     basic    = ( letter | ( "&" | "\" ) letter ) { digit | "=" | "?" }
 *     dial     = "D" { any byte }
 *     extended = symbol name [ "=?" | "?" | "=" argument { "," argument } ]
 *
 * Letters count in either case. An S-parameter (`S3=13`, `S3?`) is the basic
 * command `S`. A `;` or `,` between quotes separates nothing; a quote inside a
 * string is written `\22` (V.250 5.4.2.2), so that every `"` opens or closes one.
 * Everything is told by its place in the line, so that it can be changed there.
 *
 * The parser divides lines by code of its own (parser/src/host.c), the emulated
 * module too (modem/command.c), and so do the references of the fuzzers: what one
 * of them gets wrong, the others can show. livefuzz/leave.c is stricter on purpose.
 *
 * Units: bytes. Spec: V.250 (07/2003) 5.2 to 5.4. */
#ifndef AT_LINE_H
#define AT_LINE_H

#include <atproof/catalog.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place within the line. */
struct at_span {
    size_t offset;
    size_t size;
};

struct at_command {
    struct at_span name; /* `+CSQ`, `D`, `&F`                                */
    struct at_span rest; /* after the name: `=1,"a"`, `?`, `0`               */
    enum atp_form_kind form;
};

/* ---- lines -------------------------------------------------------------- */

enum at_line_kind {
    AT_LINE_OTHER,    /* no command line                                     */
    AT_LINE_COMMANDS, /* AT, with or without a command                       */
    AT_LINE_REPEAT    /* A/: the last line once more (V.250 5.2.4)           */
};

enum at_line_kind at_line_kind(const uint8_t *line, size_t size);

/* Size without the CR and LF at the end. */
size_t at_line_size(const uint8_t *line, size_t size);

/* ---- commands ----------------------------------------------------------- */

/* The command at *at of a line (0: the first one).
 * Writes: *out, and *at, for the next call. Returns: false if there is none. */
bool at_next(const uint8_t *line, size_t size, size_t *at, struct at_command *out);

/* The last command of a line, the one that its final result code answers.
 * Writes: *out. Returns: false if there is none. */
bool at_last(const uint8_t *line, size_t size, struct at_command *out);

/* Whether the command is of basic syntax (V.250 5.3): a letter and a number. */
bool at_is_basic(const uint8_t *line, const struct at_command *command);

/* Whether the command has this name, in either case. */
bool at_is_named(const uint8_t *line, const struct at_command *command, const char *name);

/* ---- arguments ---------------------------------------------------------- */

/* What follows `=`; of an execute form all that follows the name, such as the `1`
 * of `ATE1`; for the read and test forms the empty place after `?`. */
struct at_span at_arguments(const struct at_command *command);

/* The number of arguments in a text like that. An empty text has none; `1,` has two. */
size_t at_argument_count(const uint8_t *line, struct at_span arguments);

/* The argument with this index, from 0: its place as it was written, spaces and
 * quotes included. Writes: *out. Returns: false if there are fewer. */
bool at_argument(const uint8_t *line, struct at_span arguments, size_t index, struct at_span *out);

/* The same without spaces and quotes. Returns: false also if nothing is left. */
bool at_field(const uint8_t *line, struct at_span arguments, size_t index, struct at_span *out);

/* An argument of the line's last command as a number; `otherwise` if it is none,
 * or does not fit. */
uint32_t at_number(const uint8_t *line, size_t size, size_t index, uint32_t otherwise);

/* The place without the spaces at its ends (V.250 5.2.2). */
struct at_span at_trimmed(const uint8_t *line, struct at_span place);

/* The place without the quotes around it, if it has both. */
struct at_span at_unquoted(const uint8_t *line, struct at_span place);

#endif
