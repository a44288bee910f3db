/* SPDX-License-Identifier: MIT */
/* Owns the checksum. */
#include "base/checksum.h"

#include <string.h>

enum { LANES = 4, BLOCK = LANES * 8 }; /* lanes that do not wait for each other's products */

#define ODD UINT64_C(0x9e3779b97f4a7c15) /* 2^64 divided by the golden ratio: about as many ones as zeroes, in no order */

/* The same on every machine: a home directory may be on several. */
static uint64_t word_at(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* For each `word` another result for another `lane`, and the other way round. */
static uint64_t mix(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * ODD;
    return lane ^ lane >> 29;
}

static void add_block(uint64_t lanes[LANES], const unsigned char *block)
{
    for (int i = 0; i < LANES; i++)
        lanes[i] = mix(lanes[i], word_at(block + 8 * i));
}

uint64_t checksum_add(uint64_t before, const void *piece, size_t length)
{
    const unsigned char *p = piece;
    uint64_t lanes[LANES] = { 1, 2, 3, 4 }, sum = mix(before, length);
    for (size_t left = length; left > 0;) {
        unsigned char last[BLOCK] = { 0 };
        size_t size = left < BLOCK ? left : BLOCK;
        if (size < BLOCK)
            memcpy(last, p, size);
        add_block(lanes, size < BLOCK ? last : p);
        p += size;
        left -= size;
    }
    for (int i = 0; i < LANES; i++)
        sum = mix(sum, lanes[i]);
    return sum;
}

uint64_t checksum_of(const void *data, size_t length)
{
    const unsigned char *p = data;
    uint64_t sum = 0;
    for (; length > CHECKSUM_PIECE; length -= CHECKSUM_PIECE, p += CHECKSUM_PIECE)
        sum = checksum_add(sum, p, CHECKSUM_PIECE);
    return checksum_add(sum, p, length);
}
