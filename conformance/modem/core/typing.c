/* What the host types: echo, editing, A/, the end of a command line (V.250 5.2). */
#include "modem/core/core.h"

#include <string.h>

static void run(struct modem *modem, const char *line)
{
    modem->mode = MODE_BUSY;
    fault_line_begins(modem);
    command_run_line(modem, line);
    if (modem->mode == MODE_BUSY && !modem->pending) modem->mode = MODE_COMMAND;
    if (!modem->pending) urc_after_line(modem);
}

static void end_line(struct modem *modem)
{
    modem->line[modem->line_size] = '\0';
    modem->prefix = 0;
    if (modem->line_too_long && !modem_strikes(modem, FAULT_LONG_LINE_EXECUTED)) {
        fault_line_begins(modem);
        modem_result_code(modem, "ERROR");
        return;
    }
    memcpy(modem->last, modem->line, modem->line_size + 1);
    run(modem, modem->last);
}

/* `A`, then `T` or `/`, in either case. */
static void take_prefix(struct modem *modem, uint8_t byte)
{
    int letter = byte | 0x20; /* small */
    if (modem->prefix == 1 && byte == '/') {
        modem->prefix = 0;
        if (!modem_strikes(modem, FAULT_REPEAT_DEAD)) run(modem, modem->last);
    } else if (modem->prefix == 1 && letter == 't') {
        modem->prefix = 2;
        modem->line_size = 0;
        modem->line_too_long = false;
    } else {
        modem->prefix = letter == 'a';
    }
}

static void take_back(struct modem *modem)
{
    if (modem->line_size > 0 && !modem_strikes(modem, FAULT_EDITING_IGNORED)) modem->line_size--;
}

static void take_text(struct modem *modem, uint8_t byte)
{
    if (byte == '\r') end_line(modem);
    else if (byte == '\b' || byte == 0x7F) take_back(modem);
    else if (byte < 0x20) return; /* V.250 5.2.2: ignored */
    else if (modem->line_size == LINE_SIZE_MAX - 1) modem->line_too_long = true;
    else modem->line[modem->line_size++] = (char)byte;
}

static void echo(struct modem *modem, uint8_t byte)
{
    bool first = modem->prefix == 2 && modem->line_size == 0 && byte != '\r';
    if (!first || !modem_strikes(modem, FAULT_ECHO_LOSES_BYTE)) wire_put(modem, &byte, 1);
}

void typing_take(struct modem *modem, uint8_t byte)
{
    if (modem->settings.echo && byte != '\n') echo(modem, byte);
    if (modem->prefix < 2) take_prefix(modem, byte);
    else take_text(modem, byte);
}
