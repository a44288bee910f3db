/* SPDX-License-Identifier: MIT */
/* Owns SHA-256 on Windows, by the system's own cryptography (CNG). */
#include "base/digest.h"

#include <windows.h>
#include <bcrypt.h>
#include <stdbool.h>
#include <string.h>

/* The calls take 32-bit lengths. */
static bool update(BCRYPT_HASH_HANDLE hash, const unsigned char *data, size_t length)
{
    while (length > 0) {
        ULONG part = length > (1U << 30) ? 1U << 30 : (ULONG)length;
        if (BCryptHashData(hash, (PUCHAR)(uintptr_t)data, part, 0) != 0)
            return false;
        data += part;
        length -= part;
    }
    return true;
}

/* It cannot fail but for want of memory; then the digest is one that nothing has. */
void digest_sha256(const void *data, size_t length, unsigned char digest[DIGEST_SIZE])
{
    BCRYPT_ALG_HANDLE algorithm = NULL;
    BCRYPT_HASH_HANDLE hash = NULL;
    bool done = BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, NULL, 0) == 0 &&
                BCryptCreateHash(algorithm, &hash, NULL, 0, NULL, 0, 0) == 0 && update(hash, data, length) &&
                BCryptFinishHash(hash, digest, DIGEST_SIZE, 0) == 0;
    if (!done)
        memset(digest, 0, DIGEST_SIZE);
    if (hash != NULL)
        BCryptDestroyHash(hash);
    if (algorithm != NULL)
        BCryptCloseAlgorithmProvider(algorithm, 0);
}
