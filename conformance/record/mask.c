/* Finds secrets on a line and puts stand-ins in their place. The stand-ins are
 * in mask_standin.c. */
#include "record/mask_internal.h"

#include "at/line.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define DONE_MAX     64 /* places masked on one line                          */
#define IDENTITY_MIN 10 /* digits of a line that is an identity alone        */
#define KNOWN_MIN    6  /* bytes of a secret that is found again anywhere     */

/* A line under way. */
struct line {
    struct mask *mask;
    uint8_t *bytes;
    size_t size; /* without its line end                                     */
    struct at_span done[DONE_MAX];
    size_t done_count;
};

/* ---- a place ---------------------------------------------------------- */

static bool is_done(const struct line *line, struct at_span place)
{
    for (size_t i = 0; i < line->done_count; i++)
        if (place.offset < line->done[i].offset + line->done[i].size
            && line->done[i].offset < place.offset + place.size)
            return true;
    return false;
}

static void hide(struct line *line, enum mask_kind kind, struct at_span place)
{
    if (place.size == 0 || is_done(line, place)) return;
    mask_stand_in(line->mask, kind, line->bytes + place.offset, place.size);
    if (line->done_count < DONE_MAX) line->done[line->done_count++] = place;
}

/* ---- what looks like a secret ----------------------------------------- */

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

