/* What the module has of the network: radio, attachment, PDP contexts. */
#include "modem/common/network.h"

#include <stdlib.h>

static const struct modem_memory memory = {sizeof(struct network)};

struct network *modem_network(const struct modem *modem)
{
    return modem_memory(modem, &memory);
}

bool network_has_radio(const struct network *network)
{
    return network->functionality == 1;
}

struct modem_context *network_context(struct network *network, int64_t number, int64_t last)
{
    return number >= 1 && number <= last ? &network->contexts[number - 1] : NULL;
}

void network_forget_context(struct modem_context *context)
{
    free(context->apn);
    free(context->user);
    free(context->password);
    free(context->dns[0]);
    free(context->dns[1]);
    *context = (struct modem_context){0};
}

void network_forget_contexts(struct network *network)
{
    for (size_t i = 0; i < CONTEXT_COUNT; i++) network_forget_context(&network->contexts[i]);
}

void network_deactivate(struct network *network)
{
    for (size_t i = 0; i < CONTEXT_COUNT; i++) network->contexts[i].active = false;
}

static void start(struct modem *modem)
{
    struct network *network = modem_network(modem);
    network_forget_contexts(network);
    network->functionality = 1;
    network->attached = true;
}

static void stop(struct modem *modem)
{
    network_forget_contexts(modem_network(modem));
}

const struct modem_part modem_network_part = {
    .name = "network", .memory = &memory, .start = start, .stop = stop};
