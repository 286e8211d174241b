/* The commands of V.250. */
#include "modem/common/general.h"

static int digit(const struct modem_call *call, int otherwise)
{
    return (int)modem_number(call, "value", otherwise);
}

static int set_echo(struct modem *modem, const struct modem_call *call)
{
    bool kept = digit(call, 0) == 0 && modem_strikes(modem, FAULT_ECHO_KEPT);
    modem_settings(modem)->echo = kept || digit(call, 0) != 0;
    return MODEM_OK;
}

static int set_quiet(struct modem *modem, const struct modem_call *call)
{
    modem_settings(modem)->quiet = digit(call, 0) != 0;
    return MODEM_OK;
}

static int set_verbose(struct modem *modem, const struct modem_call *call)
{
    modem_settings(modem)->verbose = digit(call, 0) != 0;
    return MODEM_OK;
}

static int set_progress(struct modem *modem, const struct modem_call *call)
{
    modem_settings(modem)->progress = digit(call, 0);
    return MODEM_OK;
}

static int set_dtr(struct modem *modem, const struct modem_call *call)
{
    modem_settings(modem)->dtr = digit(call, 0);
    return MODEM_OK;
}

/* 6.1.1: the settings of V.250 and CMEE; connections and files stay. */
static int reset(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (modem_strikes(modem, FAULT_RESET_KEEPS)) return MODEM_OK;
    modem_reset_settings(modem);
    return MODEM_OK;
}

static int identify(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "Manufacturer: atproof");
    modem_line(modem, "Model: virtual %s", modem_options(modem)->dialect->name);
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
    return modem_has_stream(modem) ? MODEM_CONNECT : MODEM_NO_CARRIER;
}

static const struct modem_entry commands[] = {
    {.name = "E", .handler = set_echo},
    {.name = "Q", .handler = set_quiet},
    {.name = "V", .handler = set_verbose},
    {.name = "X", .handler = set_progress},
    {.name = "&D", .handler = set_dtr},
    {.name = "Z", .handler = reset},
    {.name = "I", .handler = identify},
    {.name = "H", .handler = hang_up},
    {.name = "D", .handler = dial},
    {.name = "O", .handler = go_online},
    {0},
};

const struct modem_part modem_v250_part = {.name = "V.250", .commands = commands};
