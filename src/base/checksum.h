/* SPDX-License-Identifier: MIT */
/*
 * A checksum that takes less time than reading what it is of. Another one is sure where a single word of eight bytes differs,
 * and otherwise missed once in 2^64 times. It tells what came about by itself or by mistake; whoever wants two texts to have
 * the same one can make them: where that matters there is digest.h.
 */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* What is not at once in memory is taken in pieces of this size, of which only the last is shorter. */
enum { CHECKSUM_PIECE = 16384 };

/* The checksum of all pieces up to this one; `before` is that of those before it, 0 for the first. */
uint64_t checksum_add(uint64_t before, const void *piece, size_t length);
uint64_t checksum_of(const void *data, size_t length);

#endif
