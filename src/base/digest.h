/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), in the two spellings that wheels and file names want. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_SIZE 32
#define DIGEST_BASE64_SIZE 44 /* 43 characters and NUL */
#define DIGEST_HEX_SIZE 65

void digest_sha256(const void *data, size_t length, unsigned char digest[DIGEST_SIZE]);
/* urlsafe base64 without padding, as RECORD has it (binary distribution format specification). */
void digest_base64(const unsigned char digest[DIGEST_SIZE], char out[DIGEST_BASE64_SIZE]);
void digest_hex(const unsigned char digest[DIGEST_SIZE], char out[DIGEST_HEX_SIZE]);

#endif
