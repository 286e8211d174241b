/* Command lines taken apart.
 *
 *     line    = ( "AT" | "at" ) { " " | ";" | command } [ CR ] [ LF ]
 *     command = ( letter | "&" letter ) [ digits ] [ "=" ... | "?" ]
 *             | symbol name [ "=?" | "?" | "=" arguments ]
 *
 * Spec: V.250 5.3, 5.4. */
#include "record/command.h"

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

static bool is_basic(uint8_t byte)
{
    return is_letter(byte) || byte == '&' || byte == '\\';
}

static size_t name_size(const uint8_t *text, size_t size)
{
    size_t n = 1;
    if (is_letter(text[0])) return 1;
    if (is_basic(text[0])) return size > 1 ? 2 : 1;
    while (n < size && !is_one_of(text[n], "=?; ")) n++;
    return n;
}

/* A dial string takes the rest of the line. */
static size_t rest_size(const uint8_t *text, size_t size, size_t n)
{
    size_t first = n;
    bool quoted = false;
    if ((text[0] | 0x20) == 'd' && first == 1) return size - first;
    if (is_basic(text[0]))
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

bool command_next(const uint8_t *line, size_t size, size_t *at, struct command *out)
{
    while (size > 0 && (line[size - 1] == '\r' || line[size - 1] == '\n')) size--;
    if (*at == 0) {
        if (size < 2 || strncasecmp((const char *)line, "AT", 2) != 0) return false;
        *at = 2;
    }
    while (*at < size && (line[*at] == ' ' || line[*at] == ';')) (*at)++;
    if (*at >= size) return false;
    const uint8_t *text = line + *at;
    out->name = (struct command_span){*at, name_size(text, size - *at)};
    out->rest.offset = *at + out->name.size;
    out->rest.size = rest_size(text, size - *at, out->name.size);
    out->form = form_of(line + out->rest.offset, out->rest.size);
    *at = out->rest.offset + out->rest.size;
    return true;
}

struct command_span command_arguments(const struct command *command)
{
    bool has = command->form == ATP_FORM_WRITE;
    return (struct command_span){command->rest.offset + has, has ? command->rest.size - 1 : 0};
}

bool command_field(const uint8_t *line, struct command_span within, unsigned index,
                   struct command_span *out)
{
    size_t at = within.offset;
    size_t end = within.offset + within.size;
    bool quoted = false;
    for (; at < end && index > 0; at++) {
        quoted ^= line[at] == '"';
        index -= line[at] == ',' && !quoted;
    }
    if (index > 0) return false;
    size_t stop = at;
    for (quoted = false; stop < end && (line[stop] != ',' || quoted); stop++)
        quoted ^= line[stop] == '"';
    while (at < stop && (line[at] == ' ' || line[at] == '"')) at++;
    while (stop > at && (line[stop - 1] == ' ' || line[stop - 1] == '"')) stop--;
    *out = (struct command_span){at, stop - at};
    return stop > at;
}

uint32_t command_count_argument(const uint8_t *line, size_t size, unsigned index,
                                uint32_t otherwise)
{
    struct command command;
    struct command_span field = {0};
    size_t at = 0;
    bool found = false;
    while (command_next(line, size, &at, &command))
        found = command_field(line, command_arguments(&command), index, &field);
    if (!found) return otherwise;
    uint32_t value = 0;
    for (size_t i = 0; i < field.size; i++) {
        uint8_t digit = (uint8_t)(line[field.offset + i] - '0');
        if (digit > 9 || value > (UINT32_MAX - digit) / 10) return otherwise;
        value = value * 10 + digit;
    }
    return value;
}

bool command_is_named(const uint8_t *line, const struct command *command, const char *name)
{
    return strlen(name) == command->name.size
           && strncasecmp((const char *)line + command->name.offset, name, command->name.size) == 0;
}
