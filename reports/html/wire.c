/* What was sent in an exchange: an item a line, with its text, its bytes and what
 * was found in it. The texts are C escapes of bytes. */
#define _GNU_SOURCE
#include "base/digest.h"
#include "base/text.h"
#include "html/parts.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX_COLUMNS 33   /* reports/page/page.css indents by them and a space */
#define FOLDED_SIZE    160  /* longer items are folded                           */
#define SHOWN_MAX      4096 /* characters of one text                            */

/* ---- values ----------------------------------------------------------- */

/* A finding that lies in an item. */
struct found {
    const char *rule, *how; /* how: NULL: nothing is known                   */
    bool is_declared;
};

static const struct template_field found_fields[] = {
    TEMPLATE_VALUE(struct found, rule),
    TEMPLATE_VALUE(struct found, how),
    TEMPLATE_VALUE(struct found, is_declared),
};
static const struct template_shape found_shape = TEMPLATE_SHAPE(struct found, found_fields);

struct item {
    bool is_sent, is_folded, is_cut;
    const char *prefix; /* time, direction, kind and name, to a width        */
    size_t size, count; /* bytes; of them, those that are here               */
    const char *sha256;
    const void *text, *bytes; /* struct page_marked                          */
    const char *deviations;
    struct template_list findings;
};

static const struct template_field item_fields[] = {
    TEMPLATE_VALUE(struct item, is_sent),
    TEMPLATE_VALUE(struct item, is_folded),
    TEMPLATE_VALUE(struct item, is_cut),
    TEMPLATE_VALUE(struct item, prefix),
    TEMPLATE_VALUE(struct item, size),
    TEMPLATE_VALUE(struct item, count),
    TEMPLATE_VALUE(struct item, sha256),
    TEMPLATE_PART(struct item, text, page_marked_shape),
    TEMPLATE_PART(struct item, bytes, page_marked_shape),
    TEMPLATE_VALUE(struct item, deviations),
    TEMPLATE_PART(struct item, findings, found_shape),
};
static const struct template_shape item_shape = TEMPLATE_SHAPE(struct item, item_fields);

struct log {
    struct template_list items;
};

static const struct template_field log_fields[] = {TEMPLATE_PART(struct log, items, item_shape)};
const struct template_shape html_log_shape = TEMPLATE_SHAPE(struct log, log_fields);

/* ---- escapes ---------------------------------------------------------- */

/* The text, and the bytes that it stands for. */
struct said {
    const char *text; /* cut to SHOWN_MAX                                         */
    uint8_t *bytes;
    size_t *ends; /* where each byte's escape ends in the text              */
    size_t count;
};

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

