/* Captures: logs that people have, read as transcripts. corpus/README.md
 * documents the formats.
 *
 * A log is text, a prefix before each line telling its direction. A prefix
 * pattern is a POSIX extended regular expression that the line must begin
 * with; what stands after the match is the line. If it has a group `(…)`,
 * the first one is the time: seconds, or [[HH:]MM:]SS[.frac]. */
#ifndef CONFORMANCE_CAPTURE_H
#define CONFORMANCE_CAPTURE_H

#include "script/transcript.h"

/* How bytes that are no text are written in the log. */
enum capture_escapes {
    CAPTURE_PLAIN, /* not at all                                            */
    CAPTURE_C,     /* \r \n \x00, as in C                                   */
    CAPTURE_ANGLE, /* <CR> <LF> <0x1A> <1A>                                 */
    CAPTURE_HEX    /* the line is hexadecimal digits, two a byte            */
};

struct capture_format {
    const char *name;     /* of --log; NULL ends the list                   */
    const char *title;    /* one line for --help                            */
    const char *sent;     /* prefix pattern of the host's lines, NULL: none is marked:
                           * a line that begins with AT is the host's       */
    const char *received; /* of the module's; NULL: every other line        */
    enum capture_escapes escapes;
};

/* arrows, tx-rx, timestamps, …; the last has the name NULL. */
extern const struct capture_format capture_formats[];
const struct capture_format *capture_find_format(const char *name);

/* Reads a log. A sent line gets its CR, a received one CR LF before and
 * after it, unless the escapes spell line ends of their own. A line that
 * matches neither pattern continues a received one (a payload with line ends).
 * Returns: false with *error written (a bad pattern, no line that matches:
 * the message shows the first line and names formats that would match). */
bool capture_read(const char *path, const struct capture_format *format, struct transcript *out,
                  struct transcript_error *error);

/* The same of a log in memory. */
bool capture_parse(const void *text, size_t size, const struct capture_format *format,
                   struct transcript *out, struct transcript_error *error);

/* The format that most lines of the text match, or NULL: for a hint. */
const struct capture_format *capture_guess(const void *text, size_t size);

#endif
