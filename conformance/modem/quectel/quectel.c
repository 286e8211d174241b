/* Quectel's modules at large, and QIGETERROR. */
#include "modem/quectel/quectel.h"

#include <stdio.h>
#include <string.h>

struct quectel {
    int error; /* of QIGETERROR                                             */
};

static const struct modem_memory memory = {sizeof(struct quectel)};

static struct quectel *quectel_of(const struct modem *modem)
{
    return modem_memory(modem, &memory);
}

void quectel_set_error(struct modem *modem, int code)
{
    quectel_of(modem)->error = code;
}

int quectel_fail(struct modem *modem, int code)
{
    quectel_set_error(modem, code);
    return MODEM_ERROR;
}

static const char *error_meaning(const struct modem *modem)
{
    const struct catalog_set *set = catalog_find_set(modem_catalog(modem), "quectel-ssl");
    const struct catalog_param *err =
        set == NULL ? NULL : catalog_find_param(set, NULL, NULL, "err");
    char code[16];
    snprintf(code, sizeof code, "%d", quectel_of(modem)->error);
    for (size_t i = 0; err != NULL && i < err->value_count; i++)
        if (strcmp(err->values[i].code, code) == 0) return err->values[i].meaning;
    return "unknown error";
}

static int last_error(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    modem_line(modem, "+QIGETERROR: %d,%s", quectel_of(modem)->error, error_meaning(modem));
    return MODEM_OK;
}

/* ---- the last error --------------------------------------------------- */

static bool is_about_ssl(const struct modem_call *call)
{
    return strcmp(call->set->name, "quectel-ssl") == 0
           || strcmp(call->command->name, "+QISEND") == 0
           || strcmp(call->command->name, "+QISWTMD") == 0;
}

/* QIGETERROR is about the last SSL command. Of what ends as MODEM_ERROR the
 * handler knows the code. */
static void note_result(struct modem *modem, const struct modem_call *call, int result)
{
    if (!is_about_ssl(call)) return;
    if (result > 0) quectel_set_error(modem, QUECTEL_BAD_PARAMETER);
    else if (result == MODEM_OK || result == MODEM_CONNECT) quectel_set_error(modem, 0);
}

static void start(struct modem *modem)
{
    quectel_set_error(modem, 0);
}

static const char *const dialects[] = {"quectel-ugxx", "quectel-ec200", NULL};

static const char *const banner[] = {
    "RDY", "+CFUN: 1", "+CPIN: READY", "+QIND: SMS DONE", "+QIND: PB DONE", NULL};

static const struct modem_vendor vendor = {.dialects = dialects, .banner = banner};

static const struct modem_entry commands[] = {
    {.name = "+QIGETERROR", .handler = last_error},
    {0},
};

const struct modem_part modem_quectel_part = {.name = "quectel",
                                              .vendor = &vendor,
                                              .commands = commands,
                                              .memory = &memory,
                                              .start = start,
                                              .after_command = note_result};
