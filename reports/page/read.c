/* Reads a template and binds its names.
 *
 *   template = *line
 *   line     = *SP tag *SP LF      ; a tag alone, no value: the line vanishes
 *            / *SP *(text / tag) ["\"] LF  ; the spaces in front are dropped,
 *                                  ; and after a "\" the line end, too
 *   tag      = "{{" name ["|" format] "}}"          ; a value
 *            / "{{#" name "}}" / "{{^" name "}}"    ; a section begins
 *            / "{{/" name "}}"                      ; and ends, in the same file
 *            / "{{>" file "}}"                      ; the file stands here
 *            / "{{!" text "}}"                      ; a comment
 *   name     = member of the struct, or of one around it / "@first"
 *   format   = "grouped" / "count " word / "duration" / "0.1" / "0.01"
 *
 * A value stands in text or in an attribute's double quotes, where escaping makes
 * it harmless; elsewhere it is an error. */
#include "page/nodes.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 24
#define USES_MAX  96

/* Where in HTML the reader is. */
enum place {
    PLACE_TEXT,
    PLACE_RAW,    /* in <style> or <script>                                  */
    PLACE_TAG,    /* from < to >                                             */
    PLACE_RAWTAG, /* of <style> and <script>                                 */
    PLACE_QUOTED,
};

struct source {
    const struct template_file *file;
    const char *at;
    const struct source *outer; /* that includes it; NULL: none              */
};

struct open {
    const struct source *source;
    const char *at, *name;
    size_t size, node;
    enum place place;
    bool has_scope;
};

/* A shape that the template has met, and which of its fields are named. */
struct use {
    const struct template_shape *shape;
    const struct template_file *file;
    const char *at; /* where first                                           */
    uint64_t fields;
};

struct reader {
    struct template *made;
    const struct template_file *files;
    const struct template_shape *scopes[DEPTH_MAX];
    size_t scope_count;
    struct open open[DEPTH_MAX];
    size_t open_count;
    struct use uses[USES_MAX];
    size_t use_count;
    enum place place;
    char *error;
    size_t error_size;
};

struct tag {
    char sigil; /* 0: a value                                                */
    const char *at, *end;
    const char *name, *format; /* format: NULL: none                         */
    size_t size, format_size;
};

/* ---- errors ----------------------------------------------------------- */

/* Returns: false. */
__attribute__((format(printf, 4, 5))) static bool fail(struct reader *reader,
                                                       const struct template_file *file,
                                                       const char *at, const char *format, ...)
{
    size_t line = 1;
    const char *begin = file->begin;
    for (const char *c = file->begin; c < at; c++)
        if (*c == '\n') {
            line++;
            begin = c + 1;
        }
    int size = snprintf(reader->error, reader->error_size, "%s:%zu:%zu: ", file->name, line,
                        (size_t)(at - begin) + 1);
    if (size < 0 || (size_t)size >= reader->error_size) return false;
    va_list values;
    va_start(values, format);
    vsnprintf(reader->error + size, reader->error_size - (size_t)size, format, values);
    va_end(values);
    return false;
}

/* ---- nodes ------------------------------------------------------------ */

static struct node *add_node(struct reader *reader, enum node_kind kind)
{
    struct template *made = reader->made;
    made->nodes =
        arena_room(&made->arena, made->nodes, made->count, &made->capacity, sizeof *made->nodes);
    struct node *node = &made->nodes[made->count++];
    node->kind = kind;
    return node;
}

static bool starts(const char *at, const char *end, const char *word)
{
    size_t size = strlen(word);
    return (size_t)(end - at) >= size && memcmp(at, word, size) == 0;
}

static bool is_raw(const char *at, const char *end)
{
    return starts(at, end, "<style") || starts(at, end, "<script");
}

