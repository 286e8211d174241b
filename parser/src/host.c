/* What the host sends: command lines, uploads, +++, and the echo of it.
 *
 *     command line = ( "AT" | "at" ) { basic | extended [ ";" ] } CR
 *     basic        = letter | "&" letter, [ digits ] [ "=" … | "?" ]
 *     extended     = symbol name [ "=?" | "?" | "=" arguments ]
 *
 * The last command of a line is the pending one. An upload is counted by the
 * command's own argument, or ends with Ctrl-Z or ESC. */
#include "internal.h"

/* What ends an upload that is not counted: Ctrl-Z sends it, ESC drops it. */
#define CTRL_Z      "\x1A"
#define ESC         "\x1B"
#define UPLOAD_ENDS CTRL_Z ESC

/* ---- a command line --------------------------------------------------- */

struct command_text {
    const uint8_t *bytes;
    size_t size;
};

static uint8_t upper(uint8_t byte)
{
    return (uint8_t)(byte - 'a') < 26 ? (uint8_t)(byte - 0x20) : byte;
}

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

/* Whether `byte` is one of `set`. */
static bool is_one_of(uint8_t byte, const char *set)
{
    while (*set != '\0' && (uint8_t)*set != byte) set++;
    return *set != '\0';
}

/* Size of the name that `text` begins with: +CSQ, &D, E. */
static size_t command_name_size(const uint8_t *text, size_t size)
{
    size_t n = 1;
    if (atpi_is_letter(text[0])) return 1;
    if (text[0] == '&' || text[0] == '\\') return size > 1 ? 2 : 1;
    while (n < size && text[n] != '=' && text[n] != '?' && text[n] != ';' && text[n] != ' ') n++;
    return n;
}

/* Size of the command that `text` begins with, its arguments included. */
static INLINE_FOR_SPEED size_t command_size(const uint8_t *text, size_t size, size_t name_size)
{
    bool quoted = false;
    size_t n = name_size;
    if (atpi_is_letter(text[0]) || text[0] == '&') {
        if ((text[0] | 0x20) == 'd') return size;
        while (n < size && (is_digit(text[n]) || text[n] == '=' || text[n] == '?')) n++;
        return n;
    }
    while (n < size && (text[n] != ';' || quoted)) quoted ^= text[n++] == '"';
    return n;
}

static enum atp_form_kind form_kind(const uint8_t *rest, size_t size, bool basic)
{
    if (size >= 2 && rest[0] == '=' && rest[1] == '?') return ATP_FORM_TEST;
    if (size >= 1 && rest[0] == '=') return ATP_FORM_WRITE;
    if (size >= 1 && rest[0] == '?' && !basic) return ATP_FORM_READ;
    return ATP_FORM_EXECUTE;
}

/* The `index`th argument of `=a,b,c`: its bytes, without quotes and spaces. */
static struct command_text argument(const uint8_t *rest, size_t size, unsigned index)
{
    struct command_text found = {rest, 0};
    if (size == 0) return found;
    size_t at = 1;
    bool quoted = false;
    for (; at < size && index > 0; at++) {
        if (rest[at] == '"') quoted = !quoted;
        index -= rest[at] == ',' && !quoted;
    }
    if (index > 0) return found;
    while (at < size && (rest[at] == ' ' || rest[at] == '"')) at++;
    found.bytes = rest + at;
    while (at < size && rest[at] != ',' && rest[at] != '"') at++;
    found.size = (size_t)(rest + at - found.bytes);
    return found;
}

static bool is_key(const struct atp_parser *p, const struct atp_form *form,
                   struct command_text first)
{
    const char *key = p->catalog->text + form->key;
    size_t n = 0;
    while (n < first.size && key[n] != '\0' && (uint8_t)key[n] == first.bytes[n]) n++;
    return n == first.size && key[n] == '\0';
}

/* The form of this kind whose keyword is the first argument; failing that, one
 * without a keyword, unless the argument is a word where keywords are known. */
