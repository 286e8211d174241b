/* SIMCom's modules at large. */
#include "modem/simcom/simcom.h"

static const char *const dialects[] = {"simcom", NULL};

static const char *const banner[] = {"*ATREADY: 1", "+CPIN: READY", "SMS DONE", "PB DONE", NULL};

/* F1003: CONNECT <speed>. */
static const struct modem_vendor vendor = {
    .dialects = dialects, .banner = banner, .tells_speed = true};

const struct modem_part modem_simcom_part = {.name = "simcom", .vendor = &vendor};