/* Where the reader is after the byte at `at`. */
static enum place place_after(enum place place, const char *at, const char *end)
{
    static const struct {
        char byte;
        enum place before, after;
    } moves[] = {
        {'<', PLACE_TEXT, PLACE_TAG},   {'<', PLACE_RAW, PLACE_TAG},
        {'>', PLACE_TAG, PLACE_TEXT},   {'>', PLACE_RAWTAG, PLACE_RAW},
        {'"', PLACE_TAG, PLACE_QUOTED}, {'"', PLACE_QUOTED, PLACE_TAG},
    };
    if (place == PLACE_TEXT && is_raw(at, end)) return PLACE_RAWTAG;
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
        if (*at == moves[i].byte && place == moves[i].before) return moves[i].after;
    return place;
}

static void add_literal(struct reader *reader, const char *begin, const char *end)
{
    if (begin == end) return;
    struct node *node = add_node(reader, NODE_LITERAL);
    node->text = begin;
    node->size = (size_t)(end - begin);
    for (const char *at = begin; at < end; at++)
        reader->place = place_after(reader->place, at, end);
}

/* ---- names ------------------------------------------------------------ */

static bool is_named(const char *name, const char *text, size_t size)
{
    return strlen(name) == size && memcmp(name, text, size) == 0;
}

static struct use *use_of(struct reader *reader, const struct template_shape *shape)
{
    for (size_t i = 0; i < reader->use_count; i++)
        if (reader->uses[i].shape == shape) return &reader->uses[i];
    return NULL;
}

static const struct template_field first_field = {.name = "@first", .kind = TEMPLATE_FIRST};

/* Writes: *up. Returns: NULL with the error set. */
static const struct template_field *find_field(struct reader *reader, const struct source *source,
                                               const struct tag *tag, size_t *up)
{
    *up = 0;
    if (is_named(first_field.name, tag->name, tag->size)) return &first_field;
    for (; *up < reader->scope_count; ++*up) {
        const struct template_shape *shape = reader->scopes[reader->scope_count - 1 - *up];
        for (size_t i = 0; i < shape->field_count; i++) {
            if (!is_named(shape->fields[i].name, tag->name, tag->size)) continue;
            use_of(reader, shape)->fields |= (uint64_t)1 << i;
            return &shape->fields[i];
        }
    }
    fail(reader, source->file, tag->at, "no value is named \"%.*s\" in %s", (int)tag->size,
         tag->name, reader->scopes[reader->scope_count - 1]->name);
    return NULL;
}

static bool enter(struct reader *reader, const struct source *source, const char *at,
                  const struct template_shape *shape)
{
    if (reader->scope_count == DEPTH_MAX || shape->field_count > TEMPLATE_FIELDS_MAX)
        return fail(reader, source->file, at, "too deep, or too many values");
    reader->scopes[reader->scope_count++] = shape;
    if (use_of(reader, shape) != NULL) return true;
    if (reader->use_count == USES_MAX) return fail(reader, source->file, at, "too many shapes");
    reader->uses[reader->use_count++] = (struct use){shape, source->file, at, 0};
    return true;
}

static bool check_used(struct reader *reader)
{
    for (size_t i = 0; i < reader->use_count; i++) {
        const struct use *use = &reader->uses[i];
        for (size_t j = 0; j < use->shape->field_count; j++)
            if ((use->fields >> j & 1) == 0)
                return fail(reader, use->file, use->at, "the value \"%s\" of %s is never used",
                            use->shape->fields[j].name, use->shape->name);
    }
    return true;
}

/* ---- tags ------------------------------------------------------------- */

/* The tag that begins at `at`. */
static bool scan_tag(struct reader *reader, const struct source *source, const char *at,
                     struct tag *tag)
{
    const char *begin = at + 2;
    const char *end = begin;
    while (end + 1 < source->file->end && *end != '\n' && (end[0] != '}' || end[1] != '}')) end++;
    if (end + 1 >= source->file->end || *end == '\n') {
        fail(reader, source->file, at, "the tag does not end on its line");
        return false;
    }
    *tag = (struct tag){.at = at, .end = end + 2};
    if (begin < end && strchr("#^/>!", *begin) != NULL) tag->sigil = *begin++;
    tag->name = begin;
    tag->size = (size_t)(end - begin);
    const char *bar = tag->sigil == 0 ? memchr(begin, '|', tag->size) : NULL;
    if (bar == NULL) return true;
    tag->size = (size_t)(bar - begin);
    tag->format = bar + 1;
    tag->format_size = (size_t)(end - bar - 1);
    return true;
}