static void find_form(struct atp_parser *p, enum atp_form_kind kind, const uint8_t *rest,
                      size_t size)
{
    const struct atp_command *command = &p->catalog->commands[p->command];
    struct command_text first = argument(rest, size, 0);
    bool keyed = false;
    for (unsigned i = 0; i < command->form_count; i++) {
        unsigned index = command->form + i;
        const struct atp_form *form = &p->catalog->forms[index];
        if (form->kind != (uint8_t)kind) continue;
        if (form->key == 0 || is_key(p, form, first)) p->form = (uint16_t)index;
        if (form->key != 0 && p->form == index) return;
        keyed |= form->key != 0;
    }
    if (keyed && first.size > 0 && atpi_is_letter(first.bytes[0])) p->form = FORM_NONE;
}

/* How much the host will send: the argument that counts it, else up to Ctrl-Z. */
static void prepare_upload(struct atp_parser *p, const struct atp_form *form, const uint8_t *rest,
                           size_t size)
{
    struct command_text count = {rest, 0};
    uint32_t value = 0;
    size_t n = 0;
    if (form->upload > 0) count = argument(rest, size, form->upload - 1u);
    for (; n < count.size && is_digit(count.bytes[n]) && value < UINT32_MAX / 10; n++)
        value = value * 10 + (count.bytes[n] - '0');
    p->upload_count = value;
    if (n == 0 || n < count.size) p->command_flags |= COMMAND_UNCOUNTED;
}

/* ATE and ATV change how the module answers from this line on. */
static INLINE_FOR_SPEED void note_basic(struct atp_parser *p, const uint8_t *text, size_t size)
{
    bool off = size < 2 || text[1] == '0';
    if (upper(text[0]) == 'V') {
        if (off) p->session_flags |= SESSION_NUMERIC;
        else p->session_flags &= (uint8_t)~SESSION_NUMERIC;
    }
    if (upper(text[0]) == 'E' && off) p->command_flags |= COMMAND_ECHO_OFF;
    if (upper(text[0]) == 'Z' || text[0] == '&')
        p->session_flags &= (uint8_t)~SESSION_NUMERIC; /* &F resets it */
}

/* The command of this name, in either case (V.250 5.2.1), or ATP_NONE. Once a
 * command line, so that no table of its own is kept for it. */
static uint8_t find_command(const struct atp_catalog *catalog, const uint8_t *text, size_t size)
{
    for (unsigned i = 0; i < catalog->command_count; i++) {
        const struct atp_name *name = &catalog->names[catalog->commands[i].name];
        const char *known = catalog->text + name->text;
        size_t n = 0;
        if (name->size != size) continue;
        while (n < size && (uint8_t)known[n] == upper(text[n])) n++;
        if (n == size) return (uint8_t)i;
    }
    return (uint8_t)ATP_NONE;
}

static void add_command(struct atp_parser *p, const uint8_t *text, size_t size)
{
    size_t n = command_name_size(text, size);
    bool basic = atpi_is_letter(text[0]) || text[0] == '&';

    if (basic) note_basic(p, text, size);
    if (p->command != ATP_NONE) p->command_flags |= COMMAND_SEVERAL;
    p->form = FORM_NONE;
    p->command = find_command(p->catalog, text, n);
    if (p->command == ATP_NONE) return;
    find_form(p, form_kind(text + n, size - n, basic), text + n, size - n);
    const struct atp_form *form = atpi_pending_form(p);
    if (form != NULL && (form->flags & ATP_FORM_UPLOAD) != 0)
        prepare_upload(p, form, text + n, size - n);
}

/* ---- begin ------------------------------------------------------------ */

/* Whether a line has the shape of a command, not just its first letters. */
static bool is_command(const uint8_t *text, size_t size)
{
    if (size < 2 || (text[0] | 0x20) != 'a') return false;
    if (text[1] == '/') return size == 2;
    if ((text[1] | 0x20) != 't') return false;
    if (size == 2 || text[2] == '\r') return true;
    if (size > 3 && is_one_of(text[2], "+&%*^$#\\!")) return atpi_is_letter(text[3]);
    return is_one_of((uint8_t)(text[2] & ~0x20), "DEHILOQSVXZ")
           && (size == 3 || !atpi_is_letter(text[3]) || (text[2] | 0x20) == 'd');
}

