/* Reads YAML with libyaml, restricted to what the catalogue uses. The file is read
 * twice: as events, to refuse what libyaml would let through, then as a
 * document.
 */
#include "base/memory.h"
#include "base/print.h"
#include "base/utf8.h"
#include "catalog/yaml_internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16

/* ---- complaints --------------------------------------------------------- */

#define HELD_MAX 4096 /* complaints; a file with more is not mended at once */

static void write_complaint(struct catalog_errors *errors, struct catalog_location at,
                            const char *text)
{
    if (errors->written++ >= CATALOG_ERROR_MAX) return;
    print(errors->out, "%s%s:", errors->prefix ? errors->prefix : "", at.file);
    if (at.line > 0) print(errors->out, "%u:%u:", at.line, at.column);
    print(errors->out, " %s\n", text);
}

void catalog_complain(struct catalog_errors *errors, struct catalog_location at, const char *format,
                      ...)
{
    errors->count++;
    if (!errors->out || errors->held_count == HELD_MAX) return;
    va_list arguments;
    va_start(arguments, format);
    char *text = memory_format_list(format, arguments);
    va_end(arguments);
    if (!errors->holds) {
        write_complaint(errors, at, text);
        free(text);
        return;
    }
    errors->held = memory_grow(errors->held, errors->held_count + 1, &errors->held_capacity,
                               sizeof *errors->held);
    errors->held[errors->held_count] = (struct catalog_complaint){at, text, errors->held_count};
    errors->held_count++;
}

void catalog_hold(struct catalog_errors *errors)
{
    errors->holds = true;
}

static int by_place(const void *left, const void *right)
{
    const struct catalog_complaint *a = left;
    const struct catalog_complaint *b = right;
    int order = strcmp(a->at.file, b->at.file);
    if (order) return order;
    if (a->at.line != b->at.line) return a->at.line < b->at.line ? -1 : 1;
    if (a->at.column != b->at.column) return a->at.column < b->at.column ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static bool is_repeated(const struct catalog_complaint *complaint)
{
    const struct catalog_complaint *before = complaint - 1;
    return strcmp(before->text, complaint->text) == 0 && before->at.line == complaint->at.line
           && before->at.column == complaint->at.column
           && strcmp(before->at.file, complaint->at.file) == 0;
}

void catalog_tell(struct catalog_errors *errors)
{
    if (errors->held_count > 0)
        qsort(errors->held, errors->held_count, sizeof *errors->held, by_place);
    for (size_t i = 0; i < errors->held_count; i++)
        if (i == 0 || !is_repeated(&errors->held[i]))
            write_complaint(errors, errors->held[i].at, errors->held[i].text);
    for (size_t i = 0; i < errors->held_count; i++) free(errors->held[i].text);
    free(errors->held);
    errors->held = NULL;
    errors->held_count = errors->held_capacity = 0;
    errors->holds = false;
}

/* ---- places ------------------------------------------------------------- */

static size_t character_size(const char *bytes)
{
    unsigned char first = (unsigned char)*bytes;
    return first < 0x80 ? 1u : first < 0xE0 ? 2u : first < 0xF0 ? 3u : 4u;
}

/* The place of byte `offset` in line `line`, 0 the first. */
static struct catalog_location place(const struct yaml_reader *reader, size_t line, size_t offset)
{
    struct catalog_location at = {reader->file, (unsigned)line + 1, 1};
    for (size_t raw = reader->lines[line]; raw < offset; at.column++)
        raw += character_size(reader->bytes + raw);
    return at;
}

/* To libyaml the end of a file without a last line break is on a further line. */
static struct catalog_location location(const struct yaml_reader *reader, yaml_mark_t mark)
{
    if (mark.line >= reader->line_count) return place(reader, reader->line_count - 1, reader->size);
    return (struct catalog_location){reader->file, (unsigned)mark.line + 1,
                                     (unsigned)mark.column + 1};
}

struct catalog_location yaml_reader_at(const struct yaml_reader *reader, const yaml_node_t *node)
{
    return location(reader, node->start_mark);
}

void yaml_reader_complain(struct yaml_reader *reader, const yaml_node_t *node, const char *format,
                          ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    catalog_complain(reader->errors, yaml_reader_at(reader, node), "%s", text);
}

/* ---- lines -------------------------------------------------------------- */

/* Size of the line break at `at` as libyaml counts lines, 0 if there is none. */
static size_t break_size(const char *bytes, size_t left)
{
    if (bytes[0] == '\r') return left > 1 && bytes[1] == '\n' ? 2 : 1;
    if (bytes[0] == '\n') return 1;
    if (left > 1 && memcmp(bytes, "\xC2\x85", 2) == 0) return 2;
    if (left > 2
        && (memcmp(bytes, "\xE2\x80\xA8", 3) == 0 || memcmp(bytes, "\xE2\x80\xA9", 3) == 0))
        return 3;
    return 0;
}

/* Returns: -1 with a complaint made if a line is too long. */
static int index_lines(struct yaml_reader *reader)
{
    size_t capacity = 0;
    size_t start = 0;
    for (size_t at = 0; at <= reader->size;) {
        size_t size = at < reader->size ? break_size(reader->bytes + at, reader->size - at) : 1;
        at += size ? size : 1;
        if (at - start > CATALOG_LINE_SIZE_MAX) {
            struct catalog_location where = {reader->file, (unsigned)reader->line_count + 1, 1};
            catalog_complain(reader->errors, where, "line of more than %u bytes",
                             CATALOG_LINE_SIZE_MAX);
            return -1;
        }
        if (!size) continue;
        reader->lines =
            memory_grow(reader->lines, reader->line_count + 1, &capacity, sizeof *reader->lines);
        reader->lines[reader->line_count++] = start;
        start = at;
    }
    return 0;
}

/* ---- texts and their bytes ---------------------------------------------- */

/* Bytes that one character of the text takes in the file, and gives. */
struct step {
    size_t raw;
    size_t columns;
    size_t bytes;
};

static struct step step_over(const char *raw, size_t left, yaml_scalar_style_t style)
{
    if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE && raw[0] == '\'') return (struct step){2, 2, 1};
    if (style == YAML_DOUBLE_QUOTED_SCALAR_STYLE && raw[0] == '\\' && left > 1) {
        size_t size = raw[1] == 'x' ? 4 : raw[1] == 'u' ? 6 : raw[1] == 'U' ? 10 : 2;
        return (struct step){size, size, 1};
    }
    size_t size = character_size(raw);
    return (struct step){size, 1, size};
}

