/* How a generated case is written. */
#include "base/memory.h"
#include "cases/cases_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- ids -------------------------------------------------------------- */

static bool is_taken(const struct cases_maker *maker, const char *id)
{
    for (size_t i = 0; i < maker->ids.count; i++)
        if (strcmp(maker->ids.items[i], id) == 0) return true;
    return false;
}

/* What a name may not hold becomes `-`; in a clause the dots stay. */
static void simplify(char *text)
{
    for (; *text != '\0'; text++) {
        bool good = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')
                    || (*text >= '0' && *text <= '9') || strchr("._-/", *text) != NULL;
        if (!good) *text = '-';
    }
}

static char *new_id(struct cases_maker *maker, char *id)
{
    char *found = memory_text(id);
    for (unsigned i = 2; is_taken(maker, found); i++) {
        free(found);
        found = memory_format("%s-%u", id, i);
    }
    free(id);
    *LIST_ADD(&maker->ids) = found;
    return found;
}

/* ---- files ------------------------------------------------------------ */

static void put(struct cases_maker *maker, const char *text)
{
    buffer_append_text(&maker->file->text, text);
}

static const char *document(const struct cases_maker *maker)
{
    for (size_t i = 0; maker->edition != NULL && i < maker->set->edition_count; i++)
        if (strcmp(maker->set->editions[i].name, maker->edition) == 0)
            return maker->set->editions[i].document;
    return maker->set->document != NULL ? maker->set->document : maker->set->title;
}

void cases_open_file(struct cases_maker *maker, const char *clause)
{
    struct cases *out = maker->out;
    char *name = memory_text(clause);
    simplify(name);
    char *path = memory_format("%s/generated/%s.at", maker->folder, name);
    free(name);
    maker->clause = clause;
    for (size_t i = 0; i < out->file_count; i++)
        if (strcmp(out->files[i].path, path) == 0) {
            maker->file = &out->files[i];
            free(path);
            return;
        }
    out->files =
        memory_grow(out->files, out->file_count + 1, &maker->file_capacity, sizeof *out->files);
    maker->file = &out->files[out->file_count++];
    maker->file->path = path;
}

void cases_begin(struct cases_maker *maker, const char *title, const char *name, ...)
{
    va_list arguments;
    va_start(arguments, name);
    char *tail = memory_format_list(name, arguments);
    va_end(arguments);
    char *clause = memory_text(maker->clause);
    for (char *at = clause; *at != '\0'; at++)
        if (*at == '/') *at = '-';
    char *id = memory_format("%s/%s/%s", maker->folder, clause, tail);
    simplify(id);
    id = new_id(maker, id);
    bool first = maker->file->text.size == 0;
    if (!first) put(maker, "\n");
    put(maker, "@ id: ");
    put(maker, id);
    if (first) {
        put(maker, "\n@ dialect: ");
        put(maker, maker->dialect);
    }
    put(maker, "\n@ title: ");
    put(maker, title);
    if (first) {
        put(maker, "\n@ source: ");
        put(maker, document(maker));
        put(maker, "\n@ generated: atproof catalog --cases");
    }
    put(maker, "\n\n");
    maker->line_count = 0;
    free(clause);
    free(tail);
}

/* ---- lines ------------------------------------------------------------ */

/* A brace opens a placeholder unless it is doubled. */
static void put_literal(struct cases_maker *maker, const char *text)
{
    for (; *text != '\0'; text++) {
        char one[3] = {*text, *text == '{' ? '{' : '\0', '\0'};
        put(maker, one);
    }
}

static bool is_twisted(const struct cases_twist *twist, const struct catalog_field *field,
                       const struct catalog_record *record)
{
    if (twist->param == NULL || field->kind != CATALOG_FIELD_PARAM
        || strcmp(twist->param, field->text) != 0)
        return false;
    if (record == NULL) return twist->in_args;
    return twist->in_response && (twist->record == NULL || twist->record == record);
}

static char *field_text(const struct cases_maker *maker, const struct catalog_field *field,
                        const struct catalog_record *record, bool is_length,
                        const struct cases_twist *twist)
{
    if (is_twisted(twist, field, record)) return memory_text(twist->text);
    return cases_example(maker, field, is_length);
}

static bool counts_upload(const struct cases_maker *maker, size_t argument)
{
    return maker->form->upload == CATALOG_UPLOAD_COUNTED && maker->form->upload_arg == argument;
}

static bool asks(const struct cases_maker *maker, const struct catalog_field *field)
{
    return maker->form->asks != NULL && field->kind == CATALOG_FIELD_PARAM
           && strcmp(maker->form->asks, field->text) == 0;
}

