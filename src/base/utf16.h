/* SPDX-License-Identifier: MIT */
/*
 * Between the two spellings of names on Windows: UTF-8 inside, UTF-16 at the call. The system's names may hold lone
 * surrogates, which have no UTF-8; they are spelled as three bytes each (WTF-8), so that every name makes the way back.
 */
#ifndef BASE_UTF16_H
#define BASE_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that `length` units may become, without a NUL. */
#define UTF16_BYTES(length) (3 * (size_t)(length))

/*
 * Writes `text` as units with a NUL. Gives their number without the NUL; 0 for text that is empty, not well-formed or longer
 * than `size` allows.
 */
size_t utf16_from_utf8(const char *text, uint16_t *out, size_t size);
/* Writes `length` units as UTF-8 with a NUL into `out`, which has room for UTF16_BYTES(length) + 1. Gives the bytes without the
 * NUL. */
size_t utf16_to_utf8(const uint16_t *units, size_t length, char *out);

#endif
