/* SPDX-License-Identifier: MIT */
/* Owns the wording of errors: formatting into the fixed buffer, with nothing in it that a terminal would obey. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_SIZE (sizeof ((struct cvenv_error *)0)->message)

/* Room for two paths of the longest kind and what stands around them. */
enum { WHOLE_SIZE = 3 * MESSAGE_SIZE, CAUSE_SIZE = 256 };

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Names may hold control characters: shown as \xNN, so that a message is one line and moves no cursor. */
static size_t visible_length(char c)
{
    return is_control(c) ? 4 : 1;
}

static char *copy_visible(char *out, const char *in, const char *end)
{
    static const char hex[] = "0123456789abcdef";
    for (; in < end; in++) {
        unsigned char c = (unsigned char)*in;
        if (!is_control(*in)) {
            *out++ = *in;
            continue;
        }
        *out++ = '\\';
        *out++ = 'x';
        *out++ = hex[c >> 4];
        *out++ = hex[c & 15];
    }
    *out = '\0';
    return out;
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80; /* UTF-8 (RFC 3629) */
}

/* What is too long loses its middle: a path is there, and the cause, which comes last, must be read. */
static void fit(char out[MESSAGE_SIZE], const char *in)
{
    static const char gap[] = " ... ";
    const char *end = in + strlen(in), *head = in, *tail = end;
    size_t length = 0;
    for (const char *at = in; at < end; at++)
        length += visible_length(*at);
    if (length < MESSAGE_SIZE) {
        copy_visible(out, in, end);
        return;
    }
    for (size_t left = MESSAGE_SIZE / 2; left >= 4; head++)
        left -= visible_length(*head);
    for (size_t left = MESSAGE_SIZE / 2 - sizeof gap; left >= 4; tail--)
        left -= visible_length(tail[-1]);
    for (int i = 0; i < 3 && continues_character(*head); i++)
        head--;
    for (int i = 0; i < 3 && continues_character(*tail); i++)
        tail++;
    out = copy_visible(out, in, head);
    out = copy_visible(out, gap, gap + sizeof gap - 1);
    copy_visible(out, tail, end);
}

static bool ERROR_PRINTF(4, 0) fill(struct cvenv_error *err, enum cvenv_error_code code, int number, const char *format,
                                    va_list args)
{
    char whole[WHOLE_SIZE];
    vsnprintf(whole, sizeof whole - CAUSE_SIZE, format, args);
    if (number != 0) {
        size_t used = strlen(whole);
        snprintf(whole + used, sizeof whole - used, ": %s", strerror(number));
    }
    err->code = code;
    err->system = number;
    fit(err->message, whole);
    return false;
}

bool error_set(struct cvenv_error *err, enum cvenv_error_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(err, code, 0, format, args);
    va_end(args);
    return false;
}

bool error_system(struct cvenv_error *err, int number, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(err, number == ENOMEM ? CVENV_ERROR_MEMORY : CVENV_ERROR_SYSTEM, number, format, args);
    va_end(args);
    return false;
}

bool error_wrap(struct cvenv_error *err, const char *format, ...)
{
    char whole[WHOLE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(whole, sizeof whole - MESSAGE_SIZE, format, args);
    va_end(args);
    size_t used = strlen(whole);
    snprintf(whole + used, sizeof whole - used, ": %s", err->message);
    fit(err->message, whole);
    return false;
}

bool error_memory(struct cvenv_error *err)
{
    err->code = CVENV_ERROR_MEMORY;
    err->system = ENOMEM;
    strcpy(err->message, "out of memory");
    return false;
}
