/* Command lines divided into commands and arguments. The grammar is in line.h. */
#include "at/line.h"

#include <string.h>
#include <strings.h>

static bool is_letter(uint8_t byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26;
}

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

static bool is_one_of(uint8_t byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

static bool is_dial(const uint8_t *text)
{
    return (text[0] | 0x20) == 'd';
}

static bool begins_basic(const uint8_t *text)
{
    return is_letter(text[0]) || text[0] == '&' || text[0] == '\\';
}

/* ---- lines -------------------------------------------------------------- */

/* Where `A` stands: after what V.250 5.2.1 lets a module ignore. */
static size_t begin_of(const uint8_t *line, size_t size)
{
    size_t at = 0;
    while (at < size && (line[at] == ' ' || line[at] == '\n')) at++;
    return at;
}

size_t at_line_size(const uint8_t *line, size_t size)
{
    while (size > 0 && (line[size - 1] == '\r' || line[size - 1] == '\n')) size--;
    return size;
}

enum at_line_kind at_line_kind(const uint8_t *line, size_t size)
{
    size_t at = begin_of(line, size);
    if (size - at < 2 || (line[at] | 0x20) != 'a') return AT_LINE_OTHER;
    if ((line[at + 1] | 0x20) == 't') return AT_LINE_COMMANDS;
    bool repeats = line[at + 1] == '/' && at_line_size(line, size) == at + 2;
    return repeats ? AT_LINE_REPEAT : AT_LINE_OTHER;
}

/* ---- commands ----------------------------------------------------------- */

static size_t name_size(const uint8_t *text, size_t size)
{
    size_t n = 1;
    if (is_letter(text[0])) return 1;
    if (begins_basic(text)) return size > 1 ? 2 : 1;
    while (n < size && !is_one_of(text[n], "=?; ")) n++;
    return n;
}

/* Size of what follows the name. A dial string takes the rest of the line. */
static size_t rest_size(const uint8_t *text, size_t size, size_t first)
{
    size_t n = first;
    bool quoted = false;
    if (is_dial(text)) return size - first;
    if (begins_basic(text))
        while (n < size && (is_digit(text[n]) || text[n] == '=' || text[n] == '?')) n++;
    else
        while (n < size && (text[n] != ';' || quoted)) quoted ^= text[n++] == '"';
    return n - first;
}

static enum atp_form_kind form_of(const uint8_t *rest, size_t size)
{
    if (size >= 2 && rest[0] == '=' && rest[1] == '?') return ATP_FORM_TEST;
    if (size >= 1 && rest[0] == '=') return ATP_FORM_WRITE;
    if (size >= 1 && rest[0] == '?') return ATP_FORM_READ;
    return ATP_FORM_EXECUTE;
}

bool at_next(const uint8_t *line, size_t size, size_t *at, struct at_command *out)
{
    size = at_line_size(line, size);
    if (*at == 0) {
        if (at_line_kind(line, size) != AT_LINE_COMMANDS) return false;
        *at = begin_of(line, size) + 2;
    }
    while (*at < size && (line[*at] == ' ' || line[*at] == ';')) (*at)++;
    if (*at >= size) return false;
    const uint8_t *text = line + *at;
    out->name = (struct at_span){*at, name_size(text, size - *at)};
    out->rest.offset = *at + out->name.size;
    out->rest.size = rest_size(text, size - *at, out->name.size);
    out->form = form_of(line + out->rest.offset, out->rest.size);
    *at = out->rest.offset + out->rest.size;
    return true;
}

bool at_last(const uint8_t *line, size_t size, struct at_command *out)
{
    size_t at = 0;
    bool found = false;
    while (at_next(line, size, &at, out)) found = true;
    return found;
}

bool at_is_basic(const uint8_t *line, const struct at_command *command)
{
    return begins_basic(line + command->name.offset);
}

bool at_is_named(const uint8_t *line, const struct at_command *command, const char *name)
{
    return strlen(name) == command->name.size
           && strncasecmp((const char *)line + command->name.offset, name, command->name.size) == 0;
}

/* ---- arguments ---------------------------------------------------------- */

struct at_span at_arguments(const struct at_command *command)
{
    struct at_span rest = command->rest;
    if (command->form == ATP_FORM_WRITE) return (struct at_span){rest.offset + 1, rest.size - 1};
    if (command->form == ATP_FORM_EXECUTE) return rest;
    return (struct at_span){rest.offset + rest.size, 0};
}

/* Size up to the first comma outside quotes, or all. */
static size_t up_to_comma(const uint8_t *text, size_t size)
{
    size_t n = 0;
    for (bool quoted = false; n < size && (quoted || text[n] != ','); n++) quoted ^= text[n] == '"';
    return n;
}

bool at_argument(const uint8_t *line, struct at_span arguments, size_t index, struct at_span *out)
{
    size_t at = arguments.offset;
    size_t end = at + arguments.size;
    if (arguments.size == 0) return false;
    for (; index > 0; index--) {
        at += up_to_comma(line + at, end - at);
        if (at++ == end) return false;
    }
    *out = (struct at_span){at, up_to_comma(line + at, end - at)};
    return true;
}

size_t at_argument_count(const uint8_t *line, struct at_span arguments)
{
    size_t count = arguments.size > 0;
    bool quoted = false;
    for (size_t i = 0; i < arguments.size; i++) {
        quoted ^= line[arguments.offset + i] == '"';
        count += line[arguments.offset + i] == ',' && !quoted;
    }
    return count;
}

/* The place without the bytes of `set` at its ends. */
static struct at_span without(const uint8_t *line, struct at_span place, const char *set)
{
    while (place.size > 0 && is_one_of(line[place.offset], set)) place.offset++, place.size--;
    while (place.size > 0 && is_one_of(line[place.offset + place.size - 1], set)) place.size--;
    return place;
}

bool at_field(const uint8_t *line, struct at_span arguments, size_t index, struct at_span *out)
{
    struct at_span found;
    if (!at_argument(line, arguments, index, &found)) return false;
    *out = without(line, found, " \"");
    return out->size > 0;
}

uint32_t at_number(const uint8_t *line, size_t size, size_t index, uint32_t otherwise)
{
    struct at_command command;
    struct at_span field;
    uint32_t value = 0;
    if (!at_last(line, size, &command) || !at_field(line, at_arguments(&command), index, &field))
        return otherwise;
    for (size_t i = 0; i < field.size; i++) {
        uint8_t digit = (uint8_t)(line[field.offset + i] - '0');
        if (digit > 9 || value > (UINT32_MAX - digit) / 10) return otherwise;
        value = value * 10 + digit;
    }
    return value;
}

struct at_span at_trimmed(const uint8_t *line, struct at_span place)
{
    return without(line, place, " ");
}

struct at_span at_unquoted(const uint8_t *line, struct at_span place)
{
    if (place.size < 2 || line[place.offset] != '"' || line[place.offset + place.size - 1] != '"')
        return place;
    return (struct at_span){place.offset + 1, place.size - 2};
}
