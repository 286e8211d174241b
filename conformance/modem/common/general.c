/* The commands of 27.007 but for packet data, and CPSI. */
#include "modem/common/general.h"
#include "modem/common/network.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#define ZONE_S       900 /* a quarter of an hour                         */
#define SIGNAL       23  /* CSQ: 2 dB a step from -113 dBm                   */
#define ERROR_RATE   0
#define HOME         1 /* stat of CREG: registered, home                   */
#define NOT_SEARCHED 0
#define E_UTRAN      7
#define AREA         "1234"
#define CELL         "0012ABCD"
#define OPERATOR     "00101"           /* 3GPP's test network                          */
#define SERIAL       "004999010640000" /* an IMEI of the range for tests     */

struct general {
    int64_t clock_offset;          /* seconds                                        */
    int clock_zone;                /* quarters of an hour                            */
    int64_t cell_period, cell_due; /* CPSI; period 0: off                   */
    char character_set[8];         /* CSCS                                  */
    int registration_urc[3];       /* n of CREG, CGREG, CEREG               */
    int operator_mode, operator_format;
};

static const struct modem_memory memory = {sizeof(struct general)};

static struct general *general_of(const struct modem *modem)
{
    return modem_memory(modem, &memory);
}

static bool has_radio(const struct modem *modem)
{
    return network_has_radio(modem_network(modem));
}

/* ---- what it is ------------------------------------------------------- */

static int manufacturer(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "atproof");
    return MODEM_OK;
}

static int model(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "virtual %s", modem_options(modem)->dialect->name);
    return MODEM_OK;
}

static int revision(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "%s", MODEM_REVISION);
    return MODEM_OK;
}

static int serial_number(struct modem *modem, const struct modem_call *call)
{
    static const char *const numbers[] = {SERIAL, SERIAL, "0049990106400000", "00"};
    modem_line(modem, "%s", numbers[modem_number(call, "snt", 0)]);
    return MODEM_OK;
}

/* ---- errors, functionality, SIM --------------------------------------- */

static int error_form(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_READ))
        modem_line(modem, "+CMEE: %d", modem_settings(modem)->error_form);
    else modem_settings(modem)->error_form = (int)modem_number(call, "n", 0);
    return MODEM_OK;
}

/* A URC of registration, as far as `n` asks for the cell. */
static void tell_registration(struct modem *modem, const char *name, int form)
{
    char text[64];
    int stat = has_radio(modem) ? HOME : NOT_SEARCHED;
    if (form == 0 && !modem_strikes(modem, FAULT_URC_NOT_ASKED)) return;
    if (form <= 1 || !has_radio(modem)) snprintf(text, sizeof text, "%s: %d", name, stat);
    else snprintf(text, sizeof text, "%s: %d,\"%s\",\"%s\",%d", name, stat, AREA, CELL, E_UTRAN);
    modem_say(modem, text);
}

static int functionality(struct modem *modem, const struct modem_call *call)
{
    static const char *const names[] = {"+CREG", "+CGREG", "+CEREG"};
    struct network *network = modem_network(modem);
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "+CFUN: %d", network->functionality);
        return MODEM_OK;
    }
    int level = (int)modem_number(call, "fun", 1);
    bool restarts = level == 6 || modem_number(call, "rst", 0) == 1;
    bool had = has_radio(modem);
    if (restarts) return MODEM_RESET;
    network->functionality = level;
    if (had == has_radio(modem)) return MODEM_OK;
    network->attached = has_radio(modem);
    if (network->attached && modem_strikes(modem, FAULT_CFUN_FORGETS_CONTEXTS))
        network_forget_contexts(network);
    if (!network->attached) network_deactivate(network);
    for (size_t i = 0; i < 3; i++)
        tell_registration(modem, names[i], general_of(modem)->registration_urc[i]);
    return MODEM_OK;
}

/* Texts are plain ASCII, the same in all sets but UCS2, which no text uses. */
static int character_set(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_READ))
        modem_line(modem, "+CSCS: \"%s\"", general_of(modem)->character_set);
    else
        snprintf(general_of(modem)->character_set, sizeof general_of(modem)->character_set, "%s",
                 modem_text(call, "chset", ""));
    return MODEM_OK;
}

