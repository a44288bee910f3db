/* SPDX-License-Identifier: MIT */
/* Owns the format of pyvenv.cfg. */
#include "environment/config.h"

#include "base/utf8.h"

/* ---- Python's str ---------------------------------------------------------------------------------------- */

/* One character of a text; a byte that is not part of valid UTF-8 stands for the lone surrogate U+DC00 + byte (PEP
 * 383). */
static unsigned long decode(const char *string, size_t *length)
{
    const unsigned char *s = (const unsigned char *)string;
    size_t size = utf8_sequence(s, strnlen(string, 4));
    *length = size > 0 ? size : 1;
    if (size == 0)
        return 0xdc00ul + s[0];
    unsigned long code = size == 1 ? s[0] : s[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++)
        code = code << 6 | (s[i] & 0x3f);
    return code;
}

/*
 * str.isprintable: the categories Cc, Cf, Cs, Co, Zl, Zp and Zs of Unicode 17, but the blank. (Python also escapes what
 * its version of Unicode has not assigned, which differs from one Python to the next.)
 */
static bool is_printable(unsigned long code)
{
    static const unsigned long hidden[][2] = {
        { 0x0, 0x1f },        { 0x7f, 0xa0 },       { 0xad, 0xad },         { 0x600, 0x605 },     { 0x61c, 0x61c },
        { 0x6dd, 0x6dd },     { 0x70f, 0x70f },     { 0x890, 0x891 },       { 0x8e2, 0x8e2 },     { 0x1680, 0x1680 },
        { 0x180e, 0x180e },   { 0x2000, 0x200f },   { 0x2028, 0x202f },     { 0x205f, 0x2064 },   { 0x2066, 0x206f },
        { 0x3000, 0x3000 },   { 0xd800, 0xf8ff },   { 0xfeff, 0xfeff },     { 0xfff9, 0xfffb },   { 0x110bd, 0x110bd },
        { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },   { 0x1d173, 0x1d17a }, { 0xe0001, 0xe0001 },
        { 0xe0020, 0xe007f }, { 0xf0000, 0xffffd }, { 0x100000, 0x10fffd },
    };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        if (code >= hidden[i][0] && code <= hidden[i][1])
            return false;
    }
    return true;
}

static void add_escape(struct text *out, unsigned long code)
{
    if (code == '\t' || code == '\n' || code == '\r')
        text_add_string(out, code == '\t' ? "\\t" : code == '\n' ? "\\n" : "\\r");
    else
        text_add_format(out, code < 0x100 ? "\\x%02lx" : code < 0x10000 ? "\\u%04lx" : "\\U%08lx", code);
}

void config_repr(struct text *out, const char *string)
{
    char quote = strchr(string, '\'') != NULL && strchr(string, '"') == NULL ? '"' : '\'';
    text_add_char(out, quote);
    for (size_t length; *string != '\0'; string += length) {
        unsigned long code = decode(string, &length);
        if (*string == quote || *string == '\\') {
            text_add_char(out, '\\');
            text_add_char(out, *string);
        } else if (is_printable(code))
            text_add(out, string, length);
        else
            add_escape(out, code);
    }
    text_add_char(out, quote);
}

