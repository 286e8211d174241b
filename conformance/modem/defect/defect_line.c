/* Defects of lines as such: their ends, their bytes, their order. */
#include "base/memory.h"
#include "modem/defect/defect.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_US 1000000
#define MS_US     1000

static bool is_line(const struct speech *speech)
{
    return speech->kind >= SPEECH_LINE && speech->text.size > 0;
}

static bool is_final(const struct speech *speech)
{
    return speech->kind == SPEECH_RESULT && strncmp(speech_text(speech), "CONNECT", 7) != 0;
}

static bool is_information(const struct speech *speech)
{
    return speech->kind == SPEECH_LINE && speech->is.record != NULL && speech->is.command != NULL
           && !speech->is.record->has_payload;
}

/* ---- line ends -------------------------------------------------------- */

void defect_lf_only(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (!is_line(speech) || !fault_strikes(use)) return;
    if (speech->before[0] != '\0') speech->before = "\n";
    speech->after = "\n";
}

void defect_extra_cr(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (is_line(speech) && fault_strikes(use)) speech->after = "\r\r\n";
}

void defect_glued(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (!is_information(speech) || !fault_strikes(use)) return;
    speech->after = "";
    modem->defects.glues = true;
}

/* ---- result codes ----------------------------------------------------- */

void defect_trailing_blank(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (is_final(speech) && fault_strikes(use)) speech->after = " \r\n";
}

static bool is_capital(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z';
}

void defect_lower_case(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (!is_final(speech) || !fault_strikes(use)) return;
    for (size_t i = 0; i < speech->text.size; i++)
        if (is_capital(speech->text.bytes[i])) speech->text.bytes[i] |= 0x20;
}

void defect_numeric_final(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    bool ok = speech->kind == SPEECH_RESULT && strcmp(speech_text(speech), "OK") == 0;
    bool error = speech->kind == SPEECH_RESULT && strcmp(speech_text(speech), "ERROR") == 0;
    (void)modem;
    if ((!ok && !error) || !fault_strikes(use)) return;
    speech_set(speech, ok ? "0" : "4");
    speech->before = "";
    speech->after = "\r";
}

void defect_missing_final(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (is_final(speech) && fault_strikes(use)) speech->lost = true;
}

void defect_doubled_final(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (is_final(speech) && fault_strikes(use)) speech->twice = true;
}

static uint32_t time_limit_ms(const struct asked *asked)
{
    if (asked->form == NULL) return 0;
    return asked->form->time_limit_ms != 0 ? asked->form->time_limit_ms
                                           : asked->command->time_limit_ms;
}

void defect_late(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    const struct asked *asked = &modem->defects.asked;
    int64_t limit_ms = time_limit_ms(asked);
    if (limit_ms == 0 || !is_final(speech) || !fault_strikes(use)) return;
    modem->free_ns = (asked->at + limit_ms * MS_US + SECOND_US) * 1000;
}

void defect_error_after_answer(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    struct defect_state *state = &modem->defects;
    if (is_information(speech)) state->has_answer = true;
    if (speech->kind != SPEECH_RESULT || !state->has_answer
        || strcmp(speech_text(speech), "OK") != 0)
        return;
    state->has_answer = false;
    if (fault_strikes(use)) speech_set(speech, "ERROR");
}

/* ---- lines of a response ---------------------------------------------- */

void defect_missing_line(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (is_information(speech) && fault_strikes(use)) speech->lost = true;
}

void defect_doubled_line(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (is_information(speech) && !speech->is.record->repeated && fault_strikes(use))
        speech->twice = true;
}

static void keep(struct modem *modem, struct speech *speech, enum speech_kind after)
{
    struct buffer *kept = &modem->defects.kept;
    buffer_append_text(kept, speech->before);
    buffer_append(kept, speech->text.bytes, speech->text.size);
    buffer_append_text(kept, speech->after);
    modem->defects.kept_after = after;
    speech->lost = true;
}

void defect_line_after_final(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (is_information(speech) && fault_strikes(use)) keep(modem, speech, SPEECH_RESULT);
}

void defect_missing_closing(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    const struct catalog_form *form = modem->defects.asked.form;
    (void)modem;
    if (is_information(speech) && form->continues && form->syntax.kind == ATP_FORM_WRITE
        && fault_strikes(use))
        speech->lost = true;
}

void defect_prompt_lost(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (speech->kind == SPEECH_PROMPT && fault_strikes(use)) speech->lost = true;
}

/* Of a list the last line is not known before what follows it. */
void defect_list_lacks_last(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    struct buffer *kept = &modem->defects.kept;
    bool listed =
        is_information(speech) && speech->is.record->repeated && speech->is.record->has_colon;
    if (listed) {
        wire_put(modem, kept->bytes, kept->size);
        kept->size = 0;
        keep(modem, speech, SPEECH_RAW);
    } else if (speech->kind == SPEECH_RESULT && kept->size > 0) {
        if (!fault_strikes(use)) wire_put(modem, kept->bytes, kept->size);
        kept->size = 0;
    }
}

/* ---- asynchronous results --------------------------------------------- */