static int pin(struct modem *modem, const struct modem_call *call)
{
    if (!modem_is(call, ATP_FORM_READ)) return CME_NOT_ALLOWED; /* none is asked for */
    modem_line(modem, "+CPIN: READY");
    return MODEM_OK;
}

/* ---- clock ------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* `+04`, `-12`; nothing is +00. False: neither. */
static bool read_zone(const char *text, int *zone)
{
    *zone = 0;
    if (*text == '\0') return true;
    if ((text[0] != '+' && text[0] != '-') || !is_digit(text[1]) || !is_digit(text[2])
        || text[3] != '\0')
        return false;
    *zone = (text[1] - '0') * 10 + text[2] - '0';
    if (text[0] == '-') *zone = -*zone;
    return *zone >= -48 && *zone <= 56;
}

static bool read_time(const char *text, struct tm *when, int *zone)
{
    *when = (struct tm){0};
    const char *rest = strptime(text, "%y/%m/%d,%H:%M:%S", when);
    if (rest == NULL || rest - text != 17 || !read_zone(rest, zone)) return false;
    when->tm_year = when->tm_year % 100 + 100; /* of this century */
    struct tm wanted = *when;
    timegm(when); /* what is no date becomes another one */
    return when->tm_mon == wanted.tm_mon && when->tm_mday == wanted.tm_mday
           && when->tm_sec == wanted.tm_sec;
}

/* The machine's clock, or one that goes with the line's. */
static int64_t now_s(const struct modem *modem)
{
    int64_t begun_s = modem_options(modem)->clock_s;
    return begun_s == 0 ? time(NULL) : begun_s + modem_now(modem) / 1000000;
}

int64_t modem_clock_s(const struct modem *modem)
{
    return now_s(modem) + general_of(modem)->clock_offset
           - (int64_t)general_of(modem)->clock_zone * ZONE_S;
}

static int clock_time(struct modem *modem, const struct modem_call *call)
{
    struct tm when;
    if (modem_is(call, ATP_FORM_READ)) {
        char text[32];
        time_t now = now_s(modem) + general_of(modem)->clock_offset;
        gmtime_r(&now, &when);
        strftime(text, sizeof text, "%y/%m/%d,%H:%M:%S", &when);
        modem_line(modem, "+CCLK: \"%s%+03d\"", text, general_of(modem)->clock_zone);
        return MODEM_OK;
    }
    int zone = 0;
    if (!read_time(modem_text(call, "time", ""), &when, &zone)) return CME_BAD_PARAMETERS;
    general_of(modem)->clock_offset = timegm(&when) - now_s(modem);
    general_of(modem)->clock_zone = zone;
    return MODEM_OK;
}

/* ---- network ---------------------------------------------------------- */

static int signal_quality(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (has_radio(modem)) modem_line(modem, "+CSQ: %d,%d", SIGNAL, ERROR_RATE);
    else modem_line(modem, "+CSQ: 99,99");
    return MODEM_OK;
}

static int registration(struct modem *modem, const struct modem_call *call)
{
    const char *name = call->command->name;
    size_t index = strcmp(name, "+CREG") == 0 ? 0 : strcmp(name, "+CGREG") == 0 ? 1 : 2;
    int *form = &general_of(modem)->registration_urc[index];
    int stat = has_radio(modem) ? HOME : NOT_SEARCHED;
    if (modem_is(call, ATP_FORM_WRITE)) *form = (int)modem_number(call, "n", 0);
    else if (*form < 2 || !has_radio(modem)) modem_line(modem, "%s: %d,%d", name, *form, stat);
    else modem_line(modem, "%s: %d,%d,\"%s\",\"%s\",%d", name, *form, stat, AREA, CELL, E_UTRAN);
    return MODEM_OK;
}

