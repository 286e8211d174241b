/* Names that promise a secret. */
#include "mask/mask_internal.h"

#include <string.h>

/* The first that agrees counts. */
static const struct {
    const char *word;
    bool is_part; /* anywhere in the name; else all of it, or a part between signs */
    enum catalog_secret kind;
} words[] = {
    {"password", true, CATALOG_SECRET_PASSWORD},
    {"passwd", true, CATALOG_SECRET_PASSWORD},
    {"passphrase", true, CATALOG_SECRET_PASSWORD},
    {"pwd", true, CATALOG_SECRET_PASSWORD},
    {"pass", false, CATALOG_SECRET_PASSWORD},
    {"pin", false, CATALOG_SECRET_PASSWORD},
    {"pin2", false, CATALOG_SECRET_PASSWORD},
    {"newpin", false, CATALOG_SECRET_PASSWORD},
    {"puk", false, CATALOG_SECRET_PASSWORD},
    {"puk2", false, CATALOG_SECRET_PASSWORD},
    {"token", true, CATALOG_SECRET_TOKEN},
    {"cookie", true, CATALOG_SECRET_TOKEN},
    {"jwt", false, CATALOG_SECRET_TOKEN},
    {"sig", false, CATALOG_SECRET_TOKEN},
    {"signature", true, CATALOG_SECRET_TOKEN},
    {"session", false, CATALOG_SECRET_TOKEN},
    {"sessionid", false, CATALOG_SECRET_TOKEN},
    {"sid", false, CATALOG_SECRET_TOKEN},
    {"bearer", false, CATALOG_SECRET_TOKEN},
    {"secret", true, CATALOG_SECRET_KEY},
    {"psk", true, CATALOG_SECRET_KEY},
    {"key", true, CATALOG_SECRET_KEY},
    {"credential", true, CATALOG_SECRET_KEY},
    {"imei", true, CATALOG_SECRET_IMEI},
    {"imsi", true, CATALOG_SECRET_IMSI},
    {"iccid", true, CATALOG_SECRET_ICCID},
    {"msisdn", true, CATALOG_SECRET_NUMBER},
    {"phone", true, CATALOG_SECRET_NUMBER},
    {"auth", true, CATALOG_SECRET_TOKEN},
    {"user", true, CATALOG_SECRET_USER},
    {"login", true, CATALOG_SECRET_USER},
    {"account", true, CATALOG_SECRET_USER},
    {"lat", false, CATALOG_SECRET_POSITION},
    {"latitude", true, CATALOG_SECRET_POSITION},
    {"lon", false, CATALOG_SECRET_POSITION},
    {"lng", false, CATALOG_SECRET_POSITION},
    {"longitude", true, CATALOG_SECRET_POSITION},
};

/* What names a file or a header and holds no secret, whatever else is in it. */
static const char *const harmless[] = {
    "user-agent",    "author",           "keep-alive", "userdata",  "user_data",
    "requestheader", "www-authenticate", "cacertpath", "clientkey", "clientcert"};

static char lower(char byte)
{
    if (byte >= 'A' && byte <= 'Z') return "abcdefghijklmnopqrstuvwxyz"[byte - 'A'];
    return byte;
}

/* Of a name in lower case. */
static bool is_letter_or_digit(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
}

static bool has_word(const char *name, const char *word, bool is_part)
{
    size_t size = strlen(word);
    for (const char *at = name; (at = strstr(at, word)) != NULL; at++) {
        bool begins = at == name || !is_letter_or_digit(at[-1]);
        if (is_part || (begins && !is_letter_or_digit(at[size]))) return true;
    }
    return false;
}

static bool is_harmless(const char *name)
{
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (strcmp(name, harmless[i]) == 0) return true;
    return false;
}

enum catalog_secret mask_kind_of_name(const char *name, size_t size)
{
    char text[64];
    if (size == 0 || size >= sizeof text) return CATALOG_SECRET_NONE;
    for (size_t i = 0; i < size; i++) text[i] = lower(name[i]);
    text[size] = '\0';
    if (is_harmless(text)) return CATALOG_SECRET_NONE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has_word(text, words[i].word, words[i].is_part)) return words[i].kind;
    return CATALOG_SECRET_NONE;
}
