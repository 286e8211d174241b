#include "base/digest.h"

#include "base/escape.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool done)
{
    if (done) return;
    fputs("atproof: OpenSSL has no SHA-256\n", stderr);
    abort();
}

static void put_digits(const uint8_t bytes[DIGEST_SIZE], char out[DIGEST_TEXT_SIZE])
{
    for (size_t i = 0; i < DIGEST_SIZE; i++) escape_digits(bytes[i], out + 2 * i);
    out[DIGEST_TEXT_SIZE - 1] = '\0';
}

void digest_bytes(const void *bytes, size_t size, uint8_t out[DIGEST_SIZE])
{
    memset(out, 0, DIGEST_SIZE); /* MSan does not see what OpenSSL writes */
    must(EVP_Digest(bytes, size, out, NULL, EVP_sha256(), NULL) == 1);
}

void digest_text(const void *bytes, size_t size, char out[DIGEST_TEXT_SIZE])
{
    uint8_t digest[DIGEST_SIZE];
    digest_bytes(bytes, size, digest);
    put_digits(digest, out);
}

/* ---- piece by piece ----------------------------------------------------- */

/* Only the first digest of a context names the algorithm: looking it up is slow. */
static void begin(struct digest *digest)
{
    bool first = digest->context == NULL;
    if (first) digest->context = EVP_MD_CTX_new();
    must(digest->context != NULL);
    must(EVP_DigestInit_ex2(digest->context, first ? EVP_sha256() : NULL, NULL) == 1);
    digest->is_open = true;
}

void digest_add(struct digest *digest, const void *bytes, size_t size)
{
    if (!digest->is_open) begin(digest);
    must(EVP_DigestUpdate(digest->context, bytes, size) == 1);
}

void digest_end(struct digest *digest, char out[DIGEST_TEXT_SIZE])
{
    uint8_t value[DIGEST_SIZE] = {0}; /* as in digest_bytes */
    if (!digest->is_open) begin(digest);
    must(EVP_DigestFinal_ex(digest->context, value, NULL) == 1);
    put_digits(value, out);
    digest->is_open = false;
}

void digest_peek(struct digest *digest, struct digest *scratch, uint8_t out[DIGEST_SIZE])
{
    memset(out, 0, DIGEST_SIZE); /* as in digest_bytes */
    if (!digest->is_open) begin(digest);
    if (scratch->context == NULL) scratch->context = EVP_MD_CTX_new();
    must(scratch->context != NULL && EVP_MD_CTX_copy_ex(scratch->context, digest->context) == 1);
    must(EVP_DigestFinal_ex(scratch->context, out, NULL) == 1);
}

void digest_restart(struct digest *digest)
{
    digest->is_open = false;
}

void digest_release(struct digest *digest)
{
    EVP_MD_CTX_free(digest->context);
    *digest = (struct digest){0};
}