static int choose_operator(struct modem *modem, const struct modem_call *call)
{
    int mode = (int)modem_number(call, "mode", 0);
    const char *oper = modem_text(call, "oper", NULL);
    if ((mode == 1 || mode == 4) && oper == NULL) return CME_BAD_PARAMETERS;
    if (oper != NULL && strcmp(oper, "atproof") != 0 && strcmp(oper, OPERATOR) != 0)
        return CME_NO_NETWORK;
    general_of(modem)->operator_format =
        (int)modem_number(call, "format", general_of(modem)->operator_format);
    if (mode != 3) general_of(modem)->operator_mode = mode;
    return MODEM_OK;
}

static int operator_selection(struct modem *modem, const struct modem_call *call)
{
    const char *name = general_of(modem)->operator_format == 2 ? OPERATOR : "atproof";
    if (modem_is(call, ATP_FORM_WRITE)) return choose_operator(modem, call);
    if (modem_is(call, ATP_FORM_TEST))
        modem_line(modem, "+COPS: (2,\"atproof\",\"atproof\",\"%s\",%d),,(0-4),(0-2)", OPERATOR,
                   E_UTRAN);
    else if (!has_radio(modem) || general_of(modem)->operator_mode == 2)
        modem_line(modem, "+COPS: %d", general_of(modem)->operator_mode);
    else
        modem_line(modem, "+COPS: %d,%d,\"%s\",%d", general_of(modem)->operator_mode,
                   general_of(modem)->operator_format, name, E_UTRAN);
    return MODEM_OK;
}

/* ---- the serving cell ------------------------------------------------- */

static const char *cell_text(const struct modem *modem)
{
    if (modem_network(modem)->functionality == 0) return "+CPSI: NO SERVICE,Low Power Mode";
    if (!has_radio(modem)) return "+CPSI: NO SERVICE,Offline";
    return "+CPSI: LTE,Online,001-01,0x1234,1223629,204,EUTRAN-BAND3,1850,5,5,-94,-850,-545,14";
}

static int serving_cell(struct modem *modem, const struct modem_call *call)
{
    if (modem_is(call, ATP_FORM_READ)) {
        modem_line(modem, "%s", cell_text(modem));
        return MODEM_OK;
    }
    general_of(modem)->cell_period = modem_number(call, "time", 0) * 1000000;
    general_of(modem)->cell_due = modem_now(modem) + general_of(modem)->cell_period;
    return MODEM_OK;
}

static int64_t cell_due(const struct modem *modem)
{
    return general_of(modem)->cell_period > 0 ? general_of(modem)->cell_due : MODEM_NEVER;
}

static void tell_cell(struct modem *modem)
{
    if (general_of(modem)->cell_period == 0 || modem_now(modem) < general_of(modem)->cell_due)
        return;
    general_of(modem)->cell_due = modem_now(modem) + general_of(modem)->cell_period;
    modem_say(modem, cell_text(modem));
}

/* The clock runs on through a restart. */
static void start(struct modem *modem)
{
    struct general *general = general_of(modem);
    *general = (struct general){.clock_offset = general->clock_offset,
                                .clock_zone = general->clock_zone,
                                .character_set = "IRA"};
}

static const struct modem_entry commands[] = {
    {.name = "+CGMI", .handler = manufacturer},
    {.name = "+CGMM", .handler = model},
    {.name = "+CGMR", .handler = revision},
    {.name = "+CGSN", .handler = serial_number},
    {.name = "+CSCS", .handler = character_set},
    {.name = "+CMEE", .handler = error_form},
    {.name = "+CFUN", .handler = functionality},
    {.name = "+CPIN", .handler = pin},
    {.name = "+CCLK", .handler = clock_time},
    {.name = "+CSQ", .handler = signal_quality},
    {.name = "+CREG", .handler = registration},
    {.name = "+CGREG", .handler = registration},
    {.name = "+CEREG", .handler = registration},
    {.name = "+COPS", .handler = operator_selection, .answers_test = true},
    {.name = "+CPSI", .handler = serving_cell},
    {0},
};

const struct modem_part modem_general_part = {.name = "general",
                                              .commands = commands,
                                              .memory = &memory,
                                              .start = start,
                                              .poll = tell_cell,
                                              .due = cell_due};