static struct said decode(struct arena *arena, const char *text)
{
    size_t size = strnlen(text, SHOWN_MAX);
    struct said said = {
        .text = page_slice(arena, text, size),
        .bytes = arena_new(arena, size + 1, 1),
        .ends = arena_new(arena, size + 1, sizeof *said.ends),
    };
    for (size_t at = 0; at < size; said.count++) {
        at += read_byte(said.text + at, &said.bytes[said.count]);
        said.ends[said.count] = at;
    }
    return said;
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

static struct template_list findings_of(struct arena *arena,
                                        const struct reports_exchange *exchange,
                                        const struct reports_wire *wire)
{
    struct found *found = arena_new(arena, exchange->finding_count, sizeof *found);
    struct template_list list = {found, 0};
    for (size_t i = 0; i < exchange->finding_count; i++) {
        const struct reports_finding *finding = &exchange->findings[i];
        if (!is_within(wire, finding)) continue;
        const char *how = page_keep(arena, store_disagreement(finding));
        found[list.count++] =
            (struct found){finding->rule, *how == '\0' ? NULL : how, finding->declared};
    }
    return list;
}

/* ---- an item ---------------------------------------------------------- */

static const void *text_of(struct arena *arena, const struct said *said, struct span mark)
{
    struct page_marked *marked = arena_new(arena, 1, sizeof *marked);
    *marked = page_mark(arena, said->text, end_of(said, mark.begin), end_of(said, mark.end));
    return marked;
}

/* `41 54 0D`: the mark begins at its first digit and ends after its last. */
static const void *hexadecimal_of(struct arena *arena, const struct said *said, struct span mark)
{
    static const char digits[] = "0123456789ABCDEF";
    struct page_marked *marked = arena_new(arena, 1, sizeof *marked);
    char *text = arena_new(arena, 1, said->count * 3 + 1);
    for (size_t i = 0; i < said->count; i++) {
        text[i * 3] = digits[said->bytes[i] >> 4];
        text[i * 3 + 1] = digits[said->bytes[i] & 15];
        text[i * 3 + 2] = i + 1 < said->count ? ' ' : '\0';
    }
    bool is_marked = mark.end > mark.begin;
    *marked = page_mark(arena, text, mark.begin * 3, is_marked ? mark.end * 3 - 1 : mark.begin * 3);
    return marked;
}

static const char *prefix_of(struct arena *arena, const struct reports_wire *wire, int64_t start_us)
{
    bool timed = wire->time_us != REPORTS_NO_TIME && start_us != REPORTS_NO_TIME;
    double seconds = timed ? ((double)wire->time_us - (double)start_us) / 1e6 : 0;
    char *time = timed ? text_format("%.3f s", seconds) : text_format("–");
    char *line =
        text_format("%*s%s %s %s %s", 10 > text_columns(time) ? 10 - (int)text_columns(time) : 0,
                    "", time, wire->direction == REPORTS_SENT ? "→ sent" : "← recv",
                    reports_wire_name(wire->kind), store_text(wire->name));
    char *cut = text_cut(line, PREFIX_COLUMNS);
    const char *prefix =
        page_format(arena, "%s%*s", cut, (int)(PREFIX_COLUMNS + 1 - text_columns(cut)), "");
    free(time);
    free(line);
    free(cut);
    return prefix;
}

/* SHA-256 of all bytes: the store's, or of the text if it has them all; or NULL. */
static const char *digest_of(struct arena *arena, const struct reports_wire *wire,
                             const struct said *said)
{
    char digest[DIGEST_SHA256_SIZE];
    if (wire->sha256 != NULL) return wire->sha256;
    if (said->count != wire->size) return NULL;
    digest_sha256(said->bytes, said->count, digest);
    return page_format(arena, "%s", digest);
}

static bool is_folded(const struct reports_wire *wire, const struct said *said)
{
    bool is_payload = wire->kind == REPORTS_WIRE_DATA || wire->kind == REPORTS_WIRE_STREAM;
    return is_payload || wire->size > FOLDED_SIZE || said->count > FOLDED_SIZE;
}

static struct item item_of(struct arena *arena, const struct reports_exchange *exchange,
                           const struct reports_wire *wire, int64_t start_us)
{
    struct said said = decode(arena, wire->text);
    struct span mark = marked(exchange, wire, said.count);
    bool folded = is_folded(wire, &said);
    const char *deviations = store_text(wire->deviations);
    return (struct item){
        .is_sent = wire->direction == REPORTS_SENT,
        .is_folded = folded,
        .is_cut = said.count < wire->size,
        .prefix = prefix_of(arena, wire, start_us),
        .size = (size_t)wire->size,
        .count = said.count,
        .sha256 = folded ? digest_of(arena, wire, &said) : NULL,
        .text = text_of(arena, &said, mark),
        .bytes = hexadecimal_of(arena, &said, mark),
        .deviations = *deviations == '\0' ? NULL : deviations,
        .findings = findings_of(arena, exchange, wire),
    };
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

const void *html_log(struct arena *arena, const struct reports_exchange *exchange, int64_t start_us)
{
    struct log *log = arena_new(arena, 1, sizeof *log);
    struct item *items = arena_new(arena, exchange->wire_count, sizeof *items);
    for (size_t i = 0; i < exchange->wire_count; i++)
        items[i] = item_of(arena, exchange, &exchange->wire[i], start_us);
    log->items = (struct template_list){items, exchange->wire_count};
    return log;
}
