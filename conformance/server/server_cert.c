/* The certificates of the server: a CA; of it a server certificate, an expired
 * one and a client's; and one that signs itself. All are valid from the year
 * 2000 on, for a module may not know the time; the expired one ended in 2001.
 * There are three keys: the CA's (which is never written), the server's, the
 * client's. */
#include "server/server_internal.h"

#include "base/memory.h"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define VALID_FROM    "20000101000000Z"
#define EXPIRED_AT    "20010101000000Z"
#define VALID_SECONDS (3650L * 24 * 3600)
#define SERIAL_BITS   64

/* What tells one certificate from another. */
static const struct kind {
    const char *name; /* its subject's common name */
    const char *constraints, *usage, *purpose;
    int key; /* whose key it has */
    int issuer;
    bool has_names; /* subjectAltName */
    bool is_expired;
} kinds[IDENTITY_COUNT] = {
    [IDENTITY_CA] = {"atproof test CA", "critical,CA:TRUE", "critical,keyCertSign,cRLSign", NULL,
                     IDENTITY_CA, IDENTITY_CA, false, false},
    [IDENTITY_SERVER] = {"localhost", "critical,CA:FALSE",
                         "critical,digitalSignature,keyEncipherment", "serverAuth", IDENTITY_SERVER,
                         IDENTITY_CA, true, false},
    [IDENTITY_EXPIRED] = {"localhost", "critical,CA:FALSE",
                          "critical,digitalSignature,keyEncipherment", "serverAuth",
                          IDENTITY_SERVER, IDENTITY_CA, true, true},
    [IDENTITY_SELF_SIGNED] = {"localhost", "critical,CA:FALSE",
                              "critical,digitalSignature,keyEncipherment", "serverAuth,clientAuth",
                              IDENTITY_SERVER, IDENTITY_SELF_SIGNED, true, false},
    [IDENTITY_CLIENT] = {"atproof test client", "critical,CA:FALSE", "critical,digitalSignature",
                         "clientAuth", IDENTITY_CLIENT, IDENTITY_CA, false, false},
};

/* ---- fields -------------------------------------------------------------- */

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = value ? X509V3_EXT_conf_nid(NULL, &context, nid, value) : NULL;
    bool added = extension && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added || !value;
}

static bool add_name(GENERAL_NAMES *names, const char *text)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = a2i_IPADDRESS(text);
    int type = value ? GEN_IPADD : GEN_DNS;
    if (!value) value = ASN1_IA5STRING_new();
    bool is_good = name && value && (type == GEN_IPADD || ASN1_STRING_set(value, text, -1));
    if (is_good) GENERAL_NAME_set0_value(name, type, value);
    else ASN1_STRING_free(value);
    if (is_good && sk_GENERAL_NAME_push(names, name) > 0) return true;
    GENERAL_NAME_free(name);
    return false;
}

static bool add_names(X509 *certificate, const struct server_options *options)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    bool is_good = names && add_name(names, "localhost") && add_name(names, "127.0.0.1");
    for (size_t i = 0; is_good && i < options->name_count; i++)
        is_good = add_name(names, options->names[i]);
    is_good = is_good && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1;
    GENERAL_NAMES_free(names);
    return is_good;
}

static bool set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool is_good = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY)
                   && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return is_good;
}

static bool set_time(X509 *certificate, bool is_expired)
{
    ASN1_TIME *end = X509_getm_notAfter(certificate);
    if (!ASN1_TIME_set_string(X509_getm_notBefore(certificate), VALID_FROM)) return false;
    return is_expired ? ASN1_TIME_set_string(end, EXPIRED_AT) == 1
                      : X509_gmtime_adj(end, VALID_SECONDS) != NULL;
}

static bool set_subject(X509 *certificate, const char *name)
{
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                      (const unsigned char *)name, -1, -1, 0)
           == 1;
}

/* ---- certificates --------------------------------------------------------- */

static bool fill_certificate(struct identity *identities, int index,
                             const struct server_options *options)
{
    const struct kind *kind = &kinds[index];
    X509 *certificate = identities[index].certificate;
    X509 *issuer = identities[kind->issuer].certificate;
    return X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate)
           && set_time(certificate, kind->is_expired) && set_subject(certificate, kind->name)
           && X509_set_issuer_name(certificate, X509_get_subject_name(issuer))
           && X509_set_pubkey(certificate, identities[index].key)
           && add_extension(certificate, issuer, NID_basic_constraints, kind->constraints)
           && add_extension(certificate, issuer, NID_key_usage, kind->usage)
           && add_extension(certificate, issuer, NID_ext_key_usage, kind->purpose)
           && add_extension(certificate, issuer, NID_subject_key_identifier, "hash")
           && add_extension(certificate, issuer, NID_authority_key_identifier, "keyid")
           && (!kind->has_names || add_names(certificate, options))
           && X509_sign(certificate, identities[kind->issuer].key, EVP_sha256());
}

static char *take_pem(BIO *bio)
{
    char *bytes = NULL;
    long size = BIO_get_mem_data(bio, &bytes);
    char *pem = memory_slice(bytes, (size_t)size);
    BIO_free(bio);
    return pem;
}

static bool write_pem(struct identity *identity)
{
    BIO *certificate = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_mem());
    bool is_good = certificate && key && PEM_write_bio_X509(certificate, identity->certificate)
                   && PEM_write_bio_PrivateKey(key, identity->key, NULL, NULL, 0, NULL, NULL);
    identity->certificate_pem = take_pem(certificate);
    identity->key_pem = take_pem(key);
    return is_good;
}

static EVP_PKEY *make_key(enum server_key_type type)
{
    return type == SERVER_KEY_RSA ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
}

const char *identities_make(struct identity *identities, const struct server_options *options)
{
    for (int i = 0; i < IDENTITY_COUNT; i++) {
        EVP_PKEY *shared = identities[kinds[i].key].key;
        if (shared) EVP_PKEY_up_ref(shared);
        identities[i].key = shared ? shared : make_key(options->key_type);
        identities[i].certificate = X509_new();
        if (!identities[i].key || !identities[i].certificate) return "cannot make a key";
        if (!fill_certificate(identities, i, options) || !write_pem(&identities[i]))
            return "cannot make a certificate; are the names host names or addresses?";
    }
    return NULL;
}

void identities_release(struct identity *identities)
{
    for (int i = 0; i < IDENTITY_COUNT; i++) {
        X509_free(identities[i].certificate);
        EVP_PKEY_free(identities[i].key);
        free(identities[i].certificate_pem);
        free(identities[i].key_pem);
    }
}
