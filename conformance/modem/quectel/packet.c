/* Quectel's commands for PDP contexts: QICSGP, QIACT, QIDEACT, QILOCIP, QIDNSCFG. */
#include "modem/common/network.h"
#include "modem/quectel/quectel.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const char *text)
{
    return text == NULL ? "" : text;
}

static const struct catalog_form *find_form(const struct catalog_command *command,
                                            const char *edition)
{
    for (size_t i = 0; command != NULL && i < command->form_count; i++)
        if (command->forms[i].syntax.kind == ATP_FORM_WRITE
            && catalog_is_of_edition(command->forms[i].edition, edition))
            return &command->forms[i];
    return NULL;
}

/* The last that Quectel's commands take: the range of QSSLOPEN's, which differs
 * by edition. */
static int64_t last_context(const struct modem *modem)
{
    const struct catalog_set *set = catalog_find_set(modem_catalog(modem), "quectel-ssl");
    const char *edition = modem_edition(modem, set);
    const struct catalog_command *command = catalog_find_command(set, "+QSSLOPEN");
    const struct catalog_form *form = find_form(command, edition);
    const struct catalog_param *param =
        catalog_find_param(set, command, edition, form->syntax.args[0].text);
    int64_t last = param->ranges[param->range_count - 1].max;
    return last < CONTEXT_COUNT ? last : CONTEXT_COUNT;
}

static struct modem_context *context_of(struct modem *modem, const struct modem_call *call)
{
    return network_context(modem_network(modem), modem_number(call, "contextID", 0),
                           last_context(modem));
}

static int type_of(const struct modem_context *context)
{
    if (strcmp(context->type, "IPV6") == 0) return 2;
    return strcmp(context->type, "IPV4V6") == 0 ? 3 : 1;
}

static int configure(struct modem *modem, const struct modem_call *call)
{
    static const char *const types[] = {"IP", "IPV6", "IPV4V6"};
    struct modem_context *context = context_of(modem, call);
    if (context == NULL) return CME_BAD_PARAMETERS;
    if (modem_argument(call, "context_type") == NULL) {
        if (modem_argument(call, "APN") != NULL) return CME_BAD_PARAMETERS;
        modem_line(modem, "+QICSGP: %d,\"%s\",\"%s\",\"%s\",%d", type_of(context),
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

static int activate(struct modem *modem, const struct modem_call *call)
{
    const struct modem_context *contexts = modem_network(modem)->contexts;
    if (modem_is(call, ATP_FORM_READ)) {
        for (int i = 0; i < CONTEXT_COUNT; i++)
            if (contexts[i].active)
                modem_line(modem, "+QIACT: %d,1,%d,\"" MODEM_ADDRESS "\"", i + 1,
                           type_of(&contexts[i]));
        return MODEM_OK;
    }
    struct modem_context *context = context_of(modem, call);
    if (context == NULL) return CME_BAD_PARAMETERS;
    if (!modem_network(modem)->attached) return quectel_fail(modem, QUECTEL_NO_CONTEXT);
    context->defined = context->active = true;
    if (context->type[0] == '\0') snprintf(context->type, sizeof context->type, "IP");
    return MODEM_OK;
}

static int deactivate(struct modem *modem, const struct modem_call *call)
{
    struct modem_context *context = context_of(modem, call);
    if (context == NULL) return CME_BAD_PARAMETERS;
    context->active = context->active && modem_strikes(modem, FAULT_CONTEXT_STAYS_ACTIVE);
    return MODEM_OK;
}

static bool is_online(const struct modem *modem)
{
    const struct modem_context *contexts = modem_network(modem)->contexts;
    for (size_t i = 0; i < CONTEXT_COUNT; i++)
        if (contexts[i].active) return true;
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
    struct modem_context *context = context_of(modem, call);
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

static const struct modem_entry commands[] = {
    {.name = "+QICSGP", .handler = configure},      {.name = "+QIACT", .handler = activate},
    {.name = "+QIDEACT", .handler = deactivate},    {.name = "+QILOCIP", .handler = own_address},
    {.name = "+QIDNSCFG", .handler = name_servers}, {0},
};

const struct modem_part modem_quectel_packet_part = {.name = "quectel-packet",
                                                     .commands = commands};