static bool read_format(const struct tag *tag, struct node *node)
{
    static const struct {
        const char *word;
        enum template_kind kind;
        enum format format;
    } formats[] = {
        {"grouped", TEMPLATE_NUMBER, FORMAT_GROUPED},
        {"duration", TEMPLATE_REAL, FORMAT_DURATION},
        {"0.1", TEMPLATE_REAL, FORMAT_TENTHS},
        {"0.01", TEMPLATE_REAL, FORMAT_CENTS},
    };
    enum template_kind kind = node->field->kind;
    if (tag->format == NULL) return kind == TEMPLATE_TEXT || kind == TEMPLATE_NUMBER;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (formats[i].kind == kind && is_named(formats[i].word, tag->format, tag->format_size)) {
            node->format = formats[i].format;
            return true;
        }
    static const char count[] = "count ";
    size_t size = sizeof count - 1;
    if (kind != TEMPLATE_NUMBER || tag->format_size <= size
        || memcmp(tag->format, count, size) != 0)
        return false;
    node->format = FORMAT_COUNT;
    node->text = tag->format + size;
    node->size = tag->format_size - size;
    return true;
}

static bool read_value(struct reader *reader, const struct source *source, const struct tag *tag)
{
    size_t up = 0;
    const struct template_field *field = find_field(reader, source, tag, &up);
    if (field == NULL) return false;
    if (reader->place != PLACE_TEXT && reader->place != PLACE_QUOTED)
        return fail(reader, source->file, tag->at,
                    "a value stands in text or between double quotes only");
    struct node *node = add_node(reader, NODE_VALUE);
    node->field = field;
    node->up = up;
    if (read_format(tag, node)) return true;
    return fail(reader, source->file, tag->at, "\"%s\" is not written so: %.*s", field->name,
                (int)(tag->end - tag->at), tag->at);
}

static bool open_section(struct reader *reader, const struct source *source, const struct tag *tag)
{
    size_t up = 0;
    const struct template_field *field = find_field(reader, source, tag, &up);
    if (field == NULL) return false;
    bool inverted = tag->sigil == '^';
    if (field->kind == TEMPLATE_REAL || (inverted && field->kind == TEMPLATE_EACH))
        return fail(reader, source->file, tag->at, "\"%s\" makes no such section", field->name);
    if (reader->open_count == DEPTH_MAX) return fail(reader, source->file, tag->at, "too deep");
    struct open *open = &reader->open[reader->open_count++];
    *open = (struct open){source,
                          tag->at,
                          tag->name,
                          tag->size,
                          reader->made->count,
                          reader->place,
                          !inverted && field->items != NULL};
    struct node *node = add_node(reader, inverted ? NODE_INVERTED : NODE_SECTION);
    node->field = field;
    node->up = up;
    return !open->has_scope || enter(reader, source, tag->at, field->items);
}

static bool close_section(struct reader *reader, const struct source *source, const struct tag *tag)
{
    const struct open *open =
        reader->open_count == 0 ? NULL : &reader->open[reader->open_count - 1];
    if (open == NULL || open->source != source || open->size != tag->size
        || memcmp(open->name, tag->name, tag->size) != 0)
        return fail(reader, source->file, tag->at, "no section \"%.*s\" is open here",
                    (int)tag->size, tag->name);
    if (open->place != reader->place)
        return fail(reader, source->file, tag->at,
                    "the section \"%.*s\" ends within a tag or quotes that it opened",
                    (int)tag->size, tag->name);
    reader->made->nodes[open->node].end = reader->made->count;
    if (open->has_scope) reader->scope_count--;
    reader->open_count--;
    return true;
}

/* ---- files ------------------------------------------------------------ */

static bool read_file(struct reader *reader, const struct template_file *file,
                      const struct source *outer);

static const struct template_file *find_file(const struct template_file *files, const char *name,
                                             size_t size)
{
    while (files->name != NULL && !is_named(files->name, name, size)) files++;
    return files->name == NULL ? NULL : files;
}

