/* SIMCom's SSL contexts: CSSLCFG. */
#include "base/memory.h"
#include "modem/common/file.h"
#include "modem/common/general.h"
#include "modem/simcom/simcom.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_ALL      4
#define VERSION_OLDEST   0x0300 /* 0 of sslversion; the next are one more each */
#define VERSION_NEWEST   0x0303 /* of All: F1012 knows none beyond          */
#define CIPHER_ALL       0xFFFF
#define NEGOTIATE_S      300
#define AUTHENTICATE_ALL 2

#define SSL_CONTEXT_COUNT 10

/* F1012. */
struct ssl_context {
    int version, authentication, negotiate_s, cipher;
    bool ignores_time, sends_name;
    char *files[3]; /* names, by enum ssl_file; NULL: not set               */
    char *password;
};

enum ssl_file { SSL_CA, SSL_CERTIFICATE, SSL_KEY };

struct ssl_contexts {
    struct ssl_context all[SSL_CONTEXT_COUNT];
};

static const struct modem_memory memory = {sizeof(struct ssl_contexts)};

static struct ssl_context *contexts_of(const struct modem *modem)
{
    struct ssl_contexts *contexts = modem_memory(modem, &memory);
    return contexts->all;
}

int simcom_negotiate_s(const struct modem *modem, int index)
{
    return contexts_of(modem)[index].negotiate_s;
}

/* ---- settings --------------------------------------------------------- */

/* A keyword, its parameter, and where the number lies. */
struct setting {
    const char *key, *parameter;
    size_t at;
};

static const struct setting numbers[] = {
    {"sslversion", "sslversion", offsetof(struct ssl_context, version)},
    {"authmode", "authmode", offsetof(struct ssl_context, authentication)},
    {"negotiatetime", "negotiatetime", offsetof(struct ssl_context, negotiate_s)},
    {"ciphersuites", "ciphersuites", offsetof(struct ssl_context, cipher)},
};

static const struct setting flags[] = {
    {"ignorelocaltime", "ignoreltime", offsetof(struct ssl_context, ignores_time)},
    {"enableSNI", "enableSNI_Flag", offsetof(struct ssl_context, sends_name)},
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

static void print_context(struct modem *modem, int index)
{
    const struct ssl_context *context = &contexts_of(modem)[index];
    modem_line(modem, "+CSSLCFG: %d,%d,%d,%d,%d,\"%s\",\"%s\",\"%s\",%d,\"%s\",0x%04X", index,
               context->version, context->authentication, context->ignores_time,
               context->negotiate_s, text_of(context->files[SSL_CA]),
               text_of(context->files[SSL_CERTIFICATE]), text_of(context->files[SSL_KEY]),
               context->sends_name, text_of(context->password), (unsigned)context->cipher);
}

/* A file that is not there cannot be used. */
static int set_file(struct modem *modem, const struct modem_call *call, struct ssl_context *context,
                    const struct setting *setting)
{
    const char *name = modem_text(call, setting->parameter, "");
    if (!simcom_is_certificate(name) || modem_find_file(modem, name) == NULL) return MODEM_ERROR;
    modem_set_text(&context->files[setting->at], name);
    return MODEM_OK;
}

static int set(struct modem *modem, const struct modem_call *call, const char *key)
{
    struct ssl_context *context = &contexts_of(modem)[modem_number(call, "ssl_ctx_index", 0)];
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
        print_context(modem, (int)modem_number(call, "ssl_ctx_index", 0));
        return MODEM_OK;
    }
    for (int i = 0; i < SSL_CONTEXT_COUNT; i++) print_context(modem, i);
    return MODEM_OK;
}

static void release(struct modem *modem)
{
    for (size_t i = 0; i < SSL_CONTEXT_COUNT; i++) {
        struct ssl_context *context = &contexts_of(modem)[i];
        for (size_t f = 0; f < COUNT(context->files); f++) free(context->files[f]);
        free(context->password);
        *context = (struct ssl_context){0};
    }
}

static void reset(struct modem *modem)
{
    release(modem);
    for (size_t i = 0; i < SSL_CONTEXT_COUNT; i++)
        contexts_of(modem)[i] = (struct ssl_context){.version = VERSION_ALL,
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

static bool set_trust(struct modem *modem, const struct ssl_context *context, struct link_tls *tls)
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

static bool set_identity(struct modem *modem, const struct ssl_context *context,
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
bool simcom_tls(struct modem *modem, int index, const char *host, struct link_tls *tls,
                uint16_t *cipher)
{
    const struct ssl_context *context = &contexts_of(modem)[index];
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

static const struct modem_entry commands[] = {
    {.name = "+CSSLCFG", .handler = configure},
    {0},
};

const struct modem_part modem_simcom_ssl_part = {
    .name = "simcom-ssl", .commands = commands, .memory = &memory, .start = reset, .stop = release};
