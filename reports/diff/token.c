/* Texts without the parts that vary from run to run: numbers, dates, and the values
 * that a lab gives to the host.
 *
 *     text = { word | other } ;      word: letters, digits, bytes above 0x7F
 *
 * Texts have C escapes (results.h): `\r` is not the word `r`. */
#include "diff/diff.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PAIR_MAX 64

struct pair {
    const char *texts[2];
};

struct diff_map {
    struct arena *arena;
    struct pair *pairs; /* PAIR_MAX, once there is one */
    size_t count;
};

/* ---- words ------------------------------------------------------------ */

/* The size of the word at `at` in bytes, 0 if there is none. */
static size_t word_size(const char *at)
{
    size_t size = 0;
    while (isalnum((unsigned char)at[size]) || (unsigned char)at[size] > 0x7F) size++;
    return size;
}

/* The size of what is between words, in bytes: one byte, or an escape. */
static size_t other_size(const char *at)
{
    if (at[0] != '\\' || at[1] == '\0') return 1;
    return at[1] == 'x' && at[2] != '\0' && at[3] != '\0' ? 4 : 2;
}

static bool is_calendar(const char *word, size_t size)
{
    static const char names[] = "Mon Tue Wed Thu Fri Sat Sun "
                                "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
    for (const char *at = names; size == 3 && *at != '\0'; at += 4)
        if (memcmp(at, word, 3) == 0) return true;
    return false;
}

static char *put_shape(char *end, const char *word, size_t size)
{
    if (is_calendar(word, size)) {
        *end++ = '0';
        return end;
    }
    for (size_t i = 0; i < size; i++) {
        bool digit = isdigit((unsigned char)word[i]) != 0;
        bool goes_on = digit && i > 0 && isdigit((unsigned char)word[i - 1]);
        if (!goes_on) *end++ = (char)(digit ? '0' : word[i]);
    }
    return end;
}

const char *diff_shape(struct arena *arena, const char *text)
{
    char *shape = arena_new(arena, strlen(text) + 1, 1);
    char *end = shape;
    while (*text != '\0') {
        size_t size = word_size(text);
        if (size > 0) {
            end = put_shape(end, text, size);
        } else {
            size = other_size(text);
            memcpy(end, text, size);
            end += size;
        }
        text += size;
    }
    return shape;
}

/* ---- the map ---------------------------------------------------------- */

struct diff_map *diff_map_new(struct arena *arena)
{
    struct diff_map *map = arena_new(arena, 1, sizeof *map);
    map->arena = arena;
    return map;
}

static bool is_word(const char *text, const char *word, size_t size)
{
    return strlen(text) == size && memcmp(text, word, size) == 0;
}

static bool has_pair(const struct diff_map *map, const char *old, size_t old_size, const char *new,
                     size_t new_size)
{
    for (size_t i = 0; i < map->count; i++)
        if (is_word(map->pairs[i].texts[0], old, old_size)
            && is_word(map->pairs[i].texts[1], new, new_size))
            return true;
    return false;
}

static const char *keep(struct arena *arena, const char *word, size_t size)
{
    return memcpy(arena_new(arena, size + 1, 1), word, size);
}

static bool learn_pair(struct diff_map *map, const char *old, size_t old_size, const char *new,
                       size_t new_size)
{
    bool same = old_size == new_size && memcmp(old, new, old_size) == 0;
    if (same || has_pair(map, old, old_size, new, new_size)) return true;
    if (map->count == PAIR_MAX) return false;
    if (map->pairs == NULL) map->pairs = arena_new(map->arena, PAIR_MAX, sizeof *map->pairs);
    map->pairs[map->count++] =
        (struct pair){{keep(map->arena, old, old_size), keep(map->arena, new, new_size)}};
    return true;
}

/* Compares both texts word by word. With `learn` differing words are added to the map,
 * without it they must be in the map. */
static bool walk(struct diff_map *map, const char *old, const char *new, bool learn)
{
    while (*old != '\0' && *new != '\0') {
        size_t one = word_size(old);
        size_t two = word_size(new);
        if ((one == 0) != (two == 0)) return false;
        bool good = true;
        if (one == 0) {
            one = two = other_size(old);
            good = strncmp(old, new, one) == 0;
        } else if (learn) {
            good = learn_pair(map, old, one, new, two);
        } else {
            bool same = one == two && memcmp(old, new, one) == 0;
            good = same || has_pair(map, old, one, new, two);
        }
        if (!good) return false;
        old += one;
        new += two;
    }
    return *old == *new;
}

bool diff_map_learn(struct diff_map *map, const char *old, const char *new)
{
    size_t count = map->count;
    bool good = walk(map, old, new, true);
    if (!good) map->count = count;
    return good;
}

bool diff_map_fits(const struct diff_map *map, const char *old, const char *new)
{
    if (strcmp(old, new) == 0) return true;
    return map->count > 0 && walk((struct diff_map *)(uintptr_t)map, old, new, false);
}

size_t diff_map_count(const struct diff_map *map)
{
    return map->count;
}

void diff_map_pair(const struct diff_map *map, size_t index, const char *texts[2])
{
    texts[0] = map->pairs[index].texts[0];
    texts[1] = map->pairs[index].texts[1];
}
