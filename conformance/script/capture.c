/* Reads logs as transcripts. The formats are documented in corpus/README.md.
 *
 * A line that neither prefix begins goes on with the one before it: payload
 * may hold line ends, which the log then shows as its own. */
#include "script/capture.h"
#include "script/capture_internal.h"

#include "base/memory.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME  "\\[?([0-9][0-9T:./Z -]*[0-9Z])\\]?[ \t]+"
#define MAYBE "(\\[?[0-9][0-9T:./Z -]*[0-9Z]\\]?[ \t]+)?"

#define TX "^" MAYBE "\\[?([Tt][Xx]|[Ss][Ee][Nn][Dd]|[Ss]ent)\\]?[:>]? ?"
#define RX "^" MAYBE "\\[?([Rr][Xx]|[Rr][Ee][Cc][Vv]|[Rr]eceived)\\]?[:<]? ?"

const struct capture_format capture_formats[] = {
    {"arrows", "'-> ' and '<- ' before the lines, a time before those", "^" MAYBE "-+> ?",
     "^" MAYBE "<-+ ?", CAPTURE_PLAIN},
    {"angle", "'> ' and '< ', or '>> ' and '<< ', a time before those", "^" MAYBE ">>? ",
     "^" MAYBE "<<? ", CAPTURE_PLAIN},
    {"tx-rx", "'TX: ' and 'RX: ', also Send and Recv, in brackets or not", TX, RX, CAPTURE_PLAIN},
    {"tx-rx-hex", "the same, with the bytes in hexadecimal", TX, RX, CAPTURE_HEX},
    {"tx-rx-c", "the same, with \\r \\n \\x00 for bytes that are no text", TX, RX, CAPTURE_C},
    {"tx-rx-angle", "the same, with <CR> <LF> <0x1A>", TX, RX, CAPTURE_ANGLE},
    {"timestamps", "a time before each line; those with AT are the host's", NULL, "^" TIME,
     CAPTURE_PLAIN},
    {"terminal", "what a terminal showed: lines with AT are the host's", NULL, "^", CAPTURE_PLAIN},
    {0},
};

const struct capture_format *capture_find_format(const char *name)
{
    for (const struct capture_format *format = capture_formats; format->name != NULL; format++)
        if (strcmp(format->name, name) == 0) return format;
    return NULL;
}

/* ---- patterns --------------------------------------------------------- */

/* The part of a line after its prefix. */
struct match {
    size_t size;     /* of the prefix                                       */
    int64_t time_us; /* TRANSCRIPT_NO_TIME: none                            */
};

/* What stands after a date, and before a bracket. */
static const char *clock_of(const char *text, size_t *size)
{
    const char *colon = memchr(text, ':', *size);
    size_t first = 0;
    for (size_t i = 0; colon != NULL && i < (size_t)(colon - text); i++)
        if (strchr("T [\t", text[i]) != NULL) first = i + 1;
    while (colon == NULL && first < *size && strchr("[ \t", text[first]) != NULL) first++;
    *size -= first;
    return text + first;
}

/* Days and dates count for nothing: only differences are used. */
static int64_t read_time(const char *text, size_t size)
{
    double seconds = 0;
    char copy[40];
    text = clock_of(text, &size);
    if (size == 0 || size >= sizeof copy) return TRANSCRIPT_NO_TIME;
    memcpy(copy, text, size);
    copy[size] = '\0';
    copy[strspn(copy, "0123456789.:")] = '\0'; /* strtod takes more for a number */
    for (char *at = copy;;) {
        char *end = NULL;
        double part = strtod(at, &end);
        if (end == at) return TRANSCRIPT_NO_TIME;
        seconds = seconds * 60 + part;
        if (*end != ':') break;
        at = end + 1;
    }
    return seconds >= 0 && seconds < 1e12 ? (int64_t)(seconds * 1e6) : TRANSCRIPT_NO_TIME;
}

static bool begins(const regex_t *pattern, const char *line, struct match *out)
{
    regmatch_t found[2] = {{.rm_eo = (regoff_t)strnlen(line, CAPTURE_PREFIX_SIZE_MAX)}};
    if (regexec(pattern, line, 2, found, REG_STARTEND) != 0 || found[0].rm_so != 0) return false;
    out->size = (size_t)found[0].rm_eo;
    out->time_us = TRANSCRIPT_NO_TIME;
    if (found[1].rm_so >= 0)
        out->time_us = read_time(line + found[1].rm_so, (size_t)(found[1].rm_eo - found[1].rm_so));
    return true;
}

/* ---- escapes ---------------------------------------------------------- */

static int hex_digit(char byte)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = byte == '\0' ? NULL : strchr(digits, byte | 0x20);
    return found == NULL ? -1 : (int)(found - digits);
}

