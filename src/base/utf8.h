/* SPDX-License-Identifier: MIT */
/* Is a piece of bytes text in UTF-8? */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed throughout: no overlong forms, no surrogates, nothing above U+10FFFF (Unicode 15, table 3-7). */
bool utf8_is_valid(const char *data, size_t length);
/* Bytes of the well-formed sequence at `p`, of which `left` (at least 1) are there; 0 when there is none. */
size_t utf8_sequence(const unsigned char *p, size_t left);

#endif
