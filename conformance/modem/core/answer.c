/* Answers to `=?`, from the notations of the catalogue. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdlib.h>
#include <string.h>

/* A field as a test response has it: a set, a word, or the parameter's name. */
static char *field_text(const struct catalog_field *field)
{
    if (field->kind == CATALOG_FIELD_KEYWORD) return memory_format("\"%s\"", field->text);
    if (field->kind == CATALOG_FIELD_PARAM)
        return memory_format(field->quoted ? "\"<%s>\"" : "<%s>", field->text);
    return memory_text(field->text);
}

static void put_record(struct modem *modem, const struct catalog_record *record)
{
    struct buffer line = {0};
    if (record->name != NULL) buffer_append_text(&line, record->name);
    if (record->name != NULL && record->has_colon) buffer_append_text(&line, ": ");
    for (size_t i = 0; i < record->field_count; i++) {
        const struct catalog_field *field = &record->fields[i];
        if (field->kind == CATALOG_FIELD_PARAM && field->optional) break;
        char *text = field_text(field);
        if (i > 0) buffer_append_text(&line, ",");
        buffer_append_text(&line, text);
        free(text);
    }
    char *text = memory_slice(line.size > 0 ? (const char *)line.bytes : "", line.size);
    modem_line(modem, "%s", text);
    free(text);
    buffer_release(&line);
}

void answer_test(struct modem *modem, const struct modem_call *call)
{
    if (call->form->variant_count == 0) return;
    const struct catalog_variant *variant = &call->form->variants[0];
    for (size_t i = 0; i < variant->element_count; i++) {
        const struct catalog_record *record = &variant->elements[i];
        bool final = record->name != NULL && strcmp(record->name, "OK") == 0;
        if (!final) put_record(modem, record);
    }
}
