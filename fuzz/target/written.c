/* Checks of written texts: a page, a comment, JSON, what a terminal shows. */
#include "written.h"
#include "target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

FILE *written_open(struct written *out)
{
    *out = (struct written){0};
    FILE *file = open_memstream(&out->bytes, &out->size);
    if (file == NULL) abort();
    return file;
}

void written_close(FILE *file)
{
    if (fclose(file) != 0) fuzz_fail("written", "lost");
}

void written_is_inert(const char *what, const struct written *text)
{
    if (text->size == 0) fuzz_fail(what, "nothing");
    for (size_t i = 0; i < text->size; i++) {
        unsigned char byte = (unsigned char)text->bytes[i];
        if ((byte < 0x20 && byte != '\n') || byte == 0x7F)
            fuzz_fail(what, "byte 0x%02X at %zu: %s", byte, i, text->bytes);
    }
}

void written_is_quiet(const char *what, const struct written *complaints)
{
    static const char torn[] = ": the last line is cut short and left out";
    for (const char *line = complaints->bytes; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        const char *found = strstr(line, torn);
        if (end == NULL || found == NULL || found > end)
            fuzz_fail(what, "read, yet: %s", complaints->bytes);
        line = end + 1;
    }
}

void written_is_page(const char *what, const struct written *page)
{
    static const char *const once[] = {"<script", "</script", "<title", "</title",
                                       "<style",  "</style",  "<body",  "</html"};
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        const char *first = strstr(page->bytes, once[i]);
        if (first == NULL || strstr(first + 1, once[i]) != NULL)
            fuzz_fail(what, "%s is not there once", once[i]);
    }
    written_is_inert(what, page);
}

static bool is_own_tag(const char *at)
{
    static const char *const own[] = {
        "<b>",       "</b>",      "<code>",     "</code>",    "<wbr>",
        "<details>", "<summary>", "</summary>", "</details>", "<!-- atproof:",
    };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strncmp(at, own[i], strlen(own[i])) == 0) return true;
    return false;
}

/* What comes after the fenced block that begins there; NULL: it has no end. */
static const char *skip_block(const char *fence)
{
    size_t size = strspn(fence, "`");
    for (const char *line = strchr(fence, '\n'); line != NULL; line = strchr(line, '\n')) {
        line++;
        if (strspn(line, "`") == size && line[size] == '\n') return line + size;
    }
    return NULL;
}

void written_is_markdown(const char *what, const struct written *markdown)
{
    if (markdown->size > 65536) fuzz_fail(what, "%zu bytes", markdown->size);
    written_is_inert(what, markdown);
    for (const char *at = markdown->bytes; at != NULL && *at != '\0'; at++) {
        if (*at == '<' && !is_own_tag(at)) fuzz_fail(what, "tag: %s", at);
        if (*at == '`') at = skip_block(at);
        if (at == NULL) fuzz_fail(what, "a block without an end: %s", markdown->bytes);
    }
}

json_t *written_read_json(const char *what, const struct written *text)
{
    json_error_t error;
    json_t *json = json_loadb(text->bytes, text->size, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) fuzz_fail(what, "no JSON: %s: %s", error.text, text->bytes);
    return json;
}