static void expect_echo(struct atp_parser *p, const uint8_t *text, size_t size)
{
    const uint8_t *lf = memchr(text, '\n', size);
    size_t first = lf != NULL ? (size_t)(lf - text) : size;
    p->echo_size = (uint16_t)(size > UINT16_MAX ? UINT16_MAX : size);
    p->echo_first_size = (uint16_t)(first > UINT16_MAX ? UINT16_MAX : first);
    p->echo_hash = atpi_hash_text(text, p->echo_first_size);
    p->command_flags &= (uint8_t)~COMMAND_OTHER;
}

/* A command line goes out: text from `AT` to before its CR. */
static void begin_command(struct atp_parser *p, const uint8_t *text, size_t size)
{
    expect_echo(p, text, size);
    p->command_flags = 0;
    p->upload_count = 0;
    p->command = ATP_NONE;
    p->form = FORM_NONE;
    for (size_t at = 2; at < size;) {
        if (text[at] == ' ' || text[at] == ';') {
            at++;
            continue;
        }
        size_t n = command_name_size(text + at, size - at);
        n = command_size(text + at, size - at, n);
        add_command(p, text + at, n);
        at += n;
    }
    atpi_exchange_restart(p);
}

/* ---- the echo of what was sent ---------------------------------------- */

/* The echo of the pending command, of `line_size` bytes with its line end.
 * Where the command holds an LF, the rest of it is echo by count (I4). */
static size_t match_pending(struct atp_parser *p, const uint8_t *text, size_t size,
                            size_t line_size)
{
    size_t first = p->echo_first_size;
    if ((p->response_flags & RESPONSE_PENDING) == 0 || first < 2 || size < first) return 0;
    if (atpi_hash_text(text, first) != p->echo_hash) return 0;
    bool whole = size == first || text[first] == '\r';
    bool other = (p->command_flags & COMMAND_OTHER) != 0;
    if (!whole && (first == 2 || other)) return 0; /* too little to cut a line by */
    if (p->echo_size > first) {
        if (size != first || p->echo_size <= line_size) return 0;
        p->data_left = (uint32_t)(p->echo_size - line_size);
        p->state = STATE_ECHO;
    }
    return first;
}

void atpi_note_echo(struct atp_parser *p)
{
    bool due = (p->response_flags & RESPONSE_ECHO_DUE) != 0;
    if (due && (p->response_flags & (RESPONSE_FINAL | RESPONSE_ANSWERED)) != 0)
        atpi_exchange_restart(p);
    p->response_flags &= (uint8_t)~RESPONSE_ECHO_DUE;
    p->command_flags &= (uint8_t)~COMMAND_OTHER;
    p->session_flags |= SESSION_ECHO;
    if ((p->command_flags & COMMAND_ECHO_OFF) != 0) p->session_flags &= (uint8_t)~SESSION_ECHO;
}

COLD size_t atpi_find_echo(struct atp_parser *p, struct atp_event *event, const uint8_t *text,
                           size_t size)
{
    size_t n = match_pending(p, text, size, event->size);
    if (n == 0) {
        if (!is_command(text, size)) return 0;
        const uint8_t *cr = memchr(text, '\r', size);
        n = cr != NULL ? (size_t)(cr - text) : size;
        if ((p->session_flags & SESSION_CONTEXT) != 0) event->deviations |= ATP_DEV_ECHO_DIFFERS;
    }
    event->text_size = (uint16_t)n;
    if ((p->session_flags & SESSION_CONTEXT) == 0) begin_command(p, text, n);
    atpi_note_echo(p);
    if (n < size && text[n] != '\r') event->deviations |= ATP_DEV_GLUED;
    while (n < size && text[n] == '\r') n++;
    return n;
}

/* ---- uploads ---------------------------------------------------------- */

/* Keeps the bytes that the upload begins with, by which its echo is known: up to
 * what is no part of it, or begins a response as well. */
static void keep_upload_first(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    for (; size > 0 && p->upload_first_size < sizeof p->upload_first; size--) {
        if (is_one_of(*bytes, "\r\n" UPLOAD_ENDS)) return;
        p->upload_first[p->upload_first_size++] = *bytes++;
    }
}

