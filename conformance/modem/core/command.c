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

/* ---- the catalogue ---------------------------------------------------- */

/* The part of the dialect that a set is. */
static const struct catalog_part *part_of(const struct modem *modem, const struct catalog_set *set)
{
    const struct catalog_dialect *dialect = modem->options.dialect;
    for (size_t i = 0; i < catalog_part_count(dialect); i++)
        if (strcmp(dialect->parts[i].set, set->name) == 0) return &dialect->parts[i];
    return NULL;
}

const char *modem_edition(const struct modem *modem, const struct catalog_set *set)
{
    const struct catalog_part *part = part_of(modem, set);
    return part == NULL ? NULL : part->edition;
}

bool modem_is_vendor(const struct modem *modem, const char *vendor)
{
    return strncmp(modem->options.dialect->name, vendor, strlen(vendor)) == 0;
}

bool modem_has_set(const struct modem *modem, const struct catalog_set *set)
{
    const struct catalog_part *part = part_of(modem, set);
    return part != NULL && !part->results_only;
}

/* In core, a command or URC that only one vendor has names it in its clause. */
bool modem_has_clause(const struct modem *modem, const char *clause)
{
    bool simcom = strcasestr(clause, "simcom") != NULL;
    bool quectel = strcasestr(clause, "quectel") != NULL;
    return simcom == quectel || modem_is_vendor(modem, simcom ? "simcom" : "quectel");
}

const struct catalog_param *modem_param(const struct modem *modem, const struct catalog_set *set,
                                        const struct catalog_command *command,
                                        const struct catalog_field *field)
{
    if (set == NULL || field->kind != CATALOG_FIELD_PARAM) return NULL;
    return catalog_find_param(set, command, modem_edition(modem, set), field->text);
}

static bool find_in(const struct modem *modem, const struct catalog_set *set, const char *name,
                    struct modem_call *call)
{
    if (!modem_has_set(modem, set)) return false;
    const char *edition = modem_edition(modem, set);
    bool core = strcmp(set->name, "core") == 0;
    for (size_t i = 0; i < set->command_count; i++) {
        const struct catalog_command *command = &set->commands[i];
        if (strcasecmp(command->name, name) != 0
            || (core && !modem_has_clause(modem, command->clause))
            || !catalog_is_of_edition(command->edition, edition))
            continue;
        call->set = set;
        call->command = command;
        return true;
    }
    return false;
}

static bool find_command(const struct modem *modem, const char *name, struct modem_call *call)
{
    for (size_t i = 0; i < modem->model->set_count; i++)
        if (find_in(modem, modem->model->sets[i], name, call)) return true;
    return false;
}

static bool has_key(const struct catalog_form *form, const char *text)
{
    const char *key = form->syntax.key;
    if (key == NULL) return true;
    size_t size = strlen(key);
    return text[0] == '"' && strncasecmp(text + 1, key, size) == 0 && text[size + 1] == '"';
}

/* The form of that kind; of those with a keyword, the one whose keyword comes,
 * before one that has none. */
static bool find_form(const struct modem *modem, struct modem_call *call, enum atp_form_kind kind,
                      const char *text)
{
    const char *edition = modem_edition(modem, call->set);
    call->form = NULL;
    for (size_t i = 0; i < call->command->form_count; i++) {
        const struct catalog_form *form = &call->command->forms[i];
        const char *own = form->edition != NULL ? form->edition : call->command->edition;
        if (form->syntax.kind != kind || !catalog_is_of_edition(own, edition)
            || !has_key(form, text))
            continue;
        bool fits_better =
            call->form == NULL || (call->form->syntax.key == NULL && form->syntax.key != NULL);
        if (fits_better) call->form = form;
    }
    return call->form != NULL;
}

static modem_handler *find_handler(const char *name)
{
    static const struct modem_entry *const tables[] = {
        modem_v250_commands,  modem_core_commands,        modem_packet_commands,
        modem_file_commands,  modem_http_commands,        modem_ssl_commands,
        modem_cch_commands,   modem_qssl_config_commands, modem_qssl_commands,
        modem_socket_commands};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct modem_entry *entry = tables[t]; entry->name != NULL; entry++)
            if (strcmp(entry->name, name) == 0) return entry->handler;
    return NULL;
}

