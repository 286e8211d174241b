/* JSON values of a SARIF log. Lack of memory ends the program (arena.h). */
#define _GNU_SOURCE
#include "base/text.h"
#include "sarif/log.h"

#include <stdlib.h>
#include <string.h>

size_t sarif_size(const json_t *value)
{
    return json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
}

void sarif_set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) arena_must(NULL);
}

void sarif_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) arena_must(NULL);
}

void sarif_set_text(json_t *object, const char *key, const char *bytes)
{
    if (bytes == NULL) return;
    char *shown = text_shown(bytes);
    sarif_set(object, key, json_string(shown));
    free(shown);
}

/* Doubles braces, and escapes a bracket that would end a link's text. */
static char *literal(const char *shown)
{
    char *text = arena_must(malloc(strlen(shown) * 2 + 1));
    char *end = text;
    for (; *shown != '\0'; shown++) {
        if (*shown == '{' || *shown == '}') *end++ = *shown;
        if (*shown == ']' && shown[1] == '(') *end++ = '\\';
        *end++ = *shown;
    }
    *end = '\0';
    return text;
}

json_t *sarif_escaped(const char *shown)
{
    char *text = literal(shown);
    json_t *string = json_string(text);
    free(text);
    return arena_must(string);
}

json_t *sarif_message(char *bytes, size_t columns)
{
    char *shown = text_cut(bytes, columns);
    json_t *message = json_pack("{s:o}", "text", sarif_escaped(shown));
    free(bytes);
    free(shown);
    return arena_must(message);
}