/* Bytes taken from `text`, 0 if no escape stands there. Writes: *byte. */
static size_t c_escape(const char *text, uint8_t *byte)
{
    static const char letters[] = "rnt0e\\\"";
    static const char values[] = "\r\n\t\0\x1B\\\"";
    if (text[0] != '\\' || text[1] == '\0') return 0;
    if (text[1] == 'x' && hex_digit(text[2]) >= 0 && hex_digit(text[3]) >= 0) {
        *byte = (uint8_t)(hex_digit(text[2]) * 16 + hex_digit(text[3]));
        return 4;
    }
    const char *found = strchr(letters, text[1]);
    if (found == NULL) return 0;
    *byte = (uint8_t)values[found - letters];
    return 2;
}

static size_t angle_escape(const char *text, uint8_t *byte)
{
    static const struct {
        const char *name;
        uint8_t byte;
    } names[] = {{"<CR>", '\r'},  {"<LF>", '\n'},  {"<cr>", '\r'},
                 {"<lf>", '\n'},  {"<TAB>", '\t'}, {"<NUL>", 0},
                 {"<ESC>", 0x1B}, {"<SUB>", 0x1A}, {"<Ctrl-Z>", 0x1A}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(text, names[i].name, strlen(names[i].name)) == 0) {
            *byte = names[i].byte;
            return strlen(names[i].name);
        }
    if (text[0] != '<') return 0;
    size_t at = strncmp(text + 1, "0x", 2) == 0 ? 3 : 1;
    if (hex_digit(text[at]) < 0 || hex_digit(text[at + 1]) < 0 || text[at + 2] != '>') return 0;
    *byte = (uint8_t)(hex_digit(text[at]) * 16 + hex_digit(text[at + 1]));
    return at + 3;
}

static size_t hex_escape(const char *text, uint8_t *byte)
{
    size_t at = strspn(text, " \t");
    if (hex_digit(text[at]) < 0 || hex_digit(text[at + 1]) < 0) return 0;
    *byte = (uint8_t)(hex_digit(text[at]) * 16 + hex_digit(text[at + 1]));
    return at + 2;
}

/* Writes: *spelled, whether the text has line ends of its own. */
static void add_text(struct buffer *out, const char *text, size_t size,
                     enum capture_escapes escapes, bool *spelled)
{
    size_t (*const readers[])(const char *, uint8_t *) = {
        [CAPTURE_C] = c_escape, [CAPTURE_ANGLE] = angle_escape, [CAPTURE_HEX] = hex_escape};
    for (size_t at = 0; at < size;) {
        uint8_t byte = (uint8_t)text[at];
        size_t taken = escapes == CAPTURE_PLAIN ? 0 : readers[escapes](text + at, &byte);
        if (taken > 0 && (byte == '\r' || byte == '\n')) *spelled = true;
        if (taken == 0 && escapes == CAPTURE_HEX) byte = ' '; /* what is no digit parts them */
        if (taken > 0 || escapes != CAPTURE_HEX) buffer_append(out, &byte, 1);
        at += taken > 0 ? taken : 1;
    }
}

/* ---- lines ------------------------------------------------------------ */

struct reader {
    const struct capture_format *format;
    regex_t sent;
    regex_t received;
    struct transcript_builder out;
    struct buffer text; /* of the item under way, NUL-terminated when used  */
    bool is_open, is_sent;
    size_t line; /* of the item                                             */
    int64_t time_us;
    size_t matched;
};

static void end_item(struct reader *reader)
{
    struct buffer bytes = {0};
    bool spelled = false;
    if (!reader->is_open) return;
    size_t size = reader->text.size;
    buffer_append(&reader->text, "", 1);
    add_text(&bytes, (const char *)reader->text.bytes, size, reader->format->escapes, &spelled);
    bool raw = spelled || reader->format->escapes == CAPTURE_HEX;
    struct buffer whole = {0};
    if (!raw && !reader->is_sent) buffer_append_text(&whole, "\r\n");
    if (bytes.size > 0) buffer_append(&whole, bytes.bytes, bytes.size);
    if (!raw) buffer_append_text(&whole, reader->is_sent ? "\r" : "\r\n");
    if (whole.size > 0)
        transcript_add(&reader->out, reader->is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED,
                       reader->line, reader->time_us, whole.bytes, whole.size);
    buffer_release(&bytes);
    buffer_release(&whole);
    reader->text.size = 0;
    reader->is_open = false;
}

/* `AT`, and then what a command goes on with: no word of prose does. */
static bool is_command(const char *line)
{
    return strncasecmp(line, "AT", 2) == 0
           && (line[2] == '\0' || strchr("+&#$*^%;=?0123456789EVIZDOHQX", line[2]) != NULL);
}

