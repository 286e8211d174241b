/* Prefix patterns are the user's own. A regular expression of glibc can take its
 * stack, gigabytes, or hours: groups deep in each other, repetitions of repetitions,
 * counts that multiply and back-references do that. They are refused before it is
 * compiled. */
#include "script/capture_internal.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX  4
#define WEIGHT_MAX 512u /* atoms, those with a count that many times           */
#define GROUP      8u   /* atoms that a group weighs beside those in it        */

struct weight {
    size_t atoms;
    bool is_endless; /* `*`, `+` or `{n,}` stands in it                     */
};

struct pattern {
    const char *at;
    size_t depth;
    struct weight groups[DEPTH_MAX + 1]; /* of each depth: before `last`    */
    struct weight last;                  /* the atom that stands before `at` */
    const char *fault;                   /* NULL: none                      */
};

static void add(struct pattern *pattern, struct weight atom)
{
    struct weight *group = &pattern->groups[pattern->depth];
    group->atoms += pattern->last.atoms;
    group->is_endless = group->is_endless || pattern->last.is_endless;
    pattern->last = atom;
}

/* After the bracket that opens it. */
static const char *skip_bracket(const char *at)
{
    if (*at == '^') at++;
    if (*at == ']') at++;
    while (*at != '\0' && *at != ']') {
        bool names = at[0] == '[' && at[1] != '\0' && strchr(":.=", at[1]) != NULL;
        const char end[] = {at[1], ']', '\0'};
        const char *found = names ? strstr(at + 2, end) : NULL;
        at = found != NULL ? found + 2 : at + 1;
    }
    return *at == ']' ? at + 1 : at;
}

static void open_group(struct pattern *pattern)
{
    if (pattern->depth == DEPTH_MAX) {
        pattern->fault = "more than 4 groups in each other";
        return;
    }
    add(pattern, (struct weight){0});
    pattern->groups[++pattern->depth] = (struct weight){.atoms = GROUP};
}

static void close_group(struct pattern *pattern)
{
    if (pattern->depth == 0) return; /* regcomp judges it */
    add(pattern, (struct weight){0});
    pattern->last = pattern->groups[pattern->depth--];
}

static void repeat(struct pattern *pattern, size_t most, bool is_endless)
{
    if (pattern->last.is_endless) pattern->fault = "an endless repetition is repeated";
    pattern->last.atoms *= most;
    pattern->last.is_endless = is_endless;
}

/* The numbers of `{…}`, which `at` stands in. */
static void take_count(struct pattern *pattern)
{
    size_t most = 1;
    size_t number = 0;
    bool is_endless = false;
    for (; *pattern->at != '\0' && *pattern->at != '}'; pattern->at++) {
        bool is_digit = *pattern->at >= '0' && *pattern->at <= '9';
        number = is_digit ? number * 10 + (size_t)(*pattern->at - '0') : 0;
        if (number > WEIGHT_MAX) number = WEIGHT_MAX + 1;
        if (number > most) most = number;
        is_endless = *pattern->at == ',' && pattern->at[1] == '}';
    }
    repeat(pattern, most, is_endless);
}

static void take(struct pattern *pattern)
{
    char byte = *pattern->at++;
    switch (byte) {
    case '(': open_group(pattern); return;
    case ')': close_group(pattern); return;
    case '*':
    case '+': repeat(pattern, 1, true); return;
    case '?': return; /* once or not at all: it costs nothing */
    case '{': take_count(pattern); return;
    case '[': pattern->at = skip_bracket(pattern->at); break;
    case '\\':
        if (*pattern->at >= '0' && *pattern->at <= '9') pattern->fault = "a back-reference";
        if (*pattern->at != '\0') pattern->at++;
        break;
    default: break;
    }
    add(pattern, (struct weight){.atoms = 1});
}

const char *capture_find_fault(const char *text)
{
    struct pattern pattern = {.at = text};
    if (strlen(text) > CAPTURE_PATTERN_SIZE_MAX) return "more than 255 bytes";
    while (*pattern.at != '\0' && pattern.fault == NULL) {
        take(&pattern);
        if (pattern.groups[pattern.depth].atoms + pattern.last.atoms > WEIGHT_MAX)
            pattern.fault = "counts that multiply to more than 512";
    }
    return pattern.fault;
}
