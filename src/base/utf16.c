/* SPDX-License-Identifier: MIT */
/* Owns the conversion between UTF-8 (with lone surrogates: WTF-8) and UTF-16 (Unicode 15, chapter 3.9). Pure. */
#include "base/utf16.h"

#define REPLACED 0xffffffffU /* no code point: what is no sequence */

static bool is_high(uint32_t c)
{
    return c >= 0xd800 && c < 0xdc00;
}

static bool is_low(uint32_t c)
{
    return c >= 0xdc00 && c < 0xe000;
}

/* The sequence at *p, which then points behind it; REPLACED when there is no shortest form of a code point. */
static uint32_t decode(const unsigned char **p)
{
    static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
    uint32_t c = *(*p)++;
    if (c < 0x80)
        return c;
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    if (c < 0xc2 || c > 0xf4)
        return REPLACED;
    c &= 0x3fU >> more;
    for (int i = 0; i < more; i++, (*p)++) {
        if ((**p & 0xc0) != 0x80)
            return REPLACED;
        c = c << 6 | (**p & 0x3fU);
    }
    return c < least[more] || c > 0x10ffff ? REPLACED : c;
}

size_t utf16_from_utf8(const char *text, uint16_t *out, size_t size)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t length = 0;
    while (*p != '\0') {
        uint32_t c = decode(&p);
        size_t units = c >= 0x10000 ? 2 : 1;
        if (c == REPLACED || length + units >= size)
            return 0;
        if (units == 2) {
            out[length++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        out[length++] = (uint16_t)c;
    }
    if (size > 0)
        out[length] = 0;
    return length;
}

static size_t encode(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    out[0] = (char)(lead[more] | (c >> (6 * more)));
    for (size_t i = 1; i <= more; i++)
        out[i] = (char)(0x80 | ((c >> (6 * (more - i))) & 0x3f));
    return more + 1;
}

size_t utf16_to_utf8(const uint16_t *units, size_t length, char *out)
{
    size_t bytes = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t c = units[i];
        if (is_high(c) && i + 1 < length && is_low(units[i + 1]))
            c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00U);
        bytes += encode(c, out + bytes);
    }
    out[bytes] = '\0';
    return bytes;
}
