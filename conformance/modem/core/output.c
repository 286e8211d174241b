/* What the module prints, piece by piece, on its way out:
 *
 *     piece = line end, text, line end | bytes ; */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void speech_set(struct speech *speech, const char *text)
{
    speech->text.size = 0;
    buffer_append(&speech->text, text, strlen(text) + 1);
    speech->text.size--;
}

const char *speech_text(const struct speech *speech)
{
    return (const char *)speech->text.bytes;
}

static bool is_result(const struct modem *modem, const char *text)
{
    const struct catalog_set *core = catalog_find_set(modem->model, "core");
    for (size_t i = 0; core != NULL && i < core->result_count; i++) {
        const struct catalog_record *record = &core->results[i].record;
        size_t size = strlen(record->name);
        bool tailed = core->results[i].tail != NULL && strncmp(text, record->name, size) == 0
                      && text[size] == ' ';
        if (tailed) return true;
        if (record->has_colon ? strncmp(text, record->name, size) == 0 && text[size] == ':'
                              : strcmp(text, record->name) == 0)
            return true;
    }
    return false;
}

static bool is_prompt(const struct modem *modem, const char *text)
{
    const struct catalog_form *form = modem->defects.asked.form;
    if (form == NULL || form->upload == CATALOG_UPLOAD_NONE) return false;
    return strcmp(text, "DOWNLOAD") == 0 || strcmp(text, "CONNECT") == 0
           || strcmp(text, "\r\n> ") == 0 || strcmp(text, "> ") == 0 || strcmp(text, ">") == 0;
}

static enum speech_kind kind_of(struct modem *modem, enum speech_kind kind, const char *text,
                                size_t size)
{
    struct defect_state *state = &modem->defects;
    if (kind != SPEECH_URC && strlen(text) == size && is_prompt(modem, text)) return SPEECH_PROMPT;
    if (kind == SPEECH_RAW && state->payload_left > 0) {
        state->payload_left -= size < state->payload_left ? size : state->payload_left;
        return SPEECH_PAYLOAD;
    }
    return kind == SPEECH_LINE && is_result(modem, text) ? SPEECH_RESULT : kind;
}

/* Notes how much payload a line announces. */
static void identify(struct modem *modem, struct speech *speech)
{
    const char *text = speech_text(speech);
    bool line = speech->kind == SPEECH_LINE || speech->kind == SPEECH_URC;
    if (!line) return;
    speech->is = speech_find_record(modem, text);
    modem->defects.payload_left = 0;
    if (speech->is.record == NULL || !speech->is.record->has_payload) return;
    const char *last = strrchr(text, ',');
    if (last == NULL) last = strrchr(text, ' ');
    if (last != NULL) modem->defects.payload_left = (size_t)strtoull(last + 1, NULL, 10);
}

static void put(struct modem *modem, const struct speech *speech)
{
    struct defect_state *state = &modem->defects;
    if (speech->lost) return;
    if (!state->glued) wire_put(modem, speech->before, strlen(speech->before));
    wire_put(modem, speech->text.bytes, speech->text.size);
    wire_put(modem, speech->after, strlen(speech->after));
}

static void put_kept(struct modem *modem, const struct speech *speech)
{
    struct buffer *kept = &modem->defects.kept;
    bool result = speech->is.record != NULL && speech->is.command != NULL;
    if (kept->size == 0 || speech->kind != modem->defects.kept_after) return;
    if (speech->kind == SPEECH_URC && !result) return;
    wire_put(modem, kept->bytes, kept->size);
    kept->size = 0;
}

static void spoil(struct modem *modem, struct speech *speech)
{
    struct defect_state *state = &modem->defects;
    for (size_t i = 0; i < state->use_count; i++) {
        struct defect_use *use = &state->uses[i];
        if (use->flaw.defect->hook != NULL) use->flaw.defect->hook(modem, use, speech);
    }
}

static bool may_be_interrupted(const struct speech *speech)
{
    return speech->kind == SPEECH_LINE || speech->kind == SPEECH_RESULT
           || (speech->kind == SPEECH_PROMPT && speech->before[0] != '\0');
}

void output_piece(struct modem *modem, enum speech_kind kind, const void *bytes, size_t size,
                  const char *before, const char *after)
{
    struct defect_state *state = &modem->defects;
    struct speech speech = {.before = before, .after = after};
    buffer_append(&speech.text, bytes, size);
    buffer_append(&speech.text, "", 1);
    speech.text.size--;
    speech.kind = state->use_count > 0 || modem->options.urcs != 0
                      ? kind_of(modem, kind, speech_text(&speech), size)
                      : kind;
    if (modem->options.urcs != 0 && may_be_interrupted(&speech)) urc_interrupt(modem);
    if (state->use_count > 0) {
        bool kept = state->kept.size > 0;
        state->glued = state->glues;
        state->glues = false;
        identify(modem, &speech);
        spoil(modem, &speech);
        put(modem, &speech);
        if (speech.twice) put(modem, &speech);
        if (kept) put_kept(modem, &speech);
    } else {
        put(modem, &speech);
    }
    buffer_release(&speech.text);
}

/* ---- lines, bytes, result codes --------------------------------------- */

void modem_bytes(struct modem *modem, const void *bytes, size_t size)
{
    output_piece(modem, SPEECH_RAW, bytes, size, "", "");
}

void modem_line(struct modem *modem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = memory_format_list(format, arguments);
    va_end(arguments);
    output_piece(modem, SPEECH_LINE, text, strlen(text), modem->settings.verbose ? "\r\n" : "",
                 "\r\n");
    free(text);
}

static const char *numeric_of(const struct modem *modem, const char *text)
{
    const struct catalog_set *core = catalog_find_set(modem->model, "core");
    for (size_t i = 0; core != NULL && i < core->result_count; i++)
        if (core->results[i].numeric != NULL && strcmp(core->results[i].record.notation, text) == 0)
            return core->results[i].numeric;
    return NULL;
}

void modem_result_code(struct modem *modem, const char *text)
{
    if (modem->settings.quiet && !modem_strikes(modem, FAULT_QUIET_IGNORED)) return;
    bool words = modem->settings.verbose || modem_strikes(modem, FAULT_VERBOSE_IGNORED);
    const char *numeric = words ? NULL : numeric_of(modem, text);
    if (numeric == NULL) modem_line(modem, "%s", text);
    else output_piece(modem, SPEECH_RESULT, numeric, strlen(numeric), "", "\r");
}
