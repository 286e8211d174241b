/* Escapes text for Markdown. */
#define _GNU_SOURCE
#include "base/markdown_text.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFERENCE_SIZE 11 /* of the longest: `<wbr>&#64;` */

/* Bytes that start or end mark-up; `:` for `http://` and `:emoji:`; `.` for `www.`. */
static bool is_mark(char previous, char is)
{
    if (is == '.') return previous == 'w' || previous == 'W';
    return strchr("&<>`*_~[]!\\|@#:$", is) != NULL;
}

static char *referenced(const char *shown)
{
    char *text = arena_must(malloc(strlen(shown) * REFERENCE_SIZE + 1));
    char *end = text;
    char previous = '\0';
    for (; *shown != '\0'; previous = *shown++) {
        if (*shown == '@')
            end = stpcpy(end, "<wbr>"); /* GFM finds addresses after it decodes references */
        if (is_mark(previous, *shown)) end += sprintf(end, "&#%d;", *shown);
        else *end++ = *shown;
    }
    *end = '\0';
    return text;
}

/* Only words: no mark but a colon after a word, and no digit (issue references
 * have one). */
static bool is_plain(const char *shown)
{
    char previous = '\0';
    for (; *shown != '\0'; previous = *shown++) {
        bool ends = *shown == ':' && (shown[1] == ' ' || shown[1] == '\0');
        if (*shown >= '0' && *shown <= '9') return false;
        if (is_mark(previous, *shown) && !ends) return false;
    }
    return true;
}

/* Frees the text. */
static char *code(char *shown)
{
    char *text = referenced(shown);
    bool none = *text == '\0';
    char *whole = text_format("%s%s%s", none ? "" : "<code>", text, none ? "" : "</code>");
    free(shown);
    free(text);
    return whole;
}

char *markdown_text(const char *bytes)
{
    char *shown = text_shown(bytes);
    return is_plain(shown) ? shown : code(shown);
}

char *markdown_code(const char *bytes, size_t columns)
{
    return code(text_cut(bytes, columns));
}

char *markdown_fence(const char *text)
{
    size_t longest = 2;
    while (*text != '\0') {
        size_t run = strspn(text, "`");
        if (run > longest) longest = run;
        text += run == 0 ? 1 : run;
    }
    char *fence = arena_must(malloc(longest + 2));
    memset(fence, '`', longest + 1);
    fence[longest + 1] = '\0';
    return fence;
}