static void take_line(struct reader *reader, const char *line, size_t number)
{
    struct match match = {0};
    bool is_sent = reader->format->sent != NULL && begins(&reader->sent, line, &match);
    bool is_received = !is_sent && begins(&reader->received, line, &match);
    if (is_received && reader->format->sent == NULL && is_command(line + match.size))
        is_sent = true;
    if (!is_sent && !is_received) {
        if (!reader->is_open) return;
        buffer_append_text(&reader->text, "\r\n");
        buffer_append_text(&reader->text, line);
        return;
    }
    end_item(reader);
    if (line[match.size] == '\0' && !is_sent) return; /* an empty line is no item */
    reader->matched++;
    reader->is_open = true;
    reader->is_sent = is_sent;
    reader->line = number;
    reader->time_us = match.time_us;
    buffer_append_text(&reader->text, line + match.size);
}

static bool compile(regex_t *out, const char *pattern, struct transcript_error *error)
{
    if (pattern == NULL) pattern = "^";
    char why[60];
    const char *fault = capture_find_fault(pattern);
    int status = fault == NULL ? regcomp(out, pattern, REG_EXTENDED) : 0;
    if (status == 0 && fault == NULL) return true;
    if (fault != NULL) snprintf(why, sizeof why, "%s", fault);
    else regerror(status, out, why, sizeof why);
    *error = (struct transcript_error){0};
    snprintf(error->text, sizeof error->text,
             "bad prefix pattern '%.40s': %.50s; expected a POSIX extended regular expression",
             pattern, why);
    return false;
}

static bool check_matched(const struct reader *reader, const char *first,
                          struct transcript_error *error)
{
    if (reader->matched > 0) return true;
    *error = (struct transcript_error){.line = 1, .column = 1};
    snprintf(error->text, sizeof error->text,
             "no line begins with a prefix of this format; the first is '%.60s'; atproof check "
             "--help lists the formats",
             first);
    return false;
}

static void take_lines(struct reader *reader, char *text)
{
    size_t number = 0;
    for (char *rest = text; rest != NULL && *rest != '\0';) {
        char *line = strsep(&rest, "\n");
        size_t size = strlen(line);
        if (size > 0 && line[size - 1] == '\r') line[size - 1] = '\0';
        take_line(reader, line, ++number);
    }
    end_item(reader);
}

static bool read_text(struct reader *reader, const void *text, size_t size, struct transcript *out,
                      struct transcript_error *error)
{
    char first[64];
    char *copy = memory_slice(text, size);
    for (size_t i = 0; i < size; i++) /* a log is text: a NUL would end it */
        if (copy[i] == '\0') copy[i] = ' ';
    snprintf(first, sizeof first, "%.*s", (int)strcspn(copy, "\r\n"), copy);
    take_lines(reader, copy);
    free(copy);
    return check_matched(reader, first, error) && transcript_build(&reader->out, out, error);
}

bool capture_parse(const void *text, size_t size, const struct capture_format *format,
                   struct transcript *out, struct transcript_error *error)
{
    struct reader reader = {.format = format, .time_us = TRANSCRIPT_NO_TIME};
    if (!compile(&reader.sent, format->sent, error)) return false;
    bool good = compile(&reader.received, format->received, error);
    if (good) {
        good = read_text(&reader, text, size, out, error);
        regfree(&reader.received);
    }
    buffer_release(&reader.out.bytes);
    buffer_release(&reader.out.items);
    buffer_release(&reader.text);
    regfree(&reader.sent);
    return good;
}

bool capture_read(const char *path, const struct capture_format *format, struct transcript *out,
                  struct transcript_error *error)
{
    struct buffer text = {0};
    bool good = transcript_read_file(path, TRANSCRIPT_BYTES_SIZE_MAX, &text, error);
    buffer_append(&text, "", 1); /* so that an empty one has bytes, too */
    good = good && capture_parse(text.bytes, text.size - 1, format, out, error);
    buffer_release(&text);
    return good;
}

/* ---- guessing --------------------------------------------------------- */

static size_t count_matches(const struct capture_format *format, char *text)
{
    struct reader reader = {.format = format};
    struct transcript_error error;
    struct match match;
    size_t count = 0;
    if (format->sent == NULL || !compile(&reader.sent, format->sent, &error)) return 0;
    if (!compile(&reader.received, format->received, &error)) return 0;
    for (char *rest = text; rest != NULL;) {
        char *line = strsep(&rest, "\n");
        count += begins(&reader.sent, line, &match) || begins(&reader.received, line, &match);
        if (rest != NULL) rest[-1] = '\n';
    }
    regfree(&reader.sent);
    regfree(&reader.received);
    return count;
}

const struct capture_format *capture_guess(const void *text, size_t size)
{
    if (size > 65536) size = 65536;
    if (memchr(text, '\0', size) != NULL) return NULL;
    char *copy = memory_slice(text, size);
    const struct capture_format *best = NULL;
    size_t lines = 0;
    size_t most = 0;
    for (size_t i = 0; i < size; i++) lines += copy[i] == '\n';
    for (const struct capture_format *format = capture_formats; format->name != NULL; format++) {
        size_t count = count_matches(format, copy);
        if (count <= most || count * 2 <= lines) continue;
        most = count;
        best = format;
    }
    free(copy);
    return best;
}
