/* Ranges of the notation: `0`, `0..4`, `701..719`, `0..`, `-1,1..5`, `0x1..0xFF`.
 *
 *     ranges   = range { "," [ " " ] range } ;
 *     range    = number [ ".." [ number ] ] ;
 */
#include "base/memory.h"
#include "catalog/notation_internal.h"

#include <stdlib.h>
#include <string.h>

struct cursor {
    const char *text;
    size_t at;
    size_t size;
    struct notation_error *error;
};

static int fail(const struct cursor *c, size_t offset, const char *text)
{
    c->error->offset = offset;
    snprintf(c->error->text, sizeof c->error->text, "%s", text);
    return -1;
}

static int digit_of(char byte, int base)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (base == 16 && byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (base == 16 && byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

static bool skip(struct cursor *c, const char *text)
{
    size_t size = strlen(text);
    if (c->size - c->at < size || memcmp(c->text + c->at, text, size) != 0) return false;
    c->at += size;
    return true;
}

static int parse_number(struct cursor *c, int32_t *out)
{
    size_t start = c->at;
    bool negative = skip(c, "-");
    int base = skip(c, "0x") || skip(c, "0X") ? 16 : 10;
    size_t digits = c->at;
    int64_t value = 0;
    for (; c->at < c->size; c->at++) {
        int digit = digit_of(c->text[c->at], base);
        if (digit < 0) break;
        value = value * base + digit;
        if (value > INT32_MAX)
            return fail(c, start, "number out of range; expected one within 32 bits, signed");
    }
    if (c->at == digits) return fail(c, start, "bad range; expected a number, MIN..MAX or MIN..");
    *out = (int32_t)(negative ? -value : value);
    return 0;
}

static int parse_range(struct cursor *c, struct catalog_interval *out)
{
    size_t start = c->at;
    if (parse_number(c, &out->min) != 0) return -1;
    out->max = out->min;
    if (!skip(c, "..")) return 0;
    if (c->at == c->size || c->text[c->at] == ',') {
        out->max = INT32_MAX;
        return 0;
    }
    if (parse_number(c, &out->max) != 0) return -1;
    return out->max < out->min ? fail(c, start, "bad range; expected the smaller number first") : 0;
}

static int by_min(const void *left, const void *right)
{
    const struct catalog_interval *a = left;
    const struct catalog_interval *b = right;
    return (a->min > b->min) - (a->min < b->min);
}

/* Sorts intervals and joins those that meet. Returns: how many are left. */
static size_t tidy(struct catalog_interval *list, size_t count)
{
    size_t kept = 0;
    qsort(list, count, sizeof *list, by_min);
    for (size_t i = 0; i < count; i++) {
        struct catalog_interval *last = list + kept - (kept > 0);
        if (kept > 0 && (last->max == INT32_MAX || list[i].min <= last->max + 1)) {
            if (list[i].max > last->max) last->max = list[i].max;
        } else {
            list[kept++] = list[i];
        }
    }
    return kept;
}

int notation_parse_ranges(const char *text, size_t size, struct catalog_interval **out,
                          size_t *count, struct notation_error *error)
{
    struct cursor c = {text, 0, size, error};
    struct catalog_interval *list = NULL;
    size_t capacity = 0;
    size_t found = 0;
    do {
        skip(&c, " ");
        list = memory_grow(list, found + 1, &capacity, sizeof *list);
        if (parse_range(&c, &list[found++]) != 0) {
            free(list);
            return -1;
        }
    } while (skip(&c, ","));
    if (c.at != c.size) {
        free(list);
        return fail(&c, c.at, "bad range; expected a number, MIN..MAX or MIN..");
    }
    *count = tidy(list, found);
    *out = list;
    return 0;
}

struct catalog_interval *notation_join_ranges(const struct catalog_interval *first,
                                              size_t first_count,
                                              const struct catalog_interval *second,
                                              size_t second_count, size_t *count)
{
    struct catalog_interval *list = memory_new(first_count + second_count, sizeof *list);
    if (first_count) memcpy(list, first, first_count * sizeof *list);
    if (second_count) memcpy(list + first_count, second, second_count * sizeof *list);
    *count = tidy(list, first_count + second_count);
    return list;
}

bool notation_ranges_within(const struct catalog_interval *inner, size_t inner_count,
                            const struct catalog_interval *outer, size_t outer_count)
{
    for (size_t i = 0; i < inner_count; i++) {
        bool found = false;
        for (size_t j = 0; j < outer_count; j++)
            found |= inner[i].min >= outer[j].min && inner[i].max <= outer[j].max;
        if (!found) return false;
    }
    return true;
}
