/* SPDX-License-Identifier: MIT */
/* Owns how each shell is given a value: as one word that it reads back byte for byte. */
#include "environment/quote.h"

#include <stdint.h>

#include "base/utf8.h"

static bool is_alphanumeric(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Is every byte a letter, a digit or one of `others`, and is there any? */
static bool is_plain(const char *value, const char *others)
{
    for (const char *c = value; *c != '\0'; c++)
        if (!is_alphanumeric((unsigned char)*c) && strchr(others, *c) == NULL)
            return false;
    return *value != '\0';
}

/* In single quotes, each one inside replaced. */
static void add_single_quoted(struct text *out, const char *value, const char *for_quote)
{
    text_add_char(out, '\'');
    for (; *value != '\0'; value++)
        if (*value == '\'')
            text_add_string(out, for_quote);
        else
            text_add_char(out, *value);
    text_add_char(out, '\'');
}

void quote_none(struct text *out, const char *value)
{
    text_add_string(out, value);
}

void quote_posix(struct text *out, const char *value)
{
    if (is_plain(value, "_@%+=:,./-"))
        text_add_string(out, value);
    else
        add_single_quoted(out, value, "'\"'\"'");
}

void quote_sh(struct text *out, const char *value)
{
    if (is_plain(value, "_@%+:,./-"))
        text_add_string(out, value);
    else
        add_single_quoted(out, value, "'\"'\"'");
}

/*
 * csh expands history inside single quotes as well, and with `backslash_quote` set it reads `\` there: so `!`, `\` and the
 * quote itself stand outside with a backslash, and a newline stands inside with one.
 */
void quote_csh(struct text *out, const char *value)
{
    if (is_plain(value, "_@%+:,./-")) {
        text_add_string(out, value);
        return;
    }
    text_add_char(out, '\'');
    for (; *value != '\0'; value++)
        if (*value == '!' || *value == '\\' || *value == '\'') {
            const char outside[] = { '\'', '\\', *value, '\'' };
            text_add(out, outside, sizeof outside);
        } else {
            text_add_string(out, *value == '\n' ? "\\" : "");
            text_add_char(out, *value);
        }
    text_add_char(out, '\'');
}

void quote_fish(struct text *out, const char *value)
{
    text_add_char(out, '\'');
    for (; *value != '\0'; value++) {
        if (*value == '\'' || *value == '\\')
            text_add_char(out, '\\');
        text_add_char(out, *value);
    }
    text_add_char(out, '\'');
}

/* PowerShell takes U+2018 to U+201B for single quotes too (about_Quoting_Rules): E2 80 98 to E2 80 9B in UTF-8. */
static size_t powershell_quote_length(const char *s)
{
    if (*s == '\'')
        return 1;
    bool curly = s[0] == '\xe2' && s[1] == '\x80' && s[2] >= '\x98' && s[2] <= '\x9b';
    return curly ? 3 : 0;
}

void quote_powershell(struct text *out, const char *value)
{
    text_add_char(out, '\'');
    while (*value != '\0') {
        size_t length = powershell_quote_length(value);
        text_add(out, value, length);
        text_add(out, value, length > 0 ? length : 1);
        value += length > 0 ? length : 1;
    }
    text_add_char(out, '\'');
}

/*
 * For a place between the quotes of set "NAME=...", where only `%` is read. A `"` would end the quoting here, and again
 * wherever a script expands the variable, and a line end the command: they become ' and a blank.
 */
void quote_batch(struct text *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '%')
            text_add_char(out, '%');
        text_add_char(out, *value == '"' ? '\'' : *value == '\n' || *value == '\r' ? ' ' : *value);
    }
}

/* One character that is not printable ASCII, or one byte that is no character (length 0), in a language's escapes. */
typedef void escape_function(struct text *out, const unsigned char *s, size_t length);

/* In double quotes, with backslashes. */
static void add_double_quoted(struct text *out, const char *value, escape_function *escape)
{
    const unsigned char *s = (const unsigned char *)value;
    size_t left = strlen(value);
    text_add_char(out, '"');
    while (left > 0) {
        size_t length = utf8_sequence(s, left);
        if (*s < 0x20 || *s > 0x7e)
            escape(out, s, length);
        else {
            text_add_string(out, *s == '"' || *s == '\\' ? "\\" : "");
            text_add_char(out, (char)*s);
        }
        s += length > 0 ? length : 1;
        left -= length > 0 ? length : 1;
    }
    text_add_char(out, '"');
}

/* Nushell's strings are UTF-8: a byte that is not becomes U+FFFD. */
static void escape_nushell(struct text *out, const unsigned char *s, size_t length)
{
    if (length == 0)
        text_add_string(out, "\xef\xbf\xbd");
    else if (length == 1)
        text_add_format(out, "\\u{%x}", *s);
    else
        text_add(out, (const char *)s, length);
}

void quote_nushell(struct text *out, const char *value)
{
    add_double_quoted(out, value, escape_nushell);
}

/* \xHH is a byte in Elvish, not a character. */
static void escape_elvish(struct text *out, const unsigned char *s, size_t length)
{
    if (length > 1)
        text_add(out, (const char *)s, length);
    else
        text_add_format(out, "\\x%02x", *s);
}

void quote_elvish(struct text *out, const char *value)
{
    add_double_quoted(out, value, escape_elvish);
}

/* ASCII only: whoever runs the file may read it in any encoding. Stray bytes are surrogate escapes (PEP 383). */
static void escape_python(struct text *out, const unsigned char *s, size_t length)
{
    static const unsigned char lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t code = length == 0 ? 0xdc00u + *s : *s & lead_bits[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (s[i] & 0x3f);
    if (code > 0xffff)
        text_add_format(out, "\\U%08x", (unsigned)code);
    else
        text_add_format(out, "\\u%04x", (unsigned)code);
}

void quote_python(struct text *out, const char *value)
{
    add_double_quoted(out, value, escape_python);
}
