/* The commands of V.250. */
#include "modem/core/core.h"

static int digit(const struct modem_call *call, int otherwise)
{
    return (int)modem_number(call, "value", otherwise);
}

static int set_echo(struct modem *modem, const struct modem_call *call)
{
    bool kept = digit(call, 0) == 0 && modem_strikes(modem, FAULT_ECHO_KEPT);
    modem->settings.echo = kept || digit(call, 0) != 0;
    return MODEM_OK;
}

static int set_quiet(struct modem *modem, const struct modem_call *call)
{
    modem->settings.quiet = digit(call, 0) != 0;
    return MODEM_OK;
}

static int set_verbose(struct modem *modem, const struct modem_call *call)
{
    modem->settings.verbose = digit(call, 0) != 0;
    return MODEM_OK;
}

static int set_progress(struct modem *modem, const struct modem_call *call)
{
    modem->settings.progress = digit(call, 0);
    return MODEM_OK;
}

static int set_dtr(struct modem *modem, const struct modem_call *call)
{
    modem->settings.dtr = digit(call, 0);
    return MODEM_OK;
}

/* 6.1.1: the settings of V.250 and CMEE; connections and files stay. */
static int reset(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (modem_strikes(modem, FAULT_RESET_KEEPS)) return MODEM_OK;
    modem->settings =
        (struct modem_settings){.echo = true, .verbose = true, .progress = 4, .dtr = 2};
    modem->error_form = 0;
    return MODEM_OK;
}

static int identify(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "Manufacturer: atproof");
    modem_line(modem, "Model: virtual %s", modem->options.dialect->name);
    modem_line(modem, "Revision: %s", MODEM_REVISION);
    return MODEM_OK;
}

static int hang_up(struct modem *modem, const struct modem_call *call)
{
    (void)modem;
    (void)call;
    return MODEM_OK;
}

/* 6.3.1: no call is ever answered. */
static int dial(struct modem *modem, const struct modem_call *call)
{
    (void)modem;
    return modem_argument(call, "dial_string") == NULL ? MODEM_ERROR : MODEM_NO_CARRIER;
}

static int go_online(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    return modem->stream.of == NULL ? MODEM_NO_CARRIER : MODEM_CONNECT;
}

const struct modem_entry modem_v250_commands[] = {
    {"E", set_echo}, {"Q", set_quiet}, {"V", set_verbose}, {"X", set_progress},
    {"&D", set_dtr}, {"Z", reset},     {"I", identify},    {"H", hang_up},
    {"D", dial},     {"O", go_online}, {NULL, NULL},
};