struct catalog_location yaml_reader_at_byte(const struct yaml_reader *reader,
                                            const yaml_node_t *node, size_t offset)
{
    struct catalog_location at = yaml_reader_at(reader, node);
    yaml_scalar_style_t style = node->data.scalar.style;
    if (node->start_mark.line != node->end_mark.line || style == YAML_LITERAL_SCALAR_STYLE
        || style == YAML_FOLDED_SCALAR_STYLE)
        return at;
    size_t raw = reader->lines[node->start_mark.line];
    for (size_t column = 0; column < node->start_mark.column; column++)
        raw += character_size(reader->bytes + raw);
    if (style != YAML_PLAIN_SCALAR_STYLE) {
        raw++;
        at.column++;
    }
    for (size_t done = 0; done < offset && raw < reader->size;) {
        struct step step = step_over(reader->bytes + raw, reader->size - raw, style);
        raw += step.raw;
        at.column += (unsigned)step.columns;
        done += step.bytes;
    }
    return at;
}

/* ---- vetting ------------------------------------------------------------ */

/* libyaml gives a reader's error as an offset in bytes, others as a mark. */
static void complain_of_parser(struct yaml_reader *reader, const yaml_parser_t *parser)
{
    struct catalog_location at = location(reader, parser->problem_mark);
    const char *problem = parser->problem ? parser->problem : "unreadable";
    if (strcmp(problem, "mapping values are not allowed in this context") == 0) {
        catalog_complain(reader->errors, at,
                         "a colon makes this a mapping; put the text in quotes");
        return;
    }
    if (parser->error != YAML_READER_ERROR) {
        bool is_flow = strstr(problem, "expected ','") != NULL;
        catalog_complain(reader->errors, at, "%s%s%s%s", problem, parser->context ? " " : "",
                         parser->context ? parser->context : "",
                         is_flow ? "; put texts with a colon in quotes" : "");
        return;
    }
    size_t line = reader->line_count - 1;
    while (line > 0 && reader->lines[line] > parser->problem_offset) line--;
    catalog_complain(reader->errors, place(reader, line, parser->problem_offset),
                     "%s; expected UTF-8", problem);
}

