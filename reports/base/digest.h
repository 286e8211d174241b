/* Digests as lower-case hexadecimal digits. */
#ifndef REPORTS_DIGEST_H
#define REPORTS_DIGEST_H

#include <stddef.h>

/* Sizes in bytes, with the NUL. */
#define DIGEST_SHA256_SIZE 65
#define DIGEST_MD5_SIZE    33

void digest_sha256(const void *bytes, size_t size, char out[DIGEST_SHA256_SIZE]);

/* For the names of gcovr's pages. Not for anything that must be hard to forge. */
void digest_md5(const void *bytes, size_t size, char out[DIGEST_MD5_SIZE]);

#endif
