/* The differences between the traffic of two exchanges.
 *
 * The items are aligned. An item left over on one side that stands elsewhere on the
 * other has moved; items of the same kind and name left over on both sides have
 * changed; the rest was removed or added. */
#include "base/text.h"
#include "diff/align.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>

#define MATE_MAX ((size_t)16 << 20) /* pairs that are looked at */

struct item {
    const struct reports_wire *is;
    const char *content; /* the text without its line end                    */
    const char *end;     /* the line end                                      */
    const struct item *mate;
    bool matched, moved;
};

struct wires {
    struct arena *arena;
    const struct diff_map *map;
    const char *command;
    const struct reports_exchange *exchanges[2];
    struct item *items[2];
    size_t counts[2];
    size_t *matches;
    struct diff_script *script;
    struct diff_changes *out;
    bool reordered;
};

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* ---- items ------------------------------------------------------------ */

/* The size without the line end: escapes `\r` and `\n` at the end. */
static size_t content_size(const char *text)
{
    size_t size = strlen(text);
    for (;;) {
        if (size < 2 || (text[size - 1] != 'r' && text[size - 1] != 'n')) return size;
        size_t slashes = 0;
        while (slashes < size - 1 && text[size - 2 - slashes] == '\\') slashes++;
        if (slashes % 2 == 0) return size;
        size -= 2;
    }
}

static bool is_bytes(const struct reports_wire *wire)
{
    return wire->kind == REPORTS_WIRE_DATA || wire->kind == REPORTS_WIRE_STREAM
           || wire->kind == REPORTS_WIRE_BLANK;
}

static struct item *read_items(struct arena *arena, const struct reports_exchange *exchange)
{
    struct item *items = arena_new(arena, exchange->wire_count, sizeof *items);
    for (size_t i = 0; i < exchange->wire_count; i++) {
        const struct reports_wire *wire = &exchange->wire[i];
        size_t size = is_bytes(wire) ? strlen(wire->text) : content_size(wire->text);
        char *content = arena_new(arena, size + 1, 1);
        items[i].is = wire;
        items[i].content = memcpy(content, wire->text, size);
        items[i].end = wire->text + size;
    }
    return items;
}

/* Whether one can have become the other: the same name, or two result codes. */
static bool is_class(const struct reports_wire *old, const struct reports_wire *new)
{
    return old->direction == new->direction && old->kind == new->kind
           && (old->kind == REPORTS_WIRE_RESULT
               || is(store_text(old->name), store_text(new->name)));
}

static bool is_same(const struct diff_map *map, const struct item *old, const struct item *new)
{
    return is_class(old->is, new->is)
           && is(store_text(old->is->sha256), store_text(new->is->sha256))
           && diff_map_fits(map, old->content, new->content);
}

static bool equal(const void *user, size_t old, size_t new)
{
    const struct wires *wires = user;
    return is_same(wires->map, &wires->items[0][old], &wires->items[1][new]);
}

/* An order of the two sides: swapping them must match the same items. */
static bool is_greater(const struct wires *wires)
{
    int order = 0;
    for (size_t i = 0; i < wires->counts[0] && i < wires->counts[1] && order == 0; i++) {
        const struct reports_wire *old = wires->items[0][i].is;
        const struct reports_wire *new = wires->items[1][i].is;
        order = strcmp(old->text, new->text);
        if (order == 0) order = strcmp(reports_wire_name(old->kind), reports_wire_name(new->kind));
    }
    return order == 0 ? wires->counts[0] > wires->counts[1] : order > 0;
}

static void match(struct wires *wires)
{
    wires->matches =
        align(wires->arena, wires->counts[0], wires->counts[1], equal, wires, is_greater(wires));
    for (size_t i = 0; i < wires->counts[0]; i++) {
        if (wires->matches[i] == ALIGN_NONE) continue;
        wires->items[0][i].matched = true;
        wires->items[1][wires->matches[i]].matched = true;
    }
}

/* Gives each item of old the first fitting item of new that is left over. */
static void mate(struct wires *wires, bool moved)
{
    if (wires->counts[0] > MATE_MAX / (wires->counts[1] + 1)) return;
    for (size_t i = 0; i < wires->counts[0]; i++) {
        struct item *old = &wires->items[0][i];
        for (size_t k = 0; k < wires->counts[1] && !old->matched && old->mate == NULL; k++) {
            struct item *new = &wires->items[1][k];
            bool free = !new->matched &&new->mate == NULL;
            if (!free || !(moved ? is_same(wires->map, old, new) : is_class(old->is, new->is)))
                continue;
            old->mate = new;
            new->mate = old;
            old->moved = new->moved = moved;
        }
    }
}

/* ---- the script ------------------------------------------------------- */