static bool is_named(const struct catalog_record *record, const char *name)
{
    return record->name != NULL && strcmp(record->name, name) == 0;
}

/* Whether each variant with a result has it after the OK. */
static bool has_late_result(const struct asked *asked)
{
    bool found = false;
    for (size_t v = 0; asked->form != NULL && v < asked->form->variant_count; v++) {
        const struct catalog_variant *variant = &asked->form->variants[v];
        bool both = variant->element_count > 1 && !asked->form->continues;
        if (!both) continue;
        if (!is_named(&variant->elements[0], "OK")) return false;
        found = found || is_named(&variant->elements[1], asked->command->name);
    }
    return found;
}

static bool is_late_result(const struct modem *modem, const struct speech *speech)
{
    const struct asked *asked = &modem->defects.asked;
    return speech->kind == SPEECH_URC && speech->is.record != NULL && asked->form != NULL
           && speech->is.command != NULL && asked->form->syntax.kind != ATP_FORM_READ
           && is_named(speech->is.record, asked->command->name);
}

void defect_result_first(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    bool ok = speech->kind == SPEECH_RESULT && strcmp(speech_text(speech), "OK") == 0;
    if (ok && has_late_result(&modem->defects.asked) && fault_strikes(use))
        keep(modem, speech, SPEECH_URC);
}

void defect_missing_result(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (is_late_result(modem, speech) && fault_strikes(use)) speech->lost = true;
}

void defect_doubled_result(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (is_late_result(modem, speech) && fault_strikes(use)) speech->twice = true;
}

/* `+HTTP_PEER_CLOSED`, `+CCH_PEER_CLOSED: 0`, `+QSSLURC: "closed",1`. */
void defect_closed_lost(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    bool closed = speech->kind == SPEECH_URC
                  && (strstr(speech_text(speech), "PEER_CLOSED") != NULL
                      || strstr(speech_text(speech), "\"closed\"") != NULL);
    if (closed && fault_strikes(use)) speech->lost = true;
}

/* `+QSSLURC: "recv",1`, `+CCHEVENT: 0,RECV EVENT`. */
void defect_recv_twice(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    bool tells = speech->kind == SPEECH_URC && speech->is.record != NULL
                 && !speech->is.record->has_payload
                 && (strstr(speech_text(speech), "RECV EVENT") != NULL
                     || strstr(speech_text(speech), "\"recv\"") != NULL);
    if (tells && fault_strikes(use)) speech->twice = true;
}

/* ---- bytes ------------------------------------------------------------ */

void defect_no_space(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    char *at = is_line(speech) ? strstr((char *)speech->text.bytes, ": ") : NULL;
    (void)modem;
    if (at == NULL || !fault_strikes(use)) return;
    memmove(at + 1, at + 2, strlen(at + 2) + 1);
    speech->text.size--;
}

void defect_no_colon(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    char *at = is_information(speech) ? strstr((char *)speech->text.bytes, ": ") : NULL;
    (void)modem;
    if (at == NULL || !fault_strikes(use)) return;
    memmove(at, at + 1, strlen(at + 1) + 1);
    speech->text.size--;
}

void defect_comma_for_colon(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    char *at = is_information(speech) ? strstr((char *)speech->text.bytes, ": ") : NULL;
    (void)modem;
    if (at == NULL || !fault_strikes(use)) return;
    *at = ',';
    memmove(at + 1, at + 2, strlen(at + 2) + 1);
    speech->text.size--;
}

void defect_dropped_byte(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (!is_line(speech) || !fault_strikes(use)) return;
    size_t at = (size_t)fault_random(modem, speech->text.size);
    memmove(speech->text.bytes + at, speech->text.bytes + at + 1, speech->text.size - at);
    speech->text.size--;
}

void defect_flipped_bit(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (!is_line(speech) || !fault_strikes(use)) return;
    size_t at = (size_t)fault_random(modem, speech->text.size);
    speech->text.bytes[at] ^= (uint8_t)(1u << fault_random(modem, 8));
}

void defect_parity(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (!is_line(speech) || !fault_strikes(use)) return;
    for (size_t i = 0; i < speech->text.size; i++)
        if (__builtin_parity(speech->text.bytes[i]) != 0) speech->text.bytes[i] |= 0x80;
}

void defect_urc_in_line(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    (void)modem;
    if (!is_information(speech) || speech->text.size < 4 || !fault_strikes(use)) return;
    const char *text = speech_text(speech);
    size_t half = speech->text.size - 2;
    char *broken = memory_format("%.*s\r\n+CGEV: ME DETACH\r\n%s", (int)half, text, text + half);
    speech_set(speech, broken);
    free(broken);
}

/* ---- breakdowns ------------------------------------------------------- */

void defect_reboot(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    bool can = speech->kind == SPEECH_LINE || speech->kind == SPEECH_RESULT;
    if (!can || modem->defects.reboots || !fault_strikes(use)) return;
    size_t half = speech->text.size / 2;
    wire_put(modem, speech->before, strlen(speech->before));
    wire_put(modem, speech->text.bytes, half);
    speech->lost = true;
    modem->defects.mute = modem->defects.reboots = true;
}