/* What an event has that the catalogue does not use, or NULL. */
static const char *refusal(const yaml_event_t *event, unsigned documents, unsigned depth)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_ALIAS_EVENT) return "alias; expected the text written out";
    if (event->type == YAML_DOCUMENT_START_EVENT && documents > 1)
        return "second document; expected one";
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor) return "anchor; expected none";
    if (tag) return "tag; expected none";
    return depth > DEPTH_MAX ? "nested too deeply" : NULL;
}

static unsigned depth_after(const yaml_event_t *event, unsigned depth)
{
    if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT)
        return depth + 1;
    if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT)
        return depth - 1;
    return depth;
}

static void start_parser(yaml_parser_t *parser, const struct yaml_reader *reader)
{
    if (!yaml_parser_initialize(parser)) abort();
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, (const unsigned char *)reader->bytes, reader->size);
}

static int vet_events(struct yaml_reader *reader, yaml_parser_t *parser)
{
    unsigned documents = 0;
    unsigned depth = 0;
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            complain_of_parser(reader, parser);
            return -1;
        }
        depth = depth_after(&event, depth);
        documents += event.type == YAML_DOCUMENT_START_EVENT;
        more = event.type != YAML_STREAM_END_EVENT;
        const char *why = refusal(&event, documents, depth);
        struct catalog_location at = location(reader, event.start_mark);
        yaml_event_delete(&event);
        if (why) {
            catalog_complain(reader->errors, at, "%s", why);
            return -1;
        }
    }
    if (documents == 0) {
        catalog_complain(reader->errors, (struct catalog_location){reader->file, 1, 1},
                         "empty file; expected a mapping with the key set");
        return -1;
    }
    return 0;
}

static int load_document(struct yaml_reader *reader)
{
    yaml_parser_t parser;
    start_parser(&parser, reader);
    int status = yaml_parser_load(&parser, &reader->document) ? 0 : -1;
    if (status != 0) complain_of_parser(reader, &parser);
    yaml_parser_delete(&parser);
    return status;
}

int yaml_reader_open(struct yaml_reader *reader, const char *file, const void *bytes, size_t size,
                     struct catalog_errors *errors)
{
    *reader = (struct yaml_reader){.file = file, .bytes = bytes, .size = size, .errors = errors};
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) { /* some editors' byte order mark */
        reader->bytes += 3;
        reader->size -= 3;
    }
    if (size > CATALOG_FILE_SIZE_MAX) {
        catalog_complain(errors, (struct catalog_location){file, 1, 1},
                         "file of more than %u bytes", CATALOG_FILE_SIZE_MAX);
        return -1;
    }
    yaml_parser_t parser;
    start_parser(&parser, reader);
    int status = index_lines(reader);
    if (status == 0) status = vet_events(reader, &parser);
    yaml_parser_delete(&parser);
    if (status == 0) status = load_document(reader);
    if (status != 0) free(reader->lines);
    return status;
}

void yaml_reader_close(struct yaml_reader *reader)
{
    yaml_document_delete(&reader->document);
    free(reader->lines);
}

/* ---- nodes -------------------------------------------------------------- */

const yaml_node_t *yaml_reader_root(struct yaml_reader *reader)
{
    return yaml_document_get_root_node(&reader->document);
}

const yaml_node_t *yaml_reader_node(struct yaml_reader *reader, int index)
{
    return yaml_document_get_node(&reader->document, index);
}

size_t yaml_reader_count(const yaml_node_t *node)
{
    if (node->type == YAML_SEQUENCE_NODE)
        return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
}

