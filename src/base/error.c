/* SPDX-License-Identifier: MIT */
/* Owns the wording of errors: formatting into the fixed buffer, with nothing in it that a terminal would obey. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_SIZE (sizeof ((struct cvenv_error *)0)->message)

/* Names may hold control characters: shown as \xNN, so that a message is one line and moves no cursor. */
static void copy_visible(char *out, size_t size, const char *in)
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;
    for (; *in != '\0' && n + 5 < size; in++) {
        unsigned char c = (unsigned char)*in;
        if (c >= 0x20 && c != 0x7f) {
            out[n++] = (char)c;
            continue;
        }
        out[n++] = '\\';
        out[n++] = 'x';
        out[n++] = hex[c >> 4];
        out[n++] = hex[c & 15];
    }
    out[n] = '\0';
}

static bool ERROR_PRINTF(4, 0) fill(struct cvenv_error *err, enum cvenv_error_code code, int number, const char *format,
                                    va_list args)
{
    char raw[MESSAGE_SIZE];
    vsnprintf(raw, sizeof raw, format, args);
    if (number != 0) {
        size_t used = strlen(raw);
        snprintf(raw + used, sizeof raw - used, ": %s", strerror(number));
    }
    err->code = code;
    err->system = number;
    copy_visible(err->message, sizeof err->message, raw);
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
    char before[MESSAGE_SIZE], both[2 * MESSAGE_SIZE + 4];
    va_list args;
    va_start(args, format);
    vsnprintf(before, sizeof before, format, args);
    va_end(args);
    snprintf(both, sizeof both, "%s: %s", before, err->message);
    copy_visible(err->message, sizeof err->message, both);
    return false;
}

bool error_memory(struct cvenv_error *err)
{
    err->code = CVENV_ERROR_MEMORY;
    err->system = ENOMEM;
    strcpy(err->message, "out of memory");
    return false;
}
