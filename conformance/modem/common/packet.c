/* PDP contexts: 27.007 section 10 and Quectel's commands for the same. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdlib.h>
#include <string.h>

/* ---- contexts --------------------------------------------------------- */

static void forget(struct modem_context *context)
{
    free(context->apn);
    free(context->user);
    free(context->password);
    free(context->dns[0]);
    free(context->dns[1]);
    *context = (struct modem_context){0};
}

void modem_forget_contexts(struct modem *modem)
{
    for (size_t i = 0; i < CONTEXT_COUNT; i++) forget(&modem->contexts[i]);
}

static const char *text_of(const char *text)
{
    return text == NULL ? "" : text;
}

static const struct catalog_form *find_form(const struct catalog_command *command,
                                            enum atp_form_kind kind, const char *edition)
{
    for (size_t i = 0; command != NULL && i < command->form_count; i++)
        if (command->forms[i].syntax.kind == kind
            && catalog_is_of_edition(command->forms[i].edition, edition))
            return &command->forms[i];
    return NULL;
}

/* The last context that CGDCONT takes: what its test response lists, `(1-16)`.
 * QICSGP takes more. */
static int64_t last_27007(const struct modem *modem)
{
    const struct catalog_set *core = catalog_find_set(modem->model, "core");
    const struct catalog_form *form =
        find_form(catalog_find_command(core, "+CGDCONT"), ATP_FORM_TEST, NULL);
    const char *text = form->variants[0].elements[0].fields[0].text;
    int64_t last = strtoll(text + strcspn(text, "-") + 1, NULL, 10);
    return last < CONTEXT_COUNT ? last : CONTEXT_COUNT;
}

/* The last that Quectel's commands take: the range of QSSLOPEN's, which differs
 * by edition. */
static int64_t last_quectel(const struct modem *modem)
{
    const struct catalog_set *set = catalog_find_set(modem->model, "quectel-ssl");
    const char *edition = modem_edition(modem, set);
    const struct catalog_command *command = catalog_find_command(set, "+QSSLOPEN");
    const struct catalog_form *form = find_form(command, ATP_FORM_WRITE, edition);
    const struct catalog_param *param =
        catalog_find_param(set, command, edition, form->syntax.args[0].text);
    int64_t last = param->ranges[param->range_count - 1].max;
    return last < CONTEXT_COUNT ? last : CONTEXT_COUNT;
}

/* The context of that number, 1 the first, or NULL. */
static struct modem_context *context_of(struct modem *modem, int64_t number, int64_t last)
{
    return number >= 1 && number <= last ? &modem->contexts[number - 1] : NULL;
}

static struct modem_context *context_27007(struct modem *modem, const struct modem_call *call)
{
    return context_of(modem, modem_number(call, "cid", 0), last_27007(modem));
}

static struct modem_context *context_quectel(struct modem *modem, const struct modem_call *call)
{
    return context_of(modem, modem_number(call, "contextID", 0), last_quectel(modem));
}

/* ---- 27.007 ----------------------------------------------------------- */

static int attach(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CGATT: %d", modem->attached);
        return MODEM_OK;
    }
    bool wanted = modem_number(call, "state", 0) == 1;
    if (wanted && modem->functionality != 1) return 30;
    modem->attached = wanted;
    for (size_t i = 0; !wanted && i < CONTEXT_COUNT; i++) modem->contexts[i].active = false;
    return MODEM_OK;
}

static void list_definitions(struct modem *modem)
{
    for (int i = 0; i < last_27007(modem); i++) {
        const struct modem_context *context = &modem->contexts[i];
        if (context->defined)
            modem_line(modem, "+CGDCONT: %d,\"%s\",\"%s\",\"\",%d,%d", i + 1, context->type,
                       text_of(context->apn), context->compression[0], context->compression[1]);
    }
}

/* Without a type the context is forgotten (10.1.1). */
static int define(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_READ)) {
        list_definitions(modem);
        return MODEM_OK;
    }
    struct modem_context *context = context_27007(modem, call);
    const char *type = modem_text(call, "PDP_type", NULL);
    if (context == NULL) return CME_BAD_PARAMETERS;
    if (context->active) return CME_NOT_ALLOWED;
    forget(context);
    if (type == NULL) return MODEM_OK;
    context->defined = true;
    snprintf(context->type, sizeof context->type, "%s", type);
    modem_set_text(&context->apn, modem_text(call, "APN", ""));
    context->compression[0] = (int)modem_number(call, "d_comp", 0);
    context->compression[1] = (int)modem_number(call, "h_comp", 0);
    return MODEM_OK;
}

static void list_states(struct modem *modem)
{
    for (int i = 0; i < last_27007(modem); i++)
        if (modem->contexts[i].defined)
            modem_line(modem, "+CGACT: %d,%d", i + 1, modem->contexts[i].active);
}

static void set_all(struct modem *modem, bool active)
{
    for (int i = 0; i < last_27007(modem); i++)
        modem->contexts[i].active = active && modem->contexts[i].defined;
}

static int activate(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_READ)) {
        list_states(modem);
        return MODEM_OK;
    }
    bool wanted = modem_number(call, "state", 0) == 1;
    if (wanted && !modem->attached) return 148;
    if (modem_argument(call, "cid") == NULL) {
        set_all(modem, wanted);
        return MODEM_OK;
    }
    struct modem_context *context = context_27007(modem, call);
    if (context == NULL || !context->defined) return CME_BAD_PARAMETERS;
    bool stays = !wanted && context->active && modem_strikes(modem, FAULT_CONTEXT_STAYS_ACTIVE);
    context->active = wanted || stays;
    return MODEM_OK;
}

