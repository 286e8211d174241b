/* All known secrets looked for at once, in every way in which they may be written:
 * the work is that of the bytes, however many secrets there are. */
#include "mask/mask_internal.h"

#include <stdlib.h>
#include <string.h>

#define APART_BELOW   8 /* bytes of a secret that must stand apart: shorter ones may be chance */
#define PIECE_SIZE    ((size_t)1 << 20) /* bytes that are read at once                  */
#define PIECE_OVERLAP ((size_t)8 << 10) /* of two of them: a longer secret may be missed */
#define HEAD_COUNT    65536u

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

static bool is_alphanumeric(uint8_t byte)
{
    return is_digit(byte) || ((uint8_t)((byte | 0x20) - 'a') < 26 && byte < 0x80);
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

/* ---- the secrets -------------------------------------------------------- */

struct needle {
    const struct mask_pair *pair;
    uint8_t *text; /* owned; in lower case                                   */
    uint32_t next; /* with the same beginning, not longer; 0: none           */
    bool is_number;
};

/* Secrets by their first `key` bytes. */
struct index {
    size_t key, most; /* of these sizes                                      */
    uint32_t *heads;  /* 1 the first needle                                  */
};

struct search {
    struct mask *mask;
    struct needle *needles;
    size_t count;
    struct index indexes[2]; /* long ones first: they may hold short ones    */
};

static size_t hash(const uint8_t *text, size_t size)
{
    uint64_t value = 0;
    memcpy(&value, text, size);
    return (size_t)(value * UINT64_C(0x9E3779B97F4A7C15) >> 48);
}

static int compare_sizes(const void *a, const void *b)
{
    size_t left = ((const struct needle *)a)->pair->size;
    size_t right = ((const struct needle *)b)->pair->size;
    return (left > right) - (left < right);
}

static void make_needle(const struct mask_pair *pair, struct needle *out)
{
    *out = (struct needle){.pair = pair, .text = memory_new(pair->size, 1), .is_number = true};
    for (size_t i = 0; i < pair->size; i++) {
        out->text[i] = lower(pair->secret[i]);
        out->is_number &= is_digit(pair->secret[i]);
    }
}

/* The longest of one beginning comes first: it is added last. */
static void fill(struct search *search, struct index *index)
{
    index->heads = memory_new(HEAD_COUNT, sizeof *index->heads);
    for (size_t i = 0; i < search->count; i++) {
        struct needle *needle = &search->needles[i];
        if (needle->pair->size < index->key || needle->pair->size > index->most) continue;
        uint32_t *head = &index->heads[hash(needle->text, index->key)];
        needle->next = *head;
        *head = (uint32_t)i + 1;
    }
}

static void open_search(struct search *search, struct mask *mask)
{
    *search = (struct search){.mask = mask,
                              .indexes = {{.key = APART_BELOW, .most = SIZE_MAX},
                                          {.key = MASK_KNOWN_MIN, .most = APART_BELOW - 1}}};
    search->count = mask->pairs.count;
    search->needles = memory_new(search->count, sizeof *search->needles);
    for (size_t i = 0; i < search->count; i++)
        make_needle(&mask->pairs.items[i], &search->needles[i]);
    qsort(search->needles, search->count, sizeof *search->needles, compare_sizes);
    for (int i = 0; i < 2; i++) fill(search, &search->indexes[i]);
}

static void close_search(struct search *search)
{
    for (size_t i = 0; i < search->count; i++) free(search->needles[i].text);
    free(search->needles);
    for (int i = 0; i < 2; i++) free(search->indexes[i].heads);
}

/* ---- a place ------------------------------------------------------------ */

/* Whether no letter or digit stands beside it. */
static bool is_apart(const struct mask_stream *stream, const struct mask_unit *units, size_t count)
{
    size_t before = units[0].at;
    size_t after = units[count - 1].at + (units[count - 1].code == MASK_HEX ? 2 : 1);
    return (before == 0 || !is_alphanumeric(stream->bytes.bytes[before - 1]))
           && (after >= stream->bytes.size || !is_alphanumeric(stream->bytes.bytes[after]));
}

static bool is_fixed(const struct mask_stream *stream, const struct mask_unit *units, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (stream->flags.size > units[i].at
            && (stream->flags.bytes[units[i].at] & MASK_FIXED) != 0)
            return true;
    return false;
}

/* Returns: whether it was replaced. */
static bool replace(struct mask *mask, struct mask_stream *stream, const struct mask_way *way,
                    const struct mask_pair *pair, const struct mask_unit *units)
{
    if (way->is_text && pair->size < APART_BELOW && !is_apart(stream, units, pair->size))
        return false;
    if (is_fixed(stream, units, pair->size)) {
        if (way == &mask_ways[0]) mask->left.numbers++;
        return false;
    }
    mask_put(mask, stream, pair, units);
    return true;
}

/* Whether a secret stands at `text`, which has `left` bytes. Returns: its size, once it
 * is replaced, else 0. */
static size_t try_at(const struct search *search, const struct index *index,
                     struct mask_stream *stream, const struct mask_way *way, const uint8_t *text,
                     size_t left, const struct mask_unit *units)
{
    for (uint32_t at = index->heads[hash(text, index->key)]; at != 0;
         at = search->needles[at - 1].next) {
        const struct needle *needle = &search->needles[at - 1];
        size_t size = needle->pair->size;
        if (size <= left && size >= way->min && (!way->digits_only || needle->is_number)
            && memcmp(text, needle->text, size) == 0
            && replace(search->mask, stream, way, needle->pair, units))
            return size;
    }
    return 0;
}

/* ---- a stream ----------------------------------------------------------- */

/* What is replaced becomes NUL in the text that is searched. */
static void search_view(const struct search *search, struct mask_stream *stream,
                        const struct mask_way *way, unsigned variant)
{
    struct mask_view seen = {0};
    way->read(stream, variant, &seen);
    uint8_t *text = memory_new(seen.count + 1, 1);
    for (size_t i = 0; i < seen.count; i++) text[i] = lower(seen.items[i].byte);
    for (int k = 0; k < 2; k++) {
        const struct index *index = &search->indexes[k];
        for (size_t i = 0; i + index->key <= seen.count;) {
            size_t size =
                try_at(search, index, stream, way, text + i, seen.count - i, seen.items + i);
            memset(text + i, 0, size);
            i += size == 0 ? 1 : size;
        }
    }
    free(text);
    free(seen.items);
}

/* A long stream piece by piece: a view takes eight bytes for each of it. */
static void search_pieces(const struct search *search, const struct mask_stream *stream,
                          const struct mask_way *way, unsigned variant)
{
    size_t size = stream->bytes.size;
    for (size_t at = 0; at < size; at += PIECE_SIZE - PIECE_OVERLAP) {
        size_t part = size - at < PIECE_SIZE ? size - at : PIECE_SIZE;
        struct mask_stream piece = {.bytes = {.bytes = stream->bytes.bytes + at, .size = part}};
        if (stream->flags.size > 0)
            piece.flags = (struct buffer){.bytes = stream->flags.bytes + at, .size = part};
        search_view(search, &piece, way, variant);
        if (at + part == size) return;
    }
}

void mask_apply(struct mask *mask, struct mask_stream *stream)
{
    struct search search;
    if (mask->pairs.count == 0) return;
    open_search(&search, mask);
    for (const struct mask_way *way = mask_ways; way->read != NULL; way++)
        for (unsigned i = 0; i < way->variants; i++) search_pieces(&search, stream, way, i);
    close_search(&search);
}