static bool is_template(const struct template_file *file)
{
    size_t size = strlen(file->name);
    return size > 5 && strcmp(file->name + size - 5, ".html") == 0;
}

static bool include(struct reader *reader, const struct source *source, const struct tag *tag)
{
    const struct template_file *file = find_file(reader->files, tag->name, tag->size);
    if (file == NULL)
        return fail(reader, source->file, tag->at, "no file is named \"%.*s\"", (int)tag->size,
                    tag->name);
    for (const struct source *outer = source; outer != NULL; outer = outer->outer)
        if (outer->file == file)
            return fail(reader, source->file, tag->at, "%s includes itself", file->name);
    if (is_template(file)) return read_file(reader, file, source);
    struct node *node = add_node(reader, NODE_LITERAL);
    node->text = file->begin;
    node->size = (size_t)(file->end - file->begin);
    return true;
}

static bool read_tag(struct reader *reader, const struct source *source, const struct tag *tag)
{
    switch (tag->sigil) {
    case '!': return true;
    case '>': return include(reader, source, tag);
    case '/': return close_section(reader, source, tag);
    case '#':
    case '^': return open_section(reader, source, tag);
    default: return read_value(reader, source, tag);
    }
}

static const char *skip_spaces(const char *at, const char *end)
{
    while (at < end && *at == ' ') at++;
    return at;
}

static bool is_tag(const char *at, const char *end)
{
    return starts(at, end, "{{");
}

/* The text and tags of a line, after its indentation. */
static bool read_pieces(struct reader *reader, struct source *source)
{
    const char *begin = source->at;
    const char *end = source->file->end;
    while (source->at < end && *source->at != '\n') {
        if (!is_tag(source->at, end)) {
            source->at++;
            continue;
        }
        struct tag tag = {0};
        add_literal(reader, begin, source->at);
        if (!scan_tag(reader, source, source->at, &tag) || !read_tag(reader, source, &tag))
            return false;
        begin = source->at = tag.end;
    }
    bool joined = source->at > begin && source->at[-1] == '\\';
    const char *line_end = source->at < end ? source->at + 1 : end;
    add_literal(reader, begin, joined ? source->at - 1 : line_end);
    source->at = line_end;
    return true;
}

static bool read_line(struct reader *reader, struct source *source)
{
    const char *end = source->file->end;
    struct tag tag = {0};
    source->at = skip_spaces(source->at, end);
    if (!is_tag(source->at, end)) return read_pieces(reader, source);
    if (!scan_tag(reader, source, source->at, &tag)) return false;
    const char *after = skip_spaces(tag.end, end);
    if (tag.sigil == 0 || after == end || *after != '\n') return read_pieces(reader, source);
    source->at = after + 1;
    return read_tag(reader, source, &tag);
}

static bool read_file(struct reader *reader, const struct template_file *file,
                      const struct source *outer)
{
    struct source source = {file, file->begin, outer};
    while (source.at < file->end)
        if (!read_line(reader, &source)) return false;
    if (reader->open_count == 0) return true;
    const struct open *open = &reader->open[reader->open_count - 1];
    if (open->source != &source) return true;
    return fail(reader, file, open->at, "the section \"%.*s\" is never closed", (int)open->size,
                open->name);
}

struct template *template_read(const struct template_file *files, const char *name,
                               const struct template_shape *shape, char *error, size_t error_size)
{
    struct template *made = arena_must(calloc(1, sizeof *made));
    struct reader reader = {.made = made, .files = files, .error = error, .error_size = error_size};
    const struct template_file *file = find_file(files, name, strlen(name));
    struct source source = {file, NULL, NULL};
    if (file == NULL) snprintf(error, error_size, "%s: no such template", name);
    else if (enter(&reader, &source, file->begin, shape) && read_file(&reader, file, NULL)
             && check_used(&reader))
        return made;
    template_free(made);
    return NULL;
}

void template_free(struct template *is)
{
    if (is == NULL) return;
    arena_release(&is->arena);
    free(is);
}
