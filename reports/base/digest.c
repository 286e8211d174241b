/* Digests as lower-case hexadecimal digits. */
#include "base/digest.h"

#include "base/arena.h"

#include <openssl/evp.h>
#include <stdio.h>

static void put_digest(const EVP_MD *kind, const void *bytes, size_t size, char *out)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned count = 0;
    if (EVP_Digest(bytes, size, digest, &count, kind, NULL) != 1) arena_must(NULL);
    for (unsigned i = 0; i < count; i++) out += sprintf(out, "%02x", digest[i]);
}

void digest_sha256(const void *bytes, size_t size, char out[DIGEST_SHA256_SIZE])
{
    put_digest(EVP_sha256(), bytes, size, out);
}

void digest_md5(const void *bytes, size_t size, char out[DIGEST_MD5_SIZE])
{
    put_digest(EVP_md5(), bytes, size, out);
}