static bool is_dressed(const struct item *old, const struct item *new)
{
    return !is(store_text(old->is->deviations), store_text(new->is->deviations))
           || !is(old->end, new->end);
}

static void put_both(struct wires *wires, const struct item *old, const struct item *new)
{
    wires->script->steps[wires->script->count++] = (struct diff_step){
        .kind = DIFF_BOTH, .items = {old->is, new->is}, .dressed = is_dressed(old, new)};
}

static void put_alone(struct wires *wires, enum diff_step_kind kind, const struct item *item)
{
    bool is_new = kind == DIFF_ADDED;
    wires->script->steps[wires->script->count++] =
        (struct diff_step){.kind = kind,
                           .items = {is_new ? NULL : item->is, is_new ? item->is : NULL},
                           .mate = item->mate == NULL ? NULL : item->mate->is};
}

static void write_script(struct wires *wires)
{
    const struct item *news = wires->items[1];
    size_t room = wires->counts[0] + wires->counts[1];
    size_t at = 0;
    wires->script = arena_new(wires->arena, 1, sizeof *wires->script);
    wires->script->steps = arena_new(wires->arena, room, sizeof *wires->script->steps);
    for (size_t i = 0; i < wires->counts[0]; i++) {
        const struct item *old = &wires->items[0][i];
        if (!old->matched) {
            put_alone(wires, DIFF_REMOVED, old);
            continue;
        }
        for (; at < wires->matches[i]; at++) put_alone(wires, DIFF_ADDED, &news[at]);
        put_both(wires, old, &news[at++]);
    }
    for (; at < wires->counts[1]; at++) put_alone(wires, DIFF_ADDED, &news[at]);
}

/* ---- changes ---------------------------------------------------------- */

static void add(struct wires *wires, enum diff_kind kind, const char *old, const char *new,
                const char *key)
{
    size_t before = wires->out->count;
    diff_add(wires->arena, wires->out, kind, wires->command, old, new, key);
    for (size_t i = before; i < wires->out->count; i++) {
        wires->out->items[i].script = wires->script;
        wires->out->items[i].exchanges[0] = wires->exchanges[0];
        wires->out->items[i].exchanges[1] = wires->exchanges[1];
    }
}

static bool is_frame(const struct reports_wire *wire)
{
    return wire->kind == REPORTS_WIRE_BLANK || wire->kind == REPORTS_WIRE_ECHO;
}

/* `line end \r\n`, `echo`, `empty line`. */
static const char *frame_text(struct arena *arena, const char *what, const char *bytes)
{
    char *text = text_format("%s%s%s", what, *bytes == '\0' ? "" : " ", bytes);
    char *kept = memcpy(arena_new(arena, strlen(text) + 1, 1), text, strlen(text));
    free(text);
    return kept;
}

static const char *item_text(struct arena *arena, const struct item *item)
{
    if (item->is->kind == REPORTS_WIRE_BLANK) return frame_text(arena, "empty line", item->content);
    if (item->is->kind == REPORTS_WIRE_ECHO) return "echo";
    return *item->content == '\0' ? item->is->text : item->content;
}

static enum diff_kind kind_of(const struct reports_wire *wire)
{
    if (wire->direction == REPORTS_SENT) return DIFF_SENT;
    if (is_frame(wire)) return DIFF_FRAMING;
    if (wire->kind == REPORTS_WIRE_DATA || wire->kind == REPORTS_WIRE_STREAM) return DIFF_PAYLOAD;
    return wire->kind == REPORTS_WIRE_URC ? DIFF_URC : DIFF_LINE;
}

static const char *label(const struct item *item)
{
    const char *name = store_text(item->is->name);
    return *name == '\0' ? reports_wire_name(item->is->kind) : name;
}

/* Of several codes of one name the first is reported, whatever its values. */
static void add_alone(struct wires *wires, const struct item *item, size_t side)
{
    const char *text = item_text(wires->arena, item);
    enum diff_kind kind = kind_of(item->is);
    add(wires, kind, side == 0 ? text : "", side == 1 ? text : "",
        kind == DIFF_URC ? label(item) : "");
}

/* Compares line end and deviations of an item that both sides have. */
static void compare_dress(struct wires *wires, const struct item *old, const struct item *new)
{
    const char *gone = store_text(old->is->deviations);
    const char *come = store_text(new->is->deviations);
    if (!is(gone, come)) add(wires, DIFF_DEVIATION, gone, come, "");
    if (is(old->end, new->end)) return;
    const char *what = old->is->kind == REPORTS_WIRE_ECHO ? "echo ends in" : "line ends in";
    add(wires, DIFF_FRAMING,
        *old->end == '\0' ? "no line end" : frame_text(wires->arena, what, old->end),
        *new->end == '\0' ? "no line end" : frame_text(wires->arena, what, new->end), "");
}

