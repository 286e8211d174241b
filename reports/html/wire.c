/* What was said in an exchange: an item a line, with its text, its bytes and what
 * was found in it. The texts are C escapes of bytes. */
#define _GNU_SOURCE
#include "base/digest.h"
#include "base/text.h"
#include "html/parts.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX_COLUMNS 33   /* reports/page/page.css indents by them and a blank */
#define FOLDED_SIZE    160  /* longer items are folded                           */
#define SHOWN_MAX      4096 /* characters of one text                            */

/* The text, and the bytes that it stands for. */
struct said {
    char *text; /* cut to SHOWN_MAX                                         */
    uint8_t *bytes;
    size_t *ends; /* where each byte's escape ends in the text              */
    size_t count;
};

/* ---- escapes ---------------------------------------------------------- */

/* 16: none. */
static unsigned digit(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A') + 10;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* The byte that the text begins with. Returns: the size of its escape. What is
 * none, of a store of others, stands for itself. */
static size_t read_byte(const char *text, uint8_t *byte)
{
    static const char names[] = "rnt0e\\\"'";
    static const char values[] = "\r\n\t\0\x1b\\\"'";
    *byte = (uint8_t)*text;
    if (*text != '\\' || text[1] == '\0') return 1;
    const char *name = strchr(names, text[1]);
    if (name != NULL) {
        *byte = (uint8_t)values[name - names];
        return 2;
    }
    if (text[1] != 'x' || digit(text[2]) > 15 || digit(text[3]) > 15) return 1;
    *byte = (uint8_t)(digit(text[2]) << 4 | digit(text[3]));
    return 4;
}

static struct said decode(const char *text)
{
    struct said said = {.text = arena_must(strndup(text, SHOWN_MAX))};
    size_t size = strlen(said.text);
    said.bytes = arena_must(malloc(size + 1));
    said.ends = arena_must(calloc(size + 1, sizeof *said.ends));
    for (size_t at = 0; at < size; said.count++) {
        at += read_byte(said.text + at, &said.bytes[said.count]);
        said.ends[said.count] = at;
    }
    return said;
}

static void release(struct said *said)
{
    free(said->text);
    free(said->bytes);
    free(said->ends);
}

static size_t end_of(const struct said *said, size_t count)
{
    return count == 0 ? 0 : said->ends[count - 1];
}

/* ---- what was found --------------------------------------------------- */

/* Bytes of an item; none: both are 0. */
struct span {
    size_t begin, end;
};

static bool is_within(const struct reports_wire *wire, const struct reports_finding *finding)
{
    return wire->direction == REPORTS_RECEIVED && finding->offset >= wire->offset
           && finding->offset - wire->offset < wire->size;
}

/* The bytes of the first finding that lies in the item. */
static struct span marked(const struct reports_exchange *exchange, const struct reports_wire *wire,
                          size_t count)
{
    for (size_t i = 0; i < exchange->finding_count; i++) {
        const struct reports_finding *finding = &exchange->findings[i];
        if (finding->size == 0 || !is_within(wire, finding)) continue;
        uint64_t begin = finding->offset - wire->offset;
        if (begin >= count) continue;
        uint64_t left = count - begin;
        return (struct span){(size_t)begin,
                             (size_t)(begin + (finding->size < left ? finding->size : left))};
    }
    return (struct span){0, 0};
}

static void put_findings(FILE *out, const struct reports_exchange *exchange,
                         const struct reports_wire *wire)
{
    if (wire->deviations != NULL && *wire->deviations != '\0')
        page_put(out, "<em class=\"deviations\">△ %s</em>", wire->deviations);
    for (size_t i = 0; i < exchange->finding_count; i++) {
        const struct reports_finding *finding = &exchange->findings[i];
        if (!is_within(wire, finding)) continue;
        char *how = store_disagreement(finding);
        page_put(out, "<em%s>▲ %s%s%s</em>", finding->declared ? " class=\"deviations\"" : "",
                 finding->rule, *how == '\0' ? "" : ": ", how);
        free(how);
    }
}

/* ---- an item ---------------------------------------------------------- */

static void put_slice(FILE *out, const struct said *said, size_t begin, size_t end)
{
    char *slice = arena_must(strndup(said->text + begin, end - begin));
    page_text(out, slice);
    free(slice);
}

static void put_text(FILE *out, const struct said *said, struct span mark)
{
    size_t begin = end_of(said, mark.begin);
    size_t end = end_of(said, mark.end);
    put_slice(out, said, 0, begin);
    if (end > begin) {
        fputs("<mark>", out);
        put_slice(out, said, begin, end);
        fputs("</mark>", out);
    }
    put_slice(out, said, end, strlen(said->text));
}

static void put_hexadecimal(FILE *out, const struct said *said, struct span mark)
{
    static const char digits[] = "0123456789ABCDEF";
    fputs("<i>", out);
    for (size_t i = 0; i < said->count; i++) {
        if (i > 0) fputc(' ', out);
        if (mark.end > mark.begin && i == mark.begin) fputs("<mark>", out);
        fputc(digits[said->bytes[i] >> 4], out);
        fputc(digits[said->bytes[i] & 15], out);
        if (mark.end > mark.begin && i + 1 == mark.end) fputs("</mark>", out);
    }
    fputs("</i>", out);
}

/* Time, direction, kind and name, to a width. */
static void put_prefix(FILE *out, const struct reports_wire *wire, int64_t start_us)
{
    bool timed = wire->time_us != REPORTS_NO_TIME && start_us != REPORTS_NO_TIME;
    double seconds = timed ? ((double)wire->time_us - (double)start_us) / 1e6 : 0;
    char *time = timed ? text_format("%.3f s", seconds) : text_format("–");
    char *what = text_format("%s %s", reports_wire_name(wire->kind), store_text(wire->name));
    char *line =
        text_format("%*s%s %s %s", 10 > text_columns(time) ? 10 - (int)text_columns(time) : 0, "",
                    time, wire->direction == REPORTS_SENT ? "→ sent" : "← recv", what);
    char *cut = text_cut(line, PREFIX_COLUMNS);
    page_put(out, "%s", cut);
    fprintf(out, "%*s", (int)(PREFIX_COLUMNS + 1 - text_columns(cut)), "");
    free(time);
    free(what);
    free(line);
    free(cut);
}

/* SHA-256 of all bytes: the store's, or of the text if it has them all. */
static void put_digest(FILE *out, const struct reports_wire *wire, const struct said *said)
{
    char digest[DIGEST_SHA256_SIZE];
    if (wire->sha256 != NULL) {
        page_put(out, ", SHA-256 %s", wire->sha256);
        return;
    }
    if (said->count != wire->size) return;
    digest_sha256(said->bytes, said->count, digest);
    fprintf(out, ", SHA-256 %s", digest);
}

static bool is_folded(const struct reports_wire *wire, const struct said *said)
{
    bool is_payload = wire->kind == REPORTS_WIRE_DATA || wire->kind == REPORTS_WIRE_STREAM;
    return is_payload || wire->size > FOLDED_SIZE || said->count > FOLDED_SIZE;
}

static void put_item(FILE *out, const struct reports_exchange *exchange,
                     const struct reports_wire *wire, int64_t start_us)
{
    struct said said = decode(wire->text);
    struct span mark = marked(exchange, wire, said.count);
    bool folded = is_folded(wire, &said);
    fputs(wire->direction == REPORTS_SENT ? "<li class=\"sent\">" : "<li>", out);
    put_prefix(out, wire, start_us);
    if (folded) {
        fputs("<details><summary>", out);
        page_count(out, (size_t)wire->size, "byte");
        if (said.count < wire->size) page_put(out, " (here the first %zu)", said.count);
        put_digest(out, wire, &said);
        fputs("</summary>", out);
    }
    put_text(out, &said, mark);
    put_hexadecimal(out, &said, mark);
    fputs(folded ? "</details>" : "", out);
    put_findings(out, exchange, wire);
    fputs("</li>\n", out);
    release(&said);
}

size_t html_log_size(const struct reports_exchange *exchange)
{
    size_t size = 0;
    for (size_t i = 0; i < exchange->wire_count; i++) {
        size_t text = strlen(exchange->wire[i].text);
        size += 120 + (text < SHOWN_MAX ? text : SHOWN_MAX) * 4;
    }
    return size;
}

void html_put_log(FILE *out, const struct reports_exchange *exchange, int64_t start_us)
{
    fputs("<ol class=\"log\">\n", out);
    for (size_t i = 0; i < exchange->wire_count; i++)
        put_item(out, exchange, &exchange->wire[i], start_us);
    fputs("</ol>\n", out);
}
