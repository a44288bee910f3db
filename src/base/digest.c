/* SPDX-License-Identifier: MIT */
/* Owns SHA-256, by libmd (digest_win32.c owns it on Windows). */
#include "base/digest.h"

#include <sys/types.h>
#include <sha2.h>

void digest_sha256(const void *data, size_t length, unsigned char digest[DIGEST_SIZE])
{
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, data, length);
    SHA256Final(digest, &context);
}
