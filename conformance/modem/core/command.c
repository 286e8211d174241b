/* Command lines: V.250 5.2 to 5.4.
 *
 *     line     = { basic | extended ";" } [ extended ] ;
 *     basic    = letter [ digits ] | "&" letter [ digits ] | "D" rest ;
 *     extended = "+" name [ "?" | "=?" | "=" arguments ] ;
 */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct modem_entry *find_entry(const struct modem *modem, const char *name)
{
    for (size_t i = 0; i < modem->part_count; i++)
        for (const struct modem_entry *entry = modem->parts[i]->commands;
             entry != NULL && entry->name != NULL; entry++)
            if (strcmp(entry->name, name) == 0) return entry;
    return NULL;
}

bool modem_does(const struct modem *modem, const char *name)
{
    struct modem_call call = {0};
    return dialect_find_command(modem, name, &call)
           && find_entry(modem, call.command->name) != NULL;
}

/* ---- one command ------------------------------------------------------ */

static int run_form(struct modem *modem, struct modem_call *call, enum atp_form_kind kind,
                    const char *text)
{
    const struct modem_entry *entry = find_entry(modem, call->command->name);
    if (entry == NULL) return CME_NOT_SUPPORTED;
    if (!dialect_find_form(modem, call, kind, text)) return CME_BAD_PARAMETERS;
    command_fault_ask(modem, call);
    if (kind == ATP_FORM_TEST && !entry->answers_test) {
        answer_test(modem, call);
        return MODEM_OK;
    }
    int result = kind == ATP_FORM_TEST
                     ? MODEM_OK
                     : arguments_read(call, modem_edition(modem, call->set), text);
    result = command_fault_run(modem, call, entry->handler, result);
    arguments_release(call);
    return result;
}

static int run_command(struct modem *modem, const char *name, enum atp_form_kind kind,
                       const char *text)
{
    struct modem_call call = {0};
    if (!dialect_find_command(modem, name, &call))
        return modem_strikes(modem, FAULT_UNKNOWN_COMMAND_ACCEPTED) ? MODEM_OK : CME_NOT_SUPPORTED;
    if (strcmp(name, call.command->name) != 0 && modem_strikes(modem, FAULT_CASE_SENSITIVE))
        return CME_NOT_SUPPORTED;
    int result = run_form(modem, &call, kind, text);
    for (size_t i = 0; i < modem->part_count; i++)
        if (modem->parts[i]->after_command != NULL)
            modem->parts[i]->after_command(modem, &call, result);
    return result;
}

/* ---- taking a line apart ---------------------------------------------- */

static size_t extended_size(const char *text)
{
    bool inside = false;
    size_t size = 0;
    for (; text[size] != '\0' && (inside || text[size] != ';'); size++) inside ^= text[size] == '"';
    return size;
}

/* `+NAME…`, `size` bytes of it. */
static int run_extended(struct modem *modem, const char *text, size_t size)
{
    char *whole = memory_slice(text, size);
    char *tail = whole + strcspn(whole, "=?");
    enum atp_form_kind kind = ATP_FORM_EXECUTE;
    char mark = *tail;
    *tail = '\0';
    const char *arguments = mark == '\0' ? tail : tail + 1;
    if (mark == '?') kind = ATP_FORM_READ;
    else if (mark == '=' && strcmp(arguments, "?") == 0) kind = ATP_FORM_TEST;
    else if (mark == '=') kind = ATP_FORM_WRITE;
    bool stray = kind == ATP_FORM_READ && arguments[0] != '\0';
    int result = stray ? MODEM_ERROR
                       : run_command(modem, whole, kind, kind == ATP_FORM_WRITE ? arguments : "");
    free(whole);
    return result;
}

/* `E0`, `&D2`, `D*99#`. Writes: *size, bytes of it. */
static int run_basic(struct modem *modem, const char *text, size_t *size)
{
    size_t name_size = text[0] == '&' && text[1] != '\0' ? 2 : 1;
    char *name = memory_slice(text, name_size);
    bool dials = text[0] == 'D' || text[0] == 'd';
    size_t count = dials ? strlen(text + name_size) : strspn(text + name_size, "0123456789");
    char *value = memory_slice(text + name_size, count);
    *size = name_size + count;
    int result = run_command(modem, name, ATP_FORM_EXECUTE, value);
    free(name);
    free(value);
    return result;
}

