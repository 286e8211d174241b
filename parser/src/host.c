/* What the host sends: command lines, uploads, +++.
 *
 *     command line = ( "AT" | "at" ) { basic | extended [ ";" ] } CR
 *     basic        = letter | "&" letter, [ digits ] [ "=" … | "?" ]
 *     extended     = symbol name [ "=?" | "?" | "=" arguments ]
 *
 * The last command of a line is the pending one. An upload is counted by the
 * command's own argument, or ends with Ctrl-Z or ESC. */
#include "internal.h"

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

/* Size of the name that `text` begins with: +CSQ, &D, E. */
static size_t command_name_size(const uint8_t *text, size_t size)
{
    size_t n = 1;
    if (atp_is_letter(text[0])) return 1;
    if (text[0] == '&' || text[0] == '\\') return size > 1 ? 2 : 1;
    while (n < size && text[n] != '=' && text[n] != '?' && text[n] != ';' && text[n] != ' ') n++;
    return n;
}

/* Size of the command that `text` begins with, its arguments included. */
static HOT size_t command_size(const uint8_t *text, size_t size, size_t name_size)
{
    bool quoted = false;
    size_t n = name_size;
    if (atp_is_letter(text[0]) || text[0] == '&') {
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

/* The `index`th argument of `=a,b,c`: its bytes, without quotes and blanks. */
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
    if (keyed && first.size > 0 && atp_is_letter(first.bytes[0])) p->form = FORM_NONE;
}

/* How much the host will send: the argument that says so, else up to Ctrl-Z. */
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
    if (n == 0 || n < count.size) p->flags |= FLAG_UNCOUNTED;
}

/* ATE and ATV change how the module answers from this line on. */
static HOT void note_basic(struct atp_parser *p, const uint8_t *text, size_t size)
{
    bool off = size < 2 || text[1] == '0';
    if (upper(text[0]) == 'V') {
        if (off) p->flags |= FLAG_NUMERIC;
        else p->flags &= ~FLAG_NUMERIC;
    }
    if (upper(text[0]) == 'E' && off) p->flags |= FLAG_ECHO_OFF;
    if (upper(text[0]) == 'Z' || text[0] == '&') p->flags &= ~FLAG_NUMERIC; /* &F resets it */
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

static void begin_command(struct atp_parser *p, const uint8_t *text, size_t size)
{
    size_t n = command_name_size(text, size);
    bool basic = atp_is_letter(text[0]) || text[0] == '&';

    if (basic) note_basic(p, text, size);
    if (p->command != ATP_NONE) p->flags |= FLAG_SEVERAL;
    p->form = FORM_NONE;
    p->command = find_command(p->catalog, text, n);
    if (p->command == ATP_NONE) return;
    find_form(p, form_kind(text + n, size - n, basic), text + n, size - n);
    const struct atp_form *form = atp_pending_form(p);
    if (form != NULL && (form->flags & ATP_FORM_UPLOAD) != 0)
        prepare_upload(p, form, text + n, size - n);
}

/* ---- begin ------------------------------------------------------------ */

/* Whether `byte` is one of `set`. */
static bool is_one_of(uint8_t byte, const char *set)
{
    while (*set != '\0' && (uint8_t)*set != byte) set++;
    return *set != '\0';
}

/* Whether a line has the shape of a command, not just its first letters. */
bool atp_is_command(const uint8_t *text, size_t size)
{
    if (size < 2 || (text[0] | 0x20) != 'a') return false;
    if (text[1] == '/') return size == 2;
    if ((text[1] | 0x20) != 't') return false;
    if (size == 2 || text[2] == '\r') return true;
    if (size > 3 && is_one_of(text[2], "+&%*^$#\\!")) return atp_is_letter(text[3]);
    return is_one_of((uint8_t)(text[2] & ~0x20), "DEHILOQSVXZ")
           && (size == 3 || !atp_is_letter(text[3]) || (text[2] | 0x20) == 'd');
}

static void expect_echo(struct atp_parser *p, const uint8_t *text, size_t size)
{
    const uint8_t *lf = memchr(text, '\n', size);
    size_t first = lf != NULL ? (size_t)(lf - text) : size;
    p->echo_size = (uint16_t)(size > UINT16_MAX ? UINT16_MAX : size);
    p->echo_first_size = (uint16_t)(first > UINT16_MAX ? UINT16_MAX : first);
    p->echo_hash = atp_hash_text(text, p->echo_first_size);
    p->flags &= ~FLAG_ECHO_OTHER;
}

void atp_begin_command(struct atp_parser *p, const uint8_t *text, size_t size)
{
    expect_echo(p, text, size);
    p->flags &= ~(FLAG_UNCOUNTED | FLAG_ECHO_OFF | FLAG_SEVERAL);
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
        begin_command(p, text + at, n);
        at += n;
    }
    atp_exchange_restart(p);
}