static bool is_one_of(uint8_t byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

static bool is_alphanumeric(uint8_t byte)
{
    return is_digit(byte) || (uint8_t)((byte | 0x20) - 'a') < 26;
}

static void hide_number(struct line *line, struct at_span run)
{
    const uint8_t *digits = line->bytes + run.offset;
    bool has_plus = run.offset > 0 && digits[-1] == '+';
    bool is_iccid = (run.size == 19 || run.size == 20) && digits[0] == '8' && digits[1] == '9';
    if (run.size == 15 && mask_has_luhn_digit(digits, run.size)) hide(line, MASK_IMEI, run);
    else if (is_iccid) hide(line, MASK_ICCID, run);
    else if (has_plus && run.size >= 7 && run.size <= 15) hide(line, MASK_NUMBER, run);
}

static void hide_numbers(struct line *line)
{
    for (size_t at = 0; at < line->size;) {
        size_t first = at;
        while (at < line->size && is_digit(line->bytes[at])) at++;
        if (at > first) hide_number(line, (struct at_span){first, at - first});
        else at++;
    }
}

static size_t find(const struct line *line, size_t at, const char *text)
{
    size_t size = strlen(text);
    while (at + size <= line->size && memcmp(line->bytes + at, text, size) != 0) at++;
    return at + size <= line->size ? at : line->size;
}

/* `scheme://user:password@host` */
static void hide_user(struct line *line)
{
    for (size_t at = 0; (at = find(line, at, "://")) < line->size;) {
        size_t first = at += 3;
        size_t colon = 0;
        while (at < line->size && !is_one_of(line->bytes[at], "/\"@ ?#,")) {
            if (line->bytes[at] == ':' && colon == 0) colon = at;
            at++;
        }
        if (at == line->size || line->bytes[at] != '@') continue;
        size_t end = colon > 0 ? colon : at;
        hide(line, MASK_TEXT, (struct at_span){first, end - first});
        if (colon > 0) hide(line, MASK_TEXT, (struct at_span){colon + 1, at - colon - 1});
    }
}

/* `Authorization: Basic dXNlcjpwdw==`: all after the scheme. */
static void hide_authorization(struct line *line)
{
    static const char *const headers[] = {"uthorization:", "UTHORIZATION:"};
    for (size_t i = 0; i < 2; i++)
        for (size_t at = 0; (at = find(line, at, headers[i])) < line->size;) {
            at += strlen(headers[i]);
            while (at < line->size && line->bytes[at] == ' ') at++;
            size_t first = at;
            while (at < line->size && line->bytes[at] != '"' && line->bytes[at] != '\\') {
                if (line->bytes[at] == ' ') first = at + 1;
                at++;
            }
            hide(line, MASK_TEXT, (struct at_span){first, at - first});
        }
}

/* ---- what the table names --------------------------------------------- */

static bool has_key(const struct line *line, struct at_span arguments, const char *key)
{
    struct at_span first;
    if (key == NULL) return true;
    return at_field(line->bytes, arguments, 0, &first) && strlen(key) == first.size
           && memcmp(line->bytes + first.offset, key, first.size) == 0;
}

/* Place of a parameter among the arguments of one form, or -1. */
static int form_place(const struct catalog_syntax *syntax, const char *parameter,
                      const struct line *line, const struct at_command *command)
{
    if (syntax->kind != command->form || !has_key(line, at_arguments(command), syntax->key))
        return -1;
    for (size_t n = 0; n < syntax->arg_count; n++)
        if (syntax->args[n].kind == CATALOG_FIELD_PARAM
            && strcmp(syntax->args[n].text, parameter) == 0)
            return (int)n;
    return -1;
}

/* As the catalogue has it, else as the table. */
static int argument_place(const struct mask *mask, const struct mask_secret *secret,
                          const struct line *line, const struct at_command *command)
{
    const struct catalog_model *model = mask->compiled->model;
    for (size_t i = 0; secret->parameter != NULL && i < model->set_count; i++) {
        const struct catalog_command *known = catalog_find_command(model->sets[i], secret->command);
        for (size_t k = 0; known != NULL && k < known->form_count; k++) {
            int place = form_place(&known->forms[k].syntax, secret->parameter, line, command);
            if (place >= 0) return place;
        }
    }
    return secret->sent;
}

/* A dial string is no list: its number is all of it but the suffix. */
static struct at_span dialled(const struct line *line, const struct at_command *command)
{
    struct at_span place = command->rest;
    while (place.size > 0 && is_one_of(line->bytes[place.offset], "TPtp ")) {
        place.offset++;
        place.size--;
    }
    size_t size = 0;
    while (
        size < place.size
        && (is_digit(line->bytes[place.offset + size]) || line->bytes[place.offset + size] == '+'))
        size++;
    /* *99# and the like ask for data and are nobody's number */
    place.size = size >= 5 ? size : 0;
    return place;
}

static void hide_argument(struct line *line, const struct mask_secret *secret,
                          const struct at_command *command)
{
    struct at_span place;
    if (strcmp(secret->command, "D") == 0) {
        hide(line, secret->kind, dialled(line, command));
        return;
    }
    int index = argument_place(line->mask, secret, line, command);
    if (command->form == ATP_FORM_WRITE && index >= 0
        && has_key(line, at_arguments(command), secret->key)
        && at_field(line->bytes, at_arguments(command), (unsigned)index, &place))
        hide(line, secret->kind, place);
}

static void mask_command(struct line *line, bool is_sent)
{
    struct at_command command;
    size_t at = 0;
    if (is_sent) line->mask->pending_count = 0;
    while (at_next(line->bytes, line->size, &at, &command))
        for (const struct mask_secret *secret = mask_secrets; secret->command != NULL; secret++) {
            if (!at_is_named(line->bytes, &command, secret->command)) continue;
            hide_argument(line, secret, &command);
            if (is_sent && line->mask->pending_count < MASK_PENDING_MAX)
                line->mask->pending[line->mask->pending_count++] = secret;
        }
}

/* Bytes of the prefix with its colon, or 0. */
static size_t prefix_size(const struct line *line)
{
    size_t at = 0;
    if (line->size == 0 || !is_one_of(line->bytes[0], "+*^$#%")) return 0;
    while (at < line->size && line->bytes[at] != ':' && line->bytes[at] != ' ') at++;
    return at < line->size && line->bytes[at] == ':' ? at + 1 : 0;
}

/* The field of a line that the parser has read. */
static bool read_field(const struct atp_event *event, const char *name, struct at_span *out)
{
    int index = name == NULL || event->record == NULL ? -1 : atp_find_field(event, name);
    if (index < 0) return false;
    *out = (struct at_span){event->fields[index].offset, event->fields[index].size};
    return true;
}

static void hide_field(struct line *line, const struct atp_event *event,
                       const struct mask_secret *secret, size_t prefix)
{
    struct at_span place;
    const struct at_span fields = {prefix, line->size - prefix};
    if (read_field(event, secret->parameter, &place)
        || (secret->received >= 0
            && at_field(line->bytes, fields, (unsigned)secret->received, &place)))
        hide(line, secret->kind, place);
}

/* Whether all of a line is what an identity looks like, and no text that stands
 * where one was awaited. */
static bool is_identity(const struct line *line)
{
    size_t count = 0;
    for (size_t i = 0; i < line->size; i++) {
        if (is_digit(line->bytes[i])) count++;
        else if (!is_one_of(line->bytes[i], "\"Ff, ")) return false;
    }
    return count >= IDENTITY_MIN;
}

static void mask_response(struct line *line, const struct atp_event *event)
{
    const struct mask *mask = line->mask;
    size_t prefix = prefix_size(line);
    for (const struct mask_secret *secret = mask_secrets; prefix > 0 && secret->command != NULL;
         secret++)
        if (strlen(secret->command) == prefix - 1
            && memcmp(secret->command, line->bytes, prefix - 1) == 0
            && has_key(line, (struct at_span){prefix, line->size - prefix}, secret->key))
            hide_field(line, event, secret, prefix);
    bool is_bare = prefix == 0
                   && (event->kind == ATP_KIND_INFO || event->kind == ATP_KIND_TEXT
                       || event->kind == ATP_KIND_TRUNCATED);
    for (size_t i = 0; is_bare && i < mask->pending_count; i++)
        if (mask->pending[i]->received == 0 && is_identity(line))
            hide_field(line, event, mask->pending[i], 0);
}

/* A secret that came before, wherever it comes again, if it is long enough not to
 * be something else by chance. */
static void hide_known(struct line *line)
{
    const struct mask *mask = line->mask;
    for (size_t i = 0; i < mask->pair_count; i++) {
        const struct mask_pair *pair = &mask->pairs[i];
        for (size_t at = 0; pair->size >= KNOWN_MIN && at + pair->size <= line->size; at++) {
            size_t end = at + pair->size;
            bool is_apart = (at == 0 || !is_alphanumeric(line->bytes[at - 1]))
                            && (end == line->size || !is_alphanumeric(line->bytes[end]));
            if (is_apart && memcmp(line->bytes + at, pair->secret, pair->size) == 0)
                hide(line, pair->kind, (struct at_span){at, pair->size});
        }
    }
}

/* An echo is a command, also where the parser could not tell. */
static void mask_piece(struct mask *mask, const struct atp_event *event, uint8_t *bytes,
                       size_t size)
{
    struct line line = {.mask = mask, .bytes = bytes, .size = size};
    bool is_command = size >= 2 && (bytes[0] | 0x20) == 'a' && (bytes[1] | 0x20) == 't';
    if (event == NULL || is_command) mask_command(&line, event == NULL);
    else mask_response(&line, event);
    hide_user(&line);
    hide_authorization(&line);
    hide_numbers(&line);
    hide_known(&line);
}

/* Fields of the event are counted from the first piece on, which all lines but
 * glued ones are. */
void mask_line(void *user, const struct atp_event *event, uint8_t *bytes, size_t size)
{
    static const struct atp_event unread = {.kind = ATP_KIND_TEXT};
    for (size_t at = 0; at < size;) {
        size_t end = at;
        while (end < size && bytes[end] != '\r' && bytes[end] != '\n') end++;
        if (end > at)
            mask_piece(user, at == 0 || event == NULL ? event : &unread, bytes + at, end - at);
        at = end + 1;
    }
}
