/* What the pages share: their frame, marked texts, and writing them. */
#define _GNU_SOURCE
#include "page/page.h"

#include "base/text.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_SIZE 300

static const struct template_field frame_fields[] = {
    TEMPLATE_VALUE(struct page_frame, title),
    TEMPLATE_VALUE(struct page_frame, style_digest),
    TEMPLATE_VALUE(struct page_frame, script_digest),
};
const struct template_shape page_frame_shape = TEMPLATE_SHAPE(struct page_frame, frame_fields);

static const struct template_field spread_fields[] = {
    TEMPLATE_VALUE(struct page_spread, least_x),
    TEMPLATE_VALUE(struct page_spread, median_x),
    TEMPLATE_VALUE(struct page_spread, most_x),
    TEMPLATE_VALUE(struct page_spread, box_width),
};
const struct template_shape page_spread_shape = TEMPLATE_SHAPE(struct page_spread, spread_fields);

static const struct template_field marked_fields[] = {
    TEMPLATE_VALUE(struct page_marked, before),
    TEMPLATE_VALUE(struct page_marked, mark),
    TEMPLATE_VALUE(struct page_marked, after),
};
const struct template_shape page_marked_shape = TEMPLATE_SHAPE(struct page_marked, marked_fields);

static const struct template_field sides_fields[] = {
    TEMPLATE_PART(struct page_sides, expected, page_marked_shape),
    TEMPLATE_PART(struct page_sides, seen, page_marked_shape),
};
const struct template_shape page_sides_shape = TEMPLATE_SHAPE(struct page_sides, sides_fields);

static const struct template_field name_fields[] = {TEMPLATE_VALUE(struct page_name, name)};
const struct template_shape page_name_shape = TEMPLATE_SHAPE(struct page_name, name_fields);

/* ---- texts ------------------------------------------------------------ */

const char *page_slice(struct arena *arena, const char *bytes, size_t size)
{
    return memcpy(arena_new(arena, size + 1, 1), bytes, size);
}

const char *page_keep(struct arena *arena, char *text)
{
    if (text == NULL) return NULL;
    const char *kept = page_slice(arena, text, strlen(text));
    free(text);
    return kept;
}

const char *page_format(struct arena *arena, const char *format, ...)
{
    char *text = NULL;
    va_list values;
    va_start(values, format);
    if (vasprintf(&text, format, values) < 0) arena_must(NULL);
    va_end(values);
    return page_keep(arena, text);
}

/* ---- marked texts ----------------------------------------------------- */

struct page_marked page_mark(struct arena *arena, const char *text, size_t begin, size_t end)
{
    if (begin == end) return (struct page_marked){.before = text};
    return (struct page_marked){page_slice(arena, text, begin),
                                page_slice(arena, text + begin, end - begin), text + end};
}

static bool is_word(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z')
           || (byte >= 'a' && byte <= 'z') || (unsigned char)byte >= 0x80;
}

/* Whether a word goes on at both sides of `at`. */
static bool splits(const char *text, size_t at)
{
    return at > 0 && is_word(text[at - 1]) && is_word(text[at]);
}

/* Whole words that both begin with, and then end with. */
static void common(const char *left, const char *right, size_t *head, size_t *tail)
{
    size_t left_size = strlen(left);
    size_t right_size = strlen(right);
    size_t least = left_size < right_size ? left_size : right_size;
    *head = *tail = 0;
    while (*head < least && left[*head] == right[*head]) ++*head;
    while (*head > 0 && (splits(left, *head) || splits(right, *head))) --*head;
    while (*tail < least - *head && left[left_size - *tail - 1] == right[right_size - *tail - 1])
        ++*tail;
    while (*tail > 0 && (splits(left, left_size - *tail) || splits(right, right_size - *tail)))
        --*tail;
}

/* Nothing is marked where nothing is common: all of it would be. */
static const struct page_marked *side(struct arena *arena, const char *shown, size_t head,
                                      size_t tail)
{
    size_t size = strlen(shown);
    bool marks = head + tail > 0 && head + tail < size;
    struct page_marked *is = arena_new(arena, 1, sizeof *is);
    *is = page_mark(arena, shown, head, marks ? size - tail : head);
    return is;
}

const struct page_sides *page_sides(struct arena *arena, const char *expected, const char *seen)
{
    if (expected == NULL && seen == NULL) return NULL;
    const char *left = page_keep(arena, text_shown(expected == NULL ? "" : expected));
    const char *right = page_keep(arena, text_shown(seen == NULL ? "" : seen));
    struct page_sides *sides = arena_new(arena, 1, sizeof *sides);
    size_t head = 0;
    size_t tail = 0;
    common(left, right, &head, &tail);
    sides->expected = side(arena, left, head, tail);
    sides->seen = side(arena, right, head, tail);
    return sides;
}

/* ---- the frame -------------------------------------------------------- */

/* As a policy names what it lets in. */
static const char *digest_of(struct arena *arena, const char *name)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char text[EVP_MAX_MD_SIZE * 2];
    unsigned size = 0;
    const struct template_file *file = page_files;
    while (strcmp(file->name, name) != 0) file++;
    if (EVP_Digest(file->begin, (size_t)(file->end - file->begin), digest, &size, EVP_sha256(),
                   NULL)
        != 1)
        arena_must(NULL);
    EVP_EncodeBlock(text, digest, (int)size);
    return page_format(arena, "%s", (const char *)text);
}

const struct page_frame *page_frame(struct arena *arena, const char *title)
{
    struct page_frame *frame = arena_new(arena, 1, sizeof *frame);
    *frame = (struct page_frame){title, digest_of(arena, "page.css"), digest_of(arena, "page.js")};
    return frame;
}

void page_write(const char *name, const struct template_shape *shape, const void *values, FILE *out)
{
    char error[ERROR_SIZE];
    struct template *template = template_read(page_files, name, shape, error, sizeof error);
    if (template == NULL) {
        fprintf(stderr, "reports/page/%s\n", error);
        abort();
    }
    template_write(template, values, out);
    template_free(template);
}
