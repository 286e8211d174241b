/* Defects of counted payload and of the lines that announce it. */
#include "base/memory.h"
#include "modem/defect/defect.h"

#include <stdlib.h>
#include <string.h>

#define INTRUDER "\r\n+CGEV: ME DETACH\r\n"

static void change_length(struct speech *speech, int by)
{
    const char *text = speech_text(speech);
    const char *last = strrchr(text, ',');
    if (last == NULL) last = strrchr(text, ' ');
    long long length = strtoll(last + 1, NULL, 10);
    char *changed = memory_format("%.*s%lld", (int)(last + 1 - text), text, length + by);
    speech_set(speech, changed);
    free(changed);
}

static bool announces(const struct modem *modem, const struct speech *speech)
{
    return (speech->kind == SPEECH_LINE || speech->kind == SPEECH_URC)
           && modem->defects.payload_left > 0 && speech->is.record != NULL
           && speech->is.record->name != NULL && speech->is.record->has_colon;
}

void defect_length_more(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (announces(modem, speech) && fault_strikes(use)) change_length(speech, 1);
}

void defect_length_less(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (announces(modem, speech) && fault_strikes(use)) change_length(speech, -1);
}

void defect_urc_after_header(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (announces(modem, speech) && fault_strikes(use)) speech->after = "\r\n" INTRUDER;
}

void defect_payload_cut(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (speech->kind != SPEECH_PAYLOAD || !fault_strikes(use)) return;
    wire_put(modem, speech->text.bytes, speech->text.size / 2);
    speech->lost = true;
    modem->defects.mute = true;
}

void defect_payload_at_nul(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    size_t size = strlen(speech_text(speech));
    (void)modem;
    if (speech->kind == SPEECH_PAYLOAD && size < speech->text.size && fault_strikes(use))
        speech->text.size = size;
}

void defect_payload_crlf(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    struct buffer longer = {0};
    (void)modem;
    if (speech->kind != SPEECH_PAYLOAD
        || memchr(speech->text.bytes, '\n', speech->text.size) == NULL || !fault_strikes(use))
        return;
    for (size_t i = 0; i < speech->text.size; i++) {
        if (speech->text.bytes[i] == '\n') buffer_append(&longer, "\r", 1);
        buffer_append(&longer, &speech->text.bytes[i], 1);
    }
    buffer_release(&speech->text);
    speech->text = longer;
}

static bool is_flow_control(uint8_t byte)
{
    return byte == 0x11 || byte == 0x13;
}

void defect_payload_xon(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    size_t left = 0;
    (void)modem;
    if (speech->kind != SPEECH_PAYLOAD) return;
    for (size_t i = 0; i < speech->text.size; i++) left += !is_flow_control(speech->text.bytes[i]);
    if (left == speech->text.size || !fault_strikes(use)) return;
    left = 0;
    for (size_t i = 0; i < speech->text.size; i++)
        if (!is_flow_control(speech->text.bytes[i]))
            speech->text.bytes[left++] = speech->text.bytes[i];
    speech->text.size = left;
}

void defect_payload_7_bit(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    uint8_t all = 0;
    (void)modem;
    if (speech->kind != SPEECH_PAYLOAD) return;
    for (size_t i = 0; i < speech->text.size; i++) all |= speech->text.bytes[i];
    if (all < 0x80 || !fault_strikes(use)) return;
    for (size_t i = 0; i < speech->text.size; i++) speech->text.bytes[i] &= 0x7F;
}

void defect_urc_in_payload(struct modem *modem, struct defect_use *use, struct speech *speech)
{
    if (speech->kind != SPEECH_PAYLOAD || speech->text.size < 2 || !fault_strikes(use)) return;
    size_t half = speech->text.size / 2;
    wire_put(modem, speech->text.bytes, half);
    wire_put(modem, INTRUDER, strlen(INTRUDER));
    memmove(speech->text.bytes, speech->text.bytes + half, speech->text.size - half);
    speech->text.size -= half;
}