static void tell_address(struct modem *modem, int number)
{
    const struct modem_context *context = &modem->contexts[number - 1];
    if (context->active) modem_line(modem, "+CGPADDR: %d,\"" MODEM_ADDRESS "\"", number);
    else if (context->defined) modem_line(modem, "+CGPADDR: %d", number);
}

static int address(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_EXECUTE)) {
        for (int i = 1; i <= last_27007(modem); i++) tell_address(modem, i);
        return MODEM_OK;
    }
    if (context_27007(modem, call) == NULL) return CME_BAD_PARAMETERS;
    tell_address(modem, (int)modem_number(call, "cid", 1));
    return MODEM_OK;
}

/* ---- Quectel ---------------------------------------------------------- */

static int quectel_type(const struct modem_context *context)
{
    if (strcmp(context->type, "IPV6") == 0) return 2;
    return strcmp(context->type, "IPV4V6") == 0 ? 3 : 1;
}

static int configure(struct modem *modem, const struct modem_call *call)
{
    static const char *const types[] = {"IP", "IPV6", "IPV4V6"};
    struct modem_context *context = context_quectel(modem, call);
    if (context == NULL) return CME_BAD_PARAMETERS;
    if (modem_argument(call, "context_type") == NULL) {
        if (modem_argument(call, "APN") != NULL) return CME_BAD_PARAMETERS;
        modem_line(modem, "+QICSGP: %d,\"%s\",\"%s\",\"%s\",%d", quectel_type(context),
                   text_of(context->apn), text_of(context->user), text_of(context->password),
                   context->authentication);
        return MODEM_OK;
    }
    context->defined = true;
    snprintf(context->type, sizeof context->type, "%s",
             types[modem_number(call, "context_type", 1) - 1]);
    modem_set_text(&context->apn, modem_text(call, "APN", ""));
    modem_set_text(&context->user, modem_text(call, "username", ""));
    modem_set_text(&context->password, modem_text(call, "password", ""));
    context->authentication = (int)modem_number(call, "authentication", 0);
    return MODEM_OK;
}

static int activate_quectel(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_READ)) {
        for (int i = 0; i < CONTEXT_COUNT; i++)
            if (modem->contexts[i].active)
                modem_line(modem, "+QIACT: %d,1,%d,\"" MODEM_ADDRESS "\"", i + 1,
                           quectel_type(&modem->contexts[i]));
        return MODEM_OK;
    }
    struct modem_context *context = context_quectel(modem, call);
    if (context == NULL) return CME_BAD_PARAMETERS;
    if (!modem->attached) {
        modem->last_error = 561; /* the context cannot be opened */
        return MODEM_ERROR;
    }
    context->defined = context->active = true;
    if (context->type[0] == '\0') snprintf(context->type, sizeof context->type, "IP");
    return MODEM_OK;
}

static int deactivate_quectel(struct modem *modem, const struct modem_call *call)
{
    struct modem_context *context = context_quectel(modem, call);
    if (context == NULL) return CME_BAD_PARAMETERS;
    context->active = context->active && modem_strikes(modem, FAULT_CONTEXT_STAYS_ACTIVE);
    return MODEM_OK;
}

static bool is_online(const struct modem *modem)
{
    for (size_t i = 0; i < CONTEXT_COUNT; i++)
        if (modem->contexts[i].active) return true;
    return false;
}

static int own_address(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (!is_online(modem)) return MODEM_ERROR;
    modem_line(modem, MODEM_ADDRESS);
    return MODEM_OK;
}

static int name_servers(struct modem *modem, const struct modem_call *call)
{
    struct modem_context *context = context_quectel(modem, call);
    const char *first = modem_text(call, "pridnsaddr", NULL);
    if (context == NULL) return CME_BAD_PARAMETERS;
    if (first == NULL && modem_text(call, "secdnsaddr", NULL) != NULL) return CME_BAD_PARAMETERS;
    if (first == NULL) {
        modem_line(modem, "+QIDNSCFG: %d,\"%s\",\"%s\"", (int)modem_number(call, "contextID", 1),
                   text_of(context->dns[0]), text_of(context->dns[1]));
        return MODEM_OK;
    }
    modem_set_text(&context->dns[0], first);
    modem_set_text(&context->dns[1], modem_text(call, "secdnsaddr", ""));
    return MODEM_OK;
}

static const char *error_meaning(const struct modem *modem)
{
    const struct catalog_set *set = catalog_find_set(modem->model, "quectel-ssl");
    const struct catalog_param *err =
        set == NULL ? NULL : catalog_find_param(set, NULL, NULL, "err");
    char code[16];
    snprintf(code, sizeof code, "%d", modem->last_error);
    for (size_t i = 0; err != NULL && i < err->value_count; i++)
        if (strcmp(err->values[i].code, code) == 0) return err->values[i].meaning;
    return "unknown error";
}

static int last_error(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "+QIGETERROR: %d,%s", modem->last_error, error_meaning(modem));
    return MODEM_OK;
}

const struct modem_entry modem_packet_commands[] = {
    {"+CGATT", attach},
    {"+CGDCONT", define},
    {"+CGACT", activate},
    {"+CGPADDR", address},
    {"+QICSGP", configure},
    {"+QIACT", activate_quectel},
    {"+QIDEACT", deactivate_quectel},
    {"+QILOCIP", own_address},
    {"+QIDNSCFG", name_servers},
    {"+QIGETERROR", last_error},
    {NULL, NULL},
};
