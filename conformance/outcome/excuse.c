/* Expected failures: read, looked up. */
#include "outcome/excuse.h"

#include "base/memory.h"
#include "base/number.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE_MAX ((size_t)1 << 20)

static bool fail(struct transcript_error *error, size_t line, size_t column, const char *text)
{
    *error = (struct transcript_error){.line = line, .column = column};
    snprintf(error->text, sizeof error->text, "%s", text);
    return false;
}

/* `DATE ID REASON` */
static bool read_line(struct excuses *out, size_t *capacity, char *text, size_t line,
                      struct transcript_error *error)
{
    size_t date = strcspn(text, " ");
    if (!number_is_day(text, date))
        return fail(error, line, 1, "no day of the calendar; expected \"YYYY-MM-DD ID REASON\"");
    char *id = text + date + strspn(text + date, " ");
    size_t id_size = strcspn(id, " ");
    char *reason = id + id_size + strspn(id + id_size, " ");
    if (id_size == 0 || *reason == '\0')
        return fail(error, line, (size_t)(reason - text) + 1,
                    "no id or no reason; expected \"YYYY-MM-DD ID REASON\"");
    out->items = memory_grow(out->items, out->count + 1, capacity, sizeof *out->items);
    struct excuse *excuse = &out->items[out->count++];
    *excuse = (struct excuse){
        .id = memory_slice(id, id_size), .reason = memory_text(reason), .line = line};
    memcpy(excuse->date, text, date);
    return true;
}

/* A NUL would end the list before its last line. */
static bool check_text(const uint8_t *bytes, size_t size, struct transcript_error *error)
{
    const uint8_t *nul = size == 0 ? NULL : memchr(bytes, '\0', size);
    size_t line = 1;
    if (nul == NULL) return true;
    for (const uint8_t *at = bytes; at < nul; at++) line += *at == '\n';
    return fail(error, line, 1, "a NUL byte; expected text");
}

bool excuses_read(const char *path, struct excuses *out, struct transcript_error *error)
{
    struct buffer text = {0};
    size_t capacity = 0;
    bool good = transcript_read_file(path, FILE_SIZE_MAX, &text, error)
                && check_text(text.bytes, text.size, error);
    buffer_append(&text, "", 1);
    char *rest = (char *)text.bytes;
    for (size_t line = 1; good && rest != NULL && *rest != '\0'; line++) {
        char *now = strsep(&rest, "\n");
        size_t size = strlen(now);
        while (size > 0 && (now[size - 1] == ' ' || now[size - 1] == '\r')) now[--size] = '\0';
        if (size > 0 && now[0] != '#') good = read_line(out, &capacity, now, line, error);
    }
    buffer_release(&text);
    if (!good) excuses_release(out);
    return good;
}

void excuses_release(struct excuses *excuses)
{
    for (size_t i = 0; i < excuses->count; i++) {
        free(excuses->items[i].id);
        free(excuses->items[i].reason);
    }
    free(excuses->items);
    *excuses = (struct excuses){0};
}

struct excuse *excuse_find(struct excuses *excuses, const char *id)
{
    for (size_t i = 0; i < excuses->count; i++)
        if (fnmatch(excuses->items[i].id, id, 0) == 0) return &excuses->items[i];
    return NULL;
}
