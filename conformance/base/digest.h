/* SHA-256, of bytes at hand or as they come. Without it OpenSSL is broken: the
 * program prints so and aborts, so that no caller has to check. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE      32
#define DIGEST_TEXT_SIZE 65 /* hexadecimal digits in lower case, and the NUL */

void digest_bytes(const void *bytes, size_t size, uint8_t out[DIGEST_SIZE]);
void digest_text(const void *bytes, size_t size, char out[DIGEST_TEXT_SIZE]);

/* A digest of bytes that come piece by piece. All zero: no byte has come. */
struct digest {
    void *context; /* owned; kept for the next digest                        */
    bool is_open;  /* a piece has come                                       */
};

void digest_add(struct digest *digest, const void *bytes, size_t size);

/* The digest of all pieces; the next piece begins another one. */
void digest_end(struct digest *digest, char out[DIGEST_TEXT_SIZE]);

/* The digest of the pieces so far; more may come. `scratch`: of this function alone,
 * all zero at first, to be released. */
void digest_peek(struct digest *digest, struct digest *scratch, uint8_t out[DIGEST_SIZE]);

/* What has come is forgotten. */
void digest_restart(struct digest *digest);

void digest_release(struct digest *digest);

#endif