const yaml_node_t *yaml_reader_item(struct yaml_reader *reader, const yaml_node_t *list,
                                    size_t index)
{
    return yaml_reader_node(reader, list->data.sequence.items.start[index]);
}

const yaml_node_t *yaml_reader_key(struct yaml_reader *reader, const yaml_node_t *mapping,
                                   size_t index)
{
    return yaml_reader_node(reader, mapping->data.mapping.pairs.start[index].key);
}

const yaml_node_t *yaml_reader_value(struct yaml_reader *reader, const yaml_node_t *mapping,
                                     size_t index)
{
    return yaml_reader_node(reader, mapping->data.mapping.pairs.start[index].value);
}

const char *yaml_reader_text(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

/* ---- what a node is ----------------------------------------------------- */

/* Complains of a node of the wrong kind. */
static bool is_kind(struct yaml_reader *reader, const yaml_node_t *node, yaml_node_type_t kind,
                    const char *what)
{
    static const char *const kinds[] = {"nothing", "text", "list", "mapping"};
    bool is_null = node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0;
    if (node->type == kind) return true;
    yaml_reader_complain(reader, node, "%s; expected %s", is_null ? "empty" : kinds[node->type],
                         what);
    return false;
}

static bool is_short(struct yaml_reader *reader, const yaml_node_t *node)
{
    if (yaml_reader_count(node) <= CATALOG_ENTRY_MAX) return true;
    yaml_reader_complain(reader, node, "more than %u entries", CATALOG_ENTRY_MAX);
    return false;
}

bool yaml_reader_is_list(struct yaml_reader *reader, const yaml_node_t *node, const char *what)
{
    return is_kind(reader, node, YAML_SEQUENCE_NODE, what) && is_short(reader, node);
}

bool yaml_reader_is_text(struct yaml_reader *reader, const yaml_node_t *node, const char *what)
{
    if (!is_kind(reader, node, YAML_SCALAR_NODE, what)) return false;
    const uint8_t *bytes = node->data.scalar.value;
    size_t size = node->data.scalar.length;
    for (size_t at = 0; at < size;) {
        uint32_t value = 0;
        size_t length = utf8_decode(bytes + at, size - at, &value);
        if (length == 0 || (value != '\n' && !print_is_shown(value))) {
            yaml_reader_complain(reader, node, "control character 0x%02X; expected %s", value,
                                 what);
            return false;
        }
        at += length;
    }
    return true;
}

static int by_text_then_place(const void *left, const void *right)
{
    const yaml_node_t *a = *(const yaml_node_t *const *)left;
    const yaml_node_t *b = *(const yaml_node_t *const *)right;
    int order = strcmp(yaml_reader_text(a), yaml_reader_text(b));
    if (order) return order;
    return (a->start_mark.index > b->start_mark.index)
           - (a->start_mark.index < b->start_mark.index);
}

/* libyaml keeps all pairs of a mapping, also those with the same key. */
static bool has_no_doubles(struct yaml_reader *reader, const yaml_node_t *mapping)
{
    size_t count = yaml_reader_count(mapping);
    const yaml_node_t **keys = memory_new(count, sizeof(yaml_node_t *));
    bool ok = true;
    for (size_t i = 0; i < count; i++) keys[i] = yaml_reader_key(reader, mapping, i);
    qsort(keys, count, sizeof(yaml_node_t *), by_text_then_place);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(yaml_reader_text(keys[i - 1]), yaml_reader_text(keys[i])) != 0) continue;
        yaml_reader_complain(reader, keys[i], "key \"%s\" is there twice; first in line %zu",
                             yaml_reader_text(keys[i]), keys[i - 1]->start_mark.line + 1);
        ok = false;
    }
    free(keys);
    return ok;
}

bool yaml_reader_is_mapping(struct yaml_reader *reader, const yaml_node_t *node, const char *what)
{
    if (!is_kind(reader, node, YAML_MAPPING_NODE, what) || !is_short(reader, node)) return false;
    for (size_t i = 0; i < yaml_reader_count(node); i++)
        if (!yaml_reader_is_text(reader, yaml_reader_key(reader, node, i), "a key")) return false;
    return has_no_doubles(reader, node);
}