static const char *payload_text(struct arena *arena, const struct reports_wire *wire)
{
    char *text = wire->sha256 == NULL
                     ? text_format("%zu bytes \"%s\"", (size_t)wire->size, wire->text)
                     : text_format("%zu bytes, SHA-256 %.16s", (size_t)wire->size, wire->sha256);
    char *kept = memcpy(arena_new(arena, strlen(text) + 1, 1), text, strlen(text));
    free(text);
    return kept;
}

static void compare_mates(struct wires *wires, const struct item *old, const struct item *new)
{
    enum diff_kind kind = kind_of(old->is);
    const char *one = diff_shape(wires->arena, old->content);
    const char *two = diff_shape(wires->arena, new->content);
    bool cut = old->is->sha256 != NULL || new->is->sha256 != NULL;
    compare_dress(wires, old, new);
    if (is(one, two) && !cut && kind != DIFF_SENT) {
        add(wires, DIFF_VALUE, old->content, new->content, one);
    } else if (kind == DIFF_PAYLOAD) {
        add(wires, kind, payload_text(wires->arena, old->is), payload_text(wires->arena, new->is),
            "");
    } else if (kind == DIFF_FRAMING) {
        add(wires, kind,
            old->is->kind == REPORTS_WIRE_ECHO ? old->content : item_text(wires->arena, old),
            new->is->kind == REPORTS_WIRE_ECHO ? new->content : item_text(wires->arena, new), "");
    } else {
        add(wires, kind == DIFF_SENT ? kind : DIFF_TEXT, old->content, new->content, "");
    }
}

static void compare_items(struct wires *wires)
{
    for (size_t i = 0; i < wires->counts[0]; i++) {
        const struct item *old = &wires->items[0][i];
        if (old->matched) compare_dress(wires, old, &wires->items[1][wires->matches[i]]);
        else if (old->mate != NULL && old->moved) compare_dress(wires, old, old->mate);
        else if (old->mate != NULL) compare_mates(wires, old, old->mate);
        else add_alone(wires, old, 0);
    }
    for (size_t i = 0; i < wires->counts[1]; i++) {
        const struct item *new = &wires->items[1][i];
        if (!new->matched &&new->mate == NULL) add_alone(wires, new, 1);
    }
}

/* ---- order ------------------------------------------------------------ */

/* The names of the module's items in order, without framing. */
static const char *sequence(const struct wires *wires, size_t side)
{
    size_t size = 1;
    for (size_t i = 0; i < wires->counts[side]; i++)
        size += strlen(label(&wires->items[side][i])) + 2;
    char *text = arena_new(wires->arena, size, 1);
    char *end = text;
    for (size_t i = 0; i < wires->counts[side]; i++) {
        const struct item *item = &wires->items[side][i];
        if (is_frame(item->is) || item->is->kind == REPORTS_WIRE_COMMAND) continue;
        end += sprintf(end, "%s%s", end == text ? "" : ", ", label(item));
    }
    return text;
}

static void compare_order(struct wires *wires)
{
    bool lines = false;
    bool frames = false;
    for (size_t i = 0; i < wires->counts[0]; i++) {
        const struct item *old = &wires->items[0][i];
        if (old->mate == NULL || !old->moved) continue;
        if (is_frame(old->is)) frames = true;
        else lines = true;
    }
    if (lines) add(wires, DIFF_ORDER, sequence(wires, 0), sequence(wires, 1), "");
    else if (frames) add(wires, DIFF_FRAMING, "empty line elsewhere", "empty line elsewhere", "");
}

static bool is_identical(const struct reports_exchange *old, const struct reports_exchange *new)
{
    if (old->wire_count != new->wire_count) return false;
    for (size_t i = 0; i < old->wire_count; i++) {
        const struct reports_wire *one = &old->wire[i];
        const struct reports_wire *two = &new->wire[i];
        if (!is_class(one, two) || !is(one->text, two->text)
            || !is(store_text(one->sha256), store_text(two->sha256))
            || !is(store_text(one->deviations), store_text(two->deviations)))
            return false;
    }
    return true;
}

void diff_compare_wire(struct arena *arena, const struct diff_map *map,
                       const struct reports_exchange *old, const struct reports_exchange *new,
                       const char *command, struct diff_changes *out)
{
    struct wires wires = {.arena = arena,
                          .map = map,
                          .command = command,
                          .exchanges = {old, new},
                          .counts = {old->wire_count, new->wire_count},
                          .out = out};
    if (old->wire_count == 0 || new->wire_count == 0) return; /* one has no log */
    if (is_identical(old, new)) return;
    wires.items[0] = read_items(arena, old);
    wires.items[1] = read_items(arena, new);
    match(&wires);
    mate(&wires, true);
    mate(&wires, false);
    write_script(&wires);
    compare_items(&wires);
    compare_order(&wires);
}