bool modem_does(const struct modem *modem, const char *name)
{
    struct modem_call call = {0};
    return find_command(modem, name, &call) && find_handler(call.command->name) != NULL;
}

/* ---- one command ------------------------------------------------------ */

/* COPS=? lists the operators there are, which the catalogue cannot. */
static bool answers_itself(const struct modem_call *call)
{
    return strcmp(call->command->name, "+COPS") == 0;
}

static int run_form(struct modem *modem, struct modem_call *call, enum atp_form_kind kind,
                    const char *text)
{
    modem_handler *handler = find_handler(call->command->name);
    if (handler == NULL) return CME_NOT_SUPPORTED;
    if (!find_form(modem, call, kind, text)) return CME_BAD_PARAMETERS;
    defect_ask(modem, call);
    if (kind == ATP_FORM_TEST && !answers_itself(call)) {
        modem_answer_test(modem, call);
        return MODEM_OK;
    }
    int result = kind == ATP_FORM_TEST
                     ? MODEM_OK
                     : modem_read_arguments(call, modem_edition(modem, call->set), text);
    result = defect_run(modem, call, handler, result);
    modem_release_call(call);
    return result;
}

static int run_command(struct modem *modem, const char *name, enum atp_form_kind kind,
                       const char *text)
{
    struct modem_call call = {0};
    if (!find_command(modem, name, &call))
        return modem_strikes(modem, FAULT_UNKNOWN_COMMAND_ACCEPTED) ? MODEM_OK : CME_NOT_SUPPORTED;
    if (strcmp(name, call.command->name) != 0 && modem_strikes(modem, FAULT_CASE_SENSITIVE))
        return CME_NOT_SUPPORTED;
    int result = run_form(modem, &call, kind, text);
    modem_qssl_note(modem, &call, result);
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

static void say_error(struct modem *modem, int code)
{
    int form = modem->error_form;
    char number[32];
    if (form == 0 && modem_strikes(modem, FAULT_CME_THOUGH_OFF)) form = 1;
    if (form == 2 && modem_strikes(modem, FAULT_CME_NUMBER_FOR_TEXT)) form = 1;
    if (form != 0 && modem_strikes(modem, FAULT_CME_NEVER)) form = 0;
    snprintf(number, sizeof number, "%d", code);
    char *text = memory_format("+CME ERROR: %s", form == 1 ? number : error_text(modem, code));
    modem_result_code(modem, form == 0 ? "ERROR" : text);
    free(text);
}

static void say_final(struct modem *modem, int result)
{
    if (result > 0) say_error(modem, result);
    else if (result == MODEM_OK || result == MODEM_RESET) modem_result_code(modem, "OK");
    else if (result == MODEM_NO_CARRIER) modem_result_code(modem, "NO CARRIER");
    else if (result == MODEM_CONNECT) modem_enter_stream(modem);
    else if (result == MODEM_CONNECT_FAIL) modem_result_code(modem, "CONNECT FAIL");
    else modem_result_code(modem, "ERROR");
    if (result == MODEM_RESET) modem_start(modem, true);
}

static bool has_more(const struct modem *modem)
{
    return modem->rest[strspn(modem->rest, " ")] != '\0';
}

void modem_resume_line(struct modem *modem)
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
    say_final(modem, result);
    modem_http_after_final(modem);
    modem_cch_after_final(modem);
}

void modem_run_line(struct modem *modem, const char *line)
{
    snprintf(modem->rest, sizeof modem->rest, "%s", line);
    modem_resume_line(modem);
}

void modem_finish_with(struct modem *modem, const char *text)
{
    modem->mode = MODE_COMMAND;
    modem->pending = false;
    modem->rest[0] = '\0';
    modem_result_code(modem, text);
    defect_line_ends(modem);
}

void modem_finish(struct modem *modem, int result)
{
    modem->mode = MODE_BUSY;
    modem->pending = false;
    if (result == MODEM_OK) {
        modem_resume_line(modem);
    } else {
        modem->rest[0] = '\0';
        say_final(modem, result);
    }
    if (modem->mode == MODE_BUSY && !modem->pending) modem->mode = MODE_COMMAND;
    if (!modem->pending) defect_line_ends(modem);
}
