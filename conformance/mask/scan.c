/* Secrets that no catalogue marks: what stands beside a name that promises one, in the
 * syntax of HTTP, URLs, forms, JSON and XML, and what looks like one.
 *
 *     header = name ":" [ scheme " " ] value line-end
 *     pair   = ( "?" | "&" | ";" ) name "=" value
 *     member = '"' name '"' ":" ( '"' value '"' | number )
 *     element = "<" name ">" value "</"
 *     url    = "://" user [ ":" password ] "@"
 *     key    = "-----BEGIN …PRIVATE KEY-----" value "-----END" */
#include "mask/mask_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_SIZE 48
#define TOKEN_MIN     20 /* bytes of a token that its form alone tells       */

struct scan {
    struct mask *mask;
    struct mask_stream *stream;
    const uint8_t *text; /* the bytes of the units                           */
    size_t size;
    const struct mask_unit *units;
};

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

static bool is_one_of(uint8_t byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

static bool is_word(uint8_t byte)
{
    return is_digit(byte) || ((uint8_t)((byte | 0x20) - 'a') < 26 && byte < 0x80);
}

/* `skips`: bytes that do not belong to the value. */
static void hide(const struct scan *scan, enum catalog_secret kind, size_t offset, size_t size,
                 const char *skips)
{
    struct mask_view view = {0};
    for (size_t i = offset; i < offset + size; i++)
        if (!is_one_of(scan->text[i], skips))
            mask_view_add(&view, scan->units[i].at, scan->text[i], MASK_RAW);
    mask_hide(scan->mask, scan->stream, kind, view.items, view.count);
    free(view.items);
}

/* ---- values ------------------------------------------------------------- */

/* Where a value ends that begins at `at`: before a byte of `ends`, a line end or an
 * escape of one. */
static size_t end_of(const struct scan *scan, size_t at, const char *ends)
{
    while (at < scan->size) {
        uint8_t byte = scan->text[at];
        if (byte < 0x20 || is_one_of(byte, ends)) break;
        bool escapes = byte == '\\' && at + 1 < scan->size;
        if (escapes && is_one_of(scan->text[at + 1], "rn\"")) break;
        if (escapes && at + 2 < scan->size && scan->text[at + 1] == '0'
            && is_one_of(scan->text[at + 2] | 0x20, "da"))
            break;
        at++;
    }
    return at;
}

/* Digits alone may be an IMEI, an IMSI and so on; another value is none. */
static bool is_of_kind(const struct scan *scan, enum catalog_secret kind, size_t at, size_t end)
{
    bool is_number = kind >= CATALOG_SECRET_IMEI && kind <= CATALOG_SECRET_POSITION;
    for (size_t i = at; i < end && is_number; i++)
        if (!is_digit(scan->text[i]) && !is_one_of(scan->text[i], "+-. ")) return false;
    return end > at;
}

static void take_value(const struct scan *scan, enum catalog_secret kind, size_t at, size_t end)
{
    while (at < end && scan->text[at] == ' ') at++;
    while (end > at && scan->text[end - 1] == ' ') end--;
    if (kind == CATALOG_SECRET_NUMBER && at < end && scan->text[at] == '+') at++;
    if (is_of_kind(scan, kind, at, end)) hide(scan, kind, at, end - at, "");
}

static bool is_attribute(const struct scan *scan, size_t at, size_t size)
{
    static const char *const names[] = {"path",  "domain", "expires", "max-age",  "samesite",
                                        "realm", "qop",    "nc",      "algorithm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == size
            && strncasecmp(names[i], (const char *)scan->text + at, size) == 0)
            return true;
    return false;
}

/* `a=1; b=2`, as in cookies and in Digest: the values. */
static void take_list(const struct scan *scan, enum catalog_secret kind, size_t at, size_t end)
{
    while (at < end) {
        size_t next = at;
        while (next < end && !is_one_of(scan->text[next], ";,")) next++;
        while (at < next && scan->text[at] == ' ') at++;
        const uint8_t *equals = memchr(scan->text + at, '=', next - at);
        size_t value = equals == NULL ? at : (size_t)(equals - scan->text) + 1;
        if (equals == NULL || !is_attribute(scan, at, value - 1 - at))
            take_value(scan, kind, value, next);
        at = next + 1;
    }
}

static bool is_list(const struct scan *scan, size_t at, size_t end)
{
    const uint8_t *equals = memchr(scan->text + at, '=', end - at);
    if (equals == NULL) return false;
    size_t name = (size_t)(equals - scan->text);
    if (name == at || name + 1 >= end || scan->text[name + 1] == '=') return false;
    for (size_t i = at; i < name; i++)
        if (!is_word(scan->text[i]) && !is_one_of(scan->text[i], "_-.")) return false;
    return true;
}

/* `dXNlcjpwYXNz`: user and password are secrets by themselves. */
static void take_credentials(const struct scan *scan, size_t at, size_t end)
{
    uint8_t said[256];
    size_t count = 0;
    unsigned bits = 0;
    unsigned left = 0;
    for (size_t i = at; i < end && count < sizeof said; i++) {
        static const char digits[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char *digit = scan->text[i] == 0 ? NULL : strchr(digits, scan->text[i]);
        if (digit == NULL) break;
        bits = (bits << 6 | (unsigned)(digit - digits)) & 0xFFFFFF;
        left += 6;
        if (left >= 8) said[count++] = (uint8_t)(bits >> (left -= 8));
    }
    const uint8_t *colon = memchr(said, ':', count);
    if (colon == NULL) return;
    size_t user = (size_t)(colon - said);
    if (user > 0) mask_pair_of(scan->mask, CATALOG_SECRET_USER, said, user);
    if (count > user + 1)
        mask_pair_of(scan->mask, CATALOG_SECRET_PASSWORD, said + user + 1, count - user - 1);
}

static void take_header(const struct scan *scan, enum catalog_secret kind, size_t at, size_t end)
{
    while (at < end && scan->text[at] == ' ') at++;
    size_t scheme = at;
    while (scheme < end && is_word(scan->text[scheme])) scheme++;
    bool has_scheme = scheme < end && scheme > at && scan->text[scheme] == ' ';
    if (has_scheme && scheme - at == 5
        && strncasecmp((const char *)scan->text + at, "basic", 5) == 0)
        take_credentials(scan, scheme + 1, end);
    if (has_scheme) at = scheme + 1;
    if (is_list(scan, at, end)) take_list(scan, kind, at, end);
    else take_value(scan, kind, at, end);
}

/* ---- names -------------------------------------------------------------- */

static bool begins_line(const struct scan *scan, size_t at)
{
    if (at == 0) return true;
    uint8_t before = scan->text[at - 1];
    if (is_one_of(before, "\r\n\"'")) return true;
    return at > 1 && scan->text[at - 2] == '\\' && is_one_of(before, "rn");
}

static bool is_at(const struct scan *scan, size_t at, const char *set)
{
    return at < scan->size && is_one_of(scan->text[at], set);
}

/* `name=value`. Returns: where it ends. */
static size_t take_pair(const struct scan *scan, enum catalog_secret kind, size_t equals)
{
    bool quoted = is_at(scan, equals + 1, "\"'");
    size_t value = equals + 1 + quoted;
    size_t end = end_of(scan, value, quoted ? "\"'" : "& \"'#,;)<>}");
    take_value(scan, kind, value, end);
    return end;
}

/* `"name": "value"`, in another string perhaps: `\"name\"`. `at`: after the name. */
static size_t take_member(const struct scan *scan, enum catalog_secret kind, size_t at)
{
    size_t next = at + is_at(scan, at, "\\");
    if (!is_at(scan, next, "\"'")) return at;
    next++;
    while (is_at(scan, next, " ")) next++;
    if (!is_at(scan, next, ":")) return at;
    next++;
    while (is_at(scan, next, " \\")) next++;
    bool quoted = is_at(scan, next, "\"'");
    size_t end = end_of(scan, next + quoted, quoted ? "\"'" : ",}] ");
    take_value(scan, kind, next + quoted, end);
    return end;
}

/* The name from `at` to `end` and what follows it. Returns: where to go on. */
static size_t take_name(const struct scan *scan, size_t at, size_t end)
{
    enum catalog_secret kind = mask_kind_of_name((const char *)scan->text + at, end - at);
    uint8_t before = at == 0 ? '\n' : scan->text[at - 1];
    size_t next = end;
    if (kind == CATALOG_SECRET_NONE) return end;
    if (is_at(scan, end, "=") && is_one_of(before, "?&; ,\"'\r\n{("))
        return take_pair(scan, kind, end);
    if (is_at(scan, end, ":") && begins_line(scan, at)) {
        next = end_of(scan, end + 1, "\"");
        take_header(scan, kind, end + 1, next);
    } else if (is_at(scan, end, ">") && before == '<') {
        next = end_of(scan, end + 1, "<");
        if (is_at(scan, next + 1, "/")) take_value(scan, kind, end + 1, next);
    } else if (is_one_of(before, "\"'")) {
        next = take_member(scan, kind, end);
    }
    return next;
}

static void find_names(const struct scan *scan)
{
    for (size_t at = 0; at < scan->size;) {
        size_t end = at;
        while (end < scan->size && (is_word(scan->text[end]) || is_one_of(scan->text[end], "_-")))
            end++;
        bool escaped = at > 0 && end - at > 1 && scan->text[at - 1] == '\\'
                       && is_one_of(scan->text[at], "rn"); /* \r\nCookie: */
        if (escaped) at++;
        if (end > at && end - at <= NAME_MAX_SIZE) at = take_name(scan, at, end);
        else at = end > at ? end : at + 1;
    }
}

/* ---- URLs, keys, tokens ------------------------------------------------- */

static size_t find(const struct scan *scan, size_t at, const char *text)
{
    const uint8_t *found = memmem(scan->text + at, scan->size - at, text, strlen(text));
    return found == NULL ? scan->size : (size_t)(found - scan->text);
}

/* `scheme://user:password@host` */
static void find_users(const struct scan *scan)
{
    for (size_t at = 0; (at = find(scan, at, "://")) < scan->size;) {
        size_t first = at += 3;
        size_t colon = 0;
        while (at < scan->size && scan->text[at] > 0x20 && !is_one_of(scan->text[at], "/\"@?#<>")) {
            if (scan->text[at] == ':' && colon == 0) colon = at;
            at++;
        }
        if (at == scan->size || scan->text[at] != '@') continue;
        size_t end = colon > 0 ? colon : at;
        hide(scan, CATALOG_SECRET_USER, first, end - first, "");
        if (colon > 0) hide(scan, CATALOG_SECRET_PASSWORD, colon + 1, at - colon - 1, "");
    }
}

static void find_keys(const struct scan *scan)
{
    static const char mark[] = "PRIVATE KEY-----";
    for (size_t at = 0; (at = find(scan, at, mark)) < scan->size;) {
        size_t first = at + sizeof mark - 1;
        size_t end = find(scan, first, "-----");
        at = end;
        if (first < end && end - first < scan->size)
            hide(scan, CATALOG_SECRET_KEY, first, end - first, " \r\n\\");
        at = find(scan, at < scan->size ? at + 5 : at, "KEY-----");
        if (at < scan->size) at += 8;
    }
}

/* A JSON Web Token: three parts of base64, the first an object. */
static void find_tokens(const struct scan *scan)
{
    for (size_t at = 0; (at = find(scan, at, "eyJ")) < scan->size;) {
        size_t end = at;
        size_t dots = 0;
        for (; end < scan->size && (is_word(scan->text[end]) || is_one_of(scan->text[end], "_-."));
             end++)
            dots += scan->text[end] == '.';
        if (dots == 2 && end - at >= TOKEN_MIN) hide(scan, CATALOG_SECRET_TOKEN, at, end - at, "");
        at = end;
    }
    for (size_t at = 0; (at = find(scan, at, "Bearer ")) < scan->size;) {
        at += 7;
        size_t end = end_of(scan, at, "\"', ");
        take_value(scan, CATALOG_SECRET_TOKEN, at, end);
        at = end;
    }
}

/* ---- numbers ------------------------------------------------------------ */

static void take_number(const struct scan *scan, size_t at, size_t size)
{
    const uint8_t *digits = scan->text + at;
    bool has_plus = at > 0 && digits[-1] == '+';
    bool is_iccid = (size == 19 || size == 20) && digits[0] == '8' && digits[1] == '9';
    if (size == 15 && mask_has_luhn_digit(digits, size))
        hide(scan, CATALOG_SECRET_IMEI, at, size, "");
    else if (is_iccid) hide(scan, CATALOG_SECRET_ICCID, at, size, "");
    else if (has_plus && size >= 7 && size <= 15) hide(scan, CATALOG_SECRET_NUMBER, at, size, "");
}

/* `49-015420-323751-8` */
static void take_parted(const struct scan *scan, size_t at, size_t size)
{
    uint8_t digits[15];
    size_t count = 0;
    for (size_t i = at; i < at + size; i++) {
        if (!is_digit(scan->text[i])) continue;
        if (count == sizeof digits) return;
        digits[count++] = scan->text[i];
    }
    if (count == sizeof digits && mask_has_luhn_digit(digits, count))
        hide(scan, CATALOG_SECRET_IMEI, at, size, "-");
}

static void find_numbers(const struct scan *scan)
{
    for (size_t at = 0; at < scan->size;) {
        size_t first = at;
        size_t dashes = 0;
        for (;
             at < scan->size && (is_digit(scan->text[at]) || (at > first && scan->text[at] == '-'));
             at++)
            dashes += scan->text[at] == '-';
        bool is_part = first > 0 && is_word(scan->text[first - 1]);
        if (at == first || is_part) {
            at += at == first;
            continue;
        }
        if (dashes == 0) take_number(scan, first, at - first);
        else take_parted(scan, first, at - first);
    }
}

void mask_scan(struct mask *mask, struct mask_stream *stream, const struct mask_view *view)
{
    uint8_t *text = memory_new(view->count + 1, 1); /* as it is now: hiding does not change it */
    for (size_t i = 0; i < view->count; i++) text[i] = stream->bytes.bytes[view->items[i].at];
    const struct scan scan = {mask, stream, text, view->count, view->items};
    find_users(&scan);
    find_keys(&scan);
    find_tokens(&scan);
    find_names(&scan);
    find_numbers(&scan);
    free(text);
}
