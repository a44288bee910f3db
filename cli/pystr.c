/* SPDX-License-Identifier: MIT */
/* Python's str as it decodes, prints and shows strings of the command line. */
#include "pystr.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* One character; for a byte that is not part of valid UTF-8 the lone surrogate that stands for it (PEP 383). */
struct character {
    uint32_t code;
    int length; /* in bytes */
};

/* UTF-8 as RFC 3629 restricts it: shortest forms, no surrogates, nothing above U+10FFFF. */
static struct character decode(const char *string)
{
    const unsigned char *s = (const unsigned char *)string;
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    int length = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf8 ? 4 : 0;
    uint32_t code = length == 1 ? s[0] : s[0] & (0xffu >> (length + 1));
    for (int i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            length = 0;
        else
            code = code << 6 | (s[i] & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (length == 0 || code < smallest[length] || code > 0x10ffff || surrogate)
        return (struct character){ 0xdc00u + s[0], 1 };
    return (struct character){ code, length };
}

/* Characters that repr() escapes: control, format, private use, separators other than the blank. */
static bool is_printable(uint32_t code)
{
    static const uint32_t hidden[][2] = {
        { 0x00, 0x1f },     { 0x7f, 0xa0 },     { 0xad, 0xad },       { 0x600, 0x605 },      { 0x61c, 0x61c },
        { 0x6dd, 0x6dd },   { 0x70f, 0x70f },   { 0x1680, 0x1680 },   { 0x180e, 0x180e },    { 0x2000, 0x200f },
        { 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 },   { 0xd800, 0xf8ff },    { 0xfeff, 0xfeff },
        { 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
    };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        if (code >= hidden[i][0] && code <= hidden[i][1])
            return false;
    }
    return true;
}

static void put_escaped(uint32_t code, FILE *out)
{
    if (code == '\t' || code == '\n' || code == '\r')
        fprintf(out, "\\%c", code == '\t' ? 't' : code == '\n' ? 'n' : 'r');
    else if (code < 0x100)
        fprintf(out, "\\x%02x", (unsigned)code);
    else if (code < 0x10000)
        fprintf(out, "\\u%04x", (unsigned)code);
    else
        fprintf(out, "\\U%08x", (unsigned)code);
}

void pystr_text(const char *string, FILE *out)
{
    for (struct character c; *string != '\0'; string += c.length) {
        c = decode(string);
        if (c.code >= 0xd800 && c.code <= 0xdfff)
            put_escaped(c.code, out);
        else
            fwrite(string, 1, (size_t)c.length, out);
    }
}

void pystr_repr(const char *string, FILE *out)
{
    char quote = strchr(string, '\'') != NULL && strchr(string, '"') == NULL ? '"' : '\'';
    fputc(quote, out);
    for (struct character c; *string != '\0'; string += c.length) {
        c = decode(string);
        if (c.code == (uint32_t)quote || c.code == '\\')
            fprintf(out, "\\%c", (int)c.code);
        else if (is_printable(c.code))
            fwrite(string, 1, (size_t)c.length, out);
        else
            put_escaped(c.code, out);
    }
    fputc(quote, out);
}