static void add_utf8(struct text *out, unsigned long code)
{
    if (code < 0x80) {
        text_add_char(out, (char)code);
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    text_add_char(out, (char)((0xff00u >> (more + 1) & 0xffu) | code >> (6 * more)));
    while (more-- > 0)
        text_add_char(out, (char)(0x80 | (code >> (6 * more) & 0x3f)));
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The character of a \x, \u or \U with its hexadecimal digits; false when they are not there or mean no character. */
static bool read_hex(struct slice s, size_t digits, unsigned long *code)
{
    *code = 0;
    if (s.length < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(s.data[i]);
        if (digit < 0)
            return false;
        *code = *code << 4 | (unsigned long)digit;
    }
    bool is_byte = *code >= 0xdc80 && *code <= 0xdcff;
    return *code != 0 && *code <= 0x10ffff && (is_byte || *code < 0xd800 || *code > 0xdfff);
}

/* Appends what the escape at the start of `s` (behind the backslash) stands for; gives its length, 0 when it is none.
 */
static size_t unescape(struct text *out, struct slice s)
{
    static const char plain[] = "\\'\"nrt", meaning[] = "\\'\"\n\r\t";
    if (s.length == 0 || s.data[0] == '\0')
        return 0;
    const char *at = strchr(plain, s.data[0]);
    if (at != NULL) {
        text_add_char(out, meaning[at - plain]);
        return 1;
    }
    size_t digits = s.data[0] == 'x' ? 2 : s.data[0] == 'u' ? 4 : s.data[0] == 'U' ? 8 : 0;
    unsigned long code;
    if (digits == 0 || !read_hex((struct slice){ s.data + 1, s.length - 1 }, digits, &code))
        return 0;
    if (code >= 0xdc80 && code <= 0xdcff)
        text_add_char(out, (char)(code - 0xdc00));
    else
        add_utf8(out, code);
    return digits + 1;
}

const char *config_unrepr(struct arena *a, struct slice text)
{
    char quote = text.length >= 2 ? text.data[0] : '\0';
    if ((quote != '\'' && quote != '"') || text.data[text.length - 1] != quote)
        return arena_copy(a, text.data, text.length);
    struct text out = TEXT_INIT(a);
    struct slice s = { text.data + 1, text.length - 2 };
    while (s.length > 0) {
        size_t used = s.data[0] == '\\' ? unescape(&out, (struct slice){ s.data + 1, s.length - 1 }) : 0;
        if (used == 0)
            text_add_char(&out, s.data[0]);
        s.data += used + 1;
        s.length -= used + 1;
    }
    return text_string(&out);
}

/* ---- writing --------------------------------------------------------------------------------------------- */

/* "key = value"; \xNN for every byte of what would end the line for some reader, or is no UTF-8. */
static void add_line(struct text *out, const char *key, const char *value)
{
    if (value == NULL)
        return;
    text_add_format(out, "%s = ", key);
    for (size_t length; *value != '\0'; value += length) {
        unsigned long code = decode(value, &length);
        bool is_end = code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
        if (!is_end && (code < 0xdc80 || code > 0xdcff))
            text_add(out, value, length);
        else
            for (size_t i = 0; i < length; i++)
                text_add_format(out, "\\x%02x", (unsigned char)value[i]);
    }
    text_add_char(out, '\n');
}

const char *config_format(struct arena *a, const struct config *config)
{
    struct text out = TEXT_INIT(a);
    add_line(&out, "home", config->home);
    add_line(&out, "include-system-site-packages", config->system_site_packages ? "true" : "false");
    add_line(&out, "version", config->version);
    if (config->prompt != NULL) {
        text_add_string(&out, "prompt = ");
        config_repr(&out, config->prompt);
        text_add_char(&out, '\n');
    }
    add_line(&out, "executable", config->executable);
    add_line(&out, "command", config->command);
    add_line(&out, "python-version", config->python_version);
    return text_string(&out);
}

/* ---- reading --------------------------------------------------------------------------------------------- */

/* A line of a text file as Python opens it: ended by "\n", "\r" or "\r\n" (universal newlines). */
static bool next_line(struct slice *rest, struct slice *line)
{
    if (rest->length == 0)
        return false;
    size_t length = 0;
    while (length < rest->length && rest->data[length] != '\n' && rest->data[length] != '\r')
        length++;
    *line = (struct slice){ rest->data, length };
    if (length < rest->length)
        length++; /* of "\r\n" the rest is an empty line, which says nothing */
    rest->data += length;
    rest->length -= length;
    return true;
}

/* str.strip(), of the ASCII white space. */
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

static struct slice strip(struct slice s)
{
    while (s.length > 0 && is_space(s.data[0])) {
        s.data++;
        s.length--;
    }
    while (s.length > 0 && is_space(s.data[s.length - 1]))
        s.length--;
    return s;
}

/* In any case of the letters (both readers compare key.strip().lower()). */
static bool matches(struct slice s, const char *word)
{
    for (; s.length > 0 && *word != '\0'; s.data++, s.length--, word++) {
        char c = *s.data >= 'A' && *s.data <= 'Z' ? (char)(*s.data - 'A' + 'a') : *s.data;
        if (c != *word)
            return false;
    }
    return s.length == 0 && *word == '\0';
}

static void take(struct arena *a, struct slice key, struct slice value, struct config *out)
{
    if (value.length > 0 && memchr(value.data, '\0', value.length) != NULL)
        return; /* no path, and no text either */
    if (matches(key, "home"))
        out->home = out->home != NULL ? out->home : arena_copy(a, value.data, value.length);
    else if (matches(key, "include-system-site-packages"))
        out->system_site_packages = matches(value, "true");
    else if (matches(key, "version"))
        out->version = arena_copy(a, value.data, value.length);
    else if (matches(key, "python-version"))
        out->python_version = arena_copy(a, value.data, value.length);
    else if (matches(key, "prompt"))
        out->prompt = config_unrepr(a, value);
    else if (matches(key, "executable"))
        out->executable = arena_copy(a, value.data, value.length);
    else if (matches(key, "command"))
        out->command = arena_copy(a, value.data, value.length);
}

void config_parse(struct arena *a, struct slice text, struct config *out)
{
    *out = (struct config){ .system_site_packages = true };
    struct slice line;
    while (next_line(&text, &line)) {
        const char *equals = line.length > 0 ? memchr(line.data, '=', line.length) : NULL;
        if (equals == NULL)
            continue;
        size_t length = (size_t)(equals - line.data);
        take(a, strip((struct slice){ line.data, length }),
             strip((struct slice){ equals + 1, line.length - length - 1 }), out);
    }
}
