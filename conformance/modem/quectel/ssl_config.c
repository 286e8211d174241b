/* AT+QSSLCFG: the settings of Quectel's SSL contexts (2.2.1). Which there are,
 * of what type and with which default, the edition states in the catalogue. */
#include "base/memory.h"
#include "modem/quectel/ssl.h"

#include <stdlib.h>
#include <string.h>

#define CIPHER_ALL 0xFFFF

/* The key of QSSLCFG, and the default where the edition states none. */
static const struct {
    const char *key, *otherwise;
} settings[QSSL_SETTING_COUNT] = {
    [QSSL_VERSION] = {"sslversion", "4"},
    [QSSL_CIPHERSUITE] = {"ciphersuite", "0XFFFF"},
    [QSSL_CACERT] = {"cacert", ""},
    [QSSL_CACERTEX] = {"cacertex", ""},
    [QSSL_CLIENTCERT] = {"clientcert", ""},
    [QSSL_CLIENTKEY] = {"clientkey", ""},
    [QSSL_SECLEVEL] = {"seclevel", "0"},
    [QSSL_IGNORELOCALTIME] = {"ignorelocaltime", "1"},
    [QSSL_NEGOTIATETIME] = {"negotiatetime", "300"},
    [QSSL_SNI] = {"sni", "0"},
    [QSSL_CLOSETIMEMODE] = {"closetimemode", "0"},
    [QSSL_IGNOREMULTICERTCHAINVERIFY] = {"ignoremulticertchainverify", "0"},
    [QSSL_IGNOREINVALIDCERTSIGN] = {"ignoreinvalidcertsign", "0"},
    [QSSL_SESSION_CACHE] = {"session_cache", "0"},
};

/* ---- the catalogue ---------------------------------------------------- */

/* The parameter that a form of QSSLCFG sets: its last. */
static const struct catalog_param *value_param(const struct modem *modem,
                                               const struct catalog_set *set,
                                               const struct catalog_command *command,
                                               const struct catalog_form *form)
{
    const struct catalog_syntax *syntax = &form->syntax;
    return catalog_find_param(set, command, modem_edition(modem, set),
                              syntax->args[syntax->arg_count - 1].text);
}

static bool sets(const struct catalog_form *form, const char *edition, const char *key)
{
    return form->syntax.key != NULL && strcmp(form->syntax.key, key) == 0
           && catalog_is_of_edition(form->edition, edition);
}

/* The parameter of `setting` as the edition has it; NULL: it has none. */
static const struct catalog_param *find_param(const struct modem *modem, enum qssl_setting setting)
{
    const struct catalog_set *set = catalog_find_set(modem_catalog(modem), "quectel-ssl");
    const struct catalog_command *command =
        set == NULL ? NULL : catalog_find_command(set, "+QSSLCFG");
    for (size_t i = 0; command != NULL && i < command->form_count; i++)
        if (sets(&command->forms[i], modem_edition(modem, set), settings[setting].key))
            return value_param(modem, set, command, &command->forms[i]);
    return NULL;
}

/* ---- values ----------------------------------------------------------- */

const char *qssl_text(const struct modem *modem, int context, enum qssl_setting setting)
{
    const char *text = qssl_of(modem)->contexts[context].values[setting];
    if (text != NULL) return text;
    const struct catalog_param *param = find_param(modem, setting);
    bool stated = param != NULL && param->default_value != NULL;
    return stated ? param->default_value : settings[setting].otherwise;
}

int qssl_number(const struct modem *modem, int context, enum qssl_setting setting)
{
    int base = setting == QSSL_CIPHERSUITE ? 16 : 10;
    return (int)strtol(qssl_text(modem, context, setting), NULL, base);
}

size_t qssl_ciphers(const struct modem *modem, int context, uint16_t ciphers[QSSL_CIPHER_MAX])
{
    int wanted = qssl_number(modem, context, QSSL_CIPHERSUITE);
    const struct catalog_param *param = find_param(modem, QSSL_CIPHERSUITE);
    size_t count = 0;
    for (size_t i = 0; param != NULL && i < param->value_count && count < QSSL_CIPHER_MAX; i++) {
        int code = (int)strtol(param->values[i].code, NULL, 16);
        bool is_wanted = wanted == CIPHER_ALL || code == wanted;
        if (code != CIPHER_ALL && is_wanted) ciphers[count++] = (uint16_t)code;
    }
    return count;
}

void qssl_forget_contexts(struct modem *modem)
{
    for (size_t i = 0; i < QSSL_CONTEXT_COUNT; i++) {
        struct qssl_context *context = &qssl_of(modem)->contexts[i];
        for (size_t s = 0; s < QSSL_SETTING_COUNT; s++) free(context->values[s]);
        link_cache_free(context->cache);
        *context = (struct qssl_context){0};
    }
}

/* ---- the command ------------------------------------------------------ */

/* QSSL_SETTING_COUNT: a key of no manual at hand. */
static enum qssl_setting setting_of(const struct modem_call *call)
{
    const char *key = call->form->syntax.key;
    int setting = key == NULL ? QSSL_SETTING_COUNT : 0;
    while (setting < QSSL_SETTING_COUNT && strcmp(settings[setting].key, key) != 0) setting++;
    return (enum qssl_setting)setting;
}

static void tell(struct modem *modem, const struct catalog_param *param, enum qssl_setting setting,
                 int context)
{
    modem_line(modem,
               param->type == ATP_TYPE_STRING ? "+QSSLCFG: \"%s\",%d,\"%s\""
                                              : "+QSSLCFG: \"%s\",%d,%s",
               settings[setting].key, context, qssl_text(modem, context, setting));
}

/* The value as it is reported: numbers have one spelling. NULL: a code that
 * the edition does not list. Owns: the caller. */
static char *spelled(const struct catalog_param *param, const struct modem_argument *argument)
{
    if (param->type == ATP_TYPE_STRING) return memory_text(argument->text);
    if (param->type != ATP_TYPE_HEX) return memory_format("%lld", (long long)argument->number);
    for (size_t i = 0; i < param->value_count; i++)
        if (strtol(param->values[i].code, NULL, 16) == argument->number)
            return memory_text(param->values[i].code);
    return NULL;
}

static int set_value(struct modem *modem, const struct catalog_param *param,
                     enum qssl_setting setting, const struct modem_call *call)
{
    char *text = spelled(param, &call->arguments[2]);
    if (text == NULL) return CME_BAD_PARAMETERS;
    struct qssl_context *context = &qssl_of(modem)->contexts[call->arguments[1].number];
    free(context->values[setting]);
    context->values[setting] = text;
    return MODEM_OK;
}

static int configure(struct modem *modem, const struct modem_call *call)
{
    enum qssl_setting setting = setting_of(call);
    const struct catalog_param *param = value_param(modem, call->set, call->command, call->form);
    bool one = call->argument_count > 1 && call->arguments[1].given;
    bool given = call->argument_count > 2 && call->arguments[2].given;
    if (setting == QSSL_SETTING_COUNT) return CME_NOT_SUPPORTED;
    if (!one && given) return CME_BAD_PARAMETERS;
    if (given) return set_value(modem, param, setting, call);
    if (one) tell(modem, param, setting, (int)call->arguments[1].number);
    for (int i = 0; !one && i < QSSL_CONTEXT_COUNT; i++) tell(modem, param, setting, i);
    return MODEM_OK;
}

static const struct modem_entry commands[] = {
    {.name = "+QSSLCFG", .handler = configure},
    {0},
};

const struct modem_part modem_quectel_ssl_config_part = {.name = "quectel-ssl-config",
                                                         .commands = commands};