/* ---- uploads ---------------------------------------------------------- */

static void note_upload(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    while (p->upload_first_size < sizeof p->upload_first && p->upload_size == p->upload_first_size
           && size > 0 && *bytes != '\r' && *bytes != '\n' && *bytes != 0x1A && *bytes != 0x1B) {
        p->upload_first[p->upload_first_size++] = *bytes++;
        p->upload_size++;
        size--;
    }
    p->upload_size += (uint32_t)size;
    bool here = p->state == STATE_ECHO || (p->state == STATE_LINE && p->line_size == 0 && size > 0);
    if ((p->flags & FLAG_UPLOAD_ECHO) == 0 || !here) return;
    p->data_left += (uint32_t)size; /* what was sent before has come back; so will this */
    p->state = STATE_ECHO;
}

/* Counts the host's data. Returns how much of it was. */
static size_t take_upload(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    size_t taken = size;
    if ((p->flags & FLAG_UNCOUNTED) != 0) {
        size_t n = 0;
        while (n < size && bytes[n] != 0x1A && bytes[n] != 0x1B) n++;
        note_upload(p, bytes, n);
        if (n < size) {
            p->flags &= ~FLAG_UPLOAD;
            taken = n + 1;
        }
        return taken;
    }
    if (taken > p->upload_left) taken = p->upload_left;
    note_upload(p, bytes, taken);
    p->upload_left -= (uint32_t)taken;
    if (p->upload_left == 0) p->flags &= ~FLAG_UPLOAD;
    return taken;
}

static bool is_repeat(const uint8_t *bytes, size_t size)
{
    return size == 2 && (bytes[0] | 0x20) == 'a' && bytes[1] == '/';
}

/* Whether a command that uploads has not prompted yet. */
static bool awaits_prompt(const struct atp_parser *p)
{
    const struct atp_form *form = atp_pending_form(p);
    return form != NULL && (form->flags & ATP_FORM_UPLOAD) != 0 && (p->flags & FLAG_FINAL) == 0;
}

static void take_command(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    while (size > 0 && (*bytes == ' ' || *bytes == '\n')) bytes++, size--;
    if (is_repeat(bytes, size)) {
        expect_echo(p, bytes, size);
        atp_exchange_restart(p);
    } else if (size >= 2 && (bytes[0] | 0x20) == 'a' && (bytes[1] | 0x20) == 't') {
        atp_begin_command(p, bytes, size);
    } else if (size > 0 && (p->flags & FLAG_ECHO_DUE) == 0 && !awaits_prompt(p)) {
        expect_echo(p, bytes, size); /* no command, but echoed all the same */
        p->flags |= FLAG_ECHO_OTHER | FLAG_PENDING;
    }
}

/* +++ ends a stream once the module says OK; no command is pending then. */
static void sent_into_stream(struct atp_parser *p, const uint8_t *bytes, size_t size)
{
    if (size != 3 || memcmp(bytes, "+++", 3) != 0) return;
    if ((p->flags & FLAG_ESCAPE) == 0) p->match = 0; /* else bytes are held back */
    p->flags |= FLAG_ESCAPE;
    p->echo_size = p->echo_first_size = 0;
    p->command = ATP_NONE;
    p->form = FORM_NONE;
    atp_exchange_restart(p);
    p->flags &= ~FLAG_ECHO_DUE;
}

enum atp_status atp_sent(struct atp_parser *p, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    if (p == NULL || (bytes == NULL && size > 0)) return ATP_ERROR_ARGUMENT;
    p->flags |= FLAG_CONTEXT;
    if (p->state == STATE_STREAM) {
        sent_into_stream(p, at, size);
        return ATP_OK;
    }
    while (size > 0) {
        size_t taken;
        if ((p->flags & FLAG_UPLOAD) != 0 && !(p->form == FORM_NONE && atp_is_command(at, size))) {
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
