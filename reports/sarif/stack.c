/* Reads the frames of a stack as sanitizers print them: `#1 0x4a in on_line
 * FILE:12:3`, or a part of that. */
#define _GNU_SOURCE
#include "base/text.h"
#include "sarif/log.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 64

static const char digits[] = "0123456789";

/* ---- reading ---------------------------------------------------------- */

static const char *skip_spaces(const char *text)
{
    return text + strspn(text, " \t");
}

/* Skips number, address and `in`. */
static const char *skip_head(const char *text)
{
    text = skip_spaces(text);
    if (*text == '#') text = skip_spaces(text + 1 + strspn(text + 1, digits));
    if (strncmp(text, "0x", 2) == 0)
        text = skip_spaces(text + 2 + strspn(text + 2, "0123456789abcdefABCDEF"));
    return strncmp(text, "in ", 3) == 0 ? skip_spaces(text + 3) : text;
}

/* Cuts `:NUMBER` off the end of the path. Returns: the number, 0 if there is none. */
static size_t take_number(char *path)
{
    char *colon = strrchr(path, ':');
    if (colon == NULL || colon == path || colon[1] == '\0') return 0;
    if (colon[1 + strspn(colon + 1, digits)] != '\0') return 0;
    *colon = '\0';
    unsigned long number = strtoul(colon + 1, NULL, 10);
    return number > INT32_MAX ? 0 : number;
}

struct sarif_frame sarif_read_frame(const char *text)
{
    struct sarif_frame frame = {.function = text_format("%s", skip_head(text))};
    char *space = strrchr(frame.function, ' ');
    char *path = text_format("%s", space == NULL ? frame.function : space + 1);
    size_t last = take_number(path);
    size_t before = last == 0 ? 0 : take_number(path);
    if (last == 0) { /* only a function */
        free(path);
        return frame;
    }
    frame.line = before == 0 ? last : before;
    frame.path = path;
    if (space != NULL) *space = '\0';
    else frame.function[0] = '\0';
    return frame;
}

void sarif_frame_release(struct sarif_frame *frame)
{
    free(frame->function);
    free(frame->path);
    *frame = (struct sarif_frame){0};
}

/* ---- JSON ------------------------------------------------------------- */

static json_t *frame_of(struct sarif *sarif, const char *line)
{
    struct sarif_frame frame = sarif_read_frame(line);
    json_t *location = arena_must(json_object());
    json_t *logical = arena_must(json_object());
    json_t *json = arena_must(json_object());
    if (frame.path != NULL)
        sarif_set(location, "physicalLocation", sarif_place(sarif, frame.path, frame.line, NULL));
    sarif_set_text(logical, "fullyQualifiedName", *frame.function == '\0' ? line : frame.function);
    sarif_set(location, "logicalLocations", arena_must(json_pack("[o]", logical)));
    sarif_set(json, "location", location);
    sarif_frame_release(&frame);
    return json;
}

json_t *sarif_stack(struct sarif *sarif, const char *stack)
{
    char *text = text_format("%s", store_text(stack));
    char *rest = text;
    json_t *frames = arena_must(json_array());
    for (const char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*skip_spaces(line) != '\0' && json_array_size(frames) < FRAMES_MAX)
            sarif_append(frames, frame_of(sarif, line));
    free(text);
    if (json_array_size(frames) > 0) return arena_must(json_pack("{s:o}", "frames", frames));
    json_decref(frames);
    return NULL;
}

static bool is_within(const json_t *place)
{
    const json_t *artifact = json_object_get(place, "artifactLocation");
    const char *uri = json_string_value(json_object_get(artifact, "uri"));
    return uri != NULL && strncmp(uri, "file:", 5) != 0;
}

json_t *sarif_stack_place(struct sarif *sarif, const char *stack)
{
    json_t *place = NULL;
    json_t *all = sarif_stack(sarif, stack);
    size_t index = 0;
    const json_t *frame = NULL;
    json_array_foreach(json_object_get(all, "frames"), index, frame)
    {
        json_t *found = json_object_get(json_object_get(frame, "location"), "physicalLocation");
        if (place == NULL && is_within(found)) place = json_incref(found);
    }
    json_decref(all);
    return place;
}