/* Runs the first command of modem->rest and takes it off. */
static int run_next(struct modem *modem)
{
    char text[LINE_SIZE_MAX];
    size_t size = 0;
    snprintf(text, sizeof text, "%s", modem->rest + strspn(modem->rest, " "));
    bool extended = text[0] != '\0' && strchr("+*$^%#", text[0]) != NULL;
    if (extended) {
        size = extended_size(text);
        const char *rest = text + size + (text[size] == ';');
        memmove(modem->rest, rest, strlen(rest) + 1);
        return run_extended(modem, text, size);
    }
    modem->rest[0] = '\0'; /* of what a basic command refuses nothing is left */
    int result = run_basic(modem, text, &size);
    const char *rest = text + size + (text[size] == ';');
    memmove(modem->rest, rest, strlen(rest) + 1);
    return result;
}

/* ---- results ---------------------------------------------------------- */

static const char *error_text(const struct modem *modem, int code)
{
    const struct catalog_set *core = catalog_find_set(modem->model, "core");
    const struct catalog_param *err = catalog_find_param(core, NULL, NULL, "err");
    char text[16];
    snprintf(text, sizeof text, "%d", code);
    for (size_t i = 0; err != NULL && i < err->value_count; i++)
        if (strcmp(err->values[i].code, text) == 0) return err->values[i].meaning;
    return "unknown";
}

static void put_error(struct modem *modem, int code)
{
    int form = modem->settings.error_form;
    char number[32];
    if (form == 0 && modem_strikes(modem, FAULT_CME_THOUGH_OFF)) form = 1;
    if (form == 2 && modem_strikes(modem, FAULT_CME_NUMBER_FOR_TEXT)) form = 1;
    if (form != 0 && modem_strikes(modem, FAULT_CME_NEVER)) form = 0;
    snprintf(number, sizeof number, "%d", code);
    char *text = memory_format("+CME ERROR: %s", form == 1 ? number : error_text(modem, code));
    modem_result_code(modem, form == 0 ? "ERROR" : text);
    free(text);
}

static void put_final(struct modem *modem, int result)
{
    if (result > 0) put_error(modem, result);
    else if (result == MODEM_OK || result == MODEM_RESET) modem_result_code(modem, "OK");
    else if (result == MODEM_NO_CARRIER) modem_result_code(modem, "NO CARRIER");
    else if (result == MODEM_CONNECT) stream_enter(modem);
    else if (result == MODEM_CONNECT_FAIL) modem_result_code(modem, "CONNECT FAIL");
    else modem_result_code(modem, "ERROR");
    if (result == MODEM_RESET) module_start(modem, true);
}

static bool has_more(const struct modem *modem)
{
    return modem->rest[strspn(modem->rest, " ")] != '\0';
}

static void resume_line(struct modem *modem)
{
    int result = MODEM_OK;
    while (result == MODEM_OK && has_more(modem)) {
        result = run_next(modem);
        if (has_more(modem) && modem_strikes(modem, FAULT_SECOND_COMMAND_DROPPED))
            modem->rest[0] = '\0';
    }
    modem->pending = result == MODEM_PENDING;
    if (modem->pending) return;
    modem->rest[0] = '\0';
    put_final(modem, result);
    for (size_t i = 0; i < modem->part_count; i++)
        if (modem->parts[i]->after_final != NULL) modem->parts[i]->after_final(modem);
}

void command_run_line(struct modem *modem, const char *line)
{
    snprintf(modem->rest, sizeof modem->rest, "%s", line);
    resume_line(modem);
}

void modem_finish_with(struct modem *modem, const char *text)
{
    modem->mode = MODE_COMMAND;
    modem->pending = false;
    modem->rest[0] = '\0';
    modem_result_code(modem, text);
    urc_after_line(modem);
}

void modem_finish(struct modem *modem, int result)
{
    modem->mode = MODE_BUSY;
    modem->pending = false;
    if (result == MODEM_OK) {
        resume_line(modem);
    } else {
        modem->rest[0] = '\0';
        put_final(modem, result);
    }
    if (modem->mode == MODE_BUSY && !modem->pending) modem->mode = MODE_COMMAND;
    if (!modem->pending) urc_after_line(modem);
}