/* `AT+X=…`, without its line end. */
static void put_command_text(struct cases_maker *maker, const struct cases_twist *twist)
{
    const struct catalog_syntax *syntax = &maker->form->syntax;
    bool write = syntax->kind == ATP_FORM_WRITE;
    put(maker, "AT");
    put_literal(maker, maker->command->name);
    if (syntax->kind == ATP_FORM_TEST) put(maker, "=?");
    if (syntax->kind == ATP_FORM_READ) put(maker, "?");
    if (write) put(maker, "=");
    for (size_t i = 0, given = 0; i < syntax->arg_count; i++) {
        const struct catalog_field *field = &syntax->args[i];
        if (twist->bare && field->optional) continue;
        bool length = counts_upload(maker, i);
        char *text = field_text(maker, field, NULL, length, twist);
        if (asks(maker, field) && !is_twisted(twist, field, NULL)) {
            free(text);
            text = memory_text("100");
        }
        if (given++ > 0) put(maker, ",");
        put_literal(maker, text);
        free(text);
    }
}

void cases_put_command(struct cases_maker *maker, const struct cases_twist *twist)
{
    put(maker, "> ");
    put_command_text(maker, twist);
    put(maker, "\n");
}

/* As bytes: the echo has no line end before it. */
void cases_put_echo(struct cases_maker *maker, const struct cases_twist *twist)
{
    size_t first = maker->file->text.size;
    put_command_text(maker, twist);
    struct buffer *text = &maker->file->text;
    char *echo = memory_slice((const char *)text->bytes + first, text->size - first);
    text->size = first;
    put(maker, "<< \"");
    for (const char *at = echo; *at != '\0'; at++) {
        const char one[3] = {'\\', *at, '\0'};
        put(maker, *at == '"' ? one : one + 1);
    }
    put(maker, "\\r\"\n");
    free(echo);
}

static void put_due_urc(struct cases_maker *maker)
{
    const struct catalog_record *record = maker->urc_record;
    if (record == NULL || maker->line_count != maker->urc_place) return;
    maker->urc_record = NULL; /* once */
    cases_put_urc(maker, maker->urc_set, record);
}

static bool is_payload_length(const struct catalog_record *record, size_t field)
{
    return record->has_payload && field + 1 == record->field_count;
}

static void put_fields(struct cases_maker *maker, const struct catalog_record *record,
                       const struct cases_twist *twist)
{
    for (size_t i = 0, given = 0; i < record->field_count; i++) {
        char *text =
            field_text(maker, &record->fields[i], record, is_payload_length(record, i), twist);
        if (given++ > 0) put(maker, ",");
        put_literal(maker, text);
        free(text);
    }
}

void cases_put_text(struct cases_maker *maker, const char *text)
{
    put(maker, text);
}

void cases_put_record(struct cases_maker *maker, const struct catalog_record *record,
                      const struct cases_twist *twist, bool extra)
{
    put(maker, "< ");
    if (record->name != NULL) put_literal(maker, record->name);
    if (record->name != NULL && record->has_colon) put(maker, ": ");
    else if (record->name != NULL && record->field_count > 0) put(maker, " ");
    put_fields(maker, record, twist);
    if (extra) put(maker, ",1");
    put(maker, "\n");
    if (record->has_payload) put(maker, "<= length 5\n");
    maker->line_count++;
    put_due_urc(maker);
}

void cases_put_urc(struct cases_maker *maker, const struct catalog_set *set,
                   const struct catalog_record *record)
{
    struct cases_maker of_set = *maker;
    struct cases_twist plain = CASES_PLAIN;
    of_set.set = set;
    of_set.command = NULL;
    of_set.form = NULL;
    of_set.urc_record = NULL;
    cases_put_record(&of_set, record, &plain, false);
}

/* The prompt, and what the host then sends. */
static void put_upload(struct cases_maker *maker, const struct catalog_record *record,
                       const struct cases_twist *twist)
{
    if (record->name[0] == '>') put(maker, "<< \"\\r\\n> \"\n");
    else cases_put_record(maker, record, twist, false);
    if (maker->form->upload == CATALOG_UPLOAD_CTRL_Z) put(maker, ">> \"hello\\x1A\"\n");
    else put(maker, ">= length 5\n");
}

static void put_element(struct cases_maker *maker, const struct catalog_record *record,
                        const struct cases_twist *twist, bool prompts, bool extra)
{
    unsigned count = record->repeated && twist->repeats > 0 ? twist->repeats : 1;
    if (record->optional && !twist->optional) return;
    if (prompts) {
        put_upload(maker, record, twist);
        return;
    }
    for (unsigned i = 0; i < count; i++) cases_put_record(maker, record, twist, extra);
}

void cases_put_response(struct cases_maker *maker, const struct catalog_variant *variant,
                        const struct cases_twist *twist)
{
    bool uploads = maker->form->upload != CATALOG_UPLOAD_NONE && variant->element_count > 1;
    for (size_t i = 0; i < variant->element_count; i++)
        if (i != twist->without)
            put_element(maker, &variant->elements[i], twist, uploads && i == 0, i == twist->extra);
    if (twist->twice < variant->element_count)
        put_element(maker, &variant->elements[twist->twice], twist, false, false);
}

void cases_put_deviation(struct cases_maker *maker, const char *rule, const char *clause,
                         const char *reason)
{
    char *line = memory_format("@ deviates: %s | %s/%s | %s\n", rule, maker->folder,
                               clause == NULL ? maker->clause : clause, reason);
    put(maker, line);
    free(line);
}
