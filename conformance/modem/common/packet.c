/* PDP contexts: 27.007 section 10. */
#include "modem/common/network.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const char *text)
{
    return text == NULL ? "" : text;
}

/* The last context that CGDCONT takes: what its test response lists, `(1-16)`.
 * Commands of vendors take more. */
static int64_t last_context(const struct modem *modem)
{
    const struct catalog_set *core = catalog_find_set(modem_catalog(modem), "core");
    const struct catalog_command *command = catalog_find_command(core, "+CGDCONT");
    for (size_t i = 0; command != NULL && i < command->form_count; i++) {
        const struct catalog_form *form = &command->forms[i];
        if (form->syntax.kind != ATP_FORM_TEST) continue;
        const char *text = form->variants[0].elements[0].fields[0].text;
        int64_t last = strtoll(text + strcspn(text, "-") + 1, NULL, 10);
        return last < CONTEXT_COUNT ? last : CONTEXT_COUNT;
    }
    return CONTEXT_COUNT;
}

static struct modem_context *context_of(struct modem *modem, const struct modem_call *call)
{
    return network_context(modem_network(modem), modem_number(call, "cid", 0), last_context(modem));
}

static int attach(struct modem *modem, const struct modem_call *call)
{
    struct network *network = modem_network(modem);
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CGATT: %d", network->attached);
        return MODEM_OK;
    }
    bool wanted = modem_number(call, "state", 0) == 1;
    if (wanted && !network_has_radio(network)) return CME_NO_NETWORK;
    network->attached = wanted;
    if (!wanted) network_deactivate(network);
    return MODEM_OK;
}

static void list_definitions(struct modem *modem)
{
    for (int i = 0; i < last_context(modem); i++) {
        const struct modem_context *context = &modem_network(modem)->contexts[i];
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
    struct modem_context *context = context_of(modem, call);
    const char *type = modem_text(call, "PDP_type", NULL);
    if (context == NULL) return CME_BAD_PARAMETERS;
    if (context->active) return CME_NOT_ALLOWED;
    network_forget_context(context);
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
    for (int i = 0; i < last_context(modem); i++)
        if (modem_network(modem)->contexts[i].defined)
            modem_line(modem, "+CGACT: %d,%d", i + 1, modem_network(modem)->contexts[i].active);
}

static void set_all(struct modem *modem, bool active)
{
    for (int i = 0; i < last_context(modem); i++)
        modem_network(modem)->contexts[i].active =
            active && modem_network(modem)->contexts[i].defined;
}

static int activate(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_READ)) {
        list_states(modem);
        return MODEM_OK;
    }
    bool wanted = modem_number(call, "state", 0) == 1;
    if (wanted && !modem_network(modem)->attached) return CME_UNSPECIFIED;
    if (modem_argument(call, "cid") == NULL) {
        set_all(modem, wanted);
        return MODEM_OK;
    }
    struct modem_context *context = context_of(modem, call);
    if (context == NULL || !context->defined) return CME_BAD_PARAMETERS;
    bool stays = !wanted && context->active && modem_strikes(modem, FAULT_CONTEXT_STAYS_ACTIVE);
    context->active = wanted || stays;
    return MODEM_OK;
}

static void tell_address(struct modem *modem, int number)
{
    const struct modem_context *context = &modem_network(modem)->contexts[number - 1];
    if (context->active) modem_line(modem, "+CGPADDR: %d,\"" MODEM_ADDRESS "\"", number);
    else if (context->defined) modem_line(modem, "+CGPADDR: %d", number);
}

static int address(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_EXECUTE)) {
        for (int i = 1; i <= last_context(modem); i++) tell_address(modem, i);
        return MODEM_OK;
    }
    if (context_of(modem, call) == NULL) return CME_BAD_PARAMETERS;
    tell_address(modem, (int)modem_number(call, "cid", 1));
    return MODEM_OK;
}

static const struct modem_entry commands[] = {
    {.name = "+CGATT", .handler = attach},
    {.name = "+CGDCONT", .handler = define},
    {.name = "+CGACT", .handler = activate},
    {.name = "+CGPADDR", .handler = address},
    {0},
};

const struct modem_part modem_packet_part = {.name = "packet", .commands = commands};