/* Bytes of the upload go out. */
static void note_upload(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    if (p->upload_size == p->upload_first_size) keep_upload_first(p, bytes, size);
    p->upload_size += (uint32_t)size;
    if ((p->response_flags & RESPONSE_UPLOAD_ECHO) == 0) return;
    if (p->state != STATE_ECHO && (p->state != STATE_LINE || p->line_size > 0 || size == 0)) return;
    p->data_left += (uint32_t)size; /* what was sent before has come back; so will this */
    p->state = STATE_ECHO;
}

/* Data up to Ctrl-Z or ESC. Returns its size with that byte. */
static size_t take_uncounted(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    size_t n = 0;
    while (n < size && !is_one_of(bytes[n], UPLOAD_ENDS)) n++;
    note_upload(p, bytes, n);
    if (n == size) return size;
    p->response_flags &= (uint8_t)~RESPONSE_UPLOAD;
    return n + 1;
}

/* Counts the host's data. Returns how much of it was. */
static size_t take_upload(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    if ((p->command_flags & COMMAND_UNCOUNTED) != 0) return take_uncounted(p, bytes, size);
    size_t taken = size < p->upload_left ? size : p->upload_left;
    note_upload(p, bytes, taken);
    p->upload_left -= (uint32_t)taken;
    if (p->upload_left == 0) p->response_flags &= (uint8_t)~RESPONSE_UPLOAD;
    return taken;
}

static bool is_repeat(const uint8_t *bytes, size_t size)
{
    return size == 2 && (bytes[0] | 0x20) == 'a' && bytes[1] == '/';
}

/* Whether a command that uploads has not prompted yet. */
static bool awaits_prompt(const struct atp_parser *p)
{
    const struct atp_form *form = atpi_pending_form(p);
    return form != NULL && (form->flags & ATP_FORM_UPLOAD) != 0
           && (p->response_flags & RESPONSE_FINAL) == 0;
}

static void take_command(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    while (size > 0 && (*bytes == ' ' || *bytes == '\n')) bytes++, size--;
    if (is_repeat(bytes, size)) {
        expect_echo(p, bytes, size);
        atpi_exchange_restart(p);
    } else if (size >= 2 && (bytes[0] | 0x20) == 'a' && (bytes[1] | 0x20) == 't') {
        begin_command(p, bytes, size);
    } else if (size > 0 && (p->response_flags & RESPONSE_ECHO_DUE) == 0 && !awaits_prompt(p)) {
        expect_echo(p, bytes, size); /* no command, but echoed all the same */
        p->command_flags |= COMMAND_OTHER;
        p->response_flags |= RESPONSE_PENDING;
    }
}

/* +++ ends a stream once the module answers OK; no command is pending then. */
static void sent_into_stream(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    if (size != 3 || memcmp(bytes, "+++", 3) != 0) return;
    if (p->state == STATE_STREAM) p->tail_size = 0; /* else these bytes are held */
    p->state = STATE_ESCAPING;
    p->echo_size = p->echo_first_size = 0;
    p->command = ATP_NONE;
    p->form = FORM_NONE;
    atpi_exchange_restart(p);
    p->response_flags &= (uint8_t)~RESPONSE_ECHO_DUE;
}

/* Whether what is sent is data: that of an unknown command may lie between two
 * commands, and not be there at all. */
static bool is_upload(const struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    if ((p->response_flags & RESPONSE_UPLOAD) == 0) return false;
    return p->form != FORM_NONE || !is_command(bytes, size);
}

enum atp_status atp_sent(struct atp_parser *p, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    if (p == NULL || (bytes == NULL && size > 0)) return ATP_ERROR_ARGUMENT;
    p->session_flags |= SESSION_CONTEXT;
    if (atpi_in_stream(p)) {
        sent_into_stream(p, at, size);
        return ATP_OK;
    }
    while (size > 0) {
        size_t taken;
        if (is_upload(p, at, size)) {
            taken = take_upload(p, at, size);
        } else {
            const uint8_t *cr = memchr(at, '\r', size);
            taken = cr != NULL ? (size_t)(cr - at) + 1 : size;
            take_command(p, at, taken - (cr != NULL));
        }
        at += taken;
        size -= taken;
    }
    return ATP_OK;
}
