/* SPDX-License-Identifier: MIT */
/* Owns strings that grow, and pieces of strings. */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "base/utf8.h"

/* Makes room for `more` bytes and a NUL. */
static bool reserve(struct text *t, size_t more)
{
    if (more > SIZE_MAX / 4 - t->length) {
        t->arena->failed = true;
        return false;
    }
    size_t need = t->length + more + 1;
    if (need <= t->capacity)
        return true;
    size_t capacity = need < 128 ? 256 : need * 2;
    char *data = arena_alloc(t->arena, capacity);
    if (data == NULL)
        return false;
    if (t->length > 0)
        memcpy(data, t->data, t->length);
    t->data = data;
    t->capacity = capacity;
    return true;
}

void text_add(struct text *t, const char *data, size_t length)
{
    if (length == 0 || !reserve(t, length))
        return;
    memcpy(t->data + t->length, data, length);
    t->length += length;
}

void text_add_string(struct text *t, const char *string)
{
    text_add(t, string, strlen(string));
}

void text_add_char(struct text *t, char c)
{
    text_add(t, &c, 1);
}

void text_add_format(struct text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        t->arena->failed = true;
    else if (reserve(t, (size_t)length)) {
        vsnprintf(t->data + t->length, (size_t)length + 1, format, again);
        t->length += (size_t)length;
    }
    va_end(again);
}

const char *text_string(struct text *t)
{
    if (!reserve(t, 0))
        return "";
    t->data[t->length] = '\0';
    return t->data;
}

bool text_is_utf8(const char *string)
{
    return utf8_is_valid(string, strlen(string));
}

bool text_has_control(const char *string)
{
    const unsigned char *end = (const unsigned char *)string + strlen(string);
    for (const unsigned char *s = (const unsigned char *)string; s < end;) {
        size_t length = utf8_sequence(s, (size_t)(end - s));
        bool c1 = length == 2 && s[0] == 0xc2 && s[1] < 0xa0;
        bool separator = length == 3 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9);
        if (s[0] < 0x20 || s[0] == 0x7f || c1 || separator)
            return true;
        s += length > 0 ? length : 1;
    }
    return false;
}

bool slice_line(struct slice *rest, struct slice *line)
{
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->data, '\n', rest->length);
    size_t length = end != NULL ? (size_t)(end - rest->data) : rest->length;
    size_t taken = end != NULL ? length + 1 : length;
    *line = (struct slice){ rest->data, length };
    if (length > 0 && line->data[length - 1] == '\r')
        line->length--;
    rest->data += taken;
    rest->length -= taken;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice s)
{
    while (s.length > 0 && is_blank(s.data[0])) {
        s.data++;
        s.length--;
    }
    while (s.length > 0 && is_blank(s.data[s.length - 1]))
        s.length--;
    return s;
}

bool slice_is(struct slice s, const char *string)
{
    return s.length == strlen(string) && (s.length == 0 || memcmp(s.data, string, s.length) == 0);
}
