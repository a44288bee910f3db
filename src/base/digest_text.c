/* SPDX-License-Identifier: MIT */
/* Owns the spellings of a digest. */
#include "base/digest.h"

void digest_base64(const unsigned char digest[DIGEST_SIZE], char out[DIGEST_BASE64_SIZE])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0, held = 0;
    size_t n = 0;
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        bits = (bits << 8 | digest[i]) & 0xffff;
        for (held += 8; held >= 6; held -= 6)
            out[n++] = alphabet[bits >> (held - 6) & 63];
    }
    out[n++] = alphabet[bits << (6 - held) & 63];
    out[n] = '\0';
}

void digest_hex(const unsigned char digest[DIGEST_SIZE], char out[DIGEST_HEX_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[2 * DIGEST_SIZE] = '\0';
}
