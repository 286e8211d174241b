/* Prefix patterns are the user's own. A regular expression of glibc can take its
 * stack, gigabytes, or hours: groups deep in each other, repetitions of repetitions,
 * counts and back-references do that. They are refused before it is compiled. */
#include "script/capture_internal.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX  4
#define COPIES_MAX 64 /* of groups: each count copies them */

struct pattern {
    const char *at;
    size_t depth;
    bool repeats[DEPTH_MAX + 1]; /* a repetition stands in the group of that depth */
    bool is_repetition;          /* what stands before `at` is one, or holds one   */
    size_t count;                /* sum of what `{…}` says                         */
    size_t group_count;
    const char *fault; /* NULL: none                                               */
};

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
    pattern->group_count++;
    pattern->repeats[++pattern->depth] = false;
    pattern->is_repetition = false;
}

static void close_group(struct pattern *pattern)
{
    if (pattern->depth == 0) return; /* regcomp judges it */
    pattern->is_repetition = pattern->repeats[pattern->depth--];
    if (pattern->is_repetition) pattern->repeats[pattern->depth] = true;
}

static void repeat(struct pattern *pattern)
{
    if (pattern->is_repetition) pattern->fault = "a repetition of a repetition";
    pattern->repeats[pattern->depth] = pattern->is_repetition = true;
}

/* The numbers of `{…}`, which `at` stands in. */
static void count(struct pattern *pattern)
{
    size_t number = 0;
    for (; *pattern->at != '\0' && *pattern->at != '}'; pattern->at++) {
        bool is_digit = *pattern->at >= '0' && *pattern->at <= '9';
        number = is_digit ? number * 10 + (size_t)(*pattern->at - '0') : 0;
        if (number > CAPTURE_COUNT_MAX) break;
        if (is_digit && (pattern->at[1] < '0' || pattern->at[1] > '9')) pattern->count += number;
    }
    if (number > CAPTURE_COUNT_MAX || pattern->count > CAPTURE_COUNT_MAX)
        pattern->fault = "counts of more than 255 in all";
}

static void take(struct pattern *pattern)
{
    char byte = *pattern->at++;
    switch (byte) {
    case '(': open_group(pattern); return;
    case ')': close_group(pattern); return;
    case '*':
    case '+': repeat(pattern); return;
    case '?': return; /* once or not at all: it costs nothing */
    case '{':
        repeat(pattern);
        count(pattern);
        return;
    case '[': pattern->at = skip_bracket(pattern->at); break;
    case '\\':
        if (*pattern->at >= '0' && *pattern->at <= '9') pattern->fault = "a back-reference";
        if (*pattern->at != '\0') pattern->at++;
        break;
    default: break;
    }
    pattern->is_repetition = false;
}

const char *capture_find_fault(const char *text)
{
    struct pattern pattern = {.at = text};
    if (strlen(text) > CAPTURE_PATTERN_SIZE_MAX) return "more than 255 bytes";
    while (*pattern.at != '\0' && pattern.fault == NULL) take(&pattern);
    if (pattern.fault == NULL && pattern.group_count * pattern.count > COPIES_MAX)
        return "groups times counts of more than 64"; /* a group is copied for each */
    return pattern.fault;
}
