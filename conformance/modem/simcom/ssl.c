/* SIMCom's SSL contexts: CSSLCFG. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_ALL      4
#define VERSION_OLDEST   0x0300 /* 0 of sslversion; the next are one more each */
#define VERSION_NEWEST   0x0303 /* of All: F1012 knows none beyond          */
#define CIPHER_ALL       0xFFFF
#define NEGOTIATE_S      300
#define AUTHENTICATE_ALL 2

/* ---- settings --------------------------------------------------------- */

/* A keyword, its parameter, and where the number lies. */
struct setting {
    const char *key, *parameter;
    size_t at;
};

static const struct setting numbers[] = {
    {"sslversion", "sslversion", offsetof(struct modem_ssl_context, version)},
    {"authmode", "authmode", offsetof(struct modem_ssl_context, authentication)},
    {"negotiatetime", "negotiatetime", offsetof(struct modem_ssl_context, negotiate_s)},
    {"ciphersuites", "ciphersuites", offsetof(struct modem_ssl_context, cipher)},
};

static const struct setting flags[] = {
    {"ignorelocaltime", "ignoreltime", offsetof(struct modem_ssl_context, ignores_time)},
    {"enableSNI", "enableSNI_Flag", offsetof(struct modem_ssl_context, sends_name)},
};

static const struct setting files[] = {
    {"cacert", "ca_file", SSL_CA},
    {"clientcert", "clientcert_file", SSL_CERTIFICATE},
    {"clientkey", "clientkey_file", SSL_KEY},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct setting *find(const struct setting *settings, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(settings[i].key, key) == 0) return &settings[i];
    return NULL;
}

static const char *text_of(const char *text)
{
    return text == NULL ? "" : text;
}

static void say_context(struct modem *modem, int index)
{
    const struct modem_ssl_context *context = &modem->ssl[index];
    modem_line(modem, "+CSSLCFG: %d,%d,%d,%d,%d,\"%s\",\"%s\",\"%s\",%d,\"%s\",0x%04X", index,
               context->version, context->authentication, context->ignores_time,
               context->negotiate_s, text_of(context->files[SSL_CA]),
               text_of(context->files[SSL_CERTIFICATE]), text_of(context->files[SSL_KEY]),
               context->sends_name, text_of(context->password), (unsigned)context->cipher);
}

/* A file that is not there cannot be used. */
static int set_file(struct modem *modem, const struct modem_call *call,
                    struct modem_ssl_context *context, const struct setting *setting)
{
    const char *name = modem_text(call, setting->parameter, "");
    if (!modem_is_certificate(name) || modem_find_file(modem, name) == NULL) return MODEM_ERROR;
    modem_set_text(&context->files[setting->at], name);
    return MODEM_OK;
}

static int set(struct modem *modem, const struct modem_call *call, const char *key)
{
    struct modem_ssl_context *context = &modem->ssl[modem_number(call, "ssl_ctx_index", 0)];
    char *bytes = (char *)context;
    const struct setting *number = find(numbers, COUNT(numbers), key);
    const struct setting *flag = find(flags, COUNT(flags), key);
    const struct setting *file = find(files, COUNT(files), key);
    if (file != NULL) return set_file(modem, call, context, file);
    if (number != NULL) {
        int value = (int)modem_number(call, number->parameter, 0);
        memcpy(bytes + number->at, &value, sizeof value);
    } else if (flag != NULL) {
        bool value = modem_number(call, flag->parameter, 0) == 1;
        memcpy(bytes + flag->at, &value, sizeof value);
    } else {
        modem_set_text(&context->password, modem_text(call, "keypwd", ""));
    }
    return MODEM_OK;
}

static int configure(struct modem *modem, const struct modem_call *call)
{
    const char *key = call->form->syntax.key;
    if (key != NULL) return set(modem, call, key);
    if (!modem_is(call, ATP_FORM_READ)) {
        say_context(modem, (int)modem_number(call, "ssl_ctx_index", 0));
        return MODEM_OK;
    }
    for (int i = 0; i < SSL_CONTEXT_COUNT; i++) say_context(modem, i);
    return MODEM_OK;
}

void modem_ssl_release(struct modem *modem)
{
    for (size_t i = 0; i < SSL_CONTEXT_COUNT; i++) {
        struct modem_ssl_context *context = &modem->ssl[i];
        for (size_t f = 0; f < COUNT(context->files); f++) free(context->files[f]);
        free(context->password);
        *context = (struct modem_ssl_context){0};
    }
}

void modem_ssl_reset(struct modem *modem)
{
    modem_ssl_release(modem);
    for (size_t i = 0; i < SSL_CONTEXT_COUNT; i++)
        modem->ssl[i] = (struct modem_ssl_context){.version = VERSION_ALL,
                                                   .negotiate_s = NEGOTIATE_S,
                                                   .cipher = CIPHER_ALL,
                                                   .ignores_time = true};
}

/* ---- what they mean --------------------------------------------------- */

static const struct buffer *bytes_of(struct modem *modem, const char *name)
{
    const struct modem_file *file = name == NULL ? NULL : modem_find_file(modem, name);
    return file == NULL ? NULL : &file->bytes;
}

static bool set_trust(struct modem *modem, const struct modem_ssl_context *context,
                      struct link_tls *tls)
{
    const struct buffer *ca = bytes_of(modem, context->files[SSL_CA]);
    if (ca == NULL) return false;
    tls->verifies = true;
    tls->ca = ca->bytes;
    tls->ca_size = ca->size;
    tls->checks_time = !context->ignores_time;
    tls->clock_s = modem_clock_s(modem);
    return true;
}

static bool set_identity(struct modem *modem, const struct modem_ssl_context *context,
                         struct link_tls *tls)
{
    const struct buffer *certificate = bytes_of(modem, context->files[SSL_CERTIFICATE]);
    const struct buffer *key = bytes_of(modem, context->files[SSL_KEY]);
    if (certificate == NULL || key == NULL) return false;
    tls->certificate = certificate->bytes;
    tls->certificate_size = certificate->size;
    tls->key = key->bytes;
    tls->key_size = key->size;
    tls->key_password = context->password;
    return true;
}

/* authmode: 1 the server, 2 both, 3 the client. */
bool modem_ssl_settings(struct modem *modem, int index, const char *host, struct link_tls *tls,
                        uint16_t *cipher)
{
    const struct modem_ssl_context *context = &modem->ssl[index];
    int mode = context->authentication;
    bool all = context->version == VERSION_ALL;
    *cipher = (uint16_t)context->cipher;
    *tls = (struct link_tls){
        .version_min = all ? VERSION_OLDEST : VERSION_OLDEST + context->version,
        .version_max = all ? VERSION_NEWEST : VERSION_OLDEST + context->version,
        .ciphers = cipher,
        .cipher_count = context->cipher != CIPHER_ALL,
        .server_name = context->sends_name ? host : NULL,
    };
    bool of_server = mode == 1 || mode == AUTHENTICATE_ALL;
    return (!of_server || set_trust(modem, context, tls))
           && (mode < AUTHENTICATE_ALL || set_identity(modem, context, tls));
}

const struct modem_entry modem_ssl_commands[] = {{"+CSSLCFG", configure}, {NULL, NULL}};
